//! What a change does to single addresses and devices is found, and nothing else is said.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod common;

use std::collections::BTreeSet;

use common::written::{rule, these};
use common::{compared, example};
use firewall::reach::{Names, reach_within};
use firewall::{Finding, group_of};
use ipnet::IpNet;
use settings::{Language, MacAddress, Member, RuleAction, Settings, Which};

/// Finds what differs, and says it as a page does.
fn told(before: &Settings, after: &Settings) -> Vec<String> {
    said(before, after, Language::English)
}

fn said(before: &Settings, after: &Settings, language: Language) -> Vec<String> {
    let names = Known(after);
    found(before, after).iter().map(|one| one.text_naming(language, &names)).collect()
}

fn found(before: &Settings, after: &Settings) -> Vec<Finding> {
    within(before, after, u64::MAX)
}

fn within(before: &Settings, after: &Settings, steps: u64) -> Vec<Finding> {
    compared(before, after, |before, after| reach_within(before, after, None, steps))
}

struct Known<'s>(&'s Settings);

impl Names for Known<'_> {
    fn zone(&self, _: &str) -> Option<String> {
        None
    }

    fn device(&self, card: MacAddress) -> Option<String> {
        (card == self::card(7)).then(|| "Reception-PC".to_owned())
    }

    fn group(&self, addresses: &[IpNet]) -> Option<String> {
        group_of(self.0, addresses).map(ToString::to_string)
    }
}

fn card(last: u8) -> MacAddress {
    format!("02:00:00:00:00:{last:02x}").parse().unwrap()
}

/// The example and the example with one more rule.
fn with(action: RuleAction, from: &str, to: &str, services: &[&str]) -> Vec<String> {
    let (before, mut after) = (example(), example());
    after.rules.push(rule(1, action, from, to, services));
    told(&before, &after)
}

use RuleAction::{Allow, Block};

#[test]
fn a_single_sender_that_is_stopped_is_named() {
    let told = with(Block, "guest: 192.168.20.7", "wan", &[]);
    let web = "192.168.20.7 in guest can no longer reach the internet: web pages.";
    assert_eq!(told, [web]);
    let told = with(Block, "office: 192.168.10.7", "wan", &[]);
    assert_eq!(told, ["192.168.10.7 in office can no longer reach the internet at all."]);
    let told = with(Block, "office: fd12:3456:789a:a::7", "wan", &[]);
    assert_eq!(told, ["fd12:3456:789a:a::7 in office can no longer reach the internet at all."]);
    let told = with(Block, "office: 192.168.10.0/28", "wan", &[]);
    assert_eq!(told, ["office (192.168.10.0/28) can no longer reach the internet at all."]);
}

#[test]
fn a_single_address_that_is_reached_is_named_with_the_service() {
    let told = with(Allow, "guest", "office: 192.168.10.9", &["ssh"]);
    assert_eq!(told, ["guest can now reach 192.168.10.9 in office: SSH."]);
    let told = with(Allow, "guest", "office: fd12:3456:789a:a::9", &["ssh", "printing"]);
    assert_eq!(told, ["guest can now reach fd12:3456:789a:a::9 in office: printing and SSH."]);
    let told = with(Allow, "guest: 192.168.20.7", "office: 192.168.10.9", &[]);
    assert_eq!(told, ["192.168.20.7 in guest can now reach 192.168.10.9 in office: everything."]);
    let told = with(Block, "office", "wan: 9.9.9.9 1.1.1.1", &["dns"]);
    assert_eq!(told, ["office can no longer reach 1.1.1.1 and 9.9.9.9 on the internet: DNS."]);
    // The address that stands for the zone's others is one like all others, too.
    let told = with(Allow, "guest", "office: 192.168.10.2", &["ssh"]);
    assert_eq!(told, ["guest can now reach 192.168.10.2 in office: SSH."]);
}

#[test]
fn half_a_zone_is_not_the_zone() {
    let told = with(Allow, "guest", "office: 192.168.10.128/25", &["ssh"]);
    assert_eq!(told, ["guest can now reach office (192.168.10.128/25): SSH."]);
    let told = with(Allow, "guest", "office: 192.168.10.0/24", &["ssh"]);
    assert_eq!(told.len(), 1, "{told:#?}");
}

