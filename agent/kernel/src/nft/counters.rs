//! What rules counted.

use std::collections::BTreeMap;

use firewall::ir::TableId;
use netlink_sys::protocols::NETLINK_NETFILTER;

use super::NftError;
use super::listing::{body, has_table, list, text};
use super::verify::GET_RULE;
use crate::netlink::Socket;
use crate::netlink::attribute::{Attributes, find};

/// Packets that the rules of each chain have counted since the table was loaded; nothing when there is no
/// such table.
pub fn counted(table: &TableId) -> Result<BTreeMap<String, u64>, NftError> {
    let mut socket = Socket::open(NETLINK_NETFILTER, 0)?;
    let mut counted = BTreeMap::new();
    if !has_table(&mut socket, table)? {
        return Ok(counted);
    }
    let mut of_table = Attributes::default();
    of_table.put_text(1, table.name.as_str());
    for reply in list(&mut socket, GET_RULE, table.family, &of_table)? {
        let rule = body(&reply);
        if text(rule, 1) == Some(table.name.as_str())
            && let Some(chain) = text(rule, 2)
        {
            let packets = packets(rule);
            counted.entry(chain.to_owned()).and_modify(|sum| *sum += packets).or_insert(packets);
        }
    }
    Ok(counted)
}

/// Of all counters of a rule (`NFTA_COUNTER_PACKETS`).
fn packets(rule: &[u8]) -> u64 {
    let Some(expressions) = find(rule, 4) else { return 0 };
    let counters = expressions.nested().filter(|one| text(one.value, 1) == Some("counter"));
    let packets = counters.filter_map(|one| {
        let bytes = find(find(one.value, 2)?.value, 2)?.value;
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    });
    packets.sum()
}
