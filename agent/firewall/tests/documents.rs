//! Properties of every accepted settings document: it compiles, it can be loaded, it does what its
//! policies and lists say and nothing else.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::net::IpAddr;

use common::documents::{OPEN_TO, documents, hosts};
use common::{Shape, context, internet, mark, packet, tcp, udp};
use firewall::ir::{CtState, Ruleset};
use firewall::simulate::{Packet, Path, Transport};
use firewall::{CheckedRuleset, compile, simulate};
use proptest::prelude::*;
use settings::{Addresses, Allow, Settings, Source, Target, ZoneName};

fn ruleset(settings: &Settings) -> Ruleset {
    compile(settings, &context())
}

fn passes(ruleset: CheckedRuleset<'_>, packet: &Packet, path: Path) -> bool {
    simulate(ruleset, packet, path).passed()
}

/// Packets that some policy could be about.
fn kinds(like: IpAddr) -> Vec<Transport> {
    let echo = if like.is_ipv4() { Transport::Icmp(8) } else { Transport::Icmpv6(128) };
    vec![tcp(80), tcp(443), udp(40_000, 443), tcp(25), udp(40_000, 53), echo, Transport::Other(47)]
}

fn web(kind: &Transport) -> bool {
    *kind == tcp(80) || *kind == tcp(443) || *kind == udp(40_000, 443)
}

fn zone_interface(zone: &ZoneName) -> String {
    format!("z-{zone}")
}

/// Every pair of zones, and WAN: interfaces, an address at each end.
fn ways(settings: &Settings) -> Vec<(ZoneName, Target, IpAddr, IpAddr)> {
    let mut ways = Vec::new();
    for from in settings.zones.keys().filter(|zone| **zone != settings.crm.zone) {
        for source in hosts(settings, from) {
            ways.push((from.clone(), Target::Wan, source, internet(source)));
            for to in settings.zones.keys().filter(|to| *to != from && **to != settings.crm.zone) {
                let same =
                    hosts(settings, to).into_iter().filter(|to| to.is_ipv4() == source.is_ipv4());
                ways.extend(
                    same.map(|host| (from.clone(), Target::Zone(to.clone()), source, host)),
                );
            }
        }
    }
    ways
}

/// The first packet of a connection, and both ways of one that former rules let pass: the rules say the
/// same to all three.
fn whole_connection(first: Packet) -> [Packet; 3] {
    let old = first.clone().state(CtState::Established).marked(1);
    let answer = first.clone().answer().marked(1);
    [first, old, answer]
}

fn target_interface(target: &Target) -> String {
    match target {
        Target::Wan => "wan0".to_owned(),
        Target::Zone(zone) => zone_interface(zone),
    }
}

/// What the settings say, read without the compiler.
fn may(source: &Source, settings: &Settings, address: IpAddr) -> bool {
    let zone = &settings.zones[&source.zone];
    match (&source.addresses, address) {
        (Addresses::List(networks), address) => networks.iter().any(|net| net.contains(&address)),
        (Addresses::All, IpAddr::V4(v4)) => zone.subnet_v4().is_some_and(|net| net.contains(&v4)),
        (Addresses::All, IpAddr::V6(v6)) => {
            zone.subnet_v6(context().site).is_some_and(|net| net.contains(&v6))
        }
    }
}

