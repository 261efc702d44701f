//! Copies of an application's store that leave the box: where they go, how they do, and the sheet that a blank box
//! needs. For those who may say where.

mod given;
mod kept;
mod opens;
mod told;
mod typed_place;
mod typed_sheet;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post, put};
use backup::service::{Around, Chosen, Resolve};
use identity::writes::Holder;
use notify::{LocalTime, Moment};
use seal::numbers::action;
use seal::{RecordId, Version};
use vault::Clock;

pub use self::kept::Copies;
use self::kept::MOST;
pub use self::opens::{NoKey, opens};
pub(crate) use self::told::why;
use self::told::{located, told};
pub(crate) use self::typed_place::place;
pub(crate) use self::typed_sheet::{Sheeted, Whose, apart, copies_found, typed_sheet};
use crate::caller::{At, Sent};
use crate::problem::{Code, Field, Problem};
use crate::realm::{As, Given, Realm};
use crate::reply::{self, Reply};
use crate::shape::copies as shape;
use crate::shape::plain::Time;
use crate::version::if_match;

/// What the box is called in copies: there are no two at one target that somebody has to tell apart.
const HOST: &str = "gatehouse";

/// An application whose store is copied.
pub(crate) trait Copied: Realm {
    /// Who may say where to.
    type By: Holder + Given + Sync;

    /// The copies of the open store.
    fn copies(&self) -> Result<Arc<Copies>, Problem>;

    /// Ms since 1970.
    fn now(&self) -> u64;

    /// Whose copies they are, where somebody said so.
    fn organisation(&self) -> Option<String>;
}

/// The routes of it.
pub(crate) fn routes<S: Copied>() -> Router<S> {
    Router::new()
        .route("/api/v1/copies", get(list::<S>).post(add::<S>))
        .route("/api/v1/copies/{id}", put(change::<S>).delete(remove::<S>))
        .route("/api/v1/copies/{id}/copy", post(copy::<S>))
        .route("/api/v1/copies/{id}/drill", post(drill::<S>))
        .route("/api/v1/copies/{id}/sheet", post(sheet::<S>))
        .route("/api/v1/copies/{id}/sheet/proof", post(proof::<S>))
}

/// What it takes to reach the targets of the store that copies call so.
pub fn around(
    name: &str,
    clock: &Arc<dyn Clock>,
    authorities: std::path::PathBuf,
    resolve: Arc<Resolve>,
) -> Around {
    let (clock, now) = (Arc::clone(clock), Arc::clone(clock));
    Around {
        clock: Arc::new(move || clock.now().wall),
        authorities,
        resolve,
        minute: Arc::new(move |zone| {
            let local = LocalTime::named(zone)?;
            Some(local.minute(Moment(now.now().wall)))
        }),
        name: name.to_owned(),
        host: HOST.to_owned(),
    }
}

async fn list<S: Copied>(State(state): State<S>, _: As<S::By>) -> Reply {
    let targets = state.copies()?.targets().await;
    let items = targets.iter().map(|one| told(one, state.now())).collect();
    reply::json(&shape::CopyTargets { items, most: MOST })
}

async fn add<S: Copied>(
    State(state): State<S>,
    who: As<S::By>,
    Sent(given): Sent<shape::CopyTargetGiven>,
) -> Reply {
    let zone = &who.role.signed().account().time_zone;
    let chosen = given::chosen(given, None, (zone, state.now()))?;
    let id = state.copies()?.put(&who.role, None, chosen, action::COPY_TARGET_ADDED).await?;
    saved(&state, id, StatusCode::CREATED).await
}

async fn change<S: Copied>(
    State(state): State<S>,
    who: As<S::By>,
    At(id): At,
    headers: HeaderMap,
    Sent(given): Sent<shape::CopyTargetGiven>,
) -> Reply {
    let version = Version(if_match(&headers)?);
    let copies = state.copies()?;
    let before = copies.target(id).await?.known;
    let zone = &who.role.signed().account().time_zone;
    let chosen = given::chosen(given, Some(&before.chosen), (zone, state.now()))?;
    let what = action::COPY_TARGET_CHANGED;
    copies.put(&who.role, Some((id, version)), chosen, what).await?;
    saved(&state, id, StatusCode::OK).await
}

async fn remove<S: Copied>(
    State(state): State<S>,
    who: As<S::By>,
    At(id): At,
    headers: HeaderMap,
) -> Reply {
    let version = Version(if_match(&headers)?);
    state.copies()?.remove(&who.role, id, version, action::COPY_TARGET_REMOVED).await?;
    reply::nothing()
}

/// It is made shortly after; the list says what came of it.
async fn copy<S: Copied>(State(state): State<S>, who: As<S::By>, At(id): At) -> Reply {
    let copies = state.copies()?;
    copies.note(&who.role, id, action::COPY_ASKED).await?;
    if copies.copy_now(id) { reply::nothing() } else { Err(Code::NotFound.into()) }
}

async fn drill<S: Copied>(State(state): State<S>, who: As<S::By>, At(id): At) -> Reply {
    let copies = state.copies()?;
    copies.note(&who.role, id, action::COPY_DRILL_ASKED).await?;
    if copies.drill_now(id) { reply::nothing() } else { Err(Code::NotFound.into()) }
}

/// Everything on it opens copies, so the log says who had it shown.
async fn sheet<S: Copied>(State(state): State<S>, who: As<S::By>, At(id): At) -> Reply {
    let copies = state.copies()?;
    let one = copies.note(&who.role, id, action::COPY_SHEET_SHOWN).await?;
    let sheet = copies.sheet(&one.chosen);
    let located = located(&one.chosen.place);
    reply::json(&shape::CopySheet {
        text: sheet.text().reveal().to_owned(),
        name: one.chosen.name.clone(),
        organisation: state.organisation(),
        address: located.address,
        user: located.user,
        password: sheet.password.reveal().to_owned(),
        bucket: located.bucket,
        sftp: located.sftp,
        key: sheet.key.text().to_string(),
        opens: sheet.opens.as_ref().map(|key| key.text().to_string()),
        has_authority: sheet.ca.is_some(),
        last_word: sheet.last_word(),
        at: Time(state.now()),
    })
}

async fn proof<S: Copied>(
    State(state): State<S>,
    who: As<S::By>,
    At(id): At,
    headers: HeaderMap,
    Sent(typed): Sent<shape::TypedSheetEnd>,
) -> Reply {
    let version = Version(if_match(&headers)?);
    let copies = state.copies()?;
    let before = copies.target(id).await?.known;
    if !copies.sheet(&before.chosen).ends_with(&typed.last_word) {
        return Err(Problem::fields_refused(vec![Field::new("/lastWord", "mistyped")]));
    }
    let chosen = Chosen { sheet: Some(state.now()), ..(*before.chosen).clone() };
    let what = action::COPY_SHEET_PROVED;
    copies.put(&who.role, Some((id, version)), chosen, what).await?;
    saved(&state, id, StatusCode::OK).await
}

async fn saved<S: Copied>(state: &S, id: RecordId, status: StatusCode) -> Reply {
    let one = state.copies()?.target(id).await?;
    reply::versioned(status, one.known.version.0, &told(&one, state.now()))
}
