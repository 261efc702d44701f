//! Settings that are tried. They are in force, but what is kept on the disk stays the former document:
//! unless somebody confirms in time it comes back, and after every start it is what is read, so that
//! neither a crash nor a power cut leaves a change that nobody could take back.

use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use firewall::RulesetHash;
use host_api::{Author, Ended, Failure, HowEnded, NotNow, Response, SettingsSource};
use ipnet::Ipv4Net;
use settings::{Moved, Settings, Standing, ZoneName};
use systemd::log::chain;

use super::{Agent, InForce, Wanted, about_settings, requests::failed};
use crate::leases::Lent;
use crate::listeners;
use crate::store::{Place, sha256};

/// A trial that is going on.
pub(super) struct Trial {
    /// What comes back.
    former: Wanted,
    /// Addresses of the box that are kept meanwhile.
    pub(super) moved: Moved,
    /// What was lent in their zones when the new settings came into force, when it is known.
    lent: Option<Lent>,
    /// Whether what lies on the disk may be the new document: keeping it failed half-way.
    unsure: bool,
    /// The rules that come back with it, when they were verified.
    ruleset: Option<RulesetHash>,
    /// When it does.
    until: Instant,
    /// SHA-256 of the document's text.
    document: String,
    /// SHA-256 of what has to be said to keep it.
    token: String,
    /// Who may say so.
    by: String,
    /// The name of who tries it, and what for.
    author: (String, String),
}

/// What is asked to be tried.
pub(super) struct Asked {
    pub(super) settings: Settings,
    pub(super) base: String,
    pub(super) seconds: u32,
    pub(super) token: String,
    pub(super) by: String,
    pub(super) author: String,
    pub(super) reason: String,
}

impl Trial {
    /// As clients are told.
    pub(super) fn told(&self) -> host_api::Trial {
        let left = self.until.saturating_duration_since(Instant::now());
        host_api::Trial {
            left: u32::try_from(left.as_secs()).unwrap_or(host_api::Trial::LONGEST),
            by: self.by.clone(),
            document: self.document.clone(),
            former: self.moved.values().map(Ipv4Net::addr).collect(),
        }
    }
}

impl Agent {
    /// When the trial that is going on ends.
    pub fn trial_ends(&self) -> Option<Instant> {
        self.trial.as_ref().map(|trial| trial.until)
    }

    /// Brings a document about for a time. On any failure the former settings stand.
    pub(super) async fn try_out(&mut self, asked: Asked) -> Response {
        let Asked { settings, base, seconds, token, by, author, reason } = asked;
        if self.trial.is_some() {
            return Response::NotNow(NotNow::Trial);
        }
        let possible = host_api::Trial::SHORTEST..=host_api::Trial::LONGEST;
        let is_hash = token.len() == 64 && token.bytes().all(|it| it.is_ascii_hexdigit());
        if !possible.contains(&seconds) || !is_hash || by.len() > host_api::Trial::MAX_BY {
            return Response::NotNow(NotNow::Terms);
        }
        let Some(now) = self.in_force.as_ref().map(|now| &now.settings) else {
            return Response::NotNow(NotNow::Stale);
        };
        if sha256(now.to_json().as_bytes()) != base {
            return Response::NotNow(NotNow::Stale);
        }
        if let Err(error) = self.store.prepare(&settings, Place::Trial) {
            return failed("store_failed", &error);
        }
        let moved = settings.moved_from(now);
        let seconds = if moved.is_empty() { seconds } else { seconds.max(host_api::Trial::MOVED) };
        let ruleset = self.loaded;
        let binding = match self.bring_about(&settings, &moved) {
            Ok(binding) => binding,
            Err(error) => {
                let response = failed(error.code(), &error);
                self.forget_trial();
                self.converge().await;
                return response;
            }
        };
        let document = sha256(settings.to_json().as_bytes());
        let source = SettingsSource::Trial;
        let wanted = Wanted::Document(Box::new(settings.clone()), source);
        let former = std::mem::replace(&mut self.wanted, wanted);
        self.in_force = Some(InForce { settings, source, binding });
        self.problem = None;
        (self.ended, self.kept) = (None, None);
        let length = Duration::from_secs(seconds.into());
        let (until, unsure) = (Instant::now() + length, false);
        let author = (author, reason);
        let lent = None;
        let trial =
            Trial { former, moved, lent, unsure, ruleset, until, document, token, by, author };
        self.trial = Some(trial);
        tracing::info!(seconds, "new settings are tried");
        self.after_change().await;
        let leases = self.services.leases();
        let told = self.trial.as_mut().map(|trial| {
            trial.lent = lent_in(leases, &trial.moved);
            // It is in force from here on: what came before is not its time.
            trial.until = Instant::now() + length;
            trial.told()
        });
        told.map_or(Response::NotNow(NotNow::NoTrial), Response::Trying)
    }

