//! All sessions of a realm in memory: by the SHA-256 of their token, ended at once when revoked.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use seal::RecordId;
use vault::Moment;

use crate::device::Device;
use crate::life::Life;
use crate::secret::{Kept, Secret, kept};

/// Characters kept of what a browser calls itself.
pub const DEVICE_MOST: usize = 200;

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Address.
    pub address: IpAddr,
    /// What the browser calls itself, at most [`DEVICE_MOST`] characters, none of control.
    pub device: String,
    /// The browser by its cookie, if it has one. Not kept with a session.
    pub browser: Option<Device>,
}

/// One session, as it is kept but for its life in this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id: names it in lists and in the log, opens nothing.
    pub id: RecordId,
    /// Whose it is.
    pub account: RecordId,
    /// Where it began.
    pub peer: Peer,
    /// When it began, ms since 1970.
    pub created: u64,
    /// Last request, ms since 1970.
    pub last_seen: u64,
    /// The last request that is on the disk, ms since 1970.
    pub written: u64,
    /// How long it lives.
    pub life: Life,
}

/// The sessions of a realm.
#[derive(Debug, Default)]
pub struct Sessions {
    by_token: HashMap<Kept, Session>,
}

impl Peer {
    /// A peer, its device cut to what is kept.
    #[must_use]
    pub fn new(address: IpAddr, device: &str) -> Self {
        let shown = device.chars().filter(|c| !c.is_control()).take(DEVICE_MOST);
        Self { address: address.to_canonical(), device: shown.collect(), browser: None }
    }

    /// The same, whose browser showed this cookie or is to get it.
    #[must_use]
    pub fn with_cookie(self, cookie: &Secret) -> Self {
        Self { browser: Some(Device::of(cookie)), ..self }
    }
}

impl Sessions {
    /// Takes in a session that is on the disk, under the SHA-256 of its token.
    pub fn put(&mut self, token_sha256: [u8; 32], session: Session) {
        self.by_token.insert(token_sha256, session);
    }

    /// The live session of a token, its idle time begun anew.
    pub fn touch(&mut self, token: &str, now: Moment) -> Option<&Session> {
        let session = self.by_token.get_mut(&kept(token))?;
        if !session.life.is_alive(now) {
            return None;
        }
        session.life.touch(now);
        session.last_seen = now.wall;
        Some(session)
    }

    /// The live session of a token, its idle time as it was. For streams, which are no request.
    #[must_use]
    pub fn look(&self, token: &str, now: Moment) -> Option<&Session> {
        self.by_token.get(&kept(token)).filter(|session| session.life.is_alive(now))
    }

    /// Last request of any session of an account, ms since 1970.
    #[must_use]
    pub fn last_seen(&self, account: RecordId) -> Option<u64> {
        let theirs = self.by_token.values().filter(|session| session.account == account);
        theirs.map(|session| session.last_seen).max()
    }

    /// Is this session still good? For streams, which ask every second and touch nothing.
    #[must_use]
    pub fn is_alive(&self, id: RecordId, now: Moment) -> bool {
        self.by_token.values().any(|session| session.id == id && session.life.is_alive(now))
    }

    /// Live sessions of an account, the newest first.
    #[must_use]
    pub fn of(&self, account: RecordId, now: Moment) -> Vec<&Session> {
        let theirs = |session: &&Session| session.account == account && session.life.is_alive(now);
        let mut found: Vec<&Session> = self.by_token.values().filter(theirs).collect();
        found.sort_by_key(|session| std::cmp::Reverse((session.created, session.id)));
        found
    }

    /// Ids of all sessions of an account, also of those that are over.
    pub(crate) fn ids_of(&self, account: RecordId) -> Vec<RecordId> {
        let theirs = self.by_token.values().filter(|session| session.account == account);
        theirs.map(|session| session.id).collect()
    }

    /// Ends one session, whoever's it is. For what is off the disk already.
    pub(crate) fn remove(&mut self, id: RecordId) {
        self.by_token.retain(|_, session| session.id != id);
    }

    /// Ends all sessions of an account but one; gives their ids.
    pub fn end_all(&mut self, account: RecordId, but: Option<RecordId>) -> Vec<RecordId> {
        let theirs = |session: &Session| session.account == account && Some(session.id) != but;
        self.end_where(theirs).iter().map(|session| session.id).collect()
    }

    /// Takes out what is over, and gives it.
    pub fn sweep(&mut self, now: Moment) -> Vec<Session> {
        self.end_where(|session| !session.life.is_alive(now))
    }

    fn end_where(&mut self, over: impl Fn(&Session) -> bool) -> Vec<Session> {
        let ended = self.by_token.extract_if(|_, session| over(session));
        let mut ended: Vec<Session> = ended.map(|(_, session)| session).collect();
        ended.sort_by_key(|session| session.id);
        ended
    }

    /// Sessions whose last request is at least `after` later than the one on the disk, with it.
    #[must_use]
    pub fn worth_writing(&self, after: Duration) -> Vec<(RecordId, u64)> {
        let after = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        let stale = |session: &&Session| session.last_seen >= session.written.saturating_add(after);
        self.by_token.values().filter(stale).map(|s| (s.id, s.last_seen)).collect()
    }

