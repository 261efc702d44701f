//! The decision: something happens, and this says what is sent to whom now, and when to look again. The caller
//! keeps the new state first and sends afterwards, so that a power cut can make a message come twice, with
//! the same id, and never get lost.

use crate::state::{Failing, Waiting};
use crate::value::{HOUR, MINUTE, SECOND};
use crate::{
    Alert, Count, Failure, Kind, MAX_WAITING, Message, MessageId, Moment, Mute, Name, Policy,
    Reading, Severity, State, TargetId,
};

/// How long a first alert waits for others of its kind and subject.
const JOIN: u64 = 15 * SECOND;
const JOIN_CRITICAL: u64 = 2 * SECOND;
/// How long others wait after one was sent.
const APART: u64 = HOUR;
const APART_CRITICAL: u64 = 10 * MINUTE;
/// After how long a target that failed is tried again; the last for good.
const AGAIN: [u64; 7] =
    [10 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR];
/// The same where a person has to change something: a provider locks who tries a wrong password often.
const AGAIN_BY_A_PERSON: [u64; 3] = [HOUR, 6 * HOUR, 24 * HOUR];
/// After how long nobody knows any more what came of a message.
pub(crate) const OUT_OF_SIGHT: u64 = 10 * MINUTE;
/// After how long others are told that a target cannot be reached.
pub(crate) const TELL_OTHERS: u64 = 30 * MINUTE;
/// A shorter absence of the internet is not told.
const ABSENCE: u64 = 2 * MINUTE;

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The program has started: what was being sent may have been, or not.
    Started,
    /// It is time to look.
    Look,
    /// An alert.
    Report(Alert),
    /// Somebody pressed the test button of a target. The test is tried once.
    Test {
        /// Of which.
        target: TargetId,
        /// Who.
        by: Name,
    },
    /// A message was taken by its receiver.
    Sent(MessageId),
    /// A message was not, as far as is known.
    Failed(MessageId, Failure),
    /// An admin changed how a target is reached: it is tried anew.
    Changed(TargetId),
    /// The internet is gone.
    InternetGone,
    /// The internet is back: what waits is sent.
    InternetBack,
    /// Do not send this.
    Mute(Mute),
    /// Send it again.
    Unmute {
        /// The kind.
        kind: Kind,
        /// Of this subject.
        subject: Option<String>,
    },
    /// An account has read entries of the bell.
    Read {
        /// The account.
        account: String,
        /// Which.
        entries: Reading,
    },
    /// So many happened that nobody could take in one by one.
    Overlooked(u64),
    /// There is no such account any more.
    ForgetReader {
        /// The account.
        account: String,
    },
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// To be kept before anything is sent.
    pub state: State,
    /// To be sent now; [`Input::Sent`] or [`Input::Failed`] says what came of each.
    pub send: Vec<Outgoing>,
    /// When to look again, if nothing happens before.
    pub look: Option<Moment>,
}

/// A message to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// To whom.
    pub target: TargetId,
    /// What.
    pub message: Message,
}

/// Takes in what happens.
pub fn step(now: Moment, policy: &Policy, mut state: State, input: Input) -> Step {
    state.settle(now, policy);
    state.take(now, policy, input);
    state.lose_sight(now);
    state.tell_others(now, policy);
    let send = state.hand_out(now, policy);
    let look = state.next(now, policy);
    Step { state, send, look }
}

impl State {
    /// Forgets targets that there are no more and what is over; times that lie ahead because the clock was put
    /// back hold nothing up.
    fn settle(&mut self, now: Moment, policy: &Policy) {
        self.waiting.retain(|it| policy.looked_at().any(|(id, _)| *id == it.target));
        self.targets.retain(|id, _| policy.looked_at().any(|(known, _)| known == id));
        self.mutes.retain(|mute| now < mute.until);
        let ahead = |at: Moment, wait: u64| at.0 > now.0.saturating_add(wait);
        let not_ahead = |at: &mut Moment, wait: u64| {
            if ahead(*at, wait) {
                *at = now;
            }
        };
        for it in &mut self.waiting {
            not_ahead(&mut it.due, APART + JOIN);
            it.handed.iter_mut().for_each(|at| not_ahead(at, 0));
        }
        for target in self.targets.values_mut() {
            not_ahead(&mut target.next, 24 * HOUR);
            target.handed.iter_mut().for_each(|at| not_ahead(at, 0));
            target.handed.retain(|at| now.0 < at.0.saturating_add(HOUR));
            target.lately.retain(|_, until| now < *until && !ahead(*until, APART));
            target.failing.iter_mut().for_each(|failing| not_ahead(&mut failing.since, 0));
        }
        self.away.iter_mut().for_each(|at| not_ahead(at, 0));
    }

