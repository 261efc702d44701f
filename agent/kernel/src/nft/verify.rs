//! Reading back: every attribute that was sent must be in the kernel's list with the same bytes, and
//! there must be no object that was not sent. What the kernel adds of its own (handles, counts) is
//! not looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use firewall::ir::{Ruleset, TableId};
use netlink_sys::protocols::NETLINK_NETFILTER;

use super::listing::{body, has_table, list, text};
use super::present::{GET_CHAIN, GET_SET};
use super::rule::NEW_RULE;
use super::set::{NEW_ELEMENTS, NEW_SET, TIMEOUT};
use super::transaction::{NEW_CHAIN, SUBSYSTEM};
use super::{NftError, Object, Transaction};
use crate::netlink::attribute::{Attribute, Attributes, find};
use crate::netlink::{Reply, Socket};

/// Sets with more elements are not listed: it takes the kernel minutes.
pub const MAX_READ_BACK: usize = 10_000;

pub(super) const GET_RULE: u16 = SUBSYSTEM | 7;
pub(super) const GET_ELEMENTS: u16 = SUBSYSTEM | 13;

/// What is not as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Asked for, not there.
    Missing(Object),
    /// There, not asked for.
    Unexpected(Object),
    /// There, but not as asked for.
    Changed(Object),
}

/// Messages about one table.
#[derive(Default)]
struct Wanted<'t> {
    chains: BTreeMap<String, (&'t Object, &'t [u8])>,
    sets: BTreeMap<String, (&'t Object, &'t [u8])>,
    elements: BTreeMap<String, (&'t Object, Vec<Element>)>,
    rules: BTreeMap<String, Vec<(&'t Object, &'t [u8])>>,
}

/// Key, whether it ends an interval, verdict: each as its bytes.
type Element = (Vec<u8>, bool, Vec<u8>);

pub(super) fn differences(ruleset: &Ruleset) -> Result<Vec<Difference>, NftError> {
    let mut found = Vec::new();
    let mut socket = Socket::open(NETLINK_NETFILTER, 0)?;
    for id in &ruleset.removed {
        if has_table(&mut socket, id)? {
            found.push(Difference::Unexpected(Object::Table(id.clone())));
        }
    }
    let transaction = Transaction::whole(ruleset)?;
    for (id, wanted) in wanted(&transaction) {
        if has_table(&mut socket, &id)? {
            table(&mut socket, &id, &wanted, &mut found)?;
        } else {
            found.push(Difference::Missing(Object::Table(id)));
        }
    }
    Ok(found)
}

/// Sets that have the name of one asked for and are something else or hold something else, by table.
pub(super) type Spoiled = BTreeMap<TableId, BTreeSet<String>>;

pub(super) fn spoiled(ruleset: &Ruleset) -> Result<Spoiled, NftError> {
    let mut spoiled = Spoiled::new();
    for difference in differences(ruleset)? {
        if let Difference::Changed(Object::Set { table, set } | Object::Elements { table, set }) =
            difference
        {
            spoiled.entry(table).or_default().insert(set);
        }
    }
    Ok(spoiled)
}

fn wanted(transaction: &Transaction) -> HashMap<TableId, Wanted<'_>> {
    let mut tables: HashMap<TableId, Wanted<'_>> = HashMap::new();
    for (object, message) in transaction.messages() {
        let table = match object {
            Object::Whole => continue,
            Object::Table(table)
            | Object::Chain { table, .. }
            | Object::Set { table, .. }
            | Object::Elements { table, .. }
            | Object::Rule { table, .. } => tables.entry(table.clone()).or_default(),
        };
        let bytes = message.payload.get(4..).unwrap_or_default();
        match (message.kind, object) {
            (NEW_CHAIN, Object::Chain { chain, .. }) => {
                table.chains.insert(chain.clone(), (object, bytes));
                table.rules.entry(chain.clone()).or_default();
            }
            (NEW_SET, Object::Set { set, .. }) => {
                table.sets.insert(set.clone(), (object, bytes));
            }
            (NEW_ELEMENTS, Object::Elements { set, .. }) => {
                let known = table.elements.entry(set.clone()).or_insert((object, Vec::new()));
                known.1.extend(elements(bytes));
            }
            (NEW_RULE, Object::Rule { chain, .. }) => {
                table.rules.entry(chain.clone()).or_default().push((object, bytes));
            }
            _ => {}
        }
    }
    tables
}

