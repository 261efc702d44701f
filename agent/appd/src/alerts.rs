//! What the box does by itself, for the bell: hostd is asked now and then, and what is other than at the last look
//! is told. What is decided lies in the sources, which ask nobody; the bell alone writes down.

mod gathered;
mod internet;
mod lists;
mod notices;
mod refusals;
mod sign_ins;

use std::convert::Infallible;
use std::time::Duration;

use api::admin::Bell;
use host_api::seeing::{Look, MAX_PAGE, Page, Seen};
use host_api::{Request, Response};
use identity::Identity;
use notify::Alert;
use settings::Settings;
use tokio::time::{Instant, MissedTickBehavior};

use crate::host::Host;

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(10);
/// How often block lists are: they are late by days.
const LISTS: Duration = Duration::from_secs(600);

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
}

impl Alerts {
    /// Nothing was looked at yet.
    pub fn new(host: Host, identity: Identity, bell: Bell) -> Self {
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
        }
    }

    /// Looks now and then, and has written down whatever anybody tells, for ever.
    pub async fn run(mut self) -> Infallible {
        let mut times = tokio::time::interval(LOOK);
        times.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let bell = self.bell.clone();
            tokio::select! {
                _ = times.tick() => self.look().await,
                () = bell.news() => {}
            }
            // It waits for the next look.
            if let Err(error) = bell.ring().await {
                let error = systemd::log::chain(&error);
                tracing::warn!(error, "alerts are written down later");
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
    }

    /// Those in force; none when hostd does not answer.
    async fn settings(&self) -> Option<Settings> {
        match self.host.ask(&Request::Settings).await {
            Ok(Response::Settings { document: Some(document), .. }) => {
                settings::parse(document.as_bytes()).ok()
            }
            _ => None,
        }
    }

    async fn look_at_lists(&mut self) -> Vec<Alert> {
        let Some(settings) = self.settings().await else { return Vec::new() };
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
