//! Rulesets in the kernel, seen by nft(8) and by our own reading back.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod common;

use common::{forward, in_new_namespace, name, networks, nft_load, plain, rule, run, table_id};
use firewall::ir::*;
use kernel::nft::{self, Difference, NftError, Object};

/// Everything a ruleset can hold.
fn everything() -> Ruleset {
    let interface = |text: &str| Value::Interface(InterfaceName::new(text).expect(text));
    let is = |field, value| Match::Is { field, value, negated: false };
    let is_not = |field, value| Match::Is { field, value, negated: true };
    let v4 = || is(Field::IpVersion, Value::IpVersion(IpVersion::V4));
    let v6 = || is(Field::IpVersion, Value::IpVersion(IpVersion::V6));
    let tcp = || is(Field::Protocol, Value::Protocol(Protocol::Tcp));
    let icmpv6 = || is(Field::Protocol, Value::Protocol(Protocol::Icmpv6));
    let ip4 = |text: &str| Value::Ip4(text.parse().expect(text));
    let ip6 = |text: &str| Value::Ip6(text.parse().expect(text));
    let within = |fields: &[Field], set: &str, negated| Match::In {
        fields: fields.to_vec(),
        set: name(set),
        negated,
    };
    let accept = Verdict::Accept;
    let act =
        |matches, action, counter| Rule { matches, counter, action, comment: Comment::new("acts") };
    let set = |text: &str, key: &[KeyType], elements: Vec<Vec<Value>>| Set {
        name: name(text),
        key: key.to_vec(),
        elements,
        timed: false,
    };
    let map = |text: &str, key: &[KeyType], entries: Vec<(Vec<Value>, Verdict)>| VerdictMap {
        name: name(text),
        key: key.to_vec(),
        entries,
    };
    let look_up = |fields: &[Field], map: &str| {
        act(Vec::new(), Action::Map { fields: fields.to_vec(), map: name(map) }, false)
    };
    let base = |kind, hook, priority, policy| Some(Base { kind, hook, priority, policy });
    let forward = vec![
        look_up(&[Field::CtState], "by_state"),
        look_up(&[Field::InputInterface, Field::OutputInterface], "pair"),
        rule(vec![Match::CtState(vec![CtState::New, CtState::Related])], accept.clone(), "state"),
        rule(vec![is(Field::InputInterface, interface("eth0"))], accept.clone(), "in"),
        rule(
            vec![is_not(Field::OutputInterface, interface("a-long-name-15"))],
            accept.clone(),
            "out",
        ),
        rule(vec![v4(), is(Field::Ip4Source, ip4("10.1.2.0/23"))], accept.clone(), "net"),
        rule(vec![v4(), is(Field::Ip4Source, ip4("10.1.0.0/16"))], accept.clone(), "whole bytes"),
        rule(vec![v4(), is_not(Field::Ip4Destination, ip4("10.1.2.3/32"))], accept.clone(), "host"),
        rule(vec![v6(), is(Field::Ip6Source, ip6("fd00::/8"))], accept.clone(), "net"),
        rule(vec![v6(), is(Field::Ip6Destination, ip6("fd00::1/128"))], accept.clone(), "host"),
        rule(vec![v6(), is(Field::HopLimit, Value::HopLimit(255))], accept.clone(), "limit"),
        rule(vec![tcp(), is(Field::DestinationPort, Value::Port(443))], accept.clone(), "port"),
        rule(vec![v4(), Match::Rate { per_second: 100, burst: 300 }], accept.clone(), "few"),
        rule(vec![tcp(), is_not(Field::SourcePort, Value::Port(80))], accept.clone(), "no port"),
        rule(vec![v6(), icmpv6(), is(Field::IcmpType, Value::IcmpType(135))], accept.clone(), "nd"),
        rule(vec![v6(), icmpv6(), within(&[Field::IcmpType], "kinds", false)], accept.clone(), "k"),
        rule(vec![v4(), within(&[Field::Ip4Source], "nets4", false)], accept.clone(), "in set"),
        rule(
            vec![is(Field::SourceMac, Value::Mac([2, 0, 0, 0, 0, 7]))],
            accept.clone(),
            "one card",
        ),
        rule(
            vec![tcp(), within(&[Field::DestinationPort], "ranges", false)],
            accept.clone(),
            "port in ranges",
        ),
        rule(vec![v4(), within(&[Field::Ip4Source], "nets4", true)], accept.clone(), "not in set"),
        rule(vec![v6(), within(&[Field::Ip6Source], "nets6", false)], accept.clone(), "in set"),
        rule(
            vec![
                v4(),
                tcp(),
                within(&[Field::Ip4Source, Field::DestinationPort], "hostport", false),
            ],
            accept.clone(),
            "tuple of unequal parts",
        ),
        rule(
            vec![
                v4(),
                within(
                    &[Field::InputInterface, Field::Ip4Source, Field::OutputInterface],
                    "three",
                    true,
                ),
            ],
            accept.clone(),
            "tuple of three",
        ),
        act(vec![v6(), icmpv6()], Action::Reject, true),
        rule(vec![within(&[Field::SourceMac], "cards", false)], accept.clone(), "a card"),
        rule(vec![is(Field::SourceMac, Value::Mac([2, 0, 0, 0, 0, 1]))], accept.clone(), "one"),
        act(vec![v4()], Action::Log(Log::ours(name("refused_forward"))), false),
        act(
            Vec::new(),
            Action::Log(Log { group: 65_535, prefix: name("rule_2"), per_second: 1, burst: 5 }),
            true,
        ),
        rule(Vec::new(), Verdict::Jump(name("sub")), &"x".repeat(200)),
        rule(Vec::new(), Verdict::Drop, "all the rest"),
    ];
    let eth = |number: u8| interface(&format!("eth{number}"));
    let inet = Table {
        id: table_id(Family::Inet, "gatehouse"),
        sets: vec![
            set(
                "nets4",
                &[KeyType::Ip4],
                [
                    "0.0.0.0/8",
                    "10.0.0.0/9",
                    "10.128.0.0/9",
                    "192.168.1.1/32",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                ]
                .map(|text| vec![ip4(text)])
                .into(),
            ),
            set(
                "nets6",
                &[KeyType::Ip6],
                ["::/8", "fd00::/64", "ff00::/8"].map(|t| vec![ip6(t)]).into(),
            ),
            set(
                "kinds",
                &[KeyType::IcmpType],
                vec![vec![Value::IcmpType(128)], vec![Value::IcmpType(135)]],
            ),
            set(
                "hostport",
                &[KeyType::Ip4, KeyType::Port],
                vec![vec![ip4("10.0.0.1/32"), Value::Port(443)]],
            ),
            set(
                "three",
                &[KeyType::Interface, KeyType::Ip4, KeyType::Interface],
                vec![vec![eth(1), ip4("10.0.0.1/32"), eth(2)]],
            ),
            set("cards", &[KeyType::Mac], vec![vec![Value::Mac([2, 0, 0, 0, 0, 9])]]),
            set("users", &[KeyType::Uid], vec![vec![Value::Uid(101)], vec![Value::Uid(65_000)]]),
            set("protocols", &[KeyType::Protocol], vec![vec![Value::Protocol(Protocol::Udp)]]),
            set("hosts", &[KeyType::Ip4], vec![vec![ip4("10.0.0.1/32")]]),
            set("nobody", &[KeyType::Ip6], Vec::new()),
            set(
                "ranges",
                &[KeyType::Port],
                vec![
                    vec![Value::Port(22)],
                    vec![Value::Ports(7000, 7009)],
                    vec![Value::Ports(65_000, 65_535)],
                ],
            ),
        ],
        maps: vec![
            map(
                "by_state",
                &[KeyType::CtState],
                vec![
                    (vec![Value::CtState(CtState::Established)], Verdict::Accept),
                    (vec![Value::CtState(CtState::Invalid)], Verdict::Drop),
                ],
            ),
            map(
                "pair",
                &[KeyType::Interface, KeyType::Interface],
                vec![
                    (vec![eth(0), eth(1)], Verdict::Jump(name("sub"))),
                    (vec![eth(1), eth(0)], Verdict::Return),
                ],
            ),
        ],
        chains: vec![
            Chain {
                name: name("forward"),
                base: base(ChainKind::Filter, Hook::Forward, 0, Policy::Drop),
                rules: forward,
            },
            Chain {
                name: name("output"),
                base: base(ChainKind::Filter, Hook::Output, 0, Policy::Accept),
                rules: vec![
                    rule(vec![is(Field::SocketUid, Value::Uid(0))], accept.clone(), "root"),
                    rule(vec![within(&[Field::SocketUid], "users", true)], Verdict::Drop, "users"),
                    rule(
                        vec![within(&[Field::Protocol], "protocols", false)],
                        accept.clone(),
                        "udp",
                    ),
                ],
            },
            Chain {
                name: name("first"),
                base: base(ChainKind::Filter, Hook::Prerouting, -300, Policy::Accept),
                rules: Vec::new(),
            },
            Chain {
                name: name("translate"),
                base: base(ChainKind::Nat, Hook::Postrouting, 100, Policy::Accept),
                rules: vec![act(
                    vec![is(Field::OutputInterface, interface("wan"))],
                    Action::Masquerade,
                    true,
                )],
            },
            Chain {
                name: name("sub"),
                base: None,
                rules: vec![rule(Vec::new(), Verdict::Return, "back")],
            },
        ],
    };
    let bridge = Table {
        id: table_id(Family::Bridge, "gatehouse"),
        sets: vec![set("cards", &[KeyType::Mac], vec![vec![Value::Mac([2, 0, 0, 0, 0, 9])]])],
        maps: Vec::new(),
        chains: vec![Chain {
            name: name("forward"),
            base: base(ChainKind::Filter, Hook::Forward, 0, Policy::Accept),
            rules: vec![
                rule(vec![is(Field::InputInterface, interface("crm0"))], Verdict::Drop, "crm"),
                rule(vec![is(Field::VlanId, Value::VlanId(30))], Verdict::Drop, "tag"),
                rule(vec![within(&[Field::SourceMac], "cards", false)], Verdict::Drop, "from"),
                rule(vec![within(&[Field::DestinationMac], "cards", true)], Verdict::Drop, "to"),
                rule(
                    vec![is(Field::EtherType, Value::EtherType(EtherType::Tag))],
                    Verdict::Drop,
                    "tag in a tag",
                ),
                rule(
                    vec![
                        is(Field::Protocol, Value::Protocol(Protocol::Udp)),
                        is(Field::DestinationPort, Value::Port(68)),
                    ],
                    Verdict::Drop,
                    "server",
                ),
                rule(
                    vec![
                        is(Field::Protocol, Value::Protocol(Protocol::Icmpv6)),
                        is(Field::IcmpType, Value::IcmpType(134)),
                    ],
                    Verdict::Drop,
                    "router",
                ),
            ],
        }],
    };
    Ruleset {
        tables: vec![inet, bridge],
        removed: vec![table_id(Family::Inet, "gatehouse-lock"), table_id(Family::Bridge, "absent")],
    }
}

