//! The agent's state and what it does at an event: reads what there is, works out the goal, brings
//! it about. What it tells is in `tell`, what it looks at from time to time in `look`. One task owns it; requests come to it one after the other.

mod blocking;
mod egress;
mod former;
mod look;
pub mod probe;
mod requests;
mod tell;
#[cfg(test)]
mod tests;
pub mod trial;

use std::io;
use std::net::IpAddr;
use std::time::{Duration, Instant, SystemTime};

use firewall::{RulesetHash, ServiceUids};
use host_api::{Author, Ended, Notice, SettingsSource, Status};
use network::Binding;
use network::probe::Mac;
use seeing::View;
use seeing::refusals::Rogue;
use settings::{DiscoveredPort, Moved, Settings, SitePrefix};
use tokio::sync::watch;

use crate::apply::{ApplyError, Goal, Hours};
use crate::blocking::Blocking;
use crate::egress::Egress;
use crate::hits::Hits;
use crate::identity;
use crate::options::RunOptions;
use crate::rogues::Rogues;
use crate::services::Services;
use crate::setup::{self, Setup};
use crate::setup_code::Door;
use crate::store::directory::Real;
use crate::store::{Place, Store};
use crate::upstream::Upstream;
use crate::{listeners, machine, running, status};
use systemd::log::chain;

/// Numbers of the accounts, fixed by decision 0001.
const UIDS: ServiceUids =
    ServiceUids { dnsmasq: 903, chrony: 904, networkd: 902, resolver: 908, admin: 906, relay: 909 };

/// Name of the file that remembers a setup file that was taken.
const SETUP_CONSUMED: &str = "setup-consumed";
/// Left by the initrd on a state partition that it had to repair: files of it may be gone.
const REPAIRED: &str = "repaired";

/// A box without any card is a problem after this time only: some machines find them late.
const FIRST_CARD: Duration = Duration::from_secs(60);

/// The agent.
pub struct Agent {
    options: RunOptions,
    state: Real,
    store: Store<Real>,
    site: SitePrefix,
    door: Door,
    /// SHA-256 of the certificate authority, as the admin application told it.
    ca_fingerprint: Option<String>,
    /// Where the admin pages are to be, for the socket.
    management: watch::Sender<Vec<IpAddr>>,
    /// What is in force, for who sees the network.
    view: watch::Sender<Option<View>>,
    services: Services,
    /// The clock has been set since the box started.
    clock_is_set: bool,
    /// Before this start the box stopped without having been told to.
    stopped: bool,
    wanted: Wanted,
    in_force: Option<InForce>,
    trial: Option<trial::Trial>,
    /// What became of the last trial that was not kept.
    ended: Option<Ended>,
    /// SHA-256 of what kept the last one that was.
    kept: Option<String>,
    /// A packet is being tried.
    probing: bool,
    /// MAC addresses of hosts that are made for it: the same until the box starts anew, so that they are known
    /// for what they are, as the kernel's neighbours too.
    probe_cards: [Mac; 2],
    /// Ruleset that was last verified in the kernel.
    loaded: Option<RulesetHash>,
    /// What the clock said when it was made.
    hours: Hours,
    /// What its rules did.
    hits: Hits,
    /// Where the box's own programs may go.
    egress: Egress,
    /// Names that are not answered.
    blocking: Blocking,
    /// What was found at the start.
    found: Vec<Notice>,
    /// What stands in the way now.
    problem: Option<Notice>,
    /// The last try did not succeed, or is not complete.
    retry: bool,
    services_down: Vec<String>,
    rogues: Rogues,
    /// Servers that are asked for names over TLS.
    upstream: Upstream,
    /// Who they are, from who sees the network.
    seen_rogues: watch::Sender<Vec<Rogue>>,
    /// Cards that the settings name have had time to appear.
    settled: bool,
    started: Instant,
    told_ready: bool,
    told: Option<Status>,
}

/// What is to be in force.
enum Wanted {
    Document(Box<Settings>, SettingsSource),
    /// From the setup file; stored once it works.
    Setup(Box<Setup>),
    Factory,
}

/// What is in force.
struct InForce {
    settings: Settings,
    source: SettingsSource,
    binding: Binding,
}

