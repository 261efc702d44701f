//! Which first packets of connections could meet another end in one ruleset than in the other: those that meet
//! a rule that is not the same in both. All others take the same way through the same rules, so that only
//! these have to be tried, however many rules there are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use settings::MacAddress;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::classes::{Class, Run, joined, meet, run_of};
use crate::ir::{
    Action, Chain, CtState, Direction, Family, Field, Hook, InterfaceName, Match, Name, Rule,
    Ruleset, Set, Table, Value, Verdict, VerdictMap,
};
use crate::tracking::ENDED;

/// Packets that fit all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Area {
    /// Where the rule is met.
    pub(super) hook: Hook,
    pub(super) input: Option<InterfaceName>,
    pub(super) output: Option<InterfaceName>,
    /// Who opens the connection.
    pub(super) from: Option<Vec<Run>>,
    /// Who answers it.
    pub(super) to: Option<Vec<Run>>,
    pub(super) cards: Option<BTreeSet<MacAddress>>,
}

/// What may end otherwise for packets from zones.
pub(super) fn touched(before: &Ruleset, after: &Ruleset) -> Vec<Area> {
    let mut found = Vec::new();
    for hook in [Hook::Prerouting, Hook::Input, Hook::Forward] {
        let all = Area { hook, input: None, output: None, from: None, to: None, cards: None };
        let tables = |ruleset| inet(ruleset).map(|table| (table.id.clone(), Known::of(table)));
        let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) =
            (tables(before).collect(), tables(after).collect());
        let none = Known::default();
        for id in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
            let sides = [old.get(id).unwrap_or(&none), new.get(id).unwrap_or(&none)];
            let mut work = Work { sides, same: HashMap::new(), found: &mut found };
            let names: BTreeSet<&Name> =
                sides.into_iter().flat_map(|side| side.bases(hook)).collect();
            for name in names {
                let [old, new] = sides.map(|side| side.chains.get(name).map(|chain| chain.base));
                // Whole chains come and go with what lets all pass that they have no rule for.
                if old.is_some() && new.is_some() && old != new {
                    work.found.push(all.clone());
                }
                work.chains(name, &all);
            }
        }
    }
    found.dedup();
    found
}

fn inet(ruleset: &Ruleset) -> impl Iterator<Item = &Table> {
    ruleset.tables.iter().filter(|table| table.id.family == Family::Inet)
}

/// A table by name.
#[derive(Default)]
struct Known<'t> {
    chains: BTreeMap<&'t Name, &'t Chain>,
    sets: BTreeMap<&'t Name, &'t Set>,
    maps: BTreeMap<&'t Name, &'t VerdictMap>,
}

impl<'t> Known<'t> {
    fn of(table: &'t Table) -> Self {
        Self {
            chains: table.chains.iter().map(|chain| (&chain.name, chain)).collect(),
            sets: table.sets.iter().map(|set| (&set.name, set)).collect(),
            maps: table.maps.iter().map(|map| (&map.name, map)).collect(),
        }
    }

    fn bases(&self, hook: Hook) -> impl Iterator<Item = &'t Name> {
        let on_hook = move |chain: &&&Chain| chain.base.is_some_and(|base| base.hook == hook);
        self.chains.values().filter(on_hook).map(|chain| &chain.name)
    }

    /// What the rules of a chain look like one by one, but for what is looked up and jumped to. What is only
    /// written down or said decides nothing.
    fn shells(&self, chain: &Name) -> Vec<(String, &'t Rule)> {
        let rules = self.chains.get(chain).map(|chain| chain.rules.as_slice()).unwrap_or_default();
        let deciding = rules.iter().filter(|rule| decides(rule));
        deciding.map(|rule| (shell(rule), rule)).collect()
    }

    fn entries(&self, map: &Name) -> BTreeMap<&'t [Value], &'t Verdict> {
        let entries = self.maps.get(map).map(|map| map.entries.as_slice()).unwrap_or_default();
        entries.iter().map(|(key, verdict)| (key.as_slice(), verdict)).collect()
    }
}

