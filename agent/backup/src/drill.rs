//! A drill: the newest copy is read to its last byte, restored into scratch space, opened and compared with
//! the store that it is of. What comes of it is plain data; that something is wrong is no error.

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;

use vault::{Examined, Made, Store};

use crate::keys::{KeyCopy, KeyRepository};
use crate::repository::{Copy, Depth, Finding, Repository, RestoreError};
use crate::restic::Clock;
use crate::restoring::{self, RestoreStoreError};
use crate::target::TargetError;
use crate::trial::Protection;

/// What came of a drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// When it began and ended, ms since 1970.
    pub time: (u64, u64),
    /// The copy that was restored.
    pub copy: Copy,
    /// The copy of the keys.
    pub keys: Option<KeyCopy>,
    /// What whoever has the password of the copies can do at the target; `None` where trying failed.
    pub protection: Option<Protection>,
    /// Damage at the target of the copies, what is lost by it named.
    pub damage: Vec<Finding>,
    /// Damage at the target of the keys.
    pub damage_of_keys: Vec<Finding>,
    /// What was restored.
    pub made: Option<Made>,
    /// What was seen in it, and how it compares.
    pub examined: Option<Examined>,
    /// Why there is none of the two, from the outermost cause to the innermost.
    pub failed: Vec<String>,
}

impl Drill {
    /// Whether the shop would have come back whole.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let made = |made: &Made| made.keys_missing == 0 && made.chain_broken_at.is_none();
        self.damage.is_empty()
            && self.damage_of_keys.is_empty()
            && self.failed.is_empty()
            && self.made.as_ref().is_some_and(made)
            && self.examined.as_ref().is_some_and(Examined::is_good)
    }
}

/// Why there was no drill.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// The target did not answer.
    #[error("the copies cannot be reached")]
    Target(#[from] TargetError),
    /// There is nothing to restore.
    #[error("there is no copy")]
    NoCopy,
    /// The scratch space cannot be used.
    #[error("the space for the drill cannot be used")]
    Scratch(#[source] io::Error),
}

/// Restores the newest copy into `scratch`, which is made for it and taken away after it, and compares it
/// with `store`, which goes on meanwhile. Blocks; as long as reading all of the target takes.
///
/// # Errors
/// See [`DrillError`].
pub fn drill(
    copies: &dyn Repository,
    keys: &KeyRepository,
    store: &Store,
    scratch: &Path,
    clock: &Clock,
) -> Result<Drill, DrillError> {
    let began = clock();
    let copy = copies.copies()?.copies.pop().ok_or(DrillError::NoCopy)?;
    clear(scratch)?;
    fs::create_dir(scratch).map_err(DrillError::Scratch)?;
    let mut drill = Drill {
        time: (began, began),
        keys: None,
        protection: copies.protection().ok(),
        damage: copies.check(Depth::Read)?,
        damage_of_keys: keys.check(Depth::Read)?,
        copy,
        made: None,
        examined: None,
        failed: Vec::new(),
    };
    let path = scratch.join("store.1");
    match restoring::restore(copies, &drill.copy, keys, &path) {
        Ok(restored) => {
            drill.keys = Some(restored.keys);
            drill.made = Some(restored.made);
            match store.examine(&path) {
                Ok(examined) => drill.examined = Some(examined),
                Err(error) => drill.failed = causes(&error),
            }
        }
        // That nobody answers says nothing of the copy.
        Err(error) => match away(error) {
            Ok(error) => {
                clear(scratch)?;
                return Err(error.into());
            }
            Err(error) => drill.failed = causes(&error),
        },
    }
    clear(scratch)?;
    drill.time.1 = clock();
    Ok(drill)
}

/// That the target did not do it; what it gave and is no good is of the copy.
fn away(error: RestoreStoreError) -> Result<TargetError, RestoreStoreError> {
    use RestoreStoreError::{Keys, Records};
    match error {
        Records(RestoreError::Target(target)) | Keys(RestoreError::Target(target))
            if !matches!(target, TargetError::Missing(_) | TargetError::Broken { .. }) =>
        {
            Ok(target)
        }
        error => Err(error),
    }
}

fn clear(scratch: &Path) -> Result<(), DrillError> {
    match fs::remove_dir_all(scratch) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(DrillError::Scratch(error)),
        _ => Ok(()),
    }
}

/// An error, and what caused it, one after the other.
pub fn causes(error: &dyn Error) -> Vec<String> {
    let (mut causes, mut next) = (vec![error.to_string()], error.source());
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Object;

    #[test]
    fn a_target_that_is_away_is_no_bad_copy() {
        let of = |error| RestoreStoreError::Records(RestoreError::Target(error));
        let away_now = || TargetError::Unreachable(io::ErrorKind::TimedOut.into());
        assert!(away(of(away_now())).is_ok());
        assert!(away(RestoreStoreError::Keys(RestoreError::Target(away_now()))).is_ok());
        assert!(away(of(TargetError::Missing(Object::Config))).is_err());
        let what = "it is shorter".to_owned();
        assert!(away(of(TargetError::Broken { object: "config".to_owned(), what })).is_err());
        assert!(away(RestoreStoreError::Records(RestoreError::NoCopy)).is_err());
    }
}
