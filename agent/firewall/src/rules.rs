//! Rules of the settings: each is three chains, whichever zones it is about. The first asks who and where
//! to, the second what for, the third does it and counts. The chain of two zones jumps to its rules in their
//! order, before its policy. Where a connection goes to is asked of who answers it: of a published service the
//! device, not the address on the internet.

use std::collections::BTreeSet;

use ipnet::{Ipv4Net, Ipv6Net};
use settings::{MacAddress, Member, RuleAction, Way, Which};

use crate::build::{When, chain, macs, port_ranges, set4, set6, when};
use crate::compile::Part;
use crate::forward::{Pair, between};
use crate::icmp;
use crate::ir::{Chain, CtState, Direction, Name, Rule, Set};
use crate::tracking::judged;
use crate::zones::Scope;

/// Chains and sets of all rules that are in force.
pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let mut part = Part::default();
    for rule in in_force(scope) {
        let made = OfRule::new(scope, rule);
        part.sets.extend(made.sets);
        part.chains.extend(made.chains);
    }
    part
}

/// Jumps to the rules from the chains of the zones that they are about.
pub(crate) fn pairs(scope: &Scope<'_>) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for rule in in_force(scope) {
        for (from, to) in rule.pairs(scope.settings) {
            let jump = judged().jump(&asks(rule.id), format!("rule {}", rule.id));
            let pair = between(scope, from, &to, vec![jump]);
            pairs.extend(pair.map(|pair| match rule.action {
                RuleAction::Allow => pair,
                RuleAction::Block | RuleAction::Reject => Pair { errors: Vec::new(), ..pair },
            }));
        }
    }
    pairs
}

/// Whether a rule knows devices by their cards.
pub(crate) fn know_cards(scope: &Scope<'_>) -> bool {
    in_force(scope).any(|rule| !Ends::of(scope, &rule.from.addresses).cards.is_empty())
}

/// Whether a rule turns somebody away, who is told so.
pub(crate) fn turn_away(scope: &Scope<'_>) -> bool {
    in_force(scope).any(|rule| rule.action == RuleAction::Reject)
}

/// The chain where a rule acts, by its number: what is counted there is what it did.
pub fn acts(id: u16) -> Name {
    Name::made(format!("rule_{id}_acts"))
}

/// The number of the rule that acts in the chain.
pub fn acting(chain: &str) -> Option<u16> {
    chain.strip_prefix("rule_")?.strip_suffix("_acts")?.parse().ok()
}

/// The rule that writes down with this prefix, by its number, and what it does: it may be another one by the time
/// that somebody reads of it.
pub fn writing(prefix: &str) -> Option<(u16, RuleAction)> {
    let (id, does) = prefix.strip_prefix("rule_")?.split_once('_')?;
    let action = ACTIONS.iter().find(|(_, word)| *word == does)?.0;
    Some((id.parse().ok()?, action))
}

const ACTIONS: [(RuleAction, &str); 3] =
    [(RuleAction::Allow, "allow"), (RuleAction::Block, "block"), (RuleAction::Reject, "reject")];

/// Under which prefix a rule writes down.
fn writes(id: u16, action: RuleAction) -> Name {
    let word = ACTIONS.iter().find(|(known, _)| *known == action).map_or("", |(_, word)| word);
    Name::made(format!("rule_{id}_{word}"))
}

fn in_force<'s>(scope: &Scope<'s>) -> impl Iterator<Item = &'s settings::Rule> {
    let on = &scope.context.on;
    let at_this_hour =
        |rule: &&settings::Rule| rule.schedule.as_ref().is_none_or(|name| on.contains(name));
    scope.settings.rules.iter().filter(|rule| rule.enabled).filter(at_this_hour)
}

fn asks(id: u16) -> Name {
    Name::made(format!("rule_{id}"))
}

/// One end of a rule, by what its addresses can be recognised by.
struct Ends {
    all: bool,
    v4: Vec<Ipv4Net>,
    v6: Vec<Ipv6Net>,
    cards: BTreeSet<MacAddress>,
}

impl Ends {
    fn of(scope: &Scope<'_>, addresses: &Which<Member>) -> Self {
        let mut ends = Self {
            all: *addresses == Which::All,
            v4: Vec::new(),
            v6: Vec::new(),
            cards: BTreeSet::new(),
        };
        for member in scope.settings.members(addresses.named()) {
            if let Member::Mac(mac) = member {
                ends.cards.insert(*mac);
            }
            let (v4, v6) = member.networks();
            ends.v4.extend(v4);
            ends.v6.extend(v6);
        }
        ends
    }
}

/// What one rule becomes.
struct OfRule {
    sets: Vec<Set>,
    chains: Vec<Chain>,
}

