//! The key on the sheets of a store that only this machine's own key opens here: it opens the copies' store on
//! another machine. It is made once, and kept in the store itself, which says no more with it than it does without.

use backup::SheetKey;
use seal::body::Value;
use seal::numbers::{action, copy_targets, outcome, table};
use vault::engine::EngineError;
use vault::{Actor, Batch, BatchError, CommitError, KeyOf, SlotError, Store, Unlock};

/// Why there is no such key.
#[derive(Debug, thiserror::Error)]
pub enum NoKey {
    /// The disk cannot be read.
    #[error("the key of the recovery sheets cannot be read")]
    Read(#[from] EngineError),
    /// The kernel gives no random bytes.
    #[error("no key could be made")]
    Random(#[from] backup::NoRandom),
    /// It could not be kept.
    #[error("the key of the recovery sheets cannot be kept")]
    Batch(#[from] BatchError),
    /// The disk refused.
    #[error("the key of the recovery sheets cannot be kept")]
    Commit(#[from] CommitError),
    /// The store does not take it.
    #[error("the key of the recovery sheets does not open the store")]
    Slot(#[from] SlotError),
}

/// It, made if there is none, and sure to open the store. Blocks.
///
/// # Errors
/// See [`NoKey`].
pub async fn opens(store: &Store) -> Result<SheetKey, NoKey> {
    let mut kept = None;
    store.load(table::COPY_TARGETS, |_, _, body| {
        if let Some(Value::Text(text)) = body.fields.get(&copy_targets::OPENS) {
            kept = SheetKey::parse(text).ok();
        }
    })?;
    let key = match kept {
        Some(key) => key,
        None => make(store).await?,
    };
    // After a cut it is kept, and opens nothing yet.
    let unlock = Unlock::Recovery(key.text());
    if !store.is_opened_by(&unlock)? {
        store.opens_with(&Actor::default(), &unlock)?;
    }
    Ok(key)
}

async fn make(store: &Store) -> Result<SheetKey, NoKey> {
    let (key, id) = (SheetKey::new()?, store.new_id());
    let text = Value::Text(key.text().to_string());
    let decide = move |batch: &mut Batch<'_>| {
        batch.put(table::COPY_TARGETS, id, [(copy_targets::OPENS, text)].into(), KeyOf::Table)?;
        batch.audit(action::COPY_KEY_MADE, outcome::ALLOWED);
        Ok::<(), BatchError>(())
    };
    store.write(Actor::default(), decide).await??;
    Ok(key)
}
