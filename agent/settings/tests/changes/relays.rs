//! Relays between zones.

use serde_json::{Value, json};

use crate::Case;

pub fn cases() -> Vec<Case> {
    let list = |list: Value| vec![("/relays", list)];
    let all = || json!([{"zones": ["office", "guest"]}]);
    let printing = || json!([{"zones": ["guest", "office"], "services": "printing"}]);
    vec![
        (
            vec![],
            list(all()),
            vec![(
                "relay_new",
                "Devices of Guest and Office find each other: all that announces itself (mDNS). By \
                 this alone nobody reaches more than before.",
                "分区“访客”与分区“办公”的设备可以互相发现：所有主动通告的设备和服务（mDNS）。\
                 仅凭这一项，谁能访问谁不会改变。",
            )],
        ),
        (
            list(all()),
            list(printing()),
            vec![(
                "relay",
                "Devices of Guest and Office now find of each other: printers and scanners only \
                 (mDNS). Before: all that announces itself.",
                "分区“访客”与分区“办公”的设备现在互相发现：仅打印机和扫描仪（mDNS）。\
                 原来：所有主动通告的设备和服务。",
            )],
        ),
        (
            list(printing()),
            vec![],
            vec![(
                "relay_gone",
                "Devices of Guest and Office no longer find each other (mDNS).",
                "分区“访客”与分区“办公”的设备不再互相发现（mDNS）。",
            )],
        ),
        (
            list(all()),
            list(json!([{"zones": ["guest", "office"], "services": "all"}])),
            vec![(
                "order",
                "Only the order in lists differs; all that they say stays.",
                "只是列表中的先后顺序不同，内容没有变化。",
            )],
        ),
    ]
}