impl OfRule {
    fn new(scope: &Scope<'_>, rule: &settings::Rule) -> Self {
        let id = rule.id;
        let named = |what: &str| Name::made(format!("rule_{id}_{what}"));
        let (from, to) =
            (Ends::of(scope, &rule.from.addresses), Ends::of(scope, &rule.to.addresses));
        let (from4, from6, from_cards) = (named("from4"), named("from6"), named("cards"));
        let (to4, to6, services) = (named("to4"), named("to6"), named("services"));
        let mut sets = Vec::new();
        for (name, networks) in [(&from4, &from.v4), (&to4, &to.v4)] {
            if !networks.is_empty() {
                sets.push(set4(name.clone(), networks));
            }
        }
        for (name, networks) in [(&from6, &from.v6), (&to6, &to.v6)] {
            if !networks.is_empty() {
                sets.push(set6(name.clone(), networks));
            }
        }
        if !from.cards.is_empty() {
            sets.push(macs(from_cards.clone(), &from.cards));
        }
        let goes = |when: When| {
            let mut ways = Vec::new();
            if to.all {
                ways.push(when.clone());
            }
            if !to.v4.is_empty() {
                ways.push(when.clone().answered_by4_in(&to4));
            }
            if !to.v6.is_empty() {
                ways.push(when.answered_by6_in(&to6));
            }
            ways
        };
        let mut asked = Vec::new();
        if from.all {
            asked.extend(goes(when()));
        }
        if !from.v4.is_empty() && (to.all || !to.v4.is_empty()) {
            let opener = || when().opener4_in(&from4);
            asked.push(if to.all { opener() } else { opener().answered_by4_in(&to4) });
        }
        if !from.v6.is_empty() && (to.all || !to.v6.is_empty()) {
            let opener = || when().opener6_in(&from6);
            asked.push(if to.all { opener() } else { opener().answered_by6_in(&to6) });
        }
        if !from.cards.is_empty() {
            asked.extend(goes(when().way(Direction::Original).card_in(&from_cards)));
            // An answer does not tell the card of who opened the connection: the next packet of that
            // one does. Until then what may be allowed passes, and nothing is written on the connection.
            if rule.action == RuleAction::Allow {
                asked.extend(goes(when().state(CtState::Established).way(Direction::Reply)));
            }
        }
        let acts = acts(id);
        let next = if rule.services == Which::All { &acts } else { &services };
        let why = format!("rule {id}");
        let asked = asked.into_iter().map(|when| when.jump(next, &why)).collect();
        let mut chains = vec![chain(asks(id), asked)];
        if let Which::These(wanted) = &rule.services {
            let ways: BTreeSet<Way> = wanted
                .iter()
                .filter_map(|name| scope.settings.ways(name))
                .flatten()
                .copied()
                .collect();
            let (tcp, udp) = (named("tcp"), named("udp"));
            let (found, of_services) = self::services(&ways, &tcp, &udp, &acts, &why);
            sets.extend(of_services);
            chains.push(chain(services, found));
        }
        let logs = || {
            when()
                .state(CtState::New)
                .log(writes(id, rule.action), "written down as its owner asked")
        };
        let does = rule.log.then(logs).into_iter().chain([act(rule.action, &why)]);
        chains.push(chain(acts, does.collect()));
        Self { sets, chains }
    }
}

fn act(action: RuleAction, why: &str) -> Rule {
    match action {
        RuleAction::Allow => when().admit(why),
        RuleAction::Block => when().drop(why),
        RuleAction::Reject => when().reject(why),
    }
}

fn services(
    ways: &BTreeSet<Way>,
    tcp: &Name,
    udp: &Name,
    acts: &Name,
    why: &str,
) -> (Vec<Rule>, Vec<Set>) {
    let (mut rules, mut sets) = (Vec::new(), Vec::new());
    let ports = |udp: bool| {
        let of_protocol = move |way: &Way| match way {
            Way::Tcp(range) if !udp => Some((range.first, range.last)),
            Way::Udp(range) if udp => Some((range.first, range.last)),
            _ => None,
        };
        ways.iter().filter_map(of_protocol).collect::<Vec<_>>()
    };
    let (of_tcp, of_udp) = (ports(false), ports(true));
    if !of_tcp.is_empty() {
        sets.push(port_ranges(tcp.clone(), &of_tcp));
        rules.push(when().tcp().answered_by_port_in(tcp).jump(acts, why));
    }
    if !of_udp.is_empty() {
        sets.push(port_ranges(udp.clone(), &of_udp));
        rules.push(when().udp().answered_by_port_in(udp).jump(acts, why));
    }
    if ways.contains(&Way::Ping) {
        let answers = || when().state(CtState::Established).way(Direction::Reply);
        rules.extend([
            when().icmp(icmp::ECHO_REQUEST).jump(acts, why),
            when().icmpv6(icmp::ECHO_REQUEST6).jump(acts, why),
            answers().icmp(icmp::ECHO_REPLY).jump(acts, why),
            answers().icmpv6(icmp::ECHO_REPLY6).jump(acts, why),
        ]);
    }
    (rules, sets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_rule_did_is_read_from_its_prefix() {
        for (action, _) in ACTIONS {
            assert_eq!(writing(&writes(7, action).to_string()), Some((7, action)));
        }
        for other in ["rule_7", "rule_7_", "rule_x_allow", "rule_7_acts", "refused_forward"] {
            assert_eq!(writing(other), None, "{other}");
        }
    }
}
