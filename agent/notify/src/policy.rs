//! To whom alerts go, and when: what an admin chose.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use settings::Language;

use crate::{Alert, Kind, LocalTime, Name, Quiet, Severity};

/// Most targets.
pub const MAX_TARGETS: usize = 16;
/// Most messages for a target within an hour, unless an admin chose less. Robots of group chats take no more
/// than 20 in a minute.
pub const PER_HOUR: u8 = 20;

/// To whom alerts go.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The box's time zone, which quiet hours are in.
    pub local: LocalTime,
    /// The targets; at most [`MAX_TARGETS`] are looked at.
    pub targets: BTreeMap<TargetId, Target>,
}

/// A target's stable id: 1 to 64 small letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TargetId(String);

/// What a target wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// What the admin calls it.
    pub name: Name,
    /// The language of its messages.
    pub language: Language,
    /// Nothing that matters less.
    pub from: Severity,
    /// When it wants to be left alone.
    pub quiet: Option<Quiet>,
    /// Whether it gets signed heads of the log, too.
    pub heads: bool,
    /// Most messages within an hour, 1 to 60. A quarter of it is kept for what is critical.
    pub per_hour: u8,
}

impl Policy {
    /// The targets that are looked at.
    pub(crate) fn looked_at(&self) -> impl Iterator<Item = (&TargetId, &Target)> {
        self.targets.iter().take(MAX_TARGETS)
    }
}

impl TargetId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TargetId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(inside);
        if fits { Ok(Self(text.to_owned())) } else { Err("a target's id has other characters") }
    }
}

impl TryFrom<String> for TargetId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<TargetId> for String {
    fn from(id: TargetId) -> Self {
        id.0
    }
}

impl Target {
    /// Whether it gets this, apart from mutes.
    pub(crate) fn wants(&self, alert: &Alert) -> bool {
        match alert.kind() {
            Kind::AuditHead => self.heads,
            // Somebody asked for it, of this target.
            Kind::Test => true,
            // That something was lost on the way is told in any case.
            Kind::AlertsLost => true,
            kind => kind.is_sent() && kind.severity() >= self.from,
        }
    }

    /// Most messages of this severity within an hour.
    pub(crate) fn limit(&self, severity: Severity) -> usize {
        let all = usize::from(self.per_hour.clamp(1, 60));
        if severity == Severity::Critical { all } else { all - all / 4 }
    }
}