    fn take(&mut self, now: Moment, policy: &Policy, input: Input) {
        match input {
            Input::Look => {}
            Input::Started => self.start(now),
            Input::Report(alert) => self.report(now, policy, &alert, None),
            Input::Test { target, by } => {
                if policy.looked_at().any(|(id, _)| *id == target) {
                    self.targets.entry(target.clone()).or_default().next = now;
                    self.enqueue(now, &target, Alert::Test { by });
                }
            }
            Input::Sent(id) => self.sent(now, &id),
            Input::Failed(id, why) => self.fail(now, &id, &why),
            Input::Changed(id) => {
                if let Some(target) = self.targets.get_mut(&id) {
                    (target.next, target.failing) = (now, None);
                }
            }
            Input::InternetGone => {
                if self.away.is_none() {
                    self.away = Some(now);
                    self.report(now, policy, &Alert::InternetGone {}, None);
                }
            }
            Input::InternetBack => self.come_back(now, policy),
            Input::Mute(mute) => self.mute(now, mute),
            Input::Unmute { kind, subject } => {
                self.mutes.retain(|mute| !mute.is_of(kind, subject.as_deref()));
            }
            Input::Read { account, entries } => self.read(&account, &entries),
            Input::Overlooked(count) => self.bell_lost = self.bell_lost.saturating_add(count),
            Input::ForgetReader { account } => self.forget_reader(&account),
        }
    }

    /// What was being sent goes again, with its id: it may have arrived. That was no fault of the target.
    fn start(&mut self, now: Moment) {
        self.waiting.retain(|it| it.handed.is_none() || it.message.alert.kind() != Kind::Test);
        self.waiting.iter_mut().for_each(|it| it.handed = None);
        for target in self.targets.values_mut() {
            let waits = target.failing.as_ref().is_some_and(|it| it.why.needs_a_person());
            if !waits {
                target.next = now;
            }
        }
        self.away = None;
    }

    /// Rings, and waits for all who want it but this one.
    fn report(&mut self, now: Moment, policy: &Policy, alert: &Alert, but: Option<&TargetId>) {
        let muted = self.is_muted(alert, now);
        self.ring(alert, now, muted);
        if muted {
            return;
        }
        for (id, target) in policy.looked_at() {
            if target.wants(alert) && Some(id) != but {
                self.enqueue(now, id, alert.clone());
            }
        }
    }

    /// Joins one that waits, or waits by itself.
    fn enqueue(&mut self, now: Moment, target: &TargetId, alert: Alert) {
        let joins = |it: &&mut Waiting| {
            it.target == *target && !it.frozen && it.message.alert.is_like(&alert)
        };
        if let Some(it) = self.waiting.iter_mut().find(joins) {
            it.message.alert.absorb(&alert);
            it.message.times = it.message.times.saturating_add(1);
            it.message.last = now;
            return;
        }
        let (join, _) = waits(&alert);
        let lately = self.targets.get(target).and_then(|it| it.lately.get(&key(&alert)));
        let soon = Moment(now.0.saturating_add(join));
        let due = lately.copied().map_or(soon, |until| until.max(soon));
        let number = self.number();
        let id = MessageId::new(&self.seed, number, now, target, &alert);
        let message = Message { id, alert, times: 1, first: now, last: now };
        let (handed, frozen) = (None, false);
        self.waiting.push(Waiting { target: target.clone(), message, due, handed, frozen });
        self.bound(now, target);
    }

    /// No more than there is room for: the oldest of what matters least goes, and that is told.
    fn bound(&mut self, now: Moment, target: &TargetId) {
        let counts = |it: &Waiting| {
            let kind = it.message.alert.kind();
            it.target == *target && !matches!(kind, Kind::AlertsLost | Kind::Test)
        };
        while self.waiting.iter().filter(|it| counts(it)).count() > MAX_WAITING {
            let may_go = |it: &Waiting| counts(it) && it.handed.is_none();
            let severity = |it: &Waiting| it.message.alert.kind().severity();
            let least = self.waiting.iter().filter(|it| may_go(it)).map(severity).min();
            let oldest =
                self.waiting.iter().position(|it| may_go(it) && Some(severity(it)) == least);
            let Some(oldest) = oldest else { return };
            let lost = self.waiting.remove(oldest).message.times;
            let alert = Alert::AlertsLost { count: Count(lost) };
            self.enqueue(now, target, alert);
        }
    }

