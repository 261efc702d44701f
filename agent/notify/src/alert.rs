//! The catalogue of alerts: every kind with its key, severity, the app whose bell shows it, what makes two of
//! them the same, and its values. The words are in `locales/`; a test compares them with this.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use settings::Language;

use crate::define::catalogue;
use crate::texts;
use crate::value::{Value, plain, zone_name};
use crate::{
    Count, Day, Exported, Failure, HeadLine, LocalTime, Mac, Moment, Name, Part, Percent, Realm,
    Role, Zone,
};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// A person should look within a day.
    Warning,
    /// A person should look now.
    Critical,
}

/// Whose bell shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bell {
    /// The admin application's.
    Admin,
    /// The CRM's.
    Crm,
    /// Both.
    Both,
    /// No one's: it is for a target alone.
    Nobody,
}

impl Severity {
    /// The word of the catalogue and of messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl Bell {
    /// Whether the bell of this application shows it.
    pub fn is_of(self, realm: Realm) -> bool {
        match self {
            Self::Both => true,
            Self::Admin => realm == Realm::Admin,
            Self::Crm => realm == Realm::Crm,
            Self::Nobody => false,
        }
    }
}

catalogue! {
    // The box.
    /// New settings were not confirmed: the former ones are in force.
    SettingsReverted = "settings-reverted", Warning, Admin, [] {}
    /// An admin changed the settings.
    SettingsChanged = "settings-changed", Info, Admin, [by] {
        /// Who.
        by: Name,
    }
    /// Former settings were brought back at the console, by whoever stood there.
    SettingsRestoredAtConsole = "settings-restored-at-console", Warning, Admin, [] {}
    /// The last settings cannot be read: the ones before are in force.
    FormerSettingsUsed = "former-settings-used", Critical, Admin, [] {}
    /// No settings can be read: the factory's are in force.
    SettingsLost = "settings-lost", Critical, Admin, [] {}
    /// Rules could not be loaded: the former ones stand.
    RulesNotLoaded = "rules-not-loaded", Critical, Admin, [] {}
    /// Ports or addresses could not be set.
    PortsNotSet = "ports-not-set", Warning, Admin, [] {}
    /// A service does not run.
    ServiceDown = "service-down", Warning, Admin, [service] {
        /// Which.
        service: Name,
    }
    /// A part of the disk failed.
    DiskFailed = "disk-failed", Critical, Both, [part] {
        /// Which.
        part: Part,
    }
    /// A part of the disk was damaged, and is empty after its repair.
    DiskRepaired = "disk-repaired", Critical, Admin, [part] {
        /// Which.
        part: Part,
    }
    /// A part of the disk is nearly full.
    DiskNearlyFull = "disk-nearly-full", Warning, Both, [part] {
        /// Which.
        part: Part,
        /// How full.
        used: Percent,
    }
    /// The clock was not set since the box started.
    ClockNotSet = "clock-not-set", Warning, Admin, [] {}
    /// The box stopped without having been told to, and is back.
    RestartedUnexpectedly = "restarted-unexpectedly", Warning, Admin, [] {
        /// Since when it runs.
        at: Moment,
    }
    /// A certificate ends soon.
    CertificateEnds = "certificate-ends", Warning, Admin, [name] {
        /// For which name it is.
        name: Name,
        /// When it ends.
        ends: Day,
    }

    // The network.
    /// The internet is gone. Shown by the bell only: it is told when it is back.
    InternetGone = "internet-gone", Warning, Admin, [] {}
    /// The internet is back.
    InternetBack = "internet-back", Warning, Admin, [] {
        /// Since when it was gone.
        gone: Moment,
        /// For how many minutes.
        minutes: u32,
    }
    /// A device that was never seen before.
    NewDevice = "new-device", Info, Admin, [mac] {
        /// Its address.
        mac: Mac,
        /// What it calls itself.
        device: Name,
        /// Where.
        zone: Zone,
    }
    /// A device in quarantine tried to reach something.
    QuarantinedTried = "quarantined-tried", Warning, Admin, [mac] {
        /// Its address.
        mac: Mac,
        /// What it calls itself.
        device: Name,
        /// Where.
        zone: Zone,
        /// How often.
        count: Count,
    }
    /// A device gives out addresses as only the box does.
    RogueDhcp = "rogue-dhcp", Warning, Admin, [device] {
        /// Which, as far as it is known.
        device: Option<Name>,
        /// Where.
        zone: Option<Zone>,
        /// At which port of the box.
        port: Option<Name>,
        /// In so many frames.
        count: Count,
    }
    /// A device says that it is the router.
    RogueRouter = "rogue-router", Warning, Admin, [device] {
        /// Which, as far as it is known.
        device: Option<Name>,
        /// Where.
        zone: Option<Zone>,
        /// At which port of the box.
        port: Option<Name>,
        /// In so many frames.
        count: Count,
    }
    /// What the box tried against its own network arrived, though it must not.
    ProtectionOpen = "protection-open", Critical, Admin, [from to what] {
        /// From where.
        from: Zone,
        /// To where.
        to: Zone,
        /// What it was.
        what: Name,
    }
    /// No server that is asked for names over TLS answers.
    NamesUnanswered = "names-unanswered", Warning, Admin, [] {}
    /// A block list could not be fetched for days.
    ListNotFetched = "list-not-fetched", Warning, Admin, [list] {
        /// What it is called.
        list: Name,
        /// For how many days.
        days: u32,
    }
    /// A program of the box asks for a destination.
    EgressRequested = "egress-requested", Info, Admin, [to port] {
        /// Where to.
        to: Name,
        /// To which port.
        port: u32,
    }

    // Accounts.
    /// Sign-ins were refused.
    SignInsFailed = "sign-ins-failed", Warning, Both, [realm address] {
        /// Where.
        realm: Realm,
        /// From which address.
        address: IpAddr,
        /// How many.
        count: Count,
    }
    /// An account is locked for a time after wrong sign-ins.
    AccountLocked = "account-locked", Warning, Both, [realm account] {
        /// Where.
        realm: Realm,
        /// Which.
        account: Name,
    }
    /// An admin signed in with a browser that was not used before.
    AdminNewBrowser = "admin-new-browser", Warning, Admin, [account] {
        /// Which.
        account: Name,
        /// From which address.
        address: IpAddr,
    }
    /// There is another account.
    AccountAdded = "account-added", Warning, Both, [realm account] {
        /// Where.
        realm: Realm,
        /// Which.
        account: Name,
        /// What it may do.
        role: Role,
        /// Who made it.
        by: Name,
    }
    /// An account may do something else now.
    RoleChanged = "role-changed", Warning, Both, [realm account] {
        /// Where.
        realm: Realm,
        /// Which.
        account: Name,
        /// What it may do now.
        role: Role,
        /// Who changed it.
        by: Name,
    }
    /// An account can sign in no more.
    AccountEnded = "account-ended", Info, Both, [realm account] {
        /// Where.
        realm: Realm,
        /// Which.
        account: Name,
        /// Who ended it.
        by: Name,
    }
    /// Nobody can sign in as an admin.
    AdminsLost = "admins-lost", Critical, Admin, [] {}

    // The CRM.
    /// Someone made the CRM's vault.
    CrmClaimed = "crm-claimed", Warning, Admin, [] {}
    /// The CRM is locked after a start.
    CrmLocked = "crm-locked", Warning, Both, [] {}
    /// The CRM does not run.
    CrmFailed = "crm-failed", Critical, Admin, [] {}
    /// Wrong passphrases or recovery keys.
    CrmUnlockFailed = "crm-unlock-failed", Warning, Both, [] {
        /// How many.
        count: Count,
    }
    /// Wrong codes of who would be the CRM's first manager.
    CrmClaimRefused = "crm-claim-refused", Warning, Admin, [] {
        /// How many.
        count: Count,
    }
    /// The CRM was opened with its recovery key.
    RecoveryKeyUsed = "recovery-key-used", Critical, Both, [] {}

    // What is kept.
    /// A file left the box.
    ExportMade = "export-made", Warning, Both, [realm account what] {
        /// Where.
        realm: Realm,
        /// Who took it.
        account: Name,
        /// What it is.
        what: Exported,
    }
    /// The log's chain is damaged.
    AuditDamaged = "audit-damaged", Critical, Both, [realm] {
        /// Whose.
        realm: Realm,
    }
    /// There was no good copy for days.
    CopyLate = "copy-late", Warning, Both, [realm place] {
        /// Of what.
        realm: Realm,
        /// Where it should be.
        place: Name,
        /// For how many days.
        days: u32,
    }
    /// A copy that was restored to try it is not what it should be.
    CopyBad = "copy-bad", Critical, Both, [realm place] {
        /// Of what.
        realm: Realm,
        /// Where it is.
        place: Name,
    }
    /// Where the log's chain stands: a signed head, kept away from the box.
    AuditHead = "audit-head", Info, Nobody, [realm] {
        /// Whose.
        realm: Realm,
        /// The line that `gatehouse-verify` takes.
        head: HeadLine,
    }

    // Alerts themselves.
    /// Parts of what the bell remembered cannot be read.
    AlertsDamaged = "alerts-damaged", Warning, Both, [] {}
    /// A target could not be reached for a while.
    TargetUnreachable = "target-unreachable", Warning, Both, [target] {
        /// What it is called.
        target: Name,
        /// Since when.
        since: Moment,
        /// Why.
        why: Failure,
    }
    /// Alerts were dropped, because too many waited.
    AlertsLost = "alerts-lost", Warning, Both, [] {
        /// How many.
        count: Count,
    }
    /// Somebody pressed the test button.
    Test = "test", Info, Nobody, [] {
        /// Who.
        by: Name,
    }
}

