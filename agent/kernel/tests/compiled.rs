//! What is compiled from settings loads, reads back, and lifts the boot lock.

#![allow(clippy::expect_used, missing_docs, reason = "tests")]

mod common;

use common::{in_new_namespace, nft_load, plain, run};
use firewall::ir::InterfaceName;
use firewall::{Context, ServiceUids, compile};
use kernel::nft;
use settings::SitePrefix;

const SETTINGS: &str = r#"{ "version": 1, "language": "en",
  "ports": {
    "wan":    { "match": {"mac": "52:54:00:67:00:01"}, "role": "wan" },
    "office": { "match": {"mac": "52:54:00:67:00:02"}, "role": {"access": "office"} },
    "trunk":  { "match": {"mac": "52:54:00:67:00:04"}, "role": {"trunk": ["office", "guest", "crm"]} } },
  "zones": {
    "office": { "vlan": 10, "ipv4": {"address": "192.168.10.1/24", "dhcp": {"from": "192.168.10.100", "to": "192.168.10.199"}}, "ipv6": "automatic" },
    "guest":  { "vlan": 20, "ipv4": {"address": "192.168.20.1/24", "dhcp": {"from": "192.168.20.100", "to": "192.168.20.199"}}, "ipv6": "automatic" },
    "crm":    { "vlan": 30, "ipv4": {"address": "192.168.30.1/24"}, "ipv6": "automatic" } },
  "policies": [ {"from": "office", "to": "wan", "allow": "all"}, {"from": "guest", "to": "wan", "allow": "web"} ],
  "management": { "from": [ {"zone": "office", "addresses": "all"} ] },
  "crm": { "zone": "crm", "host": 10, "reachable_from": [ {"zone": "office", "addresses": ["192.168.10.0/25"]} ] },
  "services": { "Till": ["tcp/7000-7009", "udp/53", "ping"] },
  "rules": [
    { "id": 7, "action": "allow", "from": {"zones": ["guest"], "addresses": ["52:54:00:67:00:99", "192.168.20.7", "fd00::/8"]},
      "to": {"zones": ["office"], "addresses": ["192.168.10.5-192.168.10.9"]}, "services": ["Till", "web"] },
    { "id": 8, "action": "reject", "from": {"zones": "all", "addresses": "all"},
      "to": {"zones": ["wan"], "addresses": "all"}, "services": ["ssh"] } ],
  "publish": [
    { "id": 1, "label": "Shop", "ports": ["tcp/80", "udp/7000-7009"], "from": ["9.9.9.0/24", "2620:fe::/32"],
      "to": {"zone": "office", "address": "192.168.10.5", "ipv6": "::5"} },
    { "id": 2, "label": "Till", "ports": ["tcp/443"], "from": "all",
      "to": {"zone": "guest", "address": "192.168.20.5", "port": 8443} } ] }"#;

#[test]
fn a_compiled_ruleset_loads_and_reads_back() {
    let settings = settings::parse(SETTINGS.as_bytes()).expect("good settings");
    let context = Context {
        wan: InterfaceName::new("eth0"),
        site: SitePrefix::from_random([1, 2, 3, 4, 5]),
        uids: ServiceUids {
            dnsmasq: 101,
            chrony: 102,
            networkd: 103,
            resolver: 104,
            admin: 105,
            relay: 106,
        },
        moved: settings::Moved::new(),
        on: std::collections::BTreeSet::new(),
        over: std::collections::BTreeSet::new(),
        isolated: Vec::new(),
    };
    let ruleset = compile(&settings, &context);
    let checked = ruleset.check().expect("a good ruleset");
    in_new_namespace(|| {
        nft_load("table inet gatehouse-lock { }\ntable bridge gatehouse-lock { }\n");
        nft::replace(checked).expect("loads");
        assert_eq!(nft::differences(checked).expect("reads back"), []);
        assert!(!run(&["nft", "list", "tables"]).contains("lock"));
        let ours = plain(&run(&["nft", "list", "ruleset"]));
        nft_load(&ruleset.to_string());
        let theirs = run(&["nft", "list", "ruleset"]);
        let (ours, theirs) = (shown(&ours), shown(&theirs));
        assert_eq!(sorted(&ours), sorted(&theirs));
    });
}

/// nft shows the IP version before what only that version has, or does not.
fn shown(listing: &str) -> String {
    let listing = listing.replace("meta nfproto ipv4 ct original ip", "ct original ip");
    let listing = listing.replace("meta nfproto ipv6 ct original ip6", "ct original ip6");
    let listing = listing.replace("meta nfproto ipv4 ct reply ip", "ct reply ip");
    listing.replace("meta nfproto ipv6 ct reply ip6", "ct reply ip6")
}

/// Lines in an order that does not depend on the order in a hash.
fn sorted(listing: &str) -> Vec<&str> {
    let words = listing.split([',', '\n', '{', '}']).map(str::trim);
    let mut words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words
}
