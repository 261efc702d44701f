//! One's own account: language, time zone, password.

use axum::Router;
use axum::routing::{patch, post};
use identity::door::DoorRefused;

use crate::caller::{Caller, Sent};
use crate::problem::Problem;
use crate::realm::{Realm, Who};
use crate::refuse;
use crate::reply::{self, Reply};
use crate::shape::shared::{AccountChange, PasswordChange};
use crate::shared::{account, language_of};

pub(super) fn routes<S: Realm>() -> Router<S> {
    Router::new()
        .route("/api/v1/account", patch(change))
        .route("/api/v1/account/password", post(change_password))
}

async fn change(who: Who, Sent(change): Sent<AccountChange>) -> Reply {
    let (language, zone) = (change.language.map(language_of), change.time_zone.as_deref());
    let changed = who.identity.change_settings(&who.signed, language, zone).await?;
    reply::json(&account(&changed))
}

async fn change_password(who: Who, caller: Caller, Sent(change): Sent<PasswordChange>) -> Reply {
    let PasswordChange { current, new, code } = change;
    let (current, new) = (current.into(), new.into());
    let changed = who.identity.change_password(&who.signed, current, new, &code, &caller.peer);
    changed.await.map_err(|refused| match refused {
        identity::Refused::Door(DoorRefused::WrongCredentials) => {
            Problem::field("/current", "wrong")
        }
        identity::Refused::Password(refused) => {
            Problem::fields_refused(vec![refuse::password("/new", &refused)])
        }
        other => other.into(),
    })?;
    reply::nothing()
}