    /// Keeps what is being tried, if whoever asks gets to the box also when the former addresses are gone.
    pub(super) async fn confirm(&mut self, token: &str, at: IpAddr, from: IpAddr) -> Response {
        let token = sha256(token.as_bytes());
        let (Some(trial), Some(in_force)) = (&mut self.trial, &mut self.in_force) else {
            // The answer to the first time was lost.
            let is_again = self.kept.as_ref() == Some(&token);
            return if is_again { Response::Accepted } else { Response::NotNow(NotNow::NoTrial) };
        };
        if trial.token != token {
            return Response::NotNow(NotNow::Token);
        }
        if !listeners::addresses(&in_force.settings, self.site).contains(&at.to_canonical()) {
            return Response::NotNow(NotNow::Address);
        }
        let stays = match in_force.settings.standing(&trial.moved, self.site, from) {
            Standing::Stays => true,
            Standing::UnlessLentBefore(zone) => {
                let lent = Known::of(self.services.leases(), trial, zone, from);
                matches!(lent, Known::Never | Known::Anew)
            }
            Standing::IfLentAnew(zone) => {
                Known::of(self.services.leases(), trial, zone, from) == Known::Anew
            }
            Standing::Left => false,
        };
        if !stays {
            return Response::NotNow(NotNow::FormerNetwork);
        }
        if let Err(error) = self.store.promote(Place::Trial) {
            trial.unsure = true;
            return failed("store_failed", &error);
        }
        in_force.source = SettingsSource::Confirmed;
        let settings = Box::new(in_force.settings.clone());
        let (name, reason) = std::mem::take(&mut trial.author);
        let author = if name.is_empty() { Author::Unknown } else { Author::Admin(name) };
        let before = match &trial.former {
            Wanted::Document(former, _) => Some(former.to_json()),
            Wanted::Setup(_) | Wanted::Factory => None,
        };
        self.remember(&settings, before, author, reason);
        self.wanted = Wanted::Document(settings, SettingsSource::Confirmed);
        (self.trial, self.kept) = (None, Some(token));
        self.found.retain(|notice| !about_settings(notice));
        tracing::info!("the new settings are kept");
        self.converge().await;
        Response::Accepted
    }

    /// Ends what is being tried: the former settings come back. `how` says who ends it.
    pub(super) async fn undo(&mut self, how: HowEnded) -> Response {
        if self.trial.is_none() {
            return Response::NotNow(NotNow::NoTrial);
        }
        self.end_trial(how).await;
        match &self.problem {
            None => Response::Accepted,
            Some(problem) => Response::Failed(Failure {
                code: problem.code.clone(),
                detail: "the former settings are not in force yet; trying again".to_owned(),
            }),
        }
    }

    /// Nobody confirmed in time.
    pub async fn expire(&mut self) {
        if self.trial.as_ref().is_some_and(|trial| trial.until <= Instant::now()) {
            self.end_trial(HowEnded::Expired).await;
        }
    }

