//! Rulesets that lack one protection each, for suites that want to see themselves go red. Only with
//! the feature `sabotage`, which no product build has: works on the finished ruleset, so that the
//! compiler knows nothing of it.

use settings::{Addresses, Settings};

use crate::build::when;
use crate::compile::{Context, compile};
use crate::ir::{
    Action, Chain, CtState, Family, Field, Match, Name, Policy, Rule, Ruleset, Table, Value,
    Verdict,
};
use crate::zones::interface;

macro_rules! sabotages {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal,)+) => {
        /// A protection to leave out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Sabotage {
            $($(#[doc = $doc])* $name,)+
        }

        impl Sabotage {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Name for test reports.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

sabotages! {
    /// Frames between the CRM's port and others pass.
    BridgeForward "bridge-forward",
    /// Anybody may send into the CRM's VLAN towards the router.
    BridgeInput "bridge-input",
    /// The whole zone reaches the CRM, whatever its list says.
    CrmSources "crm-sources",
    /// A list without IPv6 addresses allows all of IPv6.
    V6Refusal "v6-refusal",
    /// Any device may give out addresses and say that it is the router.
    RogueServers "rogue-servers",
    /// The CRM is reached on all its TCP ports.
    CrmPorts "crm-ports",
    /// The CRM may open connections to anywhere.
    CrmEgress "crm-egress",
    /// The CRM may reach the box.
    CrmInput "crm-input",
    /// The CRM may send with any source address.
    SpoofCrm "spoof-crm",
    /// Hosts of a zone may send with any source address.
    SpoofZone "spoof-zone",
    /// Addresses of our zones may come from WAN.
    SpoofWan "spoof-wan",
    /// What is meant for our zones may leave by WAN.
    RoutesFromWan "routes-from-wan",
    /// Impossible addresses may come from WAN.
    Bogons "bogons",
    /// Loopback addresses may come from outside.
    Loopback "loopback",
    /// Interfaces without zone may send.
    UnknownInterface "unknown-interface",
    /// Packets that belong to no connection are not dropped first.
    CtInvalid "ct-invalid",
    /// Connections pass on whatever rules let them pass once.
    OldConnections "old-connections",
    /// Answers pass on connections that former rules let pass.
    OldAnswers "old-answers",
    /// Whoever knows of a connection may send errors to its ends.
    ErrorsFromElsewhere "errors-from-elsewhere",
    /// Zones without management reach all of the box.
    GuestInput "guest-input",
    /// The whole zone reaches the admin pages, whatever its list says.
    ManagementSources "management-sources",
    /// WAN reaches all of the box.
    WanInput "wan-input",
    /// What no rule accepts reaches the box.
    InputPolicy "input-policy",
    /// What no policy allows passes.
    ForwardPolicy "forward-policy",
    /// The box may send anything.
    OutputPolicy "output-policy",
    /// Any user of the box may use the services' ways out.
    OutputUsers "output-users",
    /// Neighbour discovery may come from off the link.
    HopLimit "hop-limit",
    /// Zones go out with their own addresses.
    Masquerade "masquerade",
    /// The boot lock stays.
    LockRemoval "lock-removal",
}

/// [`compile`], with one protection left out.
pub fn compile_with(settings: &Settings, context: &Context, sabotage: Sabotage) -> Ruleset {
    let mut ruleset = compile(settings, context);
    if sabotage == Sabotage::LockRemoval {
        ruleset.removed.clear();
    }
    for table in &mut ruleset.tables {
        match table.id.family {
            Family::Inet => inet(table, settings, sabotage),
            Family::Bridge => bridge(table, sabotage),
        }
    }
    ruleset
}

fn bridge(table: &mut Table, sabotage: Sabotage) {
    let name = match sabotage {
        Sabotage::BridgeForward => "forward",
        Sabotage::BridgeInput => "input",
        Sabotage::RogueServers => "prerouting",
        _ => return,
    };
    chains(table, |chain| chain == name).for_each(|chain| chain.rules.clear());
}

fn inet(table: &mut Table, settings: &Settings, sabotage: Sabotage) {
    let crm = settings.crm.zone.as_str();
    let crm_interface = interface(&settings.crm.zone);
    let of_crm = |name: &str, subject: &str| name.strip_prefix(subject) == Some(crm);
    match sabotage {
        Sabotage::BridgeForward
        | Sabotage::BridgeInput
        | Sabotage::RogueServers
        | Sabotage::LockRemoval => {}
        Sabotage::CrmSources => forget_sets(table, |set| set.starts_with("crm")),
        Sabotage::V6Refusal => {
            let sets = table.sets.iter();
            let empty: Vec<Name> = sets
                .filter(|set| set.name.as_str().starts_with("crm6_") && set.elements.is_empty())
                .map(|set| set.name.clone())
                .collect();
            forget_sets(table, |set| empty.iter().any(|name| name.as_str() == set));
        }
        Sabotage::CrmPorts => {
            let to_crm = format!("_{crm}");
            let chains =
                chains(table, |name| name.starts_with("forward_") && name.ends_with(&to_crm));
            chains.for_each(|chain| {
                forget(chain, |one| looks_at(one, Field::OriginalDestinationPort))
            });
        }
        Sabotage::CrmEgress => let_in(table, "forward", when().input(&crm_interface)),
        Sabotage::CrmInput => let_in(table, "input", when().input(&crm_interface)),
        Sabotage::SpoofCrm => open(table, |name| of_crm(name, "spoof_")),
        Sabotage::SpoofZone => open(table, |name| {
            name.starts_with("spoof_") && name != "spoof_wan" && !of_crm(name, "spoof_")
        }),
        Sabotage::SpoofWan => drop_rules(table, "spoof_wan", |rule| names_set(rule, "inside")),
        Sabotage::RoutesFromWan => drop_rules(table, "forward", |rule| names_set(rule, "inside")),
        Sabotage::Bogons => drop_rules(table, "spoof_wan", |rule| names_set(rule, "bogons")),
        Sabotage::Loopback => drop_rules(table, "prerouting", |rule| {
            is_drop(rule) && rule.matches.iter().any(is_address)
        }),
        Sabotage::UnknownInterface => accept_the_rest(table, "prerouting"),
        Sabotage::CtInvalid => {
            let invalid = [Match::CtState(vec![CtState::Invalid])];
            chains(table, |_| true)
                .for_each(|chain| chain.rules.retain(|rule| rule.matches != invalid));
        }
        Sabotage::OldConnections => chains(table, |_| true)
            .for_each(|chain| forget(chain, |one| looks_at(one, Field::CtMark))),
        Sabotage::OldAnswers => open(table, |name| name.starts_with("answers_")),
        Sabotage::ErrorsFromElsewhere => open(table, |name| name == "errors_forward"),
        Sabotage::GuestInput => {
            let manages = |name: &str| {
                settings.management.from.iter().any(|source| {
                    name.strip_prefix("input_") == Some(source.zone.as_str())
                        && source.addresses != Addresses::List(Vec::new())
                })
            };
            open(table, |name| name.starts_with("input_") && name != "input_wan" && !manages(name));
        }
        Sabotage::ManagementSources => forget_sets(table, |set| set.starts_with("management")),
        Sabotage::WanInput => open(table, |name| name == "input_wan"),
        Sabotage::InputPolicy => accept_the_rest(table, "input"),
        Sabotage::ForwardPolicy => accept_the_rest(table, "forward"),
        Sabotage::OutputPolicy => accept_the_rest(table, "output"),
        Sabotage::OutputUsers => chains(table, |_| true)
            .for_each(|chain| forget(chain, |one| looks_at(one, Field::SocketUid))),
        Sabotage::HopLimit => chains(table, |_| true)
            .for_each(|chain| forget(chain, |one| looks_at(one, Field::HopLimit))),
        Sabotage::Masquerade => drop_rules(table, "postrouting", |_| true),
    }
}

fn chains(table: &mut Table, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &mut Chain> {
    table.chains.iter_mut().filter(move |chain| wanted(chain.name.as_str()))
}

/// Removes matches.
fn forget(chain: &mut Chain, unwanted: impl Fn(&Match) -> bool) {
    chain.rules.iter_mut().for_each(|rule| rule.matches.retain(|one| !unwanted(one)));
}

/// Removes matches against these sets of addresses.
fn forget_sets(table: &mut Table, unwanted: impl Fn(&str) -> bool) {
    for chain in chains(table, |_| true) {
        forget(chain, |one| matches!(one, Match::In { set, .. } if unwanted(set.as_str())));
    }
}

fn drop_rules(table: &mut Table, chain: &str, unwanted: impl Fn(&Rule) -> bool) {
    for chain in chains(table, |name| name == chain) {
        chain.rules.retain(|rule| !unwanted(rule));
    }
}

/// Puts an accept in front of the chain's other rules.
fn let_in(table: &mut Table, chain: &str, way: crate::build::When) {
    let rule = way.accept("sabotage");
    chains(table, |name| name == chain).for_each(|chain| chain.rules.insert(0, rule.clone()));
}

/// Makes the chains accept all.
fn open(table: &mut Table, wanted: impl Fn(&str) -> bool) {
    chains(table, wanted).for_each(|chain| chain.rules = vec![when().accept("sabotage")]);
}

/// Makes a base chain accept what it has no rule for.
fn accept_the_rest(table: &mut Table, chain: &str) {
    for chain in chains(table, |name| name == chain) {
        chain.rules.retain(|rule| !(is_drop(rule) && rule.matches.is_empty()));
        if let Some(base) = &mut chain.base {
            base.policy = Policy::Accept;
        }
    }
}

fn is_drop(rule: &Rule) -> bool {
    rule.action == Action::Verdict(Verdict::Drop)
}

fn names_set(rule: &Rule, prefix: &str) -> bool {
    rule.matches
        .iter()
        .any(|one| matches!(one, Match::In { set, .. } if set.as_str().starts_with(prefix)))
}

fn is_address(one: &Match) -> bool {
    matches!(one, Match::Is { value: Value::Ip4(_) | Value::Ip6(_), .. })
}

fn looks_at(one: &Match, wanted: Field) -> bool {
    match one {
        Match::Is { field, .. } => *field == wanted,
        Match::In { fields, .. } => fields.contains(&wanted),
        Match::CtState(_) | Match::Rate { .. } => false,
    }
}
