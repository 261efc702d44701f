//! Rules: what passes between zones, or does not, beside the policy of the two zones. They are tried in
//! their order; the first that fits decides, and where none does the policy.

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use crate::{Allow, Member, Note, Settings, Target, Title, Way, ZoneName, known_service};

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Number by which what it did is counted, whatever its place; each once, never 0.
    pub id: u16,
    /// Whether it is in force at all.
    #[serde(skip_serializing_if = "is_true")]
    pub enabled: bool,
    /// What it does.
    pub action: RuleAction,
    /// Who opens the connection. Never WAN, never the CRM's zone.
    pub from: Side<ZoneName>,
    /// Where to. Never the CRM's zone.
    pub to: Side<Target>,
    /// What for: names of services of the document, or of those that everybody has.
    pub services: Which<Title>,
    /// When; always when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Title>,
    /// Whether connections that it decides about are written down.
    #[serde(skip_serializing_if = "is_false")]
    pub log: bool,
    /// What a person noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<Note>,
}

/// What a rule does with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleAction {
    /// Lets it pass.
    Allow,
    /// Drops it silently: whoever tries waits in vain.
    Block,
    /// Refuses it with an answer: whoever tries knows at once.
    Reject,
}

/// One end of the connections that a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side<Z> {
    /// Zones.
    pub zones: Which<Z>,
    /// Addresses in them.
    pub addresses: Which<Member>,
}

/// All there are, or these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which<T> {
    /// All.
    All,
    /// These; at least one, each once.
    These(Vec<T>),
}

impl<T: PartialEq> Which<T> {
    /// Whether it is one of them.
    pub fn holds(&self, one: &T) -> bool {
        match self {
            Self::All => true,
            Self::These(these) => these.contains(one),
        }
    }

    /// Those that are named.
    pub fn named(&self) -> &[T] {
        match self {
            Self::All => &[],
            Self::These(these) => these,
        }
    }
}

impl Rule {
    /// Pairs of zones that it is about, in the order of the zones, WAN last.
    pub fn pairs<'s>(&self, settings: &'s Settings) -> Vec<(&'s ZoneName, Target)> {
        let zones = || settings.zones.keys().filter(|zone| **zone != settings.crm.zone);
        let targets = || zones().cloned().map(Target::Zone).chain([Target::Wan]);
        let from = zones().filter(|zone| self.from.zones.holds(zone));
        let pairs = from.flat_map(|from| targets().map(move |to| (from, to)));
        pairs
            .filter(|(from, to)| self.to.zones.holds(to) && *to != Target::Zone((*from).clone()))
            .collect()
    }
}

impl Settings {
    /// The ways of a service by its name: the document's own before those that everybody has.
    pub fn ways(&self, service: &Title) -> Option<&[Way]> {
        let own = self.services.get(service).map(Vec::as_slice);
        own.or_else(|| known_service(service.as_str()))
    }

    /// The members of a list without groups, each group's members in its place; a group that is not there
    /// has none, and one that holds itself is looked into once.
    pub fn members<'s>(&'s self, list: &'s [Member]) -> Vec<&'s Member> {
        let (mut flat, mut seen) = (Vec::new(), Vec::new());
        self.flatten(list, &mut flat, &mut seen);
        flat
    }

    fn flatten<'s>(
        &'s self,
        list: &'s [Member],
        flat: &mut Vec<&'s Member>,
        seen: &mut Vec<&'s Title>,
    ) {
        for member in list {
            match member {
                Member::Group(group) if seen.contains(&group) => {}
                Member::Group(group) => {
                    seen.push(group);
                    let members = self.groups.get(group).map(Vec::as_slice).unwrap_or_default();
                    self.flatten(members, flat, seen);
                }
                other => flat.push(other),
            }
        }
    }

    /// What the policy of two zones allows.
    pub fn policy(&self, from: &ZoneName, to: &Target) -> Option<Allow> {
        let of_pair = |policy: &&crate::Policy| policy.from == *from && policy.to == *to;
        self.policies.iter().find(of_pair).map(|policy| policy.allow)
    }
}

impl<T: Serialize> Serialize for Which<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::These(these) => {
                let mut list = serializer.serialize_seq(Some(these.len()))?;
                these.iter().try_for_each(|one| list.serialize_element(one))?;
                list.end()
            }
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_true(value: &bool) -> bool {
    *value
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(value: &bool) -> bool {
    !*value
}
