//! What it takes to reach a target, of a box that copies and of a blank one alike.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Rest, Said};
use crate::line::Trust;
use crate::rest_server::RestServer;
use crate::restic::{Clock, Names};
use crate::target::Target;

/// Looks a host's addresses up, as far as we may go there.
pub type Resolve = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// What a box has beside a target and its key.
pub struct Around {
    /// Ms since 1970.
    pub clock: Arc<Clock>,
    /// Certificates of authorities that everybody knows, PEM.
    pub authorities: PathBuf,
    /// Looks names up.
    pub resolve: Arc<Resolve>,
    /// What the store is called in copies.
    pub name: String,
    /// What the box is called in copies.
    pub host: String,
}

impl Around {
    /// Where copies and keys lie.
    pub(super) fn targets(&self, rest: &Rest) -> io::Result<[Arc<dyn Target>; 2]> {
        let address = rest.address().map_err(io::Error::other)?;
        let login = rest.login().map_err(io::Error::other)?;
        let of = |folder| -> io::Result<Arc<dyn Target>> {
            let trust = match &rest.authority {
                Some(pem) => Trust::These(pem.clone()),
                None => Trust::File(self.authorities.clone()),
            };
            let (host, resolve) = (address.host().to_owned(), Arc::clone(&self.resolve));
            Ok(Arc::new(RestServer::new(folder, &login, trust, Arc::new(move || resolve(&host)))?))
        };
        Ok([of(address.clone())?, of(address.of_keys())?])
    }

    pub(super) fn names(&self) -> Names {
        Names { host: self.host.clone(), store: self.name.clone() }
    }

    pub(super) fn clock(&self) -> Arc<Clock> {
        Arc::clone(&self.clock)
    }

    pub(super) fn now(&self) -> u64 {
        (self.clock)()
    }
}

impl Rest {
    /// That the way there is wanted, for what is called so.
    #[must_use]
    pub fn wants(&self, name: &str) -> Option<Said> {
        let address = self.address().ok()?;
        let (host, port) = (address.host().to_owned(), address.port());
        Some(Said::Wants { host, port, name: name.to_owned() })
    }
}
