//! What the agent looks at from time to time: the WAN, services, hours, and what rules did.

use std::time::{Instant, SystemTime};

use super::{Agent, InForce};
use crate::apply::Hours;
use crate::wan;
use systemd::log::chain;

impl Agent {
    /// Something about the WAN has changed: its name servers or its addresses.
    pub fn look_at_wan(&mut self) {
        let wan = self.in_force.as_ref().and_then(|in_force| in_force.binding.wan());
        if let Err(error) = wan::write_servers(wan, &self.services.resolv()) {
            tracing::warn!(%error, "the name servers cannot be written");
        }
        self.tell();
    }

    /// Adds up what the rules in force did.
    pub fn count_hits(&mut self) {
        if let Some(in_force) = &self.in_force
            && let Err(error) = self.hits.count(&in_force.settings)
        {
            tracing::warn!(error = chain(&error), "what rules did cannot be read");
        }
        self.hits.keep(&self.state, false);
    }

    /// Writes down what is kept in memory while the box runs.
    pub fn end(&mut self) {
        self.count_hits();
        self.hits.keep(&self.state, true);
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
            self.rogues.look(Instant::now());
            self.tell();
        }
    }
}
