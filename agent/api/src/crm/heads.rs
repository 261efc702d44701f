//! Where the log of the vault stands leaves the box every hour, at each export of the log, each change of a role
//! and at the end, by whatever way the admin application has.

use std::sync::PoisonError;
use std::time::Duration;

use events::Event;
use vault::Store;

use super::Crm;

/// How often it leaves at least.
const EVERY: Duration = Duration::from_secs(3600);

impl Crm {
    /// To be called once a minute, while the vault is open.
    pub(super) async fn head_by_the_hour(&self, store: &Store) {
        let now = self.0.parts.clock.now().since_start;
        let is_due = {
            let mut last = self.0.head_left.lock().unwrap_or_else(PoisonError::into_inner);
            let is_due = last.is_none_or(|last| now.saturating_sub(last) >= EVERY);
            if is_due {
                *last = Some(now);
            }
            is_due
        };
        if is_due {
            self.head_leaves(store).await;
        }
    }

    /// The same now, beside whatever is going on: nobody waits for it.
    pub(super) fn head_leaves_soon(&self) {
        let Ok(open) = self.open() else { return };
        let (crm, store) = (self.clone(), open.store.clone());
        tokio::spawn(async move { crm.head_leaves(&store).await });
    }

    pub(super) async fn head_leaves(&self, store: &Store) {
        match store.head().await {
            Ok(head) => self.tell(Event::Head { line: head.line() }),
            Err(error) => {
                let error = systemd::log::chain(&error);
                tracing::warn!(error, "where the log stands is not told");
            }
        }
    }
}
