//! The settings as one document: looked at, compared, tried, kept, undone; their history, and the file.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::routing::{get, post};
use host_api::{SettingsSource, texts};
use notify::Exported;
use seal::numbers::{action, outcome};
use serde_json::value::RawValue;
use settings::Settings;

use super::changes::{Change, Documents, Outcome};
use super::document::{refused_naming, version};
use super::preview::{Words, moves, words};
use super::state::{Admin, entry};
use super::trial::{Proposal, SECONDS};
use crate::caller::{At, Caller, Line, Sent};
use crate::parameters::Parameters;
use crate::problem::{Code, Field, Problem};
use crate::realm::{Watcher, Who};
use crate::reply::{self, Reply, broken};
use crate::shape::plain::{Id, Time};
use crate::shape::settings::{
    ChangeOutcome, ChangesPage, Keep, SettingsBrief, SettingsChange, SettingsFrom, SettingsNow,
    SettingsProposal, SettingsTrial, WholeChange, WholeList,
};
use crate::shape::shared::Language;
use crate::version::{idempotency_key, if_match};

/// Changes on a page at most.
const PAGE_MOST: usize = 100;
/// Characters of a reason.
const REASON_MOST: usize = 200;

pub(super) fn routes() -> Router<Admin> {
    Router::new()
        .route("/api/v1/settings", get(now).put(change))
        .route("/api/v1/settings/now", get(brief))
        .route("/api/v1/settings/preview", post(preview))
        .route("/api/v1/settings/confirm", post(confirm))
        .route("/api/v1/settings/undo", post(undo))
        .route("/api/v1/settings/history", get(history))
        .route("/api/v1/settings/history/{id}", get(one))
        .route("/api/v1/settings/export", get(export))
}

async fn now(State(admin): State<Admin>, who: Who, caller: Caller) -> Reply {
    let now = admin.settings().await?;
    let mut trial = None;
    if let Some((mut running, change)) = admin.running(&who.signed, &now).await? {
        if let Some(change) = change {
            let both = admin.both(&change).await?;
            let told = both.map(|(before, after)| {
                let asking = caller.peer.address.to_canonical();
                (words(&before, &after, caller.language), moves(&before, &after, asking))
            });
            if let Some((Words { sentences, lists }, moves)) = told {
                (running.words, running.lists, running.moves) = (sentences, lists, moves);
            }
        }
        trial = Some(running);
    }
    let source = match now.source {
        SettingsSource::Factory => SettingsFrom::Factory,
        SettingsSource::Confirmed => SettingsFrom::Confirmed,
        SettingsSource::Previous => SettingsFrom::Previous,
        SettingsSource::Trial => SettingsFrom::Trial,
    };
    let shown = SettingsNow { document: raw(now.document.clone())?, source, trial };
    reply::versioned(StatusCode::OK, version(&now.document), &shown)
}

/// For pages that are open: asked every few seconds, so it is short and lengthens no session.
async fn brief(State(admin): State<Admin>, _: Watcher, line: Line) -> Reply {
    let now = admin.settings().await?;
    admin.lead_on(&now, line);
    let brief = SettingsBrief { trial: super::trial::change_of(&now) };
    reply::versioned(StatusCode::OK, version(&now.document), &brief)
}

async fn preview(
    State(admin): State<Admin>,
    _: Who,
    caller: Caller,
    Sent(proposal): Sent<SettingsProposal>,
) -> Reply {
    let now = admin.settings().await?;
    let new = parsed(&proposal.document, caller.language)?;
    let from = caller.peer.address.to_canonical();
    reply::json(&admin.preview(&now.settings, new, from, caller.language, pointer).await?)
}

async fn change(
    State(admin): State<Admin>,
    who: Who,
    caller: Caller,
    headers: axum::http::HeaderMap,
    Sent(sent): Sent<SettingsTrial>,
) -> Reply {
    let (seen, key) = (if_match(&headers)?, idempotency_key(&headers)?);
    let (reason, seconds) = terms(&sent.reason, sent.seconds)?;
    // Goes on when the connection ends: the new rules may end it.
    let tried = reply::off(async move {
        let work = async {
            let now = admin.settings().await?;
            if version(&now.document) != seen {
                let current = raw(now.document.clone())?;
                let current = serde_json::to_value(current).map_err(|error| broken(&error))?;
                return Err(Problem::from(Code::ChangedMeanwhile).with("current", current));
            }
            let settings = parsed(&sent.document, caller.language)?;
            let proposal = Proposal { settings, reason, seconds, key };
            admin.try_out(&who.signed, &now, proposal, pointer).await
        };
        admin.in_turn(&who, action::SETTINGS_TRIED, work).await
    });
    reply::json(&tried.await??)
}

async fn confirm(
    State(admin): State<Admin>,
    who: Who,
    caller: Caller,
    line: Line,
    Sent(Keep { token }): Sent<Keep>,
) -> Reply {
    let kept = reply::off(async move {
        let work = admin.keep(&who.signed, (caller.peer.address, line), &token);
        admin.in_turn(&who, action::SETTINGS_CHANGED, work).await
    });
    kept.await??;
    reply::nothing()
}

async fn undo(State(admin): State<Admin>, who: Who) -> Reply {
    let undone = reply::off(async move {
        admin.in_turn(&who, action::SETTINGS_ENDED, admin.go_back(&who.signed)).await
    });
    undone.await??;
    reply::nothing()
}

