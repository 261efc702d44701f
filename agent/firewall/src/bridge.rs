//! Layer 2: the CRM's port and the router talk to each other and to nobody else, whatever else is in
//! the CRM's VLAN; nor do ports of an isolated zone. The `inet` table never sees these frames: they do
//! not pass the router.

use settings::Zone;

use crate::build::when;
use crate::compile::{CRM_PORT, TABLE, table_id};
use crate::ir::{
    Base, Chain, ChainKind, Family, Field, Hook, InterfaceName, Name, Policy, Rule, Table, Value,
};
use crate::zones::Scope;

pub(crate) fn table(scope: &Scope<'_>) -> Table {
    let port = InterfaceName::made(CRM_PORT);
    let mut forward = vec![
        when().input(&port).drop("the CRM talks to the router only"),
        when().output(&port).drop("only the router talks to the CRM"),
    ];
    forward.extend(isolated(scope));
    let input = not_from(&port, scope);
    Table {
        id: table_id(Family::Bridge, TABLE),
        sets: Vec::new(),
        maps: Vec::new(),
        chains: vec![base("forward", Hook::Forward, forward), base("input", Hook::Input, input)],
    }
}

/// Access ports by their interface: a frame that leaves one has no tag any more. What goes from trunk to
/// trunk has it still.
fn isolated(scope: &Scope<'_>) -> Vec<Rule> {
    let ports = scope.context.isolated.iter().flat_map(|port| {
        let why = "devices of an isolated zone reach the router only";
        [when().input(port).drop(why), when().output(port).drop(why)]
    });
    let zones = scope.settings.zones.values().filter(|zone| zone.isolated);
    let tagged = zones.map(|zone| {
        when()
            .is(Field::VlanId, Value::VlanId(zone.vlan.number()))
            .drop("devices of an isolated zone reach the router only, tagged")
    });
    ports.chain(tagged).collect()
}

/// What enters the CRM's VLAN elsewhere never reaches the router, so that no neighbour can forge
/// the CRM's answers. A bridge without VLANs (`make dev`) has no tag to know it by.
fn not_from(port: &InterfaceName, scope: &Scope<'_>) -> Vec<Rule> {
    let rule = |zone: &Zone| {
        when()
            .differs(Field::InputInterface, Value::Interface(port.clone()))
            .is(Field::VlanId, Value::VlanId(zone.vlan.number()))
            .drop("only the CRM sends into its VLAN")
    };
    scope.settings.zones.get(&scope.settings.crm.zone).map(rule).into_iter().collect()
}

fn base(name: &str, hook: Hook, rules: Vec<Rule>) -> Chain {
    let base = Base { kind: ChainKind::Filter, hook, priority: 0, policy: Policy::Accept };
    Chain { name: Name::made(name), base: Some(base), rules }
}
