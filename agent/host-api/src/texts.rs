//! The words of what hostd tells: a sentence with `{placeholders}` for each code, in each language. The
//! console and the admin pages take theirs from here.

use std::collections::BTreeMap;

use settings::{Catalogue, Language};

static TEXTS: Catalogue =
    Catalogue::new(include_str!("../locales/en.json"), include_str!("../locales/zh-CN.json"));

/// The language of a tag; English for one that we do not have.
pub fn language(tag: &str) -> Language {
    Language::of_tag(tag).unwrap_or_default()
}

/// The text for the code with the values filled in; the bare code should it be missing. A value
/// `name_<language>` goes before `name`.
pub fn text(language: Language, code: &str, values: &BTreeMap<String, String>) -> String {
    TEXTS.text(language, code, |name| {
        let value = values.get(&format!("{name}_{language}")).or_else(|| values.get(name));
        Some(value.map_or("?", String::as_str).to_owned())
    })
}

/// All codes, ascending.
pub fn codes(language: Language) -> impl Iterator<Item = &'static str> {
    TEXTS.of(language).keys().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_the_same_keys_and_placeholders() {
        let placeholders = |text: &String| {
            let mut names: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|part| Some(part.split_once('}')?.0.to_owned()))
                .collect();
            names.sort();
            names
        };
        let keys = |language| {
            let texts = TEXTS.of(language).iter();
            texts.map(|(key, text)| (key.clone(), placeholders(text))).collect::<Vec<_>>()
        };
        let english = keys(Language::English);
        assert!(english.len() > 20);
        assert_eq!(english, keys(Language::Chinese));
    }

    #[test]
    fn values_are_never_taken_for_placeholders() {
        let values = BTreeMap::from([("reason".to_owned(), "{reason}".to_owned())]);
        assert!(text(Language::English, "setup_unreadable", &values).contains("{reason}"));
    }
}
