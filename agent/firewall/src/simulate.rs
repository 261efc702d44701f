//! What a ruleset does with a packet, evaluated as nft(8) describes it: base chains of a hook by
//! priority, accept ends one base chain only, drop ends all, return comes back, no end means policy.
//! Answers "why" as well: the rule that decided.

mod index;
mod packet;
#[cfg(test)]
mod tests;
mod words;

use std::net::Ipv4Addr;

use crate::check::CheckedRuleset;
use crate::ir::{
    Action, AddressType, Chain, ChainKind, Comment, CtState, Field, Hook, Match, Name, Policy,
    Rule, TableId, Value, Verdict,
};

pub use index::Simulator;
pub use packet::{Addresses, Packet, Path, Transport};

use index::Indexed;
use packet::Read;

/// What happened to a packet, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What happened.
    pub outcome: Outcome,
    /// What the base chains said, in order; the last one decided when the packet did not pass.
    pub steps: Vec<Step>,
    /// The source address becomes the outgoing interface's.
    pub masqueraded: bool,
    /// Address and port that it was sent to instead of its own.
    pub sent_to: Option<(Ipv4Addr, u16)>,
}

/// What happened to a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Goes its way.
    Passed,
    /// Disappears.
    Dropped,
    /// Disappears, and the sender is told.
    Rejected,
}

/// What one base chain said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its table.
    pub table: TableId,
    /// Its name.
    pub chain: Name,
    /// Where it is called.
    pub hook: Hook,
    /// What it said.
    pub outcome: Outcome,
    /// The rule that said it; the chain's policy when none did.
    pub by: Option<RuleRef>,
    /// The rules that led to its chain, first to last.
    pub via: Vec<RuleRef>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRef {
    /// Chain it is in.
    pub chain: Name,
    /// Its index there.
    pub index: usize,
    /// Why it is there.
    pub comment: Comment,
}

impl Decision {
    /// The step to show a person: the one that stopped the packet, or the one that let it pass at
    /// the main hook of its way. None when no chain is on the way.
    pub fn decisive(&self) -> Option<&Step> {
        if self.outcome == Outcome::Passed {
            let main =
                |step: &&Step| matches!(step.hook, Hook::Input | Hook::Forward | Hook::Output);
            self.steps.iter().rfind(main).or(self.steps.last())
        } else {
            self.steps.last()
        }
    }

    /// Whether it went its way.
    pub fn passed(&self) -> bool {
        self.outcome == Outcome::Passed
    }
}

/// Follows one packet on its path through the ruleset. For many, make one [`Simulator`].
pub fn simulate(ruleset: CheckedRuleset<'_>, packet: &Packet, path: Path) -> Decision {
    Simulator::new(ruleset).decide(packet, path)
}

impl Simulator<'_> {
    /// Follows the packet on its path.
    pub fn decide(&self, packet: &Packet, path: Path) -> Decision {
        let mut decision = Decision {
            outcome: Outcome::Passed,
            steps: Vec::new(),
            masqueraded: false,
            sent_to: None,
        };
        let (mut packet, mut path) = (packet.clone(), path);
        // Hooks of a way begin with the same one, wherever it leads.
        for at in 0.. {
            let Some(hook) = path.hooks().get(at) else { break };
            for (table, chain, base) in self.base_chains(path.family(), *hook) {
                // NAT chains see the first packet of a connection only.
                if base.kind == ChainKind::Nat && packet.state != CtState::New {
                    continue;
                }
                let walk = Walk { simulator: self, table, packet: &packet, hook: base.hook, path };
                let ended = walk.chain(chain);
                let Ended { end, by, via } = ended.unwrap_or(Ended::of_policy(base.policy));
                decision.masqueraded |= end == End::Masquerade;
                if let End::SendTo(address, port) = end {
                    decision.sent_to = packet.send_to(address, port);
                    path = Path::Through;
                }
                decision.outcome = end.outcome();
                decision.steps.push(Step {
                    table: table.table.id.clone(),
                    chain: chain.name.clone(),
                    hook: *hook,
                    outcome: decision.outcome,
                    by,
                    via,
                });
                if decision.outcome != Outcome::Passed {
                    return decision;
                }
            }
        }
        decision
    }
}

/// How a base chain ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Accept,
    Drop,
    Reject,
    Masquerade,
    SendTo(Ipv4Addr, Option<u16>),
}

/// How a chain ended, when it did: by which rule, and which rules led there.
struct Ended {
    end: End,
    by: Option<RuleRef>,
    via: Vec<RuleRef>,
}

impl Ended {
    fn of_policy(policy: Policy) -> Self {
        let end = match policy {
            Policy::Accept => End::Accept,
            Policy::Drop => End::Drop,
        };
        Self { end, by: None, via: Vec::new() }
    }
}

