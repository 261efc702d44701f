//! What becomes of one name, told from the same lists that dnsmasq's lines are made of.

use std::collections::BTreeSet;

use crate::merge::Mine;
use crate::order::{compare, upwards};

/// What becomes of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is asked for as any other.
    Passes,
    /// The admin lets this name and all below it through.
    Allowed(String),
    /// The box needs this name and all below it.
    Needed(String),
    /// The admin blocks this name and all below it.
    Own(String),
    /// Lists do: by their places, the name that each has.
    Listed(Vec<(usize, String)>),
}

/// Judges it: the longest name decides.
pub fn judge(name: &str, lists: &[&str], mine: Mine<'_>) -> Verdict {
    let longest = |of: &BTreeSet<&str>| upwards(name).find(|above| of.contains(above));
    let length = |found: Option<&str>| found.map_or(0, str::len);
    let (own, allow, needed) = (longest(mine.block), longest(mine.allow), longest(mine.needed));
    if let Some(own) = own
        && own.len() >= length(allow).max(length(needed))
    {
        return Verdict::Own(own.to_owned());
    }
    match (allow, needed) {
        (Some(allow), _) if allow.len() >= length(needed) => {
            return Verdict::Allowed(allow.to_owned());
        }
        (_, Some(needed)) => return Verdict::Needed(needed.to_owned()),
        _ => {}
    }
    let found = lists.iter().enumerate().filter_map(|(at, list)| {
        upwards(name).find(|above| has(list, above)).map(|above| (at, above.to_owned()))
    });
    let found: Vec<_> = found.collect();
    if found.is_empty() { Verdict::Passes } else { Verdict::Listed(found) }
}

/// Whether the list has this name, by halving it.
fn has(list: &str, name: &str) -> bool {
    let bytes = list.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = low + (high - low) / 2;
        // Names are ASCII, so every place is one of a character.
        let start = bytes.get(low..middle).and_then(|part| part.iter().rposition(|b| *b == b'\n'));
        let start = start.map_or(low, |at| low + at + 1);
        let end = bytes.get(start..high).and_then(|part| part.iter().position(|b| *b == b'\n'));
        let end = end.map_or(high, |at| start + at);
        match compare(list.get(start..end).unwrap_or_default(), name) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::merge::merge;

    fn name() -> impl Strategy<Value = String> {
        "([a-c]\\.){0,3}[a-c]\\.example"
    }

    /// What dnsmasq does: the line with the longest name decides.
    fn told(text: &str, name: &str) -> bool {
        for above in upwards(name) {
            if text.lines().any(|line| line == format!("server=/{above}/#")) {
                return false;
            }
            if text.lines().any(|line| line == format!("local=/{above}/")) {
                return true;
            }
        }
        false
    }

    proptest! {
        #[test]
        fn it_says_what_dnsmasq_is_told(
            one in prop::collection::vec(name(), 0..8), other in prop::collection::vec(name(), 0..8),
            block in prop::collection::btree_set(name(), 0..4), allow in prop::collection::btree_set(name(), 0..4),
            needed in prop::collection::btree_set(name(), 0..3), asked in name(),
        ) {
            let list = |names: Vec<String>| crate::reduced(names).into_iter().map(|name| name + "\n").collect::<String>();
            let (one, other) = (list(one), list(other));
            let block: BTreeSet<&str> = block
                .iter()
                .map(String::as_str)
                .filter(|name| !allow.contains(*name) && !upwards(name).any(|above| needed.contains(above)))
                .collect();
            let allow: BTreeSet<&str> = allow.iter().map(String::as_str).collect();
            let needed: BTreeSet<&str> = needed.iter().map(String::as_str).collect();
            let mine = Mine { block: &block, allow: &allow, needed: &needed };
            let lists = [one.as_str(), other.as_str()];
            let verdict = judge(&asked, &lists, mine);
            let is_blocked = matches!(verdict, Verdict::Own(_) | Verdict::Listed(_));
            let merged = merge(&lists, mine);
            prop_assert_eq!(is_blocked, told(&merged.text, &asked), "{:?}\n{}", verdict, merged.text);
            prop_assert_eq!(merged.names, merged.text.lines().filter(|line| line.starts_with("local=")).count());
        }
    }
}
