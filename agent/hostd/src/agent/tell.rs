//! What the agent tells: the console, systemd and the journal how the box is, others in the process what is
//! in force.

use std::net::IpAddr;
use std::path::Path;

use host_api::{Notice, State, Status};
use seeing::refusals::Rogue;
use seeing::{Port, View};
use settings::{MacAddress, PortName};
use systemd::notify;
use tokio::sync::watch;

use super::{Agent, InForce};
use crate::{machine, seen, status};

/// Who makes cards, made of the IEEE's lists when the image is built.
const VENDORS: &str = "/usr/share/gatehouse/vendors";

impl Agent {
    /// The box as it is.
    pub(super) fn status(&self) -> Status {
        let mut status = status::starting();
        status.setup_code = self.door.code().map(ToString::to_string);
        status.setup_tries = self.door.wrong_tries();
        status.set_up = self.door.is_done();
        (status.clock_set, status.stopped) = (self.clock_is_set, self.stopped);
        status.ca_fingerprint.clone_from(&self.ca_fingerprint);
        status.state = match (&self.problem, &self.in_force) {
            (Some(_), _) => State::Problem,
            (None, Some(f)) if self.settled || f.binding.unbound.is_empty() => State::Ready,
            (None, _) => State::Starting,
        };
        status.notices.extend(self.problem.clone());
        status.notices.extend(self.found.iter().cloned());
        if self.door.is_again() {
            status.notices.push(Notice::new("admins_lost", []));
        }
        if self.trial.is_some() {
            status.notices.push(Notice::new("trial_running", []));
        }
        let down = |name: &String| Notice::new("service_down", [("service", name.clone())]);
        status.notices.extend(self.services_down.iter().map(down));
        status.notices.extend(self.upstream.notice());
        status.notices.extend(self.rogues.notices());
        if let Some(in_force) = &self.in_force {
            let InForce { settings, source, binding } = in_force;
            let cards = machine::cards(self.options.links);
            status::describe(&mut status, settings, *source, binding, self.site, &cards);
            status.ruleset = self.loaded.as_ref().map(ToString::to_string);
        }
        status
    }

    /// Tells the console, systemd and the journal, when there is news.
    pub fn tell(&mut self) {
        let status = self.status();
        if self.told.as_ref() == Some(&status) {
            return;
        }
        if let Err(error) = status::publish(&status, &self.options.run) {
            tracing::error!(%error, "the status cannot be written");
        }
        let line = status::machine_line(&status).unwrap_or_else(|| "starting".to_owned());
        let former = self.told.as_ref().and_then(status::machine_line).unwrap_or_default();
        if line != former {
            tracing::info!(state = line, "status");
        }
        notify::status(&line);
        if status.state == State::Ready && !self.told_ready {
            self.told_ready = true;
            notify::ready();
        }
        self.told = Some(status);
    }

    /// Where the admin pages are to be, whenever that changes.
    pub fn management(&self) -> watch::Receiver<Vec<IpAddr>> {
        self.management.subscribe()
    }

    pub(super) fn seen(&self, in_force: &InForce) -> View {
        let InForce { settings, binding, .. } = in_force;
        let port = |name: &PortName| {
            let interface = binding.bound.get(name).map(|port| port.interface.to_string());
            Port { name: name.to_string(), interface }
        };
        let ports = settings.ports.keys().map(port).collect();
        let wan = binding.wan().map(ToString::to_string);
        View::new(settings, &self.moved(), self.site, wan, ports)
    }

    /// What is in force, whenever that changes.
    pub fn view(&self) -> watch::Receiver<Option<View>> {
        self.view.subscribe()
    }

    /// Where those are told that would be what only the box is.
    pub fn seen_rogues(&self) -> watch::Sender<Vec<Rogue>> {
        self.seen_rogues.clone()
    }

    /// Where what is seen comes from and is kept.
    pub fn places(&self) -> seen::Places {
        seen::Places {
            state: self.options.state.clone(),
            leases: self.services.leases().to_owned(),
            vendors: VENDORS.into(),
            own_cards: self.probe_cards.into_iter().filter_map(MacAddress::new).collect(),
        }
    }

    /// Where what is blocked is written.
    pub fn blocked_directory(&self) -> std::path::PathBuf {
        self.blocking.directory().to_owned()
    }

    /// Where the socket and the status are.
    pub fn run_directory(&self) -> &Path {
        &self.options.run
    }
}
