//! Ports compared by name: new ones, what is different in those that stay, those that went.

use std::collections::BTreeMap;

use super::Change;
use crate::{Port, PortMatch, PortName, PortRole, ZoneName};

type Ports = BTreeMap<PortName, Port>;

pub(super) fn compare(before: &Ports, now: &Ports) -> Vec<Change> {
    let new = now.iter().filter(|(name, _)| !before.contains_key(*name)).map(|(name, port)| {
        let Port { matches: card, role } = port.clone();
        Change::PortNew { port: name.clone(), card, role }
    });
    let kept = now.iter().filter_map(|(name, port)| Some((name, before.get(name)?, port)));
    let kept = kept.flat_map(|(name, before, now)| {
        let Port { matches, role } = now;
        let mut told = self::role(name, &before.role, role);
        told.extend(card(name, &before.matches, matches));
        told
    });
    let gone = before.keys().filter(|name| !now.contains_key(*name));
    let gone = gone.map(|name| Change::PortGone { port: name.clone() });
    new.chain(kept).chain(gone).collect()
}

fn role(name: &PortName, before: &PortRole, now: &PortRole) -> Vec<Change> {
    match (before, now) {
        (PortRole::Trunk(was), PortRole::Trunk(is)) if was.iter().any(|zone| is.contains(zone)) => {
            trunk(name, was, is)
        }
        (before, now) if before == now => Vec::new(),
        (before, role) => {
            let (port, role, before) = (name.clone(), role.clone(), before.clone());
            vec![Change::PortRole { port, role, before }]
        }
    }
}

/// A trunk that keeps some of its zones.
fn trunk(name: &PortName, was: &[ZoneName], is: &[ZoneName]) -> Vec<Change> {
    let port = || name.clone();
    let mut told = Vec::new();
    if let Some(zones) = without(is, was) {
        told.push(Change::PortAlso { port: port(), zones });
    }
    if let Some(zones) = without(was, is) {
        told.push(Change::PortLess { port: port(), zones });
    }
    told
}

/// Those of the first that are not of the second, when there are any.
fn without(zones: &[ZoneName], others: &[ZoneName]) -> Option<Vec<ZoneName>> {
    let rest = zones.iter().filter(|zone| !others.contains(zone));
    let rest: Vec<ZoneName> = rest.cloned().collect();
    (!rest.is_empty()).then_some(rest)
}

fn card(name: &PortName, before: &PortMatch, now: &PortMatch) -> Option<Change> {
    let port = name.clone();
    match (before, now) {
        (before, now) if before == now => None,
        (PortMatch::Mac(before), PortMatch::Mac(card)) => {
            Some(Change::PortCard { port, card: *card, before: *before })
        }
        (PortMatch::Path(before), PortMatch::Path(slot)) => {
            Some(Change::PortSlot { port, slot: slot.clone(), before: before.clone() })
        }
        (before, found) => {
            Some(Change::PortFound { port, found: found.clone(), before: before.clone() })
        }
    }
}