    fn come_back(&mut self, now: Moment, policy: &Policy) {
        for target in self.targets.values_mut() {
            match &mut target.failing {
                Some(failing) if failing.why.needs_a_person() => {}
                // Until now it was no fault of the target.
                Some(failing) => (failing.tries, failing.since, target.next) = (0, now, now),
                None => target.next = now,
            }
        }
        let Some(gone) = self.away.take() else { return };
        let absence = now.0.saturating_sub(gone.0);
        if absence >= ABSENCE {
            let minutes = u32::try_from(absence / MINUTE).unwrap_or(u32::MAX);
            self.report(now, policy, &Alert::InternetBack { gone, minutes }, None);
        }
    }

    fn sent(&mut self, now: Moment, id: &MessageId) {
        let found = self.waiting.iter().position(|it| it.message.id == *id && it.frozen);
        let Some(it) = found.map(|at| self.waiting.remove(at)) else { return };
        let target = self.targets.entry(it.target).or_default();
        (target.failing, target.sent, target.next) = (None, Some(now), now);
        let (_, apart) = waits(&it.message.alert);
        if apart > 0 {
            let until = Moment(now.0.saturating_add(apart));
            target.lately.insert(key(&it.message.alert), until);
        }
    }

    fn fail(&mut self, now: Moment, id: &MessageId, why: &Failure) {
        let found = self.waiting.iter().position(|it| it.message.id == *id);
        let Some((at, it)) = found.and_then(|at| Some((at, self.waiting.get_mut(at)?))) else {
            return;
        };
        let Some(handed) = it.handed.take() else { return };
        let target = self.targets.entry(it.target.clone()).or_default();
        if !why.may_have_arrived() {
            let mark = target.handed.iter().position(|mark| *mark == handed);
            mark.map(|mark| target.handed.remove(mark));
        }
        let former = target.failing.take();
        let tries = former.as_ref().map_or(0, |former| former.tries);
        let waits: &[u64] = if why.needs_a_person() { &AGAIN_BY_A_PERSON } else { &AGAIN };
        let wait = waits.get(tries as usize).or(waits.last()).copied().unwrap_or(HOUR);
        target.next = Moment(now.0.saturating_add(wait));
        target.failing = Some(Failing {
            since: former.as_ref().map_or(now, |former| former.since),
            last: now,
            tries: tries.saturating_add(1),
            why: why.clone(),
            told: former.is_some_and(|former| former.told),
        });
        // Whoever pressed the button is told at once, and does not want it hours later. What was muted since
        // is not sent again.
        let alert = it.message.alert.clone();
        if alert.kind() == Kind::Test || self.is_muted(&alert, now) {
            self.waiting.remove(at);
        }
    }

    fn lose_sight(&mut self, now: Moment) {
        let long = |at: Moment| now.0.saturating_sub(at.0) >= OUT_OF_SIGHT;
        let lost = self.waiting.iter().filter(|it| it.handed.is_some_and(long));
        let lost: Vec<MessageId> = lost.map(|it| it.message.id.clone()).collect();
        for id in lost {
            self.fail(now, &id, &Failure::Interrupted);
        }
    }

    /// While the internet is gone it is no news that a target cannot be reached.
    fn tell_others(&mut self, now: Moment, policy: &Policy) {
        if self.away.is_some() {
            return;
        }
        for (id, target) in policy.looked_at() {
            let failing = self.targets.get_mut(id).and_then(|state| state.failing.as_mut());
            let Some(failing) = failing.filter(|failing| !failing.told) else { continue };
            let long = now.0.saturating_sub(failing.since.0) >= TELL_OTHERS;
            if !long && !failing.why.needs_a_person() {
                continue;
            }
            failing.told = true;
            let (since, why) = (failing.since, failing.why.clone());
            let alert = Alert::TargetUnreachable { target: target.name.clone(), since, why };
            self.report(now, policy, &alert, Some(id));
        }
    }
}

/// How long an alert waits for others, and how long others wait after it.
fn waits(alert: &Alert) -> (u64, u64) {
    match alert.kind() {
        // Every head counts, and none waits for the next.
        Kind::Test | Kind::AuditHead => (0, 0),
        kind if kind.severity() == Severity::Critical => (JOIN_CRITICAL, APART_CRITICAL),
        _ => (JOIN, APART),
    }
}

/// What alerts that are alike have in common ([`Alert::is_like`]).
fn key(alert: &Alert) -> String {
    format!("{} {}", alert.kind().key(), alert.subject())
}
