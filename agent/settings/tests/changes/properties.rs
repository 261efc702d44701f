//! What holds for any two documents: nothing that differs goes untold, nothing is told that does not
//! differ, and the order of entries is told alone.

use std::collections::BTreeSet;

use proptest::prelude::*;
use settings::{
    Addresses, Change, Language, Plain, PortName, PortRole, Settings, Source, Upstream, Which,
    ZoneName,
};

use crate::documents::pair;

proptest! {
    #![proptest_config(ProptestConfig {
        max_global_rejects: 1_000_000,
        ..ProptestConfig::with_cases(500)
    })]

    #[test]
    fn nothing_is_told_exactly_when_nothing_differs((before, after) in pair()) {
        prop_assert_eq!(before.changes(&after).is_empty(), before == after);
        prop_assert!(before.changes(&before).is_empty());
    }

    #[test]
    fn the_order_is_told_only_when_nothing_else_differs((before, after) in pair()) {
        let only_order = before != after && sorted(&before) == sorted(&after);
        let told = before.changes(&after);
        prop_assert_eq!(told.contains(&Change::Order), only_order);
        prop_assert!(!only_order || told == [Change::Order]);
    }

    #[test]
    fn every_part_that_differs_is_told((before, after) in pair()) {
        let told = before.changes(&after);
        let has = |is: fn(&str) -> bool| told.iter().any(|change| is(change.code()));
        let (a, b) = (sorted(&before), sorted(&after));
        prop_assert_eq!(a.policies != b.policies, has(|code| code.starts_with("policy")));
        prop_assert_eq!(a.management != b.management, has(|code| code.ends_with("_admin")));
        let from = a.crm.reachable_from != b.crm.reachable_from;
        prop_assert_eq!(from, has(|code| code.ends_with("_crm")));
        prop_assert_eq!(a.crm.zone != b.crm.zone, has(|code| code == "crm_zone"));
        prop_assert!(a.crm.host == b.crm.host || has(|code| code.starts_with("crm_")));
        let held = a.quarantine != b.quarantine;
        prop_assert_eq!(held, has(|code| code.starts_with("quarantine")));
        prop_assert_eq!(a.routes != b.routes, has(|code| code.starts_with("route")));
        let dns = has(|code| code.starts_with("dns"));
        prop_assert_eq!(a.dns != b.dns, dns);
        prop_assert_eq!(a.blocking != b.blocking, has(|code| code.contains("block")));
        prop_assert_eq!(a.egress != b.egress, has(|code| code.starts_with("egress")));
        prop_assert_eq!(a.publish != b.publish, has(|code| code.starts_with("publish")));
        prop_assert_eq!(a.relays != b.relays, has(|code| code.starts_with("relay")));
        prop_assert_eq!(a.language != b.language, has(|code| code == "language"));
        prop_assert_eq!(a.rules != b.rules, has(|code| code.starts_with("rule")));
        prop_assert_eq!(a.services != b.services, has(|code| code.starts_with("service")));
        prop_assert_eq!(a.groups != b.groups, has(|code| code.starts_with("group")));
        prop_assert_eq!(a.schedules != b.schedules, has(|code| code.starts_with("schedule")));
        let names: BTreeSet<_> = a.zones.keys().chain(b.zones.keys()).collect();
        for name in names {
            let differs = a.zones.get(name) != b.zones.get(name);
            let is_told = told.iter().any(|told| match told {
                // Known by what it was called: no two zones are called the same.
                Change::Label { before, .. } => a.zones.get(name).and_then(|it| it.label.as_ref()) == Some(before),
                told => zone(told) == Some(name),
            });
            prop_assert_eq!(differs, is_told, "{}", name);
        }
        let names: BTreeSet<_> = a.ports.keys().chain(b.ports.keys()).collect();
        for name in names {
            let differs = a.ports.get(name) != b.ports.get(name);
            prop_assert_eq!(differs, told.iter().any(|told| port(told) == Some(name)), "{}", name);
        }
    }

    #[test]
    fn a_sentence_has_nothing_of_the_document_s_format((before, after) in pair()) {
        for change in before.changes(&after) {
            for language in Language::ALL {
                let text = change.text(language);
                let end = if language == Language::English { '.' } else { '。' };
                prop_assert!(text.ends_with(end), "{}", text);
                prop_assert!(!text.contains(['{', '}', '_', '"', '[']), "{}", text);
            }
        }
    }
}

/// The document with its lists in one order, but for the rules, whose order means something.
fn sorted(settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    settings.policies.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
    for port in settings.ports.values_mut() {
        if let PortRole::Trunk(zones) = &mut port.role {
            zones.sort();
        }
    }
    for zone in settings.zones.values_mut() {
        zone.reservations.sort_by_key(|one| one.mac);
    }
    settings.routes.sort();
    if let Upstream::Tls(servers) = &mut settings.dns.upstream {
        servers.sort();
    }
    settings.egress.sort_by(|a, b| a.key().cmp(&b.key()));
    settings.publish.sort_by_key(|one| one.id);
    for one in &mut settings.publish {
        one.ports.sort();
        sort_which(&mut one.from);
    }
    for one in &mut settings.relays {
        one.zones.sort();
    }
    sort(&mut settings.management.from);
    sort(&mut settings.crm.reachable_from);
    for rule in &mut settings.rules {
        sort_which(&mut rule.from.zones);
        sort_which(&mut rule.from.addresses);
        sort_which(&mut rule.to.zones);
        sort_which(&mut rule.services);
    }
    settings.services.values_mut().for_each(|ways| ways.sort());
    settings.groups.values_mut().for_each(|members| members.sort());
    settings.schedules.values_mut().for_each(|spans| spans.sort());
    settings
}

fn sort_which<T: Ord>(which: &mut Which<T>) {
    if let Which::These(these) = which {
        these.sort();
    }
}

fn sort(sources: &mut [Source]) {
    sources.sort_by(|a, b| a.zone.cmp(&b.zone));
    for source in sources {
        if let Addresses::List(networks) = &mut source.addresses {
            networks.sort();
        }
    }
}

/// The zone whose own settings a change is about.
fn zone(change: &Change) -> Option<&ZoneName> {
    match change {
        Change::ZoneNew { zone, .. }
        | Change::ZoneGone { zone }
        | Change::Vlan { zone, .. }
        | Change::BoxAddress { zone, .. }
        | Change::Ipv4New { zone, .. }
        | Change::Ipv4Gone { zone, .. }
        | Change::DhcpNew { zone, .. }
        | Change::Dhcp { zone, .. }
        | Change::DhcpGone { zone, .. }
        | Change::Isolated { zone }
        | Change::IsolatedGone { zone }
        | Change::LabelNew { zone: Plain(zone), .. }
        | Change::LabelGone { zone: Plain(zone), .. }
        | Change::Ipv6New { zone }
        | Change::Ipv6Gone { zone }
        | Change::ReservationNew { zone, .. }
        | Change::ReservationAddress { zone, .. }
        | Change::ReservationGone { zone, .. }
        | Change::DeviceNameNew { zone, .. }
        | Change::DeviceName { zone, .. }
        | Change::DeviceNameGone { zone, .. } => Some(zone),
        _ => None,
    }
}

fn port(change: &Change) -> Option<&PortName> {
    match change {
        Change::PortNew { port, .. }
        | Change::PortGone { port }
        | Change::PortRole { port, .. }
        | Change::PortAlso { port, .. }
        | Change::PortLess { port, .. }
        | Change::PortCard { port, .. }
        | Change::PortSlot { port, .. }
        | Change::PortFound { port, .. } => Some(port),
        _ => None,
    }
}
