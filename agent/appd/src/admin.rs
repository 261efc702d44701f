//! The admin application: certificates of the box, pages on hostd's sockets, the way to the CRM.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use api::admin::blocking::ListsLink;
use api::admin::{Admin, Bell, CrmLink, Home, Parts};
use api::caller::{Line, Remote};
use api::contract::App;
use api::copies::opens;
use api::language::BoxLanguage;
use api::shape::admin::CrmReach;
use api::site::{self, Reports};
use axum::http::Extensions;
use backup::service::Said;
use identity::{Identity, Realm};
use notify::Alert;
use pki::Name;
use systemd::notify as service;
use tokio::net::UnixListener;
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use vault::{Actor, Clock, SystemClock};

use crate::alerts::Alerts;
use crate::bridge::{self, Bridge};
use crate::channel;
use crate::end;
use crate::host::Host;
use crate::listen::{self, Listening};
use crate::lists::Lists;
use crate::names;
use crate::options::Options;
use crate::plain;
use crate::rounds;
use crate::serve::{Lines, Seen, Server, Site};
use crate::sockets::Handed;
use crate::system;
use crate::tls::{self, Current};

/// The CRM's account.
pub const OTHER: &str = "gatehouse-crm";
/// The socket that the CRM listens on, in the run directory.
const ORDERS: &str = "orders.sock";
/// How often what is over leaves the store.
const TICK: Duration = Duration::from_secs(60);

