//! What changes for people is found, once, with the right weight and in words.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod common;

use std::collections::BTreeSet;
use std::net::IpAddr;

use common::{compared, context, example, ip};
use firewall::ir::{Action, Policy as ChainPolicy, Ruleset, Verdict};
use firewall::reach::{Place, Sender, Traffic};
use firewall::{
    Context, Finding, Plugged, Side, Weight, compile, cut_off, providers_network, reach,
};
use settings::{
    Addresses, Allow, Ipv6Zone, Language, MacAddress, Policy, PortRole, Settings, Source, Target,
    ZoneName,
};

const WEB: [Traffic; 3] = [Traffic::Https, Traffic::Http, Traffic::Http3];
const PAGES: [Traffic; 2] = [Traffic::Https, Traffic::Http];
const ALL: [Traffic; 7] = [
    Traffic::Https,
    Traffic::Http,
    Traffic::Http3,
    Traffic::Tcp,
    Traffic::Udp,
    Traffic::Ping,
    Traffic::Other,
];

fn between(before: &Settings, after: &Settings, asking: Option<IpAddr>) -> Vec<Finding> {
    compared(before, after, |before, after| reach(before, after, asking))
}

fn changed(change: impl FnOnce(&mut Settings)) -> Vec<Finding> {
    let mut after = example();
    change(&mut after);
    between(&example(), &after, None)
}

/// The example with other rules than its settings have.
fn with_rules(change: impl FnOnce(&mut Ruleset)) -> Vec<Finding> {
    let (settings, context) = (example(), context());
    let before = compile(&settings, &context);
    let mut after = before.clone();
    change(&mut after);
    let side = |rules| Side { settings: &settings, context: &context, rules };
    reach(&side(before.check().unwrap()), &side(after.check().unwrap()), None)
}

fn zone(name: &str) -> ZoneName {
    name.parse().unwrap()
}

fn all_of(name: &str) -> Sender {
    Sender::Zone(zone(name))
}

fn part(name: &str, networks: &[&str]) -> Sender {
    let addresses = networks.iter().map(|network| network.parse().unwrap()).collect();
    Sender::Part { zone: zone(name), addresses }
}

fn opened(from: Sender, to: &[Place], what: &[Traffic]) -> Finding {
    let what = what.iter().cloned().collect();
    Finding::Opened { from, to: to.to_vec(), what, except: BTreeSet::new() }
}

fn closed(from: Sender, to: &[Place], what: &[Traffic]) -> Finding {
    let what = what.iter().cloned().collect();
    Finding::Closed { from, to: to.to_vec(), what, except: BTreeSet::new() }
}

fn policy(from: &str, to: &str, allow: Allow) -> Policy {
    Policy { from: zone(from), to: to.parse::<Target>().unwrap(), allow }
}

fn english(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| finding.text(Language::English)).collect()
}

#[test]
fn a_policy_is_one_finding() {
    let found = changed(|settings| settings.policies.push(policy("guest", "office", Allow::Web)));
    assert_eq!(found, [opened(all_of("guest"), &[Place::Zone(zone("office"))], &WEB)]);
    assert_eq!(found[0].weight(), Weight::Note);
    let named = |name: &str| Some(name.to_uppercase());
    assert_eq!(
        found[0].text_naming(Language::English, &named),
        "GUEST can now reach OFFICE: web pages."
    );
    assert_eq!(
        found[0].text_naming(Language::Chinese, &|_: &str| Some("访客".to_owned())),
        "分区“访客”现在可以访问分区“访客”：网页。"
    );
}

#[test]
fn all_instead_of_web_is_what_is_not_web() {
    let found = changed(|settings| settings.policies[1].allow = Allow::All);
    let rest = [Traffic::Tcp, Traffic::Udp, Traffic::Ping, Traffic::Other];
    assert_eq!(found, [opened(all_of("guest"), &[Place::Internet], &rest)]);
    assert_eq!(english(&found), ["guest can now reach the internet: everything except web pages."]);
}

