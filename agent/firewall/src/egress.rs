//! Where the box's own programs may go beside what its services need: the CRM out of its zone, the admin
//! application by its user. A destination is an address or a name; a name's addresses are in a set that is
//! filled while the rules are in force, and whoever fills it is not trusted alone: what is no place on the
//! internet is dropped before a set is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use settings::{
    DomainName, Egress, EgressProtocol, EgressTarget, EgressUser, NOT_INTERNET_V4, NOT_INTERNET_V6,
    Target, ZoneName,
};
use sha2::{Digest, Sha256};

use crate::build::{When, chain, set4, set6, timed, when};
use crate::compile::Part;
use crate::forward::{Pair, between};
use crate::input;
use crate::ir::{Chain, KeyType, Name, Rule, Ruleset, Value};
use crate::output::DNS;
use crate::resolver::{BLOCKING_PORT, RESOLVER_PORT};
use crate::spoof::{inside4, inside6};
use crate::tracking::judged;
use crate::zones::Scope;

/// What stands for a destination where it is counted: the beginning of a hash of what makes it this one.
pub fn egress_id(egress: &Egress) -> String {
    let Egress { user, to, protocol, port, .. } = egress;
    short(&format!("{user} {protocol} {port} {to}"))
}

/// The sets of a name's addresses, IPv4 and IPv6.
pub fn egress_sets(name: &DomainName) -> [Name; 2] {
    let short = short(name.as_str());
    [format!("name4_{short}"), format!("name6_{short}")].map(Name::made)
}

/// The destination whose connections the chain counts, by what stands for it.
pub fn egress_acting(chain: &str) -> Option<&str> {
    chain.strip_prefix("egress_")?.strip_suffix("_acts")
}

/// The ruleset with what the sets of names hold at this moment, for the simulator alone.
pub fn knowing(mut ruleset: Ruleset, names: &BTreeMap<DomainName, Vec<IpAddr>>) -> Ruleset {
    let mut known: BTreeMap<Name, BTreeSet<Value>> = BTreeMap::new();
    for (name, addresses) in names {
        let [v4, v6] = egress_sets(name);
        for address in addresses {
            let (set, value) = match address {
                IpAddr::V4(one) => (&v4, Value::Ip4(Ipv4Net::from(*one))),
                IpAddr::V6(one) => (&v6, Value::Ip6(Ipv6Net::from(*one))),
            };
            known.entry(set.clone()).or_default().insert(value);
        }
    }
    for set in ruleset.tables.iter_mut().flat_map(|table| &mut table.sets) {
        if set.timed {
            set.timed = false;
            let values = known.remove(&set.name).unwrap_or_default();
            set.elements = values.into_iter().map(|value| vec![value]).collect();
        }
    }
    ruleset
}

fn short(text: &str) -> String {
    Sha256::digest(text).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Sets of all names, and for each destination the chain where it is let pass.
pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let list = &scope.settings.egress;
    if list.is_empty() {
        return Part::default();
    }
    let names: BTreeSet<&DomainName> = list.iter().filter_map(Egress::name).collect();
    let mut sets = vec![set4(elsewhere4(), &NOT_INTERNET_V4), set6(elsewhere6(), &NOT_INTERNET_V6)];
    for name in names {
        let [v4, v6] = egress_sets(name);
        sets.extend([timed(v4, KeyType::Ip4), timed(v6, KeyType::Ip6)]);
    }
    let acts = |egress| chain(acts(egress), vec![when().admit(ALLOWED)]);
    let mut chains: Vec<Chain> = list.iter().map(acts).collect();
    for user in EgressUser::ALL {
        if of(scope, user, None).next().is_some() {
            let mut rules = nowhere();
            rules.extend(of(scope, user, None).flat_map(|one| goes(one, when())));
            chains.push(chain(to_internet(user), rules));
        }
    }
    Part { sets, chains, ..Part::default() }
}

/// What the CRM may open to WAN, and to devices in zones.
pub(crate) fn pairs(scope: &Scope<'_>) -> Vec<Pair> {
    let crm = &scope.settings.crm.zone;
    let mut pairs = Vec::new();
    if of(scope, EgressUser::Crm, None).next().is_some() {
        let jump = judged().jump(&to_internet(EgressUser::Crm), "what the CRM may reach");
        pairs.extend(between(scope, crm, &Target::Wan, vec![jump]));
    }
    for zone in scope.lans() {
        let rules: Vec<Rule> = of(scope, EgressUser::Crm, Some(zone.name))
            .flat_map(|one| goes(one, judged()))
            .collect();
        if !rules.is_empty() {
            pairs.extend(between(scope, crm, &Target::Zone(zone.name.clone()), rules));
        }
    }
    pairs
}

/// What the admin application may open to WAN.
pub(crate) fn sent_out(scope: &Scope<'_>) -> Option<Rule> {
    of(scope, EgressUser::Admin, None).next()?;
    let user = when().uid(scope.context.uids.admin);
    Some(user.jump(&to_internet(EgressUser::Admin), "what the admin application may reach"))
}

/// What it may open to devices of a zone.
pub(crate) fn sent_to(scope: &Scope<'_>, zone: &ZoneName) -> Vec<Rule> {
    let user = || when().uid(scope.context.uids.admin);
    of(scope, EgressUser::Admin, Some(zone)).flat_map(|one| goes(one, user())).collect()
}

