//! Why a packet passes or does not, in words of both languages: a text for the comment of each rule. The
//! files are part of the program; a comment without a text, as a rule of a person's own has it, stands
//! for itself.

use settings::{Catalogue, Language};

use super::{Decision, RuleRef, Step};
use crate::tracking;

static WORDS: Catalogue = Catalogue::new(
    include_str!("../../locales/why/en.json"),
    include_str!("../../locales/why/zh-CN.json"),
);

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
        let code = self.reason().map_or(CHAIN_END, |rule| rule.comment.as_str());
        WORDS.text(language, code, |_| None)
    }
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
            "relays": [{"zones": ["office", "guest"]}],
            "egress": [{"for": "admin", "to": "a.example", "protocol": "tcp", "port": 1},
            {"for": "crm", "to": "a.example", "protocol": "udp", "port": 1}], "version""#;
        let document = document.replacen("\"version\"", more, 1);
        let settings = settings::parse(document.as_bytes()).unwrap();
        let context = Context {
            wan: Some(InterfaceName::made("eth0")),
            site: "fd12:3456:789a::/48".parse().unwrap(),
            uids: ServiceUids {
                dnsmasq: 1,
                chrony: 2,
                networkd: 3,
                resolver: 4,
                admin: 5,
                relay: 6,
            },
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
        let [english, chinese] = Language::ALL.map(|language| WORDS.of(language));
        assert_eq!(english.keys().collect::<Vec<_>>(), chinese.keys().collect::<Vec<_>>());
        let missing: Vec<_> =
            reasons().into_iter().filter(|reason| !english.contains_key(reason)).collect();
        assert!(missing.is_empty(), "without words: {missing:#?}");
        assert!(english.contains_key(CHAIN_END));
    }
}
