//! Layer 2: the CRM's port and the router talk to each other and to nobody else, whatever else is in
//! the CRM's VLAN; nor do ports of an isolated zone; and no device gives out addresses or says that it is the
//! router, which is the box's business. The `inet` table never sees these frames: they do not pass the router.

use settings::Zone;

use crate::build::{When, when};
use crate::compile::{CRM_PORT, TABLE, table_id};
use crate::icmp;
use crate::ir::{
    Base, Chain, ChainKind, EtherType, Family, Field, Hook, InterfaceName, Name, Policy, Protocol,
    Rule, Table, TableId, Value,
};
use crate::quarantine;
use crate::zones::Scope;

const DHCP: &str = "rogue DHCP: only the box gives out addresses";
const DHCPV6: &str = "rogue DHCPv6: only the box does";
const ROUTER: &str = "rogue router: only the box announces itself";

/// Comments of the rules that count devices which would be what only the box is, each with the code
/// by which people are told.
pub const ROGUES: [(&str, &str); 3] =
    [(DHCP, "rogue_dhcp"), (DHCPV6, "rogue_dhcp"), (ROUTER, "rogue_router")];
/// The chain of those rules.
pub const ROGUES_CHAIN: &str = "prerouting";

/// What the reader of the packet log knows frames by that give out addresses.
pub fn refused_rogue_dhcp() -> Name {
    Name::made("refused_rogue_dhcp")
}

/// What he knows frames by that say who the router is.
pub fn refused_rogue_router() -> Name {
    Name::made("refused_rogue_router")
}

/// The table of those rules.
pub fn rogues_table() -> TableId {
    table_id(Family::Bridge, TABLE)
}

pub(crate) fn table(scope: &Scope<'_>) -> Table {
    let port = InterfaceName::made(CRM_PORT);
    let mut forward = vec![
        when().input(&port).drop("the CRM talks to the router only"),
        when().output(&port).drop("only the router talks to the CRM"),
    ];
    forward.extend(quarantine::beside(scope));
    forward.extend(isolated(scope));
    let input = not_from(&port, scope);
    Table {
        id: rogues_table(),
        sets: quarantine::set(scope).into_iter().collect(),
        maps: Vec::new(),
        chains: vec![
            base(ROGUES_CHAIN, Hook::Prerouting, rogues()),
            base("forward", Hook::Forward, forward),
            base("input", Hook::Input, input),
        ],
    }
}

/// What a port may not send, wherever it would go: each frame is counted once here. What the box itself
/// says does not come in at a port. Clients do not ask from which port they are answered, so neither do
/// the rules. A tag within a tag hides from them what a receiver that skips both would read. Before it is dropped
/// it is written down who sent it: addresses may be anybody's, but the port and the card are of this frame.
fn rogues() -> Vec<Rule> {
    let tags = [EtherType::Tag, EtherType::ProviderTag].map(|tag| {
        when().is(Field::EtherType, Value::EtherType(tag)).drop("no tag is within another")
    });
    // Where DHCP clients listen, over IPv4 and over IPv6.
    let servers = [(68, DHCP), (546, DHCPV6)]
        .map(|(port, why)| told(&when().udp().destination_port(port), refused_rogue_dhcp(), why));
    let routers = when()
        .is(Field::Protocol, Value::Protocol(Protocol::Icmpv6))
        .is(Field::IcmpType, Value::IcmpType(icmp::ROUTER_ADVERTISEMENT));
    let routers = told(&routers, refused_rogue_router(), ROUTER);
    tags.into_iter().chain(servers.into_iter().flatten()).chain(routers).collect()
}

/// Writes down what is dropped next. The rule that drops stands alone, for it counts every frame.
fn told(which: &When, prefix: Name, why: &str) -> [Rule; 2] {
    [which.clone().log(prefix, "for the list of what was refused"), which.clone().drop(why)]
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
