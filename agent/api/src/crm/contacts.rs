//! Contacts: list, make, open, change, delete, bring back, history.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::routing::{get, post};
use axum::{Extension, Router};
use crm::{ContactFields, ContactPatch, ContactRow, Reason, Refused, field_name};
use identity::{Editor, Identity, Reader};
use seal::{RecordId, Version};

use super::erasure::erasure;
use super::repeat::repeat;
use super::{Crm, Open, query};
use crate::caller::{At, Sent};
use crate::json;
use crate::parameters::Parameters;
use crate::problem::{Code, Field, Problem};
use crate::realm::As;
use crate::reply::{self, Builds, Reply, off};
use crate::shape::contact::{
    Contact, ContactChange, Contacts, Deleted, DeletedContact, DeletedContacts, Deletion, History,
    ListedContact, NewContact, PastKind, PastVersion,
};
use crate::shape::plain::{Id, Time};
use crate::shape::shared::Named;
use crate::shared::named;
use crate::version::if_match;

const CONTACTS: &str = "/api/v1/contacts";

pub(super) fn routes() -> Router<Crm> {
    Router::new()
        .route(CONTACTS, get(list).post(create))
        .route("/api/v1/contacts/deleted", get(deleted))
        .route("/api/v1/contacts/{id}", get(open).patch(change).delete(delete))
        .route("/api/v1/contacts/{id}/restore", post(restore))
        .route("/api/v1/contacts/{id}/history", get(history))
        .layer(Extension(Builds::default()))
}

async fn list(
    State(crm): State<Crm>,
    Extension(builds): Extension<Builds>,
    who: As<Reader>,
    uri: Uri,
) -> Reply {
    let query = query::asked(Parameters::of_uri(&uri, &query::PARAMETERS)?)?;
    let open = crm.open()?;
    let _turn = builds.turn().await?;
    let As { role, identity } = who;
    let page = off(async move { open.contacts.list(&role, &query) }).await?;
    let page = page.map_err(|refused| told(refused, &identity))?;
    let items = page.rows.into_iter().map(|(id, version, row)| listed(id, version, row, &identity));
    reply::json(&Contacts {
        items: items.collect(),
        count: page.count as u64,
        next: page.next.map(|cursor| cursor.to_string()),
    })
}

async fn create(State(crm): State<Crm>, who: As<Editor>, headers: HeaderMap, body: Bytes) -> Reply {
    let repeat = repeat(&headers, CONTACTS, &body)?;
    let NewContact { name, company, position, phone, email, note } = json::read(&body)?;
    let fields = ContactFields { name, company, position, phone, email, note };
    let made = crm.open()?.contacts.create(&who.role, fields, repeat).await;
    let made = made.map_err(|refused| told(refused, &who.identity))?.contact;
    let mut response = versioned(StatusCode::CREATED, &made, &who.identity)?;
    let place = format!("{CONTACTS}/{}", Id(made.id.0).text());
    let place = HeaderValue::try_from(place).map_err(|error| reply::broken(&error))?;
    response.headers_mut().insert(header::LOCATION, place);
    Ok(response)
}

async fn open(State(crm): State<Crm>, who: As<Reader>, At(id): At) -> Reply {
    let open = crm.open()?;
    let opened = open.contacts.open(&who.role, id).await;
    let opened = found(opened, id, &open, &who.identity).await?;
    versioned(StatusCode::OK, &opened, &who.identity)
}

async fn change(
    State(crm): State<Crm>,
    who: As<Editor>,
    At(id): At,
    headers: HeaderMap,
    Sent(change): Sent<ContactChange>,
) -> Reply {
    let version = Version(if_match(&headers)?);
    let ContactChange { name, company, position, phone, email, note } = change;
    let patch = ContactPatch { name, company, position, phone, email, note };
    let open = crm.open()?;
    let changed = open.contacts.change(&who.role, id, version, patch).await;
    let changed = found(changed, id, &open, &who.identity).await?;
    versioned(StatusCode::OK, &changed, &who.identity)
}

async fn delete(State(crm): State<Crm>, who: As<Editor>, At(id): At, headers: HeaderMap) -> Reply {
    let version = Version(if_match(&headers)?);
    let open = crm.open()?;
    let deleted = open.contacts.delete(&who.role, id, version).await;
    let undo_until = found(deleted, id, &open, &who.identity).await?;
    reply::json(&Deleted { undo_until: Time(undo_until) })
}

async fn deleted(
    State(crm): State<Crm>,
    Extension(builds): Extension<Builds>,
    who: As<Reader>,
) -> Reply {
    let As { role, identity } = who;
    let open = crm.open()?;
    let _turn = builds.turn().await?;
    let list = off(async move { open.contacts.deleted(&role) }).await?;
    let list = list.map_err(|refused| told(refused, &identity))?;
    let items = list.into_iter().map(|one| DeletedContact {
        id: Id(one.id.0),
        name: one.name,
        company: one.company,
        deletion: deletion(&one.deletion, &identity),
    });
    reply::json(&DeletedContacts { items: items.collect() })
}

async fn restore(State(crm): State<Crm>, who: As<Editor>, At(id): At) -> Reply {
    let As { role, identity } = who;
    let open = crm.open()?;
    let asked = Arc::clone(&open);
    let restored = off(async move { asked.contacts.undo_delete(&role, id).await }).await?;
    let restored = found(restored, id, &open, &identity).await?;
    versioned(StatusCode::OK, &restored, &identity)
}

