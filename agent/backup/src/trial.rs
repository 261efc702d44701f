//! What protection a target really gives: asked not of it, but of what it does. Writes an object and a
//! lock, and tries to take both away: a good target keeps the one and lets the other go.
//!
//! The object is an index file that lists nothing. It is there for good where it is kept, so one of an
//! earlier trial is used again, and stock restic reads it as what it is.

use crate::cipher::{Key, NoRandom};
use crate::document;
use crate::index::IndexFile;
use crate::lock;
use crate::object::{Id, Kind, Object};
use crate::target::{Former, ObjectLock, Target, TargetError};

/// What whoever has the password of a target can do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// Add only: what is there stays.
    AppendOnly,
    /// Hide and overwrite: all versions stay until their lock ends, for whoever owns the bucket.
    Locked(ObjectLock),
    /// Take away all of it, or write over it.
    Deletes,
}

/// Why it is not known.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The target did not do it.
    #[error("the target could not be tried")]
    Target(#[from] TargetError),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] NoRandom),
}

/// Tries. Whatever comes of it, the lock is taken away if the target lets us; a lock of this host that
/// stays is nobody's in half an hour.
pub fn protection(
    target: &dyn Target,
    key: &Key,
    host: &str,
    now: u64,
) -> Result<Protection, TrialError> {
    let (object, bytes) = made(target, key)?;
    let sealed = lock::sealed(key, host, now)?;
    let lock = Object::Named(Kind::Lock, Id::of(&sealed));
    target.write(lock, &sealed)?;
    let tried = take_away(target, object, &bytes);
    target.remove(lock)?;
    if target.list(Kind::Lock)?.iter().any(|(there, _)| *there == lock) {
        return Err(broken(lock, "it was taken away and is still there").into());
    }
    Ok(tried?)
}

/// An index file that lists nothing, at the target.
fn made(target: &dyn Target, key: &Key) -> Result<(Object, Vec<u8>), TrialError> {
    let sealed = document::seal(&IndexFile::default(), key)?;
    for (object, length) in target.list(Kind::Index)? {
        if length != sealed.len() as u64 {
            continue;
        }
        let there = match target.read(object, None) {
            Err(TargetError::Missing(_) | TargetError::Broken { .. }) => continue,
            read => read?,
        };
        let named = object == Object::Named(Kind::Index, Id::of(&there));
        if named && document::open(&there, key).is_some_and(|index: IndexFile| index.is_empty()) {
            return Ok((object, there));
        }
    }
    let object = Object::Named(Kind::Index, Id::of(&sealed));
    target.write(object, &sealed)?;
    Ok((object, sealed))
}

fn take_away(target: &dyn Target, object: Object, bytes: &[u8]) -> Result<Protection, TargetError> {
    let former = target.overwrite(object, bytes)?;
    match (target.remove(object), former) {
        (Ok(()) | Err(TargetError::Refused { .. }), Former::Kept(lock)) => {
            return Ok(Protection::Locked(lock));
        }
        // Even if it keeps something: it said yes.
        (Ok(()), _) | (Err(TargetError::Refused { .. }), Former::Lost) => {
            return Ok(Protection::Deletes);
        }
        (Err(TargetError::Refused { .. }), Former::NotTried) => {}
        (Err(error), _) => return Err(error),
    }
    match target.read(object, None) {
        Ok(there) if there == bytes => Ok(Protection::AppendOnly),
        Ok(_) => Err(broken(object, "it refused to take it away, and changed it")),
        Err(TargetError::Missing(_)) => Err(broken(object, "it refused to take it away, and did")),
        Err(error) => Err(error),
    }
}

fn broken(object: Object, what: &str) -> TargetError {
    TargetError::Broken { object: object.to_string(), what: what.to_owned() }
}
