//! Why packets were refused, and that nobody fills the list.

use settings::Addresses;

use super::*;
use crate::devices::tests::view;

fn logged(input: &str, source: &str, destination: &str, protocol: u8, port: u16) -> Logged {
    Logged {
        prefix: "refused_forward".to_owned(),
        input: input.to_owned(),
        card: String::new(),
        vlan: None,
        mac: MacAddress::new([0x52, 0x54, 0, 0, 0, 5]),
        source: source.parse().unwrap(),
        destination: destination.parse().unwrap(),
        protocol,
        port,
    }
}

fn why(packet: &Logged) -> Why {
    let mut refusals = Refusals::default();
    let mut view = view();
    for policy in &mut view.settings.policies {
        if policy.from.as_str() == "guest" {
            policy.allow = settings::Allow::Web;
        }
    }
    if let Some(source) = view.settings.crm.reachable_from.first_mut() {
        source.addresses = Addresses::List(vec!["192.168.10.0/25".parse().unwrap()]);
    }
    refusals.take(&view, packet, 1_000);
    let page = Page { limit: 10, ..Page::default() };
    let (rows, chosen, all) = refusals.page(&view, &Devices::default(), &page);
    assert_eq!((rows.len(), chosen, all), (1, 1, 1));
    rows[0].why.clone()
}

#[test]
fn devices_of_an_isolated_zone_are_kept_apart() {
    let why = |isolated: bool, destination: &str| {
        let mut view = view();
        for (name, zone) in &mut view.settings.zones {
            zone.isolated = isolated && name.as_str() == "guest";
        }
        let mut refusals = Refusals::default();
        refusals.take(&view, &logged("z-guest", "192.168.20.5", destination, 6, 445), 1_000);
        let page = Page { limit: 10, ..Page::default() };
        let (rows, ..) = refusals.page(&view, &Devices::default(), &page);
        rows[0].why.clone()
    };
    assert_eq!(why(true, "192.168.20.9"), Why::Isolated);
    assert_eq!(why(true, "192.168.10.9"), Why::NoPolicy, "another zone is another matter");
    assert_eq!(why(false, "192.168.20.9"), Why::OwnZone, "to its former router, say");
}

#[test]
fn the_reason_is_the_settings_own() {
    let office =
        |to: &str, protocol, port| logged("z-office", "192.168.10.200", to, protocol, port);
    let guest = |to: &str, protocol, port| logged("z-guest", "192.168.20.5", to, protocol, port);
    assert_eq!(why(&office("192.168.30.10", 6, 443)), Why::CrmAddress);
    let listed = logged("z-office", "192.168.10.5", "192.168.30.10", 6, 22);
    assert_eq!(why(&listed), Why::CrmService);
    assert_eq!(why(&guest("192.168.30.10", 6, 443)), Why::CrmZone);
    assert_eq!(why(&guest("192.168.10.5", 6, 445)), Why::NoPolicy);
    assert_eq!(why(&guest("1.1.1.1", 6, 25)), Why::WebOnly);
    assert_eq!(why(&guest("1.1.1.1", 6, 443)), Why::Stray);
    assert_eq!(why(&guest("192.168.20.1", 6, 443)), Why::BoxPages);
    assert_eq!(why(&office("192.168.10.1", 6, 22)), Why::BoxService);
    assert_eq!(why(&logged("z-crm", "192.168.30.10", "1.1.1.1", 6, 443)), Why::CrmOpensNone);
    assert_eq!(why(&logged("eth0", "8.8.8.8", "192.168.10.5", 6, 443)), Why::NoPolicy);
    let prefix = "rule_7".to_owned();
    assert_eq!(
        why(&Logged { prefix: prefix.clone(), ..guest("1.1.1.1", 6, 25) }),
        Why::Rule(prefix)
    );
    let prefix = PREFIX_QUARANTINE.to_owned();
    assert_eq!(why(&Logged { prefix, ..guest("1.1.1.1", 6, 443) }), Why::Quarantined);
}

