//! What was done at the box's console: hostd did it, and here it is written into the history.

use super::changes::{Change, Documents, Outcome, digest};
use super::state::Admin;
use super::trial::hex;
use crate::problem::Problem;

impl Admin {
    /// Writes down what the console brought back, once. Whoever calls it is [`Admin::changing`].
    pub(super) async fn learn_of_console(&self) -> Result<(), Problem> {
        let now = self.settings().await?;
        let Some(done) = &now.by_console else { return Ok(()) };
        let at = done.at.saturating_mul(1_000);
        let all = self.changes().await?;
        if all.iter().any(|change| change.by.is_none() && change.at == at) {
            return Ok(());
        }
        let is_it = |change: &&Change| hex(&change.digest) == done.document;
        let after = if hex(&digest(&now.document)) == done.document {
            Some(now.document.clone())
        } else {
            self.after(all.iter().find(is_it)).await?
        };
        let Some(after) = after else {
            tracing::warn!("the console brought back settings that are in no history");
            return Ok(());
        };
        let is_before = |change: &&Change| change.outcome == Outcome::Kept && change.at <= at;
        let before = self.after(all.iter().find(is_before)).await?;
        let before = before.unwrap_or_else(|| after.clone());
        self.console_change(at, &Documents { before, after }).await?;
        Ok(())
    }

    async fn after(&self, change: Option<&Change>) -> Result<Option<String>, Problem> {
        let Some(change) = change else { return Ok(None) };
        Ok(self.documents(change).await?.map(|both| both.after))
    }
}
