//! The one way by which somebody who is signed in changes anything: session and role are judged where
//! the change is, on the writer's thread and after every earlier write. A request that was under way
//! when its session ended, or its role was taken away, does nothing.

use seal::RecordId;
use seal::numbers::table;
use vault::{Batch, BatchError, CommitError, EraseError, Store};

use crate::realm::Identity;
use crate::refused::Refused;
use crate::signed::Signed;
use crate::stored::read_account;

/// The session ended, or its role was taken away, before this was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session ended meanwhile")]
pub struct SessionEnded;

/// Somebody signed in, with what their role gave them at the request.
pub trait Holder: Clone + Send + 'static {
    /// Who.
    fn signed(&self) -> &Signed;

    /// Whether an account as it is now still gives this.
    fn is_given_to(now: &Signed) -> bool;
}

/// Runs `decide` as [`Store::write`] does, if the session and what it gave still hold after all
/// earlier writes.
///
/// # Errors
/// [`SessionEnded`], and what `decide` and the store refuse.
pub async fn write_as<W, T, E>(
    store: &Store,
    who: &W,
    decide: impl FnOnce(&mut Batch<'_>) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    W: Holder,
    T: Send + 'static,
    E: From<SessionEnded> + From<BatchError> + From<CommitError> + Send + 'static,
{
    let by = who.clone();
    let written = store.write(who.signed().actor(), move |batch| {
        if !holds(&by, batch)? {
            return Err(SessionEnded.into());
        }
        decide(batch)
    });
    written.await?
}

/// Erases a person as [`Store::erase_person_if`] does, if the session and what it gave still hold after
/// all earlier writes.
///
/// # Errors
/// [`SessionEnded`], and what `decide` and the store refuse.
pub async fn erase_as<W, T, E>(
    store: &Store,
    who: &W,
    person: RecordId,
    decide: impl FnOnce(&mut Batch<'_>) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    W: Holder,
    T: Send + 'static,
    E: From<SessionEnded> + From<BatchError> + From<EraseError> + Send + 'static,
{
    let by = who.clone();
    let erased = store.erase_person_if(person, who.signed().actor(), move |batch| {
        if !holds(&by, batch)? {
            return Err(SessionEnded.into());
        }
        decide(batch)
    });
    erased.await?
}

impl Identity {
    /// For a change outside of the store, right before it: whether session and role still hold
    /// after all earlier writes. Writes nothing.
    ///
    /// # Errors
    /// [`Refused::SessionEnded`], [`Refused::Commit`].
    pub async fn confirm(&self, who: &impl Holder) -> Result<(), Refused> {
        let by = who.clone();
        // What is not written is an error to the store, so a yes comes as one.
        let judged =
            self.0.store.write(who.signed().actor(), move |batch| Err::<(), _>(holds(&by, batch)));
        match judged.await? {
            Ok(()) | Err(Ok(true)) => Ok(()),
            Err(Ok(false)) => Err(Refused::SessionEnded),
            Err(Err(error)) => Err(error.into()),
        }
    }
}

/// Its session is not ended, and its account as earlier writes left it gives this.
fn holds<W: Holder>(who: &W, batch: &Batch<'_>) -> Result<bool, BatchError> {
    let then = who.signed();
    if batch.get(table::SESSIONS, then.session())?.is_none() {
        return Ok(false);
    }
    let id = then.account().id;
    let found = batch.get(table::ACCOUNTS, id)?;
    let read = found.and_then(|(version, body)| read_account(id, version, &body));
    Ok(read.is_some_and(|(account, _)| W::is_given_to(&Signed { account, ..then.clone() })))
}
