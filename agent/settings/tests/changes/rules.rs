//! Rules, and the services, groups and hours that they name.

use serde_json::{Value, json};

use crate::Case;

pub fn cases() -> Vec<Case> {
    let mut all = rules();
    all.extend(order());
    all.extend(hours());
    all.extend(names());
    all
}

/// Office to the guests' printer, for printing.
fn rule(edits: &[(&str, Value)]) -> Value {
    let mut rule = json!({
        "id": 1,
        "action": "allow",
        "from": {"zones": ["office"], "addresses": "all"},
        "to": {"zones": ["guest"], "addresses": ["192.168.20.7"]},
        "services": ["printing"],
    });
    for (pointer, value) in edits {
        let (parent, field) = pointer.rsplit_once('/').expect("pointer");
        let parent = rule.pointer_mut(parent).and_then(Value::as_object_mut).expect("object");
        parent.insert((*field).to_owned(), value.clone());
    }
    rule
}

fn named() -> Vec<(&'static str, Value)> {
    vec![
        ("/time_zone", json!("Europe/Berlin")),
        ("/schedules", json!({"Opening": [{"days": ["mon"], "from": "08:00", "to": "18:00"}]})),
        ("/groups", json!({"前台": ["192.168.10.7", "52:54:00:67:00:99"]})),
        ("/services", json!({"Till": ["tcp/7000-7009", "ping"]})),
    ]
}

fn with(rules: Vec<Value>) -> Vec<(&'static str, Value)> {
    let mut edits = named();
    edits.push(("/rules", rules.into()));
    edits
}

fn rules() -> Vec<Case> {
    let whole = [
        ("/action", json!("block")),
        ("/from/zones", json!("all")),
        ("/from/addresses", json!([{"group": "前台"}, "192.168.10.20-192.168.10.29"])),
        ("/to/zones", json!(["guest", "wan"])),
        ("/to/addresses", json!("all")),
        ("/services", json!(["Till", "remote-desktop"])),
        ("/schedule", json!("Opening")),
        ("/log", json!(true)),
        ("/enabled", json!(false)),
        ("/comment", json!("ask Lin first")),
    ];
    let away = [("/action", json!("reject")), ("/to/zones", json!("all"))];
    vec![
        (
            with(vec![]),
            with(vec![rule(&[])]),
            vec![(
                "rule_new",
                "New rule 1: Office may reach Guest (only 192.168.20.7): printing.",
                "新增规则 1：“办公”可以访问“访客”（仅 192.168.20.7）：打印。",
            )],
        ),
        (
            with(vec![rule(&away)]),
            with(vec![rule(&whole)]),
            vec![(
                "rule",
                "Rule 1 is now: every zone (only group 前台 and 192.168.10.20-192.168.10.29) cannot \
                 reach Guest and the internet: Till and remote desktop, in the hours Opening, logged (ask Lin \
                 first), switched off (was: Office is turned away from every other zone and the \
                 internet (only 192.168.20.7): printing).",
                "规则 1 改为：所有分区（仅 地址组“前台”、192.168.10.20-192.168.10.29）不能访问“访客”、互联网：\
                 Till、远程桌面，仅在时段“Opening”内，记录日志（ask Lin first），已停用（原来：“办公”访问\
                 其他所有分区和互联网（仅 192.168.20.7）会被当即拒绝：打印）。",
            )],
        ),
        (
            with(vec![rule(&[])]),
            with(vec![]),
            vec![(
                "rule_gone",
                "Rule 1 is removed (it was: Office may reach Guest (only 192.168.20.7): printing).",
                "删除规则 1（原来：“办公”可以访问“访客”（仅 192.168.20.7）：打印）。",
            )],
        ),
    ]
}

fn order() -> Vec<Case> {
    let (one, two) = (rule(&[]), rule(&[("/id", json!(2)), ("/action", json!("block"))]));
    vec![(
        with(vec![one.clone(), two.clone()]),
        with(vec![two, one]),
        vec![(
            "rule_order",
            "Rules are tried in another order: 2 and 1.",
            "规则的先后顺序改为：2、1。",
        )],
    )]
}

