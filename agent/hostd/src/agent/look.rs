//! What the agent looks at from time to time: the WAN, services, hours, and what rules did.

use std::time::{Instant, SystemTime};

use tokio::sync::mpsc;

use super::{Agent, InForce};
use crate::apply::Hours;
use crate::services::{self, Told, Wan};
use crate::upstream::{self, Tried};
use crate::wan;
use systemd::log::chain;

impl Agent {
    /// Something about the WAN has changed: its name servers or its addresses.
    pub async fn look_at_wan(&mut self) {
        self.tell_services().await;
        self.tell();
    }

    /// Whether somebody has set the clock since the last call, and names wait for that.
    pub fn has_the_time_come(&mut self) -> bool {
        if self.clock_is_set {
            return false;
        }
        self.clock_is_set = kernel::clock::is_set().unwrap_or_else(|error| {
            tracing::warn!(%error, "whether the clock is set is not known");
            false
        });
        self.clock_is_set
    }

    /// Services are told what is in force, and what the WAN gave.
    pub async fn tell_services(&mut self) {
        let Some(InForce { settings, binding, .. }) = &self.in_force else { return };
        let servers = wan::servers(binding.wan());
        let wan = Wan { interface: binding.wan(), servers: &servers };
        if let Err(error) = wan::write_servers(wan.interface, &servers, &self.services.resolv()) {
            tracing::warn!(%error, "the name servers cannot be written");
        }
        self.blocking.tidy(settings, self.trial.is_none());
        let names = self.blocking.prepare(settings);
        let circumstances = Told { site: self.site, wan, clock_is_set: self.clock_is_set, names };
        let applied = self.services.apply(settings, &circumstances).await;
        if let Err(error) = applied {
            tracing::warn!(%error, "services cannot be told; trying again");
        }
    }

    /// Adds up what the rules in force did.
    pub fn count_hits(&mut self) {
        if let Some(in_force) = &self.in_force
            && let Err(error) = self.hits.count(&in_force.settings)
        {
            tracing::warn!(error = chain(&error), "what rules did cannot be read");
        }
        if let Some(in_force) = &self.in_force
            && let Err(error) = self.egress.used.count(&in_force.settings)
        {
            tracing::warn!(error = chain(&error), "what destinations did cannot be read");
        }
        self.hits.keep(&self.state, false);
        self.egress.used.keep(&self.state, false);
    }

    /// Writes down what is kept in memory while the box runs.
    pub fn end(&mut self) {
        self.count_hits();
        self.hits.keep(&self.state, true);
        self.egress.used.keep(&self.state, true);
    }

    /// Whether the hours of what is loaded are those of now.
    pub fn is_on_time(&self) -> bool {
        let now = |in_force: &InForce| Hours::at(&in_force.settings, SystemTime::now());
        self.in_force.as_ref().is_none_or(|in_force| now(in_force) == self.hours)
    }

    /// Looks after the services, from time to time.
    pub async fn look_at_services(&mut self) {
        if self.in_force.is_some() {
            self.services_down = self.services.down().await;
            if let Some(in_force) = &self.in_force {
                self.blocking.tidy(&in_force.settings, false);
            }
            let seen = self.seen_rogues.borrow().clone();
            self.rogues.look(seen, Instant::now());
            self.tell();
        }
    }

    /// Begins to try whether the servers answer that are asked over TLS.
    pub fn try_upstream(&mut self, trier: &mpsc::Sender<Tried>) {
        let wan = self.in_force.as_ref().and_then(|in_force| in_force.binding.wan());
        let is_connected = wan.is_some_and(|wan| !wan::addresses(wan).is_empty());
        let runs = !self.services_down.iter().any(|name| name == services::RESOLVER_SHOWN);
        if let Some(round) = self.upstream.begin(is_connected && runs) {
            let trier = trier.clone();
            tokio::spawn(async move {
                // Nobody waits for it any more when the agent ends.
                let _ = trier.send(upstream::answers(round).await).await;
            });
        }
    }

    /// The same, soon after there are others.
    pub fn try_new_upstream(&mut self, trier: &mpsc::Sender<Tried>) {
        if self.upstream.is_unproven() {
            self.try_upstream(trier);
        }
    }

    /// Takes what came of it.
    pub fn upstream_tried(&mut self, tried: Tried) {
        self.upstream.end(tried);
        self.tell();
    }
}
