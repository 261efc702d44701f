//! Rules, and the services, groups and schedules that they name: nothing that is not there, nothing
//! without effect, nothing that reaches the CRM by another way than its own list.

use std::collections::BTreeSet;

use super::{Check, MAX_GROUPS, MAX_MEMBERS, MAX_RULES, MAX_SCHEDULES, MAX_SERVICES, MAX_WAYS};
use crate::problem::Place;
use crate::{Member, Reason, Rule, Side, Target, Title, Which, known_service};

impl Check<'_> {
    pub(super) fn rules(&mut self) {
        self.services();
        self.groups();
        self.schedules();
        let rules = Place::Root.field("rules");
        let mut seen = BTreeSet::new();
        for (index, rule) in self.settings.rules.iter().enumerate() {
            let place = rules.entry(index);
            if !seen.insert(rule.id) {
                self.note(&place.field("id"), Reason::RuleIdUsed { number: rule.id });
            }
            self.rule(&place, rule);
        }
    }

    pub(super) fn rule_counts(&self) -> [(&'static str, usize, usize); 4] {
        let settings = self.settings;
        [
            ("rules", settings.rules.len(), MAX_RULES),
            ("services", settings.services.len(), MAX_SERVICES),
            ("groups", settings.groups.len(), MAX_GROUPS),
            ("schedules", settings.schedules.len(), MAX_SCHEDULES),
        ]
    }

    fn services(&mut self) {
        let services = Place::Root.field("services");
        for (name, ways) in &self.settings.services {
            let place = services.field(name.as_str());
            if known_service(name.as_str()).is_some() {
                self.note(&place, Reason::ServiceKnown { name: name.clone() });
            }
            self.list(&place, ways, MAX_WAYS);
        }
    }

    fn groups(&mut self) {
        let groups = Place::Root.field("groups");
        for (name, members) in &self.settings.groups {
            let place = groups.field(name.as_str());
            self.list(&place, members, MAX_MEMBERS);
            self.known_groups(&place, members);
            if self.holds_itself(name) {
                self.note(&place, Reason::GroupCircle { group: name.clone() });
            }
        }
    }

    pub(super) fn known_groups(&mut self, place: &Place<'_>, members: &[Member]) {
        for (index, member) in members.iter().enumerate() {
            if let Member::Group(group) = member
                && !self.settings.groups.contains_key(group)
            {
                let place = place.entry(index);
                self.note(&place.field("group"), Reason::GroupUnknown { group: group.clone() });
            }
        }
    }

    fn holds_itself(&self, name: &Title) -> bool {
        let (mut next, mut seen) = (vec![name], BTreeSet::new());
        while let Some(group) = next.pop() {
            let members = self.settings.groups.get(group).map(Vec::as_slice).unwrap_or_default();
            for member in members {
                if let Member::Group(inner) = member {
                    if inner == name {
                        return true;
                    }
                    if seen.insert(inner) {
                        next.push(inner);
                    }
                }
            }
        }
        false
    }

    fn schedules(&mut self) {
        let schedules = Place::Root.field("schedules");
        for (name, spans) in &self.settings.schedules {
            let place = schedules.field(name.as_str());
            self.list(&place, spans, MAX_WAYS);
            for (index, span) in spans.iter().enumerate() {
                let place = place.entry(index);
                self.list(&place.field("days"), &span.days, 7);
                if span.from == span.to {
                    self.note(&place.field("to"), Reason::SpanEmpty);
                }
            }
        }
        if !self.settings.schedules.is_empty() && self.settings.time_zone.is_none() {
            self.note(&Place::Root.field("time_zone"), Reason::TimeZoneMissing);
        }
    }

    fn rule(&mut self, place: &Place<'_>, rule: &Rule) {
        let crm = &self.settings.crm.zone;
        let from = place.field("from");
        for (index, zone) in rule.from.zones.named().iter().enumerate() {
            let zones = from.field("zones");
            let place = zones.entry(index);
            self.known_zone(&place, zone);
            if zone == crm {
                self.note(&place, Reason::PolicyCrm { zone: crm.clone() });
            }
        }
        let to = place.field("to");
        for (index, target) in rule.to.zones.named().iter().enumerate() {
            let zones = to.field("zones");
            let place = zones.entry(index);
            if let Target::Zone(zone) = target {
                self.known_zone(&place, zone);
                if zone == crm {
                    self.note(&place, Reason::PolicyCrm { zone: crm.clone() });
                }
            }
        }
        self.side(&from, &rule.from);
        self.side(&to, &rule.to);
        if let Which::These(members) = &rule.to.addresses {
            let has_card = |member: &&Member| matches!(member, Member::Mac(_));
            if self.settings.members(members).iter().any(has_card) {
                self.note(&to.field("addresses"), Reason::MacAsTarget);
            }
        }
        if self.problems.is_empty() && rule.pairs(self.settings).is_empty() {
            self.note(&to.field("zones"), Reason::PolicySame);
        }
        if let Which::These(services) = &rule.services {
            let place = place.field("services");
            self.list(&place, services, MAX_WAYS);
            for (index, service) in services.iter().enumerate() {
                if self.settings.ways(service).is_none() {
                    let name = service.clone();
                    self.note(&place.entry(index), Reason::ServiceUnknown { name });
                }
            }
        }
        if let Some(schedule) = &rule.schedule
            && !self.settings.schedules.contains_key(schedule)
        {
            let schedule = schedule.clone();
            self.note(&place.field("schedule"), Reason::ScheduleUnknown { schedule });
        }
    }

    fn side<Z: PartialEq>(&mut self, place: &Place<'_>, side: &Side<Z>) {
        if let Which::These(zones) = &side.zones {
            self.list(&place.field("zones"), zones, super::MAX_ZONES);
        }
        if let Which::These(members) = &side.addresses {
            let place = place.field("addresses");
            self.list(&place, members, MAX_MEMBERS);
            self.known_groups(&place, members);
        }
    }

    /// A list that says something, nothing twice, and not too much.
    pub(super) fn list<T: PartialEq>(&mut self, place: &Place<'_>, list: &[T], max: usize) {
        if list.is_empty() {
            self.note(place, Reason::ListEmpty);
        }
        if list.len() > max {
            return self.note(place, Reason::TooMany { max });
        }
        for (index, one) in list.iter().enumerate() {
            if list.iter().take(index).any(|before| before == one) {
                self.note(&place.entry(index), Reason::ListRepeats);
            }
        }
    }
}
