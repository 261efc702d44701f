//! Who reaches what: policies, the CRM, the admin pages.

use serde_json::{Value, json};

use crate::Case;

const CRM: &str = "/crm/reachable_from";
const ADMIN: &str = "/management/from";

pub fn cases() -> Vec<Case> {
    let mut all = policies();
    all.extend(crm());
    all.extend(crm_networks());
    all.extend(admin());
    all
}

fn policies() -> Vec<Case> {
    let office = json!({"from": "office", "to": "wan", "allow": "all"});
    let web = json!({"from": "guest", "to": "wan", "allow": "web"});
    let to_guest = json!({"from": "office", "to": "guest", "allow": "web"});
    let only = |policies: &[&Value]| vec![("/policies", json!(policies))];
    vec![
        (
            only(&[&office]),
            vec![],
            vec![(
                "policy_new",
                "Guest may now reach the internet: everything.",
                "“访客”现在可以访问互联网：不作限制。",
            )],
        ),
        (
            vec![],
            only(&[&office, &web]),
            vec![(
                "policy",
                "Guest may reach the internet: web only (was: everything).",
                "“访客”可以访问互联网：仅网页（原来：不作限制）。",
            )],
        ),
        (
            only(&[&office, &to_guest]),
            only(&[&office]),
            vec![("policy_gone", "Office may no longer reach Guest.", "“办公”不能再访问“访客”。")],
        ),
        // The internet first, in every zone.
        (
            only(&[]),
            only(&[&to_guest, &office, &web]),
            vec![
                (
                    "policy_new",
                    "Guest may now reach the internet: web only.",
                    "“访客”现在可以访问互联网：仅网页。",
                ),
                (
                    "policy_new",
                    "Office may now reach the internet: everything.",
                    "“办公”现在可以访问互联网：不作限制。",
                ),
                (
                    "policy_new",
                    "Office may now reach Guest: web only.",
                    "“办公”现在可以访问“访客”：仅网页。",
                ),
            ],
        ),
        (
            vec![],
            only(&[&json!({"from": "guest", "to": "wan", "allow": "all"}), &office]),
            vec![(
                "order",
                "Only the order in lists differs; all that they say stays.",
                "只是列表中的先后顺序不同，内容没有变化。",
            )],
        ),
    ]
}

fn office(addresses: &Value) -> Vec<(&'static str, Value)> {
    vec![(CRM, json!([{"zone": "office", "addresses": addresses}]))]
}

fn crm() -> Vec<Case> {
    let all = || office(&json!("all"));
    let nobody = || vec![(CRM, json!([]))];
    vec![
        (
            nobody(),
            all(),
            vec![(
                "now_all_crm",
                "All of Office may now reach the CRM.",
                "“办公”中的所有设备现在都可以访问 CRM。",
            )],
        ),
        (
            nobody(),
            office(&json!(["192.168.10.32/28"])),
            vec![(
                "now_some_crm",
                "192.168.10.32/28 in Office may now reach the CRM.",
                "“办公”中现在可以访问 CRM 的新地址：192.168.10.32/28。",
            )],
        ),
        (
            vec![],
            all(),
            vec![(
                "all_crm",
                "All of Office may reach the CRM (was: 192.168.10.0/25).",
                "“办公”中的所有设备现在都可以访问 CRM（原来只有 192.168.10.0/25）。",
            )],
        ),
        (
            all(),
            office(&json!(["192.168.10.7/32", "fd00::/8"])),
            vec![(
                "only_crm",
                "Only 192.168.10.7 and fd00::/8 in Office may reach the CRM (was: all of Office).",
                "“办公”中现在只有这些地址可以访问 CRM（原来是所有设备）：192.168.10.7、fd00::/8。",
            )],
        ),
        (
            vec![],
            nobody(),
            vec![(
                "nobody_crm",
                "Nobody in Office may reach the CRM any more (was: 192.168.10.0/25).",
                "“办公”中的设备都不能再访问 CRM（原来可以访问的：192.168.10.0/25）。",
            )],
        ),
        // An empty list is nobody, too.
        (
            all(),
            office(&json!([])),
            vec![(
                "nobody_crm",
                "Nobody in Office may reach the CRM any more (was: all of it).",
                "“办公”中的设备都不能再访问 CRM（原来可以访问的：所有设备）。",
            )],
        ),
        (nobody(), office(&json!([])), vec![SPELLED]),
    ]
}

const SPELLED: (&str, &str, &str) = (
    "spelled_crm",
    "Who in Office may reach the CRM is written in another way; it is the same as before.",
    "“办公”中哪些地址可以访问 CRM，写法有变，实际范围不变。",
);

