//! A field is read only where the packet is sure to have it: an address after the IP version, a
//! port after the protocol, in the same rule. Without that the kernel reads whatever lies there.

use std::collections::HashSet;

use super::{Fault, MAX_FIELDS, value};
use crate::ir::{
    Action, Family, Field, IpVersion, KeyType, Match, Name, Protocol, Rule, Table, Value,
};

/// What the matches so far make sure of.
#[derive(Default)]
struct Known {
    version: Option<IpVersion>,
    /// The packet has one of these protocols; `None` when nothing is known.
    protocols: Option<HashSet<Protocol>>,
}

pub(super) fn check(table: &Table, rule: &Rule) -> Result<(), Fault> {
    let family = table.id.family;
    let mut known = Known::default();
    for (at, one) in rule.matches.iter().enumerate() {
        match one {
            Match::Is { field, value: compared, negated } => {
                read(*field, family, &known)?;
                comparable(*field, compared, *negated)?;
                value(compared)?;
                if !negated {
                    known.learn(compared);
                }
            }
            Match::In { fields, set, negated } => {
                key(fields, family, &known)?;
                let found = table.sets.iter().find(|known| known.name == *set);
                let found = found.ok_or_else(|| Fault::NoSuchSet { name: set.clone() })?;
                fits(set, fields, &found.key)?;
                if !negated && *fields == [Field::Protocol] {
                    known.protocols =
                        Some(found.elements.iter().flatten().filter_map(protocol).collect());
                }
            }
            Match::CtState(states) => {
                if family == Family::Bridge {
                    return Err(Fault::FieldInFamily { field: Field::CtState });
                }
                if states.is_empty() {
                    return Err(Fault::NoCtState);
                }
            }
            Match::Rate { per_second, burst } => {
                let is_last = at + 1 == rule.matches.len();
                if *per_second == 0 || *burst == 0 || !is_last {
                    return Err(Fault::BadRate);
                }
            }
        }
    }
    match &rule.action {
        Action::Map { fields, map } => {
            key(fields, family, &known)?;
            let found = table.maps.iter().find(|known| known.name == *map);
            let found = found.ok_or_else(|| Fault::NoSuchSet { name: map.clone() })?;
            fits(map, fields, &found.key)
        }
        Action::Reject if family == Family::Bridge => Err(Fault::ActionAtHook { action: "reject" }),
        Action::Admit(_) if family == Family::Bridge => {
            Err(Fault::ActionAtHook { action: "ct mark set" })
        }
        Action::SendTo { .. } if known.version != Some(IpVersion::V4) => {
            Err(Fault::Unguarded { field: Field::Ip4Destination })
        }
        Action::SendTo { port: Some(_), .. } if !known.only(&[Protocol::Tcp, Protocol::Udp]) => {
            Err(Fault::Unguarded { field: Field::DestinationPort })
        }
        Action::SendTo { .. }
        | Action::Verdict(_)
        | Action::Admit(_)
        | Action::Log(_)
        | Action::Reject
        | Action::Masquerade => Ok(()),
    }
}

impl Known {
    fn learn(&mut self, value: &Value) {
        match value {
            Value::IpVersion(version) => self.version = Some(*version),
            Value::Protocol(protocol) => self.protocols = Some(HashSet::from([*protocol])),
            _ => {}
        }
    }

    fn only(&self, allowed: &[Protocol]) -> bool {
        self.protocols
            .as_ref()
            .is_some_and(|known| known.iter().all(|protocol| allowed.contains(protocol)))
    }
}