impl Agent {
    /// Reads what the state partition holds. Only a directory that cannot be opened at all is an
    /// error: the box must come up with a broken state too.
    pub fn new(options: RunOptions) -> io::Result<Self> {
        let state = Real::open(&options.state)?;
        let store = Store::new(Real::open(&options.state.join("settings"))?);
        let mut found = status::flags(&options.run);
        let mut identity = |error: identity::IdentityError| {
            tracing::error!(error = chain(&error), "the state cannot be used");
            found.push(Notice::new("state_unusable", []));
        };
        let site = identity::site_prefix(&state).map_err(&mut identity);
        let door = Door::open(&state).map_err(&mut identity);
        let door = door.unwrap_or_else(|()| Door::walled_up());
        // A prefix for this run: the zones have IPv6, though another one next time.
        let site = site.unwrap_or_else(|()| identity::passing_site_prefix());
        let services = if options.systemd {
            Services::units(&options.run, options.trust.clone())
        } else {
            Services::children(&options.run, &options.state, options.trust.clone())
        };
        let stopped = running::begin(&state);
        let hits = Hits::open(&state);
        let egress = Egress::open(&state, &services.allowed());
        let blocking = Blocking::open(&state, services.blocked());
        let mut agent = Self {
            options,
            state,
            store,
            site,
            door,
            ca_fingerprint: None,
            management: watch::Sender::new(Vec::new()),
            view: watch::Sender::new(None),
            services,
            clock_is_set: false,
            stopped,
            wanted: Wanted::Factory,
            in_force: None,
            trial: None,
            ended: None,
            kept: None,
            probing: false,
            probe_cards: probe::cards_of_this_boot(),
            loaded: None,
            hours: Hours::default(),
            hits,
            egress,
            blocking,
            found,
            problem: None,
            retry: false,
            services_down: Vec::new(),
            rogues: Rogues::default(),
            upstream: Upstream::default(),
            seen_rogues: watch::Sender::new(Vec::new()),
            settled: false,
            started: Instant::now(),
            told_ready: false,
            told: None,
        };
        agent.read_settings();
        Ok(agent)
    }

    fn read_settings(&mut self) {
        let loaded = self.store.load();
        // A lost document was there once: the setup file is for boxes that were never set up.
        let never = loaded.settings.is_none() && loaded.notices.is_empty();
        self.found.extend(loaded.notices);
        self.was_interrupted();
        for place in [Place::Candidate, Place::Trial] {
            if let Err(error) = self.store.discard(place) {
                tracing::warn!(error = chain(&error), "left over");
            }
        }
        if let Some(settings) = loaded.settings {
            self.wanted = Wanted::Document(Box::new(settings), loaded.source);
        } else if never && self.may_be_there(REPAIRED) {
            self.found.push(Notice::new("state_repaired", []));
        } else if never && !self.state_is_lost() && !self.consumed() {
            match setup::read(&self.options.setup_file) {
                Ok(Some(setup)) => self.wanted = Wanted::Setup(Box::new(setup)),
                Ok(None) => {}
                Err(notice) => self.found.push(notice),
            }
        }
    }

    /// Whether the settings of a box that was set up may be gone: factory rules then, and never again
    /// the setup file, whose rules and setup code are those of the first day.
    fn state_is_lost(&self) -> bool {
        let lost =
            |notice: &Notice| matches!(notice.code.as_str(), "state_lost" | "state_unusable");
        self.found.iter().any(lost)
    }

    fn consumed(&self) -> bool {
        self.may_be_there(SETUP_CONSUMED)
    }

    /// Whether the state partition has this file, or is too damaged to tell.
    fn may_be_there(&self, name: &str) -> bool {
        !matches!(self.options.state.join(name).try_exists(), Ok(false))
    }

    /// Whether what is wanted depends on which cards there are: then it is better to wait until all
    /// have been found.
    pub fn wants_all_cards(&self) -> bool {
        matches!(self.wanted, Wanted::Factory) && self.in_force.is_none()
    }

    /// Cards have had time to appear, if there is any: from now on one that is missing is missing.
    pub fn settle(&mut self) {
        let any = machine::present_ports(self.options.links).is_ok_and(|cards| !cards.is_empty());
        self.settled = any || self.started.elapsed() >= FIRST_CARD;
    }

    /// Whether [`Agent::settle`] was called.
    pub fn is_settled(&self) -> bool {
        self.settled
    }

    /// Whether the last try did not succeed.
    pub fn must_retry(&self) -> bool {
        self.retry
    }

    /// Brings about what is wanted with the cards that are there now, and tells.
    pub async fn converge(&mut self) {
        let wanted = match &self.wanted {
            Wanted::Document(settings, source) => Some(((**settings).clone(), *source)),
            Wanted::Setup(setup) => Some((setup.settings.clone(), SettingsSource::Confirmed)),
            Wanted::Factory => self.factory().map(|settings| (settings, SettingsSource::Factory)),
        };
        self.problem = match wanted {
            None if self.started.elapsed() < FIRST_CARD => {
                self.retry = true;
                self.tell();
                return;
            }
            None => Some(Notice::new("no_ports", [])),
            Some((settings, source)) => match self.bring_about(&settings, &self.moved()) {
                Ok(binding) => {
                    self.in_force = Some(InForce { settings, source, binding });
                    None
                }
                Err(error) if error.is_passing() && !self.retry => {
                    tracing::info!(error = chain(&error), "a card went while it was set up");
                    self.retry = true;
                    self.after_change().await;
                    return;
                }
                Err(error) => Some(noticed(&error)),
            },
        };
        self.retry = self.problem.is_some();
        if self.problem.is_none() {
            self.take_setup();
        }
        self.after_change().await;
    }

