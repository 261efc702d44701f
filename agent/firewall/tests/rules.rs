//! Each rule of the example's ruleset: a packet that it lets pass, and its neighbours that it
//! refuses. Who decided is compared by the rule's comment.
#![allow(clippy::expect_used, reason = "tests")]

mod common;

use common::{
    CHRONY, DNSMASQ, NETWORKD, RESOLVER, Shape, context, decide, example, frame, ip, mark, packet,
    passes, tcp, udp,
};
use firewall::compile;
use firewall::ir::{Action, CtState, EtherType, Rule, Ruleset, Verdict};
use firewall::simulate::{Packet, Path, Transport};
use settings::Settings;

const OFFICE: &str = "192.168.10.20";
const OFFICE6: &str = "fd12:3456:789a:a::20";
const GUEST: &str = "192.168.20.20";
const CRM: &str = "192.168.30.10";
const CRM6: &str = "fd12:3456:789a:1e::a";
const ROUTER: &str = "192.168.10.1";
const ROUTER6: &str = "fd12:3456:789a:a::1";
const LOCAL: &str = "fe80::20";
const ALL_NODES: &str = "ff02::1";
const OUTSIDE: &str = "9.9.9.9";

fn ruleset() -> Ruleset {
    compile(&example(), &context())
}

fn between(source: &str, destination: &str, carries: Transport) -> Packet {
    packet(ip(source), ip(destination), carries)
}

#[track_caller]
fn yes(path: Path, sent: Packet) {
    let decision = decide(&ruleset(), &sent, path);
    assert!(decision.passed(), "{sent:?} was stopped by {:?}", decision.decisive());
}

#[track_caller]
fn no(path: Path, sent: Packet) {
    let decision = decide(&ruleset(), &sent, path);
    assert!(!decision.passed(), "{sent:?} was let pass by {:?}", decision.decisive());
}

/// Stopped by this rule.
#[track_caller]
fn no_because(path: Path, sent: Packet, why: &str) {
    let decision = decide(&ruleset(), &sent, path);
    assert!(!decision.passed(), "{sent:?} was let pass by {:?}", decision.decisive());
    let by = decision.decisive().and_then(|step| step.by.as_ref());
    assert_eq!(by.map(|rule| rule.comment.as_str()), Some(why), "{sent:?}");
}

#[test]
fn dhcp_dns_and_time_for_zones() {
    let broadcast = "255.255.255.255";
    for zone in ["z-office", "z-guest"] {
        yes(Path::ToBox, between("0.0.0.0", broadcast, udp(68, 67)).from(zone));
        no(Path::ToBox, between("0.0.0.0", broadcast, udp(68, 69)).from(zone));
        no(Path::ToBox, between("0.0.0.0", broadcast, tcp(67)).from(zone));
        no(Path::ToBox, between("0.0.0.0", ROUTER, udp(68, 67)).from(zone));
    }
    no(Path::ToBox, between("0.0.0.0", broadcast, udp(68, 67)).from("z-crm"));
    no(Path::ToBox, between("0.0.0.0", broadcast, udp(68, 67)).from("wan0"));
    for (from, source, router) in [
        ("z-office", OFFICE, ROUTER),
        ("z-office", OFFICE6, ROUTER6),
        ("z-guest", GUEST, "192.168.20.1"),
    ] {
        yes(Path::ToBox, between(source, router, udp(40_000, 53)).from(from));
        yes(Path::ToBox, between(source, router, tcp(53)).from(from));
        yes(Path::ToBox, between(source, router, udp(40_000, 123)).from(from));
        no(Path::ToBox, between(source, router, tcp(123)).from(from));
        no(Path::ToBox, between(source, router, tcp(22)).from(from));
    }
    // The router's address in another zone is not the guest's business.
    no(Path::ToBox, between(GUEST, ROUTER, udp(40_000, 53)).from("z-guest"));
    no(Path::ToBox, between(CRM, "192.168.30.1", udp(40_000, 53)).from("z-crm"));
}

