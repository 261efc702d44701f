//! What the simulator says of a packet: all base chains on its way, and the first one on the way of the answer
//! when it is refused.

use std::collections::BTreeSet;
use std::net::IpAddr;

use firewall::CheckedRuleset;
use firewall::ir::{CtState, Hook};
use firewall::simulate::{Addresses, Decision, Outcome, Packet, Path, Step, Transport, simulate};

use super::case::{Case, icmp};

/// What is expected of a packet.
pub struct Expected {
    /// Its own way.
    pub steps: Vec<Step>,
    /// How the answer to a refused packet begins its way.
    pub answer: Option<Step>,
}

impl Expected {
    /// Whether the packet arrives.
    pub fn passes(&self) -> bool {
        self.steps.iter().all(|step| step.outcome == Outcome::Passed)
    }

    /// All steps of both.
    pub fn all(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().chain(&self.answer)
    }
}

/// What became of packets before that later ones depend on.
#[derive(Default)]
pub struct Begun(BTreeSet<Tuple>);

/// Ends and ports of a packet over UDP that may not be the first of its kind.
type Tuple = (IpAddr, IpAddr, u16, u16);

impl Begun {
    /// What the simulator says.
    pub fn expects(&self, rules: CheckedRuleset<'_>, case: &Case) -> Expected {
        let mut expected = Expected { steps: Vec::new(), answer: None };
        // NAT was settled by the first packet that passed.
        let is_begun = tuple(case).is_some_and(|tuple| self.0.contains(&tuple));
        for (frame, path) in &case.frames {
            expected.steps.extend(simulate(rules, frame, *path).steps);
        }
        if !expected.passes() {
            return expected;
        }
        for (packet, path) in case.packet.iter().chain(&case.again) {
            let Decision { steps: more, outcome, .. } = simulate(rules, packet, *path);
            let seen = |step: &Step| !is_begun || step.hook != Hook::Postrouting;
            expected.steps.extend(more.into_iter().filter(seen));
            if outcome == Outcome::Rejected {
                let answer = simulate(rules, &answer(packet), Path::FromBox);
                expected.answer = answer.steps.into_iter().next();
            }
            if outcome != Outcome::Passed {
                break;
            }
        }
        expected
    }

    /// This one passed.
    pub fn passed(&mut self, case: &Case) {
        self.0.extend(tuple(case));
    }
}

/// What the kernel answers to a packet that is refused: it belongs to the connection of that.
fn answer(refused: &Packet) -> Packet {
    let transport = match refused.transport {
        Some(Transport::Tcp { source, destination }) => {
            Transport::Tcp { source: destination, destination: source }
        }
        _ => icmp(source(refused), if source(refused).is_ipv4() { 3 } else { 1 }),
    };
    let addresses = refused.addresses.map(|addresses| match addresses {
        Addresses::V4 { source, destination } => {
            Addresses::V4 { source: destination, destination: source }
        }
        Addresses::V6 { source, destination, .. } => {
            Addresses::V6 { source: destination, destination: source, hop_limit: 64 }
        }
    });
    Packet {
        input: None,
        output: refused.input.clone(),
        addresses,
        transport: Some(transport),
        state: CtState::Related,
        reply: !refused.reply,
        uid: None,
        card: None,
        card_to: None,
        sent_to: None,
        ..refused.clone()
    }
}

fn source(packet: &Packet) -> IpAddr {
    match packet.addresses {
        Some(Addresses::V4 { source, .. }) => source.into(),
        Some(Addresses::V6 { source, .. }) => source.into(),
        None => panic!("without addresses"),
    }
}

fn tuple(case: &Case) -> Option<Tuple> {
    let (packet, _) = case.packet.as_ref()?;
    let Some(Transport::Udp { source: from, destination: to }) = packet.transport else {
        return None;
    };
    if packet.state != CtState::New {
        return None;
    }
    match packet.addresses? {
        Addresses::V4 { source, destination } => {
            Some((source.into(), destination.into(), from, to))
        }
        Addresses::V6 { source, destination, .. } => {
            Some((source.into(), destination.into(), from, to))
        }
    }
}
