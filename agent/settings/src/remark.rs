//! What is odd about rules: those that never decide, or that say what is so without them. Only what is sure
//! is told: a rule that several others cover together is not.

use std::collections::BTreeSet;

use ipnet::{Ipv4Net, Ipv6Net};

use crate::{
    Allow, Ipv6Zone, MacAddress, Member, Rule, RuleAction, Settings, Target, Way, Which, ZoneName,
    known_service,
};

/// One oddity of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Whatever fits it fits an earlier rule, which does something else.
    Shadowed {
        /// The earlier rule.
        by: u16,
    },
    /// Whatever fits it fits an earlier rule, which does the same.
    Redundant {
        /// The earlier rule.
        by: u16,
    },
    /// The policies of its zones do the same, and no later rule does otherwise.
    PolicyDoesIt,
    /// It stops devices by IPv4 addresses only, in a zone that has IPv6 as well.
    Ipv4Only,
    /// It decided nothing for 30 days: whoever counts knows.
    Unused,
    /// It is out of its hours: whoever has a clock knows.
    OffHours,
    /// Nobody in its zones can have the addresses that it names.
    Nobody,
}

impl Settings {
    /// Rules that are switched on, in zones where nobody can have the addresses that they name.
    pub fn rules_for_nobody(&self) -> impl Iterator<Item = &Rule> {
        let on = self.rules.iter().filter(|rule| rule.enabled);
        on.filter(|rule| View::new(self, rule).is_for_nobody(self))
    }

    /// Oddities of all rules that are switched on, by number, in their order.
    pub fn remarks(&self) -> Vec<(u16, Remark)> {
        let views: Vec<View<'_>> = self.rules.iter().map(|rule| View::new(self, rule)).collect();
        let mut told = Vec::new();
        for (index, view) in views.iter().enumerate().filter(|(_, view)| view.rule.enabled) {
            let id = view.rule.id;
            if view.is_for_nobody(self) {
                told.push((id, Remark::Nobody));
                continue;
            }
            let (before, after) = (views.iter().take(index), views.iter().skip(index + 1));
            let covering = before.filter(|earlier| earlier.rule.enabled && earlier.covers(view));
            if let Some(earlier) = covering.map(|earlier| earlier.rule).next() {
                let by = earlier.id;
                told.push((
                    id,
                    if earlier.action == view.rule.action {
                        Remark::Redundant { by }
                    } else {
                        Remark::Shadowed { by }
                    },
                ));
            } else if view.is_policy(self) && !after.clone().any(|later| later.is_against(view)) {
                told.push((id, Remark::PolicyDoesIt));
            }
            if view.is_ipv4_only(self) {
                told.push((id, Remark::Ipv4Only));
            }
        }
        told
    }
}

/// A rule with all names looked up.
struct View<'s> {
    rule: &'s Rule,
    pairs: BTreeSet<(&'s ZoneName, Target)>,
    from: Addresses,
    to: Addresses,
    /// None is everything.
    ways: Option<Vec<Way>>,
}

#[derive(Default)]
struct Addresses {
    all: bool,
    v4: Vec<Ipv4Net>,
    v6: Vec<Ipv6Net>,
    cards: BTreeSet<MacAddress>,
}

impl Addresses {
    fn new(settings: &Settings, which: &Which<Member>) -> Self {
        let mut found = Self { all: *which == Which::All, ..Self::default() };
        for member in settings.members(which.named()) {
            if let Member::Mac(mac) = member {
                found.cards.insert(*mac);
            }
            let (v4, v6) = member.networks();
            found.v4.extend(v4);
            found.v6.extend(v6);
        }
        found.v4 = Ipv4Net::aggregate(&found.v4);
        found.v6 = Ipv6Net::aggregate(&found.v6);
        found
    }

    fn name_v6(&self) -> bool {
        self.all || !self.cards.is_empty() || !self.v6.is_empty()
    }

    /// Whether an IPv4 address that they name can be on the internet: one that is in no zone.
    fn name_outside(&self, settings: &Settings) -> bool {
        let zones = settings.zones.keys();
        let inside: Vec<Ipv4Net> = zones.flat_map(|zone| settings.networks_v4(zone)).collect();
        let is_inside = |net: &Ipv4Net| inside.iter().any(|own| own.contains(net));
        self.all || !self.v4.iter().all(is_inside)
    }

    /// Whether somebody in the zone can have one of them: of IPv4, and of IPv6.
    fn versions_in(&self, settings: &Settings, name: &ZoneName) -> [bool; 2] {
        let Some(zone) = settings.zones.get(name) else { return [false; 2] };
        let networks: Vec<Ipv4Net> = settings.networks_v4(name).collect();
        let meets =
            |net: &Ipv4Net| networks.iter().any(|own| own.contains(net) || net.contains(own));
        let any = self.all || !self.cards.is_empty();
        let v4 = !networks.is_empty() && (any || self.v4.iter().any(meets));
        [v4, zone.ipv6 == Ipv6Zone::Automatic && self.name_v6()]
    }

