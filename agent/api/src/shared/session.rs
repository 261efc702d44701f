//! Signing in and out, and the sessions of an account.

use axum::Router;
use axum::extract::State;
use axum::routing::{delete, get, post};

use crate::caller::{At, Caller, Entrant, Sent, StepSecret};
use crate::cookie::Cookie;
use crate::realm::{Realm, Who};
use crate::reply::{self, Reply};
use crate::shape::plain::{Id, Time};
use crate::shape::shared::{
    Credentials, NextStep, Session, SessionEntry, Sessions, Step, TypedCode,
};
use crate::shared::{account, signed_in};

pub(super) fn routes<S: Realm>() -> Router<S> {
    Router::new()
        .route("/api/v1/session", post(sign_in::<S>).get(session).delete(sign_out::<S>))
        .route("/api/v1/session/totp", post(code::<S>))
        .route("/api/v1/sessions", get(sessions))
        .route("/api/v1/sessions/{id}", delete(end))
}

async fn sign_in<S: Realm>(
    State(state): State<S>,
    caller: Caller,
    Sent(typed): Sent<Credentials>,
) -> Reply {
    let identity = state.identity()?;
    let step = identity.sign_in(&typed.name, typed.password.into(), &caller.peer).await?;
    let next = reply::json(&NextStep { next: Step::Totp });
    reply::with_cookie(next, S::APP, Cookie::Step, step.expose())
}

async fn code<S: Realm>(
    State(state): State<S>,
    Entrant { caller, device }: Entrant,
    StepSecret(step): StepSecret,
    Sent(typed): Sent<TypedCode>,
) -> Reply {
    let identity = state.identity()?;
    let (token, signed) = identity.sign_in_code(&step, &typed.code, &caller.peer).await?;
    signed_in(S::APP, &token, &signed, &device)
}

async fn session(who: Who) -> Reply {
    reply::json(&Session {
        account: account(who.signed.account()),
        idle_expires: Time(who.signed.idle_expires()),
        absolute_expires: Time(who.signed.absolute_expires()),
    })
}

async fn sign_out<S: Realm>(who: Who) -> Reply {
    who.identity.revoke(&who.signed, who.signed.session()).await?;
    reply::without_cookie(reply::nothing(), S::APP, Cookie::Session)
}

async fn sessions(who: Who) -> Reply {
    let mut all = who.identity.sessions(&who.signed);
    all.sort_by_key(|session| std::cmp::Reverse(session.created));
    let entry = |session: identity::Session| SessionEntry {
        id: Id(session.id.0),
        device: session.peer.device,
        address: session.peer.address.to_string(),
        created: Time(session.created),
        last_seen: Time(session.last_seen),
        current: session.id == who.signed.session(),
    };
    reply::json(&Sessions { items: all.into_iter().map(entry).collect() })
}

async fn end(who: Who, At(id): At) -> Reply {
    who.identity.revoke(&who.signed, id).await?;
    reply::nothing()
}
