//! What the kernel says that its rules did with a packet: events of nftrace (NFT_MSG_TRACE of
//! linux/netfilter/nf_tables.h), which name the rule of each verdict.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use firewall::ir::{Family, Ruleset};
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
const ID: u16 = 6;
const NETWORK_HEADER: u16 = 8;
const POLICY: u16 = 16;
/// How long an event may take; only a failing test waits so long.
const PATIENCE: u16 = 300;

/// Marks all packets, after fragments are put together and before our chains, and says nothing of them. That the
/// router knows nothing of a connection that the suite opens in its name must not end it; what a rule refuses
/// it may reset.
const TABLES: &str = "
table inet trace {
    chain before { type filter hook prerouting priority -350; meta nftrace set 1; }
    chain own { type filter hook output priority -350; ct state != related tcp flags & (fin|syn|rst) == rst drop; meta nftrace set 1; }
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
    ends: Option<Ends>,
    /// Of the packet, while one base chain has it.
    id: Option<u32>,
}

/// From whom, and to whom when the kernel wrote down enough to tell.
type Ends = (IpAddr, Option<IpAddr>);

/// What the kernel said of a packet.
#[derive(Debug, Default)]
pub struct Heard {
    /// Of the packet itself.
    pub own: Vec<Said>,
    /// Of what was sent back to who sent it.
    pub back: Vec<Said>,
}

impl Trace {
    /// Begins to trace; the rules are those of now, made of this ruleset.
    pub fn of(router: &Namespace, ruleset: &Ruleset) -> Self {
        router.inside(|| {
            run_with_input(&["nft", "-f", "-"], TABLES).expect("trace tables");
            let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
            let (family, protocol) = (AddressFamily::Netlink, SockProtocol::NetlinkNetFilter);
            let socket = socket(family, SockType::Raw, flags, protocol).expect("netlink");
            setsockopt(&socket, sockopt::RcvBufForce, &(32 << 20)).expect("queue");
            bind(socket.as_raw_fd(), &NetlinkAddr::new(0, GROUP)).expect("trace group");
            Self { socket, rules: handles(ruleset) }
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

    /// What became of packets from this address to one of these, and of those to it: waits for as many base
    /// chains of the former.
    pub fn said(&self, source: IpAddr, destinations: &[IpAddr], count: usize) -> Heard {
        let mut heard = Heard::default();
        let mut packets: HashMap<Option<u32>, Ends> = HashMap::new();
        let mut last = None;
        let mut room = vec![0; 1 << 17];
        loop {
            match recv(self.socket.as_raw_fd(), &mut room, MsgFlags::empty()) {
                Ok(length) => {
                    for event in events(room.get(..length).unwrap_or_default()) {
                        let id = event.id;
                        // Only the first event of each base chain has the packet's head, and a fragment of IPv6
                        // after the first has none: it is of the packet before.
                        last = event.ends.or(last);
                        if let (Some(ends), true) =
                            (last, event.ends.is_some() || !packets.contains_key(&id))
                        {
                            packets.insert(id, ends);
                        }
                        let said = event.ours.then(|| self.read(event)).flatten();
                        let (Some(said), Some((from, to))) = (said, packets.get(&id)) else {
                            continue;
                        };
                        let is_to = |to: &IpAddr| destinations.contains(to);
                        if *from == source && to.as_ref().is_none_or(is_to) {
                            heard.own.push(said);
                        } else if *to == Some(source) {
                            heard.back.push(said);
                        }
                    }
                    continue;
                }
                Err(Errno::EAGAIN) => {}
                Err(error) => panic!("trace: {error}"),
            }
            if heard.own.len() >= count {
                return heard;
            }
            let mut ready = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
            if poll(&mut ready, PollTimeout::from(PATIENCE)).expect("poll") == 0 {
                return heard;
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

fn handles(ruleset: &Ruleset) -> HashMap<(bool, u64), (String, usize)> {
    let text = run(&["nft", "-j", "-a", "list", "ruleset"]).expect("list");
    let all: serde_json::Value = serde_json::from_str(&text).expect("JSON of nft");
    let mut loaded: HashMap<(bool, String), VecDeque<usize>> = HashMap::new();
    for table in &ruleset.tables {
        for chain in &table.chains {
            // A rule of several lines is several of the kernel's.
            let rules = chain.rules.iter().enumerate();
            let indices = rules
                .flat_map(|(at, rule)| rule.to_string().lines().map(|_| at).collect::<Vec<_>>());
            let key = (table.id.family == Family::Bridge, chain.name.to_string());
            loaded.insert(key, indices.collect());
        }
    }
    let mut found = HashMap::new();
    let list = all.get("nftables").and_then(serde_json::Value::as_array).expect("a list");
    for rule in list.iter().filter_map(|one| one.get("rule")) {
        if rule["table"] != "gatehouse" {
            continue;
        }
        let word = |name: &str| rule[name].as_str().expect("a word").to_owned();
        let (bridge, chain) = (word("family") == "bridge", word("chain"));
        let indices = loaded.get_mut(&(bridge, chain.clone())).expect("a chain of ours");
        let at = indices.pop_front().expect("a rule of ours");
        found.insert((bridge, rule["handle"].as_u64().expect("handle")), (chain, at));
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
        id: number(ID),
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

/// Source and destination; behind a second tag the head is not whole.
fn ends(header: &[u8]) -> Option<Ends> {
    let header = match header.first()? >> 4 {
        4 | 6 => header,
        _ => header.get(4..)?,
    };
    if header.first()? >> 4 == 6 {
        let address = |from: usize| -> Option<IpAddr> {
            let bytes: [u8; 16] = header.get(from..from + 16)?.try_into().ok()?;
            Some(bytes.into())
        };
        return Some((address(8)?, address(24)));
    }
    let address = |from: usize| -> Option<IpAddr> {
        let bytes: [u8; 4] = header.get(from..from + 4)?.try_into().ok()?;
        Some(bytes.into())
    };
    Some((address(12)?, address(16)))
}
