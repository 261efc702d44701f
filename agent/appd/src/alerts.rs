//! What the box does by itself, for the bell: hostd is asked now and then, and what is other than at the last look
//! is told. What is decided lies in the sources, which ask nobody; the bell alone writes down, and what it hands
//! out then is carried to its targets.

mod carrying;
mod gathered;
mod heads;
mod internet;
mod lists;
mod notices;
mod refusals;
mod sign_ins;

use std::path::PathBuf;
use std::time::Duration;

use api::admin::{Bell, Round};
use host_api::seeing::{Look, MAX_PAGE, Page, Seen};
use host_api::{Request, Response};
use identity::Identity;
use notify::{Alert, Failure, LocalTime, Realm};
use tokio::sync::oneshot;
use tokio::time::{Instant, Interval, MissedTickBehavior, sleep_until};
use vault::Store;

use crate::host::Host;
use carrying::Carrying;
use heads::Heads;

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(10);
/// How often block lists are: they are late by days.
const LISTS: Duration = Duration::from_secs(600);
/// How long the last messages may take when the program ends; the unit gives it 15 seconds.
const LAST: Duration = Duration::from_secs(6);

/// Whoever tells the bell.
pub struct Alerts {
    host: Host,
    identity: Identity,
    bell: Bell,
    notices: notices::Notices,
    refusals: refusals::Refusals,
    sign_ins: sign_ins::SignIns,
    internet: internet::Internet,
    lists: lists::Lists,
    lists_next: Instant,
    store: Store,
    heads: Heads,
    carrying: Carrying,
}

impl Alerts {
    /// Nothing was looked at yet. With the file of certificates (PEM) that targets' must come from.
    pub fn new(
        host: Host,
        identity: Identity,
        bell: Bell,
        store: Store,
        authorities: PathBuf,
    ) -> Self {
        let carrying = Carrying::new(host.clone(), authorities);
        Self {
            host,
            identity,
            bell,
            notices: notices::Notices::default(),
            refusals: refusals::Refusals::default(),
            sign_ins: sign_ins::SignIns::default(),
            internet: internet::Internet::default(),
            lists: lists::Lists::default(),
            lists_next: Instant::now(),
            store,
            heads: Heads::new(Instant::now()),
            carrying,
        }
    }

    /// Looks now and then, has written down whatever anybody tells, and carries it, until it is to end: then
    /// what waits goes out, with where the log stands.
    pub async fn run(mut self, mut end: oneshot::Receiver<()>) {
        let mut times = tokio::time::interval(LOOK);
        times.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut next = None;
        loop {
            // A look waits for hostd, which the end does not.
            tokio::select! {
                biased;
                _ = &mut end => break,
                () = self.happens(&mut times, next) => {}
            }
            next = self.ring().await;
        }
        self.end().await;
    }

    /// Returns when there may be something to write down. What is given up half-way is looked at again.
    async fn happens(&mut self, times: &mut Interval, next: Option<Instant>) {
        let bell = self.bell.clone();
        let rested = async {
            match next {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = times.tick() => self.look().await,
            () = bell.news() => {}
            () = rested => {}
            () = self.carrying.done(&bell) => {}
        }
    }

    /// Writes down, sets out with what is handed out, and gives when to ring again.
    async fn ring(&mut self) -> Option<Instant> {
        match self.bell.ring().await {
            Ok(Round { errands, rest }) => {
                self.carrying.set_out(errands);
                rest.map(|rest| Instant::now() + rest)
            }
            // It waits for the next look.
            Err(error) => {
                let error = systemd::log::chain(&error);
                tracing::warn!(error, "alerts are written down later");
                None
            }
        }
    }

    async fn end(&mut self) {
        self.tell_head().await;
        self.ring().await;
        let bell = self.bell.clone();
        self.carrying.finish(&bell, LAST).await;
        self.ring().await;
    }

    /// Where the log stands, for whoever keeps it away from the box.
    async fn tell_head(&self) {
        if !self.bell.sends_heads().await {
            return;
        }
        let head = match self.store.head().await {
            Ok(head) => head.line(),
            Err(error) => {
                let error = systemd::log::chain(&error);
                tracing::warn!(error, "where the log stands is not told");
                return;
            }
        };
        match head.try_into() {
            Ok(head) => self.bell.tell(Alert::AuditHead { realm: Realm::Admin, head }),
            Err(why) => tracing::error!(why, "a head of the log cannot be told"),
        }
    }

    /// Targets' quiet hours are in the box's time zone, and what waited for a way goes once it is open.
    async fn look_at_targets(&mut self, now: Instant) {
        if self.heads.is_due(now, self.bell.wants_head()) {
            self.tell_head().await;
        }
        if !self.bell.has_targets().await {
            return;
        }
        let Some(settings) = self.host.settings().await else { return };
        self.bell.lives_by(LocalTime::of(settings.time_zone.as_ref())).await;
        for (target, way, why) in self.bell.missed().await {
            let is_open = carrying::is_open(&settings, &way);
            match why {
                Failure::NotAllowed if is_open => self.bell.opened(target),
                // The provider may be back though the box never lost its address.
                why if why.is_of_the_way() && is_open => self.carrying.knock(target, way),
                _ => {}
            }
        }
    }

    /// One look. What hostd does not say now it says at the next one.
    async fn look(&mut self) {
        let now = Instant::now();
        let mut alerts = Vec::new();
        if let Ok(Response::Status(status)) = self.host.ask(&Request::Status).await {
            alerts.extend(self.notices.look(&status.notices));
            let is_there = status.wan.as_ref().is_some_and(|wan| !wan.addresses.is_empty());
            if let Some(is_there) = self.internet.look(is_there) {
                self.bell.internet(is_there);
            }
        }
        let page = Page { limit: MAX_PAGE, ..Page::default() };
        let look = Request::Look(Look::Refused(page));
        if let Ok(Response::Seen(Seen::Refused { rows, .. })) = self.host.ask(&look).await {
            alerts.extend(self.refusals.look(rows, now));
        }
        let name = |id| self.identity.name_of(id);
        alerts.extend(self.sign_ins.look(self.identity.take_noticed(), name, now));
        if now >= self.lists_next {
            self.lists_next = now + LISTS;
            alerts.extend(self.look_at_lists().await);
        }
        alerts.into_iter().for_each(|alert| self.bell.tell(alert));
        self.look_at_targets(now).await;
    }

    async fn look_at_lists(&mut self) -> Vec<Alert> {
        let Some(settings) = self.host.settings().await else { return Vec::new() };
        let Ok(Response::BlockLists(held)) = self.host.ask(&Request::BlockLists).await else {
            return Vec::new();
        };
        let lists = settings.blocking.lists.iter();
        let lists = lists.map(|(name, address)| (name.as_str(), address.as_str()));
        self.lists.look(lists, &held, crate::lists::now())
    }
}

#[cfg(test)]
mod tests;
