//! The admin application: certificates of the box, pages on hostd's sockets, orders to the CRM and its
//! events.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use api::admin::{Admin, Authority, CrmLink, Parts};
use api::caller::Remote;
use api::contract::App;
use api::language::BoxLanguage;
use api::shape::admin::{Certificates as Told, CrmReach, Leaf};
use api::shape::plain::Time;
use api::site::{self, Reports};
use axum::http::Extensions;
use events::{CrmState, Event, Order, Secret};
use identity::{Identity, Realm};
use pki::Name;
use systemd::notify;
use time::OffsetDateTime;
use tokio::net::UnixListener;
use tokio::sync::{mpsc, watch};
use vault::{Actor, Clock, Store, SystemClock};

use crate::certificates::{All, Certificates};
use crate::channel::{self, Incoming, Outgoing};
use crate::end;
use crate::host::Host;
use crate::listen::{self, Listening};
use crate::options::Options;
use crate::plain;
use crate::serve::{Server, Site};
use crate::sockets::Handed;
use crate::system::{self, Records};
use crate::tls::{self, Current};

/// The CRM's account.
pub const OTHER: &str = "gatehouse-crm";
/// The socket that the CRM listens on, in the run directory.
const ORDERS: &str = "orders.sock";
/// How often certificates are looked at.
const RENEWAL: Duration = Duration::from_secs(6 * 3600);
/// How often what is over leaves the store.
const TICK: Duration = Duration::from_secs(60);

/// Serves until the process is to end.
pub async fn serve(options: &Options, mut handed: Handed, other: Vec<u32>) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let (directory, key, with) =
        (options.store.clone(), options.machine_key.clone(), clock.clone());
    let store = tokio::task::spawn_blocking(move || system::open(&directory, &key, with)).await??;
    let (stored, mut records) = system::certificates(&store)?;
    let mut certificates = up_to_date(&store, &stored, &mut records).await?;
    let current = Current::none(Name::Admin.as_str());
    current.replace(&certificates.admin.chain_pem(), &certificates.admin.key_pem())?;
    let authority = plain::Authority::default();
    authority.replace(certificates.authority.der());

    let told = watch::Sender::new(told(&certificates));
    let reach = watch::Sender::new((CrmReach::Unreachable, clock.now().wall));
    let (order, mut ordered) = mpsc::channel(16);
    let language = BoxLanguage::default();
    let host = Host::at(options.run.join(host_api::SOCKET));
    let identity = Identity::open(store.clone(), Realm::Admin, Arc::clone(&clock)).await?;
    if identity.unreadable() > 0 {
        let count = identity.unreadable();
        tracing::error!(count, "admins' accounts do not open; nobody can sign in to them");
    }
    let admin = Admin::new(Parts {
        store: store.clone(),
        identity: identity.clone(),
        clock: Arc::clone(&clock),
        language: language.clone(),
        host: Arc::new(host.clone()),
        crm: CrmLink { reach: reach.subscribe(), orders: order },
        certificates: told.subscribe(),
    });
    let pages = site::router(
        App::Admin,
        language.clone(),
        options.web.clone(),
        Reports::default(),
        api::admin::routes(admin.clone()),
    );
    let server = Arc::new(Server::new(Site {
        plain: plain::router(Name::Admin.as_str(), authority),
        secure: pages,
        tls: tls::config(Arc::clone(&current))?,
        stamp: |extensions: &mut Extensions, address: IpAddr| {
            extensions.insert(Remote(address));
        },
    }));
    let listening = listen::start(Listening {
        server: Arc::clone(&server),
        host,
        fingerprint: certificates.authority.fingerprint(),
        admin: admin.clone(),
        language,
    });

    let (to, mut events) = mpsc::channel(64);
    let socket = handed.unix.remove("events").context("systemd handed in no socket for events")?;
    tokio::spawn(channel::receive(UnixListener::from_std(socket)?, other.clone(), to));
    let orders = options.run.join(ORDERS);
    let mut renewal = tokio::time::interval(RENEWAL);
    let mut tick = tokio::time::interval(TICK);
    let mut alive = tokio::time::interval(notify::interval());
    let mut end = end::Signals::new()?;
    notify::ready();
    loop {
        tokio::select! {
            Some(incoming) = events.recv() => {
                let crm = match &incoming {
                    Incoming::Message(event) => reached(event),
                    Incoming::Gone => Some(CrmReach::Unreachable),
                };
                if let Some(crm) = crm.filter(|crm| *crm != reach.borrow().0) {
                    tracing::info!(state = ?crm, "the CRM");
                    reach.send_replace((crm, clock.now().wall));
                }
                if let Incoming::Message(event) = incoming {
                    if let Event::Started { .. } = event {
                        let mut all = vec![certificate(&certificates)];
                        all.extend(admin.orders_in_force().await);
                        give(&orders, &other, &all).await;
                    }
                    admin.crm_said(&event).await;
                }
            },
            Some(order) = ordered.recv() => give(&orders, &other, &[order]).await,
            _ = renewal.tick() => {
                let renewed = up_to_date(&store, &certificates.stored(), &mut records).await?;
                if renewed.admin.der() != certificates.admin.der()
                    || renewed.crm.der() != certificates.crm.der()
                {
                    current.replace(&renewed.admin.chain_pem(), &renewed.admin.key_pem())?;
                    certificates = renewed;
                    told.send_replace(self::told(&certificates));
                    give(&orders, &other, &[certificate(&certificates)]).await;
                }
            }
            _ = tick.tick() => if let Err(error) = identity.tick().await {
                tracing::warn!(error = systemd::log::chain(&error), "old sessions stay a minute longer");
            },
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

/// How the CRM is after this.
fn reached(event: &Event) -> Option<CrmReach> {
    let state = match event {
        Event::Started { state } => *state,
        Event::Claimed | Event::Unlocked => CrmState::Open,
        Event::Locked => CrmState::Locked,
        Event::DiskFailed => CrmState::DiskFailed,
        Event::UnlockFailed { .. } | Event::AuditHead { .. } | Event::RefusedRequests { .. } => {
            return None;
        }
    };
    Some(match state {
        CrmState::Unclaimed => CrmReach::Unclaimed,
        CrmState::Locked => CrmReach::Locked,
        CrmState::Open => CrmReach::Open,
        CrmState::DiskFailed => CrmReach::DiskFailed,
    })
}

/// The certificates in words, for the pages.
fn told(certificates: &Certificates) -> Authority {
    let time = |at: OffsetDateTime| {
        Time(u64::try_from(at.unix_timestamp()).unwrap_or_default().saturating_mul(1_000))
    };
    let leaf = |name: Name| {
        let not_after = time(certificates.leaf(name).not_after());
        Leaf { name: name.as_str().to_owned(), not_after }
    };
    let authority = &certificates.authority;
    Authority {
        der: authority.der().to_owned(),
        told: Told {
            ca_fingerprint: authority.fingerprint(),
            ca_not_after: time(authority.not_after()),
            leaves: Name::ALL.into_iter().map(leaf).collect(),
        },
    }
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
