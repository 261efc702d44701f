//! What it takes to reach a target, of a box that copies and of a blank one alike.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::place::{Bucket, Folder, Place, Rest};
use crate::line::{Addresses, Trust};
use crate::pace::{Limit, Pace, unhurried};
use crate::rest_server::RestServer;
use crate::restic::{Clock, Names};
use crate::retention::{LockMode, Retention};
use crate::s3::S3;
use crate::s3_address::S3Address;
use crate::sftp::Sftp;
use crate::sftp_address::SftpAddress;
use crate::target::Target;

/// Looks a host's addresses up, as far as we may go there.
pub type Resolve = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// The minute of the day now in a time zone (IANA); none for a zone that nobody knows.
pub type Minute = dyn Fn(&str) -> Option<u16> + Send + Sync;

/// What a box has beside a target and its key.
pub struct Around {
    /// Ms since 1970.
    pub clock: Arc<Clock>,
    /// Certificates of authorities that everybody knows, PEM.
    pub authorities: PathBuf,
    /// Looks names up.
    pub resolve: Arc<Resolve>,
    /// The minute of the day in a time zone.
    pub minute: Arc<Minute>,
    /// What the store is called in copies.
    pub name: String,
    /// What the box is called in copies.
    pub host: String,
}

impl Around {
    /// Where copies and keys lie.
    pub(super) fn targets(
        &self,
        place: &Place,
        limit: Option<&Limit>,
    ) -> io::Result<[Arc<dyn Target>; 2]> {
        let pace = self.pace(limit);
        match place {
            Place::Rest(rest) => self.of_server(rest, &pace),
            Place::S3(bucket) => self.of_bucket(bucket, &pace),
            Place::Sftp(folder) => self.of_folder(folder, &pace),
        }
    }

    fn pace(&self, limit: Option<&Limit>) -> Arc<Pace> {
        let Some(limit) = limit.cloned() else { return unhurried() };
        let minute = Arc::clone(&self.minute);
        Arc::new(move || limit.now(&*minute))
    }

    fn of_server(&self, rest: &Rest, pace: &Arc<Pace>) -> io::Result<[Arc<dyn Target>; 2]> {
        let address = rest.address().map_err(io::Error::other)?;
        let login = rest.login().map_err(io::Error::other)?;
        let of = |folder| -> io::Result<Arc<dyn Target>> {
            let (trust, addresses) = self.line(rest.authority.as_deref(), address.host());
            let target = RestServer::new(folder, &login, trust, addresses)?;
            Ok(Arc::new(target.paced(Arc::clone(pace))))
        };
        Ok([of(address.clone())?, of(address.of_keys())?])
    }

    fn of_bucket(&self, bucket: &Bucket, pace: &Arc<Pace>) -> io::Result<[Arc<dyn Target>; 2]> {
        let address = bucket.address().map_err(io::Error::other)?;
        let of = |address: S3Address| -> io::Result<Arc<dyn Target>> {
            let (trust, addresses) = self.line(bucket.authority.as_deref(), &address.host());
            let keys = bucket.keys().map_err(io::Error::other)?;
            let target = S3::new(address, keys, trust, addresses, self.clock())?;
            let target = target.paced(Arc::clone(pace));
            Ok(match bucket.lock_days {
                Some(days) => {
                    Arc::new(target.locking(Retention { days, mode: LockMode::Compliance }))
                }
                None => Arc::new(target),
            })
        };
        Ok([of(address.clone())?, of(address.of_keys())?])
    }

    fn of_folder(&self, folder: &Folder, pace: &Arc<Pace>) -> io::Result<[Arc<dyn Target>; 2]> {
        let address = folder.address().map_err(io::Error::other)?;
        let of = |address: SftpAddress| -> io::Result<Arc<dyn Target>> {
            let host_key = folder.host_key().map_err(io::Error::other)?;
            let login = folder.login().map_err(io::Error::other)?;
            let addresses = self.addresses(address.host());
            let target = Sftp::new(address, host_key, login, addresses)?;
            Ok(Arc::new(target.paced(Arc::clone(pace))))
        };
        Ok([of(address.clone())?, of(address.of_keys())?])
    }

    /// Whom is trusted to be this host, and its addresses.
    fn line(&self, authority: Option<&str>, host: &str) -> (Trust, Arc<Addresses>) {
        let trust = match authority {
            Some(pem) => Trust::These(pem.to_owned()),
            None => Trust::File(self.authorities.clone()),
        };
        (trust, self.addresses(host))
    }

    fn addresses(&self, host: &str) -> Arc<Addresses> {
        let (host, resolve) = (host.to_owned(), Arc::clone(&self.resolve));
        Arc::new(move || resolve(&host))
    }

    pub(super) fn names(&self) -> Names {
        Names { host: self.host.clone(), store: self.name.clone(), sheet: None }
    }

    pub(super) fn clock(&self) -> Arc<Clock> {
        Arc::clone(&self.clock)
    }

    pub(super) fn now(&self) -> u64 {
        (self.clock)()
    }
}
