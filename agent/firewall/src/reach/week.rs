//! What is otherwise at any time of the week: hours open and shut what they are of, so what is found depends
//! on when it is looked for. Each set of hours that are on together is tried by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use settings::{Language, Settings, Title};

use super::finding::{Finding, Place, Sender, Traffic, Weight};
use super::side::Side;
use super::words::Names;
use super::zone::{Crm, spoken};
use super::{MOST_STEPS, judged, reach};
use crate::check::CheckError;
use crate::compile::{Context, compile};
use crate::message;

/// Most times of the week that are tried while somebody waits.
const MOST_TIMES: usize = 16;

/// A finding with the hours in which it is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timed {
    /// What is otherwise.
    pub finding: Finding,
    /// When.
    pub hours: Hours,
}

/// Times of the week.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hours {
    /// All of it.
    Always,
    /// These hours.
    In(Title),
    /// All but these.
    Outside(Title),
    /// Some of it.
    Some,
}

impl Timed {
    /// How much it matters.
    pub fn weight(&self) -> Weight {
        self.finding.weight()
    }

    /// In words, for a reader who knows things by these names.
    pub fn text_naming(&self, language: Language, names: &dyn Names) -> String {
        let text = self.finding.text_naming(language, names);
        let (code, hours) = match &self.hours {
            Hours::Always => return text,
            Hours::In(hours) => ("in_hours", Some(hours)),
            Hours::Outside(hours) => ("outside_hours", Some(hours)),
            Hours::Some => ("in_some_hours", None),
        };
        let hours = hours.map(|hours| ("hours", hours.to_string()));
        let parameters: Vec<_> = [("text", text)].into_iter().chain(hours).collect();
        message::text(language, code, &parameters)
    }
}

/// Hours that are on with the settings before and with those after, at one time.
type On = [BTreeSet<Title>; 2];

/// As [`reach`], at any time of the week whatever the hour is now.
///
/// # Errors
/// The rules of some hour are none that a kernel takes.
pub fn reach_in_a_week(
    before: &Side<'_>,
    after: &Side<'_>,
    asking: Option<IpAddr>,
) -> Result<Vec<Timed>, CheckError> {
    let mut times: Vec<On> = before.settings.times_of_a_week(after.settings).into_iter().collect();
    if times == [On::default()] {
        let found = reach(before, after, asking).into_iter();
        return Ok(found.map(|finding| Timed { finding, hours: Hours::Always }).collect());
    }
    let all = times.len() <= MOST_TIMES;
    times.truncate(MOST_TIMES);
    let steps = MOST_STEPS / u64::try_from(times.len()).unwrap_or(MOST_STEPS).max(1);
    let (mut found, mut crm, mut cut) = (Found::default(), Crm::default(), false);
    for (time, [was, is]) in times.iter().enumerate() {
        let (was, is) = (at(before, was), at(after, is));
        let (old, new) = (compile(before.settings, &was), compile(after.settings, &is));
        let old = Side { settings: before.settings, context: &was, rules: old.check()? };
        let new = Side { settings: after.settings, context: &is, rules: new.check()? };
        let judged = judged(&old, &new, asking, steps);
        crm.add(&judged.crm);
        cut |= judged.cut;
        for finding in judged.findings {
            found.add(finding, time);
        }
    }
    let calendar = Calendar { times: &times, settings: [before.settings, after.settings], all };
    let mut timed = found.timed(&calendar);
    let is_said = timed.iter().any(|one| one.finding == Finding::Incomplete);
    if !all && !is_said {
        timed.push(Timed { finding: Finding::Incomplete, hours: Hours::Always });
    }
    if crm.is_lost() && !cut {
        timed.insert(0, Timed { finding: Finding::NobodyReachesCrm, hours: Hours::Always });
    }
    timed.sort_by_key(Timed::weight);
    Ok(timed)
}

fn at(side: &Side<'_>, on: &BTreeSet<Title>) -> Context {
    Context { on: on.clone(), ..side.context.clone() }
}

/// What is found at the times that are tried.
#[derive(Default)]
struct Found {
    /// What opens or shuts: by whether it opens, for whom and whereto.
    changes: BTreeMap<(bool, Sender, Place), Vec<Change>>,
    others: Vec<(Finding, BTreeSet<usize>)>,
}

/// What opens or shuts at these times, for the same sender to the same place.
struct Change {
    what: BTreeSet<Traffic>,
    except: BTreeSet<Traffic>,
    times: BTreeSet<usize>,
}

