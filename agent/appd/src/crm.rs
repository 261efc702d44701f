//! The CRM: pages on systemd's sockets in the CRM's network namespace, its certificate by order of the
//! admin application, events to that.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use api::caller::Remote;
use api::contract::App;
use api::crm::{Crm, Parts};
use api::language::BoxLanguage;
use api::shape::shared::Language;
use api::site::{self, Reports};
use axum::http::Extensions;
use data_encoding::HEXLOWER;
use events::{CrmState, Event, Order};
use pki::Name;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use systemd::notify;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;
use vault::SystemClock;

use crate::channel::{self, Incoming, Outgoing};
use crate::end;
use crate::options::Options;
use crate::plain::{self, Authority};
use crate::rounds;
use crate::serve::{Lines, Seen, Server, Site};
use crate::sockets::Handed;
use crate::tls::{self, Current};
use crate::told_names;

/// The admin application's account.
pub const OTHER: &str = "gatehouse-admin";
/// The socket that it listens on, in the run directory.
const EVENTS: &str = "events.sock";
/// How often what is over leaves the vault.
const TICK: Duration = Duration::from_secs(60);
/// Until the next try to reach it.
const AGAIN: Duration = Duration::from_secs(1);

/// Serves until the process is to end, or the vault was locked.
pub async fn serve(options: &Options, mut handed: Handed, other: Vec<u32>) -> anyhow::Result<()> {
    let current = Current::none(Name::Crm.as_str());
    let authority = Authority::default();
    let state = watch::Sender::new(CrmState::Unclaimed);
    let (event, queue) = mpsc::channel(64);
    let language = BoxLanguage::default();
    let over = Arc::new(Notify::new());
    let names = told_names::directory(&options.run);
    let crm = Crm::new(Parts {
        directory: options.store.clone(),
        clock: Arc::new(SystemClock::default()),
        authorities: options.authorities.clone(),
        resolve: Arc::new(move |host| told_names::look_up(&names, host)),
        language: language.clone(),
        state: state.clone(),
        events: event,
        end: Arc::clone(&over),
    });
    let pages = site::router(
        App::Crm,
        language.clone(),
        options.web.clone(),
        Reports::default(),
        api::crm::routes(crm.clone()),
    );
    let site = Site {
        plain: plain::router(Name::Crm.as_str(), authority.clone()),
        secure: pages,
        tls: tls::config(Arc::clone(&current))?,
        stamp: |extensions: &mut Extensions, seen: Seen| {
            extensions.insert(Remote(seen.from));
        },
    };
    let server = Server::new(site, Lines::default());
    let mut accepting = JoinSet::new();
    for socket in handed.tcp {
        let (accept, current) =
            (server.accept(TcpListener::from_std(socket)?), Arc::clone(&current));
        // After "lock now" the admin application gives it anew within a second: who comes meanwhile waits in the
        // kernel's queue, and is not told that the box speaks no TLS.
        accepting.spawn(async move {
            current.there().await;
            accept.await
        });
    }
    let socket = handed.unix.remove("orders").context("systemd handed in no socket for orders")?;
    let (to, mut orders) = mpsc::channel(16);
    tokio::spawn(channel::receive(UnixListener::from_std(socket)?, other.clone(), to));
    tokio::spawn(tell(options.run.join(EVENTS), other, state.subscribe(), queue));

    let ticking = crm.clone();
    let mut ticks = rounds::every(TICK, move || {
        let crm = ticking.clone();
        async move { crm.tick().await }
    });
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
                Incoming::Message(Order::ManagerCode { sha256, expires }) => match hash(&sha256) {
                    Some(sha256) => crm.manager_code(sha256, expires),
                    None => tracing::error!("the manager's code is no SHA-256"),
                },
                Incoming::Message(Order::Language { tag }) => {
                    language.set(Language::parse(&tag).unwrap_or_default());
                }
                Incoming::Gone => {}
            },
            error = ticks.broken() => return Err(error).context("what is done once a minute broke"),
            _ = alive.tick() => notify::alive(),
            () = over.notified() => break,
            () = end.wait() => break,
        }
    }
    notify::stopping();
    drop(ticks);
    accepting.shutdown().await;
    // What is being written is written; streams end.
    crm.close().await;
    server.finish().await;
    Ok(())
}

/// A SHA-256 of 64 hex digits in small letters.
fn hash(text: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
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
    mut state: watch::Receiver<CrmState>,
    mut queue: mpsc::Receiver<Event>,
) {
    let mut unsent = None;
    loop {
        let told: std::io::Result<()> = async {
            let mut out = Outgoing::open(&path, &allowed).await?;
            let started = Event::Started { state: *state.borrow_and_update() };
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
                    // A vault that was opened and has nobody waits for its manager again: there is
                    // no event of that, and the admin application has to give a code for it.
                    Ok(()) = state.changed() => {
                        let now = *state.borrow_and_update();
                        if now == CrmState::Unclaimed {
                            out.send(&Event::Started { state: now }).await?;
                        }
                    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_vault_that_waits_for_its_manager_again_is_told() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join(EVENTS);
        let listener = UnixListener::bind(&path).unwrap();
        let me = vec![nix::unistd::getuid().as_raw()];
        let (to, mut told) = mpsc::channel(4);
        tokio::spawn(channel::receive(listener, me.clone(), to));
        let state = watch::Sender::new(CrmState::Locked);
        let (_events, queue) = mpsc::channel(4);
        tokio::spawn(tell(path, me, state.subscribe(), queue));
        let started = |state| Some(Incoming::Message(Event::Started { state }));
        assert_eq!(told.recv().await, started(CrmState::Locked));
        state.send_replace(CrmState::Unclaimed);
        assert_eq!(told.recv().await, started(CrmState::Unclaimed));
    }
}
