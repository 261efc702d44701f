//! Addresses of a zone, sorted by what rules can tell apart: two addresses that are in the same sets and
//! networks of both rulesets meet the same end, so that one of each class speaks for all of it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv4Subnets, Ipv6Net, Ipv6Subnets};

use crate::build::LINK_LOCAL;
use crate::ir::{Field, Match, Name, Ruleset, Value};

/// Addresses from the first to the last, of one IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Run {
    pub(super) v6: bool,
    first: u128,
    last: u128,
}

/// What the rules of both sides look up together: the networks of a set, or of a match.
pub(super) struct Lookups {
    all: Vec<Vec<Run>>,
    /// What is asked of where a packet goes.
    to: Vec<Run>,
    /// Most pairs of a piece of the address space and a lookup that holds it.
    most: usize,
}

/// Addresses that no rule of either side tells apart.
pub(super) struct Class {
    pub(super) runs: Vec<Run>,
    /// One of them.
    pub(super) address: IpAddr,
    /// They are link-local: good for talking to the box only.
    pub(super) local: bool,
}

/// A zone's addresses on both sides.
pub(super) struct Classes {
    pub(super) all: Vec<Class>,
    /// They are all that the zone has.
    pub(super) whole: bool,
    /// Of the box, on either side: no sender has them.
    own: Vec<Run>,
}

/// Most that are sorted while somebody waits.
const MOST: usize = 1 << 20;

impl Lookups {
    pub(super) fn of(rulesets: [&Ruleset; 2]) -> Self {
        let (mut found, mut to) = (BTreeSet::new(), Vec::new());
        let goes = |field: &Field| {
            matches!(
                field,
                Field::Ip4Destination
                    | Field::Ip6Destination
                    | Field::OriginalIp4Destination
                    | Field::OriginalIp6Destination
                    | Field::ReplyIp4Source
                    | Field::ReplyIp6Source
            )
        };
        for table in rulesets.into_iter().flat_map(|ruleset| &ruleset.tables) {
            let sets: BTreeMap<&Name, Vec<Run>> = table
                .sets
                .iter()
                .map(|set| (&set.name, set.elements.iter().flatten().filter_map(run_of).collect()))
                .collect();
            for (key, _) in table.maps.iter().flat_map(|map| &map.entries) {
                found.extend(key.iter().filter_map(run_of).map(|run| vec![run]));
            }
            let rules = table.chains.iter().flat_map(|chain| &chain.rules);
            for one in rules.flat_map(|rule| &rule.matches) {
                match one {
                    Match::Is { field, value, .. } => {
                        found.extend(run_of(value).map(|run| vec![run]));
                        to.extend(run_of(value).filter(|_| goes(field)));
                    }
                    Match::In { fields, set, .. } if fields.iter().any(goes) => {
                        to.extend(sets.get(set).into_iter().flatten());
                    }
                    _ => {}
                }
            }
            found.extend(sets.into_values().map(joined));
        }
        found.remove(&Vec::new());
        Self { all: found.into_iter().collect(), to: joined(to), most: MOST }
    }

    /// However long it takes.
    pub(super) fn unlimited(self) -> Self {
        Self { most: usize::MAX, ..self }
    }

    /// What is asked of where a packet goes, outside of these networks.
    pub(super) fn destinations_outside(&self, networks: &[IpNet]) -> Vec<Run> {
        let inside = joined(networks.iter().map(|net| Run::of(*net)).collect());
        joined(self.to.iter().flat_map(|run| run.without(&inside)).collect())
    }

    /// Whether a rule names the address, alone or with others.
    pub(super) fn name(&self, address: IpAddr) -> bool {
        let one = Run::of(address.into());
        self.all.iter().any(|group| holds(group, one))
    }
}

impl Classes {
    /// The addresses of these subnets, which a zone has on one side or both, and link-local ones when it
    /// has IPv6; `own` are the box's. Of those only, when there are some given. None when rules tell too many
    /// apart.
    pub(super) fn new(
        subnets: &[IpNet],
        own: &[IpAddr],
        lookups: &Lookups,
        only: Option<&[Run]>,
    ) -> Option<Self> {
        let has_v6 = subnets.iter().any(|subnet| matches!(subnet, IpNet::V6(_)));
        let local = Run::of(IpNet::V6(LINK_LOCAL));
        let mut space: Vec<Run> = subnets.iter().map(|subnet| Run::of(*subnet)).collect();
        space.extend(has_v6.then_some(local));
        // Each subnet and each address of the box is told apart, whether a rule names it or not.
        let named = subnets.iter().map(|subnet| vec![Run::of(*subnet)]);
        let own: Vec<Run> = own.iter().map(|address| Run::of((*address).into())).collect();
        let named: Vec<Vec<Run>> =
            named.chain(own.iter().map(|run| vec![*run])).chain([vec![local]]).collect();
        Self::cut(joined(space), &named, own, lookups, only)
    }

