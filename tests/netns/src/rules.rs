//! The ruleset under test: compiled from settings as the product does, or with one protection left
//! out.

use std::net::Ipv4Addr;

use firewall::ir::{Action, InterfaceName, Rule, Ruleset, Verdict};
use firewall::{Context, ServiceUids};
use ipnet::Ipv4Net;
use serde_json::json;
use settings::{Moved, Settings};

use testkit::Mac;

use crate::Place;

/// User ids of services, as on a box.
pub const UIDS: ServiceUids = ServiceUids {
    dnsmasq: 5301,
    chrony: 5302,
    networkd: 5303,
    resolver: 5304,
    admin: 5305,
    relay: 5306,
};

/// The router's former address in guest, while new settings are tried.
pub const MOVED: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 21, 1), 24);
/// Card of a device in quarantine.
pub const QUARANTINED: Mac = [2, 0, 0, 0, 9, 1];
/// Another that sends nothing.
pub const NOBODY_REACHES: Mac = [2, 0, 0, 0, 9, 2];

/// Which ruleset the scenarios run against.
#[derive(Clone, Copy, Debug, Default)]
pub enum Rules {
    /// The product's.
    #[default]
    Whole,
    /// The product's with one protection left out.
    #[cfg(feature = "sabotage")]
    Without(firewall::Sabotage),
    /// The product's with the rule of this number left out, of those that [`Rules::accepting`] lists.
    WithoutRule(usize),
}

/// Who may reach the CRM, from its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Office addresses `192.168.10.0/25` and `…:a::/120`.
    Both,
    /// Office addresses `192.168.10.0/25` only.
    V4Only,
    /// Nobody: the list is empty.
    Nobody,
    /// All of office, and all of it manages the box, too.
    Office,
    /// As [`Reach::Both`], and office gets no addresses from the box.
    NoDhcp,
    /// As [`Reach::Both`], and guests reach all of office, which reaches their web pages.
    Neighbours,
    /// As [`Reach::Both`], and guests are isolated.
    Isolated,
    /// As [`Reach::Both`] with all that settings can say beside: rules of every kind, devices in quarantine, guests
    /// isolated and about to get other addresses, 10.20.0.0/16 behind a router of office, and a relay between office
    /// and guest.
    Ruled,
    /// As [`Reach::Both`], with 10.20.0.0/16 behind a router of office, and guests reach web pages there.
    Routed,
    /// As [`Reach::Both`], with services of the office's host published: TCP 443, which it answers on 8443, and
    /// on IPv6, to anybody; TCP and UDP 7000 to 7009 to 10.200.0.0/24; TCP 9000, which is over; TCP 9001, which is off.
    Published,
    /// As [`Reach::Published`], and office is isolated.
    PublishedIsolated,
}

impl Rules {
    /// Compiles the ruleset.
    pub fn compile(self, reach: Reach) -> Ruleset {
        self.compile_with(reach, serde_json::Map::new())
    }

    /// The same, with more fields of the settings.
    pub fn compile_with(
        self,
        reach: Reach,
        fields: serde_json::Map<String, serde_json::Value>,
    ) -> Ruleset {
        let settings = settings(reach, fields);
        let context = Context {
            wan: InterfaceName::new("wan0"),
            site: "fd12:3456:789a::/48".parse().expect("a site prefix"),
            uids: UIDS,
            moved: moved(reach),
            on: settings.schedules.keys().cloned().collect(),
            over: std::collections::BTreeSet::from([3]),
            isolated: isolated(reach),
        };
        #[cfg(feature = "sabotage")]
        if let Self::Without(sabotage) = self {
            return firewall::compile_with(&settings, &context, sabotage);
        }
        let mut ruleset = firewall::compile(&settings, &context);
        if let Self::WithoutRule(number) = self {
            let mut count = 0;
            for chain in ruleset.tables.iter_mut().flat_map(|table| &mut table.chains) {
                chain.rules.retain(|rule| {
                    let left_out = accepts(rule) && count == number;
                    count += usize::from(accepts(rule));
                    !left_out
                });
            }
        }
        ruleset
    }

