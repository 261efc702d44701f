//! What of all that waits may go now, and when something may next: the target's rhythm, its quiet hours, how
//! many it takes within an hour.

use crate::policy::Target;
use crate::state::{TargetState, Waiting};
use crate::step::{OUT_OF_SIGHT, TELL_OTHERS};
use crate::value::HOUR;
use crate::{Kind, Moment, Outgoing, Policy, Severity, State, TargetId};

impl State {
    /// For each target at most one at a time: of what may go now the most pressing, the oldest first.
    pub(crate) fn hand_out(&mut self, now: Moment, policy: &Policy) -> Vec<Outgoing> {
        let mut send = Vec::new();
        for (id, target) in
            policy.looked_at().filter(|(id, _)| !self.is_busy(id)).collect::<Vec<_>>()
        {
            let quiet = target.quiet.is_some_and(|it| it.until(now, &policy.local).is_some());
            let ready = self.waiting.iter().enumerate().filter(|(_, it)| {
                it.target == *id
                    && (!quiet || passes(target, it))
                    && self.earliest(now, id, target, it) <= now
            });
            let urgent = |it: &Waiting| {
                let kind = it.message.alert.kind();
                (kind == Kind::Test, kind.severity())
            };
            let first = ready.rev().max_by_key(|(_, it)| urgent(it)).map(|(at, _)| at);
            let Some(it) = first.and_then(|at| self.waiting.get_mut(at)) else { continue };
            (it.handed, it.frozen, it.due) = (Some(now), true, now);
            send.push(Outgoing { target: id.clone(), message: it.message.clone() });
            self.targets.entry(id.clone()).or_default().handed.push(now);
        }
        send
    }

    /// Whether nobody knows what came of the message before.
    fn is_busy(&self, id: &TargetId) -> bool {
        self.waiting.iter().any(|it| it.target == *id && it.handed.is_some())
    }

    /// When a message may go, quiet hours apart.
    fn earliest(&self, now: Moment, id: &TargetId, target: &Target, it: &Waiting) -> Moment {
        let none = TargetState::default();
        let state = self.targets.get(id).unwrap_or(&none);
        let kind = it.message.alert.kind();
        // Tests may use what is kept for what is critical.
        let severity = if kind == Kind::Test { Severity::Critical } else { kind.severity() };
        let limit = target.limit(severity);
        let over = state.handed.len().checked_sub(limit).and_then(|over| state.handed.get(over));
        let room = over.map_or(Moment(0), |mark| Moment(mark.0.saturating_add(HOUR)));
        it.due.max(state.next).max(room).max(now)
    }

    /// When to look again.
    pub(crate) fn next(&self, now: Moment, policy: &Policy) -> Option<Moment> {
        let handed = self.waiting.iter().filter_map(|it| it.handed);
        let out_of_sight = handed.map(|at| Moment(at.0.saturating_add(OUT_OF_SIGHT)));
        let free = policy.looked_at().filter(|(id, _)| !self.is_busy(id));
        let going = free.flat_map(|(id, target)| {
            let its = self.waiting.iter().filter(move |it| it.target == *id);
            let (passing, held): (Vec<_>, Vec<_>) = its.partition(|it| passes(target, it));
            let first = |all: Vec<&Waiting>| {
                all.into_iter().map(|it| self.earliest(now, id, target, it)).min()
            };
            let held = first(held).map(|at| {
                let quiet = target.quiet.and_then(|quiet| quiet.until(at, &policy.local));
                quiet.unwrap_or(at)
            });
            first(passing).into_iter().chain(held)
        });
        let failing = self.targets.values().filter_map(|target| target.failing.as_ref());
        let untold = failing.filter(|failing| !failing.told && self.away.is_none());
        let untold = untold.map(|failing| Moment(failing.since.0.saturating_add(TELL_OTHERS)));
        out_of_sight.chain(going).chain(untold).min().map(|at| at.max(now))
    }
}

/// Whether quiet hours do not hold it. Signed heads are for a machine, or a folder.
fn passes(target: &Target, it: &Waiting) -> bool {
    let kind = it.message.alert.kind();
    let critical = target.quiet.is_some_and(|quiet| quiet.critical);
    matches!(kind, Kind::Test | Kind::AuditHead)
        || critical && kind.severity() == Severity::Critical
}
