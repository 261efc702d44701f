//! What clients ask of the agent, and what they are told.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use host_api::seeing::Seen;
use host_api::{
    Author, Failure, HowEnded, NoProbe, NotNow, Request, Response, SettingsSource, Shown, Status,
};
use settings::{Language, Moved, Settings};

use super::trial::{Asked, Trial};
use super::{Agent, InForce, Wanted, about_settings};
use crate::authority;
use crate::files::{self, Readers};
use crate::leases;
use crate::store::Place;
use systemd::log::chain;

impl Agent {
    /// Answers a client.
    pub async fn answer(&mut self, request: Request) -> Response {
        match request {
            // The code, and how it was guessed at, is for whoever stands at the console.
            Request::Status => Response::Status(Box::new(Status {
                setup_code: None,
                setup_tries: 0,
                ..self.status()
            })),
            Request::Settings => {
                let in_force = self.in_force.as_ref();
                Response::Settings {
                    document: in_force.map(|in_force| in_force.settings.to_json()),
                    source: in_force.map_or(SettingsSource::Factory, |in_force| in_force.source),
                    trial: self.trial.as_ref().map(Trial::told),
                    ended: self.ended.clone(),
                    by_console: self.by_console(),
                }
            }
            Request::Check { document } => match settings::parse(document.as_bytes()) {
                Ok(_) => Response::Accepted,
                Err(problems) => self.refused(&problems),
            },
            Request::Facts { document } => match settings::parse(document.as_bytes()) {
                Ok(settings) => self.facts(&settings),
                Err(problems) => self.refused(&problems),
            },
            Request::Try { document, base, seconds, token, by, author, reason } => {
                match settings::parse(document.as_bytes()) {
                    Ok(settings) => {
                        let asked = Asked { settings, base, seconds, token, by, author, reason };
                        self.try_out(asked).await
                    }
                    Err(problems) => self.refused(&problems),
                }
            }
            Request::Former { language } => self.former(host_api::texts::language(&language)),
            Request::GoBack { document, base } => self.go_back(&document, &base).await,
            Request::Hits => {
                self.count_hits();
                Response::Hits(self.hits.told())
            }
            Request::Arrivals => {
                self.count_hits();
                Response::Arrivals(self.hits.arrivals())
            }
            Request::Egress => self.egress_told(),
            Request::EgressAsk(asked) => self.egress_ask(asked),
            Request::Blocking => self.blocking_told(),
            Request::BlockLists => Response::BlockLists(self.blocking.lists.told()),
            Request::JudgeName { name } => self.judge_name(&name),
            Request::BlockList(piece) => self.block_list(piece).await,
            Request::BlockListSame { address } => self.block_list_same(&address),
            Request::EgressDecline { id } => self.egress_decline(&id),
            Request::Confirm { token, at, from } => self.confirm(&token, at, from).await,
            Request::Undo => self.undo(HowEnded::Undone).await,
            Request::End => self.undo(HowEnded::Console).await,
            Request::Apply { .. } if self.trial.is_some() => Response::NotNow(NotNow::Trial),
            Request::Apply { document } => match settings::parse(document.as_bytes()) {
                Ok(settings) => self.apply(settings, Author::SetUp, String::new()).await,
                Err(problems) => self.refused(&problems),
            },
            Request::TrySetupCode { code, from } => self.try_setup_code(&code, from),
            Request::SetupDone => self.close_setup(),
            Request::AdminsLost => self.reopen_setup(),
            Request::CaFingerprint { fingerprint } => self.learn_fingerprint(fingerprint),
            Request::Leases { zone, from } => self.leases(&zone, from),
            // The loop begins this one, and answers when it is done.
            Request::Probe(_) => Response::NoProbe(NoProbe::Failed),
            // The socket answers this one itself, and whoever sees answers a look.
            Request::Listeners { .. } => Response::Listeners { addresses: Vec::new() },
            Request::Look(_) => Response::Seen(Seen::Done(0)),
        }
    }

