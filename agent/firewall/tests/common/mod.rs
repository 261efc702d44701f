//! Packets and settings for the tests of this crate.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

pub mod documents;
pub mod written;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use firewall::ir::{Action, CtState, InterfaceName, Ruleset};
use firewall::simulate::{Addresses, Decision, Packet, Path, Transport};
use firewall::{Context, ServiceUids, Side, compile, simulate};
use settings::{Settings, SitePrefix};

pub const DNSMASQ: u32 = 101;
pub const RESOLVER: u32 = 103;
pub const CHRONY: u32 = 102;
pub const NETWORKD: u32 = 998;
pub const ADMIN: u32 = 104;
pub const RELAY: u32 = 105;

pub fn context() -> Context {
    Context {
        wan: Some(interface("wan0")),
        site: SitePrefix::from_random([0x12, 0x34, 0x56, 0x78, 0x9a]),
        uids: ServiceUids {
            dnsmasq: DNSMASQ,
            chrony: CHRONY,
            networkd: NETWORKD,
            resolver: RESOLVER,
            admin: ADMIN,
            relay: RELAY,
        },
        moved: settings::Moved::new(),
        on: std::collections::BTreeSet::new(),
        over: std::collections::BTreeSet::new(),
        isolated: Vec::new(),
    }
}

/// Office 192.168.10.0/24, guest .20, crm .30; the CRM for 192.168.10.0/25 only.
pub fn example() -> Settings {
    let mac = |last| format!("52:54:00:67:00:0{last}");
    let document = format!(
        r#"{{ "version": 1, "language": "en",
        "ports": {{
            "wan": {{ "match": {{"mac": "{}"}}, "role": "wan" }},
            "office": {{ "match": {{"mac": "{}"}}, "role": {{"access": "office"}} }},
            "trunk": {{ "match": {{"mac": "{}"}}, "role": {{"trunk": ["office", "guest", "crm"]}} }} }},
        "zones": {{
            "office": {{ "vlan": 10, "ipv4": {{"address": "192.168.10.1/24",
                "dhcp": {{"from": "192.168.10.100", "to": "192.168.10.199"}}}}, "ipv6": "automatic" }},
            "guest": {{ "vlan": 20, "ipv4": {{"address": "192.168.20.1/24",
                "dhcp": {{"from": "192.168.20.100", "to": "192.168.20.199"}}}}, "ipv6": "automatic" }},
            "crm": {{ "vlan": 30, "ipv4": {{"address": "192.168.30.1/24"}}, "ipv6": "automatic" }} }},
        "policies": [ {{"from": "office", "to": "wan", "allow": "all"}},
                      {{"from": "guest", "to": "wan", "allow": "web"}} ],
        "management": {{ "from": [ {{"zone": "office", "addresses": ["192.168.10.0/25"]}} ] }},
        "crm": {{ "zone": "crm", "host": 10,
                 "reachable_from": [ {{"zone": "office", "addresses": ["192.168.10.0/25"]}} ] }} }}"#,
        mac(1),
        mac(2),
        mac(4)
    );
    settings::parse(document.as_bytes()).expect("example is accepted")
}

pub fn interface(name: &str) -> InterfaceName {
    InterfaceName::new(name).expect("interface name")
}

/// What is found of two accepted documents.
pub fn compared<T>(
    before: &Settings,
    after: &Settings,
    find: impl FnOnce(&Side<'_>, &Side<'_>) -> T,
) -> T {
    for settings in [before, after] {
        assert_eq!(settings.validate(), Ok(()));
    }
    let context = context();
    let rules = [before, after].map(|settings| compile(settings, &context));
    let sides = [(before, &rules[0]), (after, &rules[1])].map(|(settings, rules)| Side {
        settings,
        context: &context,
        rules: rules.check().expect("ruleset can be loaded"),
    });
    find(&sides[0], &sides[1])
}

pub fn decide(ruleset: &Ruleset, packet: &Packet, path: Path) -> Decision {
    simulate(ruleset.check().expect("ruleset can be loaded"), packet, path)
}

pub fn passes(ruleset: &Ruleset, packet: &Packet, path: Path) -> bool {
    decide(ruleset, packet, path).passed()
}