fn read(field: Field, family: Family, known: &Known) -> Result<(), Fault> {
    let in_family = match field {
        Field::InputInterface | Field::OutputInterface | Field::SourceMac => true,
        Field::VlanId | Field::EtherType | Field::DestinationMac => family == Family::Bridge,
        // Of frames the kernel knows the transport header, too.
        Field::Protocol | Field::SourcePort | Field::DestinationPort | Field::IcmpType => true,
        _ => family == Family::Inet,
    };
    if !in_family {
        return Err(Fault::FieldInFamily { field });
    }
    let guarded = match field {
        Field::Ip4Source
        | Field::Ip4Destination
        | Field::OriginalIp4Source
        | Field::OriginalIp4Destination
        | Field::ReplyIp4Source => known.version == Some(IpVersion::V4),
        Field::Ip6Source
        | Field::Ip6Destination
        | Field::OriginalIp6Source
        | Field::OriginalIp6Destination
        | Field::ReplyIp6Source
        | Field::HopLimit => known.version == Some(IpVersion::V6),
        Field::SourcePort
        | Field::DestinationPort
        | Field::OriginalSourcePort
        | Field::OriginalDestinationPort
        | Field::ReplySourcePort => known.only(&[Protocol::Tcp, Protocol::Udp]),
        Field::IcmpType => known.only(&[Protocol::Icmp]) || known.only(&[Protocol::Icmpv6]),
        _ => true,
    };
    if guarded { Ok(()) } else { Err(Fault::Unguarded { field }) }
}

fn comparable(field: Field, value: &Value, negated: bool) -> Result<(), Fault> {
    let ok = match field {
        Field::InputInterface | Field::OutputInterface => {
            matches!(value, Value::Interface(_))
        }
        Field::IpVersion => matches!(value, Value::IpVersion(_)),
        Field::Protocol => matches!(value, Value::Protocol(_)),
        Field::Ip4Source
        | Field::Ip4Destination
        | Field::OriginalIp4Source
        | Field::OriginalIp4Destination
        | Field::ReplyIp4Source => matches!(value, Value::Ip4(_)),
        Field::Ip6Source
        | Field::Ip6Destination
        | Field::OriginalIp6Source
        | Field::OriginalIp6Destination
        | Field::ReplyIp6Source => matches!(value, Value::Ip6(_)),
        Field::HopLimit => matches!(value, Value::HopLimit(_)),
        Field::SourcePort
        | Field::DestinationPort
        | Field::OriginalSourcePort
        | Field::OriginalDestinationPort
        | Field::ReplySourcePort => matches!(value, Value::Port(_)),
        Field::IcmpType => matches!(value, Value::IcmpType(_)),
        Field::SocketUid => matches!(value, Value::Uid(_)),
        // Untagged frames have no id to differ from.
        Field::VlanId => matches!(value, Value::VlanId(_)) && !negated,
        // As in the simulator, which knows of a frame no more than the tag it holds.
        Field::EtherType => matches!(value, Value::EtherType(_)) && !negated,
        Field::DestinationType => matches!(value, Value::AddressType(_)),
        Field::CtState => false,
        Field::CtDirection => matches!(value, Value::Direction(_)),
        Field::CtMark => matches!(value, Value::Mark(_)),
        Field::SourceMac | Field::DestinationMac => matches!(value, Value::Mac(_)),
    };
    if ok { Ok(()) } else { Err(Fault::ValueMismatch { field }) }
}

fn key(fields: &[Field], family: Family, known: &Known) -> Result<(), Fault> {
    if fields.is_empty() || fields.len() > MAX_FIELDS {
        return Err(Fault::KeyLength { max: MAX_FIELDS });
    }
    fields.iter().try_for_each(|field| read(*field, family, known))
}

fn fits(name: &Name, fields: &[Field], key: &[KeyType]) -> Result<(), Fault> {
    let types: Option<Vec<KeyType>> = fields.iter().map(|field| field.key_type()).collect();
    if types.as_deref() == Some(key) {
        Ok(())
    } else {
        Err(Fault::KeyMismatch { name: name.clone() })
    }
}

fn protocol(value: &Value) -> Option<Protocol> {
    match value {
        Value::Protocol(protocol) => Some(*protocol),
        _ => None,
    }
}
