//! Where things are: zones and the CRM; and the language.

use serde_json::{Value, json};

use crate::Case;

pub fn cases() -> Vec<Case> {
    let mut all = zones();
    all.extend(zone());
    all.extend(crm());
    all.extend(crm_ipv6());
    all.push((
        vec![("/quarantine", json!(["52:54:00:00:00:01", "52:54:00:00:00:02"]))],
        vec![("/quarantine", json!(["52:54:00:00:00:02", "52:54:00:00:00:03"]))],
        vec![
            (
                "quarantine_new",
                "Into quarantine, reaching nobody: 52:54:00:00:00:03.",
                "隔离 52:54:00:00:00:03：不能再访问任何网络。",
            ),
            (
                "quarantine_gone",
                "Out of quarantine: 52:54:00:00:00:01.",
                "解除隔离：52:54:00:00:00:01。",
            ),
        ],
    ));
    all.push((
        vec![],
        vec![("/language", json!("zh-CN"))],
        vec![(
            "language",
            "The box's language is Chinese (was English).",
            "本机的语言改为中文（原来是英文）。",
        )],
    ));
    all
}

const POLICY: (&str, &str, &str) =
    ("policy_gone", "Guest may no longer reach the internet.", "“访客”不能再访问互联网。");

/// A zone comes and goes with what names it.
fn zones() -> Vec<Case> {
    let without = || {
        vec![
            ("/zones/guest", Value::Null),
            ("/ports/guest", Value::Null),
            ("/ports/trunk/role/trunk", json!(["office", "crm"])),
            ("/policies", json!([{"from": "office", "to": "wan", "allow": "all"}])),
        ]
    };
    let cellar = |zone| vec![("/zones/cellar", zone)];
    vec![
        (
            without(),
            vec![],
            vec![
                (
                    "policy_new",
                    "Guest may now reach the internet: everything.",
                    "“访客”现在可以访问互联网：不作限制。",
                ),
                (
                    "zone_new",
                    "New zone Guest: VLAN 20, 192.168.20.1/24, addresses 192.168.20.100 to 192.168.20.199 by DHCP, IPv6 automatic.",
                    "新增分区“访客”：VLAN 20，192.168.20.1/24，DHCP 分配 192.168.20.100–192.168.20.199，IPv6 自动配置。",
                ),
                (
                    "port_new",
                    "New port guest, slot pci-0000:00:05.0: it carries Guest.",
                    "新增网口 guest（插槽 pci-0000:00:05.0），接入“访客”。",
                ),
                (
                    "port_also",
                    "Port trunk now also carries Guest, tagged.",
                    "网口 trunk 现在还接入“访客”，带 VLAN 标签。",
                ),
            ],
        ),
        (
            vec![],
            without(),
            vec![
                POLICY,
                ("zone_gone", "Zone Guest is removed.", "删除分区“访客”。"),
                ("port_less", "Port trunk no longer carries Guest.", "网口 trunk 不再接入“访客”。"),
                ("port_gone", "Port guest is no longer used.", "网口 guest 不再使用。"),
            ],
        ),
        (
            vec![],
            cellar(json!({"vlan": 40, "ipv4": {"address": "10.9.0.1/16"}, "ipv6": "off"})),
            vec![(
                "zone_new",
                "New zone cellar: VLAN 40, 10.9.0.1/16, no DHCP, no IPv6.",
                "新增分区“cellar”：VLAN 40，10.9.0.1/16，没有 DHCP，没有 IPv6。",
            )],
        ),
        (
            vec![],
            cellar(json!({"vlan": 40, "ipv6": "automatic"})),
            vec![(
                "zone_new",
                "New zone cellar: VLAN 40, no IPv4, IPv6 automatic.",
                "新增分区“cellar”：VLAN 40，没有 IPv4，IPv6 自动配置。",
            )],
        ),
    ]
}

fn zone() -> Vec<Case> {
    let range = |from: &str, to: &str| json!({"from": from, "to": to});
    vec![
        (
            vec![],
            vec![("/zones/guest/vlan", json!(40))],
            vec![("vlan", "Guest is VLAN 40 (was 20).", "“访客”的 VLAN 改为 40（原来是 20）。")],
        ),
        (
            vec![],
            vec![
                ("/zones/guest/ipv4/address", json!("192.168.50.1/24")),
                ("/zones/guest/ipv4/dhcp", range("192.168.50.100", "192.168.50.149")),
            ],
            vec![
                (
                    "box_address",
                    "Guest: the box's address is 192.168.50.1/24 (was 192.168.20.1/24).",
                    "“访客”：本机的地址改为 192.168.50.1/24（原来是 192.168.20.1/24）。",
                ),
                (
                    "dhcp",
                    "Guest: DHCP gives out 192.168.50.100 to 192.168.50.149 (was 192.168.20.100 to 192.168.20.199).",
                    "“访客”：DHCP 分配的地址改为 192.168.50.100–192.168.50.149（原来是 192.168.20.100–192.168.20.199）。",
                ),
            ],
        ),
        (
            vec![],
            vec![("/zones/crm/ipv4/dhcp", range("192.168.30.100", "192.168.30.100"))],
            vec![(
                "dhcp_new",
                "CRM: DHCP now gives out 192.168.30.100 to 192.168.30.100.",
                "“CRM”：DHCP 现在分配 192.168.30.100–192.168.30.100。",
            )],
        ),
        (
            vec![],
            vec![("/zones/guest/ipv4/dhcp", Value::Null), ("/zones/guest/ipv6", json!("off"))],
            vec![
                (
                    "dhcp_gone",
                    "Guest: DHCP no longer gives out addresses (was 192.168.20.100 to 192.168.20.199).",
                    "“访客”：DHCP 不再分配地址（原来是 192.168.20.100–192.168.20.199）。",
                ),
                ("ipv6_gone", "Guest no longer has IPv6.", "“访客”不再使用 IPv6。"),
            ],
        ),
        (
            vec![("/zones/guest/ipv6", json!("off"))],
            vec![],
            vec![("ipv6_new", "Guest now has IPv6, automatic.", "“访客”现在使用 IPv6，自动配置。")],
        ),
        (
            vec![("/zones/guest/ipv4", Value::Null)],
            vec![],
            vec![(
                "ipv4_new",
                "Guest now has IPv4: 192.168.20.1/24, addresses 192.168.20.100 to 192.168.20.199 by DHCP.",
                "“访客”现在使用 IPv4：192.168.20.1/24，DHCP 分配 192.168.20.100–192.168.20.199。",
            )],
        ),
        (
            vec![],
            vec![("/zones/guest/ipv4", Value::Null)],
            vec![(
                "ipv4_gone",
                "Guest no longer has IPv4 (the box's address was 192.168.20.1/24).",
                "“访客”不再使用 IPv4（本机的地址原来是 192.168.20.1/24）。",
            )],
        ),
    ]
}