    /// Addresses of these runs, told apart by what rules look up and by what else is named.
    pub(super) fn cut(
        space: Vec<Run>,
        named: &[Vec<Run>],
        own: Vec<Run>,
        lookups: &Lookups,
        only: Option<&[Run]>,
    ) -> Option<Self> {
        let local = Run::of(IpNet::V6(LINK_LOCAL));
        let (space, whole) = match only {
            None => (space, true),
            Some(only) => {
                let part = common(&space, only);
                let whole = part == space;
                (part, whole)
            }
        };
        let inside = |group: &&Vec<Run>| group.iter().any(|run| any_meets(&space, *run));
        let groups: BTreeSet<&Vec<Run>> = lookups.all.iter().chain(named).filter(inside).collect();
        let groups: Vec<&Vec<Run>> = groups.into_iter().collect();
        let pieces = pieces(&space, &groups);
        let told = told(&pieces, &groups, lookups.most)?;
        let mut classes: BTreeMap<Vec<usize>, Vec<Run>> = BTreeMap::new();
        for (piece, told) in pieces.into_iter().zip(told).filter(|(piece, _)| !own.contains(piece))
        {
            classes.entry(told).or_default().push(piece);
        }
        let class = |runs: Vec<Run>| {
            let first = runs.first()?;
            Some(Class { address: first.address(first.first), local: local.meets(*first), runs })
        };
        Some(Self { all: classes.into_values().filter_map(class).collect(), whole, own })
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
        networks([runs, filled].concat())
    }

    /// The class with the most addresses of an IP version: it speaks for whomever no rule names.
    pub(super) fn largest(&self, v6: bool) -> Option<usize> {
        let of_version = self
            .all
            .iter()
            .enumerate()
            .filter(|(_, class)| !class.local && class.address.is_ipv6() == v6);
        of_version.max_by_key(|(_, class)| size(&class.runs)).map(|(index, _)| index)
    }
}

impl Class {
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        holds(&self.runs, Run::of(address.into()))
    }

    /// An address of it that a device in the subnet can have.
    pub(super) fn device(&self, subnet: IpNet) -> Option<IpAddr> {
        let ends = [subnet.network(), subnet.broadcast()];
        let is_device = |address: &IpAddr| {
            subnet.max_prefix_len() - subnet.prefix_len() < 2 || !ends.contains(address)
        };
        let both = self.runs.iter().flat_map(|run| [run.address(run.first), run.address(run.last)]);
        let between = self.runs.iter().filter(|run| run.last - run.first > 1);
        let between = between.map(|run| run.address(run.first.saturating_add(1)));
        both.chain(between).find(is_device)
    }
}

/// These, as few networks as it takes.
pub(super) fn networks(runs: Vec<Run>) -> Vec<IpNet> {
    joined(runs).into_iter().flat_map(Run::networks).collect()
}

/// How many addresses, as far as that can be counted.
pub(super) fn size(runs: &[Run]) -> u128 {
    runs.iter().fold(0, |sum, run| sum.saturating_add(run.last - run.first))
}

