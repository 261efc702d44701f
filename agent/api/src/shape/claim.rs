//! The CRM before anyone can sign in: start, claim, unlock, enrolment.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plain::Time;
use super::shared::{Language, TotpSetup};

/// What a page of the CRM needs before anyone has signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CrmStart {
    /// Always `crm`.
    pub realm: CrmRealm,
    /// How the vault is.
    pub state: CrmState,
    /// Whose CRM it is: while it is locked for everybody, while it is open for whoever is signed in.
    pub organisation: Option<String>,
    /// Names of people who may unlock and agreed to be shown, while it is locked.
    pub unlockers: Vec<String>,
    /// Why the vault is locked, when it is.
    pub locked_because: Option<LockedBecause>,
    /// Seconds until a passphrase of whoever asks is judged again, while it is locked; 0 when at once.
    pub unlock_wait: u32,
    /// Whether somebody proved to have the recovery key.
    pub recovery_confirmed: bool,
    /// Accounts that are damaged on the disk, while it is open: nobody signs in to them.
    pub damaged_accounts: u32,
    /// Language of the box.
    pub language: Language,
    /// Version of the application.
    pub version: String,
    /// The box's clock.
    pub time: Time,
}

/// The CRM.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CrmRealm {
    /// It.
    Crm,
}

/// How the vault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CrmState {
    /// There is none.
    Unclaimed,
    /// Somebody is making it.
    Claiming,
    /// It is locked.
    Locked,
    /// It is open.
    Open,
    /// Its disk failed; nothing more is acknowledged.
    DiskFailed,
}

/// Why the vault is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LockedBecause {
    /// The box or the application started.
    Started,
    /// Somebody locked it.
    ByHand,
}

/// How far the claim has come, for whoever gave its code.
#[derive(Serialize, ToSchema)]
pub struct ClaimSoFar {
    /// What it has not come to yet.
    pub next: ClaimStep,
    /// Whose CRM it is to be; none before the vault is made.
    pub organisation: Option<String>,
    /// What the authenticator app needs, while its code is what comes next.
    pub totp: Option<TotpSetup>,
}

/// What comes next in a claim.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimStep {
    /// Organisation and passphrase.
    Vault,
    /// Nothing: a copy is being restored.
    Restore,
    /// The recovery key, typed back; or the vault again, which gives another key.
    Recovery,
    /// Name and password of the first manager.
    Account,
    /// The code of the authenticator app.
    Totp,
}

/// A passphrase to take or leave.
#[derive(Serialize, ToSchema)]
pub struct Proposal {
    /// Six words.
    pub passphrase: String,
}

/// A vault to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVault {
    /// Whose CRM it is.
    pub organisation: String,
    /// What opens it from now on.
    pub passphrase: String,
}

/// The vault's recovery key, shown once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryKey {
    /// To be written down.
    pub recovery_key: String,
    /// Whether a key was made before it: that one, which may be on paper, opens nothing any more.
    pub replaces: bool,
}

/// A recovery key as a person typed it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TypedRecoveryKey {
    /// As typed.
    pub recovery_key: String,
}

/// The first manager.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FirstManager {
    /// How the person is called and signs in.
    pub name: String,
    /// At least 12 characters that are not easy to guess.
    pub password: String,
    /// Language of pages.
    pub language: Language,
    /// IANA name.
    pub time_zone: String,
    /// Whether the name is shown on the locked page.
    pub show_as_unlocker: bool,
}

/// What opens the vault: one of both.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unlock {
    /// The passphrase.
    pub passphrase: Option<String>,
    /// The recovery key.
    pub recovery_key: Option<String>,
}

/// An invitation as the invited person sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Invited {
    /// Whose CRM it is.
    pub organisation: String,
    /// How the invitation calls the person.
    pub invited_name: String,
}
