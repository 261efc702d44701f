//! Published services compared by their numbers, and how they are said.

use std::collections::BTreeMap;

use super::Change;
use super::speech::{Said, Speech, Word};
use crate::{Publication, Which};

pub(super) fn compare(before: &[Publication], now: &[Publication]) -> Vec<Change> {
    let (before, now) = (by_number(before), by_number(now));
    let mut told = Vec::new();
    for (id, service) in &now {
        let service = (*service).clone();
        match before.get(id) {
            None => told.push(Change::PublishNew { service }),
            Some(former) if same(former, &service) => {}
            Some(former) => {
                let before = (*former).clone();
                told.push(match (before.enabled, service.enabled) {
                    (true, false) if but_enabled(&before, &service) => {
                        Change::PublishOff { service }
                    }
                    (false, true) if but_enabled(&before, &service) => {
                        Change::PublishOn { service }
                    }
                    _ => Change::Publish { service, before },
                });
            }
        }
    }
    let gone = before.iter().filter(|(id, _)| !now.contains_key(*id));
    told.extend(gone.map(|(_, one)| Change::PublishGone { before: (*one).clone() }));
    told
}

fn by_number(list: &[Publication]) -> BTreeMap<u16, &Publication> {
    list.iter().map(|one| (one.id, one)).collect()
}

/// Whether both say the same: the order of ports and of who may come means nothing.
fn same(one: &Publication, other: &Publication) -> bool {
    let plain = |one: &Publication| {
        let mut one = one.clone();
        one.ports.sort_unstable();
        if let Which::These(members) = &mut one.from {
            members.sort_unstable();
        }
        one
    };
    plain(one) == plain(other)
}

fn but_enabled(one: &Publication, other: &Publication) -> bool {
    same(one, &Publication { enabled: one.enabled, ..other.clone() })
}

impl Said for Publication {
    fn said(&self, speech: &Speech<'_>) -> String {
        let to = &self.to;
        let mut at = to.address.to_string();
        if let Some(port) = to.port {
            at = speech.phrase(Word::PublishPort, &[("address", at), ("port", port.to_string())]);
        }
        let values = [
            ("label", self.label.to_string()),
            ("ports", self.ports.said(speech)),
            ("zone", to.zone.said(speech)),
            ("address", at),
        ];
        let mut said = speech.phrase(Word::Publish, &values);
        let mut and = |word, value: Option<(&'static str, String)>| {
            let values: Vec<_> = [("service", said.clone())].into_iter().chain(value).collect();
            said = speech.phrase(word, &values);
        };
        if let Which::These(members) = &self.from {
            and(Word::PublishFrom, Some(("addresses", members.said(speech))));
        }
        if let Some(ending) = to.ipv6 {
            and(Word::PublishIpv6, Some(("ending", ending.to_string())));
        }
        if let Some(until) = self.until {
            and(Word::PublishUntil, Some(("day", until.to_string())));
        }
        if let Some(comment) = &self.comment {
            and(Word::PublishNoted, Some(("comment", comment.to_string())));
        }
        if !self.enabled {
            and(Word::PublishOff, None);
        }
        said
    }
}