    /// A session's last request is on the disk; `false` if the session is not known.
    pub(crate) fn seen_written(&mut self, id: RecordId, last_seen: u64) -> bool {
        let known = self.by_token.values_mut().find(|session| session.id == id);
        known.map(|session| session.written = session.written.max(last_seen)).is_some()
    }
}

/// A new token for a session, and what is kept of it.
///
/// # Errors
/// The kernel gave no randomness.
pub fn new_token() -> Result<(Secret, [u8; 32]), getrandom::Error> {
    let secret = Secret::new()?;
    let kept = secret.kept();
    Ok((secret, kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: u64) -> Moment {
        Moment { wall: minutes * 60_000, since_start: Duration::from_secs(minutes * 60) }
    }

    fn begin(sessions: &mut Sessions, id: u8, account: u8, minute: u64) -> Secret {
        let (token, sha256) = new_token().unwrap();
        let session = Session {
            id: RecordId([id; 16]),
            account: RecordId([account; 16]),
            peer: Peer::new("192.168.8.20".parse().unwrap(), "Firefox"),
            created: at(minute).wall,
            last_seen: at(minute).wall,
            written: at(minute).wall,
            life: Life::begin(at(minute)),
        };
        sessions.put(sha256, session);
        token
    }

    fn id(n: u8) -> RecordId {
        RecordId([n; 16])
    }

    #[test]
    fn only_the_token_opens_and_requests_keep_it_alive() {
        let mut sessions = Sessions::default();
        let token = begin(&mut sessions, 1, 7, 0);
        assert_eq!(sessions.touch(token.expose(), at(29)).map(|s| s.account), Some(id(7)));
        assert!(sessions.is_alive(id(1), at(58)));
        assert!(!sessions.is_alive(id(1), at(59)), "asking touched nothing");
        assert!(sessions.touch(token.expose(), at(59)).is_none());
        // Neither the id nor what is kept of the token opens it.
        for wrong in ["", "01010101", &data_encoding::BASE64URL_NOPAD.encode(&token.kept())] {
            assert!(sessions.touch(wrong, at(30)).is_none());
        }
    }

    #[test]
    fn ending_ends_at_once_and_only_that_one() {
        let mut sessions = Sessions::default();
        let mine = begin(&mut sessions, 1, 7, 0);
        let other = begin(&mut sessions, 2, 7, 1);
        let foreign = begin(&mut sessions, 3, 8, 0);
        let listed: Vec<_> = sessions.of(id(7), at(2)).iter().map(|s| s.id).collect();
        assert_eq!(listed, [id(2), id(1)]);
        sessions.remove(id(2));
        assert!(sessions.touch(other.expose(), at(2)).is_none());
        for token in [mine, foreign] {
            assert!(sessions.touch(token.expose(), at(2)).is_some());
        }
    }

    #[test]
    fn a_new_password_ends_all_but_the_current_and_disabling_ends_all() {
        let mut sessions = Sessions::default();
        let current = begin(&mut sessions, 1, 7, 0);
        begin(&mut sessions, 2, 7, 0);
        begin(&mut sessions, 3, 7, 0);
        begin(&mut sessions, 4, 8, 0);
        assert_eq!(sessions.end_all(id(7), Some(id(1))), [id(2), id(3)]);
        assert!(sessions.touch(current.expose(), at(1)).is_some());
        assert_eq!(sessions.end_all(id(7), None), [id(1)]);
        assert!(sessions.touch(current.expose(), at(1)).is_none());
        assert!(sessions.is_alive(id(4), at(1)));
        let over: Vec<_> = sessions.sweep(at(30)).iter().map(|session| session.id).collect();
        assert_eq!(over, [id(4)]);
    }

    #[test]
    fn being_seen_is_written_seldom() {
        let mut sessions = Sessions::default();
        let token = begin(&mut sessions, 1, 7, 0);
        let after = Duration::from_secs(600);
        sessions.touch(token.expose(), at(9));
        assert!(sessions.worth_writing(after).is_empty());
        sessions.touch(token.expose(), at(10));
        assert_eq!(sessions.worth_writing(after), [(id(1), at(10).wall)]);
        assert!(sessions.seen_written(id(1), at(10).wall));
        assert!(!sessions.seen_written(id(2), at(10).wall));
        sessions.touch(token.expose(), at(19));
        assert!(sessions.worth_writing(after).is_empty());
    }

    #[test]
    fn a_device_is_cut_and_cannot_write_into_the_log() {
        let peer = Peer::new(
            "::ffff:192.168.8.20".parse().unwrap(),
            &format!("a\r\nb{}", "x".repeat(500)),
        );
        assert_eq!(peer.address, "192.168.8.20".parse::<IpAddr>().unwrap());
        assert_eq!(peer.device.chars().count(), DEVICE_MOST);
        assert!(peer.device.starts_with("abx"));
    }
}