    /// Chain and comment of all rules that let something pass.
    pub fn accepting() -> Vec<String> {
        let ruleset = Self::Whole.compile(Reach::Both);
        let chains = ruleset.tables.iter().flat_map(|table| &table.chains);
        let rules = chains.flat_map(|chain| {
            let accepting = chain.rules.iter().filter(|rule| accepts(rule));
            accepting.map(move |rule| format!("{}: {}", chain.name, rule.comment.as_str()))
        });
        rules.collect()
    }
}

fn accepts(rule: &Rule) -> bool {
    matches!(rule.action, Action::Verdict(Verdict::Accept | Verdict::Jump(_)) | Action::Masquerade)
}

fn moved(reach: Reach) -> Moved {
    let guest = || "guest".parse().expect("a zone");
    (reach == Reach::Ruled).then(|| (guest(), MOVED)).into_iter().collect()
}

fn is_isolated(reach: Reach) -> bool {
    matches!(reach, Reach::Isolated | Reach::Ruled)
}

/// The cards that are guest's, when guests are isolated.
fn isolated(reach: Reach) -> Vec<InterfaceName> {
    let ports = [Place::Guest, Place::Second].into_iter().filter(|_| is_isolated(reach));
    ports.filter_map(|place| InterfaceName::new(place.port())).collect()
}

fn settings(reach: Reach, more: serde_json::Map<String, serde_json::Value>) -> Settings {
    let both = json!([{"zone": "office",
        "addresses": ["192.168.10.0/25", "fd12:3456:789a:a::/120"]}]);
    let reachable_from = match reach {
        Reach::Both
        | Reach::NoDhcp
        | Reach::Neighbours
        | Reach::Isolated
        | Reach::Ruled
        | Reach::Routed
        | Reach::Published
        | Reach::PublishedIsolated => both.clone(),
        Reach::V4Only => json!([{"zone": "office", "addresses": ["192.168.10.0/25"]}]),
        Reach::Nobody => json!([{"zone": "office", "addresses": []}]),
        Reach::Office => json!([{"zone": "office", "addresses": "all"}]),
    };
    let manages = if reach == Reach::Office { reachable_from.clone() } else { both };
    let zone = |vlan: u8| {
        let address = |host: &str| format!("192.168.{vlan}.{host}");
        let dhcp = json!({"from": address("100"), "to": address("199")});
        let ipv4 = json!({"address": address("1/24"), "dhcp": dhcp});
        json!({"vlan": vlan, "ipv4": ipv4, "ipv6": "automatic"})
    };
    let mut office = zone(10);
    if reach == Reach::NoDhcp {
        let ipv4 = office.get_mut("ipv4").and_then(serde_json::Value::as_object_mut);
        ipv4.expect("an object").remove("dhcp");
    }
    if reach == Reach::PublishedIsolated {
        let office = office.as_object_mut().expect("an object");
        office.insert("isolated".to_owned(), json!(true));
    }
    let mut guest = zone(20);
    if is_isolated(reach) {
        let guest = guest.as_object_mut().expect("an object");
        guest.insert("isolated".to_owned(), json!(true));
    }
    let crm = json!({"vlan": 30, "ipv4": {"address": "192.168.30.1/24"}, "ipv6": "automatic"});
    let mut policies = vec![
        json!({"from": "office", "to": "wan", "allow": "all"}),
        json!({"from": "guest", "to": "wan", "allow": "web"}),
    ];
    if reach == Reach::Neighbours {
        policies.push(json!({"from": "guest", "to": "office", "allow": "all"}));
        policies.push(json!({"from": "office", "to": "guest", "allow": "web"}));
    }
    let mut document = json!({
        "version": 1,
        "language": "en",
        "ports": {
            "wan": {"match": {"mac": "02:00:00:00:02:04"}, "role": "wan"},
            "lan-1": {"match": {"mac": "02:00:00:00:02:00"}, "role": {"access": "office"}},
            "lan-2": {"match": {"mac": "02:00:00:00:02:01"}, "role": {"access": "guest"}},
            "lan-3": {"match": {"mac": "02:00:00:00:02:02"}, "role": {"access": "crm"}}
        },
        "zones": {
            "office": office,
            "guest": guest,
            "crm": crm
        },
        "policies": policies,
        "management": {"from": manages},
        "crm": {"zone": "crm", "host": 10, "reachable_from": reachable_from}
    });
    if matches!(reach, Reach::Published | Reach::PublishedIsolated) {
        let fields = document.as_object_mut().expect("an object");
        fields.insert("publish".to_owned(), published());
        fields.insert("time_zone".to_owned(), json!("UTC"));
    }
    if matches!(reach, Reach::Routed | Reach::Ruled) {
        let routes = json!([{"network": "10.20.0.0/16", "via": "192.168.10.2"}]);
        let fields = document.as_object_mut().expect("an object");
        fields.insert("routes".to_owned(), routes);
        let policies = fields.get_mut("policies").and_then(serde_json::Value::as_array_mut);
        let policy = json!({"from": "guest", "to": "office", "allow": "web"});
        policies.expect("a list").push(policy);
    }
    if reach == Reach::Ruled {
        document.as_object_mut().expect("an object").extend(ruled());
    }
    document.as_object_mut().expect("an object").extend(more);
    settings::parse(document.to_string().as_bytes()).expect("the settings of the suite are good")
}

