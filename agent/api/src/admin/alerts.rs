//! The admins' bell for pages and scripts: what it holds, in words; what was read; what is muted for a while.

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::routing::{get, post};
use identity::Signed;
use notify::{
    Alert, BellEntry, Exported, Input, Kind, LocalTime, MAX_BELL, MAX_MUTES, Moment, Mute, Reading,
    Severity,
};
use seal::numbers::{action, outcome};

use super::bell::{Said, account};
use super::state::{Admin, entry};
use crate::caller::{Caller, Sent};
use crate::parameters::Parameters;
use crate::problem::{Field, Problem};
use crate::realm::{Watcher, Who};
use crate::reply::{self, Reply};
use crate::shape::alerts as shape;
use crate::shape::plain::Time;
use crate::shape::shared::Language;

/// Longest mute.
const DAYS: u32 = 90;
const DAY: u64 = 24 * 3600 * 1000;
/// Longest subject, in characters: of the values that one has none is longer.
const MAX_SUBJECT: usize = 300;

pub(super) fn routes() -> Router<Admin> {
    Router::new()
        .route("/api/v1/alerts", get(alerts))
        .route("/api/v1/alerts/unread", get(unread))
        .route("/api/v1/alerts/read", post(read))
        .route("/api/v1/alerts/mutes", post(mute))
        .route("/api/v1/alerts/mutes/end", post(unmute))
}

async fn alerts(State(admin): State<Admin>, who: Who, caller: Caller, uri: Uri) -> Reply {
    let mut given = Parameters::of_uri(&uri, &["cursor", "limit"])?;
    let from =
        given.read("cursor", |text| text.parse().map_err(|_| Field::new("/cursor", "cursor")));
    let (from, limit) = (from.unwrap_or(0usize), given.limit(MAX_BELL));
    given.settled()?;
    let (reader, now) = (account(who.signed.account().id), admin.bell().now());
    let local = LocalTime::named(&who.signed.account().time_zone).unwrap_or_else(LocalTime::utc);
    let language = caller.language;
    // The bell holds zones by their names, which no page shows; without hostd nobody knows another.
    let settings = admin.settings().await.ok();
    let label = |zone: &str| settings.as_ref()?.settings.label(zone).map(ToString::to_string);
    let page = admin.bell().look(|state| {
        let all = state.bell().count();
        let items = state.bell().skip(from).take(limit);
        let items: Vec<_> = items.map(|one| told(one, &reader, language, &local, label)).collect();
        let end = from.saturating_add(items.len());
        shape::AlertsPage {
            next: (!items.is_empty() && end < all).then(|| end.to_string()),
            items,
            all,
            unread: state.unread(&reader).0,
            forgotten: state.bell_lost(),
            mutes: state.mutes(now).map(|mute| muted(mute, language, label)).collect(),
        }
    });
    reply::json(&page.await)
}

/// Asked again and again by every page, so it lengthens no session.
async fn unread(State(admin): State<Admin>, who: Watcher) -> Reply {
    let reader = account(who.signed.account().id);
    let (unread, gravest) = admin.bell().look(|state| state.unread(&reader)).await;
    reply::json(&shape::AlertsUnread { unread, gravest: gravest.map(severity) })
}

async fn read(State(admin): State<Admin>, who: Who, Sent(sent): Sent<shape::AlertsRead>) -> Reply {
    if sent.ids.len() > MAX_BELL {
        let many = Field::new("/ids", "too-many").with("most", MAX_BELL);
        return Err(Problem::fields_refused(vec![many]));
    }
    let entries = if sent.ids.is_empty() { Reading::All } else { Reading::These(sent.ids) };
    let input = Input::Read { account: account(who.signed.account().id), entries };
    admin.does(who, input, action::ALERTS_READ, None).await
}

async fn mute(
    State(admin): State<Admin>,
    who: Who,
    Sent(sent): Sent<shape::NewAlertMute>,
) -> Reply {
    let kind = kind(&sent.kind);
    let mut refused: Vec<Field> = kind.as_ref().err().cloned().into_iter().collect();
    refused.extend(subject(sent.subject.as_deref()));
    if !(1..=DAYS).contains(&sent.days) {
        refused.push(Field::new("/days", "limit").with("most", DAYS));
    }
    let Ok(kind) = kind else { return Err(Problem::fields_refused(refused)) };
    if !refused.is_empty() {
        return Err(Problem::fields_refused(refused));
    }
    let now = admin.bell().now();
    let is_full = admin.bell().look(|state| {
        let mut others = state.mutes(now).filter(|it| !it.is_of(kind, sent.subject.as_deref()));
        others.nth(MAX_MUTES - 1).is_some()
    });
    if is_full.await {
        let many = Field::new("", "too-many").with("most", MAX_MUTES);
        return Err(Problem::fields_refused(vec![many]));
    }
    let until = Moment(now.0.saturating_add(u64::from(sent.days) * DAY));
    let by = who.signed.account().name.as_str().into();
    let input = Input::Mute(Mute { kind, subject: sent.subject, until, by });
    admin.does(who, input, action::ALERTS_MUTED, Some(kind)).await
}