#[test]
fn the_way_in() {
    for port in [80, 443] {
        yes(Path::ToBox, between(OFFICE, ROUTER, tcp(port)).from("z-office"));
        no(Path::ToBox, between("192.168.10.200", ROUTER, tcp(port)).from("z-office"));
        no(Path::ToBox, between(OFFICE6, ROUTER6, tcp(port)).from("z-office"));
        no(Path::ToBox, between(GUEST, "192.168.20.1", tcp(port)).from("z-guest"));
        no(Path::ToBox, between(OFFICE, CRM, tcp(port)).from("z-office"));
    }
    yes(Path::ToBox, between(OFFICE, ROUTER, Transport::Icmp(8)).from("z-office"));
    no(Path::ToBox, between(OFFICE, ROUTER, Transport::Icmp(13)).from("z-office"));
    no(Path::ToBox, between(GUEST, "192.168.20.1", Transport::Icmp(8)).from("z-guest"));
}

#[test]
fn neighbours_are_on_the_link() {
    for zone in ["z-office", "z-guest"] {
        for kind in [133, 135, 136] {
            let sent = between(LOCAL, ALL_NODES, Transport::Icmpv6(kind)).from(zone);
            let sent = sent.state(CtState::Untracked);
            yes(Path::ToBox, sent.clone().hops(255));
            no(Path::ToBox, sent.hops(254));
        }
        for kind in [134, 137] {
            let sent = between(LOCAL, ALL_NODES, Transport::Icmpv6(kind)).from(zone).hops(255);
            no(Path::ToBox, sent.state(CtState::Untracked));
        }
        let detection = between("::", "ff02::1:ff00:20", Transport::Icmpv6(135)).from(zone);
        yes(Path::ToBox, detection.clone().hops(255));
        no(Path::ToBox, detection.hops(64));
        let query = between(LOCAL, ALL_NODES, Transport::Icmpv6(130)).from(zone);
        yes(Path::ToBox, query.clone().hops(1));
        no(Path::ToBox, query.hops(2));
    }
    let crm = between("fe80::a", ALL_NODES, Transport::Icmpv6(135)).from("z-crm").hops(255);
    no_because(Path::ToBox, crm, "a source address that the CRM does not have");
}

#[test]
fn wan_gets_the_links_own_business_only() {
    let wan = |source, destination, carries| between(source, destination, carries).from("wan0");
    for kind in [134, 135, 136] {
        yes(Path::ToBox, wan("fe80::1", ALL_NODES, Transport::Icmpv6(kind)).hops(255));
        no(Path::ToBox, wan("fe80::1", ALL_NODES, Transport::Icmpv6(kind)).hops(64));
    }
    no(Path::ToBox, wan("2620:fe::1", ALL_NODES, Transport::Icmpv6(134)).hops(255));
    no(Path::ToBox, wan("fe80::1", ALL_NODES, Transport::Icmpv6(133)).hops(255));
    no(Path::ToBox, wan("fe80::1", ALL_NODES, Transport::Icmpv6(137)).hops(255));
    yes(Path::ToBox, wan("fe80::1", "fe80::2", udp(547, 546)));
    no(Path::ToBox, wan("2620:fe::1", "fe80::2", udp(547, 546)));
    let known = |source, destination, carries| {
        wan(source, destination, carries).state(CtState::Established).marked(mark(&ruleset()))
    };
    no(Path::ToBox, wan(OUTSIDE, "100.64.0.2", udp(67, 68)));
    yes(Path::ToBox, known(OUTSIDE, "100.64.0.2", udp(67, 68)));
    for bogon in ["0.1.2.3", "127.0.0.1", "192.0.2.1", "224.0.0.1", "240.0.0.1"] {
        no(Path::ToBox, known(bogon, "100.64.0.2", udp(67, 68)));
    }
    for bogon in ["::1", "2001:db8::1", "ff02::1", "::ffff:9.9.9.9"] {
        no(Path::ToBox, known(bogon, "2620:fe::2", tcp(443)));
    }
    // The box may stand behind another router.
    yes(Path::ToBox, known("192.168.1.1", "192.168.1.2", udp(53, 40_000)));
    let forged = known(OFFICE, "192.168.1.2", udp(53, 40_000));
    no_because(Path::ToBox, forged, "an address of our zones from outside");
}

