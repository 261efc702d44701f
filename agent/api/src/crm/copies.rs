//! Copies of the vault that leave the box: where they go, how they do, and the sheet that a blank box needs. For
//! managers.

mod given;
mod kept;
mod typed_place;

use std::num::NonZeroU16;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post, put};
use backup::service::{self, Around, Bucket, Chosen, Doing, Place, Said, Why};
use backup::{Protection, S3Style, SftpSignIn};
use events::{EgressProtocol, Event};
use identity::Manager;
use notify::{LocalTime, Moment};
use seal::numbers::{action, table};
use seal::{RecordId, Version};

pub(super) use self::kept::Copies;
use self::kept::{MOST, Shown};
pub(super) use self::typed_place::place;
use super::{Crm, Parts};
use crate::caller::{At, Sent};
use crate::problem::{Code, Field, Problem};
use crate::realm::As;
use crate::reply::{self, Reply};
use crate::shape::copies as shape;
use crate::shape::plain::{Id, Time};
use crate::version::if_match;

/// What the box is called in copies: there are no two at one target that somebody has to tell apart.
const HOST: &str = "gatehouse";
/// What the vault is called in copies.
const NAME: &str = "/crm";

/// What a restore says that it wants its way for, where no target has a name yet.
pub(super) const RESTORES: &str = "CRM";

pub(super) fn routes() -> Router<Crm> {
    Router::new()
        .route("/api/v1/copies", get(list).post(add))
        .route("/api/v1/copies/{id}", put(change).delete(remove))
        .route("/api/v1/copies/{id}/copy", post(copy))
        .route("/api/v1/copies/{id}/drill", post(drill))
        .route("/api/v1/copies/{id}/sheet", post(sheet))
        .route("/api/v1/copies/{id}/sheet/proof", post(proof))
}

async fn list(State(crm): State<Crm>, _: As<Manager>) -> Reply {
    let targets = crm.open()?.copies.targets().await;
    let items = targets.iter().map(|one| told(one, crm.now())).collect();
    reply::json(&shape::CopyTargets { items, most: MOST })
}

async fn add(
    State(crm): State<Crm>,
    who: As<Manager>,
    Sent(given): Sent<shape::CopyTargetGiven>,
) -> Reply {
    let zone = &who.role.signed().account().time_zone;
    let chosen = given::chosen(given, None, (zone, crm.now()))?;
    let id = crm.open()?.copies.put(&who.role, None, chosen, action::COPY_TARGET_ADDED).await?;
    crm.saved(id, StatusCode::CREATED).await
}

async fn change(
    State(crm): State<Crm>,
    who: As<Manager>,
    At(id): At,
    headers: HeaderMap,
    Sent(given): Sent<shape::CopyTargetGiven>,
) -> Reply {
    let version = Version(if_match(&headers)?);
    let open = crm.open()?;
    let before = open.copies.target(id).await?.known;
    let zone = &who.role.signed().account().time_zone;
    let chosen = given::chosen(given, Some(&before.chosen), (zone, crm.now()))?;
    let what = action::COPY_TARGET_CHANGED;
    open.copies.put(&who.role, Some((id, version)), chosen, what).await?;
    crm.saved(id, StatusCode::OK).await
}

async fn remove(State(crm): State<Crm>, who: As<Manager>, At(id): At, headers: HeaderMap) -> Reply {
    let version = Version(if_match(&headers)?);
    let open = crm.open()?;
    open.copies.remove(&who.role, id, version, action::COPY_TARGET_REMOVED).await?;
    reply::nothing()
}

/// It is made shortly after; the list says what came of it.
async fn copy(State(crm): State<Crm>, who: As<Manager>, At(id): At) -> Reply {
    let open = crm.open()?;
    open.copies.note(&who.role, id, action::COPY_ASKED).await?;
    if open.copies.copy_now(id) { reply::nothing() } else { Err(Code::NotFound.into()) }
}

async fn drill(State(crm): State<Crm>, who: As<Manager>, At(id): At) -> Reply {
    let open = crm.open()?;
    open.copies.note(&who.role, id, action::COPY_DRILL_ASKED).await?;
    if open.copies.drill_now(id) { reply::nothing() } else { Err(Code::NotFound.into()) }
}