#[test]
fn one_ip_version_is_not_the_zone() {
    let told = with(Allow, "guest", "office: fd12:3456:789a:a::/64", &["ssh"]);
    assert_eq!(told, ["guest (fd12:3456:789a:14::/64) can now reach office: SSH."]);
}

#[test]
fn the_admins_own_services_have_their_names() {
    let (mut before, mut after) = (example(), example());
    let ways = vec!["tcp/8443".parse().unwrap(), "udp/5000-5010".parse().unwrap()];
    for settings in [&mut before, &mut after] {
        settings.services.insert("Till".parse().unwrap(), ways.clone());
    }
    after.rules.push(rule(1, Allow, "guest", "office", &["Till"]));
    assert_eq!(told(&before, &after), ["guest can now reach office: Till."]);
    assert_eq!(told(&after, &before), ["guest can no longer reach office: Till."]);
    let chinese = said(&before, &after, Language::Chinese);
    assert_eq!(chinese, ["分区“guest”现在可以访问分区“office”：Till。"]);
}

#[test]
fn what_still_passes_is_left_out_of_everything() {
    let mut before = example();
    before.policies.push(settings::Policy {
        from: "office".parse().unwrap(),
        to: "guest".parse().unwrap(),
        allow: settings::Allow::All,
    });
    before.rules.push(rule(1, Allow, "office", "guest", &["ssh"]));
    before.rules.push(rule(2, Allow, "office", "guest: 192.168.20.9", &[]));
    let mut after = before.clone();
    after.policies.pop();
    assert_eq!(
        told(&before, &after),
        ["office can no longer reach guest except 192.168.20.9: everything except SSH."]
    );
    assert_eq!(
        told(&after, &before),
        ["office can now reach guest: everything."],
        "that some passed before is no exception"
    );
}

#[test]
fn all_but_one_are_told_by_the_one() {
    let mut before = example();
    before.rules.push(rule(1, Block, "guest: 192.168.20.7", "office", &[]));
    let mut after = before.clone();
    after.policies.push(settings::Policy {
        from: "guest".parse().unwrap(),
        to: "office".parse().unwrap(),
        allow: settings::Allow::All,
    });
    let opened = ["guest except 192.168.20.7 can now reach office: everything."];
    assert_eq!(told(&before, &after), opened);
}

#[test]
fn a_group_is_named_by_those_of_it_that_fare_otherwise() {
    let group = |members: &[&str]| -> Vec<Member> {
        members.iter().map(|member| member.parse().unwrap()).collect()
    };
    let mut before = example();
    let printers = "Printers".parse::<settings::Title>().unwrap();
    before.groups.insert(printers.clone(), group(&["192.168.20.7"]));
    before.rules.push(rule(1, Allow, "office", "guest: {Printers}", &["printing"]));
    let mut after = before.clone();
    after.groups.insert(printers, group(&["192.168.20.7", "192.168.20.8", "192.168.20.12"]));
    assert_eq!(
        told(&before, &after),
        [
            "office can now reach 192.168.20.8 and 192.168.20.12 in guest (group Printers): printing."
        ]
    );
    assert_eq!(
        said(&before, &after, Language::Chinese),
        [
            "分区“office”现在可以访问分区“guest”中的 192.168.20.8、192.168.20.12（地址组“Printers”）：打印。"
        ]
    );
    assert_eq!(told(&after, &after), [] as [&str; 0]);
}

#[test]
fn an_earlier_rule_keeps_its_address_out_of_it() {
    let mut before = example();
    before.rules.push(rule(1, Block, "guest: 192.168.20.7", "office", &[]));
    let mut after = before.clone();
    after.rules.push(rule(2, Allow, "guest: 192.168.20.6/31", "office", &["ssh"]));
    assert_eq!(told(&before, &after), ["192.168.20.6 in guest can now reach office: SSH."]);
    // Their order alone.
    let mut turned = after.clone();
    turned.rules.reverse();
    assert_eq!(told(&after, &turned), ["192.168.20.7 in guest can now reach office: SSH."]);
}

