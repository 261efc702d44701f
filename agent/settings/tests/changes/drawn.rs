//! Parts of a document at random, out of values so few that two of them have much in common. Not every whole is accepted.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::documents::{FAR, ROUTERS};

pub fn document() -> impl Strategy<Value = Value> {
    let reach = (sources(true), sources(false));
    let named = (
        rules(),
        services(),
        groups(),
        schedules(),
        (routes(), dns(), blocking(), egress(), publish(), relays()),
    );
    let rest = (crm(), quarantine(), named);
    (select(vec!["en", "zh-CN"]), ports(), zones(), policies(), reach, rest).prop_map(
        |(
            language,
            ports,
            zones,
            policies,
            (management, from),
            ((zone, host), quarantine, named),
        )| {
            let (
                rules,
                services,
                groups,
                schedules,
                (routes, dns, blocking, egress, publish, relays),
            ) = named;
            json!({
                "version": 1,
                "language": language,
                "ports": ports,
                "zones": zones,
                "policies": policies,
                "management": {"from": management},
                "crm": {"zone": zone, "host": host, "reachable_from": from},
                "rules": rules,
                "services": services,
                "groups": groups,
                "schedules": schedules,
                "time_zone": "Asia/Shanghai",
                "quarantine": quarantine,
                "routes": routes,
                "dns": dns,
                "blocking": blocking,
                "egress": egress,
                "publish": publish,
                "relays": relays,
            })
        },
    )
}

fn ports() -> impl Strategy<Value = Value> {
    let role = || {
        let trunk = subsequence(vec!["office", "guest", "crm"], 1..=3).prop_shuffle();
        prop_oneof![
            select(vec!["office", "guest", "crm"]).prop_map(|zone| json!({"access": zone})),
            trunk.prop_map(|zones| json!({"trunk": zones})),
        ]
    };
    let found = |number: u8| {
        let own = format!("52:54:00:67:00:0{number}");
        let other = format!("52:54:00:67:00:1{number}");
        select(vec![
            json!({"mac": own}),
            json!({"mac": other}),
            json!({"path": format!("pci-0000:00:0{number}.0")}),
            json!({"path": format!("pci-0000:00:1{number}.0")}),
        ])
    };
    let port = move |number| {
        (found(number), role()).prop_map(|(found, role)| json!({"match": found, "role": role}))
    };
    let wan = found(1).prop_map(|found| json!({"match": found, "role": "wan"}));
    let office = found(2).prop_map(|found| json!({"match": found, "role": {"access": "office"}}));
    object([
        ("wan", prop_oneof![wan, port(1)].boxed(), 8),
        ("office", prop_oneof![office, port(2)].boxed(), 10),
        ("lan-3", port(3).boxed(), 5),
    ])
}

fn zones() -> impl Strategy<Value = Value> {
    let zone = |vlans: [u16; 2], ipv4: Vec<Value>| {
        let ipv6 = select(vec!["automatic", "automatic", "off"]);
        let [label, other] = vlans.map(|vlan| json!(format!("层 {vlan}")));
        let label = select(vec![Value::Null, label, other]);
        let isolated = any::<bool>();
        (select(vlans.to_vec()), select(ipv4), ipv6, label, isolated).prop_map(
            |(vlan, ipv4, ipv6, label, isolated)| {
                // The CRM's zone cannot be isolated: its VLAN ids are not here.
                let isolated = isolated && vlan < 30;
                let mut zone = json!({"vlan": vlan, "ipv6": ipv6, "isolated": isolated});
                for (name, value) in [("ipv4", ipv4), ("label", label)] {
                    if !value.is_null() {
                        zone[name] = value;
                    }
                }
                zone
            },
        )
    };
    let ipv4 = |address: &str| json!({"address": address});
    let dhcp = |address: &str, from: &str, to: &str| json!({"address": address, "dhcp": {"from": from, "to": to}});
    let office = vec![
        ipv4("192.168.10.1/24"),
        dhcp("192.168.10.1/24", "192.168.10.100", "192.168.10.199"),
        dhcp("192.168.10.1/24", "192.168.10.100", "192.168.10.149"),
        dhcp("192.168.10.2/24", "192.168.10.100", "192.168.10.199"),
        ipv4("192.168.10.1/25"),
    ];
    let guest = vec![
        Value::Null,
        ipv4("192.168.20.1/24"),
        dhcp("192.168.20.1/24", "192.168.20.100", "192.168.20.199"),
    ];
    let crm = vec![Value::Null, ipv4("10.9.30.1/24"), ipv4("10.9.0.1/16"), ipv4("192.168.30.1/24")];
    object([
        ("office", reserving(zone([10, 11], office)).boxed(), 10),
        ("guest", zone([20, 21], guest).boxed(), 8),
        ("crm", zone([30, 31], crm).boxed(), 10),
        ("cellar", zone([40, 41], vec![ipv4("172.16.0.1/24")]).boxed(), 3),
    ])
}