    async fn end_trial(&mut self, how: HowEnded) {
        let Some(trial) = self.trial.take() else { return };
        self.forget_trial();
        if let (true, Wanted::Document(former, _)) = (trial.unsure, &trial.former) {
            self.write_again(former);
        }
        self.wanted = trial.former;
        self.ended = Some(Ended { document: trial.document, how });
        self.converge().await;
        if self.problem.is_some() {
            // Said already; it is tried again until it works.
        } else if self.loaded == trial.ruleset {
            tracing::info!(?how, "the former settings are in force, with the same rules");
        } else {
            // A card came or went meanwhile.
            tracing::info!(?how, "the former settings are in force");
        }
    }

    /// What a trial left on the disk when hostd ended is told once, and goes.
    pub(super) fn was_interrupted(&mut self) {
        let Some(settings) = self.store.interrupted() else { return };
        tracing::info!("new settings were being tried; the former ones come back");
        let document = sha256(settings.to_json().as_bytes());
        self.ended = Some(Ended { document, how: HowEnded::Restarted });
        self.found.push(host_api::Notice::new("trial_interrupted", []));
    }

    /// The former document is the one to be read at the next start again.
    fn write_again(&self, former: &Settings) {
        let prepared = self.store.prepare(former, Place::Candidate);
        if let Err(error) = prepared.and_then(|()| self.store.promote(Place::Candidate)) {
            let error = chain(&error);
            tracing::error!(error, "which settings the next start finds is not known");
        }
    }

    fn forget_trial(&self) {
        if let Err(error) = self.store.discard(Place::Trial) {
            // Whatever lies there is never read as what is in force.
            tracing::warn!(error = chain(&error), "left over");
        }
    }

    /// What the rules of a document depend on beside it.
    pub(super) fn facts(&self, settings: &Settings) -> Response {
        let present = match crate::machine::present_ports(self.options.links) {
            Ok(present) => present,
            Err(error) => return failed("links_failed", &error),
        };
        let (uids, binding) = (self.uids(), network::bind(settings, &present));
        let isolated = network::isolated(settings, &binding);
        Response::Facts {
            wan: binding.wan().map(ToString::to_string),
            isolated: isolated.iter().map(ToString::to_string).collect(),
            site: self.site.network(),
            uids: [uids.dnsmasq, uids.chrony, uids.networkd, uids.resolver, uids.admin, uids.relay],
            names: self.names_of(settings),
        }
    }
}

/// What is lent in the zones that moved; none when it cannot be read.
fn lent_in(leases: &Path, moved: &Moved) -> Option<Lent> {
    let lent = Lent::now(leases, moved.keys());
    lent.inspect_err(|error| tracing::warn!(%error, "what is lent cannot be read")).ok()
}

/// What is known of a device's address.
#[derive(PartialEq, Eq)]
enum Known {
    /// Nothing.
    Nothing,
    /// It was lent to nobody: whoever has it was given it by hand.
    Never,
    /// It was lent before the new settings came into force, and not since.
    Before,
    /// It was lent since, with the router that there is now.
    Anew,
}

impl Known {
    fn of(leases: &Path, trial: &Trial, zone: &ZoneName, address: IpAddr) -> Self {
        let IpAddr::V4(address) = address.to_canonical() else { return Self::Nothing };
        let Some((before, now)) = trial.lent.as_ref().zip(lent_in(leases, &trial.moved)) else {
            return Self::Nothing;
        };
        match (before.has(zone, address), now.is_anew(before, zone, address)) {
            (_, true) => Self::Anew,
            (true, false) => Self::Before,
            (false, false) => Self::Never,
        }
    }
}

/// Until the trial ends; for ever when there is none.
pub async fn over(ends: Option<Instant>) {
    match ends {
        Some(ends) => tokio::time::sleep_until(ends.into()).await,
        None => std::future::pending().await,
    }
}
