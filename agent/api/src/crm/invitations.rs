//! Invitations: made, listed, withdrawn, by managers.

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::{delete, get};
use identity::Manager;

use super::Crm;
use super::repeat::repeat;
use crate::caller::At;
use crate::contract::App;
use crate::json;
use crate::realm::As;
use crate::reply::{self, Reply, off};
use crate::shape::person::{FreshInvitation, Invitation, Invitations, NewInvitation};
use crate::shape::plain::{Id, Time};
use crate::shared::{role, role_of};

const INVITATIONS: &str = "/api/v1/invitations";

pub(super) fn routes() -> Router<Crm> {
    Router::new()
        .route(INVITATIONS, get(list).post(invite))
        .route("/api/v1/invitations/{id}", delete(withdraw))
}

async fn list(who: As<Manager>) -> Reply {
    let good = off(async move { who.identity.invitations(&who.role) }).await??;
    let items = good.into_iter().rev().map(|one| Invitation {
        id: Id(one.id.0),
        name: one.name,
        role: role(one.role),
        created: Time(one.created),
        expires: Time(one.expires),
    });
    reply::json(&Invitations { items: items.collect() })
}

async fn invite(who: As<Manager>, headers: HeaderMap, body: Bytes) -> Reply {
    let repeat = repeat(&headers, INVITATIONS, &body)?;
    let new: NewInvitation = json::read(&body)?;
    let invited = who.identity.invite(&who.role, &new.name, role_of(new.role), repeat).await;
    let (made, secret) = invited?;
    let code = secret.expose().to_owned();
    let link = format!("https://{}/enrol#{code}", App::Crm.host());
    reply::json(&FreshInvitation { id: Id(made.id.0), code, link, expires: Time(made.expires) })
}

async fn withdraw(who: As<Manager>, At(id): At) -> Reply {
    who.identity.withdraw(&who.role, id).await?;
    reply::nothing()
}
