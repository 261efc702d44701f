//! Ports: what they carry, and which card they are.

use serde_json::{Value, json};

use crate::Case;

pub fn cases() -> Vec<Case> {
    let mut all = ports();
    all.extend(trunks());
    all.extend(cards());
    all
}

fn ports() -> Vec<Case> {
    vec![
        (
            vec![],
            vec![("/ports/guest/role", json!({"access": "office"}))],
            vec![(
                "port_role",
                "Port guest carries Office (was Guest).",
                "网口 guest 现在接入“办公”（原来接入“访客”）。",
            )],
        ),
        (
            vec![],
            vec![("/ports/wan/role", json!({"trunk": ["office"]}))],
            vec![(
                "port_role",
                "Port wan carries Office, tagged (was the internet).",
                "网口 wan 现在接入“办公”，带 VLAN 标签（原来接入互联网）。",
            )],
        ),
        (
            vec![("/ports/wan", Value::Null)],
            vec![],
            vec![(
                "port_new",
                "New port wan, card 52:54:00:67:00:01: it carries the internet.",
                "新增网口 wan（网卡 52:54:00:67:00:01），接入互联网。",
            )],
        ),
    ]
}

fn trunks() -> Vec<Case> {
    let trunk = |zones: &[&str]| vec![("/ports/trunk/role/trunk", json!(zones))];
    vec![
        (
            trunk(&["guest", "crm"]),
            trunk(&["office", "guest"]),
            vec![
                (
                    "port_also",
                    "Port trunk now also carries Office, tagged.",
                    "网口 trunk 现在还接入“办公”，带 VLAN 标签。",
                ),
                ("port_less", "Port trunk no longer carries CRM.", "网口 trunk 不再接入“CRM”。"),
            ],
        ),
        (
            trunk(&["guest", "crm"]),
            trunk(&["office"]),
            vec![(
                "port_role",
                "Port trunk carries Office, tagged (was Guest and CRM, tagged).",
                "网口 trunk 现在接入“办公”，带 VLAN 标签（原来接入“访客”、“CRM”，带 VLAN 标签）。",
            )],
        ),
        (
            vec![],
            trunk(&["crm", "guest", "office"]),
            vec![(
                "order",
                "Only the order in lists differs; all that they say stays.",
                "只是列表中的先后顺序不同，内容没有变化。",
            )],
        ),
    ]
}

fn cards() -> Vec<Case> {
    let found = |port, found: Value| vec![(port, found)];
    vec![
        (
            vec![],
            found("/ports/office/match", json!({"mac": "52:54:00:67:00:09"})),
            vec![(
                "port_card",
                "Port office is another card: 52:54:00:67:00:09 (was: 52:54:00:67:00:02).",
                "网口 office 换成了另一块网卡：52:54:00:67:00:09（原来是 52:54:00:67:00:02）。",
            )],
        ),
        (
            vec![],
            found("/ports/guest/match", json!({"path": "pci-0000:00:06.0"})),
            vec![(
                "port_slot",
                "Port guest is in another slot: pci-0000:00:06.0 (was: pci-0000:00:05.0).",
                "网口 guest 换到了另一个插槽：pci-0000:00:06.0（原来是 pci-0000:00:05.0）。",
            )],
        ),
        (
            vec![],
            found("/ports/office/match", json!({"path": "pci-0000:00:06.0"})),
            vec![(
                "port_found",
                "Port office is recognised by its slot pci-0000:00:06.0 (was: by its card 52:54:00:67:00:02).",
                "网口 office 改为按插槽 pci-0000:00:06.0 识别（原来按网卡 52:54:00:67:00:02 识别）。",
            )],
        ),
    ]
}