/// Rules as `nft` prints them for a reader; it may put elements of a hash in any order, and chains and sets in
/// the one in which they were made.
fn listing() -> Vec<Vec<String>> {
    let text = plain(&run(&["nft", "list", "ruleset"]));
    let tables = text.split("\ntable ").flat_map(|table| {
        let (head, contents) = table.split_once('\n').expect("a table");
        let contents = contents.trim_end().trim_end_matches('}').to_owned();
        let head = head.trim_start_matches("table ").to_owned();
        let blocks: Vec<_> =
            contents.split("\n\n").map(|block| format!("{head}\n{block}")).collect();
        blocks
    });
    let mut blocks: Vec<_> = tables.map(|block| lines(&block)).collect();
    blocks.sort();
    blocks
}

fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut elements: Option<String> = None;
    for line in text.lines().map(str::trim) {
        let open = elements.take().or_else(|| line.starts_with("elements").then(String::new));
        match open {
            Some(before) => {
                let all = before + " " + line;
                if all.ends_with('}') {
                    let inner = all.replace("elements = {", "").replace('}', "");
                    let mut parts: Vec<&str> = inner.split(',').map(str::trim).collect();
                    parts.sort_unstable();
                    lines.push(parts.join(", "));
                } else {
                    elements = Some(all);
                }
            }
            None => lines.push(line.to_owned()),
        }
    }
    lines
}