/// Whether the rule can end the way of a connection's first packet.
fn decides(rule: &Rule) -> bool {
    let of_first = |one: &Match| match one {
        Match::CtState(states) => states.contains(&CtState::New),
        Match::Is { field: Field::CtDirection, value, negated: false } => {
            *value == Value::Direction(Direction::Original)
        }
        // The generation, and the mark of what somebody ended: a first packet has neither.
        Match::Is { field: Field::CtMark, value: Value::Mark(mark), negated: false } => *mark == 0,
        _ => true,
    };
    !matches!(rule.action, Action::Log(_)) && rule.matches.iter().all(of_first)
}

fn shell(rule: &Rule) -> String {
    match rule.action {
        Action::Admit(mark) if mark != ENDED => format!("{:?} admit", rule.matches),
        _ => format!("{:?} {:?}", rule.matches, rule.action),
    }
}

struct Work<'w, 't> {
    sides: [&'w Known<'t>; 2],
    /// Chains that have been compared.
    same: HashMap<&'t Name, bool>,
    found: &'w mut Vec<Area>,
}

impl<'t> Work<'_, 't> {
    /// What differs in a chain of this name, and in what it leads to.
    fn chains(&mut self, name: &'t Name, within: &Area) {
        if self.is_same(name) {
            return;
        }
        let [old, new] = self.sides.map(|side| side.shells(name));
        let texts = |side: &[(String, &Rule)]| side.iter().map(|(it, _)| it.clone()).collect();
        let (old_texts, new_texts): (Vec<String>, Vec<String>) = (texts(&old), texts(&new));
        for op in capture_diff_slices(Algorithm::Myers, &old_texts, &new_texts) {
            if let DiffOp::Equal { old_index, len, .. } = op {
                for (_, rule) in old.iter().skip(old_index).take(len) {
                    self.alike(rule, within);
                }
                continue;
            }
            let (of_old, of_new) = (op.old_range(), op.new_range());
            for (_, rule) in old.iter().skip(of_old.start).take(of_old.len()) {
                self.whole(0, rule, within);
            }
            for (_, rule) in new.iter().skip(of_new.start).take(of_new.len()) {
                self.whole(1, rule, within);
            }
        }
    }

    /// What differs in what two rules look up and lead to that look the same.
    fn alike(&mut self, rule: &'t Rule, within: &Area) {
        let narrowed = self.narrowed(&rule.matches, within);
        for one in &rule.matches {
            if let Match::In { fields, set, .. } = one
                && !self.is_same_set(set)
            {
                let mut area = narrowed.clone();
                let [old, new] = self.sides.map(|side| elements(side.sets.get(set)));
                let differing: Vec<&[Value]> = old.symmetric_difference(&new).copied().collect();
                match fields.as_slice() {
                    [field] => {
                        area.forget(*field);
                        area.limit(*field, differing.into_iter().flatten());
                    }
                    _ => area = within.clone(),
                }
                self.found.push(area);
            }
        }
        match &rule.action {
            Action::Verdict(Verdict::Jump(to)) => self.chains(to, &narrowed),
            Action::Map { fields, map } => {
                let [old, new] = self.sides.map(|side| side.entries(map));
                let keys: BTreeSet<&[Value]> = old.keys().chain(new.keys()).copied().collect();
                for key in keys {
                    let mut area = narrowed.clone();
                    fields.iter().zip(key).for_each(|(field, value)| area.limit(*field, [value]));
                    match (old.get(key), new.get(key)) {
                        (Some(Verdict::Jump(one)), Some(Verdict::Jump(other))) if one == other => {
                            self.chains(one, &area);
                        }
                        (one, other) if one == other => {}
                        (one, other) => {
                            one.into_iter().for_each(|verdict| self.verdict(0, verdict, &area));
                            other.into_iter().for_each(|verdict| self.verdict(1, verdict, &area));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// All that meets a rule of one side.
    fn whole(&mut self, side: usize, rule: &'t Rule, within: &Area) {
        let narrowed = self.narrowed(&rule.matches, within);
        match &rule.action {
            Action::Map { fields, map } => {
                let known = self.sides.get(side).map(|known| known.entries(map));
                for (key, verdict) in known.unwrap_or_default() {
                    let mut area = narrowed.clone();
                    fields.iter().zip(key).for_each(|(field, value)| area.limit(*field, [value]));
                    self.verdict(side, verdict, &area);
                }
            }
            Action::Verdict(verdict) => self.verdict(side, verdict, &narrowed),
            _ => self.found.push(narrowed),
        }
    }

    fn verdict(&mut self, side: usize, verdict: &'t Verdict, within: &Area) {
        let Verdict::Jump(to) = verdict else {
            self.found.push(within.clone());
            return;
        };
        let rules = self.sides.get(side).map(|known| known.shells(to)).unwrap_or_default();
        for (_, rule) in rules {
            self.whole(side, rule, within);
            // What two rules of one chain have in common is said once.
            if let [.., one, other] = self.found.as_slice()
                && one == other
            {
                self.found.pop();
            }
        }
    }

    fn narrowed(&self, matches: &[Match], within: &Area) -> Area {
        let mut area = within.clone();
        for one in matches {
            match one {
                Match::Is { field, value, negated: false } => area.limit(*field, [value]),
                Match::In { fields, set, negated: false } => {
                    if let [field] = fields.as_slice() {
                        let sets = self.sides.map(|side| elements(side.sets.get(set)));
                        area.limit(*field, sets.into_iter().flatten().flatten());
                    }
                }
                _ => {}
            }
        }
        area
    }

    fn is_same(&mut self, name: &'t Name) -> bool {
        if let Some(known) = self.same.get(name) {
            return *known;
        }
        let [old, new] = self.sides.map(|side| side.shells(name));
        let is_same = old.len() == new.len()
            && old
                .iter()
                .zip(&new)
                .all(|((one, rule), (other, _))| one == other && self.leads_the_same_way(rule));
        self.same.insert(name, is_same);
        is_same
    }

    fn leads_the_same_way(&mut self, rule: &'t Rule) -> bool {
        let sets = rule.matches.iter().all(|one| match one {
            Match::In { set, .. } => self.is_same_set(set),
            _ => true,
        });
        sets && match &rule.action {
            Action::Verdict(Verdict::Jump(to)) => self.is_same(to),
            Action::Map { map, .. } => {
                let [old, new] = self.sides.map(|side| side.entries(map));
                old == new
                    && old.into_values().all(|verdict| match verdict {
                        Verdict::Jump(to) => self.is_same(to),
                        _ => true,
                    })
            }
            _ => true,
        }
    }

    fn is_same_set(&self, set: &Name) -> bool {
        let [old, new] = self.sides.map(|side| elements(side.sets.get(set)));
        old == new
    }
}

fn elements<'t>(set: Option<&&'t Set>) -> BTreeSet<&'t [Value]> {
    set.into_iter().flat_map(|set| &set.elements).map(Vec::as_slice).collect()
}

impl Area {
    /// Whether it holds packets of the class, to these addresses when they are named.
    pub(super) fn holds(&self, class: &Class, to: Option<&[Run]>) -> bool {
        let from = self.from.as_ref().is_none_or(|from| meet(from, &class.runs));
        from && match (&self.to, to) {
            (Some(own), Some(to)) => meet(own, to),
            _ => true,
        }
    }

    /// Narrows it to packets whose field is one of these.
    fn limit<'v>(&mut self, field: Field, values: impl IntoIterator<Item = &'v Value>) {
        let values = values.into_iter();
        let interface = |value: &Value| match value {
            Value::Interface(name) => Some(name.clone()),
            _ => None,
        };
        match field {
            Field::InputInterface => self.input = values.last().and_then(interface),
            Field::OutputInterface => self.output = values.last().and_then(interface),
            Field::Ip4Source
            | Field::Ip6Source
            | Field::OriginalIp4Source
            | Field::OriginalIp6Source => {
                self.from = Some(joined(values.filter_map(run_of).collect()))
            }
            Field::Ip4Destination
            | Field::Ip6Destination
            | Field::OriginalIp4Destination
            | Field::OriginalIp6Destination
            | Field::ReplyIp4Source
            | Field::ReplyIp6Source => self.to = Some(joined(values.filter_map(run_of).collect())),
            Field::SourceMac => {
                let card = |value: &Value| match value {
                    Value::Mac(octets) => MacAddress::new(*octets),
                    _ => None,
                };
                self.cards = Some(values.filter_map(card).collect());
            }
            _ => {}
        }
    }

    fn forget(&mut self, field: Field) {
        let mut none = Self { from: None, to: None, cards: None, ..self.clone() };
        none.limit(field, []);
        if none.from.is_some() {
            self.from = None;
        }
        if none.to.is_some() {
            self.to = None;
        }
        if none.cards.is_some() {
            self.cards = None;
        }
    }
}
