//! What holds for every input: nothing makes the reader panic, what it accepts it can write and read
//! again, and every accepted document has a way in (judged here in another way than by the crate).
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::net::Ipv4Addr;

use ipnet::IpNet;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use settings::{Addresses, DiscoveredPort, MacAddress, PortRole, Settings, SitePrefix, parse};

const EXAMPLE: &str = include_str!("example.json");

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _ = parse(&bytes);
    }

    #[test]
    fn no_damage_makes_it_panic(
        cuts in prop::collection::vec((any::<Index>(), any::<Index>(), any::<Vec<u8>>()), 1..4),
    ) {
        let mut text = EXAMPLE.as_bytes().to_vec();
        for (from, to, put) in cuts {
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            text.splice(from.min(to)..from.max(to).min(from.min(to) + 8), put);
        }
        check(&text);
    }

    #[test]
    fn what_is_accepted_is_sound(
        changes in prop::collection::vec((any::<Index>(), value(), any::<bool>()), 0..4),
    ) {
        let mut document: Value = serde_json::from_str(EXAMPLE).expect("example");
        for (place, value, remove) in changes {
            let mut pointers = Vec::new();
            all_pointers(&document, String::new(), &mut pointers);
            let pointer = &pointers[place.index(pointers.len())];
            if remove && let Some((parent, field)) = pointer.rsplit_once('/') {
                match document.pointer_mut(parent) {
                    Some(Value::Object(fields)) => drop(fields.remove(field)),
                    Some(Value::Array(entries)) => drop(entries.pop()),
                    _ => {}
                }
            } else if let Some(place) = document.pointer_mut(pointer) {
                *place = value;
            }
        }
        check(document.to_string().as_bytes());
    }

    #[test]
    fn factory_settings_are_sound(macs in prop::collection::vec(any::<[u8; 6]>(), 0..70)) {
        let ports: Vec<DiscoveredPort> = macs
            .into_iter()
            .filter_map(MacAddress::new)
            .map(|mac| DiscoveredPort { mac, path: format!("pci-{mac}").parse().ok() })
            .collect();
        match Settings::factory(&ports) {
            None => prop_assert!(ports.is_empty()),
            Some(settings) => {
                check(settings.to_json().as_bytes());
                prop_assert!(settings.validate().is_ok());
                prop_assert!(settings.policies.is_empty());
                let wan = settings.wan_port();
                prop_assert_eq!(wan.is_some(), settings.ports.len() > 1);
            }
        }
    }
}

#[test]
fn the_example_is_accepted_and_canonical() {
    let settings = parse(EXAMPLE.as_bytes()).expect("example");
    assert_eq!(settings.to_json(), EXAMPLE);
    let through_serde: Settings = serde_json::from_str(EXAMPLE).expect("example");
    assert_eq!(through_serde, settings);
    let refused = serde_json::from_str::<Settings>("{}").expect_err("refused").to_string();
    assert!(refused.contains("/version: this field is missing"), "{refused}");
}

#[test]
fn addresses_of_the_example() {
    let settings = parse(EXAMPLE.as_bytes()).expect("example");
    let site = SitePrefix::from_random([0x12, 0x34, 0x56, 0x78, 0x9a]);
    assert_eq!(site.to_string(), "fd12:3456:789a::/48");
    assert_eq!(site.to_string().parse(), Ok(site));
    for wrong in ["fd12:3456:789a::/64", "fc12:3456:789a::/48", "fd12:3456:789a:1::/48", "x"] {
        assert!(wrong.parse::<SitePrefix>().is_err(), "{wrong}");
    }
    let office = &settings.zones[&"office".parse().expect("zone")];
    assert_eq!(office.router_v6(site), "fd12:3456:789a:a::1".parse().ok());
    assert_eq!(office.router_v4(), "192.168.10.1".parse().ok());
    let (v4, v6) = settings.crm.addresses(&settings, site);
    assert_eq!((v4, v6), ("192.168.30.10".parse().ok(), "fd12:3456:789a:1e::a".parse().ok()));
}