async fn history(State(admin): State<Admin>, _: Who, caller: Caller, uri: Uri) -> Reply {
    let mut given = Parameters::of_uri(&uri, &["cursor", "limit", "key"])?;
    let id = |text: &str| Id::parse(text).ok_or_else(|| Field::new("/cursor", "cursor"));
    let (before, limit) = (given.read("cursor", id), given.limit(PAGE_MOST));
    let key = given.read("key", |text| Id::parse(text).ok_or_else(|| Field::new("/key", "type")));
    given.settled()?;
    let all = admin.known_changes().await?;
    let rest: Vec<_> = all
        .iter()
        .filter(|change| before.is_none_or(|Id(id)| change.id.0 < id))
        .filter(|change| key.is_none() || change.key == key)
        .collect();
    let mut items = Vec::new();
    for change in rest.iter().take(limit) {
        items.push(admin.told(change, caller.language).await?.0);
    }
    let next = if rest.len() > limit { items.last().map(|last| last.id.text()) } else { None };
    reply::json(&ChangesPage { items, next })
}

async fn one(State(admin): State<Admin>, _: Who, caller: Caller, At(id): At) -> Reply {
    let all = admin.known_changes().await?;
    let change = all.into_iter().find(|change| change.id == id).ok_or(Code::NotFound)?;
    let Documents { before, after } = admin.documents(&change).await?.ok_or(Code::NotFound)?;
    let (told, lists) = admin.told(&change, caller.language).await?;
    reply::json(&WholeChange { change: told, lists, before: raw(before)?, document: raw(after)? })
}

async fn export(State(admin): State<Admin>, who: Who) -> Reply {
    let now = admin.settings().await?;
    admin.log(entry(who.signed.actor(), action::SETTINGS_EXPORTED, outcome::ALLOWED, None)).await?;
    admin.tell_export(&who.signed, Exported::Settings);
    let mut response = axum::http::Response::new(axum::body::Body::from(now.document));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let name = "attachment; filename=\"gatehouse-settings.json\"";
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok(response)
}

impl Admin {
    async fn told(
        &self,
        change: &Change,
        language: Language,
    ) -> Result<(SettingsChange, Vec<WholeList>), Problem> {
        let name = |id| self.parts().identity.name_of(id);
        // Nobody with an account did: it was done where the box stands.
        let console = || texts::text(language.into(), "console_by_console", &BTreeMap::new());
        let words = self.words_of(change, language).await?;
        let told = SettingsChange {
            id: Id(change.id.0),
            at: Time(change.at),
            by: match change.by {
                Some(account) => name(account),
                None => Some(console()),
            },
            reason: change.reason.clone(),
            outcome: match change.outcome {
                Outcome::Trying => ChangeOutcome::Trying,
                Outcome::Kept => ChangeOutcome::Kept,
                Outcome::Undone | Outcome::Console => ChangeOutcome::Undone,
                Outcome::Expired => ChangeOutcome::Expired,
                Outcome::Restarted => ChangeOutcome::Restarted,
                Outcome::Failed => ChangeOutcome::Failed,
            },
            ended_at: change.done_at.map(Time),
            ended_by: match change.outcome {
                Outcome::Console => Some(console()),
                _ => change.done_by.and_then(name),
            },
            words: words.sentences,
        };
        Ok((told, words.lists))
    }

    /// What a change changes; nothing when its documents do not open or are of no version any more.
    async fn words_of(&self, change: &Change, language: Language) -> Result<Words, Problem> {
        let both = self.both(change).await?;
        Ok(both.map(|(before, after)| words(&before, &after, language)).unwrap_or_default())
    }

    async fn both(&self, change: &Change) -> Result<Option<(Settings, Settings)>, Problem> {
        let documents = self.documents(change).await?;
        let parse = |text: &str| settings::parse(text.as_bytes()).ok();
        Ok(documents.and_then(|both| parse(&both.before).zip(parse(&both.after))))
    }
}

/// Why and how long, as they are to be.
pub(super) fn terms(reason: &str, seconds: u32) -> Result<(String, u32), Problem> {
    let mut refused = Vec::new();
    let line = identity::text::line(reason, REASON_MOST);
    let reason = match line {
        Ok(line) => line,
        Err(identity::NameRefused::Empty) => String::new(),
        Err(refusal) => {
            refused.push(crate::refuse::name("/reason", &refusal));
            String::new()
        }
    };
    if !SECONDS.contains(&seconds) {
        let field = Field::new("/seconds", "trial-seconds");
        refused.push(field.with("least", SECONDS.start()).with("most", SECONDS.end()));
    }
    if refused.is_empty() { Ok((reason, seconds)) } else { Err(Problem::fields_refused(refused)) }
}

fn parsed(document: &RawValue, language: Language) -> Result<Settings, Problem> {
    let label = |zone: &str| {
        let document: serde_json::Value = serde_json::from_str(document.get()).ok()?;
        let label = document.get("zones")?.get(zone)?.get("label")?.as_str()?;
        Some(label.parse::<settings::Label>().ok()?.to_string())
    };
    settings::parse(document.get().as_bytes())
        .map_err(|problems| refused_naming(problems, language, pointer, label))
}

/// Where a field of the document is in the request.
fn pointer(field: &str) -> String {
    format!("/document{field}")
}

fn raw(document: String) -> Result<Box<RawValue>, Problem> {
    RawValue::from_string(document).map_err(|error| broken(&error))
}
