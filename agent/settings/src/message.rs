//! The message catalogues: a text with `{placeholders}` for each reason, and for each change, in each
//! language. The files are part of the program; tests hold them against the reasons and the changes.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::Language;

type Catalogue = BTreeMap<String, String>;

/// What a catalogue is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Texts {
    Reasons,
    Changes,
}

/// The text for a code, with the parameters filled in; the bare code should it be missing.
pub(crate) fn text(
    texts: Texts,
    language: Language,
    code: &str,
    parameters: &[(&str, String)],
) -> String {
    let Some(template) = catalogue(texts, language).get(code) else { return code.to_owned() };
    fill(template, |name| {
        parameters.iter().find(|(parameter, _)| *parameter == name).map(|(_, value)| value.clone())
    })
}

/// A text with its `{placeholders}` filled in. What has no value is a brace of an example; a value is
/// never taken for a placeholder.
pub fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let found = after.split_once('}').and_then(|(name, rest)| Some((value(name)?, rest)));
        match found {
            Some((value, following)) => {
                out.push_str(&value);
                rest = following;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn catalogue(texts: Texts, language: Language) -> &'static Catalogue {
    macro_rules! catalogue {
        ($file:literal) => {{
            static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
            CATALOGUE.get_or_init(|| serde_json::from_str(include_str!($file)).unwrap_or_default())
        }};
    }
    match (texts, language) {
        (Texts::Reasons, Language::English) => catalogue!("../locales/en.json"),
        (Texts::Reasons, Language::Chinese) => catalogue!("../locales/zh-CN.json"),
        (Texts::Changes, Language::English) => catalogue!("../locales/changes/en.json"),
        (Texts::Changes, Language::Chinese) => catalogue!("../locales/changes/zh-CN.json"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, Reason, change, reason};

    type Parameters = &'static [(&'static str, &'static [&'static str])];

    /// Each catalogue with the codes it must have and the parameters of each.
    fn all() -> impl Iterator<Item = (Texts, Language, Parameters)> {
        Language::ALL.into_iter().flat_map(|language| {
            [
                (Texts::Reasons, language, reason::PARAMETERS),
                (Texts::Changes, language, change::PARAMETERS),
                (Texts::Changes, language, change::WORDS),
            ]
        })
    }

    #[test]
    fn catalogues_have_exactly_the_reasons_and_changes() {
        let words = change::WORDS.iter().map(|(code, _)| *code);
        let changes: Vec<&str> = Change::CODES.iter().copied().chain(words).collect();
        for language in Language::ALL {
            for (texts, codes) in
                [(Texts::Reasons, Reason::CODES), (Texts::Changes, changes.as_slice())]
            {
                let have: Vec<&str> =
                    catalogue(texts, language).keys().map(String::as_str).collect();
                let mut want = codes.to_vec();
                want.sort_unstable();
                assert_eq!(have, want, "{texts:?} {language}");
            }
        }
    }

    #[test]
    fn texts_use_only_the_parameters_of_their_code() {
        for (texts, language, parameters) in all() {
            for (code, parameters) in parameters {
                let template = &catalogue(texts, language)[*code];
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
        let text = |code, parameters: &_| text(Texts::Reasons, Language::English, code, parameters);
        let parameters = [("allowed", "{allowed}".to_owned())];
        assert!(text("not_one_of", &parameters[..]).contains("{allowed}"));
        assert!(text("not_an_object", &[][..]).ends_with("{ … }"));
    }
}
