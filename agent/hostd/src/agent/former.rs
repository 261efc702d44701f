//! Going back to settings that were kept before, for whoever stands at the box: an ordinary change,
//! verified, without a trial. The way in that a trial is for is not needed at the console.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use host_api::{Author, ByConsole, Failure, Former, NotNow, Response, SettingsSource};
use settings::{Language, Settings};

use super::requests::failed;
use super::{Agent, InForce};
use crate::machine;
use crate::store::former::Kept;
use crate::store::sha256;
use systemd::log::chain;

impl Agent {
    /// What was kept, and what each would do.
    pub(super) fn former(&self, language: Language) -> Response {
        let Some(now) = self.in_force.as_ref().map(|now| &now.settings) else {
            return Response::NotNow(NotNow::Stale);
        };
        let text = now.to_json();
        let mut former: Vec<Former> = Vec::new();
        for kept in self.store.kept() {
            let document = sha256(kept.document.as_bytes());
            if former.iter().any(|known| known.document == document) {
                continue;
            }
            // One that this version does not accept is told without what it would do.
            let changes = settings::parse(kept.document.as_bytes());
            let changes = changes.map(|settings| now.changes(&settings)).unwrap_or_default();
            former.push(Former {
                document,
                at: kept.at.map(|at| now.local_time(UNIX_EPOCH + Duration::from_secs(at))),
                by: kept.by,
                reason: kept.reason,
                in_force: kept.document == text,
                changes: changes.len(),
                first: changes.first().map(|change| change.text(language)),
            });
        }
        former.truncate(Former::MAX);
        Response::Former { now: sha256(text.as_bytes()), former }
    }

    /// Brings about a document that was kept before. On any failure the present settings stand.
    pub(super) async fn go_back(&mut self, document: &str, base: &str) -> Response {
        if self.trial.is_some() {
            return Response::NotNow(NotNow::Trial);
        }
        let is_it = |text: &str, hash: &str| sha256(text.as_bytes()) == hash;
        let Some(InForce { settings: now, binding, .. }) = &self.in_force else {
            return Response::NotNow(NotNow::Stale);
        };
        let found = self.store.kept().into_iter().find(|kept| is_it(&kept.document, document));
        let (Some(kept), true) = (found, is_it(&now.to_json(), base)) else {
            return Response::NotNow(NotNow::Stale);
        };
        let settings = match settings::parse(kept.document.as_bytes()) {
            Ok(settings) => settings,
            Err(problems) => return self.refused(&problems),
        };
        let present = match machine::present_ports(self.options.links) {
            Ok(present) => present,
            Err(error) => return failed("links_failed", &error),
        };
        // A card that is missing now as well is missed by both.
        let missing = network::bind(&settings, &present).unbound;
        let missing = missing.iter().filter(|port| !binding.unbound.contains(port));
        let missing: Vec<String> = missing.map(ToString::to_string).collect();
        if !missing.is_empty() {
            let (code, detail) = ("cards_missing".to_owned(), missing.join(", "));
            tracing::info!(ports = detail, "former settings do not fit the cards");
            return Response::Failed(Failure { code, detail });
        }
        let response = self.apply(settings, Author::Console, kept.reason).await;
        if response == Response::Accepted {
            tracing::info!("former settings are in force again, by the console");
        }
        response
    }

    /// Adds what is kept now to what the console can go back to.
    pub(super) fn remember(
        &self,
        settings: &Settings,
        before: Option<String>,
        by: Author,
        reason: String,
    ) {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).map(|at| at.as_secs()).ok();
        let document = settings.to_json();
        if let Err(error) = self.store.remember(Kept { at, by, reason, document }, before) {
            // The settings themselves are safe.
            tracing::warn!(error = chain(&error), "the console cannot go back to these settings");
        }
    }

    /// The last time that the console did.
    pub(super) fn by_console(&self) -> Option<ByConsole> {
        let kept = self.store.kept().into_iter().find(|kept| kept.by == Author::Console)?;
        Some(ByConsole { at: kept.at?, document: sha256(kept.document.as_bytes()) })
    }

    /// The text of the settings in force, unless nobody ever kept them.
    pub(super) fn kept_text(&self) -> Option<String> {
        let now = self.in_force.as_ref()?;
        (now.source != SettingsSource::Factory).then(|| now.settings.to_json())
    }
}
