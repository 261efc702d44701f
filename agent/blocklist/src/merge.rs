//! Several lists and the admin's own names made into what dnsmasq is told: of two names the longer one
//! decides, and nothing is said twice.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write;

use crate::order::{compare, is_within, upwards};

/// What is said beside the lists.
#[derive(Clone, Copy, Debug)]
pub struct Mine<'m> {
    /// Blocked, whatever else is said of a name above.
    pub block: &'m BTreeSet<&'m str>,
    /// Blocked by no list.
    pub allow: &'m BTreeSet<&'m str>,
    /// Needed by the box, so blocked by no list either.
    pub needed: &'m BTreeSet<&'m str>,
}

/// What dnsmasq is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Lines of its configuration.
    pub text: String,
    /// How many names are blocked.
    pub names: usize,
    /// Names that the box needs and a list would have blocked.
    pub spared: Vec<String>,
}

/// Makes it. A name is answered as not there, for whatever is asked, and all below it.
pub fn merge(lists: &[&str], mine: Mine<'_>) -> Merged {
    let open: HashSet<&str> = mine.allow.union(mine.needed).copied().collect();
    let mut spared = BTreeSet::new();
    let mut names: Vec<(&str, bool)> = mine.block.iter().map(|name| (*name, true)).collect();
    for name in lists.iter().flat_map(|list| list.lines()) {
        match upwards(name).find(|above| open.contains(above)) {
            Some(above) if mine.needed.contains(above) => {
                spared.insert(above);
            }
            Some(_) => {}
            None => names.push((name, false)),
        }
    }
    names.sort_unstable_by(|(one, _), (other, _)| compare(one, other));
    let mut text = String::with_capacity(names.len() * 32);
    let mut last: Option<&str> = None;
    let mut count = 0;
    for (name, is_own) in names {
        // One of the admin's own may lie below a name that is let through, which is below this one.
        let again = last.is_some_and(|last| last == name || !is_own && is_within(name, last));
        if !again {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "local=/{name}/");
            (last, count) = (Some(name), count + 1);
        }
    }
    let blocked: HashSet<&str> =
        lists.iter().flat_map(|list| list.lines()).chain(mine.block.iter().copied()).collect();
    let mut through: Vec<&str> = open.into_iter().collect();
    through.sort_unstable();
    for name in through {
        if upwards(name).skip(1).any(|above| blocked.contains(above)) {
            if mine.needed.contains(name) {
                spared.insert(name);
            }
            let _ = writeln!(text, "server=/{name}/#");
        }
    }
    Merged { text, names: count, spared: spared.into_iter().map(str::to_owned).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&'static str]) -> BTreeSet<&'static str> {
        names.iter().copied().collect()
    }

    #[test]
    fn lists_are_merged_and_what_is_let_through_stays_open() {
        let block = set(&["own.example", "bad.good.ads.example"]);
        let allow = set(&["good.ads.example", "b.example"]);
        let needed = set(&["pool.ntp.org", "lists.host.example"]);
        let mine = Mine { block: &block, allow: &allow, needed: &needed };
        let one = "ads.example\na.b.example\nx.own.example\n";
        let other = "b.ads.example\nhost.example\n2.pool.ntp.org\n";
        let merged = merge(&[one, other], mine);
        let lines: BTreeSet<&str> = merged.text.lines().collect();
        let want = set(&[
            "local=/ads.example/",
            "local=/bad.good.ads.example/",
            "local=/host.example/",
            "local=/own.example/",
            "server=/good.ads.example/#",
            "server=/lists.host.example/#",
        ]);
        assert_eq!(lines, want);
        assert_eq!((merged.names, lines.len()), (4, merged.text.lines().count()));
        assert_eq!(merged.spared, ["lists.host.example", "pool.ntp.org"]);
    }
}
