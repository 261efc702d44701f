//! What holds whatever happens.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod bench;

use std::collections::{BTreeMap, BTreeSet};

use bench::{Bench, HOUR, MINUTE, SECOND, new_device, rogue, target};
use notify::{
    Alert, Failure, Input, Kind, LocalTime, Moment, Outgoing, Severity, Stage, Target, TargetId,
};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Act {
    Report(u8),
    Burst(u16),
    Wait(u64),
    WaitUntilLook,
    Answer { sent: bool, why: u8 },
    Restart,
    Gone,
    Back,
    Test,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => (0_u8..4).prop_map(Act::Report),
        1 => (1_u16..30).prop_map(Act::Burst),
        3 => (0..3 * HOUR).prop_map(Act::Wait),
        3 => (0..2 * MINUTE).prop_map(Act::Wait),
        8 => Just(Act::WaitUntilLook),
        10 => (prop::bool::weighted(0.7), 0_u8..6).prop_map(|(sent, why)| Act::Answer { sent, why }),
        1 => Just(Act::Restart),
        1 => Just(Act::Gone),
        1 => Just(Act::Back),
        1 => Just(Act::Test),
    ];
    let burst = prop_oneof![5 => Just(1_u16), 1 => Just(230)].prop_map(Act::Burst);
    let more = prop::collection::vec(act, 1..80);
    (burst, more).prop_map(|(first, mut acts)| {
        acts.insert(0, first);
        acts
    })
}

fn failure(why: u8) -> Failure {
    match why {
        0 => Failure::Unreachable,
        1 => Failure::SignInRefused,
        2 => Failure::Closed { at: Stage::Message },
        3 => Failure::TooSlow { at: Stage::Tls },
        4 => Failure::Later { code: 451 },
        _ => Failure::Status { code: 503 },
    }
}

/// A box, and what its receivers saw.
struct World {
    bench: Bench,
    devices: u32,
    open: Vec<Outgoing>,
    contents: BTreeMap<String, String>,
    acknowledged: BTreeSet<String>,
    /// Alerts of the kinds that are counted, by target.
    accepted: BTreeMap<TargetId, u64>,
    arrived: BTreeMap<TargetId, u64>,
    lost: BTreeMap<TargetId, u64>,
    /// When messages arrived, or may have.
    seen: BTreeMap<TargetId, Vec<(Moment, String)>>,
}

fn is_counted(alert: &Alert) -> bool {
    matches!(alert.kind(), Kind::NewDevice | Kind::RogueDhcp | Kind::CrmFailed)
}

impl World {
    fn new() -> Self {
        let quiet = Target { quiet: bench::night(true), per_hour: 12, ..target() };
        let strict = Target {
            from: Severity::Warning,
            quiet: Some(notify::Quiet { from: 12 * 60 + 30, to: 14 * 60, critical: false }),
            ..target()
        };
        let bench = Bench::new([("open", target()), ("quiet", quiet), ("strict", strict)]);
        Self {
            bench,
            devices: 0,
            open: Vec::new(),
            contents: BTreeMap::new(),
            acknowledged: BTreeSet::new(),
            accepted: BTreeMap::new(),
            arrived: BTreeMap::new(),
            lost: BTreeMap::new(),
            seen: BTreeMap::new(),
        }
    }

    fn input(&mut self, input: Input) {
        let send = self.bench.step(input);
        let now = self.bench.now;
        if let Some(look) = self.bench.look {
            assert!(look >= now);
        }
        for outgoing in send {
            let Outgoing { target, message } = &outgoing;
            assert!(self.open.iter().all(|it| it.target != *target), "two at once");
            let id = message.id.as_str().to_owned();
            assert!(!self.acknowledged.contains(&id), "sent again");
            let content = format!("{target:?} {message:?}");
            assert_eq!(self.contents.entry(id).or_insert_with(|| content.clone()), &content);
            self.is_not_quiet(&outgoing);
            self.open.push(outgoing);
        }
    }

    fn is_not_quiet(&self, outgoing: &Outgoing) {
        let Some(quiet) = self.bench.policy.targets[&outgoing.target].quiet else { return };
        let kind = outgoing.message.alert.kind();
        if kind == Kind::Test || quiet.critical && kind.severity() == Severity::Critical {
            return;
        }
        let local: LocalTime = self.bench.policy.local.clone();
        let shown = local.time(self.bench.now);
        let (hour, minute) = shown.split_at(11).1.split_once(':').unwrap();
        let minutes: u16 = hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap();
        let quiet = if quiet.from <= quiet.to {
            quiet.from <= minutes && minutes < quiet.to
        } else {
            minutes >= quiet.from || minutes < quiet.to
        };
        assert!(!quiet, "{shown}");
    }