#[test]
fn the_first_port_by_path_is_wan() {
    let port = |mac: u8, path: Option<&str>| DiscoveredPort {
        mac: MacAddress::new([2, 0, 0, 0, 0, mac]).expect("unicast"),
        path: path.map(|path| path.parse().expect("path")),
    };
    let found =
        [port(1, None), port(2, Some("pci-0000:00:05.0")), port(3, Some("pci-0000:00:03.0"))];
    let settings = Settings::factory(&found).expect("settings");
    let (_, wan) = settings.wan_port().expect("WAN");
    assert_eq!(wan.matches.to_string(), "02:00:00:00:00:03");
    assert_eq!(settings.ports.len(), 3);
}

/// Small values, so that changes meet each other.
fn value() -> impl Strategy<Value = Value> {
    select(vec![
        json!(1),
        json!(10),
        json!(20),
        json!(30),
        json!(40),
        json!(200),
        json!("office"),
        json!("guest"),
        json!("crm"),
        json!("wan"),
        json!("cellar"),
        json!("all"),
        json!("web"),
        json!("off"),
        json!("automatic"),
        json!({"access": "office"}),
        json!({"access": "guest"}),
        json!({"trunk": ["guest", "crm"]}),
        json!({"trunk": ["office"]}),
        json!([]),
        json!({}),
        json!(null),
        json!("192.168.10.1/24"),
        json!("192.168.10.129/25"),
        json!("10.9.0.1/16"),
        json!("192.168.10.0/24"),
        json!("192.168.10.1/32"),
        json!("192.168.10.64/26"),
        json!(["192.168.10.1/32"]),
        json!(["192.168.10.0/31"]),
        json!(["192.168.10.0/30"]),
        json!(["fd00::/8"]),
        json!(["10.0.0.0/8"]),
        json!(["0.0.0.0/0"]),
        json!("192.168.10.120"),
        json!([{"zone": "guest", "addresses": "all"}]),
        json!([{"zone": "crm", "addresses": "all"}]),
        json!([{"zone": "guest", "addresses": ["192.168.20.7/32"]}]),
        json!({"vlan": 40, "ipv6": "automatic"}),
        json!({"path": "pci-0000:00:05.0"}),
        json!({"mac": "52:54:00:67:00:01"}),
        json!(true),
        json!({"vlan": 40, "ipv6": "automatic", "label": "三楼", "isolated": true}),
        json!([{"network": "10.20.0.0/16", "via": "192.168.10.2"}]),
        json!([{"id": 1, "label": "店", "ports": ["tcp/443"], "from": "all",
            "to": {"zone": "office", "address": "192.168.10.5", "port": 8443, "ipv6": "::5"}}]),
    ])
}

fn check(text: &[u8]) {
    match parse(text) {
        Err(problems) => assert!(!problems.is_empty()),
        Ok(settings) => {
            let json = settings.to_json();
            let again = parse(json.as_bytes()).expect("own text is accepted");
            assert_eq!(again, settings);
            assert_eq!(again.to_json(), json);
            assert!(has_way_in(&settings), "{json}");
        }
    }
}

/// Somewhere a person can plug in and be let in: every host address of the zone is tried.
fn has_way_in(settings: &Settings) -> bool {
    settings.management.from.iter().any(|source| {
        let Some(zone) = settings.zones.get(&source.zone) else { return false };
        let plugged = settings.ports.values().any(|port| match &port.role {
            PortRole::Wan => false,
            PortRole::Access(access) => *access == source.zone,
            PortRole::Trunk(carried) => carried.contains(&source.zone),
        });
        let matched = match (&source.addresses, &zone.ipv4) {
            (Addresses::All, _) => true,
            (Addresses::List(list), Some(ipv4)) => {
                ipv4.address.trunc().hosts().any(|host: Ipv4Addr| {
                    host != ipv4.address.addr()
                        && list
                            .iter()
                            .any(|net| net.contains(&IpNet::from(std::net::IpAddr::V4(host))))
                })
            }
            (Addresses::List(_), None) => false,
        };
        plugged && matched && source.zone != settings.crm.zone
    })
}

fn all_pointers(value: &Value, pointer: String, out: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                all_pointers(value, format!("{pointer}/{name}"), out);
            }
        }
        Value::Array(entries) => {
            for (index, value) in entries.iter().enumerate() {
                all_pointers(value, format!("{pointer}/{index}"), out);
            }
        }
        _ => {}
    }
    out.push(pointer);
}