#[test]
fn places_alike_are_one_finding() {
    let found = changed(|settings| {
        settings.policies.remove(0);
        settings.policies.push(policy("guest", "office", Allow::All));
    });
    let office = Place::Zone(zone("office"));
    let expected = [
        closed(all_of("office"), &[Place::Internet], &ALL),
        opened(all_of("guest"), &[office], &ALL),
    ];
    assert_eq!(found, expected);
    let texts = [
        "office can no longer reach the internet at all.",
        "guest can now reach office: everything.",
    ];
    assert_eq!(english(&found), texts);

    let mut without = example();
    without.policies.clear();
    let mut with = without.clone();
    with.policies.push(policy("guest", "office", Allow::Web));
    with.policies.push(policy("guest", "wan", Allow::Web));
    let places = [Place::Internet, Place::Zone(zone("office"))];
    assert_eq!(between(&without, &with, None), [opened(all_of("guest"), &places, &WEB)]);
}

#[test]
fn more_addresses_towards_the_crm_warn() {
    let found = changed(|settings| settings.crm.reachable_from[0].addresses = Addresses::All);
    let more = part("office", &["192.168.10.128/25", "fd12:3456:789a:a::/64"]);
    assert_eq!(found, [opened(more, &[Place::Crm], &PAGES)]);
    assert_eq!(found[0].weight(), Weight::Warning);
    assert_eq!(
        english(&found),
        ["office (192.168.10.128/25 and fd12:3456:789a:a::/64) can now reach the CRM: web pages."]
    );

    let found = changed(|settings| {
        let addresses = Addresses::All;
        settings.crm.reachable_from.push(Source { zone: zone("guest"), addresses, schedule: None });
    });
    assert_eq!(found, [opened(all_of("guest"), &[Place::Crm], &PAGES)]);
}

#[test]
fn many_addresses_are_counted() {
    let found = changed(|settings| {
        let list = [
            "192.168.10.0/30",
            "192.168.10.8/32",
            "192.168.10.10/32",
            "192.168.10.12/32",
            "192.168.10.14/32",
            "192.168.10.127/32",
        ];
        let list = list.iter().map(|network| network.parse().unwrap()).collect();
        settings.crm.reachable_from[0].addresses = Addresses::List(list);
    });
    let Finding::Closed { from: Sender::Part { addresses, .. }, .. } = &found[0] else {
        panic!("{found:?}")
    };
    assert_eq!(addresses[0], "192.168.10.4/30".parse().unwrap());
    assert!(found[0].text(Language::English).contains(" and "), "{found:?}");
    assert!(found[0].text(Language::English).contains(" more) can no longer"), "{found:?}");
    let found = changed(|settings| {
        let list = vec!["192.168.10.0/24".parse().unwrap()];
        settings.crm.reachable_from[0].addresses = Addresses::List(list);
    });
    assert_eq!(found, [opened(part("office", &["192.168.10.128/25"]), &[Place::Crm], &PAGES)]);
}

#[test]
fn nobody_reaches_the_crm_is_said_once_it_is_so() {
    let found = changed(|settings| settings.crm.reachable_from.clear());
    let listed = part("office", &["192.168.10.0/25"]);
    assert_eq!(found, [Finding::NobodyReachesCrm, closed(listed, &[Place::Crm], &PAGES)]);
    assert_eq!(found[0].weight(), Weight::Warning);
    let nobody = |settings: &mut Settings| settings.crm.reachable_from.clear();
    let mut before = example();
    nobody(&mut before);
    let mut after = before.clone();
    after.policies.clear();
    assert!(!between(&before, &after, None).contains(&Finding::NobodyReachesCrm));
}

fn own_card() -> MacAddress {
    "52:54:00:00:00:01".parse().unwrap()
}

/// What is said to a device of the office at a port, when the roles of ports change.
fn plugged_in(at: &str, change: impl FnOnce(&mut Settings)) -> Option<String> {
    let (before, mut after) = (example(), example());
    change(&mut after);
    let address = ip("192.168.10.20");
    let at = Some((zone("office"), at.parse().unwrap()));
    let device = Plugged { address, addresses: vec![address], card: Some(own_card()), at };
    let found = cut_off(&before, &after, &device)?;
    assert_eq!(found.weight(), Weight::Warning);
    Some(found.text(Language::English))
}

