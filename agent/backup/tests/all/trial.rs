//! What protection a target gives is what it does, not what it says.

use std::sync::Arc;

use backup::{Kind, Object, Protection, Repository, Target, TargetError, TrialError};

use crate::shop;

#[test]
fn whoever_has_the_disk_can_delete() {
    let folder = tempfile::tempdir().unwrap();
    let target = shop::disk(folder.path());
    let repository = shop::create(target.clone()).unwrap();
    for _ in 0..2 {
        assert_eq!(repository.protection().unwrap(), Protection::Deletes);
        assert_eq!(target.list(Kind::Index).unwrap(), []);
        assert_eq!(target.list(Kind::Lock).unwrap(), []);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// Refuses to take anything away but locks.
    Keeps,
    /// Refuses, and takes it away.
    Lies,
    /// Refuses, and has something else afterwards.
    Changes,
    /// Takes locks away in words only.
    KeepsLocks,
    /// Refuses to take locks away.
    RefusesLocks,
    /// Takes nothing at all.
    ReadOnly,
}

#[derive(Debug)]
struct Odd(Arc<dyn Target>, std::sync::Mutex<Option<Does>>);

impl Odd {
    fn does(&self) -> Option<Does> {
        *self.1.lock().unwrap()
    }
}

fn refused() -> TargetError {
    let source = std::io::ErrorKind::PermissionDenied.into();
    TargetError::Refused { doing: "change", object: "it".to_owned(), source }
}

impl Target for Odd {
    fn list(&self, kind: Kind) -> Result<Vec<(Object, u64)>, TargetError> {
        self.0.list(kind)
    }

    fn read(&self, object: Object, range: Option<(u64, u64)>) -> Result<Vec<u8>, TargetError> {
        let mut bytes = self.0.read(object, range)?;
        if self.does() == Some(Does::Changes) {
            bytes.reverse();
        }
        Ok(bytes)
    }

    fn write(&self, object: Object, bytes: &[u8]) -> Result<(), TargetError> {
        if self.does() == Some(Does::ReadOnly) {
            Err(refused())
        } else {
            self.0.write(object, bytes)
        }
    }

    fn remove(&self, object: Object) -> Result<(), TargetError> {
        let is_lock = matches!(object, Object::Named(Kind::Lock, _));
        match self.does() {
            Some(Does::KeepsLocks) if is_lock => Ok(()),
            Some(Does::RefusesLocks) if is_lock => Err(refused()),
            _ if is_lock => self.0.remove(object),
            Some(Does::Lies) => self.0.remove(object).and_then(|()| Err(refused())),
            Some(_) => Err(refused()),
            None => self.0.remove(object),
        }
    }
}

#[test]
fn no_is_believed_when_it_is_still_there() {
    for does in [
        Does::Keeps,
        Does::Lies,
        Does::Changes,
        Does::KeepsLocks,
        Does::RefusesLocks,
        Does::ReadOnly,
    ] {
        let folder = tempfile::tempdir().unwrap();
        let odd = Arc::new(Odd(shop::disk(folder.path()), None.into()));
        let repository = shop::create(odd.clone()).unwrap();
        *odd.1.lock().unwrap() = Some(does);
        let tried = repository.protection();
        let ok = match does {
            Does::Keeps => matches!(tried, Ok(Protection::AppendOnly)),
            Does::Lies | Does::Changes | Does::KeepsLocks => {
                matches!(tried, Err(TrialError::Target(TargetError::Broken { .. })))
            }
            Does::RefusesLocks | Does::ReadOnly => {
                matches!(tried, Err(TrialError::Target(TargetError::Refused { .. })))
            }
        };
        assert!(ok, "{does:?}: {tried:?}");
        let locks = odd.list(Kind::Lock).unwrap().len();
        let stays = matches!(does, Does::KeepsLocks | Does::RefusesLocks);
        assert_eq!(locks, usize::from(stays), "{does:?}");
    }
}
