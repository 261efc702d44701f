//! Throw-away network namespaces and rulesets for tests. Tests need root.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    missing_docs,
    reason = "tests"
)]

use std::process::{Command, Stdio};
use std::thread;

use firewall::ir::{
    Action, Base, Chain, ChainKind, Comment, Family, Hook, Match, Name, Policy, Rule, Ruleset, Set,
    Table, TableId, Value, Verdict,
};
use nix::sched::{CloneFlags, unshare};

/// Runs the test on a thread in a network namespace of its own; it goes with the thread.
pub fn in_new_namespace<T: Send>(test: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            unshare(CloneFlags::CLONE_NEWNET).expect("tests of this crate need root");
            test()
        });
        match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Runs a program in the calling thread's namespace; its output, and a panic unless it succeeded.
pub fn run(command: &[&str]) -> String {
    let output = Command::new(command[0]).args(&command[1..]).output().expect(command[0]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Loads a text with `nft -f`.
pub fn nft_load(text: &str) {
    use std::io::Write;
    let mut nft = Command::new("nft")
        .args(["-f", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("nft is installed");
    nft.stdin.take().expect("piped").write_all(text.as_bytes()).expect("nft reads");
    assert!(nft.wait().expect("nft ends").success(), "nft refuses:\n{text}");
}

/// Without what names of sets and maps have of their contents.
pub fn plain(text: &str) -> String {
    let of_contents =
        |part: &str| part.bytes().take(16).filter(u8::is_ascii_hexdigit).count() == 16;
    let mut parts = text.split('.');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if of_contents(part) {
            plain.push_str(&part[16..]);
        } else {
            plain.push('.');
            plain.push_str(part);
        }
    }
    plain
}

pub fn name(text: &str) -> Name {
    Name::new(text).expect(text)
}

pub fn table_id(family: Family, text: &str) -> TableId {
    TableId { family, name: name(text) }
}

pub fn rule(matches: Vec<Match>, verdict: Verdict, comment: &str) -> Rule {
    Rule {
        matches,
        counter: true,
        action: Action::Verdict(verdict),
        comment: Comment::new(comment),
    }
}

/// A table with one chain at the forward hook, policy drop.
pub fn forward(rules: Vec<Rule>, sets: Vec<Set>) -> Ruleset {
    let base =
        Base { kind: ChainKind::Filter, hook: Hook::Forward, priority: 0, policy: Policy::Drop };
    let chain = Chain { name: name("forward"), base: Some(base), rules };
    Ruleset {
        tables: vec![Table {
            id: table_id(Family::Inet, "gatehouse"),
            sets,
            maps: Vec::new(),
            chains: vec![chain],
        }],
        removed: Vec::new(),
    }
}

/// A set of that many /24 networks, none beside another.
pub fn networks(count: u32) -> Set {
    let network = |number: u32| {
        let address = std::net::Ipv4Addr::from(0x0100_0000 + number * 512);
        vec![Value::Ip4(ipnet::Ipv4Net::new(address, 24).expect("24 is a length"))]
    };
    Set {
        name: name("feed"),
        key: vec![firewall::ir::KeyType::Ip4],
        elements: (0..count).map(network).collect(),
        timed: false,
    }
}
