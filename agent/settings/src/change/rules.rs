//! Rules compared by their numbers, and services, groups and schedules by their names; how they are said.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::Change;
use super::services::Service;
use super::speech::{Said, Speech, Word};
use crate::{
    Language, Member, Remark, Rule, RuleAction, Settings, Side, Source, Span, TimeZone, Title, Way,
    Weekday, Which, ZoneName,
};

/// Lists by their names.
type Lists<T> = BTreeMap<Title, Vec<T>>;

pub(super) fn compare(before: &Settings, now: &Settings) -> Vec<Change> {
    let mut told = rules(&before.rules, &now.rules);
    told.extend(hours(&before.crm.reachable_from, &now.crm.reachable_from));
    told.extend(named(
        (&before.services, &now.services),
        |service, ways| Change::ServiceNew { service, ways },
        |service, ways, before| Change::Service { service, ways, before },
        |service, before| Change::ServiceGone { service, before },
    ));
    told.extend(named(
        (&before.groups, &now.groups),
        |group, members| Change::GroupNew { group, members },
        |group, members, before| Change::Group { group, members, before },
        |group, before| Change::GroupGone { group, before },
    ));
    told.extend(named(
        (&before.schedules, &now.schedules),
        |schedule, spans| Change::ScheduleNew { schedule, spans },
        |schedule, spans, before| Change::Schedule { schedule, spans, before },
        |schedule, before| Change::ScheduleGone { schedule, before },
    ));
    told.extend(time_zone(before.time_zone.as_ref(), now.time_zone.as_ref()));
    told
}

