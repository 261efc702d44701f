//! Networks behind another router of a zone. The zone's devices send to them by way of the box, and what
//! comes back the other router gives to the devices itself: the box sees one half of each connection, so
//! that these packets pass without connection tracking having a word. In an isolated zone they do not.

use crate::build::{set4, when};
use crate::ir::{Field, Rule, Set};
use crate::zones::Scope;

/// Rules before all others of what passes through, and their sets.
pub(crate) fn within(scope: &Scope<'_>) -> (Vec<Rule>, Vec<Set>) {
    let zones = scope.lans().filter(|zone| !zone.isolated && !zone.routed4.is_empty());
    let part = zones.map(|zone| {
        let networks: Vec<_> = zone.subnets4().collect();
        let (own, behind) = (zone.named("own4"), zone.named("behind4"));
        let way = || when().input(&zone.interface).output(&zone.interface).v4();
        let why = "within the zone, by way of its other router";
        let out = way().within(Field::Ip4Source, &own).within(Field::Ip4Destination, &behind);
        let back = way().within(Field::Ip4Source, &behind).within(Field::Ip4Destination, &own);
        let rules = [out.accept(why), back.accept(why)];
        (rules, [set4(own, &networks), set4(behind, &zone.routed4)])
    });
    let (rules, sets): (Vec<_>, Vec<_>) = part.unzip();
    (rules.into_iter().flatten().collect(), sets.into_iter().flatten().collect())
}