#[test]
fn who_is_plugged_in_at_a_port_that_leaves_its_zone_is_told() {
    let role = |port: &str, role: PortRole| {
        let port = port.parse().unwrap();
        move |settings: &mut Settings| settings.ports.get_mut(&port).unwrap().role = role
    };
    let trunk = |zones: &[&str]| PortRole::Trunk(zones.iter().map(|name| zone(name)).collect());
    let told = "Your device (192.168.10.20) is plugged in at port office, which leaves office with these settings: \
                it will be cut off from this page.";
    for is in [PortRole::Access(zone("guest")), trunk(&["office", "guest"]), PortRole::Wan] {
        assert_eq!(
            plugged_in("office", role("office", is.clone())).as_deref(),
            Some(told),
            "{is:?}"
        );
    }
    let removed = |settings: &mut Settings| drop(settings.ports.remove(&"office".parse().unwrap()));
    assert_eq!(plugged_in("office", removed).as_deref(), Some(told));
    assert!(plugged_in("trunk", role("trunk", trunk(&["guest", "crm"]))).is_some());
    let vlan = |settings: &mut Settings| {
        let office = settings.zones.get_mut(&zone("office")).unwrap();
        office.vlan = settings::VlanId::new(11).unwrap();
    };
    assert!(plugged_in("trunk", vlan).is_some() && plugged_in("office", vlan).is_none());

    // Another name is no other port, and others' ports are others' matter.
    let renamed = |settings: &mut Settings| {
        let port = settings.ports.remove(&"office".parse().unwrap()).unwrap();
        settings.ports.insert("desk".parse().unwrap(), port);
    };
    assert_eq!(plugged_in("office", renamed), None);
    assert_eq!(plugged_in("office", role("trunk", PortRole::Access(zone("guest")))), None);
    assert_eq!(plugged_in("trunk", role("trunk", trunk(&["office"]))), None);
    assert_eq!(plugged_in("elsewhere", |_| {}), None);
}

#[test]
fn who_goes_into_quarantine_is_told_and_that_nobody_else_gets_in() {
    let shut = |from: Addresses| {
        plugged_in("office", move |settings| {
            settings.quarantine.insert(own_card());
            settings.management.from[0].addresses = from;
        })
    };
    let list = |one: &str| Addresses::List(vec![one.parse().unwrap()]);
    let told = "Your device (192.168.10.20) goes into quarantine with these settings";
    for from in [Addresses::All, list("192.168.10.0/25"), list("192.168.10.21/32")] {
        let cut = format!("{told}: it will be cut off from this page.");
        assert_eq!(shut(from.clone()), Some(cut), "{from:?}");
    }
    let nobody = format!("{told}, and no other may open the admin pages: nobody will reach them.");
    assert_eq!(shut(list("192.168.10.20/32")), Some(nobody));
    let other = |settings: &mut Settings| {
        settings.quarantine.insert("52:54:00:00:00:02".parse().unwrap());
    };
    assert_eq!(plugged_in("office", other), None);
}

#[test]
fn a_network_of_the_providers_is_told_when_it_is_new() {
    let own = [ip("2001:db8::7"), ip("192.168.10.77")];
    let (before, mut after) = (example(), example());
    assert_eq!(providers_network(&before, &after, &own), [], "it was so before");
    after.zones.get_mut(&zone("guest")).unwrap().ipv4.as_mut().unwrap().address =
        "203.0.113.1/24".parse().unwrap();
    assert_eq!(providers_network(&before, &after, &own), []);
    let found = providers_network(&before, &after, &[ip("203.0.113.200")]);
    assert_eq!(
        found.iter().map(|it| it.text(Language::English)).collect::<Vec<_>>(),
        [
            "guest uses 203.0.113.0/24, and the provider gave the box 203.0.113.200 of the same network: what lies there \
          on the internet’s side cannot be reached. Choose another network."
        ]
    );
    assert_eq!(found[0].weight(), Weight::Warning);
    let (network, via) = ("198.51.100.0/24".parse().unwrap(), "192.168.10.9".parse().unwrap());
    after.routes.push(settings::Route { network, via });
    assert_eq!(providers_network(&before, &after, &[ip("198.51.100.4")]).len(), 1);
}

