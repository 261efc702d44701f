//! Routes that both applications have: signing in, sessions, the own account, the log.

mod account;
mod convert;
mod document;
mod log;
mod session;

use axum::Router;

use crate::realm::Realm;

pub(crate) use convert::{
    account, language_of, named, new_account, role, role_of, signed_in, told_totp, totp_setup,
};

/// All of them, with whole paths.
pub(crate) fn routes<S: Realm>() -> Router<S> {
    Router::new()
        .merge(session::routes())
        .merge(account::routes())
        .merge(log::routes())
        .merge(document::routes())
}
