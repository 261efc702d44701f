//! The CRM: pages on systemd's sockets in the CRM's network namespace, its certificate by order of the
//! admin application, events to that.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::http::Extensions;
use events::{CrmState, Event, Order};
use pki::Name;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use systemd::notify;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::channel::{self, Incoming, Outgoing};
use crate::options::Options;
use crate::plain::{self, Authority};
use crate::serve::{Server, Site};
use crate::sockets::Handed;
use crate::tls::{self, Current};
use crate::{end, secure};

/// The admin application's account.
pub const OTHER: &str = "gatehouse-admin";
/// The socket that it listens on, in the run directory.
const EVENTS: &str = "events.sock";
/// Until the next try to reach it.
const AGAIN: Duration = Duration::from_secs(1);

/// Serves until the process is to end, or is ordered to lock.
pub async fn serve(options: &Options, mut handed: Handed, other: Vec<u32>) -> anyhow::Result<()> {
    let current = Current::none(Name::Crm.as_str());
    let authority = Authority::default();
    let site = Site {
        plain: plain::router(Name::Crm.as_str(), authority.clone()),
        secure: secure::router(),
        tls: tls::config(Arc::clone(&current))?,
        stamp: |_: &mut Extensions, _: IpAddr| {},
    };
    let server = Server::new(site);
    let mut accepting = JoinSet::new();
    for socket in handed.tcp {
        accepting.spawn(server.accept(TcpListener::from_std(socket)?));
    }
    let socket = handed.unix.remove("orders").context("systemd handed in no socket for orders")?;
    let (to, mut orders) = mpsc::channel(16);
    tokio::spawn(channel::receive(UnixListener::from_std(socket)?, other.clone(), to));

    let locked = options.store.join(crate::system::DIRECTORY).exists();
    let state = if locked { CrmState::Locked } else { CrmState::Unclaimed };
    let state = watch::Sender::new(state);
    let (_event, queue) = mpsc::channel(64);
    tokio::spawn(tell(options.run.join(EVENTS), other, state.subscribe(), queue));
    let mut alive = tokio::time::interval(notify::interval());
    let mut end = end::Signals::new()?;
    notify::ready();
    loop {
        tokio::select! {
            Some(incoming) = orders.recv() => match incoming {
                Incoming::Message(Order::Certificate { chain_pem, key_pem }) => {
                    match current.replace(&chain_pem, key_pem.reveal()) {
                        Ok(()) => {
                            learn(&authority, &chain_pem);
                            tracing::info!("a certificate is in force");
                        }
                        Err(error) => tracing::error!(
                            error = systemd::log::chain(&error), "the certificate cannot be used"
                        ),
                    }
                }
                Incoming::Message(Order::Lock) => break,
                Incoming::Message(Order::ManagerCode { .. } | Order::Language { .. })
                | Incoming::Gone => {}
            },
            _ = alive.tick() => notify::alive(),
            () = end.wait() => break,
        }
    }
    notify::stopping();
    accepting.shutdown().await;
    server.finish().await;
    Ok(())
}

/// The authority's certificate is the last of the chain.
fn learn(authority: &Authority, chain_pem: &str) {
    let chain = CertificateDer::pem_slice_iter(chain_pem.as_bytes());
    if let Some(Ok(last)) = chain.last() {
        authority.replace(&last);
    }
}

/// Tells the admin application what happens, for ever: at each connection first that the CRM runs.
async fn tell(
    path: PathBuf,
    allowed: Vec<u32>,
    state: watch::Receiver<CrmState>,
    mut queue: mpsc::Receiver<Event>,
) {
    let mut unsent = None;
    loop {
        let told: std::io::Result<()> = async {
            let mut out = Outgoing::open(&path, &allowed).await?;
            let started = Event::Started { state: *state.borrow() };
            out.send(&started).await?;
            loop {
                if let Some(event) = &unsent {
                    out.send(event).await?;
                    unsent = None;
                }
                tokio::select! {
                    event = queue.recv() => match event {
                        Some(event) => unsent = Some(event),
                        None => return Ok(()),
                    },
                    () = out.gone() => return Ok(()),
                }
            }
        }
        .await;
        if let Err(error) = told {
            tracing::debug!(%error, "the admin application cannot be told");
        }
        if queue.is_closed() {
            return;
        }
        tokio::time::sleep(AGAIN).await;
    }
}
