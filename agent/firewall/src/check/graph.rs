//! Who jumps to whom: no circles, not too deep, and fields and actions only where the base chains
//! that lead there have them.

use std::collections::{HashMap, HashSet};

use super::Fault;
use crate::ir::{
    Action, Base, Chain, ChainKind, Field, Hook, Match, Name, Rule, Table, Verdict, VerdictMap,
};

/// Chains that can be entered one from the other; the kernel's stack (`NFT_JUMP_STACK_SIZE`) is 16.
const MAX_DEPTH: usize = 15;

/// Priority of connection tracking (`NF_IP_PRI_CONNTRACK`).
const CONNECTION_TRACKING: i32 = -200;

struct Graph<'t> {
    chains: HashMap<&'t Name, &'t Chain>,
    jumps: HashMap<&'t Name, Vec<&'t Name>>,
}

/// Whether a chain of that hook and priority runs before connection tracking has seen the packet.
fn before_tracking(base: &Base) -> bool {
    matches!(base.hook, Hook::Prerouting | Hook::Output) && base.priority <= CONNECTION_TRACKING
}

pub(super) fn check(table: &Table) -> Result<(), (Name, Fault)> {
    let maps: HashMap<&Name, &VerdictMap> = table.maps.iter().map(|map| (&map.name, map)).collect();
    let jumps = table
        .chains
        .iter()
        .map(|chain| {
            let targets: HashSet<&Name> =
                chain.rules.iter().flat_map(|rule| targets(rule, &maps)).collect();
            (&chain.name, targets.into_iter().collect())
        })
        .collect();
    let chains = table.chains.iter().map(|chain| (&chain.name, chain)).collect();
    let graph = Graph { chains, jumps };
    let mut depths = HashMap::new();
    for chain in &table.chains {
        graph.depth(&chain.name, &mut HashSet::new(), &mut depths)?;
    }
    for chain in &table.chains {
        if let Some(base) = &chain.base {
            graph.reached(&chain.name, base)?;
        }
    }
    Ok(())
}

fn targets<'t>(rule: &'t Rule, maps: &HashMap<&Name, &'t VerdictMap>) -> Vec<&'t Name> {
    let jump = |verdict: &'t Verdict| match verdict {
        Verdict::Jump(to) => Some(to),
        Verdict::Accept | Verdict::Drop | Verdict::Return => None,
    };
    match &rule.action {
        Action::Verdict(verdict) => jump(verdict).into_iter().collect(),
        Action::Map { map, .. } => maps
            .get(map)
            .map(|map| map.entries.iter().filter_map(|(_, verdict)| jump(verdict)).collect())
            .unwrap_or_default(),
        Action::Admit(_)
        | Action::Log(_)
        | Action::Reject
        | Action::Masquerade
        | Action::SendTo { .. } => Vec::new(),
    }
}

impl<'t> Graph<'t> {
    /// Longest way down from the chain. `above` are the chains that led here: never more than
    /// [`MAX_DEPTH`], so that the recursion is bounded too.
    fn depth(
        &self,
        name: &'t Name,
        above: &mut HashSet<&'t Name>,
        depths: &mut HashMap<&'t Name, usize>,
    ) -> Result<usize, (Name, Fault)> {
        if let Some(depth) = depths.get(name) {
            return Ok(*depth);
        }
        if above.len() > MAX_DEPTH {
            return Err((name.clone(), Fault::TooDeep { max: MAX_DEPTH }));
        }
        if !above.insert(name) {
            return Err((name.clone(), Fault::Circle));
        }
        let mut deepest = 0;
        for next in self.jumps.get(name).into_iter().flatten() {
            deepest = deepest.max(1 + self.depth(next, above, depths)?);
        }
        above.remove(name);
        if deepest > MAX_DEPTH {
            return Err((name.clone(), Fault::TooDeep { max: MAX_DEPTH }));
        }
        depths.insert(name, deepest);
        Ok(deepest)
    }

    /// Checks all chains that the base chain leads to.
    fn reached(&self, start: &'t Name, base: &Base) -> Result<(), (Name, Fault)> {
        let mut seen = HashSet::from([start]);
        let mut open = vec![start];
        while let Some(name) = open.pop() {
            for rule in self.chains.get(name).into_iter().flat_map(|chain| &chain.rules) {
                at_hook(rule, base).map_err(|fault| (name.clone(), fault))?;
            }
            let next = self.jumps.get(name).into_iter().flatten();
            open.extend(next.filter(|next| seen.insert(next)));
        }
        Ok(())
    }
}

fn at_hook(rule: &Rule, base: &Base) -> Result<(), Fault> {
    if fields(rule).any(|field| field == Field::SocketUid) && base.hook != Hook::Output {
        return Err(Fault::FieldAtHook { field: Field::SocketUid });
    }
    if fields(rule).any(|field| field == Field::SourceMac)
        && matches!(base.hook, Hook::Output | Hook::Postrouting)
    {
        return Err(Fault::FieldAtHook { field: Field::SourceMac });
    }
    let asks_tracking = rule.matches.iter().any(|one| matches!(one, Match::CtState(_)))
        || fields(rule).any(Field::is_of_connection);
    if asks_tracking && before_tracking(base) {
        return Err(Fault::CtStateTooEarly);
    }
    let nat_out = base.kind == ChainKind::Nat && base.hook == Hook::Postrouting;
    let nat_in = base.kind == ChainKind::Nat && base.hook == Hook::Prerouting;
    let filter = base.kind == ChainKind::Filter;
    let answers = matches!(base.hook, Hook::Input | Hook::Forward | Hook::Output);
    match rule.action {
        Action::Masquerade if !nat_out => Err(Fault::ActionAtHook { action: "masquerade" }),
        Action::SendTo { .. } if !nat_in => Err(Fault::ActionAtHook { action: "dnat" }),
        Action::Reject if !(filter && answers) => Err(Fault::ActionAtHook { action: "reject" }),
        Action::Admit(_) if !(filter && answers) => {
            Err(Fault::ActionAtHook { action: "ct mark set" })
        }
        _ => Ok(()),
    }
}

fn fields(rule: &Rule) -> impl Iterator<Item = Field> {
    let looked_up: &[Field] = match &rule.action {
        Action::Map { fields, .. } => fields,
        _ => &[],
    };
    let matched = rule.matches.iter().flat_map(|one| match one {
        Match::Is { field, .. } => std::slice::from_ref(field),
        Match::In { fields, .. } => fields,
        Match::CtState(_) | Match::Rate { .. } => &[],
    });
    matched.chain(looked_up).copied()
}
