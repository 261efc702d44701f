//! What is blocked where: what is told of it.

use serde_json::{Value, json};

use crate::Case;

const AT: &str = "/blocking";

pub fn cases() -> Vec<Case> {
    let way = || {
        (
            "/egress",
            json!([{"for": "admin", "to": "a.example", "protocol": "tcp", "port": 443},
            {"for": "admin", "to": "b.example", "protocol": "tcp", "port": 443}]),
        )
    };
    let lists = |address: &str, guest: &[&str]| json!({"lists": {"Ads": address, "恶意": "https://b.example/y"}, "zones": {"guest": guest}});
    let ads = || lists("https://a.example/x", &["Ads"]);
    let own = |block: &[&str], allow: &[&str]| json!({"block": block, "allow": allow});
    vec![
        (
            vec![way()],
            vec![way(), (AT, ads())],
            vec![
                (
                    "block_list_new",
                    "The block list “Ads” is new; it is fetched once a day from https://a.example/x.",
                    "新增屏蔽列表“Ads”，每天从 https://a.example/x 下载一次。",
                ),
                (
                    "block_list_new",
                    "The block list “恶意” is new; it is fetched once a day from https://b.example/y.",
                    "新增屏蔽列表“恶意”，每天从 https://b.example/y 下载一次。",
                ),
                (
                    "blocking_new",
                    "In Guest the names of these lists are now blocked: Ads.",
                    "“访客”开始屏蔽以下列表中的域名：Ads。",
                ),
            ],
        ),
        (
            vec![way(), (AT, ads())],
            vec![way(), (AT, lists("https://a.example/z", &["Ads", "恶意"]))],
            vec![
                (
                    "block_list_address",
                    "The block list “Ads” is now fetched from https://a.example/z; before, it was https://a.example/x.",
                    "屏蔽列表“Ads”改为从 https://a.example/z 下载，原来是 https://a.example/x。",
                ),
                (
                    "blocking_lists",
                    "In Guest the names of these lists are blocked: Ads and 恶意; before, it was Ads.",
                    "“访客”屏蔽的列表改为：Ads、恶意，原来是：Ads。",
                ),
            ],
        ),
        (
            vec![way(), (AT, ads())],
            vec![way(), (AT, json!({"zones": {"guest": []}}))],
            vec![
                (
                    "block_list_gone",
                    "The block list “Ads” (https://a.example/x) is removed.",
                    "删除屏蔽列表“Ads”（https://a.example/x）。",
                ),
                (
                    "block_list_gone",
                    "The block list “恶意” (https://b.example/y) is removed.",
                    "删除屏蔽列表“恶意”（https://b.example/y）。",
                ),
                (
                    "blocking_own",
                    "In Guest only your own names are blocked now, and those of no list.",
                    "“访客”现在只屏蔽您自己填写的域名，不使用任何列表。",
                ),
            ],
        ),
        (
            vec![(AT, json!({"zones": {"guest": []}}))],
            vec![(AT, Value::Null)],
            vec![(
                "blocking_gone",
                "In Guest no names are blocked any more.",
                "“访客”不再屏蔽任何域名。",
            )],
        ),
        (
            vec![(AT, own(&["a.example"], &["b.example"]))],
            vec![(AT, own(&["c.example", "d.example"], &["e.example"]))],
            vec![
                (
                    "block_new",
                    "Blocked from now on, with all below: c.example and d.example.",
                    "开始屏蔽以下域名及其下级域名：c.example、d.example。",
                ),
                (
                    "block_gone",
                    "No longer among your own blocked names: a.example.",
                    "以下域名不再由您单独屏蔽：a.example。",
                ),
                (
                    "unblock_new",
                    "Never blocked from now on, with all below: e.example.",
                    "以下域名及其下级域名从不屏蔽：e.example。",
                ),
                (
                    "unblock_gone",
                    "No longer kept from being blocked: b.example.",
                    "以下域名不再免于屏蔽：b.example。",
                ),
            ],
        ),
    ]
}
