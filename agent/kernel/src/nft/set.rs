//! Sets and verdict maps, by hand: rustables knows neither intervals nor tuples nor verdicts.
//! An element's key is the parts one after the other, each padded to 4 bytes when there are several;
//! a network or a range is a start element and, one past it, an end element.

use std::time::Duration;

use firewall::ir::{
    Action, CtState, Direction, IpVersion, KeyType, Match, Name, Protocol, Rule, Set, Table,
    TableId, Value, Verdict, VerdictMap,
};

use super::expression::{LIST_ELEMENT, write_verdict};
use super::names::Names;
use super::transaction::{SUBSYSTEM, head};
use super::{NftError, Object, Transaction};
use crate::netlink::aligned;
use crate::netlink::attribute::Attributes;
use crate::netlink::message::CREATE;

/// `NFT_MSG_NEWSET`.
pub(super) const NEW_SET: u16 = SUBSYSTEM | 9;
/// `NFT_MSG_NEWSETELEM`.
pub(super) const NEW_ELEMENTS: u16 = SUBSYSTEM | 12;
/// Longest list of elements in one message: an attribute's length has 16 bits.
const MAX_LIST: usize = 60_000;
/// `NFT_SET_INTERVAL`.
const INTERVAL: u32 = 0x4;
/// `NFT_SET_TIMEOUT`.
pub(super) const TIMEOUT: u32 = 0x10;
/// `NFT_SET_MAP`.
const MAP: u32 = 0x8;
/// `NFT_DATA_VERDICT`, the data type of a verdict map.
const VERDICT: u32 = 0xffff_ff00;
/// `NFT_SET_ELEM_INTERVAL_END`.
const INTERVAL_END: u32 = 0x1;
/// `IFNAMSIZ`.
const INTERFACE: usize = 16;

/// One element as the kernel keeps it.
pub(super) struct Element<'s> {
    key: Vec<u8>,
    end: bool,
    verdict: Option<&'s Verdict>,
    /// How long it stays.
    time: Option<Duration>,
}

impl Element<'_> {
    /// One that stays for a time.
    pub(super) fn living(key: Vec<u8>, time: Duration) -> Self {
        Self { key, end: false, verdict: None, time: Some(time) }
    }
}

/// Appends the sets and maps of a table that are wanted, with their elements.
pub(super) fn add(
    transaction: &mut Transaction,
    table: &Table,
    wanted: impl Fn(&str) -> bool,
) -> Result<(), NftError> {
    let names = Names::new(table);
    for set in &table.sets {
        let name = names.of(&set.name);
        if wanted(&name) {
            let interval = if set.is_interval() { INTERVAL } else { 0 };
            let flags = interval | if set.timed { TIMEOUT } else { 0 };
            add_set(transaction, table, (&set.name, &name), &set.key, flags)?;
            let elements = if set.is_interval() { intervals(set) } else { members(set) };
            add_elements(transaction, &table.id, &name, &elements)?;
        }
    }
    for map in &table.maps {
        let name = names.of(&map.name);
        if wanted(&name) {
            add_set(transaction, table, (&map.name, &name), &map.key, MAP)?;
            add_elements(transaction, &table.id, &name, &entries(map))?;
        }
    }
    Ok(())
}

fn add_set(
    transaction: &mut Transaction,
    table: &Table,
    (plain, name): (&Name, &str),
    key: &[KeyType],
    flags: u32,
) -> Result<(), NftError> {
    let object = Object::Set { table: table.id.clone(), set: name.to_owned() };
    // A concatenation's type is its parts' types, 6 bits each (`TYPE_BITS` of nft's datatype.h).
    let icmpv6 = looked_up_by_icmpv6(plain, table);
    let kind = key.iter().fold(0, |kind, part| (kind << 6) | datatype(*part, icmpv6));
    let length: usize = match key {
        [one] => key_length(*one),
        parts => parts.iter().map(|part| aligned(key_length(*part))).sum(),
    };
    let mut set = Attributes::default();
    set.put_text(1, table.id.name.as_str());
    set.put_text(2, name);
    // The kernel lists no flags where there are none.
    if flags != 0 {
        set.put_be32(3, flags);
    }
    set.put_be32(4, kind);
    set.put_be32(5, u32::try_from(length).unwrap_or(u32::MAX));
    if flags & MAP != 0 {
        set.put_be32(6, VERDICT);
    }
    // The kernel wants a number; what refers to the set does so by its name.
    set.put_be32(10, transaction.next_number());
    set.put(13, &user_data(key));
    let set = set.finish().ok_or_else(|| NftError::TooLong { object: object.clone() })?;
    let payload = [&head(table.id.family), set.as_slice()].concat();
    transaction.add(object, NEW_SET, CREATE, &payload);
    Ok(())
}

