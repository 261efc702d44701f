//! Checks settings as a whole: nothing ambiguous, nothing without effect, nobody locked out.
//! Zones are checked in `validate/zones.rs`, who may reach what in `validate/sources.rs`.

mod blocking;
mod dns;
mod egress;
mod labels;
mod publish;
mod relays;
mod reservations;
mod routes;
mod rules;
mod sources;
mod zones;

use std::collections::{BTreeMap, BTreeSet};

use crate::problem::Place;
use crate::{PortRole, Problem, Reason, Settings, Target, ZoneName};

pub use dns::MAX_TLS_SERVERS;
pub use egress::MAX_EGRESS;
pub use reservations::MAX_RESERVATIONS;

/// Most zones.
pub const MAX_ZONES: usize = 64;
/// Most ports.
pub const MAX_PORTS: usize = 64;
/// Most policies.
pub const MAX_POLICIES: usize = 256;
/// Most static routes.
pub const MAX_ROUTES: usize = 256;
/// Most networks in one list of addresses.
pub const MAX_ADDRESSES: usize = 1024;

/// Most rules.
pub const MAX_RULES: usize = 500;
/// Most services of the admin's own.
pub const MAX_SERVICES: usize = 200;
/// Most address groups.
pub const MAX_GROUPS: usize = 200;
/// Most members of a group, or of a rule's own list.
pub const MAX_MEMBERS: usize = 256;
/// Most schedules.
pub const MAX_SCHEDULES: usize = 50;
/// Most ways of a service, spans of a schedule, services of a rule.
pub const MAX_WAYS: usize = 32;

/// All that is wrong; empty when nothing is.
pub(crate) fn problems(settings: &Settings) -> Vec<Problem> {
    let mut check = Check { settings, problems: Vec::new() };
    check.counts();
    // Zones are compared in pairs: not with thousands of them.
    if check.problems.is_empty() {
        check.ports();
        check.zones();
        check.policies();
        check.rules();
        check.management();
        check.crm();
        check.labels();
        check.routes();
        check.dns();
        check.egress();
        check.blocking();
        check.publish();
        check.relays();
    }
    check.problems
}

struct Check<'s> {
    settings: &'s Settings,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn note(&mut self, place: &Place<'_>, reason: Reason) {
        self.problems.push(place.problem(reason));
    }

    fn counts(&mut self) {
        let Settings { ports, zones, policies, management, crm, routes, egress, .. } =
            self.settings;
        let management = (Place::Root.field("management"), "from", management.from.len());
        let crm = (Place::Root.field("crm"), "reachable_from", crm.reachable_from.len());
        for (place, field, count, max) in [
            (Place::Root, "ports", ports.len(), MAX_PORTS),
            (Place::Root, "zones", zones.len(), MAX_ZONES),
            (Place::Root, "policies", policies.len(), MAX_POLICIES),
            (Place::Root, "routes", routes.len(), MAX_ROUTES),
            (Place::Root, "egress", egress.len(), MAX_EGRESS),
            (management.0, management.1, management.2, MAX_ZONES),
            (crm.0, crm.1, crm.2, MAX_ZONES),
        ] {
            if count > max {
                self.note(&place.field(field), Reason::TooMany { max });
            }
        }
        for (field, count, max) in
            self.rule_counts().into_iter().chain([self.publish_counts(), self.relay_counts()])
        {
            if count > max {
                self.note(&Place::Root.field(field), Reason::TooMany { max });
            }
        }
    }

    fn known_zone(&mut self, place: &Place<'_>, zone: &ZoneName) -> bool {
        let known = self.settings.zones.contains_key(zone);
        if !known {
            self.note(place, Reason::ZoneUnknown { zone: zone.clone() });
        }
        known
    }

    fn ports(&mut self) {
        let ports = Place::Root.field("ports");
        let mut matches = BTreeMap::new();
        let mut wan = None;
        for (name, port) in &self.settings.ports {
            let place = ports.field(name.as_str());
            if let Some(other) = matches.insert(&port.matches, name) {
                self.note(&place.field("match"), Reason::MatchUsed { port: other.clone() });
            }
            let place = place.field("role");
            match &port.role {
                PortRole::Wan => match wan {
                    None => wan = Some(name),
                    Some(first) => {
                        let (port, other) = (first.clone(), name.clone());
                        self.note(&place, Reason::WanUsed { port, other });
                    }
                },
                PortRole::Access(zone) => {
                    self.known_zone(&place.field("access"), zone);
                }
                PortRole::Trunk(zones) => self.trunk(&place.field("trunk"), zones),
            }
        }
    }

    fn trunk(&mut self, place: &Place<'_>, zones: &[ZoneName]) {
        if zones.is_empty() {
            self.note(place, Reason::TrunkEmpty);
        }
        let mut seen = BTreeSet::new();
        for (index, zone) in zones.iter().enumerate() {
            let place = place.entry(index);
            self.known_zone(&place, zone);
            if !seen.insert(zone) {
                self.note(&place, Reason::TrunkRepeats { zone: zone.clone() });
            }
        }
    }

    fn policies(&mut self) {
        let policies = Place::Root.field("policies");
        let crm = &self.settings.crm.zone;
        let mut seen = BTreeSet::new();
        for (index, policy) in self.settings.policies.iter().enumerate() {
            let place = policies.entry(index);
            self.known_zone(&place.field("from"), &policy.from);
            if policy.from == *crm {
                self.note(&place.field("from"), Reason::PolicyCrm { zone: crm.clone() });
            }
            if let Target::Zone(to) = &policy.to {
                let place = place.field("to");
                self.known_zone(&place, to);
                if to == crm {
                    self.note(&place, Reason::PolicyCrm { zone: crm.clone() });
                }
                if *to == policy.from {
                    self.note(&place, Reason::PolicySame);
                }
            }
            if !seen.insert((&policy.from, &policy.to)) {
                self.note(&place, Reason::PolicyRepeated);
            }
        }
    }
}