impl End {
    fn outcome(self) -> Outcome {
        match self {
            Self::Accept | Self::Masquerade | Self::SendTo(..) => Outcome::Passed,
            Self::Drop => Outcome::Dropped,
            Self::Reject => Outcome::Rejected,
        }
    }
}

/// What a rule leads to.
enum Next<'t> {
    Rule,
    End(End),
    Jump(&'t Name),
    Return,
}

/// One base chain and all it jumps to, for one packet.
struct Walk<'t, 'r> {
    simulator: &'t Simulator<'r>,
    table: &'t Indexed<'r>,
    packet: &'t Packet,
    hook: Hook,
    path: Path,
}

impl<'r> Walk<'_, 'r> {
    /// Runs the chain; `None` when it came to its end without a verdict. A checked ruleset jumps in
    /// no circles.
    fn chain(&self, chain: &'r Chain) -> Option<Ended> {
        for (index, rule) in chain.rules.iter().enumerate() {
            let this = || {
                let (chain, comment) = (chain.name.clone(), rule.comment.clone());
                RuleRef { chain, index, comment }
            };
            match self.rule(rule) {
                Next::Rule => {}
                Next::Return => return None,
                Next::Jump(to) => {
                    if let Some(mut ended) = self.table.chain(to).and_then(|to| self.chain(to)) {
                        ended.via.insert(0, this());
                        return Some(ended);
                    }
                }
                Next::End(end) => {
                    return Some(Ended { end, by: Some(this()), via: Vec::new() });
                }
            }
        }
        None
    }

    fn rule(&self, rule: &'r Rule) -> Next<'r> {
        self.simulator.step();
        if !rule.matches.iter().all(|one| self.matches(one)) {
            return Next::Rule;
        }
        match &rule.action {
            Action::Verdict(verdict) => next(verdict),
            Action::Map { fields, map } => self.look_up(fields, map),
            Action::Log(_) => Next::Rule,
            Action::Admit(_) => Next::End(End::Accept),
            Action::Reject => Next::End(End::Reject),
            Action::Masquerade => Next::End(End::Masquerade),
            Action::SendTo { address, port } => Next::End(End::SendTo(*address, *port)),
        }
    }

    fn matches(&self, one: &Match) -> bool {
        match one {
            Match::Is { field, value, negated } => match self.read(*field) {
                Read::Value(read) => contains(value, &read) != *negated,
                Read::Unnamed => *negated,
                // The kernel leaves the rule when the packet has no such field.
                Read::Absent => false,
            },
            Match::In { fields, set, negated } => match self.read_all(fields) {
                Some(Some(key)) => {
                    self.table.holds(set, &key).is_some_and(|holds| holds != *negated)
                }
                Some(None) => *negated && self.table.has_set(set),
                None => false,
            },
            Match::CtState(states) => states.contains(&self.packet.state),
            Match::Rate { .. } => true,
        }
    }

    fn look_up(&self, fields: &[Field], map: &Name) -> Next<'r> {
        let Some(Some(key)) = self.read_all(fields) else { return Next::Rule };
        self.table.entry(map, &key).map_or(Next::Rule, next)
    }

    fn read(&self, field: Field) -> Read {
        match field {
            // Known: `check` lets nobody ask before connection tracking has seen the packet.
            Field::CtState => Read::Value(Value::CtState(self.packet.state)),
            Field::DestinationType if self.path == Path::ToBox && self.packet.is_to_one() => {
                Read::Value(Value::AddressType(AddressType::Local))
            }
            Field::DestinationType => Read::Unnamed,
            field => self.packet.read(field, self.hook),
        }
    }

    /// The key; `None` when a field is absent, `Some(None)` when one has a value that no rule can name.
    fn read_all(&self, fields: &[Field]) -> Option<Option<Vec<Value>>> {
        let mut key = Some(Vec::with_capacity(fields.len()));
        for field in fields {
            match self.read(*field) {
                Read::Absent => return None,
                Read::Unnamed => key = None,
                Read::Value(value) => {
                    if let Some(key) = &mut key {
                        key.push(value);
                    }
                }
            }
        }
        Some(key)
    }
}

fn next(verdict: &Verdict) -> Next<'_> {
    match verdict {
        Verdict::Accept => Next::End(End::Accept),
        Verdict::Drop => Next::End(End::Drop),
        Verdict::Jump(to) => Next::Jump(to),
        Verdict::Return => Next::Return,
    }
}

/// Whether the value is what was read, or a network or range that holds it.
fn contains(value: &Value, read: &Value) -> bool {
    match (value, read) {
        (Value::Ip4(network), Value::Ip4(address)) => network.contains(address),
        (Value::Ip6(network), Value::Ip6(address)) => network.contains(address),
        (Value::Ports(first, last), Value::Port(port)) => (first..=last).contains(&port),
        (value, read) => value == read,
    }
}
