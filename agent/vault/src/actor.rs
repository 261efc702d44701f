//! Who did what, as the audit log keeps it.

use std::net::IpAddr;

use seal::{RecordId, TableId};

/// Who acts, and from where. Sealed with the audit entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// The account; `None` for the box itself and for people not signed in.
    pub account: Option<RecordId>,
    /// The session or token, by the SHA-256 that the store keeps of it, first half.
    pub session: Option<[u8; 16]>,
    /// What the browser calls itself, ≤ 200 characters are kept.
    pub device: String,
    /// Where from.
    pub address: Option<IpAddr>,
}

/// One access that changes nothing: a reading, an export, a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Who.
    pub actor: Actor,
    /// What, a number of `seal::numbers::action`.
    pub action: u32,
    /// How it ended, a number of `seal::numbers::outcome`.
    pub outcome: u32,
    /// What was shown or meant; the first 500 are kept.
    pub records: Vec<(TableId, RecordId)>,
    /// Number of hits or records, where it says more than `records`.
    pub count: Option<i64>,
    /// Why, or what was asked. Never a name or a typed value: this part outlives an erasure.
    pub reason: Option<String>,
}

impl Access {
    /// An access that names no record and says no more.
    #[must_use]
    pub fn new(actor: Actor, action: u32, outcome: u32) -> Self {
        Self { actor, action, outcome, records: Vec::new(), count: None, reason: None }
    }
}