#[test]
fn the_way_in_of_who_asks_is_judged_in_its_new_zone() {
    let asking = ip("192.168.10.20");
    let mut after = example();
    after.policies.clear();
    let found = between(&example(), &after, Some(asking));
    assert!(found.contains(&Finding::KeepsWayIn { address: asking }), "{found:?}");
    assert_eq!(found.last().unwrap().weight(), Weight::Good);
    // A browser's IPv4 address as a socket of IPv6 shows it.
    let mapped = between(&example(), &after, Some(ip("::ffff:192.168.10.20")));
    assert_eq!(mapped, found);

    after.management.from[0].addresses = Addresses::List(vec!["192.168.10.64/26".parse().unwrap()]);
    let found = between(&example(), &after, Some(asking));
    assert_eq!(found[0], Finding::LosesWayIn { address: asking });
    assert_eq!(found[0].weight(), Weight::Warning);
    assert_eq!(
        found[0].text(Language::English),
        "Your device (192.168.10.20) does not reach the admin pages with these settings."
    );
    let pages = [Traffic::AdminPages, Traffic::Ping];
    let others = part("office", &["192.168.10.0/26"]);
    assert!(found.contains(&closed(others, &[Place::Box], &pages)), "{found:?}");

    // Whoever gets another address is told when that is of no use.
    let mut away = example();
    away.zones.get_mut(&zone("office")).unwrap().ipv4 = None;
    away.management.from[0].addresses = Addresses::All;
    away.crm.reachable_from[0].addresses = Addresses::All;
    let found = between(&example(), &away, Some(asking));
    assert!(found.contains(&Finding::LosesWayIn { address: asking }), "{found:?}");
    let elsewhere = |from: &str| {
        let mut moved = example();
        let ipv4 = moved.zones.get_mut(&zone("office")).unwrap().ipv4.as_mut().unwrap();
        (ipv4.address, ipv4.dhcp) = ("10.7.0.1/24".parse().unwrap(), None);
        moved.management.from[0].addresses = Addresses::List(vec![from.parse().unwrap()]);
        moved.crm.reachable_from[0].addresses = Addresses::All;
        let found = between(&example(), &moved, Some(asking));
        found.contains(&Finding::LosesWayIn { address: asking })
    };
    assert_eq!(["10.7.0.0/24", "10.7.0.250/32"].map(elsewhere), [false, true]);

    // From outside of all zones nothing is judged.
    for address in ["9.9.9.9", "fe80::1"] {
        let found = between(&example(), &example(), Some(ip(address)));
        assert_eq!(found, []);
    }
}

