//! A recovery sheet as somebody typed it, and the copies that it leads to.

use backup::service::{Place, Seen, Why};
use backup::{Copy, Sheet, SheetError, SheetKey};
use events::Secret;

use super::place;
use super::told::why;
use crate::problem::{Field, Problem};
use crate::reply::broken;
use crate::shape::copies as shape;
use crate::shape::plain::Time;

/// Most copies that are told.
const MOST: usize = 1_200;

/// Whose copies a sheet has to be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The CRM's, whose vault a person's secret opens.
    Vault,
    /// The box's own, whose store opens with a key of the sheet.
    Box,
}

/// Where the copies are and what opens them.
pub(crate) struct Sheeted {
    pub place: Place,
    pub key: SheetKey,
    /// What opens the store of the copies, where it is the box's own.
    pub opens: Option<SheetKey>,
}

/// Reads it, or says every field that is refused.
pub(crate) fn typed_sheet(typed: shape::TypedSheet, whose: Whose) -> Result<Sheeted, Problem> {
    if let Some(text) = typed.text.filter(|text| !text.reveal().trim().is_empty()) {
        return of_text(text.reveal(), whose).map_err(|code| Problem::field("/text", code));
    }
    let mut refused = Vec::new();
    let given = shape::CopyTargetGiven {
        name: String::new(),
        address: typed.address,
        user: typed.user,
        password: typed.password,
        bucket: typed.bucket,
        sftp: typed.sftp,
        lock_days: None,
        limit: None,
        authority: typed.authority,
    };
    let place = place(given, None, &mut refused);
    let key = self::key("/key", typed.key.as_ref(), &mut refused);
    let opens = match whose {
        Whose::Vault => None,
        Whose::Box => self::key("/opens", typed.opens.as_ref(), &mut refused),
    };
    match (place, key) {
        (Some(place), Some(key)) if refused.is_empty() => Ok(Sheeted { place, key, opens }),
        _ => Err(Problem::fields_refused(refused)),
    }
}

fn of_text(text: &str, whose: Whose) -> Result<Sheeted, &'static str> {
    let sheet = Sheet::parse(text).map_err(|error| match error {
        SheetError::Other => "no-sheet",
        SheetError::Newer => "newer-sheet",
    })?;
    match (whose, sheet.opens.is_some()) {
        (Whose::Vault, true) => return Err("sheet-of-box"),
        (Whose::Box, false) => return Err("sheet-of-crm"),
        (Whose::Vault, false) | (Whose::Box, true) => {}
    }
    // As if it had been typed.
    let place = Place::of_sheet(&sheet).map_err(|_| "no-sheet")?;
    Ok(Sheeted { place, key: sheet.key, opens: sheet.opens })
}

fn key(at: &'static str, typed: Option<&Secret>, refused: &mut Vec<Field>) -> Option<SheetKey> {
    let key = typed.map(|key| SheetKey::parse(key.reveal()));
    match key {
        None => refused.push(Field::new(at, "empty")),
        Some(Err(_)) => refused.push(Field::new(at, "mistyped")),
        Some(Ok(key)) => return Some(key),
    }
    None
}

/// The copies as they are told, the newest first, or why there are none.
pub(crate) fn copies_found(found: Result<Seen, Why>) -> shape::CopiesFound {
    match found {
        Ok(Seen { copies, damaged, void }) => shape::CopiesFound {
            why: copies.is_empty().then_some(shape::CopyWhy::Nothing),
            count: copies.len(),
            items: copies.iter().rev().take(MOST).map(told).collect(),
            damaged,
            void_sheet: void,
        },
        Err(because) => {
            let why = Some(why(because));
            shape::CopiesFound { why, items: Vec::new(), count: 0, damaged: 0, void_sheet: false }
        }
    }
}

fn told(copy: &Copy) -> shape::CopyFound {
    shape::CopyFound { id: copy.id.to_string(), at: Time(copy.time) }
}

/// What speaks with a target, on a thread where no async tasks run: it blocks.
///
/// # Errors
/// [`crate::problem::Code::Broken`] where it broke.
pub(crate) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| broken(&error))
}
