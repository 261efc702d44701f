//! Accounts, roles and languages as identity has them and as they go over the wire.

use identity::{Identity, Secret, Signed};
use seal::RecordId;

use crate::contract::App;
use crate::cookie::Cookie;
use crate::reply::{self, Reply};
use crate::shape::plain::Id;
use crate::shape::shared::{Account, Language, Named, NewAccount, Role, SignedIn, TotpSetup};

/// An account to be made, as a page sent it.
pub(crate) fn new_account(of: NewAccount) -> identity::NewAccount {
    identity::NewAccount {
        name: of.name,
        password: of.password.into(),
        language: language_of(of.language),
        time_zone: of.time_zone,
    }
}

/// What an authenticator app needs, for an answer that shows it: none does once a code proved it.
pub(crate) fn totp_setup(of: &identity::TotpSetup) -> Reply {
    reply::json(&told_totp(of))
}

/// The same within another answer.
pub(crate) fn told_totp(of: &identity::TotpSetup) -> TotpSetup {
    TotpSetup { totp_secret: of.secret.clone(), otpauth_uri: of.uri.clone() }
}

/// Somebody is signed in: the session begins, the step before it is over, the browser is known.
pub(crate) fn signed_in(app: App, token: &Secret, who: &Signed, device: &Secret) -> Reply {
    let signed_in = reply::json(&SignedIn { account: account(who.account()) });
    let signed_in = reply::with_cookie(signed_in, app, Cookie::Device, device.expose());
    let signed_in = reply::with_cookie(signed_in, app, Cookie::Session, token.expose());
    reply::without_cookie(signed_in, app, Cookie::Step)
}

/// An account as others see it; none for one that is not known.
pub(crate) fn named(id: RecordId, identity: &Identity) -> Option<Named> {
    identity.name_of(id).map(|name| Named { id: Id(id.0), name })
}

/// An account as its owner sees it.
pub(crate) fn account(of: &identity::Account) -> Account {
    Account {
        id: Id(of.id.0),
        name: of.name.clone(),
        language: spoken(of.language),
        time_zone: of.time_zone.clone(),
        role: role(of.role),
    }
}

pub(crate) fn role(role: identity::Role) -> Role {
    match role {
        identity::Role::Admin => Role::Admin,
        identity::Role::Manager => Role::Manager,
        identity::Role::Staff => Role::Staff,
    }
}

pub(crate) fn role_of(role: Role) -> identity::Role {
    match role {
        Role::Admin => identity::Role::Admin,
        Role::Manager => identity::Role::Manager,
        Role::Staff => identity::Role::Staff,
    }
}

pub(crate) fn spoken(language: identity::Language) -> Language {
    match language {
        identity::Language::En => Language::En,
        identity::Language::ZhCn => Language::ZhCn,
    }
}

pub(crate) fn language_of(language: Language) -> identity::Language {
    match language {
        Language::En => identity::Language::En,
        Language::ZhCn => identity::Language::ZhCn,
    }
}