/// The row of what was refused, with the view as it is by then.
fn row(refusals: &Refusals, view: &View) -> Refused {
    let page = Page { limit: 10, ..Page::default() };
    let (mut rows, ..) = refusals.page(view, &Devices::default(), &page);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0)
}

#[test]
fn who_has_an_address_of_no_network_is_told_once_wherever_he_sends() {
    let (view, mut refusals) = (view(), Refusals::default());
    for (to, port) in [("1.1.1.1", 443), ("224.0.0.251", 5_353), ("192.168.10.1", 53)] {
        let prefix = PREFIX_SOURCE.to_owned();
        let packet = Logged { prefix, ..logged("z-office", "10.7.0.5", to, 17, port) };
        refusals.take(&view, &packet, 1_000);
    }
    let row = row(&refusals, &view);
    assert_eq!((row.why, row.count, row.destination), (Why::NoSuchNetwork, 3, None));
    assert_eq!(
        (row.from.zone.as_deref(), row.to.zone.as_deref()),
        (Some("office"), Some("office"))
    );
}

#[test]
fn what_was_refused_is_told_as_it_was_then() {
    let with_rule = |note: &str| {
        let mut view = view();
        let rule = format!(
            r#"{{"id": 7, "action": "block", "from": {{"zones": ["guest"], "addresses": "all"}},
                "to": {{"zones": ["wan"], "addresses": "all"}}, "services": "all", "log": true,
                "comment": "{note}"}}"#
        );
        let mut document: serde_json::Value =
            serde_json::from_str(&view.settings.to_json()).unwrap();
        document["rules"] = serde_json::from_str(&format!("[{rule}]")).unwrap();
        view.settings = settings::parse(document.to_string().as_bytes()).unwrap();
        view
    };
    let (then, now) = (with_rule("No mail from guests"), with_rule("Something else"));
    let mut refusals = Refusals::default();
    let prefix = "rule_7_block".to_owned();
    let packet = Logged { prefix, ..logged("z-guest", "192.168.20.5", "1.1.1.1", 6, 25) };
    refusals.take(&then, &packet, 1_000);
    assert_eq!(row(&refusals, &now).note.as_deref(), Some("No mail from guests"));

    // The network is the internet's by now.
    let mut refusals = Refusals::default();
    let packet = logged("z-guest", "192.168.20.5", "192.168.10.9", 6, 445);
    refusals.take(&then, &packet, 1_000);
    let mut moved = then;
    for zone in &mut moved.zones {
        zone.networks.retain(|_| zone.name != "office");
    }
    assert_eq!(row(&refusals, &moved).to.zone.as_deref(), Some("office"));
}

#[test]
fn one_who_tries_everything_fills_no_more_than_his_share() {
    let (view, mut refusals) = (view(), Refusals::default());
    for number in 0..5_000_u16 {
        refusals.take(&view, &logged("z-guest", "192.168.20.5", "192.168.10.5", 6, number), 1_000);
    }
    refusals.take(&view, &logged("z-office", "192.168.10.200", "192.168.30.10", 6, 443), 1_001);
    let page = Page { limit: 200, ..Page::default() };
    let (rows, chosen, _) = refusals.page(&view, &Devices::default(), &page);
    assert_eq!(chosen, rows.len());
    assert!(rows.len() <= MAX_TARGETS + 3, "{}", rows.len());
    assert_eq!(rows.iter().map(|row| row.count).sum::<u64>(), 5_001, "none is uncounted");
    assert_eq!(rows[0].last, 1_001, "latest first");
    for number in 0..3_000_u32 {
        let [_, b, c, d] = number.to_be_bytes();
        let mac = MacAddress::new([2, 0, 0, b, c, d]);
        let packet = Logged { mac, ..logged("z-guest", "192.168.20.6", "192.168.10.5", 6, 1) };
        refusals.take(&view, &packet, 2_000);
    }
    assert!(refusals.senders.len() <= MAX_SENDERS && refusals.lost());
    refusals.forget(2_000 + KEPT + 1);
    assert!(refusals.senders.is_empty() && !refusals.lost());
}