#[test]
fn sources_are_where_they_belong() {
    let out = |source, from: &str| between(source, OUTSIDE, tcp(443)).from(from).to("wan0");
    yes(Path::Through, out(OFFICE, "z-office"));
    yes(Path::Through, out(GUEST, "z-guest"));
    no_because(
        Path::Through,
        out(OFFICE, "z-guest"),
        "a source address that the zone does not have",
    );
    no_because(Path::Through, out(ROUTER, "z-office"), "the router's own address from outside");
    no_because(Path::Through, out(OFFICE, "eth7"), "came in on an interface that has no zone");
    no_because(Path::Through, out("127.0.0.1", "z-office"), "loopback address from outside");
    let inward = between(OFFICE, "127.0.0.1", tcp(443)).from("z-office");
    no_because(Path::ToBox, inward, "loopback address from outside");
    let other = between("192.168.30.11", OFFICE, tcp(40_000)).from("z-crm").to("z-office");
    no_because(
        Path::Through,
        other.state(CtState::Established),
        "a source address that the CRM does not have",
    );
    yes(Path::ToBox, between("127.0.0.1", "127.0.0.1", tcp(443)).from("lo"));
}

#[test]
fn the_crm_and_its_answers() {
    let to_crm = |source, port| between(source, CRM, tcp(port)).from("z-office").to("z-crm");
    yes(Path::Through, to_crm(OFFICE, 443));
    yes(Path::Through, to_crm(OFFICE, 80));
    no_because(Path::Through, to_crm(OFFICE, 22), "no policy allows it");
    no(Path::Through, to_crm("192.168.10.128", 443));
    no(Path::Through, between(OFFICE, "192.168.30.11", tcp(443)).from("z-office").to("z-crm"));
    no(Path::Through, between(OFFICE, CRM, udp(40_000, 443)).from("z-office").to("z-crm"));
    no(Path::Through, between(OFFICE, CRM, Transport::Icmp(8)).from("z-office").to("z-crm"));
    no(Path::Through, between(OFFICE6, CRM6, tcp(443)).from("z-office").to("z-crm"));
    no(Path::Through, between(GUEST, CRM, tcp(443)).from("z-guest").to("z-crm"));
    no(Path::Through, to_crm(OFFICE, 443).state(CtState::Invalid));
    let answer = between(CRM, OFFICE, Transport::Tcp { source: 443, destination: 40_000 });
    let answer = answer.from("z-crm").to("z-office");
    let known = answer.clone().state(CtState::Established).marked(mark(&ruleset()));
    yes(Path::Through, known);
    no(Path::Through, answer);
}

#[test]
fn connections_of_former_rules_are_judged_by_who_opened_them() {
    let old = |sent: &Packet| sent.clone().state(CtState::Established).marked(1);
    let through = |source, destination, port| {
        between(source, destination, tcp(port)).from("z-office").to("z-crm")
    };
    let allowed = through(OFFICE, CRM, 443);
    yes(Path::Through, old(&allowed));
    yes(Path::Through, allowed.answer().marked(1));
    for forbidden in [through("192.168.10.128", CRM, 443), through(OFFICE, CRM, 22)] {
        no_because(Path::Through, old(&forbidden), "no policy allows it");
        no_because(Path::Through, forbidden.answer(), "no policy allows its connection");
    }
    // The CRM opened it: what the office says on it looks like a connection to the CRM, and is none.
    let opened = between(CRM, OFFICE, Transport::Tcp { source: 443, destination: 40_000 });
    let opened = opened.from("z-crm").to("z-office");
    no(Path::Through, old(&opened));
    no_because(Path::Through, opened.answer(), "no policy allows its connection");

    let page = |source| between(source, ROUTER, tcp(443)).from("z-office");
    yes(Path::ToBox, old(&page(OFFICE)));
    yes(Path::FromBox, page(OFFICE).answer());
    no(Path::ToBox, old(&page("192.168.10.200")));
    let why = "nothing of the box for who opened the connection";
    no_because(Path::FromBox, page("192.168.10.200").answer(), why);

    let asks = |carries| between("100.64.0.2", OUTSIDE, carries).to("wan0");
    for carries in [udp(40_000, 53), tcp(53), udp(40_000, 123), udp(68, 67), udp(546, 547)] {
        yes(Path::ToBox, asks(carries).answer());
    }
    yes(Path::FromBox, old(&asks(tcp(53))).uid(DNSMASQ));
    no(Path::FromBox, old(&asks(tcp(53))).uid(1000));
    for carries in [tcp(443), tcp(123), udp(40_000, 443)] {
        no_because(Path::ToBox, asks(carries).answer(), "the box may not ask that");
    }
    let lent = between(ROUTER, OFFICE, udp(67, 68)).to("z-office");
    yes(Path::ToBox, lent.answer());
}