/// Everything on it opens copies, so the log says who had it shown.
async fn sheet(State(crm): State<Crm>, who: As<Manager>, At(id): At) -> Reply {
    let open = crm.open()?;
    let one = open.copies.note(&who.role, id, action::COPY_SHEET_SHOWN).await?;
    let sheet = one.chosen.sheet();
    let located = located(&one.chosen.place);
    reply::json(&shape::CopySheet {
        text: sheet.text().reveal().to_owned(),
        name: one.chosen.name.clone(),
        organisation: crm.seen().front.organisation,
        address: located.address,
        user: located.user,
        password: sheet.password.reveal().to_owned(),
        bucket: located.bucket,
        sftp: located.sftp,
        key: sheet.key.text().to_string(),
        has_authority: sheet.ca.is_some(),
        last_word: sheet.last_word(),
        at: Time(crm.now()),
    })
}

async fn proof(
    State(crm): State<Crm>,
    who: As<Manager>,
    At(id): At,
    headers: HeaderMap,
    Sent(typed): Sent<shape::TypedSheetEnd>,
) -> Reply {
    let version = Version(if_match(&headers)?);
    let open = crm.open()?;
    let before = open.copies.target(id).await?.known;
    if !before.chosen.sheet().ends_with(&typed.last_word) {
        return Err(Problem::fields_refused(vec![Field::new("/lastWord", "mistyped")]));
    }
    let chosen = Chosen { sheet: Some(crm.now()), ..(*before.chosen).clone() };
    let what = action::COPY_SHEET_PROVED;
    open.copies.put(&who.role, Some((id, version)), chosen, what).await?;
    crm.saved(id, StatusCode::OK).await
}

impl Crm {
    async fn saved(&self, id: RecordId, status: StatusCode) -> Reply {
        let one = self.open()?.copies.target(id).await?;
        reply::versioned(status, one.known.version.0, &told(&one, self.now()))
    }
}

/// What it takes to reach a target.
pub(super) fn around(parts: &Parts) -> Around {
    let (clock, now) = (Arc::clone(&parts.clock), Arc::clone(&parts.clock));
    Around {
        clock: Arc::new(move || clock.now().wall),
        authorities: parts.authorities.clone(),
        resolve: Arc::clone(&parts.resolve),
        minute: Arc::new(move |zone| {
            let local = LocalTime::named(zone)?;
            Some(local.minute(Moment(now.now().wall)))
        }),
        name: NAME.to_owned(),
        host: HOST.to_owned(),
    }
}

/// What the admin application is told.
pub(super) fn event(said: Said) -> Event {
    match said {
        Said::Wants { host, port, name } => Event::EgressWanted {
            to: host,
            protocol: EgressProtocol::Tcp,
            port,
            reason: Some(name),
        },
        Said::Late { name, days } => Event::CopyLate { place: name, days },
        Said::Bad { name } => Event::CopyBad { place: name },
    }
}

/// Tells the admin application what the service of copies says.
fn teller(parts: &Parts) -> Arc<dyn Fn(Said) + Send + Sync> {
    let events = parts.events.clone();
    Arc::new(move |said| {
        if let Err(error) = events.try_send(event(said)) {
            tracing::warn!(%error, "the admin application is not told of copies");
        }
    })
}

fn told(one: &Shown, now: u64) -> shape::CopyTarget {
    let Shown { id, known, told } = one;
    let place = located(&known.chosen.place);
    let kept = &told.kept;
    let age = now.saturating_sub(kept.good.unwrap_or(known.chosen.made));
    shape::CopyTarget {
        id: Id(id.0),
        version: known.version.0,
        name: known.chosen.name.clone(),
        address: place.address,
        user: place.user,
        bucket: place.bucket,
        sftp: place.sftp,
        public_key: place.public_key,
        lock_days: place.lock_days,
        limit: known.chosen.limit.as_ref().map(given::limit_told),
        authority: place.authority,
        sheet: known.chosen.sheet.map(Time),
        doing: told.doing.map(|doing| match doing {
            Doing::Copying => shape::CopyDoing::Copying,
            Doing::Clearing => shape::CopyDoing::Clearing,
            Doing::Drilling => shape::CopyDoing::Drilling,
        }),
        good: kept.good.map(Time),
        late: age >= service::LATE,
        copied: kept.copied.map(|copied| shape::CopyMade {
            at: Time(copied.at),
            sent: copied.sent,
            took: copied.took,
        }),
        next: told.next.map(Time),
        failing: told.failing.map(|failing| shape::CopyFailing {
            why: why(failing.why),
            since: Time(failing.since),
            last: Time(failing.last),
        }),
        protection: kept.protection.map(|protection| match protection {
            Protection::AppendOnly => shape::CopyProtection::AppendOnly,
            Protection::Locked(_) => shape::CopyProtection::Locked,
            Protection::Deletes => shape::CopyProtection::Deletes,
        }),
        tried: kept.tried.map(Time),
        old_keys_kept: kept.old_keys_kept,
        not_cleared: kept.not_cleared.map(why),
        drill: kept.drill.as_ref().map(drilled),
        drill_failed: told.drill_failed.map(|(at, because)| shape::CopyFailing {
            why: why(because),
            since: Time(at),
            last: Time(at),
        }),
    }
}

