//! Rules change while connections are open: what the new ones allow goes on, whoever speaks first, and
//! what they do not stops with the next packet.

use std::io::Write;
use std::net::{IpAddr, TcpListener, TcpStream};

use firewall::ir::{Action, Comment, Rule, Ruleset, Verdict};
use nix::sys::socket::{setsockopt, sockopt};
use nix::sys::time::{TimeVal, TimeValLike};
use testkit::{Packet, Seen, TcpFlags, icmp_error};

use super::output::{connect_as, send_as};
use crate::place::Version;
use crate::rules::UIDS;
use crate::{Bench, Place, Reach, Rules};

/// Who of a connection sends a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speaker {
    Opener,
    Opened,
}

const ORDERS: [[Speaker; 2]; 2] =
    [[Speaker::Opener, Speaker::Opened], [Speaker::Opened, Speaker::Opener]];

/// An open connection through the router.
struct Connection {
    from: (Place, IpAddr, u16),
    to: (Place, IpAddr, u16),
    /// The opener's address and port as the other end sees them.
    outside: (IpAddr, u16),
    transport: Transport,
}

#[derive(Clone, Copy)]
enum Transport {
    Tcp,
    Udp,
}

impl Connection {
    fn open(
        bench: &mut Bench,
        transport: Transport,
        from: (Place, IpAddr, u16),
        to: (Place, IpAddr, u16),
    ) -> Self {
        if let Transport::Tcp = transport {
            let outside = bench.connect(from, to);
            return Self { from, to, outside, transport };
        }
        let first = Packet::new(from.1, to.1).udp(from.2, to.2, b"first");
        let seen = bench.passes(from.0, &first, to.0);
        let outside = (seen.source().expect("source"), seen.ports.0);
        let connection = Self { from, to, outside, transport };
        connection.goes_on(bench, Speaker::Opened);
        connection
    }

    /// The packet that this end sends next, as it leaves it.
    fn packet(&self, speaker: Speaker) -> Packet {
        let ((_, opener, port), (_, opened, service)) = (self.from, self.to);
        let (source, destination) = match speaker {
            Speaker::Opener => ((opener, port), (opened, service)),
            Speaker::Opened => ((opened, service), self.outside),
        };
        let (sequence, ack) = match speaker {
            Speaker::Opener => (1001, 2001),
            Speaker::Opened => (2001, 1001),
        };
        let packet = Packet::new(source.0, destination.0);
        match self.transport {
            Transport::Tcp => packet.tcp_at(source.1, destination.1, TcpFlags::ACK, sequence, ack),
            Transport::Udp => packet.udp(source.1, destination.1, b"next"),
        }
    }

    /// Places of sender and receiver, and the packet as it arrives.
    fn way(&self, speaker: Speaker) -> (Place, Place, impl Fn(&Seen) -> bool + use<>) {
        let ((from, opener, port), (to, opened, service)) = (self.from, self.to);
        let (sender, receiver, destination, ports) = match speaker {
            Speaker::Opener => (from, to, opened, (self.outside.1, service)),
            Speaker::Opened => (to, from, opener, (service, port)),
        };
        let like =
            move |seen: &Seen| seen.destination() == Some(destination) && seen.ports == ports;
        (sender, receiver, like)
    }

    #[track_caller]
    fn goes_on(&self, bench: &mut Bench, speaker: Speaker) {
        let (sender, receiver, like) = self.way(speaker);
        bench.send(sender, &self.packet(speaker));
        bench.arrives(receiver, like);
    }

    #[track_caller]
    fn stops(&self, bench: &mut Bench, speaker: Speaker) {
        let (sender, receiver, like) = self.way(speaker);
        bench.arrived(receiver);
        bench.send(sender, &self.packet(speaker));
        bench.nothing(receiver, like);
    }

    /// An ICMP error about what the other end sent last, from this end itself.
    #[track_caller]
    fn complains_in_vain(&self, bench: &mut Bench, speaker: Speaker) {
        let (about, ends) = match speaker {
            Speaker::Opener => (Speaker::Opened, (self.from.1, self.to.1)),
            Speaker::Opened => (Speaker::Opener, (self.to.1, self.from.1)),
        };
        let kind = if ends.0.is_ipv4() { (3, 3) } else { (1, 4) };
        let (sender, receiver, _) = self.way(speaker);
        bench.arrived(receiver);
        bench.send(sender, &icmp_error(ends, kind, 0, &self.packet(about).bytes()));
        bench.nothing(receiver, |seen| matches!(seen.protocol, 1 | 58) && is_error(seen, kind));
    }
}

fn is_error(seen: &Seen, (kind, code): (u8, u8)) -> bool {
    seen.ports.0 == u16::from_be_bytes([kind, code])
}

