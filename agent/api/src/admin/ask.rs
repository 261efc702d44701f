//! What the routes ask of hostd, and what its answers mean to whoever asked.

use std::time::Duration;

use host_api::{ByConsole, Ended, NotNow, Request, Response, SettingsSource, Status, Trial};
use settings::Settings;
use tokio::time::{Instant, sleep};

use super::Unanswered;
use super::state::Admin;
use crate::problem::{Code, Problem};
use crate::reply::broken;

/// Finds the field of a request that a field of the document comes from.
pub(super) type Pointer = fn(&str) -> String;

/// How long the settings in force are looked for once an answer was lost: hostd may have to start anew.
const LOOK_FOR: Duration = Duration::from_secs(30);
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The settings in force.
pub(super) struct InForce {
    pub(super) settings: Settings,
    pub(super) source: SettingsSource,
    /// As hostd wrote them.
    pub(super) document: String,
    /// Until when, if they are being tried.
    pub(super) trial: Option<Trial>,
    /// What became of the last trial.
    pub(super) ended: Option<Ended>,
    /// What the console did last.
    pub(super) by_console: Option<ByConsole>,
}

impl Admin {
    pub(super) async fn ask(&self, request: Request) -> Result<Response, Problem> {
        self.parts().host.ask(request).await.map_err(|error| away(&error))
    }

    pub(super) async fn status(&self) -> Result<Status, Problem> {
        match self.ask(Request::Status).await? {
            Response::Status(status) => Ok(*status),
            other => Err(unexpected(&other)),
        }
    }

    /// The settings in force.
    ///
    /// # Errors
    /// [`Code::HostAway`] also while there are none yet: no network card has been found.
    pub(super) async fn settings(&self) -> Result<InForce, Problem> {
        let answer = self.ask(Request::Settings).await?;
        let Response::Settings { document, source, trial, ended, by_console } = answer else {
            return Err(unexpected(&answer));
        };
        let document = document.ok_or(Code::HostAway)?;
        match settings::parse(document.as_bytes()) {
            Ok(settings) => Ok(InForce { settings, source, document, trial, ended, by_console }),
            Err(problems) => {
                let first = problems.first().map(ToString::to_string).unwrap_or_default();
                tracing::error!(problem = first, "hostd's own settings are refused");
                Err(Code::Broken.into())
            }
        }
    }

    /// Has a document checked. Nothing changes.
    pub(super) async fn check(&self, document: String, pointer: Pointer) -> Result<(), Problem> {
        done(self.ask(Request::Check { document }).await?, pointer)
    }

    /// Has a document applied. Where the answer is lost, the settings in force say what became of it.
    ///
    /// # Errors
    /// [`Code::HostUnsure`] when they cannot be read either. After any other the former ones stand.
    pub(super) async fn apply(&self, document: String, pointer: Pointer) -> Result<(), Problem> {
        let request = Request::Apply { document: document.clone() };
        match self.parts().host.ask(request).await {
            Ok(response) => done(response, pointer),
            Err(error @ Unanswered::NotAsked(_)) => Err(away(&error)),
            Err(error @ Unanswered::Lost(_)) => {
                tracing::warn!(error = systemd::log::chain(&error), "are the settings in force?");
                self.became_of(&document).await
            }
        }
    }

    async fn became_of(&self, document: &str) -> Result<(), Problem> {
        let now = self.after_loss().await?;
        if now.document == document { Ok(()) } else { Err(Code::NotApplied.into()) }
    }

    /// The settings in force after an answer was lost; hostd may have to start anew.
    ///
    /// # Errors
    /// [`Code::HostUnsure`] when it does not say in time.
    pub(super) async fn after_loss(&self) -> Result<InForce, Problem> {
        let end = Instant::now() + LOOK_FOR;
        loop {
            match self.settings().await {
                // It starts: none are in force yet.
                Err(problem) if problem.code() == Code::HostAway => {}
                other => return other,
            }
            if Instant::now() >= end {
                return Err(Code::HostUnsure.into());
            }
            sleep(LOOK_EVERY).await;
        }
    }
}

/// hostd did nothing.
pub(super) fn away(error: &Unanswered) -> Problem {
    tracing::warn!(error = systemd::log::chain(error), "hostd does not answer");
    Code::HostAway.into()
}

/// What a document came to.
pub(super) fn done(response: Response, pointer: Pointer) -> Result<(), Problem> {
    match response {
        Response::Accepted => Ok(()),
        Response::Refused { problems } => Err(super::document::refused(problems, pointer)),
        Response::Failed(failure) => {
            tracing::error!(code = failure.code, detail = failure.detail, "not applied");
            Err(Code::NotApplied.into())
        }
        Response::NotNow(NotNow::Trial) => Err(Code::TrialRunning.into()),
        other => Err(unexpected(&other)),
    }
}

/// hostd answered something else than what was asked.
pub(super) fn unexpected(response: &Response) -> Problem {
    match response {
        Response::Failed(failure) => {
            tracing::error!(code = failure.code, detail = failure.detail, "hostd failed");
            Code::Broken.into()
        }
        _ => broken(&std::io::Error::from(std::io::ErrorKind::InvalidData)),
    }
}
