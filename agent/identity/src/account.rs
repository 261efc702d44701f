//! Who somebody is, without any secret of theirs.

use seal::{RecordId, Version};

/// The two realms; nobody is known in the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Realm {
    /// The firewall's administrators.
    Admin,
    /// The people of the CRM.
    Crm,
}

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything in the admin realm.
    Admin,
    /// Contacts, people and log of the CRM.
    Manager,
    /// Contacts of the CRM.
    Staff,
}

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    En,
    /// 简体中文.
    ZhCn,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id; in the CRM the id of the person, too.
    pub id: RecordId,
    /// Version of its record.
    pub version: Version,
    /// Name, to sign in with and to be shown.
    pub name: String,
    /// Language of its pages.
    pub language: Language,
    /// IANA name of its time zone.
    pub time_zone: String,
    /// What it may do.
    pub role: Role,
    /// It may not sign in.
    pub disabled: bool,
}

impl Realm {
    /// Is this a role of the realm?
    #[must_use]
    pub fn has(self, role: Role) -> bool {
        (self == Self::Admin) == (role == Role::Admin)
    }

    /// The role that the realm can never be without.
    #[must_use]
    pub fn keeper(self) -> Role {
        match self {
            Self::Admin => Role::Admin,
            Self::Crm => Role::Manager,
        }
    }
}

impl Role {
    /// As in the API.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Staff => "staff",
        }
    }
}

impl Language {
    /// BCP 47 tag.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        }
    }

    /// The language of a tag.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::En, Self::ZhCn].into_iter().find(|language| language.code() == code)
    }
}