#[test]
fn a_device_in_quarantine_is_shut_off() {
    let (before, mut after) = (example(), example());
    after.quarantine = BTreeSet::from([card(7)]);
    let shut = "The device Reception-PC (02:00:00:00:00:07) is shut off from everything but names \
                and addresses.";
    assert_eq!(told(&before, &after), [shut]);
    let out = "The device Reception-PC (02:00:00:00:00:07) is let out: it reaches what the rules \
               allow it.";
    assert_eq!(told(&after, &before), [out]);
    after.quarantine = (7..12).map(card).collect();
    let told = told(&before, &after);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].starts_with("5 devices are shut off"), "{told:#?}");
    assert!(told[0].contains("and 2 more"), "{told:#?}");
}

#[test]
fn a_rule_for_a_card_is_of_that_device() {
    let told = with(Block, "office: 02:00:00:00:00:07", "wan", &["ssh"]);
    let device = "The device Reception-PC (02:00:00:00:00:07), when it is in office,";
    assert_eq!(told, [format!("{device} can no longer reach the internet: SSH.")]);
    let told = with(Allow, "guest: 02:00:00:00:00:09", "office: 192.168.10.9", &["ssh"]);
    let device = "The device 02:00:00:00:00:09, when it is in guest,";
    assert_eq!(told, [format!("{device} can now reach 192.168.10.9 in office: SSH.")]);
}

/// Most rules, of many addresses each.
fn many(rules: u16) -> Settings {
    let mut settings = example();
    for id in 1..=rules {
        let address = |at: u16| {
            let number = u32::from(id) * 64 + u32::from(at);
            let [_, b, c, d] = number.to_be_bytes();
            format!("10.{b}.{c}.{d}").parse().unwrap()
        };
        let mut one = rule(id, Block, "guest", "office", &["ssh"]);
        one.from.addresses = Which::These((0..64).map(address).collect());
        settings.rules.push(one);
    }
    settings
}

#[test]
fn as_many_rules_of_64_addresses_as_there_may_be_take_no_seconds() {
    let most = u16::try_from(settings::MAX_RULES).unwrap();
    let before = many(most - 1);
    let mut after = before.clone();
    after.rules.push(rule(most, Allow, "guest: 192.168.20.7", "office", &["ssh"]));
    assert_eq!(told(&before, &after), ["192.168.20.7 in guest can now reach office: SSH."]);
    // A rule is met in less than a microsecond.
    assert!(!within(&before, &after, 300_000).contains(&Finding::Incomplete));
}

/// Each in the zone, and of another service.
#[test]
fn what_cannot_be_tried_in_time_is_said() {
    let mut before = example();
    for id in 1..=u16::try_from(settings::MAX_RULES).unwrap() {
        let mut one = rule(id, Block, "guest", "office", &[]);
        let address = |at: u16| 2 + (id.wrapping_mul(31).wrapping_add(at.wrapping_mul(7))) % 250;
        let all: BTreeSet<u16> = (0..64).map(address).collect();
        let member = |host: &u16| format!("192.168.20.{host}").parse().unwrap();
        one.from.addresses = Which::These(all.iter().map(member).collect());
        if id <= 64 {
            let service = format!("S{id}");
            let way = format!("tcp/{}", 1000 + id).parse().unwrap();
            before.services.insert(service.parse().unwrap(), vec![way]);
            one.services = these(&[service.as_str()]);
        }
        before.rules.push(one);
    }
    let mut after = before.clone();
    after.policies.push(settings::Policy {
        from: "guest".parse().unwrap(),
        to: "office".parse().unwrap(),
        allow: settings::Allow::All,
    });
    let found = within(&before, &after, 100_000);
    assert!(found.contains(&Finding::Incomplete), "{found:#?}");
}

#[test]
fn a_rule_that_a_zone_moves_away_from_is_told() {
    let mut before = example();
    before.rules = vec![
        rule(1, Block, "guest", "office: 192.168.10.50", &[]),
        rule(2, Allow, "guest", "office: 192.168.10.60", &["web"]),
        rule(3, Allow, "guest", "office", &["ssh"]),
    ];
    let mut after = before.clone();
    let office = after.zones.get_mut(&"office".parse().unwrap()).unwrap();
    let address = "192.168.11.1/24".parse().unwrap();
    office.ipv4 = Some(settings::Ipv4Zone { address, dhcp: None });
    after.management.from[0].addresses = settings::Addresses::All;
    after.crm.reachable_from[0].addresses = settings::Addresses::All;
    let found = found(&before, &after);
    let rules: Vec<_> =
        found.iter().filter(|one| matches!(one, Finding::RuleForNobody { .. })).collect();
    assert_eq!(
        rules,
        [
            &Finding::RuleForNobody { rule: 1, stops: true },
            &Finding::RuleForNobody { rule: 2, stops: false },
        ]
    );
    // Nothing is said of what was so before.
    assert_eq!(self::found(&after, &after), []);
}