#[test]
fn errors_of_connections_pass_and_redirects_never() {
    // Of what the office sent: it comes back the way of the answers.
    let about = |opener, responder| Some((ip(opener), ip(responder)));
    let told = |packet: Packet, opener, responder| {
        let about = about(opener, responder);
        Packet { about, ..packet.state(CtState::Related).marked(mark(&ruleset())) }
    };
    let back = |packet: Packet, opener, responder| Packet {
        reply: true,
        ..told(packet, opener, responder)
    };
    for (kind, expected) in [(3, true), (11, true), (12, true), (5, false), (4, false), (8, false)]
    {
        let sent = between(OUTSIDE, OFFICE, Transport::Icmp(kind)).from("wan0").to("z-office");
        let related = back(sent.clone(), OFFICE, OUTSIDE);
        no(Path::Through, related.clone().marked(0));
        let passed = passes(&ruleset(), &related, Path::Through);
        assert_eq!(passed, expected, "type {kind}");
        no(Path::Through, sent);
    }
    let big = between("2620:fe::1", OFFICE6, Transport::Icmpv6(2)).from("wan0").to("z-office");
    yes(Path::Through, back(big.clone(), OFFICE6, "2620:fe::1"));
    no(Path::Through, big);
    // Of what answered the office: with who opened the connection, and no way else.
    let error = between(OFFICE, OUTSIDE, Transport::Icmp(3)).from("z-office").to("wan0");
    yes(Path::Through, told(error.clone(), OFFICE, OUTSIDE));
    let why = "an error from where its connection does not go";
    no_because(Path::Through, back(error, OFFICE, OUTSIDE), why);
    // Of a connection with the CRM only its two ends.
    let to_crm = |from: &str, source: &str| {
        let error = between(source, CRM, Transport::Icmp(3)).from(from).to("z-crm");
        told(error, OFFICE, CRM)
    };
    yes(Path::Through, to_crm("z-office", OFFICE));
    let others = [("z-guest", GUEST), ("wan0", OUTSIDE), ("z-office", "192.168.10.200")];
    for (from, source) in others {
        no_because(Path::Through, to_crm(from, source), why);
    }
    let to_office = |from: &str, source: &str| {
        let error = between(source, OFFICE, Transport::Icmp(3)).from(from).to("z-office");
        back(error, OFFICE, CRM)
    };
    yes(Path::Through, to_office("z-crm", CRM));
    for (from, source) in [("z-guest", GUEST), ("wan0", OUTSIDE), ("z-crm", "192.168.30.66")] {
        let decision = decide(&ruleset(), &to_office(from, source), Path::Through);
        assert!(!decision.passed(), "{source} from {from}");
    }
    // The box tells its zones, never the internet.
    let tell = |to: &str, destination: &str| {
        between(ROUTER, destination, Transport::Icmp(3)).to(to).state(CtState::Related)
    };
    yes(Path::FromBox, tell("z-office", OFFICE));
    no(Path::FromBox, tell("wan0", OUTSIDE));
}

/// The example with the names asked so.
fn asking(dns: &str) -> Settings {
    let document = include_str!("../../settings/tests/example.json");
    let with = document.replacen("\"language\"", &format!("\"dns\": {dns}, \"language\""), 1);
    settings::parse(with.as_bytes()).expect("settings")
}

