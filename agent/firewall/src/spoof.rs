//! Who a sender can be, by the interface a packet came in on: before connection tracking, so that
//! forged packets cost nothing. Accepting here only lets a packet go on to the other chains.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use crate::build::{LINK_LOCAL, chain, set4, set6, when};
use crate::compile::{Part, filter, jumps, loopback};
use crate::ir::{Chain, Field, Hook, Name, Rule};
use crate::zones::{Scope, ZoneView};
use crate::{icmp, quarantine};

/// Before connection tracking (-200), after reassembly of fragments (-400).
const RAW: i32 = -300;

/// Sources that no packet from outside can have (RFC 6890 and its registry). Private networks
/// (RFC 1918) are not among them: the box may stand behind another router.
const BOGONS4: [Ipv4Net; 9] = [
    net4([0, 0, 0, 0], 8),       // this network
    net4([127, 0, 0, 0], 8),     // loopback
    net4([192, 0, 0, 0], 24),    // protocol assignments
    net4([192, 0, 2, 0], 24),    // documentation
    net4([198, 18, 0, 0], 15),   // benchmarks
    net4([198, 51, 100, 0], 24), // documentation
    net4([203, 0, 113, 0], 24),  // documentation
    net4([224, 0, 0, 0], 4),     // multicast
    net4([240, 0, 0, 0], 4),     // reserved, broadcast
];

/// The same for IPv6; unique local addresses are not among them.
const BOGONS6: [Ipv6Net; 8] = [
    net6([0, 0, 0, 0, 0, 0, 0, 0], 96), // unspecified, loopback, IPv4-compatible
    net6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96), // IPv4-mapped
    net6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), // discard only
    net6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48), // benchmarks
    net6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation
    net6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), // documentation
    net6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), // site-local, given up
    net6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), // multicast
];

const LOOPBACK4: Ipv4Net = net4([127, 0, 0, 0], 8);

/// The set of all IPv4 subnets of our zones.
pub(crate) fn inside4() -> Name {
    Name::made("inside4")
}

/// The set of all IPv6 networks of ours.
pub(crate) fn inside6() -> Name {
    Name::made("inside6")
}

fn bogons4() -> Name {
    Name::made("bogons4")
}

fn bogons6() -> Name {
    Name::made("bogons6")
}

pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let by_interface = Name::made("spoof");
    let mut rules = vec![
        when().input(&loopback()).accept("the box talks to itself"),
        when().source4(LOOPBACK4).drop("loopback address from outside"),
        when().destination4(LOOPBACK4).drop("loopback address from outside"),
        when().source6(Ipv6Addr::LOCALHOST).drop("loopback address from outside"),
        when().destination6(Ipv6Addr::LOCALHOST).drop("loopback address from outside"),
    ];
    rules.extend(quarantine::rule(scope));
    rules.extend([
        when().look_up(&[Field::InputInterface], &by_interface, "by where it came in"),
        when().drop("came in on an interface that has no zone"),
    ]);
    let mut chains = vec![filter("prerouting", Hook::Prerouting, RAW, rules)];
    let mut entries = Vec::new();
    for zone in &scope.zones {
        let rules = if zone.is_crm { crm(scope) } else { lan(zone) };
        let name = zone.named("spoof");
        entries.push((zone.interface.clone(), name.clone()));
        chains.push(chain(name, rules));
    }
    if let Some(interface) = &scope.context.wan {
        let chain = wan();
        entries.push((interface.clone(), chain.name.clone()));
        chains.push(chain);
    }
    let subnets: Vec<Ipv4Net> = scope.zones.iter().flat_map(ZoneView::subnets4).collect();
    Part {
        sets: vec![
            set4(inside4(), &subnets),
            set6(inside6(), &[scope.context.site.network()]),
            set4(bogons4(), &BOGONS4),
            set6(bogons6(), &BOGONS6),
        ],
        maps: vec![jumps(by_interface, entries)],
        chains,
    }
}

fn lan(zone: &ZoneView<'_>) -> Vec<Rule> {
    let mut rules = Vec::new();
    for router in zone.routers4() {
        rules.push(when().source4(router).drop("the router's own address from outside"));
    }
    for subnet in zone.subnets4() {
        rules.push(when().source4(subnet).accept("an address of the zone"));
    }
    if zone.dhcp {
        rules.push(
            when()
                .source4(Ipv4Addr::UNSPECIFIED)
                .destination4(Ipv4Addr::BROADCAST)
                .udp()
                .source_port(68)
                .destination_port(67)
                .accept("DHCP, from a host that has no address yet"),
        );
    }
    if let (Some(subnet), Some(router)) = (zone.subnet6, zone.router6) {
        rules.push(when().source6(router).drop("the router's own address from outside"));
        rules.push(when().source6(subnet).accept("an address of the zone"));
        rules.push(when().source6(LINK_LOCAL).accept("a link-local address"));
        rules.extend(without_address());
    }
    // Whoever kept an address of somewhere else reaches nothing and does not know why.
    rules.push(when().source4(Ipv4Addr::UNSPECIFIED).drop("a host that has no address yet"));
    rules.push(when().v4().log(refused_source(), "for the list of what was refused"));
    rules.push(when().drop("a source address that the zone does not have"));
    rules
}

/// What the reader of the packet log knows packets by whose sender has an address of no network of its zone.
pub fn refused_source() -> Name {
    Name::made("refused_source")
}

/// What an IPv6 host sends before it has an address (RFC 4861 4.1 and 4.3, RFC 3810 5.2.13).
fn without_address() -> Vec<Rule> {
    [
        (icmp::NEIGHBOUR_SOLICITATION, icmp::ON_LINK, "does anybody have my address (RFC 4862)"),
        (icmp::ROUTER_SOLICITATION, icmp::ON_LINK, "is there a router, before it has an address"),
        (icmp::GROUP_REPORT2, icmp::NEXT_HOP, "listens to these groups, before it has an address"),
    ]
    .into_iter()
    .map(|(kind, limit, why)| {
        when().source6(Ipv6Addr::UNSPECIFIED).icmpv6(kind).hop_limit(limit).accept(why)
    })
    .collect()
}

/// Only the CRM is in its zone, and it has no other addresses than these.
fn crm(scope: &Scope<'_>) -> Vec<Rule> {
    let (v4, v6) = scope.settings.crm.addresses(scope.settings, scope.context.site);
    let v4 = v4.map(|address| when().source4(address).accept("the CRM's address"));
    let v6 = v6.map(|address| when().source6(address).accept("the CRM's address"));
    let last = when().drop("a source address that the CRM does not have");
    v4.into_iter().chain(v6).chain([last]).collect()
}

fn wan() -> Chain {
    let unspecified = when().source6(Ipv6Addr::UNSPECIFIED);
    chain(
        Name::made("spoof_wan"),
        vec![
            unspecified
                .icmpv6(icmp::NEIGHBOUR_SOLICITATION)
                .hop_limit(icmp::ON_LINK)
                .accept("does anybody have my address (RFC 4862)"),
            when().source4_in(&bogons4()).drop("no such address on the internet"),
            when().source6_in(&bogons6()).drop("no such address on the internet"),
            when().source4_in(&inside4()).drop("an address of our zones from outside"),
            when().source6_in(&inside6()).drop("an address of our zones from outside"),
            when().accept("any other address may be outside"),
        ],
    )
}

const fn net4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn net6([a, b, c, d, e, f, g, h]: [u16; 8], length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), length)
}