pub(super) fn add_elements(
    transaction: &mut Transaction,
    table: &TableId,
    name: &str,
    elements: &[Element<'_>],
) -> Result<(), NftError> {
    let object = Object::Elements { table: table.clone(), set: name.to_owned() };
    let mut elements = elements.iter().peekable();
    while elements.peek().is_some() {
        let mut message = Attributes::default();
        message.put_text(1, table.name.as_str());
        message.put_text(2, name);
        message.nest(3, |list| {
            while list.len() < MAX_LIST
                && let Some(element) = elements.next()
            {
                write_element(list, element);
            }
        });
        let too_long = || NftError::TooLong { object: object.clone() };
        let message = message.finish().ok_or_else(too_long)?;
        let payload = [&head(table.family), message.as_slice()].concat();
        transaction.add(object.clone(), NEW_ELEMENTS, CREATE, &payload);
    }
    Ok(())
}

fn write_element(list: &mut Attributes, element: &Element<'_>) {
    list.nest(LIST_ELEMENT, |one| {
        one.nest(1, |key| key.put(1, &element.key));
        if let Some(verdict) = element.verdict {
            one.nest(2, |data| write_verdict(data, verdict));
        }
        if element.end {
            one.put_be32(3, INTERVAL_END);
        }
        if let Some(time) = element.time {
            // Of all its time, and what is left of it.
            one.put(4, &milliseconds(time));
            one.put(5, &milliseconds(time));
        }
    });
}

/// Network order; none would mean for ever.
fn milliseconds(time: Duration) -> [u8; 8] {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1).to_be_bytes()
}

fn members(set: &Set) -> Vec<Element<'_>> {
    let element =
        |values: &Vec<Value>| Element { key: key(values), end: false, verdict: None, time: None };
    set.elements.iter().map(element).collect()
}

fn entries(map: &VerdictMap) -> Vec<Element<'_>> {
    let entry = |(values, verdict)| Element { key: key(values), end: false, verdict, time: None };
    map.entries.iter().map(|(values, verdict)| entry((values, Some(verdict)))).collect()
}

/// Starts and ends, ascending. A network that ends with the last address of all has no end.
fn intervals(set: &Set) -> Vec<Element<'_>> {
    let mut ranges: Vec<(Vec<u8>, Option<Vec<u8>>)> = set
        .elements
        .iter()
        .filter_map(|values| match values.as_slice() {
            [one] => {
                let (first, mask) = value(one);
                let last: Vec<u8> = match (one, mask) {
                    (Value::Ports(_, last), _) => last.to_be_bytes().to_vec(),
                    (_, Some(mask)) => {
                        first.iter().zip(mask).map(|(byte, mask)| byte | !mask).collect()
                    }
                    (_, None) => first.clone(),
                };
                Some((first, next(last)))
            }
            _ => None,
        })
        .collect();
    ranges.sort();
    let element = |key, end| Element { key, end, verdict: None, time: None };
    ranges
        .into_iter()
        .flat_map(|(first, past)| {
            [Some(element(first, false)), past.map(|past| element(past, true))]
        })
        .flatten()
        .collect()
}

/// The number after this one, network order; `None` after the last.
fn next(mut number: Vec<u8>) -> Option<Vec<u8>> {
    for byte in number.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return Some(number);
        }
    }
    None
}

fn key(values: &[Value]) -> Vec<u8> {
    if let [one] = values {
        return value(one).0;
    }
    let mut key = Vec::new();
    for one in values {
        key.extend(value(one).0);
        key.resize(aligned(key.len()), 0);
    }
    key
}

