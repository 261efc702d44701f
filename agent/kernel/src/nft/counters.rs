//! What rules counted since they were loaded.

use std::collections::BTreeMap;

use firewall::ir::TableId;
use netlink_sys::protocols::NETLINK_NETFILTER;

use super::NftError;
use super::listing::{body, list, text};
use super::verify::GET_RULE;
use crate::netlink::Socket;
use crate::netlink::attribute::{Attributes, find};

/// Packets that the rules of each chain of a table counted; nothing when there is no such table.
pub fn counted(table: &TableId) -> Result<BTreeMap<String, u64>, NftError> {
    sums(table, None, |rule| text(rule, 2).map(str::to_owned))
}

/// Packets that the rules of a chain counted, by their comments; nothing when there is no such chain.
pub fn counts(table: &TableId, chain: &str) -> Result<BTreeMap<String, u64>, NftError> {
    sums(table, Some(chain), comment)
}

/// Sums of what the rules counted, those together that have the same key.
fn sums(
    table: &TableId,
    chain: Option<&str>,
    key: impl Fn(&[u8]) -> Option<String>,
) -> Result<BTreeMap<String, u64>, NftError> {
    let mut socket = Socket::open(NETLINK_NETFILTER, 0)?;
    let mut of = Attributes::default();
    of.put_text(1, table.name.as_str());
    if let Some(chain) = chain {
        of.put_text(2, chain);
    }
    let mut sums = BTreeMap::new();
    for reply in list(&mut socket, GET_RULE, table.family, &of)? {
        let rule = body(&reply);
        // A kernel that does not know the filter lists all rules of the family.
        let is_of = text(rule, 1) == Some(table.name.as_str())
            && chain.is_none_or(|chain| text(rule, 2) == Some(chain));
        if is_of && let (Some(key), Some(packets)) = (key(rule), packets(rule)) {
            let sum: &mut u64 = sums.entry(key).or_default();
            *sum = sum.saturating_add(packets);
        }
    }
    Ok(sums)
}

/// The comment in libnftnl's layout: type 0, length, text with zero.
fn comment(rule: &[u8]) -> Option<String> {
    let [0, length, text @ ..] = find(rule, 7)?.value else { return None };
    let text = text.get(..usize::from(*length).checked_sub(1)?)?;
    String::from_utf8(text.to_vec()).ok()
}

/// `NFTA_COUNTER_PACKETS` of the rule's counter; none when it does not count.
fn packets(rule: &[u8]) -> Option<u64> {
    let mut steps = find(rule, 4)?.nested();
    let counter = steps.find(|one| text(one.value, 1) == Some("counter"))?;
    let packets = find(find(counter.value, 2)?.value, 2)?;
    Some(u64::from_be_bytes(packets.value.try_into().ok()?))
}