fn rules(before: &[Rule], now: &[Rule]) -> Vec<Change> {
    let find = |rules: &[Rule], id: u16| rules.iter().find(|rule| rule.id == id).cloned();
    let mut told = Vec::new();
    for rule in now {
        let number = rule.id;
        match find(before, number) {
            None => told.push(Change::RuleNew { number, rule: rule.clone() }),
            Some(before) if !same(&before, rule) => {
                told.push(Change::Rule { number, rule: rule.clone(), before });
            }
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|rule| find(now, rule.id).is_none());
    told.extend(gone.map(|rule| Change::RuleGone { number: rule.id, before: rule.clone() }));
    let kept = |rules: &[Rule], others: &[Rule]| -> Vec<u16> {
        let kept = rules.iter().filter(|rule| find(others, rule.id).is_some());
        kept.map(|rule| rule.id).collect()
    };
    if kept(before, now) != kept(now, before) {
        told.push(Change::RuleOrder { order: now.iter().map(|rule| rule.id).collect() });
    }
    told
}

/// Whether two rules say the same: the order in their lists means nothing.
fn same(one: &Rule, other: &Rule) -> bool {
    sorted(one) == sorted(other)
}

fn sorted(rule: &Rule) -> Rule {
    let mut rule = rule.clone();
    fn sort<T: Ord>(which: &mut Which<T>) {
        if let Which::These(these) = which {
            these.sort_unstable();
        }
    }
    sort(&mut rule.from.zones);
    sort(&mut rule.from.addresses);
    sort(&mut rule.to.zones);
    sort(&mut rule.to.addresses);
    sort(&mut rule.services);
    rule
}

/// When zones reach the CRM; who does is told elsewhere.
fn hours(before: &[Source], now: &[Source]) -> Vec<Change> {
    let of = |sources: &[Source], zone: &ZoneName| {
        let source = sources.iter().find(|source| source.zone == *zone);
        source.and_then(|source| source.schedule.clone())
    };
    let change = |source: &Source| {
        let zone = source.zone.clone();
        match (of(before, &zone), source.schedule.clone()) {
            (None, Some(schedule)) => Some(Change::CrmHoursNew { zone, schedule }),
            (Some(before), Some(schedule)) if before != schedule => {
                Some(Change::CrmHours { zone, schedule, before })
            }
            (Some(before), None) => Some(Change::CrmHoursGone { zone, before }),
            _ => None,
        }
    };
    now.iter().filter_map(change).collect()
}

fn named<T: Clone + Ord>(
    (before, now): (&Lists<T>, &Lists<T>),
    new: impl Fn(Title, Vec<T>) -> Change,
    other: impl Fn(Title, Vec<T>, Vec<T>) -> Change,
    gone: impl Fn(Title, Vec<T>) -> Change,
) -> Vec<Change> {
    let sorted = |list: &[T]| {
        let mut list = list.to_vec();
        list.sort_unstable();
        list
    };
    let mut told = Vec::new();
    for (name, list) in now {
        match before.get(name) {
            None => told.push(new(name.clone(), list.clone())),
            Some(before) if sorted(before) != sorted(list) => {
                told.push(other(name.clone(), list.clone(), before.clone()));
            }
            Some(_) => {}
        }
    }
    let away = before.iter().filter(|(name, _)| !now.contains_key(*name));
    told.extend(away.map(|(name, list)| gone(name.clone(), list.clone())));
    told
}

fn time_zone(before: Option<&TimeZone>, now: Option<&TimeZone>) -> Option<Change> {
    match (before.cloned(), now.cloned()) {
        (None, Some(place)) => Some(Change::TimeZoneNew { place }),
        (Some(before), Some(place)) if before != place => Some(Change::TimeZone { place, before }),
        (Some(before), None) => Some(Change::TimeZoneGone { before }),
        _ => None,
    }
}

impl Rule {
    /// The rule as a sentence without a full stop, for a reader who knows zones by these names.
    pub fn text_naming(&self, language: Language, name: impl Fn(&str) -> Option<String>) -> String {
        self.said(&Speech { language, name: &name, cut: RefCell::default() })
    }
}

impl Remark {
    /// The oddity as a sentence.
    pub fn text(self, language: Language) -> String {
        let speech = Speech { language, name: &|_| None, cut: RefCell::default() };
        match self {
            Self::Shadowed { by } => speech.phrase(Word::RemarkShadowed, &[("by", by.to_string())]),
            Self::Redundant { by } => {
                speech.phrase(Word::RemarkRedundant, &[("by", by.to_string())])
            }
            Self::PolicyDoesIt => speech.word(Word::RemarkPolicyDoesIt),
            Self::Ipv4Only => speech.word(Word::RemarkIpv4Only),
            Self::Unused => speech.word(Word::RemarkUnused),
            Self::OffHours => speech.word(Word::RemarkOffHours),
            Self::Nobody => speech.word(Word::RemarkNobody),
        }
    }
}

impl Said for Rule {
    fn said(&self, speech: &Speech<'_>) -> String {
        let word = match self.action {
            RuleAction::Allow => Word::RuleAllow,
            RuleAction::Block => Word::RuleBlock,
            RuleAction::Reject => Word::RuleReject,
        };
        let zones = |zones: String, addresses: &Which<Member>| match addresses {
            Which::All => zones,
            Which::These(these) => {
                let values = [("zones", zones), ("addresses", these.said(speech))];
                speech.phrase(Word::SideOnly, &values)
            }
        };
        let Side { zones: from, addresses } = &self.from;
        let from = zones(which(from, Word::ZonesAll, speech), addresses);
        let Side { zones: to, addresses } = &self.to;
        let to = zones(which(to, Word::TargetsAll, speech), addresses);
        let services = match &self.services {
            Which::All => speech.word(Word::EveryService),
            Which::These(these) => these.iter().map(Service).collect::<Vec<_>>().said(speech),
        };
        let mut said = speech.phrase(word, &[("from", from), ("to", to), ("services", services)]);
        let mut and = |word, more: Option<(&'static str, String)>| {
            let mut values = vec![("rule", said.clone())];
            values.extend(more);
            said = speech.phrase(word, &values);
        };
        if let Some(schedule) = &self.schedule {
            and(Word::RuleHours, Some(("schedule", schedule.to_string())));
        }
        if self.log {
            and(Word::RuleLogged, None);
        }
        if let Some(comment) = &self.comment {
            and(Word::RuleNoted, Some(("comment", comment.to_string())));
        }
        if !self.enabled {
            and(Word::RuleOff, None);
        }
        said
    }
}

fn which<T: Said>(which: &Which<T>, all: Word, speech: &Speech<'_>) -> String {
    match which {
        Which::All => speech.word(all),
        Which::These(these) => these.said(speech),
    }
}

impl Said for Member {
    fn said(&self, speech: &Speech<'_>) -> String {
        match self {
            Self::Group(group) => speech.phrase(Word::Group, &[("group", group.to_string())]),
            other => other.to_string(),
        }
    }
}

impl Said for Span {
    fn said(&self, speech: &Speech<'_>) -> String {
        let (from, to) = (self.from.to_string(), self.to.to_string());
        // As the week goes, whatever the order in the document.
        let days = Weekday::ALL.into_iter().filter(|day| self.days.contains(day));
        let days = days.map(|day| day.said(speech)).collect::<Vec<_>>();
        let days = days.join(&speech.word(Word::Comma));
        speech.phrase(Word::Span, &[("days", days), ("from", from), ("to", to)])
    }
}

impl Said for Weekday {
    fn said(&self, speech: &Speech<'_>) -> String {
        speech.word(match self {
            Self::Mon => Word::Mon,
            Self::Tue => Word::Tue,
            Self::Wed => Word::Wed,
            Self::Thu => Word::Thu,
            Self::Fri => Word::Fri,
            Self::Sat => Word::Sat,
            Self::Sun => Word::Sun,
        })
    }
}

macro_rules! said_as_written {
    ($($type:ty),+) => {
        $(impl Said for $type {
            fn said(&self, _: &Speech<'_>) -> String {
                self.to_string()
            }
        })+
    };
}

said_as_written!(Title, Way, TimeZone);
