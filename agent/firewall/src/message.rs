//! The words of what is found: a text with `{placeholders}` for each code in each language.

use settings::{Catalogue, Language};

static TEXTS: Catalogue =
    Catalogue::new(include_str!("../locales/en.json"), include_str!("../locales/zh-CN.json"));

/// The text for a code, with the parameters filled in; the bare code should it be missing.
pub(crate) fn text(language: Language, code: &str, parameters: &[(&str, String)]) -> String {
    TEXTS.text(language, code, |name| {
        parameters.iter().find(|(parameter, _)| *parameter == name).map(|(_, value)| value.clone())
    })
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
        let [english, chinese] = Language::ALL.map(|language| TEXTS.of(language));
        assert!(!english.is_empty());
        assert_eq!(english.keys().collect::<Vec<_>>(), chinese.keys().collect::<Vec<_>>());
        for (code, template) in english {
            assert_eq!(placeholders(template), placeholders(&chinese[code]), "{code}");
        }
    }
}