fn hours() -> Vec<Case> {
    let source = |schedule: Option<&str>| {
        let mut edits = named();
        let mut hours = edits[1].1.clone();
        hours["Night"] = json!([{"days": ["fri"], "from": "22:00", "to": "06:00"}]);
        edits[1].1 = hours;
        let mut source = json!({"zone": "office", "addresses": ["192.168.10.0/25"]});
        if let Some(schedule) = schedule {
            source["schedule"] = json!(schedule);
        }
        edits.push(("/crm/reachable_from", json!([source])));
        edits
    };
    vec![
        (
            source(None),
            source(Some("Opening")),
            vec![(
                "crm_hours_new",
                "Office may reach the CRM only in these hours: Opening.",
                "“办公”只在这个时段可以访问 CRM：Opening。",
            )],
        ),
        (
            source(Some("Opening")),
            source(Some("Night")),
            vec![(
                "crm_hours",
                "Office may reach the CRM only in these hours: Night (was: Opening).",
                "“办公”可以访问 CRM 的时段改为：Night（原来：Opening）。",
            )],
        ),
        (
            source(Some("Night")),
            source(None),
            vec![(
                "crm_hours_gone",
                "Office may reach the CRM at all hours (was: only Night).",
                "“办公”现在全天都可以访问 CRM（原来只在：Night）。",
            )],
        ),
    ]
}

fn names() -> Vec<Case> {
    let other = vec![
        ("/time_zone", json!("Asia/Shanghai")),
        (
            "/schedules",
            json!({"Opening": [{"days": ["sat", "mon"], "from": "09:00", "to": "24:00"}]}),
        ),
        ("/groups", json!({"前台": ["192.168.10.8"]})),
        ("/services", json!({"Till": ["udp/53"]})),
    ];
    vec![
        (
            vec![],
            named(),
            vec![
                (
                    "service_new",
                    "New service Till: tcp/7000-7009 and ping.",
                    "新增服务“Till”：tcp/7000-7009、ping。",
                ),
                (
                    "group_new",
                    "New group 前台: 192.168.10.7 and 52:54:00:67:00:99.",
                    "新增地址组“前台”：192.168.10.7、52:54:00:67:00:99。",
                ),
                (
                    "schedule_new",
                    "New hours Opening: Mon 08:00–18:00.",
                    "新增时段“Opening”：周一 08:00–18:00。",
                ),
                (
                    "time_zone_new",
                    "The box's time zone is Europe/Berlin.",
                    "本机的时区设为 Europe/Berlin。",
                ),
            ],
        ),
        (
            named(),
            other,
            vec![
                (
                    "service",
                    "Service Till is now udp/53 (was tcp/7000-7009 and ping).",
                    "服务“Till”改为 udp/53（原来是 tcp/7000-7009、ping）。",
                ),
                (
                    "group",
                    "Group 前台 is now 192.168.10.8 (was 192.168.10.7 and 52:54:00:67:00:99).",
                    "地址组“前台”改为 192.168.10.8（原来是 192.168.10.7、52:54:00:67:00:99）。",
                ),
                (
                    "schedule",
                    "Hours Opening are now Mon, Sat 09:00–24:00 (were Mon 08:00–18:00).",
                    "时段“Opening”改为周一、周六 09:00–24:00（原来是周一 08:00–18:00）。",
                ),
                (
                    "time_zone",
                    "The box's time zone is Asia/Shanghai (was Europe/Berlin).",
                    "本机的时区改为 Asia/Shanghai（原来是 Europe/Berlin）。",
                ),
            ],
        ),
        (
            named(),
            vec![],
            vec![
                (
                    "service_gone",
                    "Service Till is removed (it was tcp/7000-7009 and ping).",
                    "删除服务“Till”（原来是 tcp/7000-7009、ping）。",
                ),
                (
                    "group_gone",
                    "Group 前台 is removed (it was 192.168.10.7 and 52:54:00:67:00:99).",
                    "删除地址组“前台”（原来是 192.168.10.7、52:54:00:67:00:99）。",
                ),
                (
                    "schedule_gone",
                    "Hours Opening are removed (they were Mon 08:00–18:00).",
                    "删除时段“Opening”（原来是周一 08:00–18:00）。",
                ),
                (
                    "time_zone_gone",
                    "The box has no time zone any more (was Europe/Berlin).",
                    "本机不再设置时区（原来是 Europe/Berlin）。",
                ),
            ],
        ),
    ]
}
