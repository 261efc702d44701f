//! What is blocked where, compared: lists, zones, names of the admin's own.

use std::collections::BTreeSet;

use super::Change;
use crate::{Blocking, DomainName, Title};

pub(super) fn compare(before: &Blocking, now: &Blocking) -> Vec<Change> {
    let mut told = Vec::new();
    for (list, address) in &now.lists {
        let (list, address) = (list.clone(), address.clone());
        match before.lists.get(&list) {
            None => told.push(Change::BlockListNew { list, address }),
            Some(was) if *was != address => {
                told.push(Change::BlockListAddress { list, address, before: was.clone() });
            }
            Some(_) => {}
        }
    }
    for (list, address) in &before.lists {
        if !now.lists.contains_key(list) {
            let (list, before) = (list.clone(), address.clone());
            told.push(Change::BlockListGone { list, before });
        }
    }
    for (zone, lists) in &now.zones {
        let (zone, of_now) = (zone.clone(), titles(lists));
        match before.zones.get(&zone) {
            Some(was) if was == lists => {}
            _ if lists.is_empty() => told.push(Change::BlockingOwn { zone }),
            Some(was) if !was.is_empty() => {
                let before = titles(was);
                told.push(Change::BlockingLists { zone, lists: of_now, before });
            }
            _ => told.push(Change::BlockingNew { zone, lists: of_now }),
        }
    }
    for zone in before.zones.keys() {
        if !now.zones.contains_key(zone) {
            told.push(Change::BlockingGone { zone: zone.clone() });
        }
    }
    let more =
        |all: &BTreeSet<DomainName>, than: &BTreeSet<DomainName>| -> Option<Vec<DomainName>> {
            let names: Vec<_> = all.difference(than).cloned().collect();
            (!names.is_empty()).then_some(names)
        };
    let block = more(&now.block, &before.block).map(|names| Change::BlockNew { names });
    let block_gone = more(&before.block, &now.block).map(|before| Change::BlockGone { before });
    let allow = more(&now.allow, &before.allow).map(|names| Change::UnblockNew { names });
    let allow_gone = more(&before.allow, &now.allow).map(|before| Change::UnblockGone { before });
    told.extend([block, block_gone, allow, allow_gone].into_iter().flatten());
    told
}

fn titles(lists: &BTreeSet<Title>) -> Vec<Title> {
    lists.iter().cloned().collect()
}
