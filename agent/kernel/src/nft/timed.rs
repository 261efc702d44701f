//! Sets that are filled while the rules are in force: each element for a time of its own, after which the
//! kernel forgets it, whoever filled it or died meanwhile. Sets are of addresses of one version.

use std::net::IpAddr;
use std::time::Duration;

use firewall::ir::{Name, TableId};
use netlink_sys::protocols::NETLINK_NETFILTER;

use super::listing::{body, list};
use super::set::{self, Element};
use super::verify::GET_ELEMENTS;
use super::{NftError, Transaction};
use crate::netlink::Socket;
use crate::netlink::attribute::{Attribute, Attributes, find};

/// How long an element stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Life {
    /// Of all it was given.
    pub(super) timeout: Duration,
    /// What is left of it, never more.
    pub(super) left: Duration,
}

/// An element that is in a set now: its key, and how long it stays.
pub(super) type Live = (Vec<u8>, Life);

/// What a set of a table holds, and for how long; nothing when there is no such set.
pub fn held(table: &TableId, set: &Name) -> Result<Vec<(IpAddr, Duration)>, NftError> {
    let mut socket = Socket::open(NETLINK_NETFILTER, 0)?;
    let live = live(&mut socket, table, set.as_str())?;
    Ok(live.iter().filter_map(|(key, life)| Some((address(key)?, life.left))).collect())
}

/// Puts addresses into sets, each for its time from now on; one that is there gets the new time. All of
/// them or none.
pub fn hold<'s>(
    table: &TableId,
    addresses: impl IntoIterator<Item = (&'s Name, IpAddr, Duration)>,
) -> Result<(), NftError> {
    let mut some = false;
    let transaction = Transaction::of(|transaction| {
        for (name, address, time) in addresses {
            some = true;
            let key = match address {
                IpAddr::V4(v4) => v4.octets().to_vec(),
                IpAddr::V6(v6) => v6.octets().to_vec(),
            };
            let element = Element::living(key, Life { timeout: time, left: time });
            set::add_elements(transaction, table, name, 0, &[element])?;
        }
        Ok(())
    })?;
    if some { transaction.send() } else { Ok(()) }
}

/// The elements of a set, with their times.
pub(super) fn live(socket: &mut Socket, table: &TableId, set: &str) -> Result<Vec<Live>, NftError> {
    let mut of_set = Attributes::default();
    of_set.put_text(1, table.name.as_str());
    of_set.put_text(2, set);
    let replies = list(socket, GET_ELEMENTS, table.family, &of_set)?;
    let lists = replies.iter().filter_map(|reply| find(body(reply), 3));
    Ok(lists.flat_map(|list| list.nested().filter_map(one).collect::<Vec<_>>()).collect())
}

fn one(element: Attribute<'_>) -> Option<Live> {
    let key = find(find(element.value, 1)?.value, 1)?.value.to_vec();
    let time = |kind| {
        let bytes = find(element.value, kind)?.value.try_into().ok()?;
        Some(Duration::from_millis(u64::from_be_bytes(bytes)))
    };
    let timeout = time(4)?;
    Some((key, Life { timeout, left: time(5)?.min(timeout) }))
}

fn address(key: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(key).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(key).map(IpAddr::from)).ok()
}