fn table(
    socket: &mut Socket,
    id: &TableId,
    wanted: &Wanted<'_>,
    found: &mut Vec<Difference>,
) -> Result<(), NftError> {
    let mut of_table = Attributes::default();
    of_table.put_text(1, id.name.as_str());
    let named = |replies: Vec<Reply>, name: u16| -> BTreeMap<String, Vec<Reply>> {
        let mut all: BTreeMap<String, Vec<Reply>> = BTreeMap::new();
        for reply in replies {
            // A kernel that does not know the filter lists all tables of the family.
            if text(body(&reply), 1) == Some(id.name.as_str())
                && let Some(name) = text(body(&reply), name)
            {
                all.entry(name.to_owned()).or_default().push(reply);
            }
        }
        all
    };
    let chains = named(list(socket, GET_CHAIN, id.family, &of_table)?, 3);
    let chain = |name: &str| Object::Chain { table: id.clone(), chain: name.to_owned() };
    compare(&wanted.chains, &chains, CHAIN, chain, found);
    let sets = named(list(socket, GET_SET, id.family, &of_table)?, 2);
    let set = |name: &str| Object::Set { table: id.clone(), set: name.to_owned() };
    compare(&wanted.sets, &sets, SET, set, found);
    let rules = named(list(socket, GET_RULE, id.family, &of_table)?, 2);
    compare_rules(id, wanted, &rules, found);
    let constant = |name: &&String| wanted.sets.get(*name).is_some_and(|(_, set)| !is_timed(set));
    for name in wanted.sets.keys().filter(|name| sets.contains_key(*name)).filter(constant) {
        let nothing = Vec::new();
        let asked = wanted.elements.get(name).map_or(&nothing, |(_, elements)| elements);
        if asked.len() > MAX_READ_BACK {
            tracing::debug!(set = name, "too many elements to read them back");
            continue;
        }
        let mut of_set = of_table.clone();
        of_set.put_text(2, name);
        let replies = list(socket, GET_ELEMENTS, id.family, &of_set)?;
        let mut there: Vec<_> = replies.iter().flat_map(|reply| elements(body(reply))).collect();
        let mut asked = asked.clone();
        there.sort();
        asked.sort();
        if there != asked {
            let object = Object::Elements { table: id.clone(), set: name.clone() };
            found.push(Difference::Changed(object));
        }
    }
    Ok(())
}

/// Whether a set is filled at run time: what it holds is no part of the rules.
fn is_timed(set: &[u8]) -> bool {
    find(set, 3).and_then(|flags| flags.be32()).is_some_and(|flags| flags & TIMEOUT != 0)
}

fn compare(
    wanted: &BTreeMap<String, (&Object, &[u8])>,
    there: &BTreeMap<String, Vec<Reply>>,
    layout: &[(u16, Layout)],
    object: impl Fn(&str) -> Object,
    found: &mut Vec<Difference>,
) {
    for (name, (object, asked)) in wanted {
        match there.get(name).and_then(|replies| replies.first()) {
            None => found.push(Difference::Missing((*object).clone())),
            Some(reply) if !holds(body(reply), asked, layout) => {
                found.push(Difference::Changed((*object).clone()));
            }
            Some(_) => {}
        }
    }
    let unexpected = there.keys().filter(|name| !wanted.contains_key(*name));
    found.extend(unexpected.map(|name| Difference::Unexpected(object(name))));
}

fn compare_rules(
    id: &TableId,
    wanted: &Wanted<'_>,
    there: &BTreeMap<String, Vec<Reply>>,
    found: &mut Vec<Difference>,
) {
    for (chain, asked) in &wanted.rules {
        let replies = there.get(chain).map(Vec::as_slice).unwrap_or_default();
        for (index, (object, asked)) in asked.iter().enumerate() {
            match replies.get(index) {
                None => found.push(Difference::Missing((*object).clone())),
                Some(reply) if !holds(body(reply), asked, RULE) => {
                    found.push(Difference::Changed((*object).clone()));
                }
                Some(_) => {}
            }
        }
        found.extend(replies.iter().enumerate().skip(asked.len()).map(|(index, _)| {
            Difference::Unexpected(Object::Rule {
                table: id.clone(),
                chain: chain.clone(),
                number: index + 1,
                comment: String::new(),
            })
        }));
    }
}

