//! What may reach the box itself: DHCP, DNS and time from zones, the admin pages from where
//! `management.from` says, nothing but the link's own business from WAN, nothing from the CRM.

use std::net::Ipv4Addr;

use settings::Source;

use crate::build::{LINK_LOCAL, When, chain, ports, set4, set6, when};
use crate::compile::{Part, filter, jumps, loopback};
use crate::ir::{Chain, Field, Hook, Name, Rule, Set};
use crate::zones::{Scope, ZoneView};
use crate::{egress, icmp, output, relay, tracking};

/// The map from interface to what hosts there may open on the box.
pub(crate) fn senders() -> Name {
    Name::made("input")
}

/// The set of the ports of a web server: 80 and 443.
pub(crate) fn web_ports() -> Name {
    Name::made("web_ports")
}

pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let (by_interface, answers) = (senders(), Name::made("answers_input"));
    let mut part = Part { sets: vec![ports(web_ports(), &[80, 443])], ..Part::default() };
    let mut rules = vec![when().input(&loopback()).accept("the box talks to itself")];
    rules.extend(tracking::known(scope, &tracking::coming_in()));
    rules.extend(tracking::ended());
    rules.extend([
        tracking::answers().jump(&answers, "answers to the box"),
        when().look_up(&[Field::InputInterface], &by_interface, "by where it came in"),
    ]);
    rules.extend(refused(scope));
    rules.push(when().drop("nothing of the box for this sender"));
    part.chains.push(filter("input", Hook::Input, 0, rules));
    part.chains.push(chain(answers, output::answered(scope)));
    let mut entries = Vec::new();
    for zone in scope.lans() {
        let name = zone.named("input");
        let mut rules = services(zone);
        rules.extend(relay::hears(scope, zone));
        for source in &scope.settings.management.from {
            if source.zone == *zone.name {
                rules.extend(management(zone, source, &mut part.sets));
            }
        }
        entries.push((zone.interface.clone(), name.clone()));
        part.chains.push(chain(name, rules));
    }
    if let Some(interface) = &scope.context.wan {
        let chain = wan();
        entries.push((interface.clone(), chain.name.clone()));
        part.chains.push(chain);
    }
    if let Some((interface, chain)) = egress::asked_by_crm(scope) {
        entries.push((interface, chain.name.clone()));
        part.chains.push(chain);
    }
    part.maps.push(jumps(by_interface, entries));
    part
}

/// Who is refused is written down, each zone within its own limit. Only what was meant for the box:
/// what hosts shout to everybody would hide it.
fn refused(scope: &Scope<'_>) -> Vec<Rule> {
    let to_box = |zone: &ZoneView<'_>| {
        let from = when().input(&zone.interface);
        let v4: Vec<_> = zone.routers4().map(|own| from.clone().destination4(own)).collect();
        let v6 = zone.router6.map(|own| from.destination6(own));
        let logged = v4.into_iter().chain(v6);
        logged.map(|way| way.log(refused_by_box(), "for the list of what was refused"))
    };
    scope.zones.iter().flat_map(|zone| to_box(zone).collect::<Vec<_>>()).collect()
}

/// What the reader of the packet log knows packets to the box by that it refused.
pub fn refused_by_box() -> Name {
    Name::made("refused_input")
}

/// What every zone needs of the box.
fn services(zone: &ZoneView<'_>) -> Vec<Rule> {
    let mut rules = Vec::new();
    if zone.dhcp {
        let dhcp = |to| when().opened_to4(to).udp().opener_port(68).opened_to_port(67);
        rules.push(dhcp(Ipv4Addr::BROADCAST).admit("DHCP: asks for an address"));
        let keeps = |router| dhcp(router).admit("DHCP: keeps its address");
        rules.extend(zone.routers4().map(keeps));
    }
    for to_router in to_router(zone) {
        rules.push(to_router.clone().udp().opened_to_port(53).admit("DNS"));
        rules.push(to_router.clone().tcp().opened_to_port(53).admit("DNS, long answers"));
        rules.push(to_router.udp().opened_to_port(123).admit("time"));
    }
    if zone.subnet6.is_some() {
        rules.push(when().v6().jump(&icmp::neighbours_chain(), "neighbour discovery"));
        rules.push(
            when()
                .icmpv6(icmp::ROUTER_SOLICITATION)
                .hop_limit(icmp::ON_LINK)
                .accept("is there a router (RFC 4861)"),
        );
        rules.push(icmp::group_query());
    }
    rules
}

/// The way in: admin pages and ping, to the router's own addresses in that zone.
fn management(zone: &ZoneView<'_>, source: &Source, sets: &mut Vec<Set>) -> Vec<Rule> {
    let (networks4, networks6) = zone.networks(source);
    let (from4, from6) = (zone.named("management4"), zone.named("management6"));
    sets.push(set4(from4.clone(), &networks4));
    sets.push(set6(from6.clone(), &networks6));
    let pages =
        |way: When| way.tcp().opened_to_port_in(&web_ports()).admit("management: admin pages");
    let mut rules = Vec::new();
    for router in zone.routers4() {
        let way = when().opener4_in(&from4).opened_to4(router);
        rules.push(pages(way.clone()));
        rules.push(way.icmp(icmp::ECHO_REQUEST).admit("management: ping"));
    }
    if let Some(router) = zone.router6 {
        let way = when().opener6_in(&from6).opened_to6(router);
        rules.push(pages(way.clone()));
        rules.push(way.icmpv6(icmp::ECHO_REQUEST6).admit("management: ping"));
    }
    rules
}

pub(crate) fn to_router(zone: &ZoneView<'_>) -> impl Iterator<Item = When> {
    let v4 = zone.routers4().map(|router| when().opened_to4(router));
    let v6 = zone.router6.map(|router| when().opened_to6(router));
    v4.chain(v6)
}

/// The link's own business. DHCPv4 needs no rule: until it has an address networkd reads it from a
/// packet socket, and a renewal is an answer.
fn wan() -> Chain {
    chain(
        Name::made("input_wan"),
        vec![
            when().v6().jump(&icmp::neighbours_chain(), "neighbour discovery"),
            when()
                .source6(LINK_LOCAL)
                .icmpv6(icmp::ROUTER_ADVERTISEMENT)
                .hop_limit(icmp::ON_LINK)
                .accept("the provider's router (RFC 4861)"),
            icmp::group_query(),
            when()
                .source6(LINK_LOCAL)
                .udp()
                .source_port(547)
                .destination_port(546)
                .accept("DHCPv6: the provider's answer"),
        ],
    )
}