#[test]
fn a_zone_with_other_addresses_is_the_same_zone() {
    let found = changed(|settings| {
        let office = settings.zones.get_mut(&zone("office")).unwrap();
        let ipv4 = office.ipv4.as_mut().unwrap();
        ipv4.address = "192.168.11.1/24".parse().unwrap();
        ipv4.dhcp = None;
        let list = || Addresses::List(vec!["192.168.11.0/25".parse().unwrap()]);
        settings.management.from[0].addresses = list();
        settings.crm.reachable_from[0].addresses = list();
    });
    let moved = Finding::Moved {
        zone: zone("office"),
        before: Some("192.168.10.0/24".parse().unwrap()),
        after: Some("192.168.11.0/24".parse().unwrap()),
    };
    let (old, new) = (part("office", &["192.168.10.0/25"]), part("office", &["192.168.11.0/25"]));
    let ways_in = [Traffic::AdminPages, Traffic::Ping];
    let expected = [
        opened(new.clone(), &[Place::Crm], &PAGES),
        moved,
        closed(all_of("office"), &[Place::Box], &[Traffic::Dhcp]),
        closed(old.clone(), &[Place::Crm], &PAGES),
        closed(old, &[Place::Box], &ways_in),
        opened(new, &[Place::Box], &ways_in),
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    assert!(expected.iter().all(|one| found.contains(one)), "{found:#?}");
}

#[test]
fn a_zone_that_grows_takes_nothing_from_those_who_keep_their_addresses() {
    let network = |text: &str| Some(text.parse().unwrap());
    let [small, large] = ["192.168.11.0/24", "192.168.10.0/23"].map(network);
    let said = |before, after| {
        Finding::Moved { zone: zone("office"), before, after }.text(Language::English)
    };
    let grown = "office gets more addresses: all of 192.168.10.0/23 instead of 192.168.11.0/24. \
                 Those that devices have stay valid.";
    assert_eq!(said(small, large), grown);
    assert!(said(large, small).ends_with("A device that keeps another one reaches nothing."));
}

#[test]
fn where_the_box_moves_devices_that_keep_their_addresses_are_thought_of() {
    let moved = |address: &str, lends: bool| {
        let found = changed(|settings| {
            let office = settings.zones.get_mut(&zone("office")).unwrap();
            let ipv4 = office.ipv4.as_mut().unwrap();
            ipv4.address = address.parse().unwrap();
            ipv4.dhcp = ipv4.dhcp.take().filter(|_| lends);
            settings.management.from[0].addresses = Addresses::All;
            settings.crm.reachable_from[0].addresses = Addresses::All;
        });
        let mut found = found.into_iter();
        found.find(|one| matches!(one, Finding::RouterMoved { .. }))
    };
    for address in ["192.168.10.9/24", "192.168.9.1/22", "192.168.10.9/25"] {
        let found = moved(address, false).unwrap();
        let after = address.split_once('/').unwrap().0.parse().unwrap();
        let before = "192.168.10.1".parse().unwrap();
        let (zone, lends) = (zone("office"), false);
        assert_eq!(found, Finding::RouterMoved { zone, before, after, lends });
        assert!(found.text(Language::English).ends_with("as router and name server."), "{found:?}");
    }
    let lent = moved("192.168.10.9/24", true).unwrap().text(Language::English);
    assert!(lent.contains("reconnects or renews its address, which may take 12 hours."), "{lent}");
    // Nobody keeps an address there: that is said of the zone's addresses.
    assert_eq!(moved("10.7.0.1/24", false), None);
    assert_eq!(moved("192.168.10.1/23", false), None);
}

#[test]
fn ipv6_off_is_told_by_zone() {
    let found = changed(|settings| {
        settings.zones.get_mut(&zone("guest")).unwrap().ipv6 = Ipv6Zone::Off;
    });
    let before = Some("fd12:3456:789a:14::/64".parse().unwrap());
    assert_eq!(found[0], Finding::Moved { zone: zone("guest"), before, after: None });
    assert_eq!(found.len(), 1, "{found:#?}");
    let turned = |settings: &Settings| {
        let mut off = settings.clone();
        off.zones.get_mut(&zone("guest")).unwrap().ipv6 = Ipv6Zone::Off;
        between(&off, settings, None)
    };
    let found = turned(&example());
    assert_eq!(found, [Finding::Moved { zone: zone("guest"), before: None, after: before }]);
}

#[test]
fn what_opens_for_ipv4_and_closes_for_ipv6_is_not_said_of_the_zone() {
    let list = ["192.168.10.0/25", "fd12:3456:789a:a::/64"];
    let list = list.map(|network| network.parse().unwrap()).to_vec();
    let mut before = example();
    before.crm.reachable_from[0].addresses = Addresses::List(list);
    let mut after = before.clone();
    before.zones.get_mut(&zone("crm")).unwrap().ipv4 = None;
    after.zones.get_mut(&zone("crm")).unwrap().ipv6 = Ipv6Zone::Off;
    let found = between(&before, &after, None);
    let (v4, v6) =
        (part("office", &["192.168.10.0/25"]), part("office", &["fd12:3456:789a:a::/64"]));
    assert!(found.contains(&opened(v4, &[Place::Crm], &PAGES)), "{found:#?}");
    assert!(found.contains(&closed(v6, &[Place::Crm], &PAGES)), "{found:#?}");
}

#[test]
fn a_zone_that_is_new_is_listed_with_what_it_reaches() {
    let printer = |settings: &mut Settings| {
        let mut new = settings.zones[&zone("guest")].clone();
        new.vlan = settings::VlanId::new(40).unwrap();
        let ipv4 = new.ipv4.as_mut().unwrap();
        ipv4.address = "192.168.40.1/24".parse().unwrap();
        ipv4.dhcp = None;
        settings.zones.insert(zone("printer"), new);
        let trunk = settings.ports.values_mut().find_map(|port| match &mut port.role {
            PortRole::Trunk(zones) => Some(zones),
            _ => None,
        });
        trunk.unwrap().push(zone("printer"));
        settings.policies.push(policy("office", "printer", Allow::All));
        settings.policies.push(policy("guest", "printer", Allow::All));
    };
    let found = changed(printer);
    let (to, services) = (Place::Zone(zone("printer")), [Traffic::Dns, Traffic::Time]);
    let expected = [
        opened(all_of("guest"), std::slice::from_ref(&to), &ALL),
        opened(all_of("office"), std::slice::from_ref(&to), &ALL),
        opened(all_of("printer"), &[Place::Box], &services),
    ];
    assert_eq!(found, expected);
    let mut before = example();
    printer(&mut before);
    let found = between(&before, &example(), None);
    assert_eq!(found[0], closed(all_of("guest"), &[to], &ALL));
    assert_eq!(found.len(), 3);
}

#[test]
fn without_wan_nobody_reaches_the_internet() {
    let (settings, with) = (example(), context());
    let without = Context { wan: None, ..context() };
    let rules = [&with, &without].map(|context| compile(&settings, context));
    let side = |context, index: usize| Side {
        settings: &settings,
        context,
        rules: rules[index].check().unwrap(),
    };
    let found = reach(&side(&with, 0), &side(&without, 1), None);
    let expected = [
        closed(all_of("guest"), &[Place::Internet], &WEB),
        closed(all_of("office"), &[Place::Internet], &ALL),
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_internet_inside_is_a_finding_of_its_own() {
    let found = with_rules(|rules| {
        let chains = rules.tables.iter_mut().flat_map(|table| &mut table.chains);
        for chain in chains.filter(|chain| chain.name.as_str() == "forward") {
            chain.base.as_mut().unwrap().policy = ChainPolicy::Accept;
            chain.rules.retain(|rule| rule.comment.as_str() != "no policy allows it");
        }
    });
    let inside: Vec<&Finding> = found
        .iter()
        .filter(|finding| matches!(finding, Finding::InternetReachesInside { .. }))
        .collect();
    let places = ["crm", "guest", "office"].map(|name| Place::Zone(zone(name)));
    let expected: Vec<Finding> = places
        .into_iter()
        .chain([Place::Crm])
        .map(|to| Finding::InternetReachesInside { to })
        .collect();
    assert_eq!(inside, expected.iter().collect::<Vec<_>>());
    assert!(inside.iter().all(|finding| finding.weight() == Weight::Warning));
    // What else opened is told too, towards the CRM as a warning.
    assert!(found.contains(&opened(all_of("guest"), &[Place::Crm], &ALL)), "{found:#?}");
    assert!(
        found[2].text(Language::English).starts_with("office can be reached from the internet."),
        "{found:#?}"
    );
}

#[test]
fn forged_senders_from_the_internet_are_tried() {
    let found = with_rules(|rules| {
        let chains = &mut rules.tables[0].chains;
        for chain in chains {
            match chain.name.as_str() {
                "spoof_wan" => chain.rules.retain(|rule| !rule.comment.as_str().contains("zones")),
                "forward" => {
                    let last = chain.rules.last_mut().unwrap();
                    last.action = Action::Verdict(Verdict::Accept);
                    last.matches = from_inside();
                }
                _ => {}
            }
        }
    });
    let inside = Finding::InternetReachesInside { to: Place::Zone(zone("office")) };
    assert!(found.contains(&inside), "{found:#?}");
}

/// Only packets whose source is one of ours.
fn from_inside() -> Vec<firewall::ir::Match> {
    use firewall::ir::{Field, IpVersion, Match, Name, Value};
    vec![
        Match::Is {
            field: Field::IpVersion,
            value: Value::IpVersion(IpVersion::V4),
            negated: false,
        },
        Match::In {
            fields: vec![Field::Ip4Source],
            set: Name::new("inside4").unwrap(),
            negated: false,
        },
    ]
}

#[test]
fn the_box_open_to_the_internet_warns() {
    let found = with_rules(|rules| {
        let chains = rules.tables.iter_mut().flat_map(|table| &mut table.chains);
        for chain in chains.filter(|chain| chain.name.as_str() == "input_wan") {
            let mut rule = chain.rules[0].clone();
            rule.matches.clear();
            rule.action = Action::Verdict(Verdict::Accept);
            chain.rules.push(rule);
        }
    });
    let [Finding::Opened { from: Sender::Internet, to, what, .. }] = &found[..] else {
        panic!("{found:#?}")
    };
    assert_eq!((&to[..], what.contains(&Traffic::AdminPages)), (&[Place::Box][..], true));
    assert_eq!(found[0].weight(), Weight::Warning);
}

#[test]
fn texts_are_in_both_languages() {
    let settings = changed(|settings| settings.policies.clear());
    let chinese: Vec<String> =
        settings.iter().map(|finding| finding.text(Language::Chinese)).collect();
    assert_eq!(
        chinese,
        ["分区“guest”不能再访问互联网：网页。", "分区“office”完全不能再访问互联网。"]
    );
}
