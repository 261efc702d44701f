//! What the routes ask of hostd, and what its answers mean to whoever asked.

use host_api::{Request, Response, SettingsSource, Status};
use settings::Settings;

use super::state::Admin;
use crate::problem::{Code, Problem};
use crate::reply::broken;

/// The settings in force.
pub(super) struct InForce {
    pub(super) settings: Settings,
    pub(super) source: SettingsSource,
    /// As hostd wrote them.
    pub(super) document: String,
}

impl Admin {
    pub(super) async fn ask(&self, request: Request) -> Result<Response, Problem> {
        self.parts().host.ask(request).await.map_err(|error| {
            tracing::warn!(error = systemd::log::chain(&error), "hostd does not answer");
            Code::HostAway.into()
        })
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
        let (document, source) = match self.ask(Request::Settings).await? {
            Response::Settings { document, source } => (document.ok_or(Code::HostAway)?, source),
            other => return Err(unexpected(&other)),
        };
        match settings::parse(document.as_bytes()) {
            Ok(settings) => Ok(InForce { settings, source, document }),
            Err(problems) => {
                let first = problems.first().map(ToString::to_string).unwrap_or_default();
                tracing::error!(problem = first, "hostd's own settings are refused");
                Err(Code::Broken.into())
            }
        }
    }

    /// Has a document checked or applied; `pointer` finds the field of the request that a field of the
    /// document comes from.
    pub(super) async fn put(
        &self,
        request: Request,
        pointer: fn(&str) -> String,
    ) -> Result<(), Problem> {
        match self.ask(request).await? {
            Response::Accepted => Ok(()),
            Response::Refused { problems } => {
                let told = problems.into_iter().map(|shown| (shown.field, shown.code, shown.text));
                Err(super::document::refused(told, pointer))
            }
            Response::Failed(failure) => {
                tracing::error!(code = failure.code, detail = failure.detail, "not applied");
                Err(Code::NotApplied.into())
            }
            other => Err(unexpected(&other)),
        }
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
