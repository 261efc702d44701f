//! How often rules were met: what their counters say, by comment.

use std::collections::BTreeMap;

use firewall::ir::TableId;
use netlink_sys::protocols::NETLINK_NETFILTER;

use super::NftError;
use super::listing::{body, list, text};
use super::verify::GET_RULE;
use crate::netlink::Socket;
use crate::netlink::attribute::{Attributes, find, read};

/// Packets that the rules of a chain counted; of rules with the same comment, their sum. Empty when
/// there is no such chain.
pub(super) fn counts(table: &TableId, chain: &str) -> Result<BTreeMap<String, u64>, NftError> {
    let mut socket = Socket::open(NETLINK_NETFILTER, 0)?;
    let mut of_chain = Attributes::default();
    of_chain.put_text(1, table.name.as_str());
    of_chain.put_text(2, chain);
    let mut counts = BTreeMap::new();
    for reply in list(&mut socket, GET_RULE, table.family, &of_chain)? {
        let rule = body(&reply);
        // A kernel that does not know the filter lists all rules of the family.
        if text(rule, 1) != Some(table.name.as_str()) || text(rule, 2) != Some(chain) {
            continue;
        }
        if let (Some(comment), Some(packets)) = (comment(rule), packets(rule)) {
            let sum: &mut u64 = counts.entry(comment).or_default();
            *sum = sum.saturating_add(packets);
        }
    }
    Ok(counts)
}

/// The comment in libnftnl's layout: type 0, length, text with zero.
fn comment(rule: &[u8]) -> Option<String> {
    let [0, length, text @ ..] = find(rule, 7)?.value else { return None };
    let text = text.get(..usize::from(*length).checked_sub(1)?)?;
    String::from_utf8(text.to_vec()).ok()
}

/// `NFTA_COUNTER_PACKETS` of the rule's counter.
fn packets(rule: &[u8]) -> Option<u64> {
    let mut steps = read(find(rule, 4)?.value);
    let counter = steps.find(|one| text(one.value, 1) == Some("counter"))?;
    let packets = find(find(counter.value, 2)?.value, 2)?;
    Some(u64::from_be_bytes(packets.value.try_into().ok()?))
}
