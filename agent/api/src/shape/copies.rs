//! Targets of copies: where the box keeps what is lost with it otherwise.

use events::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plain::{Id, Time};

/// The targets, by their names.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopyTargets {
    /// The targets.
    pub items: Vec<CopyTarget>,
    /// How many there may be.
    pub most: usize,
}

/// A target. Passwords and keys are told on its sheet alone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopyTarget {
    /// Its id.
    pub id: Id,
    /// Its version, the value of `If-Match`.
    pub version: u64,
    /// What it is called.
    pub name: String,
    /// Where it is: `https://…` of a restic REST server, or of an S3-compatible object store; `sftp://…` of an SFTP
    /// server.
    pub address: String,
    /// Who signs in there: a user, or an access key's id.
    pub user: String,
    /// The bucket, of an object store.
    #[schema(required = true)]
    pub bucket: Option<CopyBucket>,
    /// The folder and whom to expect, of an SFTP server.
    #[schema(required = true)]
    pub sftp: Option<CopySftp>,
    /// The line for `authorized_keys` of an SFTP server, where a key of the box's signs in.
    #[schema(required = true)]
    pub public_key: Option<String>,
    /// For how many days nobody can take away what was written to the bucket, if for any.
    #[schema(required = true)]
    pub lock_days: Option<u16>,
    /// How fast copies may go out; as fast as they can when there is none.
    #[schema(required = true)]
    pub limit: Option<CopyLimit>,
    /// Certificates of the authority that its own comes from, PEM; those that the box knows when there is none.
    #[schema(required = true)]
    pub authority: Option<String>,
    /// When somebody proved that the sheet in force is printed; none when it has to be.
    #[schema(required = true)]
    pub sheet: Option<Time>,
    /// What is under way.
    #[schema(required = true)]
    pub doing: Option<CopyDoing>,
    /// The last moment of which everything is there.
    #[schema(required = true)]
    pub good: Option<Time>,
    /// Whether that is too long ago.
    pub late: bool,
    /// The last copy that something was sent for.
    #[schema(required = true)]
    pub copied: Option<CopyMade>,
    /// When something is done next, unless something is under way.
    #[schema(required = true)]
    pub next: Option<Time>,
    /// Why nothing is copied.
    #[schema(required = true)]
    pub failing: Option<CopyFailing>,
    /// What whoever has the password can do there; none when nobody tried yet.
    #[schema(required = true)]
    pub protection: Option<CopyProtection>,
    /// When that was tried.
    #[schema(required = true)]
    pub tried: Option<Time>,
    /// Whether keys of people who were erased stay there longer than they should.
    pub old_keys_kept: bool,
    /// Why old copies are not taken away.
    #[schema(required = true)]
    pub not_cleared: Option<CopyWhy>,
    /// The last time that a copy was restored and compared.
    #[schema(required = true)]
    pub drill: Option<CopyDrill>,
    /// Why the last drill could not begin.
    #[schema(required = true)]
    pub drill_failed: Option<CopyFailing>,
}

/// What is under way at a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CopyDoing {
    /// A copy is made.
    Copying,
    /// Old copies are taken away.
    Clearing,
    /// A copy is restored and compared.
    Drilling,
}

/// A copy that was made.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopyMade {
    /// When it was begun.
    pub at: Time,
    /// Bytes that were sent.
    pub sent: u64,
    /// How long it took, ms.
    pub took: u64,
}

/// That something is not done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopyFailing {
    /// Why.
    pub why: CopyWhy,
    /// Since when.
    pub since: Time,
    /// When it was tried last.
    pub last: Time,
}

