//! Mistakes in rules and in what they name.

use serde_json::{Value, json};

use crate::cases::Case;

pub fn cases() -> Vec<Case> {
    let mut cases = services();
    cases.extend(groups());
    cases.extend(hours());
    cases.extend(rules());
    cases
}

fn services() -> Vec<Case> {
    let service = |way: &str| json!({"Till": [way]});
    vec![
        ("/services", service("tcp/443"), &[]),
        ("/services", service("tcp"), &[("/services/Till/0", "service_invalid")]),
        ("/services", service("icmp/8"), &[("/services/Till/0", "service_invalid")]),
        ("/services", service("tcp/10-9"), &[("/services/Till/0", "ports_reversed")]),
        ("/services", json!({"Till": []}), &[("/services/Till", "list_empty")]),
        ("/services", json!({"Till": ["udp/9", "udp/9"]}), &[("/services/Till/1", "list_repeats")]),
        ("/services", json!({"web": ["tcp/80"]}), &[("/services/web", "service_known")]),
        ("/services", json!({" Till": ["tcp/80"]}), &[("/services/ Till", "title_invalid")]),
        ("/services", json!({"": ["tcp/80"]}), &[("/services/", "title_invalid")]),
        (
            "/services",
            json!({"a\u{202e}b": ["ping"]}),
            &[("/services/a\u{202e}b", "title_invalid")],
        ),
    ]
}

fn groups() -> Vec<Case> {
    let group = |member: Value| json!({"打印机": [member]});
    vec![
        ("/groups", group(json!("192.168.20.7")), &[]),
        ("/groups", group(json!("192.168.20.7/24")), &[("/groups/打印机/0", "network_host_bits")]),
        ("/groups", group(json!("printer")), &[("/groups/打印机/0", "member_invalid")]),
        ("/groups", group(json!(7)), &[("/groups/打印机/0", "member_invalid")]),
        ("/groups", group(json!({"name": "x"})), &[("/groups/打印机/0", "member_invalid")]),
        ("/groups", group(json!("10.0.0.9-10.0.0.1")), &[("/groups/打印机/0", "range_reversed")]),
        (
            "/groups",
            group(json!({"group": "Cameras"})),
            &[("/groups/打印机/0/group", "group_unknown")],
        ),
        (
            "/groups",
            json!({"a": [{"group": "b"}], "b": ["10.0.0.1", {"group": "a"}]}),
            &[("/groups/a", "group_circle"), ("/groups/b", "group_circle")],
        ),
        ("/groups", json!({"a": [{"group": "b"}], "b": ["10.0.0.1"]}), &[]),
    ]
}

fn hours() -> Vec<Case> {
    let span = |days: Value, from: &str, to: &str| json!({"Opening": [{"days": days, "from": from, "to": to}]});
    let place = "/schedules";
    vec![
        (place, span(json!(["mon"]), "08:00", "18:00"), &[("/time_zone", "time_zone_missing")]),
        (
            place,
            span(json!(["mon"]), "8:00", "18:00"),
            &[("/schedules/Opening/0/from", "time_invalid")],
        ),
        (
            place,
            span(json!(["monday"]), "08:00", "18:00"),
            &[("/schedules/Opening/0/days/0", "not_one_of")],
        ),
        (
            place,
            span(json!([]), "08:00", "08:00"),
            &[
                ("/schedules/Opening/0/days", "list_empty"),
                ("/schedules/Opening/0/to", "span_empty"),
                ("/time_zone", "time_zone_missing"),
            ],
        ),
        ("/time_zone", json!("Mars/Olympus"), &[("/time_zone", "time_zone_unknown")]),
        ("/time_zone", json!("Asia/Shanghai"), &[]),
        (
            "/crm/reachable_from/0/schedule",
            json!("Opening"),
            &[("/crm/reachable_from/0/schedule", "schedule_unknown")],
        ),
        (
            "/management/from/0/schedule",
            json!("Opening"),
            &[("/management/from/0/schedule", "field_unknown")],
        ),
    ]
}

fn rules() -> Vec<Case> {
    let rule = |pointer: &str, value: Value| {
        let mut rule = json!({
            "id": 1, "action": "allow",
            "from": {"zones": ["office"], "addresses": "all"},
            "to": {"zones": ["guest"], "addresses": "all"},
            "services": "all",
        });
        let (parent, field) = pointer.rsplit_once('/').expect("pointer");
        let parent = rule.pointer_mut(parent).and_then(Value::as_object_mut).expect("object");
        parent.insert(field.to_owned(), value);
        json!([rule])
    };
    let twice = json!([rule("/id", json!(4))[0], rule("/id", json!(4))[0]]);
    let place = "/rules";
    vec![
        (place, rule("/id", json!(65_535)), &[]),
        (place, rule("/id", json!(0)), &[("/rules/0/id", "rule_id_invalid")]),
        (place, rule("/id", json!(65_536)), &[("/rules/0/id", "rule_id_invalid")]),
        (place, twice, &[("/rules/1/id", "rule_id_used")]),
        (place, rule("/enabled", json!("yes")), &[("/rules/0/enabled", "not_yes_or_no")]),
        (place, rule("/action", json!("drop")), &[("/rules/0/action", "not_one_of")]),
        (place, rule("/comment", json!("a\nb")), &[("/rules/0/comment", "note_invalid")]),
        (place, rule("/services", json!("web")), &[("/rules/0/services", "which_invalid")]),
        (place, rule("/services", json!(["web"])), &[]),
        (place, rule("/services", json!(["Web"])), &[("/rules/0/services/0", "service_unknown")]),
        (place, rule("/schedule", json!("x")), &[("/rules/0/schedule", "schedule_unknown")]),
        (place, rule("/from/zones", json!(["crm"])), &[("/rules/0/from/zones/0", "policy_crm")]),
        (place, rule("/to/zones", json!(["crm"])), &[("/rules/0/to/zones/0", "policy_crm")]),
        (
            place,
            rule("/from/zones", json!(["wan"])),
            &[("/rules/0/from/zones/0", "wan_is_reserved")],
        ),
        (place, rule("/to/zones", json!(["attic"])), &[("/rules/0/to/zones/0", "zone_unknown")]),
        (place, rule("/to/zones", json!(["office"])), &[("/rules/0/to/zones", "policy_same")]),
        (
            place,
            rule("/to/addresses", json!(["52:54:00:67:00:99"])),
            &[("/rules/0/to/addresses", "mac_as_target")],
        ),
        (place, rule("/from/addresses", json!(["52:54:00:67:00:99"])), &[]),
        (place, rule("/from/addresses", json!([])), &[("/rules/0/from/addresses", "list_empty")]),
    ]
}