/// The office with devices that always get the same address.
fn reserving(office: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let one = |number: u8| {
        let addresses = [number, number + 10].map(|host| format!("192.168.10.{host}"));
        let names =
            vec![Value::Null, json!(format!("pc-{number}")), json!(format!("mac-{number}"))];
        (select(addresses.to_vec()), select(names)).prop_map(move |(address, name)| {
            let mut one = json!({"mac": format!("52:54:00:00:00:{number}"), "address": address});
            if !name.is_null() {
                one["name"] = name;
            }
            one
        })
    };
    let devices = [one(20), one(21), one(22)];
    (office, devices, 0..=3_usize, any::<bool>()).prop_map(|(mut office, devices, count, turn)| {
        let mut devices: Vec<Value> = devices.into_iter().take(count).collect();
        if turn {
            devices.reverse();
        }
        if !devices.is_empty() {
            office["reservations"] = json!(devices);
        }
        office
    })
}

fn routes() -> impl Strategy<Value = Vec<Value>> {
    let route = |network: &'static str| {
        let (first, second) = (ROUTERS[0].0, ROUTERS[1].0);
        let via = select(vec![first, second, ROUTERS[2].0]);
        via.prop_map(move |via| json!({"network": network, "via": via}))
    };
    (route("10.50.0.0/16"), route("10.51.7.0/24"), any::<[bool; 2]>(), any::<bool>()).prop_map(
        |(one, other, [has_one, has_other], turn)| {
            let mut list: Vec<Value> = has_one.then_some(one).into_iter().collect();
            list.extend(has_other.then_some(other));
            if turn {
                list.reverse();
            }
            list
        },
    )
}

fn dns() -> impl Strategy<Value = Value> {
    let one = |host: u8| json!({"address": format!("192.0.2.{host}"), "name": "dns.example.net"});
    let servers = subsequence(vec![one(1), one(2), one(3)], 0..=3).prop_shuffle();
    (servers, any::<bool>()).prop_map(|(servers, dnssec)| {
        let tls = json!({"tls": servers});
        let upstream = if servers.is_empty() { json!("provider") } else { tls };
        json!({"upstream": upstream, "dnssec": dnssec})
    })
}

fn blocking() -> impl Strategy<Value = Value> {
    let address = || {
        let paths = select(vec![Value::Null, json!("/a"), json!("/b")]);
        paths.prop_map(|path| {
            path.as_str().map(|path| format!("https://mail.example.com:465{path}"))
        })
    };
    let of_zone = || subsequence(vec!["Ads", "恶意"], 0..=2).prop_shuffle();
    let zones = subsequence(vec!["office", "guest", "devices"], 0..=3);
    let names = || subsequence(vec!["a.example", "b.example", "c.example"], 0..=3).prop_shuffle();
    (address(), any::<bool>(), (zones, of_zone(), of_zone()), names(), names()).prop_map(
        |(ads, more, (zones, one, other), block, mut allow)| {
            let mut lists = serde_json::Map::new();
            lists.extend(ads.map(|address| ("Ads".to_owned(), json!(address))));
            if more {
                lists.insert("恶意".to_owned(), json!("https://mail.example.com:465/c"));
            }
            allow.retain(|name| !block.contains(name));
            let both = [one, other].into_iter().cycle();
            let zones: serde_json::Map<_, _> = zones
                .into_iter()
                .zip(both)
                .map(|(zone, of)| (zone.to_owned(), json!(of)))
                .collect();
            json!({"lists": lists, "zones": zones, "block": block, "allow": allow})
        },
    )
}

