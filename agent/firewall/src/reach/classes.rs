//! Addresses of a zone, sorted by what rules can tell apart: two addresses that are in the same sets and
//! networks of both rulesets meet the same end, so that one of each class speaks for all of it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv4Subnets, Ipv6Net, Ipv6Subnets};

use crate::build::LINK_LOCAL;
use crate::ir::{Match, Ruleset, Value};

/// Addresses from the first to the last, of one IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    v6: bool,
    first: u128,
    last: u128,
}

/// What the rules of both sides look up together: the networks of a set, or of a match.
pub(super) struct Lookups(BTreeSet<Vec<Run>>);

/// Addresses that no rule of either side tells apart.
pub(super) struct Class {
    runs: Vec<Run>,
    /// One of them.
    pub(super) address: IpAddr,
    /// They are link-local: good for talking to the box only.
    pub(super) local: bool,
}

/// A zone's addresses on both sides.
pub(super) struct Classes {
    pub(super) all: Vec<Class>,
    /// Of the box, on either side: no sender has them.
    own: Vec<Run>,
}

impl Lookups {
    pub(super) fn of(rulesets: [&Ruleset; 2]) -> Self {
        let mut found = BTreeSet::new();
        for table in rulesets.into_iter().flat_map(|ruleset| &ruleset.tables) {
            for set in &table.sets {
                found.insert(joined(set.elements.iter().flatten().filter_map(run_of).collect()));
            }
            for (key, _) in table.maps.iter().flat_map(|map| &map.entries) {
                found.extend(key.iter().filter_map(run_of).map(|run| vec![run]));
            }
            let rules = table.chains.iter().flat_map(|chain| &chain.rules);
            for one in rules.flat_map(|rule| &rule.matches) {
                if let Match::Is { value, .. } = one {
                    found.extend(run_of(value).map(|run| vec![run]));
                }
            }
        }
        found.remove(&Vec::new());
        Self(found)
    }
}

impl Classes {
    /// The addresses of these subnets, which a zone has on one side or both, and link-local ones when it
    /// has IPv6; `own` are the box's.
    pub(super) fn new(subnets: &[IpNet], own: &[IpAddr], lookups: &Lookups) -> Self {
        let has_v6 = subnets.iter().any(|subnet| matches!(subnet, IpNet::V6(_)));
        let local = Run::of(IpNet::V6(LINK_LOCAL));
        let mut space: Vec<Run> = subnets.iter().map(|subnet| Run::of(*subnet)).collect();
        space.extend(has_v6.then_some(local));
        let space = joined(space);
        let own: Vec<Run> = own.iter().map(|address| Run::of((*address).into())).collect();
        let inside =
            |group: &&Vec<Run>| group.iter().any(|run| space.iter().any(|part| part.meets(*run)));
        // Each subnet and each address of the box is told apart, whether a rule names it or not.
        let named = subnets.iter().map(|subnet| vec![Run::of(*subnet)]);
        let named: BTreeSet<Vec<Run>> =
            named.chain(own.iter().map(|run| vec![*run])).chain([vec![local]]).collect();
        let groups: Vec<&Vec<Run>> = lookups.0.union(&named).filter(inside).collect();
        let mut classes: BTreeMap<Vec<bool>, Vec<Run>> = BTreeMap::new();
        for piece in pieces(&space, &groups).into_iter().filter(|piece| !own.contains(piece)) {
            let told = groups.iter().map(|group| holds(group, piece)).collect();
            classes.entry(told).or_default().push(piece);
        }
        let class = |runs: Vec<Run>| {
            let first = runs.first()?;
            Some(Class { address: first.address(first.first), local: local.meets(*first), runs })
        };
        Self { all: classes.into_values().filter_map(class).collect(), own }
    }

    /// The addresses of these classes, as few networks as it takes.
    pub(super) fn networks(&self, of: &BTreeSet<usize>) -> Vec<IpNet> {
        let chosen = self.all.iter().enumerate().filter(|(index, _)| of.contains(index));
        let mut runs: Vec<Run> = chosen.flat_map(|(_, class)| class.runs.iter().copied()).collect();
        runs.sort_unstable();
        // The box's own address in the middle of others is not worth three networks.
        let between = |own: &&Run| {
            let before = own.first.checked_sub(1);
            let after = own.last.checked_add(1);
            runs.iter().any(|run| run.v6 == own.v6 && Some(run.last) == before)
                && runs.iter().any(|run| run.v6 == own.v6 && Some(run.first) == after)
        };
        let filled: Vec<Run> = self.own.iter().filter(between).copied().collect();
        joined([runs, filled].concat()).into_iter().flat_map(Run::networks).collect()
    }
}

impl Run {
    fn of(network: IpNet) -> Self {
        match network {
            IpNet::V4(net) => Self {
                v6: false,
                first: net.network().to_bits().into(),
                last: net.broadcast().to_bits().into(),
            },
            IpNet::V6(net) => {
                Self { v6: true, first: net.network().to_bits(), last: net.broadcast().to_bits() }
            }
        }
    }

    fn meets(self, other: Self) -> bool {
        self.v6 == other.v6 && self.first <= other.last && other.first <= self.last
    }

    fn address(self, bits: u128) -> IpAddr {
        if self.v6 {
            Ipv6Addr::from_bits(bits).into()
        } else {
            // A run of IPv4 comes from IPv4 networks.
            Ipv4Addr::from_bits(u32::try_from(bits).unwrap_or(u32::MAX)).into()
        }
    }

    fn networks(self) -> Vec<IpNet> {
        match (self.address(self.first), self.address(self.last)) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                Ipv4Subnets::new(first, last, 0).map(IpNet::V4).collect()
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                Ipv6Subnets::new(first, last, 0).map(IpNet::V6).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn run_of(value: &Value) -> Option<Run> {
    match value {
        Value::Ip4(network) => Some(Run::of(Ipv4Net::trunc(network).into())),
        Value::Ip6(network) => Some(Run::of(Ipv6Net::trunc(network).into())),
        _ => None,
    }
}

/// Sorted, and those that touch made one.
fn joined(mut runs: Vec<Run>) -> Vec<Run> {
    runs.sort_unstable();
    let mut out: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs {
        match out.last_mut() {
            Some(last) if last.v6 == run.v6 && run.first <= last.last.saturating_add(1) => {
                last.last = last.last.max(run.last);
            }
            _ => out.push(run),
        }
    }
    out
}

/// The space, cut wherever a group begins or ends.
fn pieces(space: &[Run], groups: &[&Vec<Run>]) -> Vec<Run> {
    let mut pieces = Vec::new();
    for part in space {
        let mut starts = BTreeSet::from([part.first]);
        for run in groups.iter().copied().flatten().filter(|run| run.meets(*part)) {
            starts.insert(run.first.max(part.first));
            starts.extend(run.last.checked_add(1).filter(|next| *next <= part.last));
        }
        let ends = starts.iter().skip(1).map(|next| next - 1).chain([part.last]);
        pieces.extend(starts.iter().zip(ends).map(|(first, last)| Run {
            v6: part.v6,
            first: *first,
            last,
        }));
    }
    pieces
}

/// Whether the group, which is joined, holds the piece, which no group cuts.
fn holds(group: &[Run], piece: Run) -> bool {
    let after = group.partition_point(|run| (run.v6, run.first) <= (piece.v6, piece.first));
    let before = after.checked_sub(1).and_then(|index| group.get(index));
    before.is_some_and(|run| run.v6 == piece.v6 && piece.last <= run.last)
}
