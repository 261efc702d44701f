//! The settings in force, kept in the system store so that its copies have them: hostd keeps them elsewhere. On a box
//! that came back from a copy they are those of the former one, until somebody brings them into force here or
//! leaves them.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use host_api::SettingsSource;
use seal::RecordId;
use seal::body::{Body, Value};
use seal::numbers::{action, outcome, settings_document, settings_kept, table};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use vault::engine::EngineError;
use vault::{Actor, Batch, BatchError, CommitError, KeyOf, Store};

use super::ask::InForce;
use super::changes::{PART, digest};
use super::state::Admin;
use crate::problem::{Code, Problem};
use crate::realm::Who;
use crate::reply::{self, Reply, broken, off};
use crate::shape::plain::Time;
use crate::shape::settings::FormerSettings;

/// The one record.
const ID: RecordId = RecordId([0; 16]);
/// [`settings_kept::FORMER`] says yes.
const YES: Value = Value::Choice(1);

pub(super) fn routes() -> Router<Admin> {
    Router::new().route("/api/v1/settings/former", get(former).delete(leave))
}

/// Settings as they were kept.
struct Kept {
    at: u64,
    length: usize,
    digest: Vec<u8>,
    former: bool,
}

/// Why kept settings were not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotKept {
    /// The disk cannot be read.
    #[error("the settings that are kept cannot be read")]
    Read(#[from] EngineError),
    /// They could not be planned.
    #[error("the settings that are kept cannot be written")]
    Batch(#[from] BatchError),
    /// The disk refused.
    #[error("the settings that are kept cannot be written")]
    Commit(#[from] CommitError),
}

async fn former(State(admin): State<Admin>, _: Who) -> Reply {
    let (kept, document) = admin.kept_settings().await?.ok_or(Code::NotFound)?;
    let document = document.filter(|_| kept.former).ok_or(Code::NotFound)?;
    let document = RawValue::from_string(document).map_err(|error| broken(&error))?;
    reply::json(&FormerSettings { at: Time(kept.at), document })
}

/// What is in force now stays.
async fn leave(State(admin): State<Admin>, who: Who) -> Reply {
    let what = action::FORMER_SETTINGS_LEFT;
    let work = async {
        let kept = admin.kept_settings().await?;
        if kept.is_none_or(|(kept, _)| !kept.former) {
            return Err(Code::NotFound.into());
        }
        let now = admin.settings().await?;
        admin.keep_document(who.signed.actor(), &now, what).await
    };
    admin.in_turn(&who, what, work).await?;
    reply::nothing()
}

impl Admin {
    /// Keeps the settings in force for copies; what cannot be done now is done within a minute. Whoever calls it is
    /// [`Admin::changing`].
    pub(super) async fn keep_settings_in_time(&self) {
        if let Err(problem) = self.keep_settings().await {
            let problem = problem.code().as_str();
            tracing::warn!(problem, "the settings in force are kept for copies later");
        }
    }

    /// Keeps the settings in force, where they are others than those that are kept; those of a former box stay until
    /// they are in force here.
    async fn keep_settings(&self) -> Result<(), Problem> {
        let now = self.settings().await?;
        if now.source != SettingsSource::Confirmed {
            return Ok(());
        }
        let kept = self.kept_settings().await?.map(|(kept, _)| kept);
        let is_same = kept.as_ref().is_some_and(|kept| kept.digest == digest(&now.document));
        match kept {
            Some(Kept { former, .. }) if is_same != former => Ok(()),
            _ => self.keep_document(Actor::default(), &now, action::SETTINGS_KEPT).await,
        }
    }

    async fn keep_document(&self, by: Actor, now: &InForce, what: u32) -> Result<(), Problem> {
        let document = now.document.clone();
        let length = i64::try_from(document.len()).unwrap_or(i64::MAX);
        let at = i64::try_from(self.now()).unwrap_or(i64::MAX);
        let fields = BTreeMap::from([
            (settings_kept::AT, Value::Instant(at)),
            (settings_kept::LENGTH, Value::Integer(length)),
            (settings_kept::DIGEST, Value::Bytes(digest(&document))),
        ]);
        let decide = move |batch: &mut Batch<'_>| {
            batch.put(table::SETTINGS, ID, fields, KeyOf::Table)?;
            for (at, part) in document.as_bytes().chunks(PART).enumerate() {
                let part = [(settings_document::PART, Value::Bytes(part.to_vec()))].into();
                batch.put(table::DOCUMENTS, part_id(at), part, KeyOf::Table)?;
            }
            batch.audit(what, outcome::ALLOWED);
            // The parts are nothing that the log counts.
            batch.count(0);
            Ok::<(), BatchError>(())
        };
        let written = self.parts().store.write(by, decide).await?;
        written.map_err(|error| broken(&error))
    }

    async fn kept_settings(&self) -> Result<Option<(Kept, Option<String>)>, Problem> {
        let store = self.parts().store.clone();
        let read = off(async move {
            let Some(kept) = kept(&store)? else { return Ok(None) };
            let text = text(&store, kept.length)?.filter(|text| digest(text) == kept.digest);
            Ok::<_, EngineError>(Some((kept, text)))
        });
        read.await?.map_err(|error| broken(&error))
    }
}

/// In a store that was made of a copy: the settings in it are of the box that it is of.
pub(super) async fn are_former(store: &Store) -> Result<(), NotKept> {
    if kept(store)?.is_none() {
        return Ok(());
    }
    let decide = |batch: &mut Batch<'_>| {
        batch.change(table::SETTINGS, ID, |fields| {
            fields.insert(settings_kept::FORMER, YES);
        })?;
        batch.audit(action::SETTINGS_KEPT, outcome::ALLOWED);
        batch.count(0);
        Ok::<(), BatchError>(())
    };
    Ok(store.write(Actor::default(), decide).await??)
}

fn kept(store: &Store) -> Result<Option<Kept>, EngineError> {
    let mut kept = None;
    let loaded = store.load(table::SETTINGS, |_, _, body| kept = read(&body))?;
    for damaged in loaded.damaged {
        tracing::error!(%damaged, "the settings that are kept do not open");
    }
    Ok(kept)
}

fn read(body: &Body) -> Option<Kept> {
    let field = |number: u32| body.fields.get(&number);
    let (Value::Instant(at), Value::Integer(length), Value::Bytes(digest)) =
        (field(settings_kept::AT)?, field(settings_kept::LENGTH)?, field(settings_kept::DIGEST)?)
    else {
        return None;
    };
    Some(Kept {
        at: u64::try_from(*at).ok()?,
        length: usize::try_from(*length).ok()?,
        digest: digest.clone(),
        former: field(settings_kept::FORMER) == Some(&YES),
    })
}

fn text(store: &Store, length: usize) -> Result<Option<String>, EngineError> {
    let mut bytes = Vec::new();
    for at in 0..length.div_ceil(PART) {
        let found = store.history(table::DOCUMENTS, part_id(at), None, 1)?;
        let body = found.into_iter().next().and_then(|past| past.body.ok()).flatten();
        match body.as_ref().and_then(|body| body.fields.get(&settings_document::PART)) {
            Some(Value::Bytes(part)) => bytes.extend_from_slice(part),
            _ => return Ok(None),
        }
    }
    bytes.truncate(length);
    Ok(String::from_utf8(bytes).ok().filter(|text| text.len() == length))
}

fn part_id(at: usize) -> RecordId {
    let hash = Sha256::new()
        .chain_update("the settings in force")
        .chain_update((at as u64).to_be_bytes())
        .finalize();
    let mut id = [0; 16];
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    RecordId(id)
}