impl Kind {
    /// What all of the kind are called.
    pub fn name(self, language: Language) -> &'static str {
        texts::name(language, self)
    }

    /// What an alert of the kind with this subject is about, for a person.
    pub fn about(
        self,
        subject: &str,
        language: Language,
        label: impl Fn(&str) -> Option<String>,
    ) -> String {
        let names = self.subjects();
        let parts = names.iter().zip(subject.splitn(names.len().max(1), ' '));
        let told = parts.map(|(name, part)| {
            if matches!(*name, "from" | "to" | "zone") {
                let own = || zone_name(part, language).unwrap_or(part).to_owned();
                return label(part).unwrap_or_else(own);
            }
            texts::word(language, &format!("{name}.{part}")).unwrap_or(part).to_owned()
        });
        told.collect::<Vec<_>>().join(" · ")
    }

    /// Whether it goes to targets. That the internet is gone cannot.
    pub fn is_sent(self) -> bool {
        self != Self::InternetGone
    }
}

impl Alert {
    /// Whether both are told as one.
    pub fn is_like(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.subject() == other.subject()
    }

    /// Takes a later one of the kind in: its values, and the counts of both.
    pub(crate) fn absorb(&mut self, later: &Self) {
        let before: Vec<u64> = self.counts().into_iter().map(|count| count.0).collect();
        *self = later.clone();
        for (count, before) in self.counts().into_iter().zip(before) {
            count.0 = count.0.saturating_add(before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kebab_and_tell_kinds_apart() {
        let fits = |key: &str| {
            (4..=32).contains(&key.len())
                && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        for kind in Kind::ALL {
            assert!(fits(kind.key()), "{kind:?}");
            assert_eq!(serde_json::from_value::<Kind>(kind.key().into()).unwrap(), *kind);
        }
    }

    #[test]
    fn every_kind_comes_back_from_what_is_stored() {
        for kind in Kind::ALL {
            let alert = Alert::sample(*kind);
            let stored = serde_json::to_string(&alert).unwrap();
            assert_eq!(serde_json::from_str::<Alert>(&stored).unwrap(), alert, "{stored}");
            assert_eq!(alert.data().len(), kind.values().len());
        }
    }

    #[test]
    fn what_it_is_about_is_told_to_a_person() {
        let about = |kind: Kind, subject: &str| kind.about(subject, Language::English, |_| None);
        let at = Alert::sample(Kind::SignInsFailed).subject();
        assert_eq!(about(Kind::SignInsFailed, &at), "admin application · 192.168.10.23");
        assert_eq!(about(Kind::DiskFailed, "data"), "logs, accounts and the CRM");
        assert_eq!(
            about(Kind::ProtectionOpen, "wan crm TCP 443, IPv4"),
            "the internet · CRM · TCP 443, IPv4"
        );
        assert_eq!(about(Kind::AccountLocked, "admin Zhou Wei"), "admin application · Zhou Wei");
        assert_eq!(about(Kind::SettingsLost, ""), "");
    }

    #[test]
    fn counts_add_up_and_the_rest_is_the_latest() {
        let tried = |device: &str, count| Alert::QuarantinedTried {
            mac: Mac::sample(),
            device: device.into(),
            zone: Zone::sample(),
            count: Count(count),
        };
        let mut one = tried("a", 2);
        assert!(one.is_like(&tried("b", 1)));
        one.absorb(&tried("b", 5));
        assert_eq!(one, tried("b", 7));
        assert!(!one.is_like(&Alert::sample(Kind::NewDevice)));
    }
}