impl Found {
    fn add(&mut self, finding: Finding, time: usize) {
        let (opens, from, to, what, except) = match finding {
            Finding::Opened { from, to, what, except } => (true, from, to, what, except),
            Finding::Closed { from, to, what, except } => (false, from, to, what, except),
            other => {
                match self.others.iter_mut().find(|(known, _)| *known == other) {
                    Some((_, times)) => times.extend([time]),
                    None => self.others.push((other, BTreeSet::from([time]))),
                }
                return;
            }
        };
        // At another time the one may be so without the other.
        let apart: Vec<BTreeSet<Traffic>> = if except.is_empty() {
            what.into_iter().map(|one| BTreeSet::from([one])).collect()
        } else {
            vec![what]
        };
        for to in to {
            let known = self.changes.entry((opens, from.clone(), to)).or_default();
            for what in &apart {
                match known.iter_mut().find(|one| (&one.what, &one.except) == (what, &except)) {
                    Some(one) => one.times.extend([time]),
                    None => known.push(Change {
                        what: what.clone(),
                        except: except.clone(),
                        times: BTreeSet::from([time]),
                    }),
                }
            }
        }
    }

    /// One finding of all that is so in the same hours.
    fn timed(self, calendar: &Calendar<'_>) -> Vec<Timed> {
        let mut timed: Vec<Timed> = Vec::new();
        for (finding, times) in self.others {
            // That not all was tried is so of the whole.
            let is_whole = finding == Finding::Incomplete;
            let hours = if is_whole { Hours::Always } else { calendar.hours(&times) };
            timed.push(Timed { finding, hours });
        }
        let mut alike: BTreeMap<_, Vec<Place>> = BTreeMap::new();
        for ((opens, from, to), mut changes) in self.changes {
            add_what_everything_holds(&mut changes);
            // The box and the CRM have a finding for themselves.
            let alone = matches!(to, Place::Box | Place::Crm).then(|| to.clone());
            let mut by_hours: BTreeMap<_, BTreeSet<Traffic>> = BTreeMap::new();
            for Change { what, except, times } in changes {
                // What is so but for some services is no part of anything else.
                let whole = (!except.is_empty()).then(|| what.clone());
                let key = (calendar.hours(&times), except, whole);
                by_hours.entry(key).or_default().extend(what);
            }
            for ((hours, except, _), what) in by_hours {
                let what = spoken(&what, &except);
                let key = (opens, from.clone(), hours, what, except, alone.clone());
                alike.entry(key).or_default().push(to.clone());
            }
        }
        timed.extend(alike.into_iter().map(|((opens, from, hours, what, except, _), to)| {
            let finding = if opens {
                Finding::Opened { from, to, what, except }
            } else {
                Finding::Closed { from, to, what, except }
            };
            Timed { finding, hours }
        }));
        timed
    }
}

/// Whoever says "everything" names no service.
fn add_what_everything_holds(changes: &mut [Change]) {
    let everything_at = |time: usize, service: &BTreeSet<Traffic>| {
        let then = changes
            .iter()
            .filter(|one| one.times.contains(&time) && one.except.is_disjoint(service));
        Traffic::is_everything(&then.flat_map(|one| one.what.iter().cloned()).collect())
    };
    let all: BTreeSet<usize> = changes.iter().flat_map(|one| one.times.iter().copied()).collect();
    let held = |one: &Change| -> Vec<usize> {
        let is_service = one.what.iter().all(Traffic::is_named);
        let times = all.iter().copied().filter(|_| is_service);
        times.filter(|time| everything_at(*time, &one.what)).collect()
    };
    let held: Vec<Vec<usize>> = changes.iter().map(held).collect();
    for (one, held) in changes.iter_mut().zip(held) {
        one.times.extend(held);
    }
}

/// Which hours are on at the times that were tried.
struct Calendar<'a> {
    times: &'a [On],
    settings: [&'a Settings; 2],
    /// These are all times of the week.
    all: bool,
}

impl Calendar<'_> {
    fn hours(&self, when: &BTreeSet<usize>) -> Hours {
        if when.len() == self.times.len() {
            return Hours::Always;
        }
        let [before, after] = self.settings;
        let names: BTreeSet<&Title> =
            before.schedules.keys().chain(after.schedules.keys()).collect();
        for name in names.into_iter().filter(|_| self.all) {
            // Hours are called as they are with the settings after, where something is in force in them there.
            let is_named = self.times.iter().any(|[_, is]| is.contains(name));
            let is_other = after.schedules.get(name).is_some_and(|spans| {
                before.schedules.get(name).is_some_and(|former| former != spans)
            });
            if !is_named && is_other {
                continue;
            }
            let on = |[was, is]: &On| if is_named { is.contains(name) } else { was.contains(name) };
            let times = self.times.iter().enumerate();
            let (is, is_not): (Vec<_>, Vec<_>) = times.partition(|(_, time)| on(time));
            let are = |times: &[(usize, &On)]| {
                times.len() == when.len() && times.iter().all(|(time, _)| when.contains(time))
            };
            if are(&is) {
                return Hours::In(name.clone());
            }
            if are(&is_not) {
                return Hours::Outside(name.clone());
            }
        }
        Hours::Some
    }
}
