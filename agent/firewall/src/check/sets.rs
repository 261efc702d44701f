//! Sets and maps: elements of the key's types, none twice, networks apart from each other.

use std::collections::HashSet;

use super::{Fault, MAX_FIELDS, target, value};
use crate::ir::{KeyType, Set, Table, Value, VerdictMap};

pub(super) fn set(set: &Set) -> Result<(), Fault> {
    if set.key.contains(&KeyType::CtState) {
        return Err(Fault::CtStateInSet);
    }
    if set.timed && !set.elements.is_empty() {
        return Err(Fault::TimedElements);
    }
    elements(&set.key, set.elements.iter(), set.key.len() == 1)?;
    if set.key.len() == 1 { apart(&set.elements) } else { Ok(()) }
}

pub(super) fn map(map: &VerdictMap, table: &Table) -> Result<(), Fault> {
    elements(&map.key, map.entries.iter().map(|(key, _)| key), false)?;
    map.entries.iter().try_for_each(|(_, verdict)| target(table, verdict))
}

fn elements<'t>(
    key: &[KeyType],
    elements: impl Iterator<Item = &'t Vec<Value>>,
    networks: bool,
) -> Result<(), Fault> {
    if key.is_empty() || key.len() > MAX_FIELDS {
        return Err(Fault::KeyLength { max: MAX_FIELDS });
    }
    let mut seen = HashSet::new();
    for (index, element) in elements.enumerate() {
        let fits = element.len() == key.len()
            && element.iter().zip(key).all(|(value, part)| type_of(value) == Some(*part));
        if !fits {
            return Err(Fault::ElementMismatch { index });
        }
        element.iter().try_for_each(value)?;
        if !networks && !element.iter().all(single) {
            return Err(Fault::NetworkInKey { index });
        }
        if !seen.insert(element) {
            return Err(Fault::Overlap);
        }
    }
    Ok(())
}

fn type_of(value: &Value) -> Option<KeyType> {
    Some(match value {
        Value::Interface(_) => KeyType::Interface,
        Value::Protocol(_) => KeyType::Protocol,
        Value::Ip4(_) => KeyType::Ip4,
        Value::Ip6(_) => KeyType::Ip6,
        Value::Port(_) | Value::Ports(..) => KeyType::Port,
        Value::IcmpType(_) => KeyType::IcmpType,
        Value::Uid(_) => KeyType::Uid,
        Value::CtState(_) => KeyType::CtState,
        Value::Mac(_) => KeyType::Mac,
        Value::IpVersion(_)
        | Value::HopLimit(_)
        | Value::Direction(_)
        | Value::Mark(_)
        | Value::VlanId(_)
        | Value::EtherType(_)
        | Value::AddressType(_) => return None,
    })
}

fn single(value: &Value) -> bool {
    match value {
        Value::Ip4(network) => network.prefix_len() == 32,
        Value::Ip6(network) => network.prefix_len() == 128,
        Value::Ports(..) => false,
        _ => true,
    }
}

/// Networks and ranges of a set do not overlap.
fn apart(elements: &[Vec<Value>]) -> Result<(), Fault> {
    let mut ranges: Vec<(u128, u128)> = elements.iter().flatten().filter_map(range).collect();
    ranges.sort_unstable();
    let overlap =
        ranges.iter().zip(ranges.iter().skip(1)).any(|((_, last), (first, _))| last >= first);
    if overlap { Err(Fault::Overlap) } else { Ok(()) }
}

/// First and last, in a set of one type of addresses or ports.
fn range(value: &Value) -> Option<(u128, u128)> {
    match value {
        Value::Ip4(network) => Some((
            u128::from(network.network().to_bits()),
            u128::from(network.broadcast().to_bits()),
        )),
        Value::Ip6(network) => Some((network.network().to_bits(), network.broadcast().to_bits())),
        Value::Port(port) => Some((u128::from(*port), u128::from(*port))),
        Value::Ports(first, last) => Some((u128::from(*first), u128::from(*last))),
        _ => None,
    }
}
