//! What the kernel says that its rules did with a packet: events of nftrace (NFT_MSG_TRACE of
//! linux/netfilter/nf_tables.h), which name the rule of each verdict.

use std::collections::HashMap;
use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use firewall::ir::Family;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, bind, recv, setsockopt,
    socket, sockopt,
};
use testkit::{Namespace, run, run_with_input};

/// The bit of `NFNLGRP_NFTRACE`.
const GROUP: u32 = 1 << 8;
/// `NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE`.
const TRACE: u16 = 10 << 8 | 17;
const TABLE: u16 = 1;
const CHAIN: u16 = 2;
const HANDLE: u16 = 3;
const TYPE: u16 = 4;
const VERDICT: u16 = 5;
const NETWORK_HEADER: u16 = 8;
const POLICY: u16 = 16;
/// How long an event may take; only a failing test waits so long.
const PATIENCE: u16 = 300;

/// Marks all packets, after fragments are put together and before our chains, and says nothing of them. That the
/// router knows nothing of a connection that the suite opens in its name must not end it.
const TABLES: &str = "
table inet trace {
    chain before { type filter hook prerouting priority -350; meta nftrace set 1; }
    chain own { type filter hook output priority -350; tcp flags & rst == rst drop; meta nftrace set 1; }
}
table bridge trace {
    chain before { type filter hook prerouting priority -350; meta nftrace set 1; }
}
";

/// What one base chain did: by a rule, or at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Family of its table.
    pub family: Family,
    /// The chain of the rule; the base chain itself at its end.
    pub chain: String,
    /// The rule.
    pub rule: Option<usize>,
    /// Whether it let the packet go on.
    pub accepts: bool,
}

/// Events of a router.
pub struct Trace {
    socket: OwnedFd,
    /// Chain and index of each rule's handle.
    rules: HashMap<(bool, u64), (String, usize)>,
}

struct Event {
    family: Family,
    ours: bool,
    chain: String,
    handle: Option<u64>,
    kind: u32,
    /// Of a verdict or policy.
    code: i32,
    ends: Option<(IpAddr, IpAddr)>,
}

impl Trace {
    /// Begins to trace; the rules are those of now.
    pub fn of(router: &Namespace) -> Self {
        router.inside(|| {
            run_with_input(&["nft", "-f", "-"], TABLES).expect("trace tables");
            let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
            let (family, protocol) = (AddressFamily::Netlink, SockProtocol::NetlinkNetFilter);
            let socket = socket(family, SockType::Raw, flags, protocol).expect("netlink");
            setsockopt(&socket, sockopt::RcvBufForce, &(32 << 20)).expect("queue");
            bind(socket.as_raw_fd(), &NetlinkAddr::new(0, GROUP)).expect("trace group");
            Self { socket, rules: handles() }
        })
    }

    /// Forgets what came by now.
    pub fn forget(&self) {
        let mut room = vec![0; 1 << 17];
        loop {
            match recv(self.socket.as_raw_fd(), &mut room, MsgFlags::empty()) {
                Ok(_) | Err(Errno::ENOBUFS) => {}
                Err(Errno::EAGAIN) => return,
                Err(error) => panic!("trace: {error}"),
            }
        }
    }

    /// What became of packets from this address to one of these: waits for as many base chains.
    pub fn said(&self, source: IpAddr, destinations: &[IpAddr], count: usize) -> Vec<Said> {
        let mut said = Vec::new();
        let mut is_it = false;
        let mut room = vec![0; 1 << 17];
        loop {
            match recv(self.socket.as_raw_fd(), &mut room, MsgFlags::empty()) {
                Ok(length) => {
                    for event in events(room.get(..length).unwrap_or_default()) {
                        // Only the first event of each base chain has the packet's head.
                        if let Some((from, to)) = event.ends {
                            is_it = from == source && destinations.contains(&to);
                        }
                        if is_it && event.ours {
                            said.extend(self.read(event));
                        }
                    }
                    continue;
                }
                Err(Errno::EAGAIN) => {}
                Err(error) => panic!("trace: {error}"),
            }
            if said.len() >= count {
                return said;
            }
            let mut ready = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
            if poll(&mut ready, PollTimeout::from(PATIENCE)).expect("poll") == 0 {
                return said;
            }
        }
    }

