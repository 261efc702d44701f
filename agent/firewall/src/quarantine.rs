//! Devices in quarantine get an address and names and reach nobody: past the box the `inet` table drops all
//! else of them before it is anybody's connection, beside the box the `bridge` table drops their frames
//! both ways. Without such devices there is no rule.

use crate::build::{chain, macs, when};
use crate::compile::Part;
use crate::icmp;
use crate::ir::{Field, Name, Rule, Set};
use crate::zones::Scope;

/// The set of their MAC addresses, in either table.
fn quarantine() -> Name {
    Name::made("quarantine")
}

fn quarantined() -> Name {
    Name::made("quarantined")
}

/// What the reader of the packet log knows their packets by.
pub fn refused_quarantine() -> Name {
    Name::made("refused_quarantine")
}

pub(crate) fn set(scope: &Scope<'_>) -> Option<Set> {
    let list = &scope.settings.quarantine;
    (!list.is_empty()).then(|| macs(quarantine(), list))
}

/// The rule to stand before those that say who a sender can be.
pub(crate) fn rule(scope: &Scope<'_>) -> Option<Rule> {
    set(scope)?;
    let theirs = when().within(Field::SourceMac, &quarantine());
    Some(theirs.jump(&quarantined(), "a device in quarantine"))
}

/// The set, and what is left to them.
pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let Some(set) = set(scope) else { return Part::default() };
    let dhcp = when().v4().udp().source_port(68).destination_port(67);
    let mut rules = vec![dhcp.go_back("DHCP")];
    for zone in scope.lans() {
        let v4 = zone.routers4().map(|router| when().destination4(router));
        let v6 = zone.router6.map(|router| when().destination6(router));
        for to_router in v4.chain(v6) {
            rules.push(to_router.clone().udp().destination_port(53).go_back("DNS"));
            rules.push(to_router.tcp().destination_port(53).go_back("DNS, long answers"));
        }
    }
    let needs =
        [icmp::ROUTER_SOLICITATION, icmp::NEIGHBOUR_SOLICITATION, icmp::NEIGHBOUR_ADVERTISEMENT];
    let on_link = needs.map(|kind| when().icmpv6(kind).hop_limit(icmp::ON_LINK));
    rules.extend(on_link.map(|kind| kind.go_back("neighbour discovery")));
    rules.push(when().log(refused_quarantine(), "for the list of what was refused"));
    rules.push(when().drop("a device in quarantine reaches nobody"));
    Part { sets: vec![set], chains: vec![chain(quarantined(), rules)], ..Part::default() }
}

/// For frames that the bridge passes from port to port.
pub(crate) fn beside(scope: &Scope<'_>) -> Vec<Rule> {
    if set(scope).is_none() {
        return Vec::new();
    }
    let theirs = |field| when().within(field, &quarantine());
    vec![
        theirs(Field::SourceMac).drop("a device in quarantine reaches nobody"),
        theirs(Field::DestinationMac).drop("nobody reaches a device in quarantine"),
    ]
}
