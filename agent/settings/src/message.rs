//! The message catalogue: a text with `{placeholders}` for each reason in each language.
//! The files are part of the program; a test holds them against the reasons.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::Language;

type Catalogue = BTreeMap<String, String>;

/// The text for a code, with the parameters filled in; the bare code should it be missing.
pub(crate) fn text(language: Language, code: &str, parameters: &[(&str, String)]) -> String {
    let Some(template) = catalogue(language).get(code) else { return code.to_owned() };
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

fn catalogue(language: Language) -> &'static Catalogue {
    static ENGLISH: OnceLock<Catalogue> = OnceLock::new();
    static CHINESE: OnceLock<Catalogue> = OnceLock::new();
    let (cell, text) = match language {
        Language::English => (&ENGLISH, include_str!("../locales/en.json")),
        Language::Chinese => (&CHINESE, include_str!("../locales/zh-CN.json")),
    };
    cell.get_or_init(|| serde_json::from_str(text).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::{PARAMETERS, Reason};

    #[test]
    fn catalogues_have_exactly_the_reasons() {
        for language in Language::ALL {
            let have: Vec<&str> = catalogue(language).keys().map(String::as_str).collect();
            let mut want = Reason::CODES.to_vec();
            want.sort_unstable();
            assert_eq!(have, want, "{language}");
        }
    }

    #[test]
    fn texts_use_only_the_parameters_of_their_reason() {
        for language in Language::ALL {
            for (code, parameters) in PARAMETERS {
                let template = &catalogue(language)[*code];
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
        let parameters = [("allowed", "{allowed}".to_owned())];
        assert!(text(Language::English, "not_one_of", &parameters).contains("{allowed}"));
        assert!(text(Language::English, "not_an_object", &[]).ends_with("{ … }"));
    }
}
