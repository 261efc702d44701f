//! A write on its way to the writer's thread and back.

use tokio::sync::oneshot;

use crate::Actor;
use crate::batch::Batch;
use crate::keyring::SealFailed;

/// Why nothing was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The disk refused a write or a sync, now or earlier. Whether the write is there shows when
    /// the store is opened again; until then nothing is accepted.
    #[error("the disk failed; nothing more is accepted")]
    DiskFailed,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// The recovery key was not typed back yet: the store takes no record until then.
    #[error("the recovery key was not typed back yet")]
    RecoveryNotConfirmed,
    /// The batch is larger than a commit may be, bytes. Nothing was written.
    #[error("a batch of {0} bytes is too large")]
    TooLarge(usize),
    /// The batch could not be sealed. Nothing was written.
    #[error("the batch could not be sealed")]
    Seal(#[source] SealFailed),
    /// So much was sealed under these keys that no more is safe. Nothing was written.
    #[error("the keys have sealed all they may")]
    SealLimit,
    /// The decision panicked. Nothing was written.
    #[error("the decision about this write panicked")]
    Panicked,
}

/// A write, its types forgotten.
pub trait Job: Send {
    /// Who writes.
    fn actor(&self) -> Actor;
    /// Whether it may come before the recovery key was typed back.
    fn before_recovery(&self) -> bool;
    /// Fills the batch; whether it is to be written.
    fn decide(&mut self, batch: &mut Batch<'_>) -> bool;
    /// Gives the answer.
    fn answer(self: Box<Self>, result: Result<(), CommitError>);
}

/// What a write comes to: written, refused by its own rules, or not acknowledged.
pub type Answer<T, E> = Result<Result<T, E>, CommitError>;

/// A [`Job`] with its types.
pub struct Decision<T, E, F> {
    /// Who writes.
    pub actor: Actor,
    /// Whether it may come before the recovery key was typed back.
    pub before_recovery: bool,
    /// Taken when it is run.
    pub decide: Option<F>,
    /// What it gave.
    pub result: Option<Result<T, E>>,
    /// Who waits.
    pub answer: oneshot::Sender<Answer<T, E>>,
}

impl<T, E, F> Job for Decision<T, E, F>
where
    T: Send,
    E: Send,
    F: FnOnce(&mut Batch<'_>) -> Result<T, E> + Send,
{
    fn actor(&self) -> Actor {
        self.actor.clone()
    }

    fn before_recovery(&self) -> bool {
        self.before_recovery
    }

    fn decide(&mut self, batch: &mut Batch<'_>) -> bool {
        self.result = self.decide.take().map(|decide| decide(batch));
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, result: Result<(), CommitError>) {
        let answer = match (result, self.result) {
            (Ok(()), Some(result)) => Ok(result),
            (Ok(()), None) => Err(CommitError::Panicked),
            (Err(error), _) => Err(error),
        };
        // Nobody waits any more when the caller was dropped; the write stands all the same.
        let _ = self.answer.send(answer);
    }
}
