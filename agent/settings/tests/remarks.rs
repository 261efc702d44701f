//! Rules that never decide, or that say what is so without them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use settings::{Remark, parse};

const EXAMPLE: &str = include_str!("example.json");

/// Action, where to, and edits of a rule.
type Told<'t> = (&'t str, &'t str, &'t [(&'t str, Value)]);

/// Rules of the office towards the internet (open) and the guests (shut): action, to, edits.
fn remarks(rules: &[Told<'_>]) -> Vec<(u16, Remark)> {
    let mut document: Value = serde_json::from_str(EXAMPLE).unwrap();
    document["time_zone"] = json!("UTC");
    document["schedules"] = json!({"Opening": [{"days": ["mon"], "from": "08:00", "to": "18:00"}]});
    document["rules"] = (1..)
        .zip(rules)
        .map(|(id, (action, to, edits))| {
            let mut rule = json!({"id": id, "action": action,
                "from": {"zones": ["office"], "addresses": "all"},
                "to": {"zones": [to], "addresses": "all"}, "services": "all"});
            for (pointer, value) in *edits {
                let (parent, field) = pointer.rsplit_once('/').unwrap();
                rule.pointer_mut(parent).unwrap()[field] = value.clone();
            }
            rule
        })
        .collect();
    parse(document.to_string().as_bytes()).unwrap().remarks()
}

const ADDRESSES: &str = "/from/addresses";

#[test]
fn an_earlier_rule_that_covers_it() {
    let one = || (ADDRESSES, json!(["192.168.10.7", "fd00::7"]));
    let net = || (ADDRESSES, json!(["192.168.10.0/25", "fd00::/16"]));
    let told = |rules: &[Told<'_>]| remarks(rules);
    let shadowed = [(2, Remark::Shadowed { by: 1 })];
    assert_eq!(told(&[("block", "guest", &[net()]), ("allow", "guest", &[one()])])[..], shadowed);
    let redundant = [(2, Remark::Redundant { by: 1 })];
    assert_eq!(told(&[("allow", "guest", &[net()]), ("allow", "guest", &[one()])])[..], redundant);
    assert_eq!(told(&[("allow", "guest", &[one()]), ("reject", "guest", &[net()])]), []);
    assert_eq!(told(&[("allow", "guest", &[one()]), ("reject", "wan", &[one()])]), []);
    let web = || ("/services", json!(["web"]));
    let mail = || ("/services", json!(["mail", "web"]));
    assert_eq!(told(&[("reject", "wan", &[mail()]), ("allow", "wan", &[web()])])[..], shadowed);
    assert_eq!(told(&[("reject", "wan", &[web()]), ("reject", "wan", &[mail()])]), []);
    let hours = || ("/schedule", json!("Opening"));
    assert_eq!(told(&[("reject", "wan", &[hours()]), ("reject", "wan", &[web()])]), []);
    assert_eq!(told(&[("reject", "wan", &[]), ("reject", "wan", &[hours()])])[..], redundant);
    let off = || ("/enabled", json!(false));
    assert_eq!(told(&[("reject", "wan", &[off()]), ("reject", "wan", &[web()])]), []);
    assert_eq!(told(&[("reject", "wan", &[]), ("reject", "wan", &[off()])]), []);
}

#[test]
fn what_the_policy_does_anyway() {
    let ssh = || ("/services", json!(["ssh"]));
    let policy = [(1, Remark::PolicyDoesIt)];
    assert_eq!(remarks(&[("allow", "wan", &[ssh()])])[..], policy);
    let log = || ("/log", json!(true));
    assert_eq!(remarks(&[("block", "guest", &[ssh(), log()])])[..], policy);
    assert_eq!(remarks(&[("block", "guest", &[ssh()])]), [], "its tries are told nowhere");
    assert_eq!(remarks(&[("reject", "guest", &[ssh()])]), []);
    assert_eq!(remarks(&[("allow", "wan", &[ssh()]), ("block", "wan", &[])]), []);
    assert_eq!(remarks(&[("allow", "guest", &[ssh()])]), []);
}

#[test]
fn a_block_that_ipv6_goes_round() {
    let v4 = || (ADDRESSES, json!(["192.168.10.7"]));
    assert_eq!(remarks(&[("block", "wan", &[v4()])]), [(1, Remark::Ipv4Only)]);
    assert_eq!(remarks(&[("allow", "guest", &[v4()])]), []);
    let card = (ADDRESSES, json!(["192.168.10.7", "52:54:00:67:00:99"]));
    assert_eq!(remarks(&[("block", "wan", &[card])]), []);
}

#[test]
fn addresses_that_nobody_in_the_zones_has() {
    let nobody = [(1, Remark::Nobody)];
    let there = |edits: &[(&str, Value)]| remarks(&[("allow", "guest", edits)]);
    let from = |list: Value| (ADDRESSES, list);
    let to = |list: Value| ("/to/addresses", list);
    assert_eq!(there(&[from(json!(["192.168.77.5"]))])[..], nobody);
    assert_eq!(there(&[to(json!(["192.168.77.5", "10.0.0.0/8"]))])[..], nobody);
    assert_eq!(there(&[from(json!(["192.168.77.5", "192.168.10.5"]))]), []);
    assert_eq!(there(&[from(json!(["192.168.0.0/16"]))]), []);
    assert_eq!(there(&[from(json!(["192.168.77.5", "52:54:00:67:00:99"]))]), []);
    assert_eq!(there(&[from(json!(["192.168.77.5", "fd00::7"]))]), []);
    assert_eq!(there(&[from(json!(["192.168.10.5"])), to(json!(["fd00::7"]))])[..], nobody);
    let outside = (("/to/zones", json!(["wan"])), to(json!(["203.0.113.0/24"])));
    assert_eq!(remarks(&[("block", "wan", &[outside.0, outside.1])])[..], [(1, Remark::Ipv4Only)]);
    // What is in a zone is not on the internet.
    let inside = to(json!(["192.168.20.0/25"]));
    assert_eq!(remarks(&[("allow", "wan", &[inside])])[..], nobody);
    let off = ("/enabled", json!(false));
    assert_eq!(there(&[from(json!(["192.168.77.5"])), off]), []);
}