/// A frame that a port of the bridge let in.
fn frame(card: &str, vlan: Option<u16>, number: u8, prefix: &str) -> Logged {
    Logged {
        prefix: prefix.to_owned(),
        card: card.to_owned(),
        vlan,
        mac: MacAddress::new([0x52, 0x54, 0, 0, 6, number]),
        ..logged("br0", "192.168.1.1", "255.255.255.255", 17, 68)
    }
}

#[test]
fn the_reader_knows_what_the_rules_write() {
    let names = [firewall::refused_rogue_dhcp(), firewall::refused_rogue_router()];
    assert_eq!(firewall::refused_source().as_str(), PREFIX_SOURCE);
    for (name, (prefix, _)) in names.iter().zip(PREFIXES_OF_ROGUES) {
        assert_eq!(name.as_str(), prefix);
    }
    assert_eq!(firewall::refused_quarantine().as_str(), PREFIX_QUARANTINE);
}

#[test]
fn who_gives_out_addresses_is_named_with_zone_and_port() {
    let port = |name: &str, interface: &str| crate::Port {
        name: name.to_owned(),
        interface: Some(interface.to_owned()),
    };
    let ports = vec![port("office", "eth1"), port("trunk", "eth2")];
    let view = crate::View { ports, ..view() };
    let dhcp = PREFIXES_OF_ROGUES[0].0;
    let guest = view.settings.zones.iter().find(|(name, _)| name.as_str() == "guest").unwrap();
    let guest = Some(guest.1.vlan.number());
    let of = |frame: &Logged| {
        let mut refusals = Refusals::default();
        refusals.take(&view, frame, 1_000);
        let page = Page { limit: 10, ..Page::default() };
        let (mut rows, ..) = refusals.page(&view, &Devices::default(), &page);
        let row = rows.remove(0);
        assert_eq!((&row.why, &row.to.zone, &row.to.mac), (&Why::RogueDhcp, &row.from.zone, &None));
        assert_eq!(row.from.mac, frame.mac.map(|mac| mac.to_string()));
        let [rogue] = &refusals.rogues(&Devices::default(), 1_000)[..] else { panic!("{row:?}") };
        assert_eq!((&rogue.zone, &rogue.port), (&row.from.zone, &row.at));
        assert_eq!(refusals.rogues(&Devices::default(), 1_001), [], "it has stopped");
        (row.from.zone, row.at)
    };
    let known = |zone: &str, port: &str| (Some(zone.to_owned()), Some(port.to_owned()));
    assert_eq!(of(&frame("eth1", None, 1, dhcp)), known("office", "office"));
    assert_eq!(of(&frame("eth2", guest, 1, dhcp)), known("guest", "trunk"));
    assert_eq!(of(&frame("eth2", None, 1, dhcp)), (None, Some("trunk".to_owned())));
    assert_eq!(of(&frame("eth2", Some(4_000), 1, dhcp)), (None, Some("trunk".to_owned())));
    assert_eq!(of(&frame("crm0", None, 1, dhcp)), (Some("crm".to_owned()), None));
    assert_eq!(of(&frame("eth9", None, 1, dhcp)), (None, None), "a card of no port");
}

#[test]
fn one_who_makes_up_cards_is_named_no_more_than_a_few_times() {
    let (view, mut refusals) = (view(), Refusals::default());
    for (prefix, _) in PREFIXES_OF_ROGUES {
        for number in 1..=200 {
            refusals.take(&view, &frame("crm0", None, number, prefix), 1_000);
        }
        refusals.take(&view, &frame("crm0", None, 150, prefix), 1_000);
    }
    let rogues = refusals.rogues(&Devices::default(), 0);
    assert_eq!(rogues.len(), 2 * MAX_NAMED);
    let loudest = MacAddress::new([0x52, 0x54, 0, 0, 6, 150]);
    assert_eq!(rogues.iter().filter(|rogue| Some(rogue.mac) == loudest).count(), 2);
    assert!(rogues.iter().take(MAX_NAMED).all(|rogue| rogue.why == Why::RogueDhcp));
}
