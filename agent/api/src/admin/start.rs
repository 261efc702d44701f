//! What an admin page needs first.

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use super::state::Admin;
use crate::reply::{self, Reply};
use crate::shape::admin::{AdminRealm, AdminStart, AdminState};
use crate::shape::plain::Time;

pub(super) fn routes() -> Router<Admin> {
    Router::new().route("/api/v1/start", get(start))
}

/// The set-up is open while neither this store nor hostd knows an admin. A store that lost its accounts
/// on a box that was set up must not make an admin of whoever comes first: the console shows a new code.
async fn start(State(admin): State<Admin>) -> Reply {
    let is_set_up = admin.parts().identity.has_accounts() || admin.status().await?.set_up;
    reply::json(&AdminStart {
        realm: AdminRealm::Admin,
        state: if is_set_up { AdminState::Ready } else { AdminState::Setup },
        language: admin.parts().language.get(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        time: Time(admin.now()),
    })
}
