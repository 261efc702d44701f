//! The words of problems in both languages. The files are part of the program.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::shape::shared::Language;

type Catalogue = BTreeMap<String, String>;

const ENGLISH: &str = include_str!("../locales/en.json");
const CHINESE: &str = include_str!("../locales/zh-CN.json");

/// The words for a key; the bare key should they be missing.
pub(crate) fn text(language: Language, key: &str) -> String {
    static BOTH: [OnceLock<Catalogue>; 2] = [OnceLock::new(), OnceLock::new()];
    let [english, chinese] = &BOTH;
    let (cell, file) = match language {
        Language::En => (english, ENGLISH),
        Language::ZhCn => (chinese, CHINESE),
    };
    let catalogue = cell.get_or_init(|| serde_json::from_str(file).unwrap_or_default());
    catalogue.get(key).cloned().unwrap_or_else(|| key.to_owned())
}

/// Keys of what the pages call zones; the web apps' own words are the same.
pub(crate) const ZONES: [&str; 3] = ["zone.crm", "zone.guest", "zone.office"];

/// Keys of sentences that are no problem.
#[cfg(test)]
const SENTENCES: [&str; 16] = [
    "attempts.tried",
    "attempts.from",
    "attempts.held",
    "attempts.leaked",
    "attempts.lost",
    "todo.admins-damaged",
    "todo.crm-unclaimed",
    "packet.inside",
    "packet.nowhere",
    "probe.arrived",
    "probe.arrived-against",
    "probe.stopped",
    "probe.stopped-against",
    "probe.stuck",
    "place.box",
    "place.wan",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::problem::{Code, FIELD_CODES};

    #[test]
    fn both_languages_have_exactly_the_keys_that_are_used() {
        let titles = Code::ALL.iter().map(|code| format!("{}.title", code.as_str()));
        let details = Code::ALL.iter().map(|code| format!("{}.detail", code.as_str()));
        let fields = FIELD_CODES.iter().map(|code| format!("field.{code}"));
        let sentences = SENTENCES.iter().chain(&ZONES).map(|&key| key.to_owned());
        let used: BTreeSet<_> = titles.chain(details).chain(fields).chain(sentences).collect();
        for file in [ENGLISH, CHINESE] {
            let catalogue: Catalogue = serde_json::from_str(file).unwrap();
            assert_eq!(catalogue.into_keys().collect::<BTreeSet<_>>(), used);
        }
    }
}