/// What the ruleset writes on connections that it lets pass.
pub fn mark(ruleset: &Ruleset) -> u32 {
    let chains = ruleset.tables.iter().flat_map(|table| &table.chains);
    let marks = chains.flat_map(|chain| &chain.rules).filter_map(|rule| match rule.action {
        Action::Admit(mark) => Some(mark),
        _ => None,
    });
    marks.max().expect("a mark")
}

/// A new packet between two addresses, hop limit 64.
pub fn packet(
    source: impl Into<IpAddr>,
    destination: impl Into<IpAddr>,
    carries: Transport,
) -> Packet {
    let addresses = match (source.into(), destination.into()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => Addresses::V4 { source, destination },
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            Addresses::V6 { source, destination, hop_limit: 64 }
        }
        mixed => panic!("both of one version: {mixed:?}"),
    };
    Packet {
        input: None,
        output: None,
        addresses: Some(addresses),
        transport: Some(carries),
        state: CtState::New,
        reply: false,
        mark: 0,
        about: None,
        uid: None,
        vlan: None,
        card: None,
        inner_tag: None,
        card_to: None,
        sent_to: None,
    }
}

/// A frame without an IP packet between bridge ports.
pub fn frame(input: &str) -> Packet {
    Packet {
        input: Some(interface(input)),
        output: None,
        addresses: None,
        transport: None,
        state: CtState::Invalid,
        reply: false,
        mark: 0,
        about: None,
        uid: None,
        vlan: None,
        card: None,
        inner_tag: None,
        card_to: None,
        sent_to: None,
    }
}

pub trait Shape: Sized {
    fn from(self, input: &str) -> Self;
    fn to(self, output: &str) -> Self;
    fn hops(self, hops: u8) -> Self;
    fn state(self, state: CtState) -> Self;
    fn marked(self, mark: u32) -> Self;
    /// What its receiver answers on the connection that it opened.
    fn answer(self) -> Self;
    fn uid(self, uid: u32) -> Self;
    fn vlan(self, vlan: u16) -> Self;
}

impl Shape for Packet {
    fn from(self, input: &str) -> Self {
        Self { input: Some(interface(input)), ..self }
    }

    fn to(self, output: &str) -> Self {
        Self { output: Some(interface(output)), ..self }
    }

    fn hops(mut self, hops: u8) -> Self {
        if let Some(Addresses::V6 { hop_limit, .. }) = &mut self.addresses {
            *hop_limit = hops;
        }
        self
    }

    fn state(self, state: CtState) -> Self {
        Self { state, ..self }
    }

    fn marked(self, mark: u32) -> Self {
        Self { mark, ..self }
    }

    fn answer(mut self) -> Self {
        match &mut self.addresses {
            Some(Addresses::V4 { source, destination }) => std::mem::swap(source, destination),
            Some(Addresses::V6 { source, destination, .. }) => std::mem::swap(source, destination),
            None => {}
        }
        match &mut self.transport {
            Some(
                Transport::Tcp { source, destination } | Transport::Udp { source, destination },
            ) => std::mem::swap(source, destination),
            Some(Transport::Icmp(kind)) => *kind = 0,
            Some(Transport::Icmpv6(kind)) => *kind = 129,
            Some(Transport::Other(_)) | None => {}
        }
        std::mem::swap(&mut self.input, &mut self.output);
        Self { state: CtState::Established, reply: true, uid: None, ..self }
    }

    fn uid(self, uid: u32) -> Self {
        Self { uid: Some(uid), ..self }
    }

    fn vlan(self, vlan: u16) -> Self {
        Self { vlan: Some(vlan), ..self }
    }
}

pub fn ip(text: &str) -> IpAddr {
    text.parse().expect("address")
}

pub fn tcp(destination: u16) -> Transport {
    Transport::Tcp { source: 40_000, destination }
}

pub fn udp(source: u16, destination: u16) -> Transport {
    Transport::Udp { source, destination }
}

/// Something outside, of the same IP version.
pub fn internet(like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => Ipv4Addr::new(9, 9, 9, 9).into(),
        IpAddr::V6(_) => Ipv6Addr::new(0x2620, 0xfe, 0, 0, 0, 0, 0, 9).into(),
    }
}
