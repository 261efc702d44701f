//! Published services.

use serde_json::{Value, json};

use crate::Case;

pub fn cases() -> Vec<Case> {
    let list = |list: Value| vec![("/publish", list)];
    let shop = || {
        json!({"id": 1, "label": "Shop", "ports": ["tcp/80", "tcp/443"], "from": "all",
            "to": {"zone": "office", "address": "192.168.10.5"}})
    };
    let moved = || {
        json!({"id": 1, "label": "Shop", "ports": ["tcp/443"], "from": ["5.6.7.0/24"],
            "to": {"zone": "office", "address": "192.168.10.5", "port": 8443, "ipv6": "::5"},
            "until": "2026-12-31", "comment": "partner"})
    };
    let off = || {
        let mut off = shop();
        off["enabled"] = json!(false);
        off
    };
    let zone = || ("/time_zone", json!("Asia/Shanghai"));
    let turned = || {
        json!({"id": 1, "label": "Shop", "ports": ["tcp/443", "tcp/80"], "from": "all",
            "to": {"zone": "office", "address": "192.168.10.5"}})
    };
    vec![
        (
            vec![],
            list(json!([shop()])),
            vec![(
                "publish_new",
                "Published: Shop, tcp/80 and tcp/443 to 192.168.10.5 in Office.",
                "发布：“Shop”，tcp/80、tcp/443 转到分区“办公”的 192.168.10.5。",
            )],
        ),
        (
            vec![("/publish", json!([shop()])), zone()],
            vec![("/publish", json!([moved()])), zone()],
            vec![(
                "publish",
                "Published service now: Shop, tcp/443 to 192.168.10.5 port 8443 in Office, only \
                 for 5.6.7.0/24, over IPv6 to the address that ends in ::5, until the end of \
                 2026-12-31 (partner). Before: Shop, tcp/80 and tcp/443 to 192.168.10.5 in Office.",
                "发布改为：“Shop”，tcp/443 转到分区“办公”的 192.168.10.5 端口 8443，仅限来自 \
                 5.6.7.0/24，IPv6 到结尾为 ::5 的地址，到 2026-12-31 当天结束为止（partner）。\
                 原来：“Shop”，tcp/80、tcp/443 转到分区“办公”的 192.168.10.5。",
            )],
        ),
        (
            list(json!([shop()])),
            list(json!([off()])),
            vec![(
                "publish_off",
                "No longer published for now: Shop, tcp/80 and tcp/443 to 192.168.10.5 in Office, \
                 switched off.",
                "停用发布：“Shop”，tcp/80、tcp/443 转到分区“办公”的 192.168.10.5，已停用。",
            )],
        ),
        (
            list(json!([off()])),
            list(json!([shop()])),
            vec![(
                "publish_on",
                "Published again: Shop, tcp/80 and tcp/443 to 192.168.10.5 in Office.",
                "重新启用发布：“Shop”，tcp/80、tcp/443 转到分区“办公”的 192.168.10.5。",
            )],
        ),
        (
            list(json!([shop()])),
            vec![],
            vec![(
                "publish_gone",
                "No longer published: Shop, tcp/80 and tcp/443 to 192.168.10.5 in \
                 Office.",
                "不再发布：“Shop”，tcp/80、tcp/443 转到分区“办公”的 192.168.10.5。",
            )],
        ),
        (
            list(json!([shop()])),
            list(json!([turned()])),
            vec![(
                "order",
                "Only the order in lists differs; all that they say stays.",
                "只是列表中的先后顺序不同，内容没有变化。",
            )],
        ),
    ]
}
