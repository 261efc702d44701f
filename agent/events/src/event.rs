//! Events of the CRM. They carry states, counts and destinations on the network, never a name, an address of
//! a person or a record.

use serde::{Deserialize, Serialize};

/// What has happened at the CRM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// It runs and listens for orders; the first event on every connection. The admin application
    /// answers with the orders in force.
    Started {
        /// How it is.
        state: CrmState,
    },
    /// Someone made the vault, wrote its recovery key down and is its first manager.
    Claimed,
    /// The vault was opened.
    Unlocked,
    /// The vault was opened with its recovery key; told after [`Event::Unlocked`].
    RecoveryKeyUsed,
    /// The vault is about to be locked by hand.
    Locked,
    /// Passphrases or recovery keys that were wrong.
    UnlockFailed {
        /// How many since the last such event.
        count: u32,
    },
    /// A vault came back from a copy; it is locked.
    Restored,
    /// Its disk failed; nothing more is acknowledged.
    DiskFailed,
    /// It wants to go somewhere on the network. An admin sees it, and may allow it; nothing is opened.
    EgressWanted {
        /// Name, address or network.
        to: String,
        /// Over which protocol.
        protocol: EgressProtocol,
        /// To which port.
        port: u16,
        /// What for, in a line; never anything of a person or a record.
        reason: Option<String>,
    },
    /// Where its log's chain stands: a signed head, to be kept away from the box.
    Head {
        /// `gatehouse-head-1 …`, as `gatehouse-verify` takes it.
        line: String,
    },
    /// How its copies are, told every minute while the vault is open: counts of targets, never a name.
    Copies(Copies),
    /// There was no good copy at a target for a day or more.
    CopyLate {
        /// What its people call the target.
        place: String,
        /// For how many days.
        days: u32,
    },
    /// A copy that was restored to try it is not what it should be.
    CopyBad {
        /// What its people call the target.
        place: String,
    },
    /// Codes for the first manager that were refused: before there is a vault, the CRM has no log.
    ClaimRefused {
        /// How many since the last such event.
        count: u32,
    },
}

/// How many targets of copies there are, and of how many of them what is so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Copies {
    /// All of them.
    pub targets: u32,
    /// Everything of the last day is there.
    pub good: u32,
    /// The sheet in force is printed.
    pub printed: u32,
    /// Nobody can delete there with what the box knows.
    pub kept: u32,
    /// The last copy that was restored to try it came back whole.
    pub restored: u32,
    /// When the newest of these tries was, ms since 1970.
    pub tried: Option<u64>,
}

/// Protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EgressProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// How the CRM is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrmState {
    /// Nobody has made a vault yet.
    Unclaimed,
    /// There is a vault, and it is locked.
    Locked,
    /// The vault is open.
    Open,
    /// The disk failed.
    DiskFailed,
}
