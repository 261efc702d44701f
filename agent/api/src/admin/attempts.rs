//! What the box tries against its own network, now and then: packets that are really sent, from every zone and
//! from the internet, to the CRM, to the box and inside. None of these ways is a matter of rules that people
//! write, so that no attempt is counted by one. What came of the last round is what proves that protection.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use host_api::NoProbe;
use notify::{Alert, Zone};
use seal::numbers::{action, outcome};
use settings::{Settings, ZoneName, fill};
use vault::Actor;

use super::probe::{Unsent, Wanted, place_name, send, summary, what};
use super::protection::Finding;
use super::simulation::From;
use super::state::{Admin, entry};
use crate::catalogue;
use crate::shape::admin::{Proof, ProtectionState};
use crate::shape::packet::{PacketVerdict, ProbeProtocol};
use crate::shape::plain::Time;
use crate::shape::shared::Language;

/// After which time they are made again.
const EVERY: Duration = Duration::from_secs(15 * 60);
/// For how long they say something when they could not be made again.
const GOOD_FOR: Duration = Duration::from_secs(60 * 60);
/// Most packets of a round; each takes three seconds at most.
const MOST: usize = 64;
/// The pages of the box and of the CRM.
const HTTPS: u16 = 443;
/// Shared files: what is attacked first where it is reached (IANA `microsoft-ds`).
const FILES: u16 = 445;

/// The last round, and whether one is under way.
#[derive(Default)]
pub(super) struct Attempts {
    under_way: AtomicBool,
    last: Mutex<Option<Round>>,
}

/// What came of all of them.
#[derive(Clone)]
struct Round {
    /// Ms since 1970.
    at: u64,
    /// That were in force.
    settings: Settings,
    stopped: usize,
    arrived: usize,
    wrong: Option<Wrong>,
}

/// One that fared otherwise than it should.
#[derive(Clone)]
struct Wrong {
    wanted: Wanted,
    arrived: bool,
}

/// One of a round.
struct Attempt {
    wanted: Wanted,
    /// It must not arrive whatever anybody's rules say.
    never: bool,
}

impl Admin {
    /// Makes a round when one is due, beside whoever calls.
    pub(super) async fn try_the_network(&self) {
        let Ok(now) = self.settings().await else { return };
        let due = match self.attempts().last().as_ref() {
            None => true,
            Some(last) => last.settings != now.settings || self.since(last.at) >= EVERY,
        };
        // Rules that are being tried may be gone before a round is over.
        if !due || now.trial.is_some() || self.attempts().under_way.swap(true, Ordering::AcqRel) {
            return;
        }
        let admin = self.clone();
        tokio::spawn(async move {
            if let Some(round) = admin.round(now.settings).await {
                admin.note(&round).await;
                *admin.attempts().last() = Some(round);
            }
            admin.attempts().under_way.store(false, Ordering::Release);
        });
    }

    /// None when the settings changed meanwhile, or hostd cannot send.
    async fn round(&self, settings: Settings) -> Option<Round> {
        let tried = attempts(&settings);
        let mut round = Round { at: self.now(), settings, stopped: 0, arrived: 0, wrong: None };
        for Attempt { wanted, never } in tried {
            let (arrived, passes) = match send(self, &wanted, Language::En).await {
                Ok((report, judged)) => {
                    (report.arrived.is_some(), judged.verdict == PacketVerdict::Passes)
                }
                // There is no such way here: no WAN, no IPv6, no address left for a moment's host.
                Err(Unsent::Refused(
                    NoProbe::NoVersion | NoProbe::NoWan | NoProbe::NoRoute | NoProbe::NoFreeAddress,
                )) => continue,
                Err(why) => {
                    tracing::info!(?why, "the network was not tried to the end");
                    return None;
                }
            };
            *(if arrived { &mut round.arrived } else { &mut round.stopped }) += 1;
            let is_wrong = arrived != passes || never && arrived;
            // What got in counts for more than what did not get through.
            let leaked = round.wrong.as_ref().is_some_and(|wrong| wrong.arrived);
            if is_wrong && !leaked && (arrived || round.wrong.is_none()) {
                round.wrong = Some(Wrong { wanted, arrived });
            }
        }
        (round.arrived + round.stopped > 0).then_some(round)
    }