/// Why something is not done at a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CopyWhy {
    /// Nobody answers there, or the way there is shut.
    Unreachable,
    /// It takes too long.
    TooSlow,
    /// It broke the connection off.
    BrokenOff,
    /// Its encryption is too weak.
    NoEncryption,
    /// Its certificate has expired.
    CertificateExpired,
    /// Its certificate is not valid yet.
    CertificateNotYet,
    /// Its certificate is for another name.
    CertificateName,
    /// Its certificate comes from an authority that is not known.
    CertificateAuthority,
    /// Its certificate is not accepted otherwise.
    CertificateBad,
    /// It does not speak as a restic REST server, an object store or an SFTP server does.
    NotUnderstood,
    /// User or password is wrong, or the key.
    WrongLogin,
    /// There is no such bucket or folder, or not in that region.
    WrongPlace,
    /// It shows another host key than the one that is known.
    HostKey,
    /// The clocks of box and target differ too much.
    WrongClock,
    /// What is there is to be locked, and the bucket locks nothing.
    NoObjectLock,
    /// It does not let the box.
    Refused,
    /// It has no room.
    Full,
    /// What is there opens with another key.
    OtherKey,
    /// Copies that were there are gone.
    Gone,
    /// There are no copies.
    Nothing,
    /// What is there is damaged.
    Damaged,
    /// A newer program wrote what is there.
    Newer,
    /// An older program wrote what is there.
    Older,
    /// Another program works there, alone.
    Busy,
    /// The box's own store could not be read.
    Store,
    /// The box has no room to restore into.
    NoRoom,
}

/// What whoever has the password of a target can do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CopyProtection {
    /// Add only: what is there stays.
    AppendOnly,
    /// Hide: all versions stay until their lock ends, for whoever owns the bucket.
    Locked,
    /// Take away all of it.
    Deletes,
}

/// What came of a drill.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopyDrill {
    /// When it began.
    pub at: Time,
    /// How long it took, ms.
    pub took: u64,
    /// The time of the copy that was restored.
    pub copy: Time,
    /// Whether everything would have come back.
    pub good: bool,
    /// Contacts that opened in it.
    pub contacts: u64,
    /// Accounts that did.
    pub accounts: u64,
    /// Contacts of erased people, which stay dark.
    pub dark: u64,
    /// The first faults, for whoever looks closer.
    pub faults: Vec<String>,
}

/// A target as a manager wants it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CopyTargetGiven {
    /// What it is called, 1 to 100 characters.
    pub name: String,
    /// Where it is: `https://host[:port]/folder` of a restic REST server, `https://host[:port]` of an object store, or
    /// `sftp://host[:port]` of an SFTP server.
    pub address: String,
    /// Who signs in there: a user, or an access key's id.
    pub user: String,
    /// The password, or the access key's secret. Left out in a change, the former one stays. Left out where a key of the
    /// box's signs in, the box makes one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub password: Option<Secret>,
    /// The bucket, of an object store; left out for others.
    #[serde(default)]
    pub bucket: Option<CopyBucket>,
    /// The folder and whom to expect, of an SFTP server; left out for others.
    #[serde(default)]
    pub sftp: Option<CopySftp>,
    /// For how many days nobody, also whoever has the key, can take away what was written to the bucket, 1 to 3650.
    /// The bucket must have been made with object lock. Left out, nothing is locked.
    #[serde(default)]
    pub lock_days: Option<u16>,
    /// Certificates of the authority, PEM; those that the box knows when left out.
    #[serde(default)]
    pub authority: Option<String>,
    /// How fast copies may go out; as fast as they can when left out.
    #[serde(default)]
    pub limit: Option<CopyLimit>,
}

/// How fast copies may go out.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyLimit {
    /// Kilobits a second, 128 to 10,000,000.
    pub kbits: u32,
    /// In which hours of the day; always when left out.
    #[serde(default)]
    pub hours: Option<CopyHours>,
}

/// Hours of each day, in the time zone of whoever chose them; they may go on past midnight.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyHours {
    /// When they begin, `08:00`.
    pub from: String,
    /// When they end, `18:00`.
    pub to: String,
}

/// A bucket of an S3-compatible object store.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CopyBucket {
    /// The service's region, such as `eu-central-1` or `cn-hangzhou`.
    pub region: String,
    /// Its name.
    pub name: String,
    /// Folders in it, with `/` between them; may be empty.
    pub folder: String,
    /// Where its name stands in requests.
    pub style: BucketStyle,
}