fn crm_networks() -> Vec<Case> {
    let many: Vec<String> = (4..43).map(|host| format!("192.168.10.{host}/32")).collect();
    let half = "192.168.10.0/25";
    let other_half = "192.168.10.128/25";
    let whole = "192.168.10.0/24";
    vec![
        (
            office(&json!([half, "192.168.10.200/32"])),
            office(&json!([half, "192.168.10.201/32", "192.168.10.202/32", "192.168.10.203/32"])),
            vec![
                (
                    "now_some_crm",
                    "192.168.10.201, 192.168.10.202 and 192.168.10.203 in Office may now reach the CRM.",
                    "“办公”中现在可以访问 CRM 的新地址：192.168.10.201、192.168.10.202、192.168.10.203。",
                ),
                (
                    "lost_crm",
                    "192.168.10.200 in Office may no longer reach the CRM.",
                    "“办公”中不能再访问 CRM 的地址：192.168.10.200。",
                ),
            ],
        ),
        (
            office(&json!(["192.168.10.200/32"])),
            office(&json!([many.as_slice(), &["192.168.10.200/32".to_owned()]].concat())),
            vec![(
                "now_some_crm",
                "192.168.10.4, 192.168.10.5 and 37 more in Office may now reach the CRM.",
                "“办公”中现在可以访问 CRM 的新地址：192.168.10.4、192.168.10.5，以及另外 37 个。",
            )],
        ),
        // Whoever keeps access is not said to lose it.
        (
            office(&json!([whole, "192.168.10.7/32"])),
            office(&json!([half])),
            vec![(
                "still_crm",
                "Of 192.168.10.0/24 in Office, only 192.168.10.0/25 may still reach the CRM.",
                "“办公”中可以访问 CRM 的地址减少：原来包括 192.168.10.0/24，其中现在只剩 192.168.10.0/25。",
            )],
        ),
        (
            office(&json!([half])),
            office(&json!([whole])),
            vec![(
                "now_some_crm",
                "192.168.10.0/24 in Office may now reach the CRM.",
                "“办公”中现在可以访问 CRM 的新地址：192.168.10.0/24。",
            )],
        ),
        // Two halves are the whole, and what a listed network contains changes nothing.
        (office(&json!([whole])), office(&json!([other_half, half])), vec![SPELLED]),
        (office(&json!([half])), office(&json!(["192.168.10.7/32", half])), vec![SPELLED]),
        (
            office(&json!([half, other_half])),
            office(&json!([other_half, half])),
            vec![(
                "order",
                "Only the order in lists differs; all that they say stays.",
                "只是列表中的先后顺序不同，内容没有变化。",
            )],
        ),
    ]
}

/// Office stays, so that there is a way in; what changes is another zone.
fn admin() -> Vec<Case> {
    let none = || vec![(ADMIN, json!([{"zone": "office", "addresses": "all"}]))];
    let guest = |addresses: Value| {
        let guest = json!({"zone": "guest", "addresses": addresses});
        vec![(ADMIN, json!([{"zone": "office", "addresses": "all"}, guest]))]
    };
    let part = || guest(json!(["192.168.20.0/28", "192.168.20.64/28"]));
    vec![
        (
            none(),
            guest(json!("all")),
            vec![(
                "now_all_admin",
                "All of Guest may now reach the admin pages.",
                "“访客”中的所有设备现在都可以访问管理页面。",
            )],
        ),
        (
            part(),
            guest(json!("all")),
            vec![(
                "all_admin",
                "All of Guest may reach the admin pages (was: 192.168.20.0/28 and 192.168.20.64/28).",
                "“访客”中的所有设备现在都可以访问管理页面（原来只有 192.168.20.0/28、192.168.20.64/28）。",
            )],
        ),
        (
            guest(json!("all")),
            part(),
            vec![(
                "only_admin",
                "Only 192.168.20.0/28 and 192.168.20.64/28 in Guest may reach the admin pages (was: all of Guest).",
                "“访客”中现在只有这些地址可以访问管理页面（原来是所有设备）：192.168.20.0/28、192.168.20.64/28。",
            )],
        ),
        (
            guest(json!("all")),
            none(),
            vec![(
                "nobody_admin",
                "Nobody in Guest may reach the admin pages any more (was: all of it).",
                "“访客”中的设备都不能再访问管理页面（原来可以访问的：所有设备）。",
            )],
        ),
        (
            part(),
            guest(json!(["192.168.20.4/32", "192.168.20.128/25"])),
            vec![
                (
                    "now_some_admin",
                    "192.168.20.128/25 in Guest may now reach the admin pages.",
                    "“访客”中现在可以访问管理页面的新地址：192.168.20.128/25。",
                ),
                (
                    "still_admin",
                    "Of 192.168.20.0/28 in Guest, only 192.168.20.4 may still reach the admin pages.",
                    "“访客”中可以访问管理页面的地址减少：原来包括 192.168.20.0/28，其中现在只剩 192.168.20.4。",
                ),
                (
                    "lost_admin",
                    "192.168.20.64/28 in Guest may no longer reach the admin pages.",
                    "“访客”中不能再访问管理页面的地址：192.168.20.64/28。",
                ),
            ],
        ),
        (
            none(),
            guest(json!([])),
            vec![(
                "spelled_admin",
                "Who in Guest may reach the admin pages is written in another way; it is the same as before.",
                "“访客”中哪些地址可以访问管理页面，写法有变，实际范围不变。",
            )],
        ),
    ]
}
