//! How many packets a second the kernel forwards with all rules of a box, against none, in one run: packets of
//! connections that are open, and first packets of new ones. Prints a table for docs/results. Needs root and nft.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a bench")]

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use netns_tests::{Bench, Place, Reach, Rules, Version};
use serde_json::json;
use testkit::{Packet, ethernet, run_with_input};

/// Runs of each, one after another in turns; the middle one counts.
const RUNS: usize = 7;
/// Packets of a run.
const PACKETS: u32 = 100_000;
/// Connections that they belong to; of new ones, each is one.
const OPEN: u32 = 1_000;
/// The port that all are sent to.
const PORT: u16 = 9_999;
/// Rules of an admin's own, all about office and the internet, none about these packets.
const OWN_RULES: u32 = 200;

/// What tracks connections and lets everything pass.
const TRACKING: &str = "flush ruleset
table inet t {
    chain c {
        type filter hook forward priority 0; policy accept;
        ct state established,related accept
    }
}
";

/// What is loaded.
#[derive(Clone, Copy)]
enum Loaded {
    Nothing,
    Tracking,
    Everything,
}

impl Loaded {
    const ALL: [Self; 3] = [Self::Nothing, Self::Tracking, Self::Everything];

    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "no rules",
            Self::Tracking => "connection tracking alone",
            Self::Everything => "all rules of a box",
        }
    }

    fn load(self, bench: &Bench) {
        let nft = |text: &str| {
            bench.router.inside(|| run_with_input(&["nft", "-f", "-"], text)).expect("nft")
        };
        match self {
            Self::Nothing => drop(nft("flush ruleset")),
            Self::Tracking => drop(nft(TRACKING)),
            Self::Everything => {
                drop(nft("flush ruleset"));
                bench.load_ruleset(&Rules::Whole.compile_with(Reach::Ruled, rules()));
            }
        }
    }
}

fn main() {
    let mut bench = Bench::locked();
    println!("| packets | rules | thousand a second | of no rules |");
    println!("|---|---|---|---|");
    measure(&mut bench, "of 1,000 open connections", Some(OPEN));
    measure(&mut bench, "the first of a connection each", None);
}

/// With so many open connections that all packets belong to, or none.
fn measure(bench: &mut Bench, packets: &str, open: Option<u32>) {
    let flows = open.unwrap_or(PACKETS);
    let frames: Vec<Vec<u8>> = (0..PACKETS).map(|number| frame(number % flows)).collect();
    let mut rates = [const { Vec::new() }; Loaded::ALL.len()];
    for _ in 0..RUNS {
        for (loaded, rates) in Loaded::ALL.into_iter().zip(&mut rates) {
            loaded.load(bench);
            bench.router.run(&["conntrack", "-F"]).expect("nothing is open");
            bench.wire(Place::Wan).forget().expect("wire");
            for flow in 0..open.unwrap_or_default() {
                answered(bench, &frame(flow));
            }
            rates.push(rate(bench, &frames));
        }
    }
    let middle = rates.map(|mut all| {
        all.sort_by(f64::total_cmp);
        all.get(RUNS / 2).copied().unwrap_or_default()
    });
    let [nothing, ..] = middle;
    for (loaded, rate) in Loaded::ALL.into_iter().zip(middle) {
        println!("| {packets} | {} | {:.0} | {:.2} |", loaded.name(), rate / 1e3, rate / nothing);
    }
}

/// Sends a packet and its answer: a connection that only one side has spoken on is not open.
fn answered(bench: &mut Bench, frame: &[u8]) {
    bench.send_frame(Place::Office, frame);
    let seen = bench.arrives(Place::Wan, |seen| seen.ports.1 == PORT);
    let (from, to) = seen.addresses.expect("addresses");
    let answer = Packet::new(to, from).udp(PORT, seen.ports.0, &[0; 64]);
    bench.send(Place::Wan, &answer);
}

/// Packets a second, all of which must have left at the internet's port.
fn rate(bench: &mut Bench, frames: &[Vec<u8>]) -> f64 {
    let before = left(bench);
    let start = Instant::now();
    bench.wire(Place::Office).send_all(frames).expect("send");
    let took = start.elapsed();
    let passed = left(bench) - before;
    assert!(passed >= u64::from(PACKETS), "only {passed} of {PACKETS} left");
    f64::from(PACKETS) / took.as_secs_f64()
}

fn left(bench: &Bench) -> u64 {
    let text =
        bench.router.run(&["ip", "-json", "-stats", "link", "show", "wan0"]).expect("a link");
    let told: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    told.pointer("/0/stats64/tx/packets").and_then(serde_json::Value::as_u64).expect("a count")
}

fn frame(flow: u32) -> Vec<u8> {
    let [high, _, middle, low] = flow.to_be_bytes();
    let to = IpAddr::V4(Ipv4Addr::new(9, 9, middle, high.max(9)));
    let from = Place::Office.address(Version::V4);
    let port = 20_000 + u16::from(low);
    let packet = Packet::new(from, to).udp(port, PORT, &[0; 64]);
    ethernet(Place::Office.gateway_mac(), Place::Office.mac(), 0x0800, &packet.bytes())
}

/// Rules that are asked before a new connection of office may go out.
fn rules() -> serde_json::Map<String, serde_json::Value> {
    let rule = |number: u32| {
        json!({"id": 100 + number, "action": "block", "services": ["ssh"],
            "from": {"zones": ["office"], "addresses": [format!("192.168.10.{}", 1 + number % 250)]},
            "to": {"zones": ["wan"], "addresses": "all"}})
    };
    let mut fields = serde_json::Map::new();
    fields.insert("rules".to_owned(), (0..OWN_RULES).map(rule).collect());
    fields
}