    /// Writes down what fared otherwise than it should, when that is news.
    async fn note(&self, round: &Round) {
        let Some(wrong) = &round.wrong else { return };
        let told = |wrong: &Wrong| summary(&wrong.wanted, wrong.arrived);
        let now = told(wrong);
        let before = self.attempts().last().as_ref().and_then(|it| it.wrong.as_ref().map(told));
        if before.as_ref() == Some(&now) {
            return;
        }
        if wrong.arrived {
            let place = |of: &From| {
                Zone(match of {
                    From::Zone(zone) => zone.as_str().into(),
                    From::Wan => "wan".into(),
                    From::Box => "box".into(),
                })
            };
            let Wanted { from, to, .. } = &wrong.wanted;
            let (from, to, what) = (place(from), place(to), what(&wrong.wanted).as_str().into());
            self.bell().tell(Alert::ProtectionOpen { from, to, what });
        }
        let happened = entry(Actor::default(), action::PACKET_TRIED, outcome::ALLOWED, Some(&now));
        if let Err(problem) = self.log(happened).await {
            tracing::error!(problem = problem.code().as_str(), "an event was not kept");
        }
    }

    fn since(&self, at: u64) -> Duration {
        Duration::from_millis(self.now().saturating_sub(at))
    }

    /// Whether the last round was made with other settings than those in force: it says nothing of these.
    /// What is in force is not known while hostd does not answer.
    pub(super) async fn network_changed(&self) -> bool {
        let Ok(now) = self.settings().await else { return false };
        self.attempts().last().as_ref().is_some_and(|round| round.settings != now.settings)
    }

    /// What the last round says of the network, if it was made with the settings in force; nothing when it is
    /// long ago.
    pub(super) fn network_proven(&self, language: Language) -> Option<Finding> {
        let round = self.attempts().last().clone()?;
        if self.since(round.at) > GOOD_FOR {
            return None;
        }
        let (state, key) = match &round.wrong {
            None => (ProtectionState::Proven, "attempts.held"),
            Some(Wrong { arrived: true, .. }) => (ProtectionState::Open, "attempts.leaked"),
            Some(Wrong { arrived: false, .. }) => (ProtectionState::NeedsYou, "attempts.lost"),
        };
        let result = fill(&catalogue::text(language, key), |name| {
            let wrong = round.wrong.as_ref().map(|wrong| &wrong.wanted);
            match name {
                "count" => Some((round.stopped + round.arrived).to_string()),
                "stopped" => Some(round.stopped.to_string()),
                "arrived" => Some(round.arrived.to_string()),
                "from" => Some(place_name(&wrong?.from, &round.settings, language)),
                "to" => Some(place_name(&wrong?.to, &round.settings, language)),
                "what" => Some(what(wrong?)),
                _ => None,
            }
        });
        let proof = Proof {
            tried: catalogue::text(language, "attempts.tried"),
            from: catalogue::text(language, "attempts.from"),
            at: Time(round.at),
            result,
        };
        Some(Finding { state, proof })
    }
}

impl Attempts {
    fn last(&self) -> std::sync::MutexGuard<'_, Option<Round>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is tried on a box with these settings.
fn attempts(settings: &Settings) -> Vec<Attempt> {
    let crm = &settings.crm.zone;
    let (reaches, manages) = (&settings.crm.reachable_from, &settings.management.from);
    let listed =
        |list: &[settings::Source], zone: &ZoneName| list.iter().any(|one| one.zone == *zone);
    let mut all = Vec::new();
    let mut add = |from: &From, to: &From, port: u16, never: bool| {
        for v6 in [false, true] {
            let (from, to, port) = (from.clone(), to.clone(), Some(port));
            let wanted = Wanted { from, to, protocol: ProbeProtocol::Tcp, port, v6 };
            all.push(Attempt { wanted, never });
        }
    };
    let of = |zone: &ZoneName| From::Zone(zone.clone());
    add(&From::Wan, &of(crm), HTTPS, true);
    add(&From::Wan, &From::Box, HTTPS, true);
    add(&of(crm), &From::Wan, HTTPS, false);
    for zone in settings.zones.keys().filter(|zone| *zone != crm) {
        add(&of(zone), &of(crm), HTTPS, !listed(reaches, zone));
        add(&of(zone), &From::Box, HTTPS, !listed(manages, zone));
        add(&From::Wan, &of(zone), FILES, false);
    }
    all.truncate(MOST);
    all
}