    fn leases(&self, zone: &str, from: Ipv4Addr) -> Response {
        let zone = zone.parse().ok();
        let read = zone.map(|zone| leases::read(self.services.leases(), &zone, from));
        match read.unwrap_or_else(|| Ok(Vec::new())) {
            Ok(leases) => Response::Leases { leases },
            Err(error) => failed("leases_failed", &error),
        }
    }

    fn try_setup_code(&mut self, typed: &str, from: IpAddr) -> Response {
        if self.door.code().is_none() && !self.door.is_done() {
            return failed("state_unusable", &io::Error::from(io::ErrorKind::ReadOnlyFilesystem));
        }
        let before = self.door.wrong_tries();
        let tried = self.door.try_code(&self.state, typed, from, Instant::now());
        if self.door.wrong_tries() != before {
            self.tell();
        }
        Response::SetupTried(tried)
    }

    fn close_setup(&mut self) -> Response {
        match self.door.close(&self.state) {
            Ok(()) => {
                tracing::info!("there is an admin; the setup code is dead");
                self.tell();
                Response::Accepted
            }
            Err(error) => failed("store_failed", &error),
        }
    }

    fn reopen_setup(&mut self) -> Response {
        if self.door.is_done() {
            tracing::warn!(
                "the admin application holds no admin any more: a new setup code is on the console"
            );
        }
        match self.door.reopen(&self.state) {
            Ok(()) => {
                self.tell();
                Response::Accepted
            }
            Err(error) => failed("store_failed", &error),
        }
    }

    /// For the console, and for a unit that copies it to the ESP.
    fn learn_fingerprint(&mut self, fingerprint: String) -> Response {
        let is_one = fingerprint.len() == 95
            && fingerprint.split(':').all(|byte| {
                byte.len() == 2 && byte.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'))
            });
        if !is_one {
            return failed("fingerprint_invalid", &io::Error::from(io::ErrorKind::InvalidInput));
        }
        let text = authority::text(&fingerprint);
        if let Err(error) = files::put(&self.options.run.join(authority::FILE), &text, Readers::All)
        {
            return failed("store_failed", &error);
        }
        self.ca_fingerprint = Some(fingerprint);
        self.tell();
        Response::Accepted
    }

    pub(super) fn refused(&self, problems: &[settings::Problem]) -> Response {
        let language = self.in_force.as_ref().map_or(Language::default(), |f| f.settings.language);
        Response::Refused { problems: Shown::all(problems, language) }
    }

    /// The settings are on disk before anything changes, in force after they were verified; on any
    /// failure the former ones stand.
    pub(super) async fn apply(
        &mut self,
        settings: Settings,
        by: Author,
        reason: String,
    ) -> Response {
        if let Err(error) = self.store.prepare(&settings, Place::Candidate) {
            return failed("store_failed", &error);
        }
        let done = match self.bring_about(&settings, &Moved::new()) {
            Ok(binding) => match self.store.promote(Place::Candidate) {
                Ok(()) => {
                    self.remember(&settings, self.kept_text(), by, reason);
                    let source = SettingsSource::Confirmed;
                    self.wanted = Wanted::Document(Box::new(settings.clone()), source);
                    self.in_force = Some(InForce { settings, source, binding });
                    self.problem = None;
                    self.found.retain(|notice| !about_settings(notice));
                    Ok(())
                }
                Err(error) => Err(failed("store_failed", &error)),
            },
            Err(error) => Err(failed(error.code(), &error)),
        };
        match done {
            Ok(()) => {
                tracing::info!("new settings are in force");
                self.after_change().await;
                Response::Accepted
            }
            Err(response) => {
                if let Err(error) = self.store.discard(Place::Candidate) {
                    tracing::warn!(error = chain(&error), "left over");
                }
                self.converge().await;
                response
            }
        }
    }
}

pub(super) fn failed(code: &str, error: &dyn std::error::Error) -> Response {
    tracing::error!(error = chain(error), code, "a request could not be carried out");
    Response::Failed(Failure { code: code.to_owned(), detail: chain(error) })
}
