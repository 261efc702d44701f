//! Zones share the box's WAN address, over IPv4 and IPv6 (their IPv6 prefix is our own, RFC 4193:
//! nobody outside could answer it). What is published of them is reached at that address.

use crate::build::when;
use crate::compile::Part;
use crate::ir::{Base, Chain, ChainKind, Hook, Name, Policy, Rule};
use crate::publish;
use crate::spoof::{inside4, inside6};
use crate::zones::Scope;

/// `NF_IP_PRI_NAT_DST`.
const DESTINATION_NAT: i32 = -100;
/// `NF_IP_PRI_NAT_SRC`.
const SOURCE_NAT: i32 = 100;

pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let Some(wan) = &scope.context.wan else { return Part::default() };
    let out = || when().output(wan);
    let mut rules = vec![
        out().source4_in(&inside4()).masquerade("zones share the WAN address"),
        out().source6_in(&inside6()).masquerade("zones share the WAN address"),
    ];
    rules.extend(publish::between_neighbours(scope));
    let mut chains = vec![nat("postrouting", Hook::Postrouting, SOURCE_NAT, rules)];
    let published = publish::translations(scope);
    if !published.is_empty() {
        chains.push(nat("published", Hook::Prerouting, DESTINATION_NAT, published));
    }
    Part { chains, ..Part::default() }
}

fn nat(name: &str, hook: Hook, priority: i32, rules: Vec<Rule>) -> Chain {
    let base = Base { kind: ChainKind::Nat, hook, priority, policy: Policy::Accept };
    Chain { name: Name::made(name), base: Some(base), rules }
}
