//! What the box itself may send: each service, known by its user, only what it is for.
//! Packets of the kernel itself (neighbour discovery, group reports) have no user.

use crate::build::{When, chain, uids, when};
use crate::compile::{Part, by_connection, filter, jumps, loopback, own_connection_map};
use crate::icmp;
use crate::ir::{Chain, CtState, Field, Hook, Name, Rule};
use crate::zones::{Scope, ZoneView};

const ROOT: u32 = 0;

/// Users whose sockets answer DHCP and announce the router: dnsmasq opens these sockets before it
/// gives up root.
fn dhcp_server() -> Name {
    Name::made("dhcp_server")
}

pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let by_interface = Name::made("output");
    let mut part = Part {
        sets: vec![uids(dhcp_server(), &[ROOT, scope.context.uids.dnsmasq])],
        ..Part::default()
    };
    part.chains.push(filter(
        "output",
        Hook::Output,
        0,
        vec![
            when().output(&loopback()).accept("the box talks to itself"),
            by_connection(&own_connection_map()),
            when().look_up(&[Field::OutputInterface], &by_interface, "by where it goes out"),
            when().drop("the box has nothing to say there"),
        ],
    ));
    let mut entries = Vec::new();
    for zone in &scope.zones {
        let name = zone.named("output");
        let rules = if zone.is_crm { vec![errors()] } else { lan(zone) };
        entries.push((zone.interface.clone(), name.clone()));
        part.chains.push(chain(name, rules));
    }
    if let Some(interface) = &scope.context.wan {
        let chain = wan(scope);
        entries.push((interface.clone(), chain.name.clone()));
        part.chains.push(chain);
    }
    part.maps.push(jumps(by_interface, entries));
    part
}

fn errors() -> Rule {
    when().state(CtState::Related).jump(&icmp::errors_chain(), "errors of connections that pass")
}

fn lan(zone: &ZoneView<'_>) -> Vec<Rule> {
    let mut rules = vec![errors()];
    let server = || when().within(Field::SocketUid, &dhcp_server());
    if zone.dhcp {
        rules.push(
            server().v4().udp().source_port(67).destination_port(68).accept("DHCP: the answer"),
        );
        rules.push(
            server()
                .icmp(icmp::ECHO_REQUEST)
                .accept("DHCP: is the address free, before lending it"),
        );
    }
    if zone.subnet6.is_some() {
        rules.push(when().v6().jump(&icmp::neighbours_chain(), "neighbour discovery"));
        rules.push(when().v6().jump(&icmp::memberships_chain(), "group membership"));
        rules.push(
            server()
                .icmpv6(icmp::ROUTER_ADVERTISEMENT)
                .hop_limit(icmp::ON_LINK)
                .accept("the box is the router here (RFC 4861)"),
        );
    }
    rules
}

fn wan(scope: &Scope<'_>) -> Chain {
    let users = scope.context.uids;
    let of = |uid| when().uid(uid);
    let dhcp = |way: When, from, to| way.udp().source_port(from).destination_port(to);
    chain(
        Name::made("output_wan"),
        vec![
            of(users.dnsmasq).udp().destination_port(53).accept("DNS: asks for the zones"),
            of(users.dnsmasq)
                .tcp()
                .destination_port(53)
                .accept("DNS: asks for the zones, long answers"),
            of(users.chrony).udp().destination_port(123).accept("time: asks for it"),
            dhcp(of(users.networkd).v4(), 68, 67).accept("DHCP: keeps the box's address"),
            dhcp(of(users.networkd).v6(), 546, 547).accept("DHCPv6: asks the provider"),
            when().v6().jump(&icmp::neighbours_chain(), "neighbour discovery"),
            when().v6().jump(&icmp::memberships_chain(), "group membership"),
            when()
                .icmpv6(icmp::ROUTER_SOLICITATION)
                .hop_limit(icmp::ON_LINK)
                .accept("is there a router (RFC 4861)"),
        ],
    )
}
