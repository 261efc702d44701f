//! Where the box's own programs may go: when names are looked up, and what clients ask of it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::SystemTime;

use host_api::Response;
use host_api::egress::{EgressAsked, EgressTold};
use settings::{Egress, Settings};
use tokio::sync::mpsc;

use super::Agent;
use super::requests::failed;
use crate::egress::Unwanted;
use crate::egress::ask::{self, Found};
use crate::wan;

impl Agent {
    /// Begins to look up the names whose time it is.
    pub fn look_up(&mut self, finder: &mpsc::Sender<Found>) {
        // A name is told once it is open: rules that are not in force open nothing.
        if self.loaded.is_none() {
            return;
        }
        for name in self.egress.names.due() {
            let finder = finder.clone();
            tokio::spawn(async move {
                // Nobody waits for it any more when the agent ends.
                let _ = finder.send(ask::look_up(name).await).await;
            });
        }
    }

    /// What a name is.
    pub fn found(&mut self, found: Found) {
        self.egress.names.found(found, &wan::own_addresses());
    }

    pub(super) fn egress_told(&mut self) -> Response {
        self.count_hits();
        Response::Egress(EgressTold {
            used: self.egress.used.told(),
            names: self.egress.names.told(),
            wanted: self.egress.wanted.told(),
        })
    }

    pub(super) fn egress_ask(&mut self, asked: EgressAsked) -> Response {
        let Some(in_force) = &self.in_force else {
            return answer(Err(Unwanted::Full));
        };
        let now = SystemTime::now();
        answer(self.egress.wanted.ask(&self.state, &in_force.settings, asked, now))
    }

    pub(super) fn egress_decline(&mut self, id: &str) -> Response {
        answer(self.egress.wanted.decline(&self.state, id, SystemTime::now()))
    }

    /// What names of a document are, as far as they are known.
    pub(super) fn names_of(&self, settings: &Settings) -> BTreeMap<String, Vec<IpAddr>> {
        let of_document = |name: &String| {
            settings.egress.iter().filter_map(Egress::name).any(|known| known.as_str() == name)
        };
        let told = self.egress.names.told().into_iter().map(|it| (it.name, it.addresses));
        told.filter(|(name, _)| of_document(name)).collect()
    }
}

fn answer(done: Result<(), Unwanted>) -> Response {
    match done {
        Ok(()) => Response::Accepted,
        Err(error @ Unwanted::Invalid(_)) => failed("egress_invalid", &error),
        Err(error @ Unwanted::Full) => failed("egress_full", &error),
        Err(error @ Unwanted::Store(_)) => failed("store_failed", &error),
    }
}