/// Rules from guests to the office, and services of the document.
fn told_with(services: [&[(&str, &[&str])]; 2], rules: [&[(RuleAction, &str)]; 2]) -> Vec<String> {
    let document = |at: usize| {
        let mut settings = example();
        for (name, ways) in services[at] {
            let ways = ways.iter().map(|way| way.parse().unwrap()).collect();
            settings.services.insert(name.parse().unwrap(), ways);
        }
        let numbered = (1..).zip(rules[at]);
        settings.rules = numbered
            .map(|(id, (action, name))| rule(id, *action, "guest", "office", &[name]))
            .collect();
        settings
    };
    told(&document(0), &document(1))
}

#[test]
fn a_range_is_told_where_its_first_port_fares_otherwise() {
    let services: &[(&str, &[&str])] = &[("One", &["tcp/5000"]), ("Many", &["tcp/5000-5010"])];
    let before: &[(RuleAction, &str)] = &[(Block, "One")];
    let after: &[(RuleAction, &str)] = &[(Block, "One"), (Allow, "Many")];
    let told = told_with([services, services], [before, after]);
    assert_eq!(told, ["guest can now reach office: Many (tcp/5001-5010)."]);
}

#[test]
fn of_a_service_that_changes_in_part_the_part_is_told() {
    let rules: &[(RuleAction, &str)] = &[(Allow, "X")];
    let of = |before: &[&str], after: &[&str]| {
        told_with([&[("X", before)], &[("X", after)]], [rules, rules])
    };
    assert_eq!(
        of(&["tcp/5000-5010"], &["tcp/5000-5005"]),
        ["guest can no longer reach office: X (tcp/5006-5010)."]
    );
    assert_eq!(
        of(&["tcp/5000", "tcp/6000"], &["tcp/5000"]),
        ["guest can no longer reach office: X (tcp/6000)."]
    );
    assert_eq!(
        of(&["tcp/5000"], &["tcp/6000"]),
        [
            "guest can no longer reach office: X (tcp/5000).",
            "guest can now reach office: X (tcp/6000).",
        ]
    );
    // Another service takes one port over: it passes as before.
    let own: &[(&str, &[&str])] = &[("P", &["tcp/9100"])];
    let told = told_with([own, own], [&[(Allow, "printing")], &[(Allow, "P")]]);
    assert!(told.iter().all(|one| !one.contains("9100") && one.contains("tcp/")), "{told:?}");
}

#[test]
fn a_card_is_tried_with_every_address_that_rules_tell_apart() {
    let mut before = example();
    let guest = before.zones.get_mut(&"guest".parse().unwrap()).unwrap();
    guest.ipv6 = settings::Ipv6Zone::Off;
    before.rules = vec![rule(1, Block, "guest: 192.168.20.0-192.168.20.191", "office", &[])];
    let mut after = before.clone();
    after.rules.push(rule(2, Allow, "guest: 02:00:00:00:00:07", "office", &[]));
    let told = told(&before, &after);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(
        told[0].contains("Reception-PC") && told[0].contains("can now reach office"),
        "{told:?}"
    );
}

#[test]
fn who_makes_her_own_network_too_small_for_her_device_is_told() {
    let (before, mut after) = (example(), example());
    let office = after.zones.get_mut(&"office".parse().unwrap()).unwrap();
    let address = "192.168.10.1/26".parse().unwrap();
    office.ipv4 = Some(settings::Ipv4Zone { address, dhcp: None });
    after.management.from[0].addresses = settings::Addresses::All;
    after.crm.reachable_from[0].addresses = settings::Addresses::All;
    let asking = |address: &str| {
        let address = Some(address.parse().unwrap());
        compared(&before, &after, |before, after| reach_within(before, after, address, u64::MAX))
    };
    let left_out = |one: &Finding| matches!(one, Finding::LeftOut { .. });
    assert!(asking("192.168.10.100").iter().any(left_out));
    assert!(!asking("192.168.10.9").iter().any(left_out));
}
