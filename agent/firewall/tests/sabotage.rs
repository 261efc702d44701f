//! Each protection is one that something depends on: without it a packet passes that must not.
#![cfg(feature = "sabotage")]
#![allow(clippy::expect_used, reason = "tests")]

mod common;

use common::{
    NETWORKD, Shape, context, decide, example, frame, internet, ip, mark, packet, tcp, udp,
};
use firewall::ir::CtState;
use firewall::simulate::{Packet, Path, Transport};
use firewall::{Sabotage, compile, compile_with};

/// A packet that passes only without the protection.
fn victim(sabotage: Sabotage) -> Option<(Path, Packet)> {
    let between =
        |source: &str, destination: &str, carries| packet(ip(source), ip(destination), carries);
    let to_crm = |source: &str, port| {
        (Path::Through, between(source, "192.168.30.10", tcp(port)).from("z-office").to("z-crm"))
    };
    let crm_out = between("192.168.30.10", "9.9.9.9", tcp(443)).from("z-crm");
    let forged = |source: &str, from: &str| {
        let sent = between(source, "192.168.10.20", tcp(443)).from(from).to("z-office");
        let mark = mark(&compile(&example(), &context()));
        (Path::Through, sent.state(CtState::Established).marked(mark))
    };
    Some(match sabotage {
        Sabotage::BridgeForward => (Path::BridgeThrough, frame("eth1").to("crm0")),
        Sabotage::BridgeInput => (Path::BridgeToBox, frame("eth1").vlan(30)),
        Sabotage::RogueServers => {
            let offer = between("192.168.10.20", "255.255.255.255", udp(67, 68));
            (Path::BridgeThrough, offer.from("eth1").to("eth2"))
        }
        Sabotage::CrmSources => to_crm("192.168.10.200", 443),
        Sabotage::V6Refusal => {
            let sent = between("fd12:3456:789a:a::20", "fd12:3456:789a:1e::a", tcp(443));
            (Path::Through, sent.from("z-office").to("z-crm"))
        }
        Sabotage::CrmPorts => to_crm("192.168.10.20", 22),
        Sabotage::CrmEgress => (Path::Through, crm_out.to("wan0")),
        Sabotage::CrmInput => {
            (Path::ToBox, between("192.168.30.10", "192.168.30.1", tcp(53)).from("z-crm"))
        }
        Sabotage::SpoofCrm => forged("192.168.30.11", "z-crm"),
        Sabotage::SpoofZone => forged("192.168.30.10", "z-guest"),
        Sabotage::SpoofWan => forged("192.168.30.10", "wan0"),
        Sabotage::RoutesFromWan => (
            Path::Through,
            between("192.168.10.20", "192.168.30.10", tcp(443)).from("z-office").to("wan0"),
        ),
        Sabotage::Bogons => forged("192.0.2.1", "wan0"),
        Sabotage::Loopback => {
            let (_, known) = forged("9.9.9.9", "wan0");
            let loopback = between("9.9.9.9", "127.0.0.1", tcp(80)).from("wan0");
            (Path::ToBox, loopback.state(CtState::Established).marked(known.mark))
        }
        Sabotage::UnknownInterface => forged("192.168.30.10", "eth7"),
        Sabotage::CtInvalid => {
            let sent = between("fe80::1", "fe80::2", udp(547, 546)).from("wan0");
            (Path::ToBox, sent.state(CtState::Invalid))
        }
        Sabotage::OldConnections => {
            let (path, sent) = to_crm("192.168.10.200", 443);
            (path, sent.state(CtState::Established))
        }
        Sabotage::OldAnswers => {
            let (path, sent) = to_crm("192.168.10.200", 443);
            (path, sent.answer())
        }
        Sabotage::ErrorsFromElsewhere => {
            let error = between("192.168.20.20", "192.168.30.10", Transport::Icmp(3));
            let error = error.from("z-guest").to("z-crm").state(CtState::Related);
            let about = Some((ip("192.168.10.20"), ip("192.168.30.10")));
            let mark = mark(&compile(&example(), &context()));
            (Path::Through, Packet { about, ..error.marked(mark) })
        }
        Sabotage::GuestInput => {
            (Path::ToBox, between("192.168.20.20", "192.168.20.1", tcp(443)).from("z-guest"))
        }
        Sabotage::ManagementSources => {
            (Path::ToBox, between("192.168.10.200", "192.168.10.1", tcp(443)).from("z-office"))
        }
        Sabotage::WanInput => {
            (Path::ToBox, between("9.9.9.9", "100.64.0.2", tcp(443)).from("wan0"))
        }
        Sabotage::InputPolicy => {
            (Path::ToBox, between("192.168.30.10", "192.168.30.1", tcp(443)).from("z-crm"))
        }
        Sabotage::ForwardPolicy => (
            Path::Through,
            between("192.168.20.20", "192.168.10.20", tcp(443)).from("z-guest").to("z-office"),
        ),
        Sabotage::OutputPolicy => {
            (Path::FromBox, between("100.64.0.2", "9.9.9.9", tcp(443)).to("wan0").uid(1000))
        }
        Sabotage::OutputUsers => (
            Path::FromBox,
            between("100.64.0.2", "9.9.9.9", udp(40_000, 53)).to("wan0").uid(NETWORKD),
        ),
        Sabotage::HopLimit => {
            let sent = between("fe80::20", "ff02::1", Transport::Icmpv6(136)).from("z-office");
            (Path::ToBox, sent.state(CtState::Untracked))
        }
        // Not about passing: see below.
        Sabotage::Masquerade | Sabotage::LockRemoval => return None,
    })
}

#[test]
fn every_protection_is_needed() {
    let whole = compile(&example(), &context());
    for sabotage in Sabotage::ALL {
        let name = sabotage.name();
        let broken = compile_with(&example(), &context(), *sabotage);
        broken.check().expect(name);
        assert_ne!(broken.hash(), whole.hash(), "{name} changes nothing");
        if let Some((path, sent)) = victim(*sabotage) {
            let decision = decide(&whole, &sent, path);
            assert!(!decision.passed(), "{name}: {sent:?} {:?}", decision.decisive());
            let decision = decide(&broken, &sent, path);
            assert!(decision.passed(), "{name}: {sent:?} {:?}", decision.decisive());
        }
    }
}

#[test]
fn those_that_are_not_about_passing() {
    let office = ip("192.168.10.20");
    let sent = packet(office, internet(office), tcp(443)).from("z-office").to("wan0");
    let broken = compile_with(&example(), &context(), Sabotage::Masquerade);
    assert!(!decide(&broken, &sent, Path::Through).masqueraded);
    assert_eq!(compile_with(&example(), &context(), Sabotage::LockRemoval).removed, []);
}
