//! Whether the servers that are asked over TLS answer. The resolver runs all the same when they do not, so that
//! it is asked from time to time for a name of which it keeps no answer.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use host_api::Notice;
use network::resolver;
use settings::{Dns, DomainName, TlsServer};

use crate::egress::ask;

/// The resolver.
const RESOLVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), resolver::PORT);
/// Tries without an answer, one after the other, after which it is told: one alone may be a packet that was lost.
const ENOUGH: u32 = 2;
/// The same of servers that never answered: they are tried more often, and the resolver may have just been started.
const ENOUGH_AT_FIRST: u32 = 3;

/// The servers, and what came of trying them.
#[derive(Default)]
pub struct Upstream {
    /// None while the provider is asked.
    servers: Vec<TlsServer>,
    /// Tells tries of these servers from those of former ones.
    round: u64,
    trying: bool,
    /// They answered once.
    is_proven: bool,
    /// Tries without an answer since the last one that had one.
    unanswered: u32,
}

/// A try that was made.
#[derive(Clone, Copy, Debug)]
pub struct Tried {
    round: u64,
    answered: bool,
}

impl Upstream {
    /// The settings are in force: nothing is known of other servers.
    pub fn follow(&mut self, dns: &Dns) {
        if self.servers != dns.tls() {
            let round = self.round.wrapping_add(1);
            *self = Self { servers: dns.tls().to_vec(), round, ..Self::default() };
        }
    }

    /// Begins a try, if there is anybody to try; `possible` is false while something else that is told stands in
    /// the way. What is to be done: [`answers`], whose result goes to [`Upstream::end`].
    pub fn begin(&mut self, possible: bool) -> Option<u64> {
        if !possible {
            self.unanswered = 0;
        }
        if self.servers.is_empty() || !possible || self.trying {
            return None;
        }
        self.trying = true;
        Some(self.round)
    }

    /// Takes what came of a try.
    pub fn end(&mut self, tried: Tried) {
        if tried.round != self.round {
            return;
        }
        self.trying = false;
        self.is_proven |= tried.answered;
        self.unanswered = if tried.answered { 0 } else { self.unanswered.saturating_add(1) };
    }

    /// Whether there are servers of which nobody knows yet that they answer: whoever tries settings wants to know
    /// it before they are kept.
    pub fn is_unproven(&self) -> bool {
        !self.servers.is_empty() && !self.is_proven
    }

    /// What a person must know.
    pub fn notice(&self) -> Option<Notice> {
        let enough = if self.is_proven { ENOUGH } else { ENOUGH_AT_FIRST };
        (self.unanswered >= enough).then(|| Notice::new("names_unanswered", []))
    }
}

/// Tries whether anybody answers.
pub async fn answers(round: u64) -> Tried {
    let name: Option<DomainName> = resolver::TRIED.parse().ok();
    let answered = match name {
        Some(name) => ask::is_answered(RESOLVER, &name).await,
        None => false,
    };
    Tried { round, answered }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dns(address: [u8; 4]) -> Dns {
        let name = "dns.example.net".parse().unwrap();
        let server = TlsServer { address: address.into(), name };
        Dns { upstream: settings::Upstream::Tls(vec![server]), dnssec: false }
    }

    fn try_once(upstream: &mut Upstream, answered: bool) {
        let round = upstream.begin(true).unwrap();
        upstream.end(Tried { round, answered });
    }

    #[test]
    fn silence_is_told_until_somebody_answers() {
        let mut upstream = Upstream::default();
        assert_eq!(upstream.begin(true), None, "nobody is asked over TLS");
        upstream.follow(&dns([9, 9, 9, 9]));
        try_once(&mut upstream, false);
        try_once(&mut upstream, false);
        assert_eq!(upstream.notice(), None, "the resolver may have just been started");
        assert!(upstream.is_unproven());
        try_once(&mut upstream, false);
        assert_eq!(upstream.notice().unwrap().code, "names_unanswered");
        upstream.follow(&dns([9, 9, 9, 9]));
        assert!(upstream.notice().is_some(), "the same servers");
        try_once(&mut upstream, true);
        assert_eq!(upstream.notice(), None);
        assert!(!upstream.is_unproven());
        try_once(&mut upstream, false);
        assert_eq!(upstream.notice(), None, "once may be chance");
        try_once(&mut upstream, false);
        assert!(upstream.notice().is_some());
    }

    #[test]
    fn of_other_servers_and_without_a_line_nothing_is_told() {
        let mut upstream = Upstream::default();
        upstream.follow(&dns([9, 9, 9, 9]));
        try_once(&mut upstream, false);
        let round = upstream.begin(true).unwrap();
        assert_eq!(upstream.begin(true), None, "one try at a time");
        upstream.follow(&dns([1, 1, 1, 1]));
        upstream.end(Tried { round, answered: false });
        assert_eq!(upstream.notice(), None);
        for _ in 0..3 {
            try_once(&mut upstream, false);
        }
        assert!(upstream.notice().is_some());
        assert_eq!(upstream.begin(false), None);
        assert_eq!(upstream.notice(), None, "that there is no line is told elsewhere");
        try_once(&mut upstream, false);
        try_once(&mut upstream, false);
        upstream.follow(&Dns::default());
        assert_eq!(upstream.notice(), None);
    }

    #[test]
    fn the_name_that_is_tried_is_one() {
        assert!(resolver::TRIED.parse::<DomainName>().is_ok());
    }
}
