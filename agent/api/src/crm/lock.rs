//! "Lock now": the vault is closed and the process ends, and with it every session and key in memory.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use identity::Manager;

use super::{Crm, start};
use crate::contract::App;
use crate::cookie::Cookie;
use crate::problem::Problem;
use crate::realm::As;
use crate::reply::{self, Reply};

pub(super) fn routes() -> Router<Crm> {
    Router::new().route("/api/v1/lock", post(lock))
}

async fn lock(State(crm): State<Crm>, who: As<Manager>) -> Reply {
    // To its end also when whoever asked has gone away.
    let locked = reply::off(async move {
        who.identity.confirm(&who.role).await?;
        crm.lock(who.role.actor()).await;
        // Now, while there is still somebody to say it: who may open it again.
        Ok::<_, Problem>(start::told(&crm, false))
    });
    reply::without_cookie(reply::json(&locked.await??), App::Crm, Cookie::Session)
}
