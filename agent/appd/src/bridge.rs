//! What passes between the admin application and the CRM: its events, our orders, and the certificates
//! that are among those. In a task of its own, so that neither a slow disk nor a CRM that does not listen
//! holds up the signs of life.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use api::admin::{Admin, Authority};
use api::language::BoxLanguage;
use api::shape::admin::{Certificates as Told, CrmReach, Leaf};
use api::shape::plain::Time;
use events::{CrmState, Event, Order, Secret};
use pki::Name;
use time::OffsetDateTime;
use tokio::sync::{mpsc, watch};
use vault::{Clock, Store};

use crate::certificates::{All, Certificates};
use crate::channel::{Incoming, Outgoing};
use crate::system::{self, Records};
use crate::tls::Current;

/// How often certificates are looked at.
const RENEWAL: Duration = Duration::from_secs(6 * 3600);

/// The admin application's side.
pub struct Bridge {
    /// Its state.
    pub admin: Admin,
    /// Its store, with the certificates.
    pub store: Store,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The language that the CRM is to have, too.
    pub language: BoxLanguage,
    /// The certificates in force, and where they are stored.
    pub certificates: Certificates,
    /// Records that they are in.
    pub records: Records,
    /// What we serve with.
    pub current: Arc<Current>,
    /// The certificates, for the pages.
    pub told: watch::Sender<Authority>,
    /// How the CRM is, for the pages.
    pub reach: watch::Sender<(CrmReach, u64)>,
    /// The socket that the CRM listens on.
    pub orders: PathBuf,
    /// Who may be at its other end.
    pub other: Vec<u32>,
}

impl Bridge {
    /// Passes things on, for ever.
    pub async fn run(
        mut self,
        mut events: mpsc::Receiver<Incoming<Event>>,
        mut ordered: mpsc::Receiver<Order>,
    ) -> anyhow::Result<Infallible> {
        let mut renewal = tokio::time::interval(RENEWAL);
        let mut language = self.language.watch();
        loop {
            tokio::select! {
                Some(incoming) = events.recv() => self.heard(incoming).await,
                Some(order) = ordered.recv() => self.give(&[order]).await,
                // The CRM may have started before hostd said which one the settings name.
                Ok(()) = language.changed() => {
                    let tag = language.borrow_and_update().tag().to_owned();
                    self.give(&[Order::Language { tag }]).await;
                }
                _ = renewal.tick() => self.renew().await?,
            }
        }
    }

    async fn heard(&self, incoming: Incoming<Event>) {
        let crm = match &incoming {
            Incoming::Message(event) => reached(event),
            Incoming::Gone => Some(CrmReach::Unreachable),
        };
        if let Some(crm) = crm.filter(|crm| *crm != self.reach.borrow().0) {
            tracing::info!(state = ?crm, "the CRM");
            self.reach.send_replace((crm, self.clock.now().wall));
        }
        let Incoming::Message(event) = incoming else { return };
        if let Event::Started { .. } = event {
            let mut all = vec![certificate(&self.certificates)];
            all.extend(self.admin.orders_in_force().await);
            self.give(&all).await;
        }
        self.admin.crm_said(&event).await;
    }

    async fn renew(&mut self) -> anyhow::Result<()> {
        let stored = self.certificates.stored();
        let renewed = up_to_date(&self.store, &stored, &mut self.records).await?;
        if renewed.admin.der() != self.certificates.admin.der()
            || renewed.crm.der() != self.certificates.crm.der()
        {
            self.current.replace(&renewed.admin.chain_pem(), &renewed.admin.key_pem())?;
            self.certificates = renewed;
            self.told.send_replace(told(&self.certificates));
            self.give(&[certificate(&self.certificates)]).await;
        }
        Ok(())
    }

    /// The CRM asks again when it did not get them: it says at each start that it runs.
    async fn give(&self, orders: &[Order]) {
        let given = async {
            let mut out = Outgoing::open(&self.orders, &self.other).await?;
            for order in orders {
                out.send(order).await?;
            }
            std::io::Result::Ok(())
        };
        if let Err(error) = given.await {
            tracing::warn!(%error, "the CRM cannot be told");
        }
    }
}

/// How the CRM is after this.
fn reached(event: &Event) -> Option<CrmReach> {
    let state = match event {
        Event::Started { state } => *state,
        Event::Claimed | Event::Unlocked => CrmState::Open,
        Event::Locked | Event::Restored => CrmState::Locked,
        Event::DiskFailed => CrmState::DiskFailed,
        Event::UnlockFailed { .. }
        | Event::RecoveryKeyUsed
        | Event::ClaimRefused { .. }
        | Event::EgressWanted { .. }
        | Event::Head { .. }
        | Event::Copies(_)
        | Event::CopyLate { .. }
        | Event::CopyBad { .. } => return None,
    };
    Some(match state {
        CrmState::Unclaimed => CrmReach::Unclaimed,
        CrmState::Locked => CrmReach::Locked,
        CrmState::Open => CrmReach::Open,
        CrmState::DiskFailed => CrmReach::DiskFailed,
    })
}

/// The certificates in words, for the pages.
pub fn told(certificates: &Certificates) -> Authority {
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

/// Certificates that are good today. What is new is on the disk before it is used.
pub async fn up_to_date(
    store: &Store,
    stored: &All,
    records: &mut Records,
) -> anyhow::Result<Certificates> {
    let mut id = [0; 4];
    getrandom::fill(&mut id).context("no random bytes")?;
    let (certificates, made) = Certificates::ready(stored, OffsetDateTime::now_utc(), id)?;
    if !made.is_empty() {
        system::keep(store, &certificates, &made, records).await?;
        if !made.damaged.is_empty() {
            tracing::error!(damaged = ?made.damaged, "certificates in the store could not be used");
        }
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

#[cfg(test)]
mod tests {
    use api::shape::shared::Language;
    use tokio::net::UnixListener;

    use super::*;
    use crate::channel;
    use crate::made_up::MadeUp;

    #[tokio::test]
    async fn a_language_that_is_set_after_the_crm_started_reaches_it() {
        let made = MadeUp::new().await;
        let orders = made.place.path().join("orders.sock");
        let me = vec![nix::unistd::getuid().as_raw()];
        let (to, mut given) = mpsc::channel(8);
        tokio::spawn(channel::receive::<Order>(
            UnixListener::bind(&orders).unwrap(),
            me.clone(),
            to,
        ));
        let (event, events) = mpsc::channel(4);
        let (_ordering, ordered) = mpsc::channel(4);
        tokio::spawn(made.bridge(orders, me).run(events, ordered));
        let state = CrmState::Unclaimed;
        event.send(Incoming::Message(Event::Started { state })).await.unwrap();
        let Some(Incoming::Message(Order::Certificate { .. })) = given.recv().await else {
            panic!("no certificate");
        };
        let language = |tag: &str| Some(Incoming::Message(Order::Language { tag: tag.to_owned() }));
        assert_eq!(given.recv().await, language("en"));
        assert_eq!(given.recv().await, Some(Incoming::Gone));
        made.language.set(Language::ZhCn);
        assert_eq!(given.recv().await, language("zh-CN"));
        assert_eq!(made.reach.borrow().0, CrmReach::Unclaimed);
    }
}