/// The ruleset with a rule in front of that chain which lets everything pass, as former rules might.
fn with_a_hole(rules: Rules, chain: &str) -> Ruleset {
    let mut ruleset = rules.compile(Reach::Office);
    let chains = ruleset.tables.iter_mut().flat_map(|table| &mut table.chains);
    for chain in chains.filter(|one| one.name.as_str() == chain) {
        let action = Action::Verdict(Verdict::Accept);
        let comment = Comment::new("a hole");
        chain.rules.insert(0, Rule { matches: Vec::new(), counter: false, action, comment });
    }
    ruleset
}

pub(super) fn allowed_connections_go_on(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Office);
    for version in Version::BOTH {
        let (office, guest) = (Place::Office.address(version), Place::Guest.address(version));
        let (crm, internet) = (Place::Crm.address(version), version.internet());
        for (number, order) in (0..).zip(ORDERS) {
            bench.load(rules, Reach::Office);
            let mut open = |transport, (from, source), (to, destination, service)| {
                let from = (from, source, 40070 + number);
                Connection::open(&mut bench, transport, from, (to, destination, service))
            };
            let connections = [
                open(Transport::Tcp, (Place::Office, office), (Place::Crm, crm, 443)),
                open(Transport::Tcp, (Place::Office, office), (Place::Wan, internet, 8080)),
                open(Transport::Udp, (Place::Office, office), (Place::Wan, internet, 4500)),
                open(Transport::Tcp, (Place::Guest, guest), (Place::Wan, internet, 443)),
                open(Transport::Udp, (Place::Guest, guest), (Place::Wan, internet, 443)),
            ];
            bench.load(rules, Reach::Both);
            for connection in connections {
                order.into_iter().for_each(|speaker| connection.goes_on(&mut bench, speaker));
            }
        }
    }
}

pub(super) fn forbidden_connections_stop(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Office);
    for version in Version::BOTH {
        for (number, order) in (0..).zip(ORDERS) {
            bench.load(rules, Reach::Office);
            let from = (Place::Office, version.outsider(), 40080 + number);
            let to = (Place::Crm, Place::Crm.address(version), 443);
            let connection = Connection::open(&mut bench, Transport::Tcp, from, to);
            bench.load(rules, Reach::Both);
            for speaker in order {
                connection.stops(&mut bench, speaker);
                // Neither an error of it passes, nor does one open it again.
                connection.complains_in_vain(&mut bench, speaker);
                connection.stops(&mut bench, speaker);
            }
            // Nothing was forgotten: rules that allow it let it go on.
            bench.load(rules, Reach::Office);
            order.into_iter().for_each(|speaker| connection.goes_on(&mut bench, speaker));
        }
    }
}

/// The office may open connections to the CRM's port, the CRM none to the office: what the office
/// answers to a connection of the CRM does not pass for one of its own.
pub(super) fn who_opened_counts_not_who_speaks(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        bench.load_ruleset(&with_a_hole(rules, "forward"));
        let from = (Place::Crm, Place::Crm.address(version), 443);
        let to = (Place::Office, Place::Office.address(version), 40090);
        let connection = Connection::open(&mut bench, Transport::Tcp, from, to);
        bench.load(rules, Reach::Both);
        for speaker in [Speaker::Opened, Speaker::Opener] {
            connection.stops(&mut bench, speaker);
        }
    }
}

/// A connection from the office to a web server on the box, as the server has it, and what the office
/// sends on it next.
fn on_the_box(bench: &mut Bench, version: Version, host: IpAddr, port: u16) -> (TcpStream, Packet) {
    let gateway = Place::Office.gateway(version);
    let listener = bench.router.inside(|| TcpListener::bind((gateway, 443)).expect("listens"));
    setsockopt(&listener, sockopt::ReceiveTimeout, &TimeVal::seconds(5)).expect("timeout");
    let packet = Packet::new(host, gateway);
    bench.send(Place::Office, &packet.clone().tcp_at(port, 443, TcpFlags::SYN, 1000, 0));
    let answer = bench.arrives(Place::Office, |seen| {
        seen.destination() == Some(host) && seen.ports == (443, port)
    });
    let ack = answer.sequence.wrapping_add(1);
    let next = packet.tcp_at(port, 443, TcpFlags::ACK, 1001, ack);
    bench.send(Place::Office, &next);
    (listener.accept().expect("a connection").0, next)
}

/// A segment with data from the box.
fn is_event(seen: &Seen, host: IpAddr, port: u16) -> bool {
    const PUSH: u8 = 0x08;
    seen.destination() == Some(host) && seen.ports == (443, port) && seen.flags & PUSH != 0
}

