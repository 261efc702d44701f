//! What the box itself may send: each service, known by its user, only what it is for.
//! Packets of the kernel itself (neighbour discovery, group reports) have no user.

use crate::build::{When, chain, ports, uids, when};
use crate::compile::{Part, filter, jumps, loopback};
use crate::input::senders;
use crate::ir::{Chain, CtState, Field, Hook, Name, Rule};
use crate::zones::{Scope, ZoneView};
use crate::{egress, icmp, relay, resolver, rules, tracking};

const ROOT: u32 = 0;

pub(crate) const DNS: u16 = 53;
const DHCP_SERVER: u16 = 67;
const DHCP_CLIENT: u16 = 68;
const TIME: u16 = 123;
const DHCPV6_CLIENT: u16 = 546;
const DHCPV6_SERVER: u16 = 547;

/// The set of UDP ports that the box asks on WAN.
fn asked() -> Name {
    Name::made("asked_ports")
}

/// Users whose sockets answer DHCP and announce the router: dnsmasq opens these sockets before it
/// gives up root.
fn dhcp_server() -> Name {
    Name::made("dhcp_server")
}

pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let (by_interface, answers) = (Name::made("output"), Name::made("answers_output"));
    let mut part = Part {
        sets: vec![
            uids(dhcp_server(), &[ROOT, scope.context.uids.dnsmasq]),
            ports(asked(), &[DNS, TIME, DHCP_SERVER, DHCPV6_SERVER]),
        ],
        ..Part::default()
    };
    let mut rules = egress::names_of_admin(scope);
    rules.push(when().output(&loopback()).accept("the box talks to itself"));
    rules.extend(tracking::known(scope, &tracking::sent()));
    rules.extend(tracking::ended_own());
    rules.extend([
        tracking::answers().jump(&answers, "answers of the box"),
        when().look_up(&[Field::OutputInterface], &by_interface, "by where it goes out"),
        when().drop("the box has nothing to say there"),
    ]);
    part.chains.push(filter("output", Hook::Output, 0, rules));
    let back = vec![
        when().look_up(&[Field::OutputInterface], &senders(), "by where the connection came in"),
        when().drop("nothing of the box for who opened the connection"),
    ];
    part.chains.push(chain(answers, back));
    let mut entries = Vec::new();
    for zone in &scope.zones {
        let name = zone.named("output");
        let rules = if zone.is_crm { vec![errors()] } else { lan(scope, zone) };
        entries.push((zone.interface.clone(), name.clone()));
        part.chains.push(chain(name, [rules, egress::sent_to(scope, zone.name)].concat()));
    }
    if let Some(interface) = &scope.context.wan {
        let mut chain = wan(scope);
        chain.rules.extend(egress::sent_out(scope));
        entries.push((interface.clone(), chain.name.clone()));
        part.chains.push(chain);
    }
    part.maps.push(jumps(by_interface, entries));
    part
}

/// What the box may be answered on connections that it opened under former rules. Who of its users did
/// cannot be seen in an answer: it was judged when the box spoke, and is again when it speaks next.
pub(crate) fn answered(scope: &Scope<'_>) -> Vec<Rule> {
    let mut rules = Vec::new();
    if let Some(wan) = &scope.context.wan {
        let from_wan = || when().input(wan);
        rules.push(from_wan().udp().opened_to_port_in(&asked()).accept("DNS, time, DHCP: answers"));
        rules.push(from_wan().tcp().opened_to_port(DNS).accept("DNS: long answers"));
        rules.extend(resolver::answered(scope, wan));
    }
    // Each zone for itself: one that the rules serve no more has nothing to keep.
    for zone in scope.lans().filter(|zone| zone.dhcp) {
        let from_zone = when().input(&zone.interface).v4().udp();
        let served = from_zone.opener_port(DHCP_SERVER).opened_to_port(DHCP_CLIENT);
        rules.push(served.accept("DHCP: keeps the address that the box lent it"));
    }
    rules.extend(egress::answered(scope));
    rules.push(when().drop("the box may not ask that"));
    rules
}

fn errors() -> Rule {
    when().state(CtState::Related).jump(&icmp::errors_chain(), "errors of connections that pass")
}

fn lan(scope: &Scope<'_>, zone: &ZoneView<'_>) -> Vec<Rule> {
    let mut rules = vec![errors()];
    if rules::turn_away(scope) {
        // The kernel's reset belongs to the connection that it refuses.
        let reset = when().state(CtState::Related).tcp();
        rules.push(reset.accept("says that a connection is refused"));
    }
    let server = || when().within(Field::SocketUid, &dhcp_server());
    if zone.dhcp {
        rules.push(
            server()
                .v4()
                .udp()
                .opener_port(DHCP_SERVER)
                .opened_to_port(DHCP_CLIENT)
                .admit("DHCP: the answer"),
        );
        rules.push(
            server().icmp(icmp::ECHO_REQUEST).admit("DHCP: is the address free, before lending it"),
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
    rules.extend(relay::passes_on(scope, zone));
    rules
}

fn wan(scope: &Scope<'_>) -> Chain {
    let users = scope.context.uids;
    let of = |uid| when().uid(uid);
    let dhcp = |way: When, from, to| way.udp().opener_port(from).opened_to_port(to);
    let mut rules = resolver::asks(scope);
    rules.extend([
        of(users.chrony).udp().opened_to_port(TIME).admit("time: asks for it"),
        dhcp(of(users.networkd).v4(), DHCP_CLIENT, DHCP_SERVER)
            .admit("DHCP: keeps the box's address"),
        dhcp(of(users.networkd).v6(), DHCPV6_CLIENT, DHCPV6_SERVER)
            .admit("DHCPv6: asks the provider"),
        when().v6().jump(&icmp::neighbours_chain(), "neighbour discovery"),
        when().v6().jump(&icmp::memberships_chain(), "group membership"),
        when()
            .icmpv6(icmp::ROUTER_SOLICITATION)
            .hop_limit(icmp::ON_LINK)
            .accept("is there a router (RFC 4861)"),
    ]);
    chain(Name::made("output_wan"), rules)
}
