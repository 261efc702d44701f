//! Erasing a contact for good, for managers: what it would take, and doing it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::routing::get;
use axum::{Extension, Router};
use crm::Why;
use identity::{Identity, Manager};
use seal::Version;

use super::Crm;
use super::contacts::{deletion, found};
use super::repeat::repeat;
use crate::caller::At;
use crate::json;
use crate::realm::As;
use crate::reply::{self, Builds, Reply, off};
use crate::shape::contact::{Erasure, ErasureAhead, ErasureReason, Mention, NewErasure};
use crate::shape::plain::{Id, Time};
use crate::shared::named;
use crate::version::if_match;

pub(super) fn routes() -> Router<Crm> {
    Router::new()
        .route("/api/v1/contacts/{id}/erasure", get(ahead).post(erase))
        .layer(Extension(Builds::default()))
}

async fn ahead(
    State(crm): State<Crm>,
    Extension(builds): Extension<Builds>,
    who: As<Manager>,
    At(id): At,
) -> Reply {
    let As { role, identity } = who;
    let open = crm.open()?;
    let _turn = builds.turn().await?;
    let asked = Arc::clone(&open);
    let ahead = off(async move { asked.contacts.erasable(&role, id).await }).await?;
    let ahead = found(ahead, id, &open, &identity).await?;
    let mentions = ahead.mentions.into_iter();
    reply::json(&ErasureAhead {
        name: ahead.name,
        company: ahead.company,
        version: ahead.version.0,
        deletion: ahead.deletion.map(|of| deletion(&of, &identity)),
        mentions: mentions.map(|(id, name)| Mention { id: Id(id.0), name }).collect(),
        mentioned: ahead.mentioned as u64,
    })
}

async fn erase(
    State(crm): State<Crm>,
    who: As<Manager>,
    At(id): At,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Reply {
    let version = Version(if_match(&headers)?);
    let repeat = repeat(&headers, uri.path(), &body)?;
    let NewErasure { reason, note } = json::read(&body)?;
    let why = Why { reason: reason_of(reason), note };
    let As { role, identity } = who;
    let open = crm.open()?;
    let asked = Arc::clone(&open);
    let erased =
        off(async move { asked.contacts.erase(&role, id, version, why, repeat).await }).await?;
    let erased = found(erased, id, &open, &identity).await?;
    reply::json(&erasure(&erased, &identity))
}

pub(super) fn erasure(of: &vault::Erased, identity: &Identity) -> Erasure {
    Erasure { erased_at: Time(of.at), erased_by: of.by.and_then(|id| named(id, identity)) }
}

fn reason_of(sent: ErasureReason) -> crm::ErasureReason {
    match sent {
        ErasureReason::Asked => crm::ErasureReason::Asked,
        ErasureReason::NotNeeded => crm::ErasureReason::NotNeeded,
        ErasureReason::Mistake => crm::ErasureReason::Mistake,
        ErasureReason::Other => crm::ErasureReason::Other,
    }
}
