//! Destinations of the box's own programs compared: who, where, and what for.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::Change;
use super::speech::{Said, Speech, Word};
use crate::{
    Egress, EgressKey, EgressProtocol, EgressTarget, EgressUser, Note, Settings, ZoneName,
};

pub(super) fn compare(before: &Settings, now: &Settings) -> Vec<Change> {
    let (old, new) = (by_key(&before.egress), by_key(&now.egress));
    let mut told = Vec::new();
    for (key, one) in &new {
        match old.get(key) {
            None => told.push(opened(now, one)),
            Some(was) => {
                let (user, to, way) = parts(one);
                if inside(before, &one.to) != inside(now, &one.to) {
                    told.push(opened(now, one));
                }
                let words = if one.note == was.note { &one.reason } else { &one.note };
                if (&one.note, &one.reason) != (&was.note, &was.reason) {
                    told.push(match words.clone() {
                        Some(words) => Change::EgressNoted { user, to, way, words },
                        None => Change::EgressNotNoted { user, to, way },
                    });
                }
            }
        }
    }
    for (key, one) in &old {
        if !new.contains_key(key) {
            let (user, to, way) = parts(one);
            told.push(Change::EgressGone { user, to, way });
        }
    }
    told
}

/// A destination that is open now: on the internet, or in a zone, which is said.
fn opened(settings: &Settings, egress: &Egress) -> Change {
    let (user, to, way) = parts(egress);
    match inside(settings, &egress.to) {
        Some(zone) => Change::EgressInside { user, to, way, zone: zone.clone() },
        None => Change::EgressNew { user, to, way },
    }
}

/// The zone that the destination is in.
fn inside<'s>(settings: &'s Settings, to: &EgressTarget) -> Option<&'s ZoneName> {
    match to {
        EgressTarget::Network(network) => settings.zone_of_address(*network),
        EgressTarget::Name(_) => None,
    }
}

fn by_key(list: &[Egress]) -> BTreeMap<EgressKey<'_>, &Egress> {
    list.iter().map(|egress| (egress.key(), egress)).collect()
}

fn parts(egress: &Egress) -> (EgressUser, EgressTarget, EgressWay) {
    let way = EgressWay { protocol: egress.protocol, port: egress.port };
    (egress.user, egress.to.clone(), way)
}

/// Protocol and port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EgressWay {
    /// The protocol.
    pub protocol: EgressProtocol,
    /// The port.
    pub port: u16,
}

impl Said for EgressUser {
    fn said(&self, speech: &Speech<'_>) -> String {
        speech.word(match self {
            Self::Crm => Word::EgressCrm,
            Self::Admin => Word::EgressAdmin,
        })
    }
}

impl Said for EgressTarget {
    fn said(&self, speech: &Speech<'_>) -> String {
        match self {
            Self::Name(name) => name.to_string(),
            Self::Network(network) => <IpNet as Said>::said(network, speech),
        }
    }
}

impl Said for EgressWay {
    fn said(&self, _: &Speech<'_>) -> String {
        let protocol = match self.protocol {
            EgressProtocol::Tcp => "TCP",
            EgressProtocol::Udp => "UDP",
        };
        format!("{protocol} {}", self.port)
    }
}

impl Said for Note {
    fn said(&self, _: &Speech<'_>) -> String {
        self.to_string()
    }
}