fn crm() -> Vec<Case> {
    let no_ipv4 = || vec![("/zones/crm/ipv4", Value::Null)];
    let small = |address: &str, host: u16| {
        let zone = json!({"vlan": 30, "ipv4": {"address": address}, "ipv6": "off"});
        vec![("/zones/crm", zone), ("/crm/host", json!(host))]
    };
    vec![
        (
            no_ipv4(),
            vec![],
            vec![
                (
                    "ipv4_new",
                    "CRM now has IPv4: 192.168.30.1/24, no DHCP.",
                    "“CRM”现在使用 IPv4：192.168.30.1/24，没有 DHCP。",
                ),
                (
                    "crm_address_new",
                    "The CRM now has the IPv4 address 192.168.30.10.",
                    "CRM 现在有了 IPv4 地址 192.168.30.10。",
                ),
            ],
        ),
        (
            vec![],
            no_ipv4(),
            vec![
                (
                    "ipv4_gone",
                    "CRM no longer has IPv4 (the box's address was 192.168.30.1/24).",
                    "“CRM”不再使用 IPv4（本机的地址原来是 192.168.30.1/24）。",
                ),
                (
                    "crm_address_gone",
                    "The CRM no longer has an IPv4 address (was 192.168.30.10).",
                    "CRM 不再有 IPv4 地址（原来是 192.168.30.10）。",
                ),
            ],
        ),
        // The number moves with the subnet's beginning.
        (
            small("10.9.0.1/16", 30 * 256 + 10),
            small("10.9.30.1/24", 10),
            vec![
                (
                    "box_address",
                    "CRM: the box's address is 10.9.30.1/24 (was 10.9.0.1/16).",
                    "“CRM”：本机的地址改为 10.9.30.1/24（原来是 10.9.0.1/16）。",
                ),
                (
                    "crm_number",
                    "The CRM is number 10 of its zone's addresses (was number 7690); its address stays.",
                    "CRM 在所在分区中的编号改为 10（原来是 7690），地址不变。",
                ),
            ],
        ),
        (
            vec![(
                "/zones/cellar",
                json!({"vlan": 40, "ipv4": {"address": "10.9.0.1/16"}, "ipv6": "automatic"}),
            )],
            vec![
                (
                    "/zones/cellar",
                    json!({"vlan": 40, "ipv4": {"address": "10.9.0.1/16"}, "ipv6": "automatic"}),
                ),
                ("/crm/zone", json!("cellar")),
            ],
            vec![
                (
                    "crm_zone",
                    "The CRM is in zone cellar (was in CRM).",
                    "CRM 移到分区“cellar”（原来在“CRM”）。",
                ),
                (
                    "crm_address",
                    "The CRM's address is 10.9.0.10 (was 192.168.30.10).",
                    "CRM 的地址改为 10.9.0.10（原来是 192.168.30.10）。",
                ),
            ],
        ),
    ]
}

fn crm_ipv6() -> Vec<Case> {
    let off = || vec![("/zones/crm/ipv6", json!("off"))];
    vec![
        (
            vec![],
            vec![("/crm/host", json!(11))],
            vec![
                (
                    "crm_address",
                    "The CRM's address is 192.168.30.11 (was 192.168.30.10).",
                    "CRM 的地址改为 192.168.30.11（原来是 192.168.30.10）。",
                ),
                (
                    "crm_ending",
                    "The CRM's IPv6 address ends in ::b (was ::a).",
                    "CRM 的 IPv6 地址改为以 ::b 结尾（原来是 ::a）。",
                ),
            ],
        ),
        (
            off(),
            vec![],
            vec![
                ("ipv6_new", "CRM now has IPv6, automatic.", "“CRM”现在使用 IPv6，自动配置。"),
                (
                    "crm_ending_new",
                    "The CRM now has an IPv6 address, which ends in ::a.",
                    "CRM 现在有了 IPv6 地址，以 ::a 结尾。",
                ),
            ],
        ),
        (
            vec![],
            off(),
            vec![
                ("ipv6_gone", "CRM no longer has IPv6.", "“CRM”不再使用 IPv6。"),
                (
                    "crm_ending_gone",
                    "The CRM no longer has an IPv6 address (it ended in ::a).",
                    "CRM 不再有 IPv6 地址（原来以 ::a 结尾）。",
                ),
            ],
        ),
    ]
}