async fn history(
    State(crm): State<Crm>,
    Extension(builds): Extension<Builds>,
    who: As<Reader>,
    At(id): At,
    uri: Uri,
) -> Reply {
    let (from, limit) = query::part(&uri)?;
    let As { role, identity } = who;
    let open = crm.open()?;
    let _turn = builds.turn().await?;
    let asked = Arc::clone(&open);
    let past = off(async move { asked.contacts.history(&role, id, from, limit).await }).await?;
    let past = found(past, id, &open, &identity).await?;
    if let Some(damaged) = past.versions.iter().find(|one| one.damaged) {
        tracing::error!(version = damaged.version.0, "versions of a contact do not open");
    }
    let items = past.versions.into_iter().filter_map(|one| past_version(one, &identity));
    let next = past.next.map(|next| next.to_string());
    reply::json(&History { items: items.collect(), next })
}

/// None for one that does not open: neither its time nor its content is known.
fn past_version(of: crm::PastVersion, identity: &Identity) -> Option<PastVersion> {
    let changed = of.changed.iter().filter_map(|field| field_name(*field));
    Some(PastVersion {
        version: of.version.0,
        at: Time(of.at.filter(|_| !of.damaged)?),
        actor: of.by.and_then(|id| named(id, identity)),
        kind: match of.kind {
            crm::PastKind::Created => PastKind::Created,
            crm::PastKind::Changed => PastKind::Changed,
            crm::PastKind::Deleted => PastKind::Deleted,
            crm::PastKind::Restored => PastKind::Restored,
        },
        changed: changed.map(str::to_owned).collect(),
    })
}

fn versioned(status: StatusCode, contact: &crm::Contact, identity: &Identity) -> Reply {
    let shape = shape(contact.id, contact.version, &contact.row, identity);
    reply::versioned(status, contact.version.0, &shape)
}

fn listed(id: RecordId, version: Version, row: ContactRow, identity: &Identity) -> ListedContact {
    let (created_at, created_by) = (made_at(id, &row), made_by(&row, identity));
    let ContactFields { name, company, position, phone, email, note: _ } = row.fields;
    ListedContact {
        id: Id(id.0),
        version: version.0,
        name,
        company,
        position,
        phone,
        email,
        created_at,
        created_by,
    }
}

fn made_at(id: RecordId, row: &ContactRow) -> Time {
    let written = row.created_at.and_then(|at| u64::try_from(at).ok());
    Time(written.unwrap_or_else(|| Id(id.0).made_at()))
}

fn made_by(row: &ContactRow, identity: &Identity) -> Option<Named> {
    row.created_by.and_then(|by| named(by, identity))
}

fn shape(id: RecordId, version: Version, row: &ContactRow, identity: &Identity) -> Contact {
    let ContactFields { name, company, position, phone, email, note } = row.fields.clone();
    Contact {
        id: Id(id.0),
        version: version.0,
        name,
        company,
        position,
        phone,
        email,
        note,
        created_at: made_at(id, row),
        created_by: made_by(row, identity),
    }
}

pub(super) fn deletion(of: &crm::Deletion, identity: &Identity) -> Deletion {
    Deletion {
        deleted_at: Time(of.at),
        deleted_by: of.by.and_then(|id| named(id, identity)),
        undo_until: of.undo_until.map(Time),
        version: of.version.0,
    }
}

/// What was done with a contact; of one that is not there because somebody deleted or erased it, who and
/// when.
pub(super) async fn found<T>(
    done: Result<T, Refused>,
    id: RecordId,
    open: &Arc<Open>,
    identity: &Identity,
) -> Result<T, Problem> {
    let refused = match done {
        Ok(done) => return Ok(done),
        Err(Refused::NotFound) => Refused::NotFound,
        Err(refused) => return Err(told(refused, identity)),
    };
    let open = Arc::clone(open);
    let became = off(async move {
        let deletion = open.contacts.deletion(id)?;
        let erasure = if deletion.is_none() { open.contacts.erasure(id)? } else { None };
        Ok::<_, Refused>((deletion, erasure))
    });
    let (problem, members) = match became.await?.map_err(|refused| told(refused, identity))? {
        (Some(deleted), _) => (Code::Deleted, serde_json::to_value(deletion(&deleted, identity))),
        (_, Some(erased)) => (Code::Erased, serde_json::to_value(erasure(&erased, identity))),
        _ => return Err(told(refused, identity)),
    };
    let members = members.unwrap_or_default().as_object().cloned().unwrap_or_default();
    let problem = Problem::from(problem);
    Err(members.into_iter().fold(problem, |problem, (name, value)| problem.with(&name, value)))
}

fn told(refused: Refused, identity: &Identity) -> Problem {
    match refused {
        Refused::Fields(fields) => {
            Problem::fields_refused(fields.iter().map(field_refused).collect())
        }
        Refused::Query(refused) => query::refused(&refused),
        Refused::ChangedMeanwhile { current } => {
            let current = shape(current.id, current.version, &current.row, identity);
            let current = serde_json::to_value(current).unwrap_or_default();
            Problem::from(Code::ChangedMeanwhile).with("current", current)
        }
        Refused::ErasureNote(reason) => {
            Problem::fields_refused(vec![with_values(Field::new("/note", reason.code()), reason)])
        }
        other => other.into(),
    }
}

fn field_refused(refused: &crm::FieldRefused) -> Field {
    let field = Field::new(format!("/{}", refused.name()), refused.reason.code());
    with_values(field, refused.reason)
}

fn with_values(field: Field, reason: Reason) -> Field {
    match reason {
        Reason::Required | Reason::NamesPerson => field,
        Reason::TooLong { most, .. } | Reason::TooManyBytes { most, .. } => {
            field.with("most", most)
        }
        Reason::Control { at } | Reason::Hidden { at } => field.with("at", at),
    }
}