    fn report(&mut self, alert: Alert) {
        for (id, target) in &self.bench.policy.targets {
            if alert.kind().severity() >= target.from && is_counted(&alert) {
                *self.accepted.entry(id.clone()).or_default() += 1;
            }
        }
        self.input(Input::Report(alert));
    }

    fn answer(&mut self, sent: bool, why: u8) {
        if self.open.is_empty() {
            return;
        }
        let outgoing = self.open.remove(0);
        let id = outgoing.message.id.clone();
        let why = failure(why);
        if sent || why.may_have_arrived() {
            self.sees(&outgoing);
        }
        if !sent {
            return self.input(Input::Failed(id, why));
        }
        self.acknowledged.insert(id.as_str().to_owned());
        let of = |map: &mut BTreeMap<TargetId, u64>, count| {
            *map.entry(outgoing.target.clone()).or_default() += count;
        };
        match &outgoing.message.alert {
            Alert::AlertsLost { count } => of(&mut self.lost, count.0),
            alert if is_counted(alert) => of(&mut self.arrived, outgoing.message.times),
            _ => {}
        }
        self.input(Input::Sent(id));
    }

    /// At the latest now; from when it was handed out on it may have arrived.
    fn sees(&mut self, outgoing: &Outgoing) {
        let seen = self.seen.entry(outgoing.target.clone()).or_default();
        seen.push((self.bench.now, outgoing.message.id.as_str().to_owned()));
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Report(0) => self.report(Alert::CrmFailed {}),
            Act::Report(1) => self.report(rogue(2)),
            Act::Report(2) => self.report(new_device(1 << 20)),
            Act::Report(_) => self.burst(1),
            Act::Burst(count) => self.burst(count),
            // Answers are not open for long: delivery has time limits of its own.
            Act::Wait(time) => {
                self.settle_open(time);
                self.bench.now.0 += time;
                self.input(Input::Look);
            }
            Act::WaitUntilLook => {
                if let Some(look) = self.bench.look.filter(|_| self.open.is_empty()) {
                    self.bench.now = look;
                    self.input(Input::Look);
                }
            }
            Act::Answer { sent, why } => self.answer(sent, why),
            Act::Restart => {
                for outgoing in std::mem::take(&mut self.open) {
                    self.sees(&outgoing);
                }
                self.input(Input::Started);
            }
            Act::Gone => self.input(Input::InternetGone),
            Act::Back => self.input(Input::InternetBack),
            Act::Test => {
                let target = self.bench.policy.targets.keys().next().unwrap().clone();
                self.input(Input::Test { target, by: "Zhou".into() });
            }
        }
    }

    fn settle_open(&mut self, time: u64) {
        while time > 30 * SECOND && !self.open.is_empty() {
            self.answer(false, 3);
        }
    }

    fn burst(&mut self, count: u16) {
        for _ in 0..count {
            self.devices += 1;
            self.report(new_device(self.devices));
        }
    }

    /// Everything works from now on.
    fn drain(&mut self) {
        for id in self.bench.policy.targets.keys().cloned().collect::<Vec<_>>() {
            self.input(Input::Changed(id));
        }
        self.input(Input::InternetBack);
        let mut looks = 0;
        loop {
            while !self.open.is_empty() {
                self.answer(true, 0);
            }
            let Some(look) = self.bench.look else { return };
            assert!(look > self.bench.now, "looks in vain");
            self.bench.now = look;
            self.input(Input::Look);
            looks += 1;
            assert!(looks < 3000, "never done");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_accepted_is_lost_untold_and_nothing_acknowledged_comes_again(acts in acts()) {
        let mut world = World::new();
        for act in acts {
            world.act(act);
        }
        world.drain();
        for id in world.bench.policy.targets.keys() {
            let of = |map: &BTreeMap<TargetId, u64>| map.get(id).copied().unwrap_or_default();
            let (accepted, arrived) = (of(&world.accepted), of(&world.arrived));
            prop_assert_eq!(accepted, arrived + of(&world.lost), "{:?}", id);
            prop_assert_eq!(world.bench.state.told(id).waiting, 0);
        }
    }

    #[test]
    fn never_more_messages_within_an_hour_than_a_target_takes(acts in acts()) {
        let mut world = World::new();
        for act in acts {
            world.act(act);
        }
        world.drain();
        for (id, seen) in &world.seen {
            let most = usize::from(world.bench.policy.targets[id].per_hour);
            for (begin, _) in seen {
                // Handing out is what is counted; an answer may come half a minute later.
                let within = |at: &Moment| *at >= *begin && at.0 < begin.0 + HOUR - 30 * SECOND;
                let count = seen.iter().filter(|(at, _)| within(at)).count();
                prop_assert!(count <= most, "{} to {:?}", count, id);
            }
        }
    }
}
