//! ICMP and ICMPv6 as RFC 4890 asks: errors of known connections, neighbours, group membership.
//! Neighbour discovery counts only with hop limit 255 (RFC 4861, 7.1): nobody off-link can have it.

use crate::build::{LINK_LOCAL, chain, when};
use crate::compile::Part;
use crate::ir::{Chain, Name, Rule};

pub(crate) const ECHO_REPLY: u8 = 0;
pub(crate) const ECHO_REQUEST: u8 = 8;
pub(crate) const ECHO_REQUEST6: u8 = 128;
pub(crate) const ECHO_REPLY6: u8 = 129;
pub(crate) const GROUP_QUERY: u8 = 130;
pub(crate) const GROUP_REPORT: u8 = 131;
pub(crate) const GROUP_DONE: u8 = 132;
pub(crate) const ROUTER_SOLICITATION: u8 = 133;
pub(crate) const ROUTER_ADVERTISEMENT: u8 = 134;
pub(crate) const NEIGHBOUR_SOLICITATION: u8 = 135;
pub(crate) const NEIGHBOUR_ADVERTISEMENT: u8 = 136;
pub(crate) const GROUP_REPORT2: u8 = 143;

/// Hop limit of neighbour discovery (RFC 4861).
pub(crate) const ON_LINK: u8 = 255;
/// Hop limit of multicast listener discovery (RFC 3810, 5).
pub(crate) const NEXT_HOP: u8 = 1;

/// What several subjects jump to.
pub(crate) fn part() -> Part {
    Part { chains: vec![errors(), neighbours(), memberships()], ..Part::default() }
}

pub(crate) fn errors_chain() -> Name {
    Name::made("errors")
}

pub(crate) fn neighbours_chain() -> Name {
    Name::made("neighbours")
}

pub(crate) fn memberships_chain() -> Name {
    Name::made("memberships")
}

/// Errors that connections need; redirects are never among them.
fn errors() -> Chain {
    let v4 = [(3, "destination unreachable"), (11, "time exceeded"), (12, "parameter problem")];
    let v6 = [
        (1, "destination unreachable"),
        (2, "packet too big"),
        (3, "time exceeded"),
        (4, "parameter problem"),
    ];
    let v4 = v4.map(|(kind, what)| when().icmp(kind).accept(format!("{what}, of a connection")));
    let v6 = v6.map(|(kind, what)| when().icmpv6(kind).accept(format!("{what}, of a connection")));
    chain(errors_chain(), v4.into_iter().chain(v6).collect())
}

/// Neighbours find each other: without it there is no IPv6 on a link.
fn neighbours() -> Chain {
    let on_link = |kind| when().icmpv6(kind).hop_limit(ON_LINK);
    chain(
        neighbours_chain(),
        vec![
            on_link(NEIGHBOUR_SOLICITATION).accept("who has this address (RFC 4861)"),
            on_link(NEIGHBOUR_ADVERTISEMENT).accept("I have this address (RFC 4861)"),
        ],
    )
}

/// The box says which groups it listens to, so that switches pass them on (RFC 3810).
fn memberships() -> Chain {
    let listener = |kind| when().icmpv6(kind).hop_limit(NEXT_HOP);
    chain(
        memberships_chain(),
        vec![
            listener(GROUP_REPORT2).accept("listens to these groups (MLDv2)"),
            listener(GROUP_REPORT).accept("listens to this group (MLDv1)"),
            listener(GROUP_DONE).accept("no longer listens to this group (MLDv1)"),
        ],
    )
}

/// A router asks who listens to which group (RFC 3810, 5.1).
pub(crate) fn group_query() -> Rule {
    when()
        .source6(LINK_LOCAL)
        .icmpv6(GROUP_QUERY)
        .hop_limit(NEXT_HOP)
        .accept("who listens to which group (MLD)")
}
