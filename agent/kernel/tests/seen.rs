//! What is seen of the network: connections, the packet log, neighbours, in the real kernel.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod common;

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use common::{in_new_namespace, name, nft_load, run, table_id};
use firewall::ir::*;
use kernel::connections::{self, Connection};
use kernel::packet_log::PacketLog;
use kernel::{counters, neighbours, nft};
use nix::poll::{PollFd, PollFlags, poll};
use testkit::{Namespace, Packet, Wire, ethernet};

fn all() -> Vec<Connection> {
    let mut all = Vec::new();
    connections::visit(|one| all.push(one)).expect("lists");
    all
}

/// The kernel follows connections where a rule asks for their state.
fn followed() {
    run(&["ip", "link", "set", "lo", "up"]);
    nft_load(
        "table inet t {\n chain c {\n type filter hook output priority 0\n ct state new counter\n }\n}\n",
    );
    for name in ["acct", "timestamp"] {
        std::fs::write(format!("/proc/sys/net/netfilter/nf_conntrack_{name}"), "1").expect(name);
    }
}

#[test]
fn connections_are_listed_counted_and_marked() {
    in_new_namespace(|| {
        followed();
        for at in ["127.0.0.1:0", "[::1]:0"] {
            let listener = TcpListener::bind(at).expect("binds");
            let to = listener.local_addr().expect("address");
            let mut client = TcpStream::connect(to).expect("connects");
            let (mut server, from) = listener.accept().expect("accepts");
            client.write_all(&[7; 5_000]).expect("sends");
            server.read_exact(&mut [0; 5_000]).expect("receives");
            let find = || {
                let is = |one: &Connection| {
                    let (source, destination) = (one.tuple.source_port, one.tuple.destination_port);
                    (source, destination) == (from.port(), to.port())
                };
                all().into_iter().find(is).expect("it is followed")
            };
            let one = find();
            assert_eq!((one.tuple.source, one.tuple.destination), (from.ip(), to.ip()));
            assert_eq!((one.tuple.protocol, one.answers, one.mark), (6, to.ip(), 0));
            assert!(one.answered && one.established, "{one:?}");
            assert!(one.sent > 5_000 && one.received > 0 && one.received < one.sent, "{one:?}");
            assert!(one.began.expect("noted") > 1_600_000_000_000_000_000);
            // One of the same ends that is another is left alone.
            assert!(!connections::mark(&one.tuple, one.id ^ 1, 9).expect("asks"));
            assert_eq!(find().mark, 0);
            assert!(connections::mark(&one.tuple, one.id, u32::MAX).expect("marks"));
            assert_eq!(find().mark, u32::MAX);
            let gone = connections::Tuple { source_port: 1, ..one.tuple };
            assert!(!connections::mark(&gone, one.id, 9).expect("asks"));
        }
        // Protocols without ports too.
        run(&["ping", "-c1", "-W2", "127.0.0.1"]);
        let ping = all().into_iter().find(|one| one.tuple.protocol == 1).expect("a ping");
        assert_eq!(ping.tuple.destination_port >> 8, 8);
        assert!(connections::mark(&ping.tuple, ping.id, 5).expect("marks"));
    });
}

#[test]
fn many_connections_are_listed_in_no_time() {
    const MANY: u32 = 50_000;
    in_new_namespace(|| {
        followed();
        nft_load("table inet t {\n chain d {\n type filter hook input priority 0\n drop\n }\n}\n");
        let socket = UdpSocket::bind("127.0.0.1:0").expect("binds");
        for number in 0..MANY {
            let [_, b, c, d] = (number + 256).to_be_bytes();
            let to = SocketAddr::new(IpAddr::from([127, b.max(1), c, d]), 9);
            // Nobody answers, and nobody is to.
            let _ = socket.send_to(b"x", to);
        }
        let begun = Instant::now();
        let count = all().len();
        let took = begun.elapsed();
        eprintln!("{count} connections listed in {took:?}");
        assert!(count > 40_000, "{count}");
        // A build for tests, on a machine that may be busy.
        assert!(took < Duration::from_secs(20), "{took:?}");
    });
}