async fn unmute(
    State(admin): State<Admin>,
    who: Who,
    Sent(sent): Sent<shape::EndedAlertMute>,
) -> Reply {
    let kind = kind(&sent.kind).map_err(|field| Problem::fields_refused(vec![field]))?;
    let input = Input::Unmute { kind, subject: sent.subject };
    admin.does(who, input, action::ALERTS_UNMUTED, Some(kind)).await
}

impl Admin {
    /// A file left the box.
    pub(super) fn tell_export(&self, by: &Signed, what: Exported) {
        let by = by.account();
        let (realm, account) = (notify::Realm::Admin, by.name.as_str().into());
        self.bell().tell_others(Alert::ExportMade { realm, account, what }, by.id);
        self.bell().want_head();
    }

    /// Does it, off the threads that serve and to its end, also when nobody waits for the answer any more.
    async fn does(&self, who: Who, input: Input, what: u32, kind: Option<Kind>) -> Reply {
        let admin = self.clone();
        let done = reply::off(async move {
            let said = Said::done(what, kind.map(|it| it.key().to_owned()));
            let done = match admin.bell().change(&who.signed, input, said).await {
                Ok(true) => Ok(()),
                Ok(false) => who.identity.confirm(&who.signed).await.map_err(Problem::from),
                Err(error) => Err(Problem::from(error)),
            };
            if let (Err(problem), Some(_)) = (&done, kind) {
                let (by, why) = (who.signed.actor(), problem.code().as_str());
                admin.log(entry(by, what, outcome::REFUSED, Some(why))).await?;
            }
            done
        });
        done.await??;
        reply::nothing()
    }
}

fn told(
    one: &BellEntry,
    reader: &str,
    language: Language,
    local: &LocalTime,
    label: impl Fn(&str) -> Option<String> + Copy,
) -> shape::Alert {
    let (kind, subject) = (one.alert.kind(), one.alert.subject());
    let words = one.words(language.into(), local, label);
    shape::Alert {
        id: one.id,
        kind: kind.key().to_owned(),
        name: kind.name(language.into()).to_owned(),
        about: kind.about(&subject, language.into(), label),
        subject,
        severity: severity(kind.severity()),
        title: words.title,
        what: words.what,
        todo: words.todo,
        times: one.times,
        first: Time(one.first.0),
        last: Time(one.last.0),
        muted: one.muted,
        read: one.is_read(reader),
    }
}

fn muted(
    mute: &Mute,
    language: Language,
    label: impl Fn(&str) -> Option<String> + Copy,
) -> shape::AlertMute {
    let about =
        mute.subject.as_deref().map(|subject| mute.kind.about(subject, language.into(), label));
    shape::AlertMute {
        kind: mute.kind.key().to_owned(),
        name: mute.kind.name(language.into()).to_owned(),
        subject: mute.subject.clone(),
        about: about.unwrap_or_default(),
        until: Time(mute.until.0),
        by: mute.by.as_str().to_owned(),
    }
}

pub(super) fn severity(severity: Severity) -> shape::AlertSeverity {
    match severity {
        Severity::Info => shape::AlertSeverity::Info,
        Severity::Warning => shape::AlertSeverity::Warning,
        Severity::Critical => shape::AlertSeverity::Critical,
    }
}

/// A kind that this bell shows.
fn kind(text: &str) -> Result<Kind, Field> {
    let mut all = Kind::ALL.iter().copied().filter(|kind| kind.bell().is_of(notify::Realm::Admin));
    all.find(|kind| kind.key() == text).ok_or_else(|| Field::new("/kind", "unknown"))
}

fn subject(text: Option<&str>) -> Option<Field> {
    let long = text.is_some_and(|text| text.chars().count() > MAX_SUBJECT);
    long.then(|| Field::new("/subject", "too-long").with("most", MAX_SUBJECT))
}