#[test]
fn loads_what_nft_loads() {
    let ruleset = everything();
    let checked = ruleset.check().expect("it is a good ruleset");
    let ours = in_new_namespace(|| {
        nft_load("table inet gatehouse-lock { chain c { }\n}\n");
        nft::replace(checked).expect("loads");
        assert_eq!(nft::differences(checked).expect("reads back"), []);
        listing()
    });
    let theirs = in_new_namespace(|| {
        nft_load(&ruleset.to_string());
        // What nft loads is, attribute by attribute, not what we send; what it means is compared.
        listing()
    });
    assert_eq!(ours, theirs);
}

#[test]
fn replaces_all_tables_at_once_and_lifts_the_lock() {
    let ruleset = everything();
    let checked = ruleset.check().expect("good");
    in_new_namespace(|| {
        nft_load(
            "table inet gatehouse-lock { chain c { }\n}\n\ntable inet other { chain c { }\n}\n",
        );
        for _ in 0..3 {
            nft::replace(checked).expect("loads");
        }
        let text = run(&["nft", "list", "tables"]);
        assert!(!text.contains("gatehouse-lock"), "{text}");
        assert!(text.contains("table inet other"), "others' tables are left alone: {text}");
        assert_eq!(text.lines().filter(|line| line.contains("gatehouse")).count(), 2);
        assert_eq!(nft::differences(checked).expect("reads back"), []);
    });
}

