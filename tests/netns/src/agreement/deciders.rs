//! What of a ruleset decides: its rules that end a packet's way through a base chain, and the ends of these.

use firewall::ir::{Action, Family, Rule, Ruleset, Verdict};
use firewall::simulate::Step;

/// What decides: family, chain, and rule, or none at the chain's end.
pub type Key = (Family, String, Option<usize>);

/// Rules that no packet can meet, each with the reason. That they meet none is tried as well.
pub const NEVER: [(&str, &str); 2] = [
    (
        "ip6 saddr ::1",
        "the kernel drops IPv6 loopback addresses from outside before (ip6_rcv_core)",
    ),
    ("ip6 daddr ::1", "likewise"),
];

/// What decided in a step.
pub fn key(step: &Step) -> Key {
    match &step.by {
        Some(by) => (step.table.family, by.chain.to_string(), Some(by.index)),
        None => (step.table.family, step.chain.to_string(), None),
    }
}

/// In words.
pub fn name(ruleset: &Ruleset, (family, chain, rule): &Key) -> String {
    let mut chains = ruleset
        .tables
        .iter()
        .filter(|table| table.id.family == *family)
        .flat_map(|table| &table.chains);
    let found = chains.find(|one| one.name.as_str() == chain);
    let rule = rule.and_then(|at| found?.rules.get(at));
    let rule = rule
        .map_or_else(|| "its end".to_owned(), |rule| format!("{} ({rule})", rule.comment.as_str()));
    format!("{} {chain}: {rule}", family.word())
}

/// All that can decide, and with it what never does.
pub fn wanted(ruleset: &Ruleset) -> (Vec<Key>, Vec<Key>) {
    let (mut all, mut never) = (Vec::new(), Vec::new());
    for table in &ruleset.tables {
        for chain in &table.chains {
            let name = || chain.name.to_string();
            for (index, rule) in chain.rules.iter().enumerate() {
                let decides = match &rule.action {
                    Action::Verdict(verdict) => ends(verdict),
                    Action::Map { map, .. } => table
                        .maps
                        .iter()
                        .filter(|known| known.name == *map)
                        .any(|map| map.entries.iter().any(|(_, verdict)| ends(verdict))),
                    Action::Admit(_)
                    | Action::Reject
                    | Action::Masquerade
                    | Action::SendTo { .. } => true,
                    Action::Log(_) => false,
                };
                if decides {
                    let of = if is_never(rule) { &mut never } else { &mut all };
                    of.push((table.id.family, name(), Some(index)));
                }
            }
            let last = chain.rules.last();
            let closed = last.is_some_and(|rule| {
                rule.matches.is_empty()
                    && matches!(&rule.action, Action::Verdict(verdict) if ends(verdict))
            });
            if chain.base.is_some() && !closed {
                all.push((table.id.family, name(), None));
            }
        }
    }
    (all, never)
}

fn is_never(rule: &Rule) -> bool {
    let text = rule.to_string();
    NEVER.iter().any(|(what, _)| text.contains(what))
}

fn ends(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Accept | Verdict::Drop)
}

/// Whether it wrote the mark on the connection.
pub fn admits(ruleset: &Ruleset, step: &Step) -> bool {
    let Some(by) = &step.by else { return false };
    let mut chains = ruleset.tables.iter().flat_map(|table| &table.chains);
    let chain = chains.find(|chain| chain.name == by.chain);
    let rule = chain.and_then(|chain| chain.rules.get(by.index));
    rule.is_some_and(|rule| matches!(rule.action, Action::Admit(_)))
}

/// The mark that the rules write on connections.
pub fn mark(ruleset: &Ruleset) -> u32 {
    let mut rules = ruleset.tables.iter().flat_map(|table| &table.chains).flat_map(|it| &it.rules);
    rules
        .find_map(|rule| match rule.action {
            Action::Admit(mark) => Some(mark),
            _ => None,
        })
        .expect("a rule that writes the mark")
}
