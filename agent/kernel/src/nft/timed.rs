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

/// What a set of a table holds, and for how long; nothing when there is no such set.
pub fn held(table: &TableId, set: &Name) -> Result<Vec<(IpAddr, Duration)>, NftError> {
    let mut socket = Socket::open(NETLINK_NETFILTER, 0)?;
    let mut of_set = Attributes::default();
    of_set.put_text(1, table.name.as_str());
    of_set.put_text(2, set.as_str());
    let replies = list(&mut socket, GET_ELEMENTS, table.family, &of_set)?;
    let lists = replies.iter().filter_map(|reply| find(body(reply), 3));
    Ok(lists.flat_map(|list| list.nested().filter_map(one).collect::<Vec<_>>()).collect())
}

/// Puts addresses into sets, each for its time from now on; one that is there gets the new time. All of
/// them or none.
pub fn hold<'s>(
    table: &TableId,
    addresses: impl IntoIterator<Item = (&'s Name, IpAddr, Duration)>,
) -> Result<(), NftError> {
    let transaction = Transaction::of(|transaction| {
        for (name, address, time) in addresses {
            let key = match address {
                IpAddr::V4(v4) => v4.octets().to_vec(),
                IpAddr::V6(v6) => v6.octets().to_vec(),
            };
            let element = Element::living(key, time);
            set::add_elements(transaction, table, name.as_str(), &[element])?;
        }
        Ok(())
    })?;
    transaction.send()
}

/// An element's address, and what is left of its time.
fn one(element: Attribute<'_>) -> Option<(IpAddr, Duration)> {
    let address = address(find(find(element.value, 1)?.value, 1)?.value)?;
    let left = find(element.value, 5)?.value.try_into().ok()?;
    Some((address, Duration::from_millis(u64::from_be_bytes(left))))
}

fn address(key: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(key).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(key).map(IpAddr::from)).ok()
}
