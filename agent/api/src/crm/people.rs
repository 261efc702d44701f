//! People with an account, for managers.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, patch};
use identity::{Account, Manager, Refused};
use seal::Version;

use super::Crm;
use crate::caller::{At, Sent};
use crate::problem::{Code, Problem};
use crate::realm::As;
use crate::reply::{self, Reply};
use crate::shape::person::{People, Person, PersonChange};
use crate::shape::plain::{Id, Time};
use crate::shared::{role, role_of};
use crate::version::if_match;

pub(super) fn routes() -> Router<Crm> {
    Router::new().route("/api/v1/people", get(list)).route("/api/v1/people/{id}", patch(change))
}

async fn list(who: As<Manager>) -> Reply {
    let people = who.identity.people(&who.role);
    let mut items: Vec<_> = people.iter().map(|one| shape(one, &who)).collect();
    items.sort_by_key(|person| person.name.to_lowercase());
    reply::json(&People { items })
}

async fn change(
    State(crm): State<Crm>,
    who: As<Manager>,
    At(id): At,
    headers: HeaderMap,
    Sent(change): Sent<PersonChange>,
) -> Reply {
    let version = Version(if_match(&headers)?);
    let PersonChange { role, disabled } = change;
    let identity = &who.identity;
    let changed = identity.change_person(&who.role, id, version, role.map(role_of), disabled);
    let changed = changed.await;
    let changed = changed.map_err(|refused| match refused {
        Refused::ChangedMeanwhile { current } => {
            let current = serde_json::to_value(shape(&current, &who)).unwrap_or_default();
            Problem::from(Code::ChangedMeanwhile).with("current", current)
        }
        other => other.into(),
    })?;
    crm.head_leaves_soon();
    reply::versioned(StatusCode::OK, changed.version.0, &shape(&changed, &who))
}

fn shape(of: &Account, who: &As<Manager>) -> Person {
    Person {
        id: Id(of.id.0),
        version: of.version.0,
        name: of.name.clone(),
        role: role(of.role),
        disabled: of.disabled,
        last_seen: who.identity.last_seen(&who.role, of.id).map(Time),
        invited: !who.identity.is_first(&who.role, of.id),
    }
}