/// How the value of an attribute that is compared is made up; others are not compared.
enum Layout {
    Bytes,
    Text,
    Nest(&'static [(u16, Layout)]),
    /// A list of expressions.
    Expressions,
}

const CHAIN: &[(u16, Layout)] = &[
    (1, Layout::Text),
    (3, Layout::Text),
    (4, Layout::Nest(&[(1, Layout::Bytes), (2, Layout::Bytes)])),
    (5, Layout::Bytes),
    (7, Layout::Text),
];
const SET: &[(u16, Layout)] = &[
    (1, Layout::Text),
    (2, Layout::Text),
    (3, Layout::Bytes),
    (4, Layout::Bytes),
    (5, Layout::Bytes),
    (6, Layout::Bytes),
];
const RULE: &[(u16, Layout)] =
    &[(1, Layout::Text), (2, Layout::Text), (4, Layout::Expressions), (7, Layout::Bytes)];
const DATA: &[(u16, Layout)] =
    &[(1, Layout::Bytes), (2, Layout::Nest(&[(1, Layout::Bytes), (2, Layout::Text)]))];

/// Layout of an expression's data, `None` for one that is not ours.
fn expression(name: &str) -> Option<&'static [(u16, Layout)]> {
    const NUMBERS: &[(u16, Layout)] =
        &[(1, Layout::Bytes), (2, Layout::Bytes), (3, Layout::Bytes), (4, Layout::Bytes)];
    Some(match name {
        "meta" | "ct" | "payload" => NUMBERS,
        "bitwise" => &[
            (1, Layout::Bytes),
            (2, Layout::Bytes),
            (3, Layout::Bytes),
            (4, Layout::Nest(DATA)),
            (5, Layout::Nest(DATA)),
        ],
        "cmp" => &[(1, Layout::Bytes), (2, Layout::Bytes), (3, Layout::Nest(DATA))],
        // Not compared: the set's number in the transaction.
        "lookup" => {
            &[(1, Layout::Text), (2, Layout::Bytes), (3, Layout::Bytes), (5, Layout::Bytes)]
        }
        "fib" => &[(1, Layout::Bytes), (2, Layout::Bytes), (3, Layout::Bytes)],
        // Not compared: the ends of the ranges, which the kernel lists as their beginnings.
        "nat" => &[
            (1, Layout::Bytes),
            (2, Layout::Bytes),
            (3, Layout::Bytes),
            (5, Layout::Bytes),
            (7, Layout::Bytes),
        ],
        "immediate" => &[(1, Layout::Bytes), (2, Layout::Nest(DATA))],
        // The code means nothing with a TCP reset, and the kernel does not list it there.
        "reject" => &[(1, Layout::Bytes)],
        "limit" => &[
            (1, Layout::Bytes),
            (2, Layout::Bytes),
            (3, Layout::Bytes),
            (4, Layout::Bytes),
            (5, Layout::Bytes),
        ],
        "log" => &[
            (1, Layout::Bytes),
            (2, Layout::Text),
            (3, Layout::Bytes),
            (4, Layout::Bytes),
            (5, Layout::Bytes),
            (6, Layout::Bytes),
        ],
        // Not compared: what was counted.
        "counter" | "masq" => &[],
        _ => return None,
    })
}

/// Whether all that was asked for is there. An attribute of the layout that was not asked for must
/// not be there either where it would change the meaning; the kernel lists no zero flags except for
/// sets and lookups, which are compared.
fn holds(there: &[u8], asked: &[u8], layout: &[(u16, Layout)]) -> bool {
    layout.iter().all(|(kind, layout)| {
        let asked = find(asked, *kind);
        let there = find(there, *kind);
        match (asked, there) {
            (Some(asked), Some(there)) => same(there, asked, layout),
            (Some(_), None) => false,
            (None, Some(there)) => there.value.iter().all(|byte| *byte == 0),
            (None, None) => true,
        }
    })
}

fn same(there: Attribute<'_>, asked: Attribute<'_>, layout: &Layout) -> bool {
    match layout {
        Layout::Bytes => there.value == asked.value,
        Layout::Text => there.text().is_some() && there.text() == asked.text(),
        Layout::Nest(layout) => holds(there.value, asked.value, layout),
        Layout::Expressions => {
            let mut there = there.nested();
            let mut asked = asked.nested();
            loop {
                match (there.next(), asked.next()) {
                    (None, None) => return true,
                    (Some(there), Some(asked)) if same_expression(there.value, asked.value) => {}
                    _ => return false,
                }
            }
        }
    }
}

fn same_expression(there: &[u8], asked: &[u8]) -> bool {
    let name = text(asked, 1);
    let Some(layout) = name.and_then(expression) else { return false };
    let data = |bytes| find(bytes, 2).map(|data| data.value).unwrap_or_default();
    text(there, 1) == name && holds(data(there), data(asked), layout)
}

fn elements(message: &[u8]) -> Vec<Element> {
    let Some(list) = find(message, 3) else { return Vec::new() };
    let element = |element: Attribute<'_>| {
        let key = find(element.value, 1).and_then(|key| find(key.value, 1));
        let flags = find(element.value, 3).and_then(|flags| flags.be32()).unwrap_or(0);
        let mut verdict = Vec::new();
        if let Some(data) = find(element.value, 2).and_then(|data| find(data.value, 2)) {
            let code = find(data.value, 1).map(|code| code.value).unwrap_or_default();
            verdict.extend_from_slice(code);
            verdict.extend_from_slice(text(data.value, 2).unwrap_or_default().as_bytes());
        }
        (key.map(|key| key.value.to_vec()).unwrap_or_default(), flags & 1 != 0, verdict)
    };
    list.nested().map(element).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_the_comparison_panic(
            there in prop::collection::vec(any::<u8>(), 0..400),
            asked in prop::collection::vec(any::<u8>(), 0..400),
        ) {
            let _ = elements(&there);
            for layout in [CHAIN, SET, RULE] {
                let _ = holds(&there, &asked, layout);
            }
            let _ = same_expression(&there, &asked);
        }
    }
}
