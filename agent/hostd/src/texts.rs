//! The console's catalogue: a sentence with `{placeholders}` for each code, in each language.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use settings::Language;

type Catalogue = BTreeMap<String, String>;

/// The language of a tag; English for one that we do not have.
pub fn language(tag: &str) -> Language {
    Language::ALL.into_iter().find(|language| language.tag() == tag).unwrap_or_default()
}

/// The text for the code with the values filled in; the bare code should it be missing. A value
/// `name_<language>` goes before `name`.
pub fn text(language: Language, code: &str, values: &BTreeMap<String, String>) -> String {
    let Some(template) = catalogue(language).get(code) else { return code.to_owned() };
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, following)) = after.split_once('}') else { break };
        let value = values.get(&format!("{name}_{language}")).or_else(|| values.get(name));
        out.push_str(value.map_or("?", String::as_str));
        rest = following;
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
            let texts = catalogue(language).iter();
            texts.map(|(key, text)| (key.clone(), placeholders(text))).collect::<Vec<_>>()
        };
        let english = keys(Language::English);
        assert!(english.len() > 20);
        assert_eq!(english, keys(Language::Chinese));
    }

    #[test]
    fn every_key_of_the_program_is_there_and_none_is_unused() {
        let sources = [
            include_str!("agent.rs"),
            include_str!("agent/requests.rs"),
            include_str!("apply.rs"),
            include_str!("authority.rs"),
            include_str!("setup.rs"),
            include_str!("status.rs"),
            include_str!("store.rs"),
            include_str!("console/screen.rs"),
        ];
        for key in catalogue(Language::English).keys() {
            let quoted = format!("\"{key}\"");
            assert!(sources.iter().any(|text| text.contains(&quoted)), "{key} is not used");
        }
        for source in sources {
            for start in ["Notice::new(\"", "text(\"", "line(\""] {
                for part in source.split(start).skip(1) {
                    let key = part.split('"').next().unwrap();
                    assert!(catalogue(Language::English).contains_key(key), "{key} is missing");
                }
            }
        }
    }

    #[test]
    fn values_are_never_taken_for_placeholders() {
        let values = BTreeMap::from([("reason".to_owned(), "{reason}".to_owned())]);
        assert!(text(Language::English, "setup_unreadable", &values).contains("{reason}"));
    }
}