#[test]
fn what_a_rule_writes_down_is_read() {
    let is = |field, value| Match::Is { field, value, negated: false };
    let udp = || is(Field::Protocol, Value::Protocol(Protocol::Udp));
    let port = || is(Field::DestinationPort, Value::Port(9));
    let rule = |action| Rule {
        matches: vec![udp(), port()],
        counter: false,
        action,
        comment: Comment::new("test"),
    };
    let log = Log { per_second: 1, burst: 3, ..Log::ours(name("refused_test")) };
    let base =
        Base { kind: ChainKind::Filter, hook: Hook::Output, priority: 0, policy: Policy::Accept };
    let ruleset = Ruleset {
        tables: vec![Table {
            id: table_id(Family::Inet, "gatehouse"),
            sets: Vec::new(),
            maps: Vec::new(),
            chains: vec![Chain {
                name: name("output"),
                base: Some(base),
                rules: vec![rule(Action::Log(log)), rule(Action::Verdict(Verdict::Drop))],
            }],
        }],
        removed: Vec::new(),
    };
    in_new_namespace(|| {
        run(&["ip", "link", "set", "lo", "up"]);
        let checked = ruleset.check().expect("good");
        nft::replace(checked).expect("loads");
        assert_eq!(nft::differences(checked).expect("reads back"), []);
        let mut reader = PacketLog::open(Log::GROUP).expect("opens");
        assert_eq!(reader.take().expect("reads").packets, []);
        for (from, to) in [("127.0.0.1:0", "127.0.0.5:9"), ("[::1]:0", "[::1]:9")] {
            let socket = UdpSocket::bind(from).expect("binds");
            for _ in 0..20 {
                let _ = socket.send_to(b"hello", to);
            }
        }
        let mut packets = Vec::new();
        while packets.is_empty() {
            let mut ready = [PollFd::new(reader.as_fd(), PollFlags::POLLIN)];
            assert!(poll(&mut ready, 5_000_u16).expect("polls") > 0, "nothing was written down");
            packets.extend(reader.take().expect("reads").packets);
        }
        let first = &packets[0];
        assert_eq!((first.prefix.as_str(), first.protocol, first.port), ("refused_test", 17, 9));
        assert_eq!(first.destination, IpAddr::from([127, 0, 0, 5]));
        assert!(first.output > 0);
        // The limit holds: twenty were sent at once, the burst is three.
        assert!(packets.len() <= 8, "{}", packets.len());
    });
}

