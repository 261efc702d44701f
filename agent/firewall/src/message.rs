//! The catalogue of what is found, as in `settings`: a text with `{placeholders}` for each code in each
//! language. The files are part of the program.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use settings::{Language, fill};

type Catalogue = BTreeMap<String, String>;

/// The text for a code, with the parameters filled in; the bare code should it be missing.
pub(crate) fn text(language: Language, code: &str, parameters: &[(&str, String)]) -> String {
    let Some(template) = catalogue(language).get(code) else { return code.to_owned() };
    fill(template, |name| {
        parameters.iter().find(|(parameter, _)| *parameter == name).map(|(_, value)| value.clone())
    })
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
    use std::collections::BTreeSet;

    use super::*;

    fn placeholders(template: &str) -> BTreeSet<&str> {
        let parts = template.split('{').skip(1);
        parts.filter_map(|part| Some(part.split_once('}')?.0)).collect()
    }

    #[test]
    fn both_languages_have_the_same_texts_with_the_same_parameters() {
        let [english, chinese] = Language::ALL.map(catalogue);
        assert!(!english.is_empty());
        assert_eq!(english.keys().collect::<Vec<_>>(), chinese.keys().collect::<Vec<_>>());
        for (code, template) in english {
            assert_eq!(placeholders(template), placeholders(&chinese[code]), "{code}");
        }
    }
}
