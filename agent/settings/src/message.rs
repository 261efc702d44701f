//! The words of reasons, changes and places: a text with `{placeholders}` for each in each language. Tests hold
//! the catalogues against what needs them.

use crate::{Catalogue, Language};

/// Why something is refused.
pub(crate) static REASONS: Catalogue =
    Catalogue::new(include_str!("../locales/en.json"), include_str!("../locales/zh-CN.json"));

/// What is another.
pub(crate) static CHANGES: Catalogue = Catalogue::new(
    include_str!("../locales/changes/en.json"),
    include_str!("../locales/changes/zh-CN.json"),
);

/// What the pages call places.
pub(crate) static ZONES: Catalogue = Catalogue::new(
    include_str!("../locales/zones/en.json"),
    include_str!("../locales/zones/zh-CN.json"),
);

/// The text for a code, with the parameters filled in; the bare code should it be missing.
pub(crate) fn text(
    texts: &Catalogue,
    language: Language,
    code: &str,
    parameters: &[(&str, String)],
) -> String {
    texts.text(language, code, |name| {
        parameters.iter().find(|(parameter, _)| *parameter == name).map(|(_, value)| value.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, Reason, change, reason};

    type Parameters = &'static [(&'static str, &'static [&'static str])];

    /// Each catalogue with the codes it must have and the parameters of each.
    fn all() -> impl Iterator<Item = (&'static Catalogue, Language, Parameters)> {
        Language::ALL.into_iter().flat_map(|language| {
            [
                (&REASONS, language, reason::PARAMETERS),
                (&CHANGES, language, change::PARAMETERS),
                (&CHANGES, language, change::WORDS),
            ]
        })
    }

    #[test]
    fn catalogues_have_exactly_the_reasons_and_changes() {
        let words = change::WORDS.iter().map(|(code, _)| *code);
        let changes: Vec<&str> = Change::CODES.iter().copied().chain(words).collect();
        for language in Language::ALL {
            for (texts, codes) in [(&REASONS, Reason::CODES), (&CHANGES, changes.as_slice())] {
                let have: Vec<&str> = texts.of(language).keys().map(String::as_str).collect();
                let mut want = codes.to_vec();
                want.sort_unstable();
                assert_eq!(have, want, "{language}");
            }
        }
    }

    #[test]
    fn texts_use_only_the_parameters_of_their_code() {
        for (texts, language, parameters) in all() {
            for (code, parameters) in parameters {
                let template = &texts.of(language)[*code];
                let used: Vec<&str> = template
                    .split('{')
                    .skip(1)
                    .filter_map(|part| Some(part.split_once('}')?.0))
                    .filter(|name| {
                        name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                    })
                    .collect();
                for parameter in *parameters {
                    assert!(used.contains(parameter), "{language} {code} hides {{{parameter}}}");
                }
                for name in used {
                    assert!(parameters.contains(&name), "{language} {code} wants {{{name}}}");
                }
            }
        }
    }

    #[test]
    fn values_are_never_taken_for_placeholders() {
        let text = |code, parameters: &_| text(&REASONS, Language::English, code, parameters);
        let parameters = [("allowed", "{allowed}".to_owned())];
        assert!(text("not_one_of", &parameters[..]).contains("{allowed}"));
        assert!(text("not_an_object", &[][..]).ends_with("{ … }"));
    }
}
