//! What can be said: requests of the client, one response to each. A settings document travels as
//! the text that the user wrote, so that hostd judges that and nothing else.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};
use settings::{Language, Problem};

use crate::{SettingsSource, Status};

/// Version of this protocol; both sides must speak the same.
pub const VERSION: u16 = 1;

/// What a client asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// How is the box? Answer: [`Response::Status`].
    Status,
    /// Which settings are in force? Answer: [`Response::Settings`].
    Settings,
    /// Could this document be applied? Nothing changes. Answer: [`Response::Accepted`] or
    /// [`Response::Refused`].
    Check {
        /// JSON text of the document.
        document: String,
    },
    /// Bring this document about, and keep it when that worked. Answer: [`Response::Accepted`]
    /// when it is in force, verified and on disk; else [`Response::Refused`] or
    /// [`Response::Failed`], and the former settings stand.
    Apply {
        /// JSON text of the document.
        document: String,
    },
    /// Is this the code that opens the set-up? A wrong one counts for the address that it came from.
    /// Answer: [`Response::SetupTried`].
    TrySetupCode {
        /// What a person typed.
        code: String,
        /// Where they are.
        from: IpAddr,
    },
    /// There is an admin: the code dies. Answer: [`Response::Accepted`].
    SetupDone,
    /// The store of the admins, whole and readable, holds none, though there was one: a new code is
    /// shown on the console. Nothing when the set-up is open. Answer: [`Response::Accepted`].
    AdminsLost,
    /// SHA-256 of the box's certificate authority, for the console and the ESP. Answer:
    /// [`Response::Accepted`].
    CaFingerprint {
        /// `AB:CD:…`, 95 characters.
        fingerprint: String,
    },
    /// Sockets for the admin pages, one for each of ports 80 and 443 on every address of the box in a
    /// zone that may manage it. Answered once those addresses are others than the client's, or after a
    /// minute. Answer: [`Response::Listeners`], with the descriptors in the same order.
    Listeners {
        /// Addresses that the client listens on.
        have: Vec<IpAddr>,
    },
}

/// What hostd answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Response {
    /// The box.
    Status(Box<Status>),
    /// The settings in force; none before the first network card has been found.
    Settings {
        /// Canonical JSON text.
        document: Option<String>,
        /// Where they come from.
        source: SettingsSource,
    },
    /// Done, or, for a check, possible.
    Accepted,
    /// The document is not valid; nothing was changed.
    Refused {
        /// Every problem found, at most [`Shown::MAX`].
        problems: Vec<Shown>,
    },
    /// It could not be done; the former settings stand.
    Failed(Failure),
    /// How a setup code was judged.
    SetupTried(SetupTried),
    /// Sockets that listen, as descriptors of the frame's header; none when the client has them.
    Listeners {
        /// Where each listens.
        addresses: Vec<SocketAddr>,
    },
}

/// How a setup code was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum SetupTried {
    /// It is the one. It stays so until the set-up is done.
    Right,
    /// It is not.
    Wrong {
        /// Tries that are left to this address before it has to pause.
        left: u32,
    },
    /// Not looked at: there were too many tries.
    Wait {
        /// Seconds until the next try.
        seconds: u64,
    },
    /// There is no code any more: the box is set up.
    SetUp,
}

/// A problem of a document as it is shown to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// JSON pointer (RFC 6901) to the field; empty for the whole document.
    pub field: String,
    /// Stable code of the reason, see [`settings::Reason::CODES`].
    pub code: String,
    /// The reason in words.
    pub text: String,
}

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Stable code, key of hostd's catalogue.
    pub code: String,
    /// What failed, for the log; English.
    pub detail: String,
}

impl Shown {
    /// Most problems in one answer.
    pub const MAX: usize = 200;

    /// Makes the shown problems of a document.
    pub fn all(problems: &[Problem], language: Language) -> Vec<Self> {
        let shown = |problem: &Problem| Self {
            field: problem.field.clone(),
            code: problem.reason.code().to_owned(),
            text: problem.reason.text(language),
        };
        problems.iter().take(Self::MAX).map(shown).collect()
    }
}