/// Rules of every action, by addresses, cards and groups of either end, for services and for all.
fn ruled() -> serde_json::Map<String, serde_json::Value> {
    let ends = |zones: &[&str], addresses: serde_json::Value| json!({"zones": zones, "addresses": addresses});
    let guests = json!(["192.168.20.0/24", "fd12:3456:789a:14::/64"]);
    let rules = json!([
        {"id": 1, "action": "block", "from": ends(&["guest"], json!("all")),
         "to": ends(&["office"], json!("all")), "services": ["ssh"]},
        {"id": 2, "action": "reject", "from": ends(&["guest"], guests.clone()),
         "to": ends(&["wan"], json!("all")), "services": ["remote-desktop", "ping"]},
        {"id": 3, "action": "allow", "from": ends(&["guest"], json!([{"group": "reception"}])),
         "to": ends(&["office"], json!("all")), "services": ["shop", "ping"], "log": true},
        {"id": 4, "action": "allow", "from": ends(&["office"], json!("all")),
         "to": ends(&["guest"], guests), "services": "all"},
        {"id": 5, "action": "reject", "from": ends(&["office"], json!("all")),
         "to": ends(&["wan"], json!("all")), "services": ["mail", "shop"], "log": true},
        {"id": 6, "action": "allow", "from": ends(&["guest"], json!("all")),
         "to": ends(&["wan"], json!("all")), "services": ["ssh"], "schedule": "hours"}
    ]);
    let text = |mac: Mac| mac.map(|byte| format!("{byte:02x}")).join(":");
    let fields = json!({
        "rules": rules,
        "services": {"shop": ["tcp/5000-5010", "udp/5000-5010"]},
        "groups": {"reception": [text(Place::Guest.mac())]},
        "schedules": {"hours": [{"days": ["mon"], "from": "08:00", "to": "18:00"}]},
        "time_zone": "Asia/Shanghai",
        "quarantine": [text(QUARANTINED), text(NOBODY_REACHES)],
        "relays": [{"zones": ["office", "guest"]}]
    });
    let serde_json::Value::Object(fields) = fields else { unreachable!("an object") };
    fields
}

fn published() -> serde_json::Value {
    let host = json!({"zone": "office", "address": "192.168.10.10"});
    let both = json!({"zone": "office", "address": "192.168.10.10", "port": 8443, "ipv6": "::10"});
    json!([
        {"id": 1, "label": "Shop", "ports": ["tcp/443"], "from": "all", "to": both},
        {"id": 2, "label": "Camera", "ports": ["tcp/7000-7009", "udp/7000-7009"],
            "from": ["10.200.0.0/24", "192.168.20.0/24"], "to": host},
        {"id": 3, "label": "Fair", "ports": ["tcp/9000"], "from": "all", "to": host,
            "until": "2025-01-31"},
        {"id": 4, "label": "Old", "enabled": false, "ports": ["tcp/9001"], "from": "all", "to": host},
    ])
}
