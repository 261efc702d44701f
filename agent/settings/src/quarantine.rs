//! Devices in quarantine: they get an address and names, and reach nobody. They are known by their MAC
//! addresses alone; a device that makes up another one is a new device.

use std::collections::BTreeSet;

use crate::problem::Place;
use crate::{MacAddress, Problem, Reason};

/// Most devices in quarantine.
pub const MAX_QUARANTINED: usize = 1024;

/// Takes the list; what is there twice is noted at its place.
pub(crate) fn set(
    list: Vec<MacAddress>,
    place: &Place<'_>,
    problems: &mut Vec<Problem>,
) -> BTreeSet<MacAddress> {
    if list.len() > MAX_QUARANTINED {
        problems.push(place.problem(Reason::TooMany { max: MAX_QUARANTINED }));
        return BTreeSet::new();
    }
    let mut set = BTreeSet::new();
    for (index, mac) in list.into_iter().enumerate() {
        if !set.insert(mac) {
            problems.push(place.entry(index).problem(Reason::QuarantineRepeated));
        }
    }
    set
}
