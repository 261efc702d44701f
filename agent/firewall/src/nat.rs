//! Zones share the box's WAN address, over IPv4 and IPv6 (their IPv6 prefix is our own, RFC 4193:
//! nobody outside could answer it).

use crate::build::when;
use crate::compile::Part;
use crate::ir::{Base, Chain, ChainKind, Hook, Name, Policy};
use crate::spoof::{inside4, inside6};
use crate::zones::Scope;

/// `NF_IP_PRI_NAT_SRC`.
const SOURCE_NAT: i32 = 100;

pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let Some(wan) = &scope.context.wan else { return Part::default() };
    let out = || when().output(wan);
    let base = Base {
        kind: ChainKind::Nat,
        hook: Hook::Postrouting,
        priority: SOURCE_NAT,
        policy: Policy::Accept,
    };
    let rules = vec![
        out().source4_in(&inside4()).masquerade("zones share the WAN address"),
        out().source6_in(&inside6()).masquerade("zones share the WAN address"),
    ];
    let chain = Chain { name: Name::made("postrouting"), base: Some(base), rules };
    Part { chains: vec![chain], ..Part::default() }
}
