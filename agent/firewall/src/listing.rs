//! A ruleset as a person compares it with another: what `nft list ruleset` shows, each rule and each
//! element on a line of its own. Left out is what says nothing: chains that are declared for nft's sake
//! only, the order of chains and sets, and the generation, which every ruleset has its own of.

use std::collections::BTreeMap;

use crate::display::{key_text, tuple};
use crate::ir::{
    Action, Chain, Field, Match, Rule, Ruleset, Set, Table, TableId, Value, VerdictMap,
};

/// A ruleset's lines, by where they are.
pub(crate) struct Listing {
    /// Tables that go.
    pub(crate) removed: Vec<String>,
    /// Tables by their opening line, in the order of their ids.
    pub(crate) tables: BTreeMap<TableId, Blocks>,
}

/// Sets, maps and chains of a table: the lines after the opening one.
pub(crate) type Blocks = BTreeMap<Head, Vec<String>>;

/// The opening line of a set, map or chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Head {
    Set(String),
    Map(String),
    Chain(String),
}

impl Ruleset {
    /// The lines that [`difference`](crate::difference()) compares.
    pub fn listing(&self) -> Vec<String> {
        let Listing { removed, tables } = Listing::of(self);
        let mut lines = removed;
        for (id, blocks) in &tables {
            lines.push(opening(id));
            for (head, body) in blocks {
                lines.push(head.line());
                lines.extend(body.iter().cloned());
            }
            lines.push(CLOSING.to_owned());
        }
        lines
    }
}

/// Last line of a table.
pub(crate) const CLOSING: &str = "}";

/// First line of a table.
pub(crate) fn opening(id: &TableId) -> String {
    format!("table {id} {{")
}

impl Listing {
    pub(crate) fn of(ruleset: &Ruleset) -> Self {
        let removed = ruleset.removed.iter().map(|id| format!("delete table {id}"));
        let table = |table: &Table| (table.id.clone(), blocks(table));
        Self { removed: removed.collect(), tables: ruleset.tables.iter().map(table).collect() }
    }
}

impl Head {
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Set(name) => format!("\tset {name} {{"),
            Self::Map(name) => format!("\tmap {name} {{"),
            Self::Chain(name) => format!("\tchain {name} {{"),
        }
    }
}

fn blocks(table: &Table) -> Blocks {
    let generation = generation(table);
    let sets = table.sets.iter().map(|one| (Head::Set(one.name.to_string()), set(one, table)));
    let maps = table.maps.iter().map(|one| (Head::Map(one.name.to_string()), map(one, table)));
    let chains = table
        .chains
        .iter()
        .map(|one| (Head::Chain(one.name.to_string()), chain(one, generation.as_deref())));
    sets.chain(maps).chain(chains).collect()
}

fn set(set: &Set, table: &Table) -> Vec<String> {
    let mut lines = vec![format!("\t\ttype {}", key_text(&set.key, &set.name, table))];
    if set.is_interval() {
        lines.push("\t\tflags interval".to_owned());
    }
    if set.timed {
        lines.push("\t\tflags timeout".to_owned());
    }
    elements(lines, set.elements.iter().map(|element| tuple(element)).collect())
}

fn map(map: &VerdictMap, table: &Table) -> Vec<String> {
    let key = key_text(&map.key, &map.name, table);
    let entries = map.entries.iter().map(|(key, verdict)| format!("{} : {verdict}", tuple(key)));
    elements(vec![format!("\t\ttype {key} : verdict")], entries.collect())
}

fn elements(mut lines: Vec<String>, mut elements: Vec<String>) -> Vec<String> {
    // Sorted as text: what counts is that both rulesets have the same order.
    elements.sort_unstable();
    if !elements.is_empty() {
        lines.push("\t\telements = {".to_owned());
        lines.extend(elements.iter().map(|element| format!("\t\t\t{element},")));
        lines.push("\t\t}".to_owned());
    }
    lines.push("\t}".to_owned());
    lines
}

fn chain(chain: &Chain, generation: Option<&str>) -> Vec<String> {
    let base = chain.base.iter().map(|base| format!("\t\t{base};"));
    // Some rules are two lines for nft.
    let rules = chain.rules.iter().flat_map(|rule| {
        let text = match generation {
            Some(mark) if of_generation(rule) => rule.to_string().replacen(mark, GENERATION, 1),
            _ => rule.to_string(),
        };
        text.lines().map(|line| format!("\t\t{}", line.trim_start())).collect::<Vec<_>>()
    });
    base.chain(rules).chain(["\t}".to_owned()]).collect()
}

/// What stands for the mark, as nft writes a definition.
const GENERATION: &str = "$generation";

/// The mark of the connections that these rules let pass, as text.
fn generation(table: &Table) -> Option<String> {
    let rules = table.chains.iter().flat_map(|chain| &chain.rules);
    let mut marks = rules.filter_map(|rule| match rule.action {
        Action::Admit(mark) => Some(Value::Mark(mark).to_string()),
        _ => None,
    });
    marks.next_back()
}

fn of_generation(rule: &Rule) -> bool {
    matches!(rule.action, Action::Admit(_))
        || rule.matches.iter().any(|one| matches!(one, Match::Is { field: Field::CtMark, .. }))
}
