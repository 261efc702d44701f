//! The admin application's own shapes.

use serde::Serialize;
use utoipa::ToSchema;

use super::plain::Time;
use super::setup::ReachableFrom;
use super::shared::Language;

/// What an admin page needs before anyone has signed in.
#[derive(Serialize, ToSchema)]
pub struct AdminStart {
    /// Always `admin`.
    pub realm: AdminRealm,
    /// Whether the box is set up.
    pub state: AdminState,
    /// Language of the box.
    pub language: Language,
    /// Version of the application.
    pub version: String,
    /// The box's clock.
    pub time: Time,
}

/// The admin application.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AdminRealm {
    /// It.
    Admin,
}

/// Whether the box is set up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AdminState {
    /// There is no admin yet.
    Setup,
    /// There is.
    Ready,
}

/// The code with which the first manager claims the CRM, shown once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagerCode {
    /// `XXXX-XXXX-XXXX`.
    pub manager_code: String,
    /// Where it is typed.
    pub crm_url: String,
    /// When it ends.
    pub expires: Time,
}

/// How the box protects what it keeps.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Protection {
    /// One for each key, in the order of the page.
    pub rows: Vec<ProtectionRow>,
    /// When the newest of these was found out.
    pub checked_at: Time,
}

/// One protection.
#[derive(Serialize, ToSchema)]
pub struct ProtectionRow {
    /// Of what.
    pub key: ProtectionKey,
    /// What is known.
    pub state: ProtectionState,
    /// The try that proved it.
    pub proof: Option<Proof>,
    /// What a person can do.
    pub todo: Option<String>,
}

/// What is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProtectionKey {
    /// Data on the disk.
    Data,
    /// Who signs in.
    Access,
    /// The network.
    Network,
    /// The applications.
    Application,
    /// People.
    People,
    /// Suppliers.
    Suppliers,
    /// The log.
    Audit,
}

/// What is known of a protection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProtectionState {
    /// An attempt against it failed.
    Proven,
    /// A person has to do something.
    NeedsYou,
    /// An attempt against it got through, or it is known to do nothing.
    Open,
    /// Nobody has tried.
    Unknown,
}

/// An attempt against a protection.
#[derive(Serialize, ToSchema)]
pub struct Proof {
    /// What was tried.
    pub tried: String,
    /// From where.
    pub from: String,
    /// When.
    pub at: Time,
    /// What happened.
    pub result: String,
}

/// Zones and what passes between them.
#[derive(Serialize, ToSchema)]
pub struct Zones {
    /// Zones.
    pub zones: Vec<Zone>,
    /// What passes.
    pub flows: Vec<Flow>,
    /// Network cards that are no port of the settings.
    pub cards: Vec<FreeCard>,
    /// The way to the provider; none while it is not plugged in.
    pub wan: Option<Wan>,
    /// `starting`, `ready` or `problem`.
    pub state: String,
    /// What a person must know, most pressing first.
    pub notices: Vec<Notice>,
    /// SHA-256 of the ruleset that was verified in the kernel.
    pub ruleset: Option<String>,
}

/// A zone as it is.
#[derive(Serialize, ToSchema)]
pub struct Zone {
    /// Its name.
    pub name: String,
    /// What people call it, when that is not its name.
    pub label: Option<String>,
    /// Whether its devices cannot reach each other.
    pub isolated: bool,
    /// What it is for.
    pub kind: ZoneKind,
    /// Its VLAN.
    pub vlan: Option<u16>,
    /// The box's addresses in it, with prefix.
    pub addresses: Vec<String>,
    /// Its ports.
    pub ports: Vec<ZonePort>,
}

/// What a zone is for.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ZoneKind {
    /// The provider.
    Wan,
    /// The office.
    Office,
    /// Guests.
    Guest,
    /// The CRM.
    Crm,
    /// Any other.
    Zone,
}

/// A port of a zone.
#[derive(Serialize, ToSchema)]
pub struct ZonePort {
    /// Its name.
    pub name: String,
    /// The kernel's name.
    pub interface: Option<String>,
    /// Whether something is plugged in that runs.
    pub linked: bool,
}

/// A network card that no port of the settings is: it carries nothing.
#[derive(Serialize, ToSchema)]
pub struct FreeCard {
    /// The kernel's name.
    pub interface: String,
    /// Permanent MAC address.
    pub mac: Option<String>,
    /// Where it is plugged in.
    pub path: Option<String>,
    /// Whether something is plugged in that runs.
    pub linked: bool,
}

/// What passes from one zone to another.
#[derive(Serialize, ToSchema)]
pub struct Flow {
    /// From this zone.
    pub from: String,
    /// To this one.
    pub to: String,
    /// What.
    pub allow: Allow,
}

/// What passes.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Allow {
    /// Everything.
    All,
    /// The web.
    Web,
    /// Nothing.
    None,
    /// The CRM's pages.
    Crm,
}

/// The way to the provider.
#[derive(Serialize, ToSchema)]
pub struct Wan {
    /// The kernel's name.
    pub interface: String,
    /// What the provider gave.
    pub addresses: Vec<String>,
}

/// What a person must know.
#[derive(Serialize, ToSchema)]
pub struct Notice {
    /// Stable code.
    pub code: String,
    /// In words.
    pub text: String,
}

/// Who reaches the CRM.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CrmAccess {
    /// Zones with addresses.
    pub reachable_from: Vec<ReachableFrom>,
    /// Names of all zones that may be chosen.
    pub zones: Vec<String>,
}

/// The CRM as the admin application knows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CrmStatus {
    /// How it is.
    pub state: CrmReach,
    /// Since when.
    pub since: Time,
    /// Where its pages are.
    pub url: String,
    /// The code that may claim it; none when there is none.
    pub manager_code: Option<ManagerCodeLife>,
}

/// How the CRM is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CrmReach {
    /// Nobody has made a vault.
    Unclaimed,
    /// The vault is locked.
    Locked,
    /// The vault is open.
    Open,
    /// Its disk failed; nothing more is acknowledged.
    DiskFailed,
    /// Its process does not answer.
    Unreachable,
}

/// How long a manager's code lives.
#[derive(Serialize, ToSchema)]
pub struct ManagerCodeLife {
    /// When it ends.
    pub expires: Time,
}

/// Certificates of the box.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Certificates {
    /// SHA-256 of the authority's certificate, `AB:CD:…`.
    pub ca_fingerprint: String,
    /// When the authority ends.
    pub ca_not_after: Time,
    /// Certificates of pages.
    pub leaves: Vec<Leaf>,
}

/// A certificate of pages.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Leaf {
    /// Its name.
    pub name: String,
    /// When it ends.
    pub not_after: Time,
}