/// A constant as a register holds it, and the mask to compare it under, for a network; of a range its first.
pub(super) fn value(value: &Value) -> (Vec<u8>, Option<Vec<u8>>) {
    let bytes = match value {
        Value::Interface(name) => {
            let mut bytes = name.as_str().as_bytes().to_vec();
            bytes.resize(INTERFACE, 0);
            bytes
        }
        // NFPROTO_IPV4 and NFPROTO_IPV6.
        Value::IpVersion(IpVersion::V4) => vec![2],
        Value::IpVersion(IpVersion::V6) => vec![10],
        Value::Protocol(protocol) => vec![protocol.number()],
        Value::Ip4(network) => {
            let mask = network.netmask().octets().to_vec();
            let mask = (network.prefix_len() < 32).then_some(mask);
            return (network.network().octets().to_vec(), mask);
        }
        Value::Ip6(network) => {
            let mask = network.netmask().octets().to_vec();
            let mask = (network.prefix_len() < 128).then_some(mask);
            return (network.network().octets().to_vec(), mask);
        }
        Value::Port(number) | Value::VlanId(number) | Value::Ports(number, _) => {
            number.to_be_bytes().to_vec()
        }
        Value::EtherType(kind) => kind.number().to_be_bytes().to_vec(),
        Value::Mac(bytes) => bytes.to_vec(),
        Value::IcmpType(number) | Value::HopLimit(number) => vec![*number],
        Value::AddressType(kind) => kind.number().to_ne_bytes().to_vec(),
        Value::Uid(number) | Value::Mark(number) => number.to_ne_bytes().to_vec(),
        Value::Direction(Direction::Original) => vec![0],
        Value::Direction(Direction::Reply) => vec![1],
        Value::CtState(state) => state_bit(*state).to_ne_bytes().to_vec(),
    };
    (bytes, None)
}

/// `NF_CT_STATE_BIT` of linux/netfilter/nf_conntrack_common.h.
pub(super) fn state_bit(state: CtState) -> u32 {
    match state {
        CtState::Invalid => 1,
        CtState::Established => 2,
        CtState::Related => 4,
        CtState::New => 8,
        CtState::Untracked => 64,
    }
}

fn key_length(key: KeyType) -> usize {
    match key {
        KeyType::Interface => INTERFACE,
        KeyType::Ip6 => 16,
        KeyType::Ip4 | KeyType::CtState | KeyType::Uid => 4,
        KeyType::Mac => 6,
        KeyType::Port => 2,
        KeyType::Protocol | KeyType::IcmpType => 1,
    }
}

/// The key's byte order in libnftnl's layout: type 0 (`NFTNL_UDATA_SET_KEYBYTEORDER`), length, number
/// of nft's `enum byteorder`. Without it nft prints a number in host order the wrong way round.
fn user_data(key: &[KeyType]) -> [u8; 6] {
    let order: u32 = match key {
        [KeyType::Uid | KeyType::CtState | KeyType::Interface] => 1,
        [_] => 2,
        _ => 0,
    };
    let [a, b, c, d] = order.to_ne_bytes();
    [0, 4, a, b, c, d]
}

/// nft's number of the type (`enum datatypes` of its datatype.h); the kernel only keeps it.
fn datatype(key: KeyType, icmpv6: bool) -> u32 {
    match key {
        KeyType::Ip4 => 7,
        KeyType::Ip6 => 8,
        KeyType::Mac => 9,
        KeyType::Protocol => 12,
        KeyType::Port => 13,
        KeyType::IcmpType if icmpv6 => 29,
        KeyType::IcmpType => 14,
        KeyType::Uid => 24,
        KeyType::CtState => 26,
        KeyType::Interface => 41,
    }
}

/// nft has two types for ICMP types; which of them a set has, its users tell.
fn looked_up_by_icmpv6(name: &Name, table: &Table) -> bool {
    let names = |rule: &Rule| {
        matches!(&rule.action, Action::Map { map, .. } if map == name)
            || rule.matches.iter().any(|one| matches!(one, Match::In { set, .. } if set == name))
    };
    let icmpv6 = |one: &Match| {
        matches!(one, Match::Is { value: Value::Protocol(Protocol::Icmpv6), negated: false, .. })
    };
    let mut rules = table.chains.iter().flat_map(|chain| &chain.rules);
    rules.any(|rule| names(rule) && rule.matches.iter().any(icmpv6))
}