    fn covers(&self, other: &Self) -> bool {
        if self.all || other.all {
            return self.all;
        }
        other.v4.iter().all(|net| self.v4.iter().any(|own| own.contains(net)))
            && other.v6.iter().all(|net| self.v6.iter().any(|own| own.contains(net)))
            && other.cards.is_subset(&self.cards)
    }
}

impl<'s> View<'s> {
    fn new(settings: &'s Settings, rule: &'s Rule) -> Self {
        let ways = match &rule.services {
            Which::All => None,
            Which::These(services) => {
                let ways = services.iter().filter_map(|service| settings.ways(service));
                Some(ways.flatten().copied().collect())
            }
        };
        Self {
            rule,
            pairs: rule.pairs(settings).into_iter().collect(),
            from: Addresses::new(settings, &rule.from.addresses),
            to: Addresses::new(settings, &rule.to.addresses),
            ways,
        }
    }

    fn covers(&self, other: &Self) -> bool {
        let at_all_its_hours =
            self.rule.schedule.is_none() || self.rule.schedule == other.rule.schedule;
        at_all_its_hours
            && self.pairs.is_superset(&other.pairs)
            && self.from.covers(&other.from)
            && self.to.covers(&other.to)
            && self.is_for(other.ways.as_deref())
    }

    /// Whether no pair of its zones has the addresses that it names. Which networks of IPv6 a zone has is the
    /// provider's business.
    fn is_for_nobody(&self, settings: &Settings) -> bool {
        let can = |(from, to): &(&ZoneName, Target)| {
            let sends = self.from.versions_in(settings, from);
            let gets = match to {
                Target::Wan => [self.to.name_outside(settings), self.to.name_v6()],
                Target::Zone(zone) => self.to.versions_in(settings, zone),
            };
            sends.into_iter().zip(gets).any(|(sends, gets)| sends && gets)
        };
        !self.pairs.iter().any(can)
    }

    fn is_for(&self, wanted: Option<&[Way]>) -> bool {
        match (&self.ways, wanted) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(wanted)) => {
                wanted.iter().all(|way| own.iter().any(|own| own.covers(*way)))
            }
        }
    }

    /// Whether the policies do the same with whatever fits it.
    fn is_policy(&self, settings: &Settings) -> bool {
        let web = known_service("web").unwrap_or_default();
        let allowed = |(from, to): &(&ZoneName, Target)| match settings.policy(from, to) {
            Some(Allow::All) => true,
            Some(Allow::Web) => self.ways.as_ref().is_some_and(|ways| {
                ways.iter().all(|way| web.iter().any(|open| open.covers(*way)))
            }),
            None => false,
        };
        let shut = |(from, to): &(&ZoneName, Target)| match settings.policy(from, to) {
            Some(Allow::All) => false,
            Some(Allow::Web) => self.ways.as_ref().is_some_and(|ways| {
                !ways.iter().any(|way| web.iter().any(|open| meet(*open, *way)))
            }),
            None => true,
        };
        match self.rule.action {
            RuleAction::Allow => self.pairs.iter().all(allowed),
            // What one stops that writes nothing down is not told as refused: it does something.
            RuleAction::Block => self.rule.log && self.pairs.iter().all(shut),
            // A policy drops, and never answers.
            RuleAction::Reject => false,
        }
    }

    /// Whether it may decide otherwise about what the other is about.
    fn is_against(&self, other: &Self) -> bool {
        self.rule.enabled
            && self.rule.action != other.rule.action
            && !self.pairs.is_disjoint(&other.pairs)
    }

    fn is_ipv4_only(&self, settings: &Settings) -> bool {
        let stops = self.rule.action != RuleAction::Allow;
        let v4 = |one: &Addresses| !one.v4.is_empty() && one.v6.is_empty() && one.cards.is_empty();
        let has_v6 = |zone: &ZoneName| {
            settings.zones.get(zone).is_some_and(|zone| zone.ipv6 == Ipv6Zone::Automatic)
        };
        stops && (v4(&self.from) || v4(&self.to)) && self.pairs.iter().any(|(from, _)| has_v6(from))
    }
}

fn meet(one: Way, other: Way) -> bool {
    match (one, other) {
        (Way::Tcp(one), Way::Tcp(other)) | (Way::Udp(one), Way::Udp(other)) => {
            one.first <= other.last && other.first <= one.last
        }
        (Way::Ping, Way::Ping) => true,
        _ => false,
    }
}
