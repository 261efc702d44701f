//! What can be said: requests of the client, one response to each. A settings document travels as
//! the text that the user wrote, so that hostd judges that and nothing else.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ipnet::Ipv6Net;
use serde::{Deserialize, Serialize};
use settings::{Language, Problem};

use crate::blocking::{BlockingTold, ListHeld, ListPiece, NameInZone};
use crate::egress::{EgressAsked, EgressTold};
use crate::former::{ByConsole, Former};
use crate::probe::{NoProbe, Probe, ProbeReport};
use crate::seeing::{Look, Seen};
use crate::trial::{Ended, NotNow, Trial};
use crate::{Lease, SettingsSource, Status};

/// Version of this protocol; both sides must speak the same.
pub const VERSION: u16 = 7;

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
    /// What would the rules of this document depend on, beside the document? Nothing changes.
    /// Answer: [`Response::Facts`] or [`Response::Refused`].
    Facts {
        /// JSON text of the document.
        document: String,
    },
    /// What have the rules done? Answer: [`Response::Hits`].
    Hits,
    /// What came to the published services? Answer: [`Response::Arrivals`].
    Arrivals,
    /// What has become of the destinations of the box's own programs? Answer: [`Response::Egress`].
    Egress,
    /// A program of the box wants to go somewhere. Nothing is opened: an admin is to see it. Answer:
    /// [`Response::Accepted`] when it is kept, or allowed already; [`Response::Failed`] when it says nothing
    /// that could be allowed, or too much is waiting.
    EgressAsk(EgressAsked),
    /// What was asked for is not to be. Answer: [`Response::Accepted`], also when nobody asks any more.
    EgressDecline {
        /// What stands for it.
        id: String,
    },
    /// What is blocked, and what was lately? Answer: [`Response::Blocking`].
    Blocking,
    /// Which block lists are held? Answer: [`Response::BlockLists`].
    BlockLists,
    /// What becomes of a name in each zone in which names are blocked? Answer: [`Response::NameJudged`]; none
    /// for what is no domain name.
    JudgeName {
        /// The name.
        name: String,
    },
    /// A piece of a block list. Nothing is in force before the last piece is there, and all of them are what
    /// that says; what was held before is kept otherwise. Answer: [`Response::Accepted`], or
    /// [`Response::Failed`] with `list_unknown`, `list_out_of_order`, `list_broken`, `list_shrank`,
    /// `list_no_room` or `store_failed`.
    BlockList(ListPiece),
    /// A block list that is held is up to date. Answer: [`Response::Accepted`], or [`Response::Failed`] with
    /// `list_unknown`.
    BlockListSame {
        /// Where it was fetched.
        address: String,
    },
    /// Bring this document about, and keep it when that worked: for the set-up, where nobody could
    /// confirm yet. Answer: [`Response::Accepted`] when it is in force, verified and on disk; else
    /// [`Response::Refused`], [`Response::Failed`] or [`Response::NotNow`], and the former settings
    /// stand.
    Apply {
        /// JSON text of the document.
        document: String,
    },
    /// Bring this document about for a time; unless it is confirmed by then the former settings come
    /// back, and so they do at every start. Answer: [`Response::Trying`] when it is in force and
    /// verified; else [`Response::Refused`], [`Response::Failed`] or [`Response::NotNow`], and the
    /// former settings stand.
    Try {
        /// JSON text of the document.
        document: String,
        /// SHA-256 of the text of the settings in force that this was made from, 64 hex digits.
        base: String,
        /// How long, [`Trial::SHORTEST`] to [`Trial::LONGEST`]; at least [`Trial::MOVED`] when an
        /// address of the box changes.
        seconds: u32,
        /// SHA-256 of what has to be said to keep it, 64 hex digits.
        token: String,
        /// Who may keep it, at most [`Trial::MAX_BY`] bytes; given back with [`Response::Settings`].
        by: String,
        /// The name of who tries it, for the console's list of what was kept.
        #[serde(default)]
        author: String,
        /// What for, likewise.
        #[serde(default)]
        reason: String,
    },
    /// Keep what is being tried. Answer: [`Response::Accepted`] when it is on disk, also when it was
    /// kept by this token already; else [`Response::NotNow`] or [`Response::Failed`], and the trial
    /// goes on.
    Confirm {
        /// What the hash of [`Request::Try`] is of.
        token: String,
        /// The box's own address that this was asked at.
        at: IpAddr,
        /// Whoever asked.
        from: IpAddr,
    },
    /// End what is being tried: the former settings come back. Answer: [`Response::Accepted`] when
    /// they are in force and verified; else [`Response::NotNow`] or [`Response::Failed`], and it is
    /// tried again.
    Undo,
    /// The same, by whoever stands at the box.
    End,
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
    /// Addresses that are lent in a zone. Answer: [`Response::Leases`]; none for a zone that is not there.
    Leases {
        /// Name of the zone.
        zone: String,
        /// Those from this address on.
        from: Ipv4Addr,
    },
    /// Does this packet really arrive? One at a time; it takes three seconds at most. Answer:
    /// [`Response::Probed`] or [`Response::NoProbe`].
    Probe(Probe),
    /// Sockets for the admin pages, one for each of ports 80 and 443 on every address of the box in a
    /// zone that may manage it. Answered once those addresses are others than the client's, or after a
    /// minute. Answer: [`Response::Listeners`], with the descriptors in the same order.
    Listeners {
        /// Addresses that the client listens on.
        have: Vec<IpAddr>,
    },
    /// Which settings were kept before, and what each would do? For root alone, which the console is.
    /// Answer: [`Response::Former`]; [`Response::NotNow`] while none are in force.
    Former {
        /// Tag of the language in which changes are told.
        language: String,
    },
    /// Bring about settings that were kept before, and keep them. For root alone. Answer:
    /// [`Response::Accepted`] when they are in force, verified and on disk; else [`Response::NotNow`],
    /// [`Response::Refused`] or [`Response::Failed`], with `cards_missing` and the ports that would
    /// have no card, and the present settings stand.
    GoBack {
        /// Which, by the SHA-256 of their text.
        document: String,
        /// SHA-256 of the text of the settings in force that were seen with it.
        base: String,
    },
    /// What is seen of the network. It is answered beside everything else: it never waits for what hostd
    /// is at. Answer: [`Response::Seen`].
    Look(Look),
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
        /// Until when they are in force, if they are being tried.
        trial: Option<Trial>,
        /// What became of the last trial since hostd started, or of one that its start ended.
        ended: Option<Ended>,
        /// What the console did last, as far as that is still known.
        #[serde(default)]
        by_console: Option<ByConsole>,
    },
    /// What the rules of a document depend on.
    Facts {
        /// Interface of the WAN port; none when it is not plugged in.
        wan: Option<String>,
        /// The box's own IPv6 prefix.
        site: Ipv6Net,
        /// Users that dnsmasq, chrony, networkd, the resolver, the admin application and the relays run as.
        uids: [u32; 6],
        /// Addresses that names of the document have at the moment, as far as they are known.
        #[serde(default)]
        names: BTreeMap<String, Vec<IpAddr>>,
        /// Interfaces of the access ports of isolated zones.
        #[serde(default)]
        isolated: Vec<String>,
    },
    /// What has become of the destinations.
    Egress(EgressTold),
    /// What is blocked.
    Blocking(Box<BlockingTold>),
    /// Block lists that are held.
    BlockLists(Vec<ListHeld>),
    /// What becomes of a name, by zone.
    NameJudged(Vec<NameInZone>),
    /// What the rules of the settings in force have done.
    Hits(Vec<RuleHits>),
    /// What came to the published services of the settings in force.
    Arrivals(Vec<Arrivals>),
    /// It is in force for a time.
    Trying(Trial),
    /// Not now; nothing was changed.
    NotNow(NotNow),
    /// Done, or, for a check, possible.
    Accepted,
    /// The document is not valid; nothing was changed.
    Refused {
        /// Every problem found, at most [`Shown::MAX`].
        problems: Vec<Shown>,
    },
    /// It could not be done; the former settings stand.
    Failed(Failure),
    /// What was kept before.
    Former {
        /// SHA-256 of the text of the settings in force.
        now: String,
        /// The last one first, at most [`Former::MAX`].
        former: Vec<Former>,
    },
    /// How a setup code was judged.
    SetupTried(SetupTried),
    /// Addresses that are lent.
    Leases {
        /// By address, at most [`Lease::MAX`].
        leases: Vec<Lease>,
    },
    /// What came of a packet.
    Probed(ProbeReport),
    /// Whether it arrives is not known.
    NoProbe(NoProbe),
    /// Sockets that listen, as descriptors of the frame's header; none when the client has them.
    Listeners {
        /// Where each listens.
        addresses: Vec<SocketAddr>,
    },
    /// What is seen of the network.
    Seen(Seen),
}

/// How often a rule decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleHits {
    /// Its number.
    pub rule: u16,
    /// Connections, and packets that it stopped.
    pub hits: u64,
    /// When last, in seconds since 1970.
    pub last: Option<u64>,
    /// Since when it is counted, in seconds since 1970.
    pub since: u64,
}

/// How often a published service was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrivals {
    /// Its number.
    pub service: u16,
    /// Connections that were let pass.
    pub hits: u64,
    /// When last, in seconds since 1970.
    pub last: Option<u64>,
    /// Since when it is counted, in seconds since 1970.
    pub since: u64,
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
    /// Of this language.
    pub language: Language,
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

impl Request {
    /// Whether only whoever stands at the box may ask it.
    pub fn is_of_console(&self) -> bool {
        matches!(self, Self::Former { .. } | Self::GoBack { .. } | Self::End)
    }
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
            language,
        };
        problems.iter().take(Self::MAX).map(shown).collect()
    }
}