    /// Once there are a WAN and a LAN, later cards change no role: a card that comes must not make
    /// the WAN a LAN. With one card alone the next one decides anew.
    fn factory(&self) -> Option<Settings> {
        if let Some(in_force) = &self.in_force
            && in_force.source == SettingsSource::Factory
            && in_force.settings.wan_port().is_some()
        {
            return Some(in_force.settings.clone());
        }
        let present = machine::present_ports(self.options.links).unwrap_or_else(|error| {
            tracing::error!(error = chain(&error), "network cards cannot be listed");
            Vec::new()
        });
        let ports: Vec<DiscoveredPort> = present
            .into_iter()
            .filter_map(|port| Some(DiscoveredPort { mac: port.mac?, path: port.path }))
            .collect();
        Settings::factory(&ports)
    }

    /// Addresses that are kept while new ones are tried.
    fn moved(&self) -> Moved {
        self.trial.as_ref().map(|trial| trial.moved.clone()).unwrap_or_default()
    }

    fn bring_about(&mut self, settings: &Settings, moved: &Moved) -> Result<Binding, ApplyError> {
        let present = machine::present_ports(self.options.links).map_err(ApplyError::Links)?;
        self.count_hits();
        let hours = Hours::at(settings, SystemTime::now());
        let goal = Goal::new(
            settings,
            moved,
            &hours,
            &present,
            self.site,
            self.options.links,
            self.uids(),
        );
        let done = goal.bring_about();
        self.loaded = done.is_ok().then_some(goal.hash);
        if let Some(hash) = &self.loaded {
            self.hits.loaded(hash);
            self.egress.used.loaded(hash);
        }
        self.hours = hours;
        done.map(|()| goal.binding)
    }

    fn uids(&self) -> ServiceUids {
        if self.options.systemd {
            UIDS
        } else {
            ServiceUids { dnsmasq: 0, resolver: 0, relay: 0, ..UIDS }
        }
    }

    /// The setup file's settings work: keep them.
    fn take_setup(&mut self) {
        let Wanted::Setup(setup) = &self.wanted else { return };
        let settings = setup.settings.clone();
        let prepared = self.store.prepare(&settings, Place::Candidate);
        let kept = prepared.and_then(|()| self.store.promote(Place::Candidate));
        if let Err(error) = kept {
            tracing::error!(error = chain(&error), "setup");
            self.problem = Some(Notice::new("store_failed", []));
            return;
        }
        // The file stays to be taken: its code is the one that its owner will type.
        if let Some(code) = &setup.setup_code
            && let Err(error) = self.door.choose(&self.state, code)
        {
            tracing::error!(error = chain(&error), "setup");
            self.problem = Some(Notice::new("store_failed", []));
            return;
        }
        if let Err(error) = self.state.replace(SETUP_CONSUMED, b"taken\n") {
            tracing::warn!(%error, "setup");
        }
        tracing::info!("the settings of the setup file are in force");
        self.remember(&settings, None, Author::SetUp, String::new());
        self.wanted = Wanted::Document(Box::new(settings), SettingsSource::Confirmed);
    }

    /// Services and status follow what is in force.
    async fn after_change(&mut self) {
        if let Some(in_force) = &self.in_force {
            let mut addresses = listeners::addresses(&in_force.settings, self.site);
            addresses.extend(listeners::moved(&in_force.settings, &self.moved()));
            addresses.sort_unstable();
            addresses.dedup();
            self.management.send_if_modified(|known| {
                let news = *known != addresses;
                *known = addresses;
                news
            });
            let view = self.seen(in_force);
            self.view.send_if_modified(|known| {
                let news = known.as_ref() != Some(&view);
                *known = Some(view);
                news
            });
            self.egress.follow(&in_force.settings);
            self.upstream.follow(&in_force.settings.dns);
        }
        self.tell_services().await;
        self.tell();
    }
}

/// Notices that new settings answer.
fn about_settings(notice: &Notice) -> bool {
    notice.code.starts_with("setup_")
        || matches!(
            notice.code.as_str(),
            "previous_used" | "settings_lost" | "state_repaired" | "trial_interrupted"
        )
}

fn noticed(error: &ApplyError) -> Notice {
    tracing::error!(error = chain(error), "not applied; trying again");
    Notice::new(error.code(), [("reason", chain(error))])
}
