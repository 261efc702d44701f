//! The admin pages' sockets, as hostd hands them over: those of the addresses that the settings name,
//! replaced when the settings change.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use host_api::Request;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::host::Host;
use crate::serve::Server;

/// Between two questions, so that a fault on either side makes no loop.
const PAUSE: Duration = Duration::from_secs(1);

/// Listens where hostd says, for ever. `fingerprint` is told to hostd each time: it may be a new one.
pub fn start(server: Arc<Server>, host: Host, fingerprint: String) -> JoinHandle<Infallible> {
    tokio::spawn(async move {
        let mut accepting = JoinSet::new();
        let mut have: Vec<IpAddr> = Vec::new();
        let mut complained = false;
        loop {
            let told = Request::CaFingerprint { fingerprint: fingerprint.clone() };
            let handed = match host.ask(&told).await {
                Ok(_) => host.listeners(have.clone()).await,
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
                            Ok(socket) => drop(accepting.spawn(server.accept(socket))),
                            Err(error) => tracing::error!(%place, %error, "cannot listen"),
                        }
                    }
                    tracing::info!(?have, "listening");
                    complained = false;
                }
                Err(error) if complained => tracing::debug!(%error, "hostd is away"),
                Err(error) => {
                    tracing::info!(%error, "hostd is away; asking again");
                    complained = true;
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    })
}

/// Each address once, in hostd's order (ascending).
fn addresses(all: impl Iterator<Item = IpAddr>) -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = all.collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}