#[test]
fn names_are_asked_of_whom_the_settings_say() {
    let wan = |to, carries| between("100.64.0.2", to, carries).to("wan0");
    let (quad9, other) = ("9.9.9.9", "192.0.2.53");
    let tls = r#"{"upstream": {"tls": [{"address": "9.9.9.9", "name": "dns.quad9.net"}]}}"#;
    for (dns, over_tls) in [(r#"{"dnssec": true}"#, false), (tls, true)] {
        let rules = compile(&asking(dns), &context());
        let goes = |packet: Packet| passes(&rules, &packet, Path::FromBox);
        for carries in [udp(40_000, 53), tcp(53)] {
            assert!(
                goes(wan(other, carries).uid(RESOLVER)),
                "{dns}: time servers and the provider"
            );
            assert!(!goes(wan(other, carries).uid(DNSMASQ)), "{dns}: dnsmasq asks the resolver");
        }
        assert_eq!(goes(wan(quad9, tcp(853)).uid(RESOLVER)), over_tls, "{dns}");
        for (to, carries, user) in [
            (other, tcp(853), RESOLVER),
            (quad9, tcp(853), DNSMASQ),
            (quad9, tcp(853), 0),
            (quad9, tcp(443), RESOLVER),
            (quad9, udp(40_000, 853), RESOLVER),
        ] {
            assert!(!goes(wan(to, carries).uid(user)), "{dns}: {to} {carries:?} {user}");
        }
        // An answer is no question.
        let answers = |to| passes(&rules, &wan(to, tcp(853)).answer(), Path::ToBox);
        assert_eq!((answers(quad9), answers(other)), (over_tls, false), "{dns}");
    }
}

#[test]
fn the_box_says_what_its_services_need() {
    let wan = |carries| between("100.64.0.2", OUTSIDE, carries).to("wan0");
    for (carries, user) in [
        (udp(40_000, 53), DNSMASQ),
        (tcp(53), DNSMASQ),
        (udp(40_000, 123), CHRONY),
        (udp(68, 67), NETWORKD),
    ] {
        yes(Path::FromBox, wan(carries).uid(user));
        no(Path::FromBox, wan(carries).uid(0));
        no(Path::FromBox, wan(carries).uid(1000));
        no(Path::FromBox, wan(carries));
    }
    no(Path::FromBox, wan(tcp(443)).uid(DNSMASQ));
    let solicit = between("fe80::2", "ff02::1:2", udp(546, 547)).to("wan0");
    yes(Path::FromBox, solicit.clone().uid(NETWORKD));
    no(Path::FromBox, solicit.uid(1000));
    let zone = |carries| between(ROUTER, OFFICE, carries).to("z-office");
    for user in [0, DNSMASQ] {
        yes(Path::FromBox, zone(udp(67, 68)).uid(user));
        yes(Path::FromBox, zone(Transport::Icmp(8)).uid(user));
    }
    no(Path::FromBox, zone(udp(67, 68)).uid(1000));
    no(Path::FromBox, zone(tcp(22)).uid(0));
    no(Path::FromBox, between("192.168.30.1", CRM, tcp(443)).to("z-crm").uid(0));
    yes(Path::FromBox, between("127.0.0.1", "127.0.0.1", tcp(443)).to("lo").uid(1000));
}

#[test]
fn the_box_is_a_router_to_zones_and_a_host_to_wan() {
    let say =
        |to: &str, kind| between("fe80::2", ALL_NODES, Transport::Icmpv6(kind)).to(to).hops(255);
    for to in ["z-office", "wan0"] {
        yes(Path::FromBox, say(to, 135));
        yes(Path::FromBox, say(to, 136));
        no(Path::FromBox, say(to, 135).hops(64));
        no(Path::FromBox, say(to, 137));
        yes(Path::FromBox, between("fe80::2", "ff02::16", Transport::Icmpv6(143)).to(to).hops(1));
    }
    yes(Path::FromBox, say("z-office", 134).uid(DNSMASQ));
    no(Path::FromBox, say("z-office", 134).uid(1000));
    no(Path::FromBox, say("wan0", 134).uid(DNSMASQ));
    yes(Path::FromBox, say("wan0", 133));
    no(Path::FromBox, say("z-office", 133));
    no(Path::FromBox, say("z-crm", 135));
}

#[test]
fn zones_share_the_wan_address() {
    for (source, destination) in [(OFFICE, OUTSIDE), (OFFICE6, "2620:fe::9")] {
        let sent = between(source, destination, tcp(443)).from("z-office").to("wan0");
        let decision = decide(&ruleset(), &sent, Path::Through);
        assert!(decision.passed() && decision.masqueraded);
    }
    let inside = between(OFFICE, CRM, tcp(443)).from("z-office").to("z-crm");
    assert!(!decide(&ruleset(), &inside, Path::Through).masqueraded);
}

#[test]
fn at_layer_2_the_crm_has_the_router_only() {
    no(Path::BridgeThrough, frame("eth1").to("crm0"));
    no(Path::BridgeThrough, frame("crm0").to("eth1"));
    yes(Path::BridgeThrough, frame("eth1").to("eth2"));
    yes(Path::BridgeToBox, frame("crm0").vlan(30));
    no_because(Path::BridgeToBox, frame("eth1").vlan(30), "only the CRM sends into its VLAN");
    yes(Path::BridgeToBox, frame("eth1").vlan(10));
}

#[test]
fn at_layer_2_the_box_alone_serves_a_zone() {
    let v4 = |to| packet(ip("192.168.10.20"), ip("192.168.10.21"), udp(67, to)).from("eth1");
    no_because(
        Path::BridgeThrough,
        v4(68).to("eth2").vlan(10),
        "rogue DHCP: only the box gives out addresses",
    );
    no(Path::BridgeToBox, v4(68).vlan(10));
    yes(Path::BridgeToBox, v4(67).vlan(10));
    let v6 = |carries| packet(ip("fe80::20"), ip("ff02::1"), carries).from("eth1");
    no_because(
        Path::BridgeThrough,
        v6(udp(547, 546)).to("eth2"),
        "rogue DHCPv6: only the box does",
    );
    let router = v6(Transport::Icmpv6(134)).to("eth2");
    no_because(Path::BridgeThrough, router, "rogue router: only the box announces itself");
    yes(Path::BridgeThrough, v6(Transport::Icmpv6(133)).to("eth2"));
    let hidden = Packet { inner_tag: Some(EtherType::Tag), ..frame("eth1").to("eth2") };
    no_because(Path::BridgeThrough, hidden, "no tag is within another");
}

/// What is written down is what is dropped next, no more and no less, and is counted by the rule that drops.
#[test]
fn who_would_be_what_only_the_box_is_is_written_down_and_dropped() {
    let ruleset = ruleset();
    let table = ruleset.tables.iter().find(|table| table.id == firewall::rogues_table());
    let chain = table.and_then(|table| {
        table.chains.iter().find(|chain| chain.name.as_str() == firewall::ROGUES_CHAIN)
    });
    let rules = &chain.expect("the chain of rogues").rules;
    let told: Vec<_> = rules
        .windows(2)
        .filter_map(|pair| match pair {
            [Rule { action: Action::Log(log), matches, .. }, next] => {
                assert_eq!(*matches, next.matches, "{}", log.prefix);
                assert_eq!((&next.action, next.counter), (&Action::Verdict(Verdict::Drop), true));
                Some((next.comment.as_str(), log.prefix.clone()))
            }
            _ => None,
        })
        .collect();
    let prefix = |code| match code {
        "rogue_dhcp" => firewall::refused_rogue_dhcp(),
        _ => firewall::refused_rogue_router(),
    };
    let all: Vec<_> = firewall::ROGUES.iter().map(|(why, code)| (*why, prefix(*code))).collect();
    assert_eq!(told, all);
}

#[test]
fn without_wan_nothing_names_it() {
    let ruleset = compile(&example(), &firewall::Context { wan: None, ..context() });
    assert!(!ruleset.to_string().contains("wan0"));
    assert!(ruleset.to_string().lines().all(|line| !line.contains("masquerade")));
    ruleset.check().expect("can be loaded");
}

#[test]
fn the_lock_goes() {
    let removed: Vec<String> = ruleset().removed.iter().map(ToString::to_string).collect();
    assert_eq!(removed, ["inet gatehouse-lock", "bridge gatehouse-lock"]);
}