pub(super) fn the_box_goes_on_answering(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Office);
    for version in Version::BOTH {
        bench.load(rules, Reach::Office);
        let host = Place::Office.address(version);
        let (mut stream, next) = on_the_box(&mut bench, version, host, 40100);
        bench.load(rules, Reach::Both);
        stream.write_all(b"data: the box speaks first\n\n").expect("sent");
        bench.arrives(Place::Office, |seen| is_event(seen, host, 40100));
        bench.reaches_box(Place::Office, &next);
    }
}

pub(super) fn the_box_stops_answering(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Office);
    for version in Version::BOTH {
        bench.load(rules, Reach::Office);
        let host = version.outsider();
        let (mut stream, next) = on_the_box(&mut bench, version, host, 40101);
        bench.load(rules, Reach::Both);
        stream.write_all(b"data: nobody hears it\n\n").expect("sent");
        bench.nothing(Place::Office, |seen| is_event(seen, host, 40101));
        bench.kept_from_box(Place::Office, &next);
    }
}

pub(super) fn answers_to_the_box_go_on(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Office);
    for version in Version::BOTH {
        bench.load(rules, Reach::Office);
        let server = version.internet();
        let mut asked = Vec::new();
        for (uid, port) in [(UIDS.dnsmasq, 53), (UIDS.chrony, 123)] {
            send_as(&bench, uid, 0, (server, port));
            let is_question = |seen: &Seen| {
                (seen.destination(), seen.protocol, seen.ports.1) == (Some(server), 17, port)
            };
            asked.push(bench.arrives(Place::Wan, is_question).ports);
        }
        connect_as(&bench, UIDS.dnsmasq, (server, 53));
        let syn = bench.arrives(Place::Wan, |seen| {
            (seen.destination(), seen.protocol, seen.ports.1) == (Some(server), 6, 53)
        });
        let (client, port) = version.dhcp();
        let provider = Place::Wan.address(version);
        send_as(&bench, UIDS.networkd, client, (provider, port));
        bench.arrives(Place::Wan, |seen| seen.ports == (client, port));

        bench.load(rules, Reach::Both);
        let answer = |from| Packet::new(from, Place::Wan.gateway(version));
        for (source, port) in asked {
            bench.reaches_box(Place::Wan, &answer(server).udp(port, source, b"answer"));
        }
        let ack = syn.sequence.wrapping_add(1);
        let (source, port53) = syn.ports;
        let syn_ack = answer(server).tcp_at(port53, source, TcpFlags::SYN_ACK, 2000, ack);
        bench.reaches_box(Place::Wan, &syn_ack);
        bench.reaches_box(Place::Wan, &answer(provider).udp(port, client, b"answer"));
    }
    bench.load(rules, Reach::Office);
    for place in [Place::Office, Place::Guest] {
        bench.load(rules, Reach::Office);
        let (host, router) = (place.address(Version::V4), place.gateway(Version::V4));
        send_as(&bench, 0, 67, (host, 68));
        bench.arrives(place, |seen| seen.ports == (67, 68));
        bench.load(rules, Reach::Both);
        bench.reaches_box(place, &Packet::new(host, router).udp(68, 67, b"renews"));
    }
}

pub(super) fn answers_to_the_box_stop(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Office);
    for version in Version::BOTH {
        for (place, chain, server) in [
            (Place::Wan, "output_wan", version.internet()),
            (Place::Office, "output_office", Place::Office.address(version)),
        ] {
            bench.load_ruleset(&with_a_hole(rules, chain));
            send_as(&bench, 65534, 0, (server, 9999));
            let (source, port) = bench.arrives(place, |seen| seen.ports.1 == 9999).ports;
            bench.load(rules, Reach::Both);
            let answer = Packet::new(server, place.gateway(version));
            bench.kept_from_box(place, &answer.udp(port, source, b"answer"));
        }
    }
}

/// Guest has DHCP as before: what office sends on is not of it.
pub(super) fn leases_end_with_their_zones_dhcp(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let (host, router) = (Place::Office.address(Version::V4), Place::Office.gateway(Version::V4));
    send_as(&bench, 0, 67, (host, 68));
    bench.arrives(Place::Office, |seen| seen.ports == (67, 68));
    bench.reaches_box(Place::Office, &Packet::new(host, router).udp(68, 67, b"renews"));
    // Nothing listens there: the box says so.
    bench.arrives(Place::Office, |seen| seen.protocol == 1);
    bench.load(rules, Reach::NoDhcp);
    bench.kept_from_box(Place::Office, &Packet::new(host, router).udp(68, 67, b"renews"));
}
