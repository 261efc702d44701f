//! Settings to ruleset: who may send what to whom, all else dropped.
//! This file joins the subjects: `spoof` (who a sender can be), `tracking` (what is known of a
//! connection), `input`, `forward` with `rules`, `publish` and `crm`, `output`, `egress` (where our own programs may go), `nat`, and `bridge` (who is next to whom at
//! layer 2).

use std::collections::BTreeSet;

use settings::{Moved, Settings, SitePrefix, Title};

use crate::ir::{
    Base, Chain, ChainKind, Family, Hook, InterfaceName, KeyType, Name, Policy, Rule, Ruleset, Set,
    Table, TableId, Value, Verdict, VerdictMap,
};
use crate::tracking::Generation;
use crate::zones::Scope;
use crate::{
    bridge, egress, forward, icmp, input, nat, output, publish, quarantine, resolver, rules, spoof,
    tracking,
};

/// The bridge port behind which the CRM's namespace is.
pub const CRM_PORT: &str = "crm0";
/// Name of our tables.
pub const TABLE: &str = "gatehouse";
/// Name of the tables that hold the box shut until the first ruleset.
pub const LOCK_TABLE: &str = "gatehouse-lock";

/// What the box is like, beside its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The WAN port's interface; none when it is not plugged in. Rules for WAN are left out then.
    pub wan: Option<InterfaceName>,
    /// The box's own IPv6 prefix.
    pub site: SitePrefix,
    /// Users that our services run as.
    pub uids: ServiceUids,
    /// Addresses that the box keeps beside those of the settings, while they are tried.
    pub moved: Moved,
    /// Schedules that are on at this hour.
    pub on: BTreeSet<Title>,
    /// Published services whose last day is over.
    pub over: BTreeSet<u16>,
    /// Cards that are access ports of isolated zones.
    pub isolated: Vec<InterfaceName>,
}

/// Users that our services run as; none of them is root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceUids {
    /// Resolver, DHCP and router advertisements.
    pub dnsmasq: u32,
    /// Time.
    pub chrony: u32,
    /// DHCP client on WAN.
    pub networkd: u32,
    /// Who asks over TLS and checks signatures; dnsmasq asks it then.
    pub resolver: u32,
    /// The admin application.
    pub admin: u32,
    /// What passes announcements on between zones.
    pub relay: u32,
}

/// Makes the ruleset. It replaces our tables, and the boot lock goes once they are in force.
pub fn compile(settings: &Settings, context: &Context) -> Ruleset {
    let mut scope = Scope::new(settings, context);
    scope.generation = Generation::of(&ruleset(&scope));
    ruleset(&scope)
}

fn ruleset(scope: &Scope<'_>) -> Ruleset {
    Ruleset {
        tables: vec![inet(scope), bridge::table(scope)],
        removed: [Family::Inet, Family::Bridge].map(|family| table_id(family, LOCK_TABLE)).into(),
    }
}

/// Chains, sets and maps of one subject.
#[derive(Default)]
pub(crate) struct Part {
    pub(crate) sets: Vec<Set>,
    pub(crate) maps: Vec<VerdictMap>,
    pub(crate) chains: Vec<Chain>,
}

fn inet(scope: &Scope<'_>) -> Table {
    let parts = [
        tracking::part(scope),
        icmp::part(),
        quarantine::part(scope),
        spoof::part(scope),
        input::part(scope),
        forward::part(scope),
        rules::part(scope),
        egress::part(scope),
        publish::part(scope),
        output::part(scope),
        resolver::part(scope),
        nat::part(scope),
    ];
    let mut table = Table {
        id: table_id(Family::Inet, TABLE),
        sets: Vec::new(),
        maps: Vec::new(),
        chains: Vec::new(),
    };
    for part in parts {
        table.sets.extend(part.sets);
        table.maps.extend(part.maps);
        table.chains.extend(part.chains);
    }
    table
}

/// A base chain of type filter.
pub(crate) fn filter(name: &str, hook: Hook, priority: i32, rules: Vec<Rule>) -> Chain {
    let base = Base { kind: ChainKind::Filter, hook, priority, policy: Policy::Drop };
    Chain { name: Name::made(name), base: Some(base), rules }
}

/// A map that sends packets to a chain by their interface.
pub(crate) fn jumps(name: Name, entries: Vec<(InterfaceName, Name)>) -> VerdictMap {
    let entry = |(interface, chain)| (vec![Value::Interface(interface)], Verdict::Jump(chain));
    let entries = entries.into_iter().map(entry).collect();
    VerdictMap { name, key: vec![KeyType::Interface], entries }
}

pub(crate) fn table_id(family: Family, name: &str) -> TableId {
    TableId { family, name: Name::made(name) }
}

pub(crate) fn loopback() -> InterfaceName {
    InterfaceName::made("lo")
}
