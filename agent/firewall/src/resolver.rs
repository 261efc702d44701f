//! Who asks the internet for names: dnsmasq the provider, or, when the settings say more, the resolver
//! alone; over TLS the listed servers and nobody else.

use std::net::IpAddr;

use ipnet::{Ipv4Net, Ipv6Net};

use crate::build::{set4, set6, when};
use crate::compile::Part;
use crate::ir::{InterfaceName, Name, Rule};
use crate::output::DNS;
use crate::zones::Scope;

/// Where dnsmasq asks the resolver, on loopback.
pub const RESOLVER_PORT: u16 = 5335;
/// Where dnsmasq's instances of zones ask those that have lists of blocked names, on loopback.
pub const BLOCKING_PORT: u16 = 5336;
/// DNS over TLS (RFC 7858).
const DNS_TLS: u16 = 853;

fn servers4() -> Name {
    Name::made("dns_servers4")
}

fn servers6() -> Name {
    Name::made("dns_servers6")
}

/// The servers that are asked over TLS.
pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let servers = scope.settings.dns.tls();
    if scope.context.wan.is_none() || servers.is_empty() {
        return Part::default();
    }
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for server in servers {
        match server.address {
            IpAddr::V4(address) => v4.push(Ipv4Net::from(address)),
            IpAddr::V6(address) => v6.push(Ipv6Net::from(address)),
        }
    }
    Part { sets: vec![set4(servers4(), &v4), set6(servers6(), &v6)], ..Part::default() }
}

/// What is asked on WAN. Over TLS too the provider is asked in plain text, for the names of the time
/// servers alone: which names that are is the resolver's configuration.
pub(crate) fn asks(scope: &Scope<'_>) -> Vec<Rule> {
    let (users, dns) = (scope.context.uids, &scope.settings.dns);
    let of = |uid| when().uid(uid);
    let asker = if dns.is_default() { users.dnsmasq } else { users.resolver };
    let mut rules = vec![
        of(asker).udp().opened_to_port(DNS).admit("DNS: asks for the zones"),
        of(asker).tcp().opened_to_port(DNS).admit("DNS: asks for the zones, long answers"),
    ];
    if !dns.tls().is_empty() {
        let ways = [of(asker).opened_to4_in(&servers4()), of(asker).opened_to6_in(&servers6())];
        let over_tls = ways.map(|way| way.tcp().opened_to_port(DNS_TLS));
        rules.extend(over_tls.map(|way| way.admit("DNS over TLS: asks for the zones")));
    }
    rules
}

/// What may still be answered that was asked under former rules.
pub(crate) fn answered(scope: &Scope<'_>, wan: &InterfaceName) -> Vec<Rule> {
    if scope.settings.dns.tls().is_empty() {
        return Vec::new();
    }
    let ways = [
        when().input(wan).opened_to4_in(&servers4()),
        when().input(wan).opened_to6_in(&servers6()),
    ];
    let over_tls = ways.map(|way| way.tcp().opened_to_port(DNS_TLS));
    over_tls.map(|way| way.accept("DNS over TLS: answers")).into()
}
