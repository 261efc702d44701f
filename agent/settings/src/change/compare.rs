//! Two documents compared, told in the order of a person: who reaches what, zones, the CRM, ports,
//! quarantine, names, language.

use super::Change;
use super::{
    Door, blocking, crm, dns, egress, policies, ports, publish, quarantine, reached, relays,
    routes, rules, zones,
};
use crate::{Management, Settings};

impl Settings {
    /// What differs in the new document, both having been checked; empty exactly when they are equal.
    /// The order of policies, sources, networks and zones on a trunk means nothing (that of rules does): it is told only
    /// when nothing else differs.
    pub fn changes(&self, new: &Self) -> Vec<Change> {
        // Every field is named, so that a new one cannot be forgotten here. The version says how the
        // document was written, not what it wants.
        let Self {
            version: _,
            language,
            ports,
            zones,
            policies,
            management,
            crm,
            routes,
            quarantine: held,
            dns,
            blocking: blocked,
            // By `egress::compare`.
            egress: _,
            publish: published,
            relays: relayed,
            // These by `rules::compare`.
            rules: _,
            services: _,
            groups: _,
            schedules: _,
            time_zone: _,
        } = new;
        let Management { from } = management;
        let mut told = policies::compare(&self.policies, policies);
        told.extend(rules::compare(self, new));
        told.extend(publish::compare(&self.publish, published));
        told.extend(relays::compare(&self.relays, relayed));
        told.extend(reached::compare(Door::Crm, &self.crm.reachable_from, &crm.reachable_from));
        told.extend(reached::compare(Door::AdminPages, &self.management.from, from));
        told.extend(zones::compare(&self.zones, zones));
        told.extend(routes::compare(&self.routes, routes));
        told.extend(crm::compare(self, new));
        told.extend(egress::compare(self, new));
        told.extend(ports::compare(&self.ports, ports));
        told.extend(quarantine::compare(&self.quarantine, held));
        told.extend(dns::compare(&self.dns, dns));
        told.extend(blocking::compare(&self.blocking, blocked));
        if self.language != *language {
            told.push(Change::Language { language: *language, before: self.language });
        }
        if told.is_empty() && self != new {
            told.push(Change::Order);
        }
        told
    }
}