/// Of a frame that comes in at a port of a bridge it is known at which, from which card, and with which tag.
#[test]
fn a_frame_that_a_rule_writes_down_has_port_card_and_tag() {
    let is = |field, value| Match::Is { field, value, negated: false };
    let rule = Rule {
        matches: vec![
            is(Field::Protocol, Value::Protocol(Protocol::Udp)),
            is(Field::DestinationPort, Value::Port(68)),
        ],
        counter: false,
        action: Action::Log(Log::ours(name("refused_test"))),
        comment: Comment::new("test"),
    };
    let hook = Hook::Prerouting;
    let base = Base { kind: ChainKind::Filter, hook, priority: 0, policy: Policy::Accept };
    let ruleset = Ruleset {
        tables: vec![Table {
            id: table_id(Family::Bridge, "gatehouse"),
            sets: Vec::new(),
            maps: Vec::new(),
            chains: vec![Chain { name: name("prerouting"), base: Some(base), rules: vec![rule] }],
        }],
        removed: Vec::new(),
    };
    let namespace = Namespace::new().expect("a namespace");
    let lines = [
        "link add br0 type bridge",
        "link add lan0 type veth peer name far0",
        "link set lan0 master br0",
        "link set lan0 up",
        "link set br0 up",
        "link set far0 up",
    ];
    namespace.ip(&lines.map(str::to_owned)).expect("links");
    let wire = Wire::open(&namespace, "far0").expect("wire");
    let (card, router) = ([0x52, 0x54, 0, 0, 0, 0x66], [0x52, 0x54, 0, 0, 0, 1]);
    let packet = Packet::new([192, 168, 10, 66].into(), [192, 168, 10, 1].into());
    let plain = ethernet(router, card, 0x0800, &packet.udp(67, 68, b"offer").bytes());
    let (addresses, rest) = plain.split_at(12);
    let tagged = [addresses, &[0x81, 0, 0, 10], rest].concat();
    namespace.inside(|| {
        let checked = ruleset.check().expect("good");
        nft::replace(checked).expect("loads");
        assert_eq!(nft::differences(checked).expect("reads back"), []);
        let mut reader = PacketLog::open(Log::GROUP).expect("opens");
        let links = neighbours::list().expect("lists").links;
        let lan0 = links.iter().find(|(_, name)| name == "lan0").expect("a link").0;
        for (frame, vlan) in [(&plain, None), (&tagged, Some(10))] {
            wire.send(frame).expect("sends");
            let mut ready = [PollFd::new(reader.as_fd(), PollFlags::POLLIN)];
            assert!(poll(&mut ready, 5_000_u16).expect("polls") > 0, "nothing was written down");
            let packet = reader.take().expect("reads").packets.remove(0);
            assert_eq!((packet.vlan, packet.port), (vlan, 68), "{packet:?}");
            assert_eq!(packet.mac, Some(card));
            // A kernel that looks into frames of bridges tells the port apart from the bridge.
            assert!([packet.port_of_bridge, packet.input].contains(&lan0), "{packet:?}");
            assert_eq!(packet.port_of_bridge == 0, packet.input == lan0, "{packet:?}");
        }
    });
}

#[test]
fn neighbours_are_listed_with_ports_and_counts() {
    in_new_namespace(|| {
        let ip = |words: &str| run(&[&["ip"][..], &words.split(' ').collect::<Vec<_>>()].concat());
        for line in [
            "link add z-office type bridge",
            "link add lan0 type veth peer name far0",
            "link set lan0 master z-office",
            "link set lan0 up",
            "link set far0 up",
            "link set z-office up",
            "address add 192.168.10.1/24 dev z-office",
            "neigh add 192.168.10.5 lladdr 52:54:00:00:00:05 dev z-office nud reachable",
            "neigh add 192.168.10.6 lladdr 52:54:00:00:00:06 dev z-office nud permanent",
            "neigh add fd00::5 lladdr 52:54:00:00:00:05 dev z-office nud stale",
        ] {
            ip(line);
        }
        run(&["bridge", "fdb", "add", "52:54:00:00:00:05", "dev", "lan0", "master", "dynamic"]);
        let found = neighbours::list().expect("lists");
        let name = |index: u32| {
            found.links.iter().find(|(link, _)| *link == index).map(|(_, name)| name.as_str())
        };
        let mut addresses: Vec<_> = found
            .addresses
            .iter()
            .filter(|one| one.mac == [0x52, 0x54, 0, 0, 0, 5])
            .map(|one| (one.address.to_string(), name(one.link), one.reachable))
            .collect();
        addresses.sort();
        assert_eq!(
            addresses,
            [
                ("192.168.10.5".to_owned(), Some("z-office"), true),
                ("fd00::5".to_owned(), Some("z-office"), false)
            ]
        );
        assert!(!found.addresses.iter().any(|one| one.mac[5] == 6), "made by hand");
        let behind = found.ports.iter().find(|one| one.mac[5] == 5).expect("behind a port");
        assert_eq!(name(behind.port), Some("lan0"));
        // The port forwards once the bridge has noticed its carrier.
        let sender = UdpSocket::bind("192.168.10.1:0").expect("binds");
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            sender.send_to(b"x", "192.168.10.5:9").expect("sends");
            let counts = counters::list().expect("lists");
            let lan = counts.iter().find(|one| one.name == "lan0").expect("counted");
            if lan.carrier && lan.sent > 0 {
                break;
            }
            assert!(Instant::now() < end, "{lan:?}");
        }
    });
}