    fn read(&self, event: Event) -> Option<Said> {
        let family = event.family;
        match event.kind {
            // At the end of a base chain.
            1 => Some(Said { family, chain: event.chain, rule: None, accepts: event.code == 1 }),
            // A rule that goes on with another has a negative code.
            3 if event.code >= 0 => {
                let key = (family == Family::Bridge, event.handle?);
                let (chain, index) = self.rules.get(&key)?.clone();
                Some(Said { family, chain, rule: Some(index), accepts: event.code == 1 })
            }
            _ => None,
        }
    }
}

fn handles() -> HashMap<(bool, u64), (String, usize)> {
    let text = run(&["nft", "-j", "-a", "list", "ruleset"]).expect("list");
    let all: serde_json::Value = serde_json::from_str(&text).expect("JSON of nft");
    let mut counts: HashMap<(bool, String), usize> = HashMap::new();
    let mut found = HashMap::new();
    let list = all.get("nftables").and_then(serde_json::Value::as_array).expect("a list");
    for rule in list.iter().filter_map(|one| one.get("rule")) {
        if rule["table"] != "gatehouse" {
            continue;
        }
        let word = |name: &str| rule[name].as_str().expect("a word").to_owned();
        let bridge = word("family") == "bridge";
        let count = counts.entry((bridge, word("chain"))).or_default();
        found.insert((bridge, rule["handle"].as_u64().expect("handle")), (word("chain"), *count));
        *count += 1;
    }
    found
}

fn events(bytes: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut rest = bytes;
    while let Some((head, _)) = rest.split_first_chunk::<16>() {
        let [a, b, c, d, e, f, ..] = *head;
        let length = u32::from_ne_bytes([a, b, c, d]) as usize;
        let Some(message) = rest.get(16..length) else { break };
        if u16::from_ne_bytes([e, f]) == TRACE {
            events.extend(event(message));
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    events
}

fn event(message: &[u8]) -> Option<Event> {
    let (family, attributes) = message.split_first_chunk::<4>()?;
    let all: HashMap<u16, &[u8]> = attributes_of(attributes).collect();
    let text = |key| all.get(&key).map(|it| String::from_utf8_lossy(it).replace('\0', ""));
    let number = |key| Some(u32::from_be_bytes(all.get(&key)?.first_chunk().copied()?));
    let verdict = all.get(&VERDICT).and_then(|it| {
        let inner: HashMap<u16, &[u8]> = attributes_of(it).collect();
        Some(i32::from_be_bytes(inner.get(&1)?.first_chunk().copied()?))
    });
    let kind = number(TYPE)?;
    let policy = number(POLICY).and_then(|it| i32::try_from(it).ok());
    Some(Event {
        family: if family.first() == Some(&7) { Family::Bridge } else { Family::Inet },
        ours: text(TABLE)? == "gatehouse",
        chain: text(CHAIN)?,
        handle: all.get(&HANDLE).and_then(|it| Some(u64::from_be_bytes(*it.first_chunk()?))),
        kind,
        code: if kind == 1 { policy } else { verdict }.unwrap_or(-1),
        ends: all.get(&NETWORK_HEADER).and_then(|it| ends(it)),
    })
}

fn attributes_of(bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (head, _) = rest.split_first_chunk::<4>()?;
        let [a, b, c, d] = *head;
        let length = usize::from(u16::from_ne_bytes([a, b]));
        let value = rest.get(4..length)?;
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((u16::from_ne_bytes([c, d]) & 0x3fff, value))
    })
}

/// Source and destination.
fn ends(header: &[u8]) -> Option<(IpAddr, IpAddr)> {
    if header.first()? >> 4 == 6 {
        let address = |from: usize| -> Option<IpAddr> {
            let bytes: [u8; 16] = header.get(from..from + 16)?.try_into().ok()?;
            Some(bytes.into())
        };
        return Some((address(8)?, address(24)?));
    }
    let address = |from: usize| -> Option<IpAddr> {
        let bytes: [u8; 4] = header.get(from..from + 4)?.try_into().ok()?;
        Some(bytes.into())
    };
    Some((address(12)?, address(16)?))
}
