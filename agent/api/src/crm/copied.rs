//! Copies of the vault, for managers.

use std::sync::Arc;

use backup::service::{self, Around, Said};
use events::{EgressProtocol, Event};
use identity::Manager;
use vault::Store;

use super::place::Place;
use super::{Crm, Parts};
use crate::copies::{self, Copied, Copies};
use crate::problem::Problem;

/// What the vault is called in copies.
const NAME: &str = "/crm";

/// What a restore says that it wants its way for, where no target has a name yet.
pub(super) const RESTORES: &str = "CRM";

impl Copied for Crm {
    type By = Manager;

    fn copies(&self) -> Result<Arc<Copies>, Problem> {
        Ok(Arc::clone(&self.open()?.copies))
    }

    fn now(&self) -> u64 {
        Self::now(self)
    }

    fn organisation(&self) -> Option<String> {
        self.seen().front.organisation
    }
}

/// Copies the vault from now on. Blocks.
pub(super) fn begin(store: Store, place: &Place, parts: &Parts) -> Result<Copies, Problem> {
    let parts = service::Parts {
        store,
        path: place.vault(),
        directory: parts.directory.join("copies"),
        scratch: parts.directory.join("drill"),
        stretch: service::STRETCH,
        around: around(parts),
        say: teller(parts),
    };
    Copies::open(parts, None)
}

/// What it takes to reach a target.
pub(super) fn around(parts: &Parts) -> Around {
    copies::around(NAME, &parts.clock, parts.authorities.clone(), Arc::clone(&parts.resolve))
}

/// What the admin application is told.
pub(super) fn event(said: Said) -> Event {
    match said {
        Said::Wants { host, port, name } => Event::EgressWanted {
            to: host,
            protocol: EgressProtocol::Tcp,
            port,
            reason: Some(name),
        },
        Said::Late { name, days } => Event::CopyLate { place: name, days },
        Said::Bad { name } => Event::CopyBad { place: name },
    }
}

/// Tells the admin application what the service of copies says.
fn teller(parts: &Parts) -> Arc<dyn Fn(Said) + Send + Sync> {
    let events = parts.events.clone();
    Arc::new(move |said| {
        if let Err(error) = events.try_send(event(said)) {
            tracing::warn!(%error, "the admin application is not told of copies");
        }
    })
}