/// Where copies lie, as it is told.
struct Located {
    address: String,
    user: String,
    bucket: Option<shape::CopyBucket>,
    sftp: Option<shape::CopySftp>,
    public_key: Option<String>,
    lock_days: Option<u16>,
    authority: Option<String>,
}

fn located(place: &Place) -> Located {
    match place {
        Place::Rest(rest) => Located {
            address: rest.address.clone(),
            user: rest.user.clone(),
            bucket: None,
            sftp: None,
            public_key: None,
            lock_days: None,
            authority: rest.authority.clone(),
        },
        Place::S3(Bucket {
            endpoint,
            region,
            bucket,
            prefix,
            style,
            key_id,
            secret: _,
            authority,
            lock_days,
        }) => Located {
            address: endpoint.clone(),
            user: key_id.clone(),
            bucket: Some(shape::CopyBucket {
                region: region.clone(),
                name: bucket.clone(),
                folder: prefix.clone(),
                style: match style {
                    S3Style::Path => shape::BucketStyle::Path,
                    S3Style::VirtualHost => shape::BucketStyle::VirtualHost,
                },
            }),
            sftp: None,
            public_key: None,
            lock_days: lock_days.map(NonZeroU16::get),
            authority: authority.clone(),
        },
        Place::Sftp(one) => Located {
            address: one.server.clone(),
            user: one.user.clone(),
            bucket: None,
            sftp: Some(shape::CopySftp {
                folder: one.folder.clone(),
                host_key: one.host_key.clone(),
                sign_in: match one.sign_in {
                    SftpSignIn::Password => shape::CopySignIn::Password,
                    SftpSignIn::Key => shape::CopySignIn::Key,
                },
            }),
            public_key: one.public_line(),
            lock_days: None,
            authority: None,
        },
    }
}

fn drilled(drill: &service::Drilled) -> shape::CopyDrill {
    let contacts = drill.rows.iter().find(|[number, ..]| *number == u64::from(table::CONTACTS.0));
    let [_, records, dark, _] = contacts.copied().unwrap_or_default();
    shape::CopyDrill {
        at: Time(drill.at),
        took: drill.took,
        copy: Time(drill.copy),
        good: drill.good,
        contacts: records,
        dark,
        faults: drill.faults.clone(),
    }
}

pub(super) fn why(why: Why) -> shape::CopyWhy {
    use shape::CopyWhy as To;
    match why {
        Why::Unreachable => To::Unreachable,
        Why::TooSlow => To::TooSlow,
        Why::BrokenOff => To::BrokenOff,
        Why::NoEncryption => To::NoEncryption,
        Why::CertificateExpired => To::CertificateExpired,
        Why::CertificateNotYet => To::CertificateNotYet,
        Why::CertificateName => To::CertificateName,
        Why::CertificateAuthority => To::CertificateAuthority,
        Why::CertificateBad => To::CertificateBad,
        Why::NotUnderstood => To::NotUnderstood,
        Why::WrongLogin => To::WrongLogin,
        Why::WrongPlace => To::WrongPlace,
        Why::HostKey => To::HostKey,
        Why::WrongClock => To::WrongClock,
        Why::NoObjectLock => To::NoObjectLock,
        Why::Refused => To::Refused,
        Why::Full => To::Full,
        Why::OtherKey => To::OtherKey,
        Why::Gone => To::Gone,
        Why::Nothing => To::Nothing,
        Why::Damaged => To::Damaged,
        Why::Newer => To::Newer,
        Why::Older => To::Older,
        Why::Busy => To::Busy,
        Why::Store => To::Store,
        Why::NoRoom => To::NoRoom,
    }
}