/// A folder on an SFTP server, whom to expect there, and how to sign in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CopySftp {
    /// The folder, `/` between its steps; without one before it, below the directory that the user begins in.
    pub folder: String,
    /// The server's host key, as a line of its file or as fingerprint `SHA256:…`.
    pub host_key: String,
    /// How the user signs in.
    pub sign_in: CopySignIn,
}

/// How a user signs in over SSH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CopySignIn {
    /// With a password.
    Password,
    /// With a key pair that the box makes for this target.
    Key,
}

/// Where a bucket's name stands in requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BucketStyle {
    /// `https://host/bucket/…`: servers of one's own.
    Path,
    /// `https://bucket.host/…`: AWS, Aliyun OSS, Tencent COS.
    VirtualHost,
}

/// What is printed of a target: all that a blank box needs, but for what opens the vault.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopySheet {
    /// All of it as one text, for a QR code.
    pub text: String,
    /// What the target is called.
    pub name: String,
    /// The organisation.
    #[schema(required = true)]
    pub organisation: Option<String>,
    /// Where the copies lie.
    pub address: String,
    /// Who signs in there.
    pub user: String,
    /// With which password.
    pub password: String,
    /// The bucket, of an object store.
    #[schema(required = true)]
    pub bucket: Option<CopyBucket>,
    /// The folder and whom to expect, of an SFTP server.
    #[schema(required = true)]
    pub sftp: Option<CopySftp>,
    /// The key of the copies, seven groups of five.
    pub key: String,
    /// What opens the store that is copied on another machine, where no person's secret does; likewise.
    #[schema(required = true)]
    pub opens: Option<String>,
    /// Whether the text holds a certificate that has to come along.
    pub has_authority: bool,
    /// What stands last: it is typed back from paper.
    pub last_word: String,
    /// When it was made.
    pub at: Time,
}

/// A recovery sheet as somebody typed it: its text, or each part of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TypedSheet {
    /// The whole sheet, as the QR code has it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub text: Option<Secret>,
    /// Where the copies lie.
    #[serde(default)]
    pub address: String,
    /// Who signs in there.
    #[serde(default)]
    pub user: String,
    /// With which password.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub password: Option<Secret>,
    /// The bucket, of an object store.
    #[serde(default)]
    pub bucket: Option<CopyBucket>,
    /// The folder and whom to expect, of an SFTP server.
    #[serde(default)]
    pub sftp: Option<CopySftp>,
    /// The key of the copies.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub key: Option<Secret>,
    /// What opens the store of a box's own copies; left out for those of the CRM.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub opens: Option<Secret>,
    /// Certificates of the authority, PEM; those that the box knows when left out.
    #[serde(default)]
    pub authority: Option<String>,
}

/// The copies that a sheet leads to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopiesFound {
    /// Why none can be seen.
    #[schema(required = true)]
    pub why: Option<CopyWhy>,
    /// The newest copies, newest first.
    pub items: Vec<CopyFound>,
    /// How many there are.
    pub count: usize,
    /// How many more do not open.
    pub damaged: usize,
    /// The target was changed since the sheet was printed, and another one is in force.
    pub void_sheet: bool,
}

/// A copy at a target.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopyFound {
    /// Its name, 64 hexadecimal digits.
    pub id: String,
    /// When it was made, by the clock of the box that made it.
    pub at: Time,
}

/// What is to be restored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewRestore {
    /// The sheet.
    pub sheet: TypedSheet,
    /// The copy; the newest when left out.
    #[serde(default)]
    pub copy: Option<String>,
}

/// How a restore goes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RestoreSoFar {
    /// Where it is.
    pub state: RestoreState,
    /// Why it failed.
    #[schema(required = true)]
    pub why: Option<CopyWhy>,
    /// Since when it runs, or when it ended.
    #[schema(required = true)]
    pub at: Option<Time>,
}

/// Where a restore is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RestoreState {
    /// None was begun.
    None,
    /// It goes on.
    Running,
    /// It failed; nothing was changed.
    Failed,
    /// A box's own copy is there; the box starts anew with it.
    Done,
}

/// The end of the printed sheet.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TypedSheetEnd {
    /// Its last word.
    pub last_word: String,
}
