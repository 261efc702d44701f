//! What the box does by itself, for the bell: hostd is asked now and then, and what is other than at the last look
//! is told. What is decided lies in the sources, which ask nobody; the bell alone writes down, and what it hands
//! out then is carried to its targets.

mod carrying;
mod clock;
mod disk;
mod gathered;
mod heads;
mod internet;
mod lists;
mod notices;
mod refusals;
mod sign_ins;

use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use api::admin::{Bell, Round};
use host_api::seeing::{Look, MAX_PAGE, Page, Seen};
use host_api::{Request, Response};
use identity::Identity;
use notify::{Alert, Failure, LocalTime, Moment, Part, Percent, Realm};
use tokio::sync::oneshot;
use tokio::time::{Instant, Interval, MissedTickBehavior, sleep_until};
use vault::Store;

use crate::host::Host;
use carrying::Carrying;
use heads::Heads;

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(10);
/// How often block lists and disks are: they are late by days, and fill slowly.
const RARE: Duration = Duration::from_secs(600);
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
    clock: clock::Clock,
    /// What hostd says of how the box stopped was looked at.
    start_seen: bool,
    disk: disk::Disk,
    /// What lies on the disk that is looked at.
    place: PathBuf,
    lists: lists::Lists,
    rare_next: Instant,
    store: Store,
    heads: Heads,
    carrying: Carrying,
}

impl Alerts {
    /// Nothing was looked at yet. With the folder whose disk is looked at, and the file of certificates (PEM) that
    /// targets' must come from.
    pub fn new(
        host: Host,
        identity: Identity,
        bell: Bell,
        store: Store,
        place: PathBuf,
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
            clock: clock::Clock::default(),
            start_seen: false,
            disk: disk::Disk::default(),
            place,
            lists: lists::Lists::default(),
            rare_next: Instant::now(),
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
            if self.clock.look(status.clock_set, is_there, now) {
                alerts.push(Alert::ClockNotSet {});
            }
            // How the box stopped is told with a time, which wants a clock that is right.
            if !self.start_seen && (status.clock_set || !is_there) {
                self.start_seen = true;
                alerts.extend(status.stopped.then(restarted).flatten());
            }
        }
        let page = Page { limit: MAX_PAGE, ..Page::default() };
        let look = Request::Look(Look::Refused(page));
        if let Ok(Response::Seen(Seen::Refused { rows, .. })) = self.host.ask(&look).await {
            alerts.extend(self.refusals.look(rows, now));
        }
        let name = |id| self.identity.name_of(id);
        alerts.extend(self.sign_ins.look(self.identity.take_noticed(), name, now));
        if now >= self.rare_next {
            self.rare_next = now + RARE;
            alerts.extend(self.look_at_lists().await);
            alerts.extend(self.look_at_disk().await);
        }
        alerts.into_iter().for_each(|alert| self.bell.tell(alert));
        self.look_at_targets(now).await;
    }

    async fn look_at_disk(&mut self) -> Option<Alert> {
        let place = self.place.clone();
        let used = tokio::task::spawn_blocking(move || disk::used(&place)).await;
        let used = match used.map_err(io::Error::other).flatten() {
            Ok(used) => used,
            Err(error) => {
                tracing::warn!(%error, "how full the disk is cannot be seen");
                return None;
            }
        };
        let alert = || Alert::DiskNearlyFull { part: Part::Data, used: Percent(used) };
        self.disk.look(used).then(alert)
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

/// The box stopped without having been told to, and runs since then.
fn restarted() -> Option<Alert> {
    let up = nix::time::clock_gettime(nix::time::ClockId::CLOCK_BOOTTIME);
    let up = up.inspect_err(|error| tracing::warn!(%error, "since when it runs is not known"));
    let since = SystemTime::now().checked_sub(Duration::from(up.ok()?))?;
    let ms = since.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_millis();
    Some(Alert::RestartedUnexpectedly { at: Moment(u64::try_from(ms).ok()?) })
}

#[cfg(test)]
mod tests;
