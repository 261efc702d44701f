//! A box with targets, whose clock the tests move.
#![allow(dead_code, reason = "each test uses what it needs")]

use notify::{
    Alert, Count, Failure, Input, LocalTime, Mac, Moment, Outgoing, Policy, Quiet, Realm, Severity,
    State, Step, Target, TargetId, Zone, step,
};
use settings::Language;

pub const SECOND: u64 = 1000;
pub const MINUTE: u64 = 60 * SECOND;
pub const HOUR: u64 = 60 * MINUTE;
/// 2026-11-30 12:00 in Berlin.
pub const NOON: Moment = Moment(1_796_036_400_000);

pub struct Bench {
    pub now: Moment,
    pub policy: Policy,
    pub state: State,
    pub look: Option<Moment>,
}

pub fn id(name: &str) -> TargetId {
    name.parse().unwrap()
}

pub fn target() -> Target {
    Target {
        name: "Owner".into(),
        language: Language::English,
        from: Severity::Info,
        quiet: None,
        heads: false,
        per_hour: notify::PER_HOUR,
    }
}

pub fn night(critical: bool) -> Option<Quiet> {
    Some(Quiet { from: 22 * 60, to: 7 * 60, critical })
}

pub fn new_device(number: u32) -> Alert {
    let [.., a, b, c] = number.to_be_bytes();
    let mac = format!("02:00:00:{a:02x}:{b:02x}:{c:02x}");
    let mac = Mac::try_from(mac).unwrap();
    Alert::NewDevice { mac, device: "phone".into(), zone: Zone("guest".into()) }
}

pub fn rogue(count: u64) -> Alert {
    Alert::RogueDhcp { device: None, zone: None, port: None, count: Count(count) }
}

impl Bench {
    pub fn new<const N: usize>(targets: [(&str, Target); N]) -> Self {
        let local = LocalTime::named("Europe/Berlin").unwrap();
        let targets = targets.into_iter().map(|(name, target)| (id(name), target)).collect();
        let state = State::new(Realm::Admin, [1; 16]);
        Self { now: NOON, policy: Policy { local, targets }, state, look: None }
    }

    pub fn step(&mut self, input: Input) -> Vec<Outgoing> {
        let before = std::mem::replace(&mut self.state, State::new(Realm::Admin, [0; 16]));
        let Step { state, send, look } = step(self.now, &self.policy, before, input);
        // All of it is kept; hundreds of messages each time would take the tests minutes.
        let waiting = self.policy.targets.keys().map(|id| state.told(id).waiting).sum::<usize>();
        if waiting < 10 {
            let pieces = state.pieces().unwrap();
            let new = State::new(Realm::Admin, [9; 16]);
            let (again, unreadable) = State::of_pieces(new, pieces.iter().map(Vec::as_slice));
            assert_eq!((&again, unreadable.len()), (&state, 0));
        }
        (self.state, self.look) = (state, look);
        send
    }

    pub fn report(&mut self, alert: Alert) -> Vec<Outgoing> {
        self.step(Input::Report(alert))
    }

    /// Goes on by so much, and looks.
    pub fn after(&mut self, time: u64) -> Vec<Outgoing> {
        self.now.0 += time;
        self.step(Input::Look)
    }

    /// Goes on to when it is to be looked again.
    pub fn wait(&mut self) -> Vec<Outgoing> {
        self.now = self.look.unwrap();
        self.step(Input::Look)
    }

    pub fn sent(&mut self, outgoing: &Outgoing) -> Vec<Outgoing> {
        self.step(Input::Sent(outgoing.message.id.clone()))
    }

    pub fn failed(&mut self, outgoing: &Outgoing, why: Failure) -> Vec<Outgoing> {
        self.step(Input::Failed(outgoing.message.id.clone(), why))
    }
}

/// The only one.
pub fn one(mut send: Vec<Outgoing>) -> Outgoing {
    assert_eq!(send.len(), 1, "{send:?}");
    send.remove(0)
}
