//! The words of alerts in both languages. The files are part of the program; tests compare them with the
//! catalogue.

use std::collections::BTreeMap;

use serde::Deserialize;
use settings::{Catalogue, Language};

use crate::Kind;

/// What a kind is called, and its three texts with `{values}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    /// What all of the kind are called.
    pub name: String,
    /// A line: what it is.
    pub title: String,
    /// What happened, and what did not.
    pub what: String,
    /// What to do.
    #[serde(rename = "do")]
    pub todo: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    kinds: BTreeMap<String, Text>,
    failures: BTreeMap<String, String>,
    words: BTreeMap<String, String>,
}

static TEXTS: Catalogue<File> =
    Catalogue::new(include_str!("../locales/en.json"), include_str!("../locales/zh-CN.json"));

/// The texts of a kind.
pub(crate) fn text(language: Language, kind: Kind) -> &'static Text {
    static MISSING: Text = Text {
        name: String::new(),
        title: String::new(),
        what: String::new(),
        todo: String::new(),
    };
    TEXTS.of(language).kinds.get(kind.key()).unwrap_or(&MISSING)
}

/// What all of a kind are called.
pub(crate) fn name(language: Language, kind: Kind) -> &'static str {
    &text(language, kind).name
}

/// A single word or phrase.
pub(crate) fn word(language: Language, key: &str) -> Option<&'static str> {
    TEXTS.of(language).words.get(key).map(String::as_str)
}

/// The sentence of a failure.
pub(crate) fn failure(language: Language, key: &str) -> Option<&'static str> {
    TEXTS.of(language).failures.get(key).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::value::{Exported, Part, Realm, Role};
    use crate::{Failure, Severity};

    /// Words that are looked up by nothing above.
    const WORDS: [&str; 13] = [
        "unknown",
        "zone.wan",
        "zone.box",
        "severity.info",
        "severity.warning",
        "severity.critical",
        "mail.happened",
        "mail.count",
        "mail.first",
        "mail.last",
        "mail.reference",
        "mail.page",
        "mail.from",
    ];

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect()
    }

    #[test]
    fn every_kind_has_its_three_texts_and_no_other_value_in_them() {
        for language in Language::ALL {
            let kinds = &TEXTS.of(language).kinds;
            let keys: BTreeSet<&str> = kinds.keys().map(String::as_str).collect();
            assert_eq!(keys, Kind::ALL.iter().map(|kind| kind.key()).collect(), "{language}");
            for kind in Kind::ALL {
                let Text { name, title, what, todo } = &kinds[kind.key()];
                assert!(!name.contains('{') && !name.trim().is_empty(), "{language} {kind:?}");
                assert!(name.chars().count() <= 40, "{language} {kind:?}");
                for text in [title, what, todo] {
                    assert!(!text.trim().is_empty(), "{language} {kind:?}");
                    let values = kind.values().iter().copied().collect();
                    let unknown: Vec<&str> =
                        placeholders(text).difference(&values).copied().collect();
                    assert_eq!(unknown, [""; 0], "{language} {kind:?}");
                }
                assert!(title.chars().count() <= 80, "{language} {kind:?}");
            }
        }
    }

    #[test]
    fn both_languages_tell_the_same_values() {
        let (english, chinese) = (TEXTS.of(Language::English), TEXTS.of(Language::Chinese));
        let of = |text: &Text| {
            let all = [&text.title, &text.what, &text.todo];
            all.into_iter()
                .flat_map(|text| {
                    placeholders(text).into_iter().map(str::to_owned).collect::<Vec<_>>()
                })
                .collect::<BTreeSet<_>>()
        };
        for kind in Kind::ALL {
            let key = kind.key();
            assert_eq!(of(&english.kinds[key]), of(&chinese.kinds[key]), "{key}");
        }
        for (key, text) in &english.failures {
            assert_eq!(placeholders(text), placeholders(&chinese.failures[key]), "{key}");
        }
    }

    #[test]
    fn words_and_failures_are_exactly_those_that_are_used() {
        let families = [Realm::KEYS, Role::KEYS, Part::KEYS, Exported::KEYS, &WORDS];
        let words: BTreeSet<&str> = families.into_iter().flatten().copied().collect();
        let failures: BTreeSet<&str> = Failure::samples().iter().map(Failure::key).collect();
        for language in Language::ALL {
            let file = TEXTS.of(language);
            assert_eq!(file.words.keys().map(String::as_str).collect::<BTreeSet<_>>(), words);
            assert_eq!(file.failures.keys().map(String::as_str).collect::<BTreeSet<_>>(), failures);
            for severity in [Severity::Info, Severity::Warning, Severity::Critical] {
                assert!(word(language, &format!("severity.{}", severity.word())).is_some());
            }
        }
    }

    #[test]
    fn chinese_is_spaced_and_pointed_as_the_house_does() {
        let file = TEXTS.of(Language::Chinese);
        let texts =
            file.kinds.values().flat_map(|text| [&text.name, &text.title, &text.what, &text.todo]);
        for text in texts.chain(file.failures.values()).chain(file.words.values()) {
            let wide = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
            let all: Vec<char> = text.chars().collect();
            for pair in all.windows(2) {
                let meet = wide(pair[0]) && pair[1].is_ascii_alphanumeric()
                    || pair[0].is_ascii_alphanumeric() && wide(pair[1]);
                assert!(!meet, "{pair:?} in {text}");
            }
            assert!(!text.contains([',', ';', '?', '!']), "{text}");
        }
    }
}
