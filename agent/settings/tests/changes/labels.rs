//! What zones are called, isolation, static routes.

use serde_json::{Value, json};

use crate::Case;

pub fn cases() -> Vec<Case> {
    let label = |label: &str| vec![("/zones/guest/label", json!(label))];
    let routes = |via: &str| vec![("/routes", json!([{"network": "10.20.0.0/16", "via": via}]))];
    let mut all = vec![
        (
            vec![],
            label("三楼 Wi-Fi"),
            vec![(
                "label_new",
                "Zone Guest is now called 三楼 Wi-Fi.",
                "分区“访客”改名为“三楼 Wi-Fi”。",
            )],
        ),
        (
            label("Shop"),
            label("Café"),
            vec![("label", "Zone Shop is now called Café.", "分区“Shop”改名为“Café”。")],
        ),
        (
            label("Shop"),
            vec![],
            vec![("label_gone", "Zone Shop is called Guest again.", "分区“Shop”恢复原名“访客”。")],
        ),
        (
            vec![],
            routes("192.168.10.2"),
            vec![(
                "route_new",
                "10.20.0.0/16 is now reached through the router 192.168.10.2.",
                "现在经路由器 192.168.10.2 到达 10.20.0.0/16。",
            )],
        ),
        (
            routes("192.168.10.2"),
            routes("192.168.20.9"),
            vec![(
                "route",
                "10.20.0.0/16 is reached through the router 192.168.20.9 (was 192.168.10.2).",
                "改经路由器 192.168.20.9 到达 10.20.0.0/16（原来经 192.168.10.2）。",
            )],
        ),
        (
            routes("192.168.10.2"),
            vec![],
            vec![(
                "route_gone",
                "10.20.0.0/16 has no route any more (was through the router 192.168.10.2).",
                "不再有到 10.20.0.0/16 的路由（原来经 192.168.10.2）。",
            )],
        ),
    ];
    all.extend(isolation());
    all
}

fn isolation() -> Vec<Case> {
    let isolated = || vec![("/zones/guest/isolated", json!(true))];
    let told =
        ("isolated", "Devices in Guest cannot reach each other.", "“访客”中的设备不能互相访问。");
    vec![
        (vec![], isolated(), vec![told]),
        (vec![("/zones/guest/isolated", json!(false))], isolated(), vec![told]),
        (
            isolated(),
            vec![],
            vec![(
                "isolated_gone",
                "Devices in Guest can reach each other again.",
                "“访客”中的设备又可以互相访问。",
            )],
        ),
        (
            vec![],
            vec![(
                "/zones/cellar",
                json!({"vlan": 40, "ipv6": "automatic", "isolated": true, "label": "Keller"}),
            )],
            vec![
                (
                    "zone_new",
                    "New zone cellar: VLAN 40, no IPv4, IPv6 automatic.",
                    "新增分区“cellar”：VLAN 40，没有 IPv4，IPv6 自动配置。",
                ),
                (
                    "isolated",
                    "Devices in cellar cannot reach each other.",
                    "“cellar”中的设备不能互相访问。",
                ),
            ],
        ),
        (vec![("/zones/guest/isolated", Value::Bool(false))], vec![], vec![]),
    ]
}
