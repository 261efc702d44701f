//! Why a packet passes or does not, in words of both languages: a text for the comment of each rule. The
//! files are part of the program; a comment without a text, as a rule of a person's own has it, stands
//! for itself.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use settings::Language;

use super::{Decision, RuleRef, Step};
use crate::tracking;

type Catalogue = BTreeMap<String, String>;

/// Key of what the end of a chain says.
const CHAIN_END: &str = "chain end";

impl Decision {
    /// The rule to show a person: the one that decided, or, where that only remembers the connection, the
    /// one that led to it. None when it was the end of a chain.
    pub fn reason(&self) -> Option<&RuleRef> {
        self.decisive()?.reason()
    }
}

impl Step {
    /// As [`Decision::reason`], of this chain.
    pub fn reason(&self) -> Option<&RuleRef> {
        let by = self.by.as_ref()?;
        if by.chain == tracking::admitted_chain() { self.via.last().or(Some(by)) } else { Some(by) }
    }

    /// Why, in words: a sentence.
    pub fn why(&self, language: Language) -> String {
        text(language, self.reason().map_or(CHAIN_END, |rule| rule.comment.as_str()))
    }
}

fn text(language: Language, key: &str) -> String {
    catalogue(language).get(key).cloned().unwrap_or_else(|| key.to_owned())
}

fn catalogue(language: Language) -> &'static Catalogue {
    static ENGLISH: OnceLock<Catalogue> = OnceLock::new();
    static CHINESE: OnceLock<Catalogue> = OnceLock::new();
    let (cell, text) = match language {
        Language::English => (&ENGLISH, include_str!("../../locales/why/en.json")),
        Language::Chinese => (&CHINESE, include_str!("../../locales/why/zh-CN.json")),
    };
    cell.get_or_init(|| serde_json::from_str(text).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ir::{Action, InterfaceName, Verdict};
    use crate::{Context, ServiceUids, compile};

    /// Comments of all rules that a person can be shown as the reason.
    fn reasons() -> BTreeSet<String> {
        let document = include_str!("../../../settings/tests/example.json");
        let more = r#""dns": {"upstream": {"tls": [{"address": "9.9.9.9", "name": "dns.quad9.net"}]}},
            "egress": [{"for": "admin", "to": "a.example", "protocol": "tcp", "port": 1},
            {"for": "crm", "to": "a.example", "protocol": "udp", "port": 1}], "version""#;
        let document = document.replacen("\"version\"", more, 1);
        let settings = settings::parse(document.as_bytes()).unwrap();
        let context = Context {
            wan: Some(InterfaceName::made("eth0")),
            site: "fd12:3456:789a::/48".parse().unwrap(),
            uids: ServiceUids { dnsmasq: 1, chrony: 2, networkd: 3, resolver: 4, admin: 5 },
            moved: settings::Moved::new(),
            on: std::collections::BTreeSet::new(),
            over: std::collections::BTreeSet::new(),
            isolated: Vec::new(),
        };
        let ruleset = compile(&settings, &context);
        let rules = ruleset.tables.iter().flat_map(|table| &table.chains);
        let decides = |action: &Action| match action {
            Action::Verdict(Verdict::Jump(to)) => *to == tracking::admitted_chain(),
            Action::Map { map, .. } => {
                [tracking::passing(), tracking::coming_in(), tracking::sent()].contains(map)
            }
            _ => true,
        };
        rules
            .flat_map(|chain| &chain.rules)
            .filter(|rule| decides(&rule.action))
            .map(|rule| rule.comment.as_str().to_owned())
            .collect()
    }

    #[test]
    fn every_reason_has_words_in_both_languages() {
        let [english, chinese] = Language::ALL.map(catalogue);
        assert_eq!(english.keys().collect::<Vec<_>>(), chinese.keys().collect::<Vec<_>>());
        let missing: Vec<_> =
            reasons().into_iter().filter(|reason| !english.contains_key(reason)).collect();
        assert!(missing.is_empty(), "without words: {missing:#?}");
        assert!(english.contains_key(CHAIN_END));
    }
}
