//! Why packets were refused, and that nobody fills the list.

use settings::Addresses;

use super::*;
use crate::devices::tests::view;

fn logged(input: &str, source: &str, destination: &str, protocol: u8, port: u16) -> Logged {
    Logged {
        prefix: "refused_forward".to_owned(),
        input: input.to_owned(),
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
