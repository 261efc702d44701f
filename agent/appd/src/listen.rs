//! The admin pages' sockets, as hostd hands them over: those of the addresses that the settings name,
//! replaced when the settings change.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use api::admin::Admin;
use api::language::BoxLanguage;
use api::shape::shared::Language;
use host_api::{Request, Response};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::host::Host;
use crate::serve::Server;

/// Between two questions, so that a fault on either side makes no loop.
const PAUSE: Duration = Duration::from_secs(1);

/// What listening needs.
pub struct Listening {
    /// What is served.
    pub server: Arc<Server>,
    /// hostd.
    pub host: Host,
    /// Of the authority, told to hostd each time: it may be a new one.
    pub fingerprint: String,
    /// What is to be settled with hostd when it comes back.
    pub admin: Admin,
    /// Takes the language of the settings.
    pub language: BoxLanguage,
}

/// Listens where hostd says, for ever.
pub fn start(with: Listening) -> JoinHandle<Infallible> {
    tokio::spawn(async move {
        let mut accepting = JoinSet::new();
        let mut have: Vec<IpAddr> = Vec::new();
        let mut complained = false;
        let mut settled = false;
        loop {
            let handed = match with.greet(&mut settled).await {
                Ok(()) => with.host.listeners(have.clone()).await,
                Err(error) => Err(error),
            };
            match handed {
                Ok(None) => {}
                Ok(Some(sockets)) => {
                    have = addresses(sockets.iter().map(|(place, _)| place.ip()));
                    // The new ones listen already: between the two none is refused.
                    accepting.abort_all();
                    for (place, socket) in sockets {
                        match TcpListener::from_std(socket) {
                            Ok(socket) => drop(accepting.spawn(with.server.accept(socket))),
                            Err(error) => tracing::error!(%place, %error, "cannot listen"),
                        }
                    }
                    tracing::info!(?have, "listening");
                    complained = false;
                }
                Err(error) => {
                    settled = false;
                    if complained {
                        tracing::debug!(%error, "hostd is away");
                    } else {
                        tracing::info!(%error, "hostd is away; asking again");
                        complained = true;
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    })
}

impl Listening {
    /// Tells hostd what it must know, and learns the language of its settings.
    async fn greet(&self, settled: &mut bool) -> std::io::Result<()> {
        let told = Request::CaFingerprint { fingerprint: self.fingerprint.clone() };
        self.host.ask(&told).await?;
        if !*settled {
            self.admin.settle().await;
            *settled = true;
        }
        if let Response::Status(status) = self.host.ask(&Request::Status).await? {
            self.language.set(Language::parse(&status.language).unwrap_or_default());
        }
        Ok(())
    }
}

/// Each address once, in hostd's order (ascending).
fn addresses(all: impl Iterator<Item = IpAddr>) -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = all.collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}