#[test]
fn a_refused_part_leaves_the_former_ruleset_and_is_named() {
    let good = everything();
    in_new_namespace(|| {
        nft::replace(good.check().expect("good")).expect("loads");
        let before = run(&["nft", "list", "ruleset"]);
        let rules = (0..500)
            .map(|number| match number {
                300 => rule(Vec::new(), Verdict::Jump(name("nowhere")), "the culprit"),
                _ => rule(Vec::new(), Verdict::Accept, "fine"),
            })
            .collect();
        let bad = forward(rules, Vec::new());
        let transaction = nft::Transaction::whole(&bad).expect("encodes");
        let error = transaction.send().expect_err("refused");
        let NftError::Refused { object: Object::Rule { number, comment, .. }, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!((*number, comment.as_str()), (301, "the culprit"));
        assert_eq!(run(&["nft", "list", "ruleset"]), before);
    });
}

#[test]
fn refuses_tcp_by_reset_and_the_rest_by_icmp() {
    let reject = Rule {
        matches: Vec::new(),
        counter: false,
        action: Action::Reject,
        comment: Comment::new("no"),
    };
    let ruleset = forward(vec![reject], Vec::new());
    in_new_namespace(|| {
        let checked = ruleset.check().expect("good");
        nft::replace(checked).expect("loads");
        assert_eq!(nft::differences(checked).expect("reads back"), []);
        let text = run(&["nft", "list", "ruleset"]);
        assert!(text.contains("meta l4proto tcp reject with tcp reset comment"), "{text}");
        assert!(text.contains("\t\treject with icmpx admin-prohibited comment"), "{text}");
        nft_load(&ruleset.to_string());
        assert_eq!(run(&["nft", "list", "ruleset"]), text, "its text says the same");
    });
}

#[test]
fn many_rules_and_a_large_set() {
    let rules = (0..10_000).map(|number| rule(Vec::new(), Verdict::Return, &format!("{number}")));
    let ruleset = forward(rules.collect(), vec![networks(20_000)]);
    let checked = ruleset.check().expect("good");
    in_new_namespace(|| {
        nft::replace(checked).expect("loads");
        nft::replace(checked).expect("replaces");
        assert_eq!(nft::differences(checked).expect("reads back"), []);
        let text = run(&["nft", "list", "ruleset"]);
        assert_eq!(text.lines().filter(|line| line.contains("return comment")).count(), 10_000);
        assert_eq!(text.matches(".0/24").count(), 20_000);
    });
}

fn plainly(difference: Difference) -> Difference {
    match difference {
        Difference::Changed(Object::Elements { table, set }) => {
            Difference::Changed(Object::Elements { table, set: plain(&set) })
        }
        other => other,
    }
}

#[test]
fn reading_back_notices_each_change_and_loading_again_mends_it() {
    let ruleset = everything();
    let checked = ruleset.check().expect("good");
    let table = || table_id(Family::Inet, "gatehouse");
    let after = |command: &str| {
        in_new_namespace(|| {
            nft::replace(checked).expect("loads");
            let sets = run(&["nft", "list", "ruleset"]);
            let mut words = sets.split_whitespace();
            let mut known = |name: &str| words.find(|word| plain(word) == name).map(str::to_owned);
            let command = match command.split(' ').find_map(|word| word.strip_prefix('@')) {
                Some(name) => command.replace(&format!("@{name}"), &known(name).expect("a set")),
                None => command.to_owned(),
            };
            nft_load(&command);
            let found = nft::differences(checked).expect("reads back");
            // It is mended, and nothing is left over.
            nft::replace(checked).expect("loads");
            assert_eq!(nft::differences(checked).expect("reads back"), [], "{command}");
            found.into_iter().map(plainly).collect::<Vec<_>>()
        })
    };
    let chain = |text: &str| Object::Chain { table: table(), chain: text.to_owned() };
    let set = |text: &str| Object::Set { table: table(), set: text.to_owned() };
    let elements = |text: &str| Object::Elements { table: table(), set: text.to_owned() };
    assert_eq!(after("delete table inet gatehouse"), [Difference::Missing(Object::Table(table()))]);
    assert_eq!(
        after("add table inet gatehouse-lock"),
        [Difference::Unexpected(Object::Table(table_id(Family::Inet, "gatehouse-lock")))]
    );
    assert_eq!(
        after("chain inet gatehouse forward { policy accept; }"),
        [Difference::Changed(chain("forward"))]
    );
    assert_eq!(after("add chain inet gatehouse more"), [Difference::Unexpected(chain("more"))]);
    assert_eq!(
        after("add element inet gatehouse @hosts { 10.0.0.2 }"),
        [Difference::Changed(elements("hosts"))]
    );
    assert_eq!(
        after("delete element inet gatehouse @by_state { invalid }"),
        [Difference::Changed(elements("by_state"))]
    );
    assert_eq!(
        after("add set inet gatehouse more { type ipv4_addr; }"),
        [Difference::Unexpected(set("more"))]
    );
    assert!(matches!(
        after("add rule inet gatehouse translate accept").as_slice(),
        [Difference::Unexpected(Object::Rule { number: 2, .. })]
    ));
    assert!(matches!(
        after("flush chain inet gatehouse translate").as_slice(),
        [Difference::Missing(Object::Rule { number: 1, .. })]
    ));
    assert!(matches!(
        after("flush chain inet gatehouse sub\nadd rule inet gatehouse sub counter accept comment \"back\"")
            .as_slice(),
        [Difference::Changed(Object::Rule { number: 1, .. })]
    ));
}