fn egress() -> impl Strategy<Value = Vec<Value>> {
    let one = |to: &'static str, port: u16| {
        let words = select(vec![Value::Null, json!("夜间备份"), json!("backup")]);
        let who = select(vec!["crm", "admin"]);
        (who, words.clone(), words).prop_map(move |(who, note, reason)| {
            let mut one = json!({"for": who, "to": to, "protocol": "tcp", "port": port});
            for (field, words) in [("note", note), ("reason", reason)] {
                if !words.is_null() {
                    one[field] = words;
                }
            }
            one
        })
    };
    let all = [one("mail.example.com", 465), one("192.168.10.20", 22), one("9.9.9.9", 853)];
    (all, any::<[bool; 3]>())
        .prop_map(|(all, some)| {
            all.into_iter().zip(some).filter(|(_, is)| *is).map(|(one, _)| one).collect()
        })
        .prop_flat_map(|some: Vec<Value>| Just(some).prop_shuffle())
}

fn publish() -> impl Strategy<Value = Vec<Value>> {
    let one = |id: u16| {
        let way = |protocol: &str| json!(format!("{protocol}/{}", 8000 + id));
        let ports = select(vec![
            json!([way("tcp")]),
            json!([way("udp"), way("tcp")]),
            json!([format!("tcp/{}-{}", id * 10, id * 10 + 9)]),
        ]);
        let to = select(vec![("office", "192.168.10.20"), ("guest", "192.168.20.20")]);
        let from = select(vec![
            json!("all"),
            json!(["5.6.7.0/24", "9.9.9.9"]),
            json!(["2620:fe::/32", "10.0.0.1-10.0.0.9"]),
        ]);
        (ports, to, from, any::<[bool; 4]>()).prop_map(
            move |(ports, (zone, address), from, [enabled, ipv6, other, until])| {
                let mut to = json!({"zone": zone, "address": address});
                if ipv6 {
                    to["ipv6"] = json!("::20");
                }
                if other && !ports.to_string().contains('-') {
                    to["port"] = json!(443);
                }
                let label = format!("店 {id}");
                let mut one = json!({"id": id, "label": label, "ports": ports, "to": to,
                    "from": from, "enabled": enabled});
                if until {
                    one["until"] = json!("2026-12-31");
                }
                one
            },
        )
    };
    let all = [1, 2, 3].map(|id| (one(id), any::<bool>()));
    let all = Vec::from(all).prop_map(|all| {
        all.into_iter().filter(|(_, there)| *there).map(|(one, _)| one).collect::<Vec<_>>()
    });
    all.prop_shuffle()
}

fn relays() -> impl Strategy<Value = Vec<Value>> {
    let what = select(vec![Value::Null, json!("all"), json!("printing")]);
    (any::<[bool; 2]>(), what).prop_map(|([there, turned], what)| {
        let mut pair = ["office", "guest"];
        if turned {
            pair.reverse();
        }
        let mut one = json!({"zones": pair});
        if !what.is_null() {
            one["services"] = what;
        }
        if there { vec![one] } else { Vec::new() }
    })
}

fn policies() -> impl Strategy<Value = Vec<Value>> {
    let allow = |from: &'static str, to: &'static str| {
        select(vec!["all", "web"])
            .prop_map(move |allow| json!({"from": from, "to": to, "allow": allow}))
    };
    let all = [
        allow("office", "wan"),
        allow("office", "guest"),
        allow("guest", "wan"),
        allow("guest", "office"),
    ];
    (all, any::<[bool; 4]>())
        .prop_map(|(all, some)| {
            all.into_iter().zip(some).filter(|(_, is)| *is).map(|(policy, _)| policy).collect()
        })
        .prop_flat_map(|some: Vec<Value>| Just(some).prop_shuffle())
}

