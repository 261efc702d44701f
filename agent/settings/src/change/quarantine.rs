//! Quarantine compared: who goes in, who comes out.

use std::collections::BTreeSet;

use super::Change;
use crate::MacAddress;

pub(super) fn compare(before: &BTreeSet<MacAddress>, now: &BTreeSet<MacAddress>) -> Vec<Change> {
    let list = |one: &BTreeSet<MacAddress>, other| one.difference(other).copied().collect();
    let (new, gone): (Vec<_>, Vec<_>) = (list(now, before), list(before, now));
    let new = (!new.is_empty()).then_some(Change::QuarantineNew { devices: new });
    let gone = (!gone.is_empty()).then_some(Change::QuarantineGone { devices: gone });
    new.into_iter().chain(gone).collect()
}
