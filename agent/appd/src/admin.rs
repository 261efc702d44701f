//! The admin application: certificates of the box, pages on hostd's sockets, orders to the CRM and its
//! events.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::http::Extensions;
use events::{Event, Order, Secret};
use pki::Name;
use systemd::notify;
use time::OffsetDateTime;
use tokio::net::UnixListener;
use tokio::sync::mpsc;
use vault::{Actor, Store};

use crate::certificates::{All, Certificates};
use crate::channel::{self, Incoming, Outgoing};
use crate::host::Host;
use crate::options::Options;
use crate::plain::{self, Authority};
use crate::serve::{Server, Site};
use crate::sockets::Handed;
use crate::system::{self, Records};
use crate::tls::{self, Current};
use crate::{end, listen, secure};

/// The CRM's account.
pub const OTHER: &str = "gatehouse-crm";
/// The socket that the CRM listens on, in the run directory.
const ORDERS: &str = "orders.sock";
/// hostd's, there too.
/// How often certificates are looked at.
const RENEWAL: Duration = Duration::from_secs(6 * 3600);

/// Serves until the process is to end.
pub async fn serve(options: &Options, mut handed: Handed, other: Vec<u32>) -> anyhow::Result<()> {
    let (directory, key) = (options.store.clone(), options.machine_key.clone());
    let store = tokio::task::spawn_blocking(move || system::open(&directory, &key)).await??;
    let (stored, mut records) = system::certificates(&store)?;
    let mut certificates = up_to_date(&store, &stored, &mut records).await?;
    let current = Current::none(Name::Admin.as_str());
    current.replace(&certificates.admin.chain_pem(), &certificates.admin.key_pem())?;
    let authority = Authority::default();
    authority.replace(certificates.authority.der());
    let site = Site {
        plain: plain::router(Name::Admin.as_str(), authority),
        secure: secure::router(),
        tls: tls::config(Arc::clone(&current))?,
        stamp: |_: &mut Extensions, _: IpAddr| {},
    };
    let server = Arc::new(Server::new(site));
    let host = Host::at(options.run.join(host_api::SOCKET));
    let listening = listen::start(Arc::clone(&server), host, certificates.authority.fingerprint());

    let (to, mut events) = mpsc::channel(64);
    let socket = handed.unix.remove("events").context("systemd handed in no socket for events")?;
    tokio::spawn(channel::receive(UnixListener::from_std(socket)?, other.clone(), to));
    let orders = options.run.join(ORDERS);
    let mut renewal = tokio::time::interval(RENEWAL);
    let mut alive = tokio::time::interval(notify::interval());
    let mut end = end::Signals::new()?;
    notify::ready();
    loop {
        tokio::select! {
            Some(incoming) = events.recv() => match incoming {
                Incoming::Message(Event::Started { state }) => {
                    tracing::info!(?state, "the CRM runs");
                    give(&orders, &other, &[certificate(&certificates)]).await;
                }
                Incoming::Message(event) => tracing::info!(?event, "the CRM says"),
                Incoming::Gone => tracing::warn!("the CRM is gone"),
            },
            _ = renewal.tick() => {
                let renewed = up_to_date(&store, &certificates.stored(), &mut records).await?;
                if renewed.admin.der() != certificates.admin.der()
                    || renewed.crm.der() != certificates.crm.der()
                {
                    current.replace(&renewed.admin.chain_pem(), &renewed.admin.key_pem())?;
                    certificates = renewed;
                    give(&orders, &other, &[certificate(&certificates)]).await;
                }
            }
            _ = alive.tick() => notify::alive(),
            // The next start opens the store anew, and checks it.
            () = store.failed() => anyhow::bail!("the disk of the system store failed"),
            () = end.wait() => break,
        }
    }
    notify::stopping();
    listening.abort();
    let _ = listening.await;
    if let Some(server) = Arc::into_inner(server) {
        server.finish().await;
    }
    store.close(Actor::default()).await.context("the system store was not closed in order")
}

/// What is new is on the disk before it is used.
async fn up_to_date(
    store: &Store,
    stored: &All,
    records: &mut Records,
) -> anyhow::Result<Certificates> {
    let mut id = [0; 4];
    getrandom::fill(&mut id).context("no random bytes")?;
    let (certificates, made) = Certificates::ready(stored, OffsetDateTime::now_utc(), id)?;
    if !made.is_empty() {
        system::keep(store, &certificates, &made, records).await?;
        tracing::info!(?made, "certificates were made");
    }
    Ok(certificates)
}

fn certificate(certificates: &Certificates) -> Order {
    Order::Certificate {
        chain_pem: certificates.crm.chain_pem(),
        key_pem: Secret::new(certificates.crm.key_pem().to_string()),
    }
}

/// The CRM asks again when it did not get them: it says at each start that it runs.
async fn give(socket: &Path, allowed: &[u32], orders: &[Order]) {
    let given = async {
        let mut out = Outgoing::open(socket, allowed).await?;
        for order in orders {
            out.send(order).await?;
        }
        std::io::Result::Ok(())
    };
    if let Err(error) = given.await {
        tracing::warn!(%error, "the CRM cannot be told");
    }
}