/// Addresses of the zone on both sides of each edge of the list.
fn candidates(settings: &Settings, zone: &ZoneName, sources: &[Source]) -> Vec<IpAddr> {
    let mut found = hosts(settings, zone);
    let view = &settings.zones[zone];
    let edges =
        |first: u128, last: u128| [first.wrapping_sub(1), first, last, last.wrapping_add(1)];
    for source in sources.iter().filter(|source| source.zone == *zone) {
        let Addresses::List(networks) = &source.addresses else { continue };
        for network in networks {
            match network {
                ipnet::IpNet::V4(net) => {
                    let ends =
                        edges(net.network().to_bits().into(), net.broadcast().to_bits().into());
                    let ends = ends.into_iter().filter_map(|bits| u32::try_from(bits).ok());
                    found.extend(ends.map(|bits| IpAddr::V4(bits.into())));
                }
                ipnet::IpNet::V6(net) => {
                    let ends = edges(net.network().to_bits(), net.broadcast().to_bits());
                    found.extend(ends.into_iter().map(|bits| IpAddr::V6(bits.into())));
                }
            }
        }
    }
    found.retain(|address| {
        let (router4, router6) = (view.router_v4(), view.router_v6(context().site));
        match address {
            IpAddr::V4(v4) => {
                Some(*v4) != router4 && view.subnet_v4().is_some_and(|net| net.contains(v4))
            }
            IpAddr::V6(v6) => {
                Some(*v6) != router6
                    && view.subnet_v6(context().site).is_some_and(|net| net.contains(v6))
            }
        }
    });
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_document_can_be_loaded(settings in documents(), wan in any::<bool>()) {
        let context = firewall::Context { wan: context().wan.filter(|_| wan), ..context() };
        let ruleset = compile(&settings, &context);
        prop_assert!(ruleset.check().is_ok(), "{:?}", ruleset.check());
        prop_assert_eq!(ruleset.hash(), compile(&settings, &context).hash());
        let rules: usize =
            ruleset.tables.iter().flat_map(|table| &table.chains).map(|chain| chain.rules.len()).sum();
        let bound = 73 + 46 * settings.zones.len() + 14 * settings.routes.len() + 2 * settings.policies.len()
            + 2 * settings.crm.reachable_from.len()
            + 4 * settings.relays.len().min(1) * settings.zones.len() + 4 * settings.egress.len()
            + settings.publish.len() * (12 + 6 * settings.zones.len())
            + 2 * usize::from(!settings.dns.tls().is_empty())
            + usize::from(!settings.quarantine.is_empty()) * (9 + 4 * settings.zones.len());
        prop_assert!(rules <= bound, "{} rules, {} expected at most", rules, bound);
    }

    #[test]
    fn policies_and_nothing_else(settings in documents()) {
        let ruleset = ruleset(&settings);
        let checked = ruleset.check().unwrap();
        for (from, to, source, destination) in ways(&settings) {
            let allow = settings
                .policies
                .iter()
                .find(|policy| policy.from == from && policy.to == to)
                .map(|policy| policy.allow);
            for kind in kinds(source) {
                let sent = packet(source, destination, kind)
                    .from(&zone_interface(&from))
                    .to(&target_interface(&to));
                let expected = match allow {
                    None => false,
                    Some(Allow::All) => true,
                    Some(Allow::Web) => web(&kind),
                };
                for sent in whole_connection(sent) {
                    let passed = passes(checked, &sent, Path::Through);
                    prop_assert_eq!(passed, expected, "{} to {}: {:?}", &from, &to, sent);
                }
            }
        }
    }

    #[test]
    fn the_crm_answers_its_list_and_nobody_else(settings in documents()) {
        let ruleset = ruleset(&settings);
        let checked = ruleset.check().unwrap();
        let (v4, v6) = settings.crm.addresses(&settings, context().site);
        let crm: Vec<IpAddr> =
            v4.map(IpAddr::V4).into_iter().chain(v6.map(IpAddr::V6)).collect();
        for zone in settings.zones.keys().filter(|zone| **zone != settings.crm.zone) {
            let sources = &settings.crm.reachable_from;
            for source in candidates(&settings, zone, sources) {
                let listed = sources
                    .iter()
                    .any(|entry| entry.zone == *zone && may(entry, &settings, source));
                for destination in crm.iter().filter(|to| to.is_ipv4() == source.is_ipv4()) {
                    for kind in kinds(source) {
                        let sent = packet(source, *destination, kind)
                            .from(&zone_interface(zone))
                            .to(&zone_interface(&settings.crm.zone));
                        let expected = listed && (kind == tcp(80) || kind == tcp(443));
                        for sent in whole_connection(sent) {
                            let passed = passes(checked, &sent, Path::Through);
                            prop_assert_eq!(passed, expected, "{}: {:?}", zone, sent);
                        }
                    }
                }
            }
        }
        // From WAN nobody, whatever the source says; and the CRM opens nothing itself but what is listed.
        for address in &crm {
            let outside = packet(internet(*address), *address, tcp(443)).from("wan0");
            let crm_interface = zone_interface(&settings.crm.zone);
            prop_assert!(!passes(checked, &outside.to(&crm_interface), Path::Through));
            for kind in kinds(*address) {
                let out = packet(*address, internet(*address), kind).from(&crm_interface).to("wan0");
                prop_assert!(!passes(checked, &out, Path::Through), "{:?}", out);
                if address.is_ipv4() {
                    let to: IpAddr = OPEN_TO.parse().unwrap();
                    let out = packet(*address, to, kind).from(&crm_interface).to("wan0");
                    let listed = !settings.egress.is_empty() && kind == tcp(443);
                    prop_assert_eq!(passes(checked, &out, Path::Through), listed, "{:?}", out);
                }
            }
        }
    }

    #[test]
    fn there_is_a_way_in(settings in documents()) {
        let ruleset = ruleset(&settings);
        let checked = ruleset.check().unwrap();
        let mut ways_in = 0;
        for (name, zone) in &settings.zones {
            for source in candidates(&settings, name, &settings.management.from) {
                let router = match source {
                    IpAddr::V4(_) => zone.router_v4().map(IpAddr::V4),
                    IpAddr::V6(_) => zone.router_v6(context().site).map(IpAddr::V6),
                };
                let Some(router) = router else { continue };
                let sent = packet(source, router, tcp(443)).from(&zone_interface(name));
                let listed = settings
                    .management
                    .from
                    .iter()
                    .any(|entry| entry.zone == *name && may(entry, &settings, source));
                let [first, old, answer] = whole_connection(sent);
                let passed = passes(checked, &first, Path::ToBox);
                prop_assert_eq!(passed, listed, "{}: {:?}", name, first);
                prop_assert_eq!(passes(checked, &old, Path::ToBox), listed, "{:?}", old);
                prop_assert_eq!(passes(checked, &answer, Path::FromBox), listed, "{:?}", answer);
                ways_in += usize::from(passed);
            }
        }
        prop_assert!(ways_in > 0);
    }

    #[test]
    fn a_zone_has_only_its_own_addresses(settings in documents()) {
        let ruleset = ruleset(&settings);
        let checked = ruleset.check().unwrap();
        for (name, from) in settings.zones.keys().map(|name| (name, zone_interface(name))) {
            for other in settings.zones.keys().filter(|other| *other != name) {
                for forged in hosts(&settings, other) {
                    let sent = packet(forged, internet(forged), tcp(443)).from(&from).to("wan0");
                    let forward = passes(checked, &sent, Path::Through);
                    let back = packet(forged, internet(forged), tcp(443)).from("wan0").to(&from);
                    let known = back.state(CtState::Established).marked(mark(&ruleset));
                    let outside = passes(checked, &known, Path::Through);
                    prop_assert!(!forward && !outside, "{:?} from {} or WAN", forged, from);
                }
            }
        }
    }

    #[test]
    fn wan_reaches_nothing_of_the_box(
        settings in documents(),
        source in any::<u16>(),
        destination in any::<u16>(),
    ) {
        let ruleset = ruleset(&settings);
        let checked = ruleset.check().unwrap();
        let own = [common::ip("100.64.0.2"), common::ip("2620:fe::2")];
        for address in own {
            let carried = [
                Transport::Tcp { source, destination },
                udp(source, destination),
                Transport::Icmp(8),
                Transport::Icmpv6(128),
                Transport::Icmpv6(137),
            ];
            for kind in carried {
                for state in [CtState::New, CtState::Invalid, CtState::Untracked] {
                    let sent = packet(internet(address), address, kind).from("wan0").state(state);
                    prop_assert!(!passes(checked, &sent, Path::ToBox), "{:?}", sent);
                }
            }
        }
    }
}

#[test]
fn factory_settings_forward_nothing() {
    let port = |mac: &str| settings::DiscoveredPort { mac: mac.parse().unwrap(), path: None };
    let ports = [port("52:54:00:00:00:01"), port("52:54:00:00:00:02")];
    let settings = Settings::factory(&ports).unwrap();
    let ruleset = ruleset(&settings);
    let checked = ruleset.check().unwrap();
    let zones: Vec<&ZoneName> = settings.zones.keys().collect();
    for from in &zones {
        for source in hosts(&settings, from) {
            for to in zones.iter().map(|zone| zone_interface(zone)).chain(["wan0".to_owned()]) {
                for kind in kinds(source) {
                    let sent = packet(source, internet(source), kind).from(&zone_interface(from));
                    assert!(!passes(checked, &sent.to(&to), Path::Through), "{from} to {to}");
                }
            }
        }
    }
}
