//! The words of problems in both languages. The files are part of the program.

use settings::Catalogue;

use crate::shape::shared::Language;

static WORDS: Catalogue =
    Catalogue::new(include_str!("../locales/en.json"), include_str!("../locales/zh-CN.json"));

/// The words for a key; the bare key should they be missing. Their placeholders are filled in by who asks.
pub(crate) fn text(language: Language, key: &str) -> String {
    WORDS.of(language.into()).get(key).cloned().unwrap_or_else(|| key.to_owned())
}

/// Keys of sentences that are no problem.
#[cfg(test)]
const SENTENCES: [&str; 36] = [
    "attempts.tried",
    "attempts.from",
    "attempts.changed",
    "attempts.held",
    "attempts.leaked",
    "attempts.lost",
    "copies.from",
    "copies.kept",
    "copies.restored",
    "copies.tried",
    "todo.admins-damaged",
    "todo.copies-deletable",
    "todo.copies-late",
    "todo.copies-not-restored",
    "todo.no-copies",
    "todo.no-copies-of-box",
    "todo.copies-of-box-late",
    "todo.sheet-of-box-unprinted",
    "todo.copies-of-box-not-restored",
    "todo.copies-of-box-deletable",
    "todo.some-copies-of-box-late",
    "todo.sheet-unprinted",
    "todo.some-copies-late",
    "todo.crm-unclaimed",
    "todo.nobody-told",
    "todo.targets-failing",
    "packet.inside",
    "packet.nowhere",
    "packet.rule",
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
        let sentences = SENTENCES.iter().map(|&key| key.to_owned());
        let used: BTreeSet<_> = titles.chain(details).chain(fields).chain(sentences).collect();
        for language in settings::Language::ALL {
            assert_eq!(WORDS.of(language).keys().cloned().collect::<BTreeSet<_>>(), used);
        }
    }
}
