//! Copies of the box itself, for its admins: accounts, the settings in force, their history, certificates, the log.

use std::path::PathBuf;
use std::sync::Arc;

use backup::SheetKey;
use backup::service::{self, Around, Resolve, Said};
use host_api::egress::EgressAsked;
use identity::Signed;
use notify::{Alert, Realm};
use settings::{EgressProtocol, EgressUser};
use vault::{Clock, Store};

use super::state::Admin;
use crate::copies::{self, Copied, Copies};
use crate::problem::Problem;

/// What the system store is called in copies.
const NAME: &str = "/box";

/// What a restore says that it wants its way for, where no target has a name yet.
pub(super) const RESTORES: &str = "Gatehouse";

/// Where the system store lies, and what it takes to reach a target of its copies.
pub struct Home {
    /// The store's directory, with what lies beside it.
    pub directory: PathBuf,
    /// The key that opens it on this machine.
    pub machine_key: PathBuf,
    /// Certificates of authorities that everybody knows, PEM.
    pub authorities: PathBuf,
    /// Looks names up.
    pub resolve: Arc<Resolve>,
    /// Name of the store's directory in its directory.
    pub store: &'static str,
}

impl Home {
    /// Copies the store from now on; the sheets carry what opens it elsewhere. Blocks.
    ///
    /// # Errors
    /// [`crate::problem::Code::Broken`] when the disk cannot be read.
    pub fn begin(
        &self,
        store: Store,
        opens: SheetKey,
        clock: &Arc<dyn Clock>,
        say: Arc<dyn Fn(Said) + Send + Sync>,
    ) -> Result<Copies, Problem> {
        let parts = service::Parts {
            store,
            path: self.directory.join(self.store),
            directory: self.directory.join("copies"),
            scratch: self.directory.join("drill"),
            stretch: service::STRETCH,
            around: self.around(clock),
            say,
        };
        Copies::open(parts, Some(opens))
    }

    pub(super) fn around(&self, clock: &Arc<dyn Clock>) -> Around {
        copies::around(NAME, clock, self.authorities.clone(), Arc::clone(&self.resolve))
    }
}

impl Copied for Admin {
    type By = Signed;

    fn copies(&self) -> Result<Arc<Copies>, Problem> {
        Ok(Arc::clone(&self.parts().copies))
    }

    fn now(&self) -> u64 {
        Self::now(self)
    }

    fn organisation(&self) -> Option<String> {
        None
    }
}

impl Admin {
    /// Takes in what the copies of this application's store say.
    pub async fn copies_said(&self, said: Said) {
        match said {
            Said::Wants { host, port, name } => self.wants(asked(host, port, name)).await,
            Said::Late { name, days } => {
                let place = name.as_str().into();
                self.bell().tell(Alert::CopyLate { realm: Realm::Admin, place, days });
            }
            Said::Bad { name } => {
                let place = name.as_str().into();
                self.bell().tell(Alert::CopyBad { realm: Realm::Admin, place });
            }
        }
    }
}

/// The way to a target, as it is asked for.
pub(super) fn asked(to: String, port: u16, name: String) -> EgressAsked {
    let (user, protocol) = (EgressUser::Admin, EgressProtocol::Tcp);
    EgressAsked { user, to, protocol, port, reason: Some(name) }
}