/// What may answer on connections that the admin application opened under former rules.
pub(crate) fn answered(scope: &Scope<'_>) -> Vec<Rule> {
    let mut rules = Vec::new();
    if let Some(wan) = &scope.context.wan {
        let from = || when().input(wan);
        for one in of(scope, EgressUser::Admin, None) {
            rules.extend(ways(one, from()).map(|way| way.accept(ANSWERS)));
        }
    }
    for zone in scope.lans() {
        let from = || when().input(&zone.interface);
        for one in of(scope, EgressUser::Admin, Some(zone.name)) {
            rules.extend(ways(one, from()).map(|way| way.accept(ANSWERS)));
        }
    }
    rules
}

/// The CRM asks the box for the names that it may reach, once there is one. Nobody else is in its zone.
pub(crate) fn asked_by_crm(scope: &Scope<'_>) -> Option<(crate::ir::InterfaceName, Chain)> {
    of(scope, EgressUser::Crm, None).find_map(Egress::name)?;
    let zone = scope.zone(&scope.settings.crm.zone)?;
    let mut rules = Vec::new();
    for to_router in input::to_router(zone) {
        rules.push(to_router.clone().udp().opened_to_port(DNS).admit(ASKED));
        rules.push(to_router.tcp().opened_to_port(DNS).admit(ASKED));
    }
    Some((zone.interface.clone(), chain(zone.named("input"), rules)))
}

/// Names are a way out of their own: whoever may ask for any name can tell anybody anything. So the admin
/// application asks nobody on the box but the one who knows its destinations alone.
pub(crate) fn names_of_admin(scope: &Scope<'_>) -> Vec<Rule> {
    let lo = crate::compile::loopback();
    let asks = || when().output(&lo).uid(scope.context.uids.admin);
    let here = || asks().destination4(NAMES_OF_ADMIN);
    let mut rules = Vec::new();
    if of(scope, EgressUser::Admin, None).any(|one| one.name().is_some()) {
        rules.push(here().udp().destination_port(DNS).accept(ASKED));
        rules.push(here().tcp().destination_port(DNS).accept(ASKED));
    }
    for port in [DNS, RESOLVER_PORT, BLOCKING_PORT] {
        rules.push(asks().udp().destination_port(port).drop(NOT_ASKED));
        rules.push(asks().tcp().destination_port(port).drop(NOT_ASKED));
    }
    rules
}

/// Where the admin application asks for names.
pub const NAMES_OF_ADMIN: std::net::Ipv4Addr = std::net::Ipv4Addr::new(127, 0, 0, 53);

const ALLOWED: &str = "egress: a destination that an admin allowed";
const ANSWERS: &str = "egress: answers";
const NOWHERE: &str = "egress: no place on the internet";
const ASKED: &str = "egress: asks for the names that are allowed";
const NOT_ASKED: &str = "egress: asks for any name";

/// Destinations of a user, in the zone or on the internet.
fn of<'s>(
    scope: &'s Scope<'_>,
    user: EgressUser,
    zone: Option<&'s ZoneName>,
) -> impl Iterator<Item = &'s Egress> {
    let place = |egress: &Egress| match &egress.to {
        EgressTarget::Name(_) => None,
        EgressTarget::Network(network) => scope.settings.zone_of_address(*network),
    };
    let list = scope.settings.egress.iter().filter(move |one| one.user == user);
    list.filter(move |one| place(one) == zone)
}

/// Nothing on WAN is one of these, whatever a name says.
fn nowhere() -> Vec<Rule> {
    vec![
        when().opened_to4_in(&elsewhere4()).drop(NOWHERE),
        when().opened_to6_in(&elsewhere6()).drop(NOWHERE),
        when().opened_to4_in(&inside4()).drop(NOWHERE),
        when().opened_to6_in(&inside6()).drop(NOWHERE),
    ]
}

fn goes(egress: &Egress, when: When) -> Vec<Rule> {
    ways(egress, when).map(|way| way.jump(&acts(egress), ALLOWED)).collect()
}

/// Packets of connections to a destination.
fn ways(egress: &Egress, when: When) -> impl Iterator<Item = When> {
    let ways = match &egress.to {
        EgressTarget::Network(IpNet::V4(network)) => vec![when.opened_to4(*network)],
        EgressTarget::Network(IpNet::V6(network)) => vec![when.opened_to6(*network)],
        EgressTarget::Name(name) => {
            let [v4, v6] = egress_sets(name);
            vec![when.clone().opened_to4_in(&v4), when.opened_to6_in(&v6)]
        }
    };
    let (protocol, port) = (egress.protocol, egress.port);
    let to_port = move |way: When| match protocol {
        EgressProtocol::Tcp => way.tcp().opened_to_port(port),
        EgressProtocol::Udp => way.udp().opened_to_port(port),
    };
    ways.into_iter().map(to_port)
}

fn acts(egress: &Egress) -> Name {
    Name::made(format!("egress_{}_acts", egress_id(egress)))
}

fn to_internet(user: EgressUser) -> Name {
    Name::made(format!("egress_{user}"))
}

fn elsewhere4() -> Name {
    Name::made("not_internet4")
}

fn elsewhere6() -> Name {
    Name::made("not_internet6")
}
