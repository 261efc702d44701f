//! Layer 2: the CRM's port and the router talk to each other and to nobody else, whatever else is in
//! the CRM's VLAN. The `inet` table never sees these frames: they do not pass the router.

use crate::build::{When, when};
use crate::compile::{CRM_PORT, TABLE, table_id};
use crate::ir::{
    Base, Chain, ChainKind, Family, Field, Hook, InterfaceName, Name, Policy, Rule, Table, Value,
};
use crate::zones::{Scope, interface};

pub(crate) fn table(scope: &Scope<'_>) -> Table {
    let port = InterfaceName::made(CRM_PORT);
    let forward = vec![
        when().input(&port).drop("the CRM talks to the router only"),
        when().output(&port).drop("only the router talks to the CRM"),
    ];
    let input = not_from(&port, scope);
    Table {
        id: table_id(Family::Bridge, TABLE),
        sets: Vec::new(),
        maps: Vec::new(),
        chains: vec![base("forward", Hook::Forward, forward), base("input", Hook::Input, input)],
    }
}

/// What enters the CRM's VLAN elsewhere never reaches the router, so that no neighbour can forge
/// the CRM's answers. The VLAN is known by its tag on a VLAN-aware bridge, by the bridge's name
/// where each zone has a plain bridge of its own.
fn not_from(port: &InterfaceName, scope: &Scope<'_>) -> Vec<Rule> {
    let crm = &scope.settings.crm.zone;
    let elsewhere =
        || -> When { when().is_not(Field::InputInterface, Value::Interface(port.clone())) };
    let vlan = scope.settings.zones.get(crm).map(|zone| {
        elsewhere()
            .is(Field::VlanId, Value::VlanId(zone.vlan.number()))
            .drop("only the CRM sends into its VLAN")
    });
    let bridge = elsewhere()
        .is(Field::InputBridge, Value::Interface(interface(crm)))
        .drop("only the CRM sends into its bridge");
    vlan.into_iter().chain([bridge]).collect()
}

fn base(name: &str, hook: Hook, rules: Vec<Rule>) -> Chain {
    let base = Base { kind: ChainKind::Filter, hook, priority: 0, policy: Policy::Accept };
    Chain { name: Name::made(name), base: Some(base), rules }
}
