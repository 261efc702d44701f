//! The admin pages' sockets, as hostd hands them over: those of the addresses that the settings name,
//! replaced when the settings change.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use api::admin::{Admin, Unanswered};
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
    /// What is to be settled with hostd.
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
        loop {
            let handed = match with.greet().await {
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
                    let error = systemd::log::chain(&error);
                    if complained {
                        tracing::debug!(error, "hostd is away");
                    } else {
                        tracing::info!(error, "hostd is away; asking again");
                        complained = true;
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    })
}

impl Listening {
    /// Tells hostd what it must know, and learns the language of its settings. Once a minute, so that
    /// what hostd could not do is asked for again; pages are served all the same.
    async fn greet(&self) -> Result<(), Unanswered> {
        let told = Request::CaFingerprint { fingerprint: self.fingerprint.clone() };
        if let Response::Failed(failure) = self.host.ask(&told).await? {
            let (code, detail) = (failure.code, failure.detail);
            tracing::warn!(code, detail, "hostd does not tell the authority's fingerprint");
        }
        self.admin.settle().await;
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

#[cfg(test)]
mod tests {
    use axum::Router;
    use host_api::{Failure, Status};

    use super::*;
    use crate::made_up::MadeUp;
    use crate::serve::{Lines, Site};
    use crate::tls::{self, Current};

    #[tokio::test]
    async fn what_hostd_could_not_do_is_asked_for_again() {
        let made = MadeUp::new().await;
        let failed = || Response::Failed(Failure { code: "x".to_owned(), detail: "y".to_owned() });
        // It knows of an admin, our store of none.
        let status = Status { set_up: true, language: "zh-CN".to_owned(), ..Status::default() };
        let asked = made.hostd(move |request| match request {
            Request::Status => Response::Status(Box::new(status.clone())),
            _ => failed(),
        });
        let site = Site {
            plain: Router::new(),
            secure: Router::new(),
            tls: tls::config(Current::none("gatehouse.internal")).unwrap(),
            stamp: |_, _| {},
        };
        let with = Listening {
            server: Arc::new(Server::new(site, Lines::default())),
            host: made.host.clone(),
            fingerprint: "AB:CD".to_owned(),
            admin: made.admin.clone(),
            language: made.language.clone(),
        };
        for times in 1..=2 {
            with.greet().await.unwrap();
            let lost =
                asked.lock().unwrap().iter().filter(|it| **it == Request::AdminsLost).count();
            assert_eq!(lost, times);
        }
        assert_eq!(made.language.get(), Language::ZhCn);
    }
}
