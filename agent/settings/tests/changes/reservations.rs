//! Devices with a fixed address: what is told of them.

use serde_json::{Value, json};

use crate::Case;

const AT: &str = "/zones/office/reservations";

pub fn cases() -> Vec<Case> {
    let one = |address: &str, name: Option<&str>| -> Value {
        let mut one = json!({"mac": "52:54:00:00:00:0a", "address": address});
        if let Some(name) = name {
            one["name"] = json!(name);
        }
        one
    };
    let other = json!({"mac": "52:54:00:00:00:0b", "address": "192.168.10.30"});
    vec![
        (
            vec![],
            vec![(AT, json!([one("192.168.10.20", Some("printer")), other]))],
            vec![
                (
                    "reservation_new",
                    "Office: printer (52:54:00:00:00:0a) now always gets 192.168.10.20.",
                    "“办公”：192.168.10.20 现在固定分配给 printer（52:54:00:00:00:0a）。",
                ),
                (
                    "reservation_new",
                    "Office: 52:54:00:00:00:0b now always gets 192.168.10.30.",
                    "“办公”：192.168.10.30 现在固定分配给 52:54:00:00:00:0b。",
                ),
            ],
        ),
        (
            vec![(AT, json!([one("192.168.10.20", None), other]))],
            vec![(AT, json!([one("192.168.10.21", Some("printer"))]))],
            vec![
                (
                    "reservation_address",
                    "Office: printer (52:54:00:00:00:0a) always gets 192.168.10.21 (was 192.168.10.20).",
                    "“办公”：固定地址从 192.168.10.20 改为 192.168.10.21，设备为 printer（52:54:00:00:00:0a）。",
                ),
                (
                    "device_name_new",
                    "Office: the device at 192.168.10.21 is now called printer.",
                    "“办公”：地址为 192.168.10.21 的设备现在叫 printer。",
                ),
                (
                    "reservation_gone",
                    "Office: 52:54:00:00:00:0b no longer has a fixed address (was 192.168.10.30).",
                    "“办公”：192.168.10.30 不再固定分配给 52:54:00:00:00:0b。",
                ),
            ],
        ),
        (
            vec![(AT, json!([one("192.168.10.20", Some("printer"))]))],
            vec![(AT, json!([one("192.168.10.20", Some("copier"))]))],
            vec![(
                "device_name",
                "Office: the device at 192.168.10.20 is called copier (was printer).",
                "“办公”：地址为 192.168.10.20 的设备改叫 copier（原来叫 printer）。",
            )],
        ),
        (
            vec![(AT, json!([one("192.168.10.20", Some("printer"))]))],
            vec![(AT, json!([one("192.168.10.20", None)]))],
            vec![(
                "device_name_gone",
                "Office: the device at 192.168.10.20 no longer has a fixed name (was printer).",
                "“办公”：地址为 192.168.10.20 的设备不再有固定名称（原来叫 printer）。",
            )],
        ),
        (
            vec![(AT, json!([one("192.168.10.20", None), other]))],
            vec![(AT, json!([other, one("192.168.10.20", None)]))],
            vec![(
                "order",
                "Only the order in lists differs; all that they say stays.",
                "只是列表中的先后顺序不同，内容没有变化。",
            )],
        ),
    ]
}
