//! Mistakes in what is blocked.

use serde_json::{Value, json};

use crate::cases::Case;

const AT: &str = "/blocking";
const LISTS: &str = "/blocking/lists";
const ONE: &str = "/blocking/lists/广告";
const ZONES: &str = "/blocking/zones";

pub fn cases() -> Vec<Case> {
    let list = |address: &str| json!({"lists": {"广告": address}});
    let block = |name: &str| json!({"block": [name]});
    let many = |count: usize| -> Value {
        (0..count).map(|number| format!("n{number}.example")).collect::<Vec<_>>().into()
    };
    let mut all: Vec<Case> = vec![
        (AT, json!({}), &[]),
        (
            AT,
            json!({"zones": {"guest": []}, "block": ["ads.example"], "allow": ["good.ads.example"]}),
            &[],
        ),
        (AT, json!({"block": many(1000), "allow": []}), &[]),
        (AT, json!({"block": ["example.org", "ntp.org"]}), &[]),
        (AT, json!([]), &[(AT, "not_an_object")]),
        (AT, json!({"list": {}}), &[("/blocking/list", "field_unknown")]),
        (AT, json!({"lists": []}), &[(LISTS, "not_an_object")]),
        (
            AT,
            json!({"lists": {"": "https://a.example/x"}}),
            &[("/blocking/lists/", "title_invalid")],
        ),
        (AT, list("https://lists.example.net/a"), &[(ONE, "block_list_no_way")]),
        (AT, list("http://lists.example.net/a"), &[(ONE, "list_address_invalid")]),
        (AT, list("https://nas.local/a"), &[(ONE, "domain_name_reserved")]),
        (
            AT,
            json!({"lists": {"a": "https://a.example/x", "b": "https://a.example/x"}}),
            &[
                ("/blocking/lists/a", "block_list_no_way"),
                ("/blocking/lists/b", "block_list_again"),
                ("/blocking/lists/b", "block_list_no_way"),
            ],
        ),
        (
            AT,
            json!({"zones": {"guest": ["广告"]}}),
            &[("/blocking/zones/guest/0", "block_list_unknown")],
        ),
        (AT, json!({"zones": {"cellar": []}}), &[("/blocking/zones/cellar", "zone_unknown")]),
        (AT, json!({"zones": {"wan": []}}), &[("/blocking/zones/wan", "wan_is_reserved")]),
        (AT, json!({"zones": {"crm": []}}), &[("/blocking/zones/crm", "blocking_crm")]),
        (AT, json!({"zones": []}), &[(ZONES, "not_an_object")]),
        (
            AT,
            json!({"zones": {"guest": ["a", "a"]}}),
            &[("/blocking/zones/guest/1", "list_repeats")],
        ),
        (AT, json!({"block": many(1001)}), &[("/blocking/block", "too_many")]),
        (AT, json!({"allow": many(1001)}), &[("/blocking/allow", "too_many")]),
        (
            AT,
            json!({"allow": ["a.example", "a.example"]}),
            &[("/blocking/allow/1", "list_repeats")],
        ),
        (
            AT,
            json!({"block": ["a.example"], "allow": ["a.example"]}),
            &[("/blocking/block/0", "block_allowed")],
        ),
        (AT, block("pool.ntp.org"), &[("/blocking/block/0", "block_needed")]),
        (AT, block("2.debian.pool.ntp.org"), &[("/blocking/block/0", "block_needed")]),
    ];
    for name in
        ["ads", "广告.example", "Ads.example", "a.example\naddress=/#/", "*.example", "1.2.3.4"]
    {
        all.push((AT, block(name), &[("/blocking/block/0", "domain_name_invalid")]));
    }
    all
}