fn rules() -> impl Strategy<Value = Vec<Value>> {
    let rule = |id: u16| {
        let from = select(vec![json!("all"), json!(["office"]), json!(["office", "guest"])]);
        let to = select(vec![json!("all"), json!(["wan"]), json!(["wan", "guest"])]);
        let who = select(vec![
            json!("all"),
            json!(["192.168.10.7", {"group": "Desk"}]),
            json!(["192.168.10.8-192.168.10.9"]),
        ]);
        let services = select(vec![json!("all"), json!(["Till", "web"]), json!(["ping"])]);
        let action = select(vec!["allow", "block", "reject"]);
        (action, from, to, who, services, any::<[bool; 3]>()).prop_map(
            move |(action, from, to, who, services, [enabled, log, hours])| {
                let mut rule = json!({
                    "id": id,
                    "enabled": enabled,
                    "action": action,
                    "from": {"zones": from, "addresses": who},
                    "to": {"zones": to, "addresses": "all"},
                    "services": services,
                    "log": log,
                });
                if hours {
                    rule["schedule"] = json!("Opening");
                }
                rule
            },
        )
    };
    let all = [1, 2, 3].map(|id| (rule(id), 0..10_u8));
    let all = Vec::from(all).prop_map(|all| {
        all.into_iter().filter(|(_, dice)| *dice < 5).map(|(rule, _)| rule).collect::<Vec<_>>()
    });
    all.prop_shuffle()
}

fn services() -> impl Strategy<Value = Value> {
    let own = select(vec![json!(["tcp/7000"]), json!(["tcp/7000", "udp/7000-7009"])]);
    let more = select(vec![json!(["ping"]), json!(["tcp/1"])]);
    object([("Till", own.boxed(), 10), ("Door", more.boxed(), 4)])
}

fn groups() -> impl Strategy<Value = Value> {
    let own = select(vec![json!(["192.168.10.7"]), json!(["192.168.10.7", "192.168.10.0/28"])]);
    let more = select(vec![json!([{"group": "Desk"}]), json!(["fd00::7"])]);
    object([("Desk", own.boxed(), 10), ("Shop", more.boxed(), 4)])
}

fn schedules() -> impl Strategy<Value = Value> {
    let span = |days: &[&str], to: &str| json!({"days": days, "from": "08:00", "to": to});
    let own = select(vec![
        json!([span(&["mon", "tue"], "18:00")]),
        json!([span(&["mon", "tue"], "18:00"), span(&["sat"], "12:00")]),
        json!([span(&["mon"], "18:00")]),
    ]);
    object([
        ("Opening", own.boxed(), 10),
        ("Night", Just(json!([span(&["fri"], "06:00")])).boxed(), 4),
    ])
}

/// With a way in from the office, or without.
fn sources(way_in: bool) -> impl Strategy<Value = Vec<Value>> {
    let of = |zone: &'static str, networks: Vec<&'static str>| {
        let count = 0..=networks.len();
        let list = subsequence(networks, count).prop_shuffle();
        prop_oneof![1 => Just(json!("all")), 4 => list.prop_map(|list| json!(list))]
            .prop_map(move |addresses| json!({"zone": zone, "addresses": addresses}))
    };
    let office = of(
        "office",
        vec![
            "192.168.10.0/24",
            "192.168.10.0/25",
            "192.168.10.0/26",
            "192.168.10.64/26",
            "192.168.10.32/28",
            "192.168.10.4/32",
            "192.168.10.5/32",
            "0.0.0.0/0",
            "fd00::/8",
            "fd00::1/128",
        ],
    );
    let guest = of("guest", vec!["192.168.20.0/25", "192.168.20.128/25", "192.168.20.0/24"]);
    let least = usize::from(way_in);
    (office, guest, least..=2_usize, any::<bool>()).prop_map(|(office, guest, count, turn)| {
        let mut list: Vec<Value> = [office, guest].into_iter().take(count).collect();
        if turn {
            list.reverse();
        }
        list
    })
}

fn crm() -> impl Strategy<Value = (&'static str, u16)> {
    let zone = prop_oneof![5 => Just("crm"), 1 => Just("cellar")];
    (zone, select(vec![10, 10, 11, FAR]))
}

fn quarantine() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(vec!["52:54:00:00:00:01", "52:54:00:00:00:02", "52:54:00:00:00:03"], 0..=3)
}

/// An object whose fields are there in so many of ten.
fn object<const N: usize>(
    fields: [(&'static str, BoxedStrategy<Value>, u8); N],
) -> impl Strategy<Value = Value> {
    let fields = fields.map(|(name, value, often)| {
        (value, 0..10_u8)
            .prop_map(move |(value, dice)| (dice < often).then(|| (name.to_owned(), value)))
    });
    Vec::from(fields).prop_map(|fields| fields.into_iter().flatten().collect())
}