impl Run {
    pub(super) fn of(network: IpNet) -> Self {
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

    pub(super) fn meets(self, other: Self) -> bool {
        self.v6 == other.v6 && self.first <= other.last && other.first <= self.last
    }

    /// What is left of it without these, which are sorted and apart.
    fn without(self, others: &[Self]) -> Vec<Self> {
        let (mut left, mut first) = (Vec::new(), Some(self.first));
        for other in others.iter().filter(|other| other.meets(self)) {
            let Some(from) = first else { break };
            if let Some(last) = other.first.checked_sub(1).filter(|last| from <= *last) {
                left.push(Self { v6: self.v6, first: from, last });
            }
            first = other.last.checked_add(1).filter(|next| *next <= self.last);
        }
        left.extend(first.map(|first| Self { first, ..self }));
        left
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

pub(super) fn run_of(value: &Value) -> Option<Run> {
    match value {
        Value::Ip4(network) => Some(Run::of(Ipv4Net::trunc(network).into())),
        Value::Ip6(network) => Some(Run::of(Ipv6Net::trunc(network).into())),
        _ => None,
    }
}

/// Sorted, and those that touch made one.
pub(super) fn joined(mut runs: Vec<Run>) -> Vec<Run> {
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

/// What both hold, each sorted and joined.
pub(super) fn common(space: &[Run], only: &[Run]) -> Vec<Run> {
    let parts = space.iter().flat_map(|part| {
        let first = only.partition_point(|run| (run.v6, run.last) < (part.v6, part.first));
        let meets = only.iter().skip(first).take_while(|run| part.meets(**run));
        meets.map(|run| Run {
            v6: part.v6,
            first: run.first.max(part.first),
            last: run.last.min(part.last),
        })
    });
    parts.collect()
}

/// Whether two lists, each sorted and apart, have an address in common.
pub(super) fn meet(some: &[Run], others: &[Run]) -> bool {
    others.iter().any(|run| any_meets(some, *run))
}

/// Whether one of these, sorted and apart, meets the run.
fn any_meets(space: &[Run], run: Run) -> bool {
    let at = space.partition_point(|part| (part.v6, part.last) < (run.v6, run.first));
    space.get(at).is_some_and(|part| part.meets(run))
}

/// The space, cut wherever a group begins or ends.
fn pieces(space: &[Run], groups: &[&Vec<Run>]) -> Vec<Run> {
    let starts_of = |run: &Run| {
        let after = run.last.checked_add(1).map(|next| (run.v6, next));
        [Some((run.v6, run.first)), after].into_iter().flatten()
    };
    let mut cuts: Vec<(bool, u128)> =
        groups.iter().copied().flatten().flat_map(starts_of).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces = Vec::new();
    for part in space {
        let inside = cuts.partition_point(|cut| *cut <= (part.v6, part.first));
        let inside = cuts.iter().skip(inside).take_while(|cut| **cut <= (part.v6, part.last));
        let mut first = part.first;
        for (_, next) in inside {
            pieces.push(Run { v6: part.v6, first, last: next - 1 });
            first = *next;
        }
        pieces.push(Run { v6: part.v6, first, last: part.last });
    }
    pieces
}

/// Of each piece the groups that hold it, which no group cuts.
fn told(pieces: &[Run], groups: &[&Vec<Run>], most: usize) -> Option<Vec<Vec<usize>>> {
    let mut told = vec![Vec::new(); pieces.len()];
    let mut pairs = 0;
    for (index, group) in groups.iter().enumerate() {
        for run in *group {
            let first =
                pieces.partition_point(|piece| (piece.v6, piece.last) < (run.v6, run.first));
            let held = pieces.iter().zip(&mut told).skip(first);
            for (_, told) in held.take_while(|(piece, _)| run.meets(**piece)) {
                pairs += 1;
                if pairs > most {
                    return None;
                }
                told.push(index);
            }
        }
    }
    Some(told)
}

/// Whether the group, which is joined, holds the piece, which it does not cut.
fn holds(group: &[Run], piece: Run) -> bool {
    let after = group.partition_point(|run| (run.v6, run.first) <= (piece.v6, piece.first));
    let before = after.checked_sub(1).and_then(|index| group.get(index));
    before.is_some_and(|run| run.v6 == piece.v6 && piece.last <= run.last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_taken_out_of_a_run() {
        let run = |text: &str| Run::of(text.parse().unwrap());
        let left = |of: &str, others: &[&str]| -> Vec<String> {
            let others = joined(others.iter().map(|text| run(text)).collect());
            let left = run(of).without(&others).into_iter();
            left.flat_map(Run::networks).map(|net| net.to_string()).collect()
        };
        assert_eq!(left("10.0.0.0/8", &[]), ["10.0.0.0/8"]);
        assert_eq!(left("10.0.0.0/30", &["10.0.0.1/32"]), ["10.0.0.0/32", "10.0.0.2/31"]);
        assert_eq!(left("10.0.0.0/30", &["10.0.0.0/31", "10.0.0.3/32"]), ["10.0.0.2/32"]);
        assert_eq!(left("10.0.0.4/30", &["10.0.0.0/8"]), [] as [&str; 0]);
        assert_eq!(left("10.0.0.0/31", &["fd00::/8", "11.0.0.0/8"]), ["10.0.0.0/31"]);
        assert_eq!(left("128.0.0.0/1", &["128.0.0.0/2", "255.0.0.0/8"]).len(), 6);
    }
}
