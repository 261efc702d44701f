//! `locks/`: so that stock `restic prune` does not take away what is being sent. A lock older than
//! 30 minutes is nobody's (restic's rule); one at work renews it.

use crate::cipher::{Key, NoRandom};
use crate::document::{self, Lock};
use crate::object::{Id, Kind, Object};
use crate::repository::CopyError;
use crate::target::{Target, TargetError};

/// Renewed so often, ms.
const RENEW: u64 = 5 * 60_000;
/// Nobody's after so long, ms.
const STALE: u64 = 30 * 60_000;

/// Our lock at a target.
#[derive(Debug)]
pub struct Held {
    object: Object,
    since: u64,
    exclusive: bool,
}

/// Locks; takes away what an earlier run of ours left.
pub fn take(target: &dyn Target, key: &Key, host: &str, now: u64) -> Result<Held, CopyError> {
    // Others that copy are in nobody's way.
    if let Some(busy) = other(target, key, host, now, (true, |lock| lock.exclusive))? {
        return Err(busy);
    }
    put(target, key, host, now, false)
}

/// Locks, to be alone; takes away what an earlier run of ours left. Whoever came at the same moment and
/// was seen only afterwards goes first.
pub fn take_alone(target: &dyn Target, key: &Key, host: &str, now: u64) -> Result<Held, CopyError> {
    if let Some(busy) = other(target, key, host, now, (true, |_| true))? {
        return Err(busy);
    }
    let held = put(target, key, host, now, true)?;
    match other(target, key, host, now, (false, |_| true)) {
        Ok(None) => Ok(held),
        Ok(Some(busy)) => {
            held.release(target);
            Err(busy)
        }
        Err(error) => {
            held.release(target);
            Err(error)
        }
    }
}

/// Who else is at work there with a lock that counts; what an earlier run of ours left may be taken away.
fn other(
    target: &dyn Target,
    key: &Key,
    host: &str,
    now: u64,
    (take_ours, counts): (bool, fn(&Lock) -> bool),
) -> Result<Option<CopyError>, CopyError> {
    for (object, _) in target.list(Kind::Lock)? {
        let sealed = match target.read(object, None) {
            Err(TargetError::Missing(_)) => continue,
            read => read?,
        };
        // One that does not open is no lock of anybody who has the key.
        let Some(lock) = document::open::<Lock>(&sealed, key) else { continue };
        if lock.hostname == host {
            if take_ours {
                give_back(target, object);
            }
        } else if counts(&lock)
            && document::read(&lock.time).is_some_and(|time| now < time.saturating_add(STALE))
        {
            return Ok(Some(CopyError::Busy { host: lock.hostname, since: lock.time }));
        }
    }
    Ok(None)
}

fn put(
    target: &dyn Target,
    key: &Key,
    host: &str,
    now: u64,
    exclusive: bool,
) -> Result<Held, CopyError> {
    let sealed = seal(key, host, now, exclusive)?;
    let object = Object::Named(Kind::Lock, Id::of(&sealed));
    target.write(object, &sealed)?;
    Ok(Held { object, since: now, exclusive })
}

/// One of ours, not exclusive.
pub fn sealed(key: &Key, host: &str, now: u64) -> Result<Vec<u8>, NoRandom> {
    seal(key, host, now, false)
}

fn seal(key: &Key, host: &str, now: u64, exclusive: bool) -> Result<Vec<u8>, NoRandom> {
    let (time, hostname, username) = (document::written(now), host.to_owned(), String::new());
    let pid = std::process::id();
    document::seal(&Lock { time, exclusive, hostname, username, pid }, key)
}

impl Held {
    /// Renews it when it is time.
    pub fn renew(
        &mut self,
        target: &dyn Target,
        key: &Key,
        host: &str,
        now: u64,
    ) -> Result<(), CopyError> {
        if now.abs_diff(self.since) < RENEW {
            return Ok(());
        }
        let new = put(target, key, host, now, self.exclusive)?;
        give_back(target, std::mem::replace(self, new).object);
        Ok(())
    }

    /// Unlocks.
    pub fn release(self, target: &dyn Target) {
        give_back(target, self.object);
    }
}

/// A lock that stays is a lock of nobody in half an hour.
fn give_back(target: &dyn Target, object: Object) {
    if let Err(error) = target.remove(object) {
        tracing::debug!(%object, ?error, "a lock stays at the target");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Directory;

    const NOW: u64 = 1_796_000_000_000;

    fn leave(target: &dyn Target, key: &Key, host: &str, exclusive: bool, time: u64) -> Object {
        let (time, hostname, username) = (document::written(time), host.to_owned(), String::new());
        let lock = Lock { time, exclusive, hostname, username, pid: 7 };
        let sealed = document::seal(&lock, key).unwrap();
        let object = Object::Named(Kind::Lock, Id::of(&sealed));
        target.write(object, &sealed).unwrap();
        object
    }

    #[test]
    fn who_prunes_is_left_alone_and_nobody_waits_for_the_dead() {
        let folder = tempfile::tempdir().unwrap();
        let target = Directory::open(folder.path()).unwrap();
        let key = Key::random().unwrap();
        let other = leave(&target, &key, "nas", true, NOW);
        let refused = take(&target, &key, "box", NOW + STALE - 1);
        assert!(
            matches!(&refused, Err(CopyError::Busy { host, .. }) if host == "nas"),
            "{refused:?}"
        );
        let ours = leave(&target, &key, "box", true, NOW);
        let held = take(&target, &key, "box", NOW + STALE).unwrap();
        let mut there = vec![other, held.object];
        there.sort();
        let listed = |target: &Directory| {
            let listed = target.list(Kind::Lock).unwrap();
            let mut listed: Vec<_> = listed.into_iter().map(|(object, _)| object).collect();
            listed.sort();
            listed
        };
        assert_eq!(listed(&target), there);
        assert!(!there.contains(&ours), "what a run of ours left");
        held.release(&target);
        assert_eq!(listed(&target), [other]);
        // One that somebody else reads with is no matter.
        leave(&target, &key, "pc", false, NOW);
        take(&target, &key, "box", NOW + STALE).unwrap();
    }

    #[test]
    fn a_lock_is_renewed() {
        let folder = tempfile::tempdir().unwrap();
        let target = Directory::open(folder.path()).unwrap();
        let key = Key::random().unwrap();
        let mut held = take(&target, &key, "box", NOW).unwrap();
        let first = held.object;
        held.renew(&target, &key, "box", NOW + RENEW - 1).unwrap();
        assert_eq!(held.object, first);
        held.renew(&target, &key, "box", NOW + RENEW).unwrap();
        assert_ne!(held.object, first);
        assert_eq!(target.list(Kind::Lock).unwrap().len(), 1);
    }
}