/// Serves until the process is to end.
pub async fn serve(options: &Options, mut handed: Handed, other: Vec<u32>) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let (directory, key, with) =
        (options.store.clone(), options.machine_key.clone(), clock.clone());
    let opened = tokio::task::spawn_blocking(move || system::open(&directory, &key, with));
    let (store, restored) = opened.await??;
    let (stored, mut records) = system::certificates(&store).await?;
    let certificates = bridge::up_to_date(&store, &stored, &mut records).await?;
    let current = Current::none(Name::Admin.as_str());
    current.replace(&certificates.admin.chain_pem(), &certificates.admin.key_pem())?;
    let authority = plain::Authority::default();
    authority.replace(certificates.authority.der());

    let told = watch::Sender::new(bridge::told(&certificates));
    let reach = watch::Sender::new((CrmReach::Unreachable, clock.now().wall));
    let (order, ordered) = mpsc::channel(16);
    let fetches = watch::Sender::new(BTreeMap::new());
    let (fetch, to_fetch) = mpsc::channel(16);
    let language = BoxLanguage::default();
    let lines = Lines::default();
    let host = Host::at(options.run.join(host_api::SOCKET));
    let fetching = host.clone();
    let identity = Identity::open(store.clone(), Realm::Admin, Arc::clone(&clock)).await?;
    if restored {
        identity.pause_codes();
    }
    if identity.unreadable() > 0 {
        let count = identity.unreadable();
        tracing::error!(count, "admins' accounts do not open; nobody can sign in to them");
    }
    let bell = Bell::open(store.clone(), Arc::clone(&clock)).await?;
    if store.findings().chain_broken_at.is_some() {
        bell.tell(Alert::AuditDamaged { realm: notify::Realm::Admin });
    }
    let home = Home {
        directory: options.store.clone(),
        machine_key: options.machine_key.clone(),
        authorities: options.authorities.clone(),
        resolve: names::blocking(names::of_admin()),
        store: system::DIRECTORY,
    };
    let (say, said) = mpsc::channel(16);
    let (copied, with) = (store.clone(), Arc::clone(&clock));
    let begun = tokio::task::spawn_blocking(move || {
        let opens = Handle::current().block_on(opens(&copied))?;
        let say = Arc::new(move |said| {
            if let Err(error) = say.try_send(said) {
                tracing::warn!(%error, "nobody is told of copies");
            }
        });
        let copies = home.begin(copied, opens, &with, say);
        let copies = copies.map_err(|problem| anyhow::anyhow!(problem.code().as_str()))?;
        Ok::<_, anyhow::Error>((home, Arc::new(copies)))
    });
    let (home, copies) = begun.await?.context("the copies of the box cannot be begun")?;
    let over = Arc::new(Notify::new());
    let admin = Admin::new(Parts {
        store: store.clone(),
        identity: identity.clone(),
        clock: Arc::clone(&clock),
        language: language.clone(),
        host: Arc::new(host.clone()),
        connections: Arc::new(lines.clone()),
        crm: CrmLink { reach: reach.subscribe(), orders: order },
        lists: ListsLink { told: fetches.subscribe(), orders: fetch },
        bell: bell.clone(),
        certificates: told.subscribe(),
        home,
        copies: Arc::clone(&copies),
        over: Arc::clone(&over),
    });
    tokio::spawn(hear_of_copies(admin.clone(), said));
    let pages = site::router(
        App::Admin,
        language.clone(),
        options.web.clone(),
        Reports::default(),
        api::admin::routes(admin.clone()),
    );
    let site = Site {
        plain: plain::router(Name::Admin.as_str(), authority),
        secure: pages,
        tls: tls::config(Arc::clone(&current))?,
        stamp: |extensions: &mut Extensions, seen: Seen| {
            extensions.insert(Remote(seen.from));
            extensions.insert(Line { number: seen.number, at: seen.at });
        },
    };
    let server = Arc::new(Server::new(site, lines.clone()));
    let listening = listen::start(Listening {
        server: Arc::clone(&server),
        host,
        fingerprint: certificates.authority.fingerprint(),
        admin: admin.clone(),
        language: language.clone(),
    });

    let (to, events) = mpsc::channel(64);
    let socket = handed.unix.remove("events").context("systemd handed in no socket for events")?;
    tokio::spawn(channel::receive(UnixListener::from_std(socket)?, other.clone(), to));
    let mut bridge = tokio::spawn(
        Bridge {
            admin,
            store: store.clone(),
            clock,
            language,
            certificates,
            records,
            current,
            told,
            reach,
            orders: options.run.join(ORDERS),
            other,
        }
        .run(events, ordered),
    );
    let authorities = options.authorities.clone();
    let alerts = Alerts::new(
        fetching.clone(),
        identity.clone(),
        bell,
        store.clone(),
        options.store.clone(),
        authorities,
    );
    let (end_alerts, to_end) = oneshot::channel();
    let mut alerts = tokio::spawn(alerts.run(to_end));
    let lists = Lists::new(fetching, options.authorities.clone(), fetches);
    let mut lists = tokio::spawn(lists.run(to_fetch));
    let mut ticks = rounds::every(TICK, move || {
        let identity = identity.clone();
        async move {
            if let Err(error) = identity.tick().await {
                let error = systemd::log::chain(&error);
                tracing::warn!(error, "old sessions stay a minute longer");
            }
        }
    });
    let mut alive = tokio::time::interval(service::interval());
    let mut end = end::Signals::new()?;
    service::ready();
    loop {
        tokio::select! {
            _ = alive.tick() => service::alive(),
            ended = &mut bridge => match ended.context("the way to the CRM broke")?? {},
            ended = &mut alerts => return ended.context("what tells the bell broke"),
            ended = &mut lists => return ended.context("the fetching of block lists broke"),
            error = ticks.broken() => return Err(error).context("what is done once a minute broke"),
            // The next start opens the store anew, and checks it.
            () = store.failed() => anyhow::bail!("the disk of the system store failed"),
            () = end.wait() => break,
            () = over.notified() => {
                tracing::info!("the next start takes the store that was restored");
                break;
            }
        }
    }
    service::stopping();
    copies.end();
    drop(ticks);
    // Of what happens from here on somebody is told after the next start.
    let _ = end_alerts.send(());
    if alerts.await.is_err() {
        tracing::error!("what tells the bell broke at the end");
    }
    lists.abort();
    let _ = lists.await;
    bridge.abort();
    let _ = bridge.await;
    listening.abort();
    let _ = listening.await;
    if let Some(server) = Arc::into_inner(server) {
        server.finish().await;
    }
    store.close(Actor::default()).await.context("the system store was not closed in order")
}

/// Passes on what the copies say, for as long as they say anything.
async fn hear_of_copies(admin: Admin, mut said: mpsc::Receiver<Said>) {
    while let Some(said) = said.recv().await {
        admin.copies_said(said).await;
    }
}
