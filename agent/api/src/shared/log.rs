//! The log: a page at a time, as a file for `gatehouse-verify`, and a signed head. Each look at it is in it.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Response, Uri, header};
use axum::routing::get;
use axum::{Extension, Router};
use futures_util::stream;
use identity::{Identity, LogReader};
use seal::TableId;
use seal::numbers::{action, outcome, table};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use vault::{Access, AuditEntry, Mark};

use crate::parameters::Parameters;
use crate::problem::{Code, Field, Problem};
use crate::realm::{As, Realm};
use crate::reply::{self, Builds, Reply, broken, off};
use crate::shape::plain::{Id, Time};
use crate::shape::shared::{LogEntry, LogHead, LogPage, LogRecord, Outcome};
use crate::shared::named;

/// Entries on a page at most.
const PAGE_MOST: usize = 200;
/// Records that the entries of a page name together; the entry that goes beyond begins the next one.
const RECORDS_MOST: usize = 2_000;
/// Pieces of an export that wait for a slow reader, and their size.
const PIECES: usize = 4;
const PIECE: usize = 64 * 1024;
/// Exports at once: each holds a thread for as long as its reader takes.
const EXPORTS: usize = 2;
/// How long a reader may leave a piece, and when whoever found no room comes again.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn routes<S: Realm>() -> Router<S> {
    Router::new()
        .route("/api/v1/log", get(page::<S>).layer(Extension(Builds::default())))
        .route("/api/v1/log/export", get(export::<S>).layer(Extension(Exports::default())))
        .route("/api/v1/log/head", get(head::<S>))
}

/// Room for exports.
#[derive(Clone)]
struct Exports(Arc<Semaphore>);

impl Default for Exports {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(EXPORTS)))
    }
}

async fn page<S: Realm>(
    State(state): State<S>,
    Extension(builds): Extension<Builds>,
    who: As<LogReader>,
    uri: Uri,
) -> Reply {
    let (before, limit) = range(&uri)?;
    let store = state.store()?;
    store.read_logged(Access::new(who.role.actor(), action::LOG_READ, outcome::ALLOWED)).await?;
    let _turn = builds.turn().await?;
    let read = off(async move { store.audit(before, limit) }).await?;
    let mut entries = read.map_err(|error| broken(&error))?;
    entries.truncate(fitting(entries.iter().map(|entry| entry.records.len())));
    // Also after fewer than asked for: some may be missing, and those before them are there.
    let next = entries.last().filter(|entry| entry.seq > 0);
    let next = next.map(|entry| entry.seq.to_string());
    let entry = |one| told(one, &who.identity, &state);
    reply::json(&LogPage { items: entries.into_iter().map(entry).collect(), next })
}

/// How many of these entries fit a page, each with so many records; at least one.
fn fitting(records: impl Iterator<Item = usize>) -> usize {
    let mut named = 0;
    let fits = |records: &usize| {
        named += records;
        named <= RECORDS_MOST
    };
    records.take_while(fits).count().max(1)
}

fn range(uri: &Uri) -> Result<(Option<u64>, usize), Problem> {
    let mut given = Parameters::of_uri(uri, &["cursor", "limit"])?;
    let seq = |text: &str| text.parse().map_err(|_| Field::new("/cursor", "cursor"));
    let range = (given.read("cursor", seq), given.limit(PAGE_MOST));
    given.settled()?;
    Ok(range)
}

async fn export<S: Realm>(
    State(state): State<S>,
    Extension(exports): Extension<Exports>,
    who: As<LogReader>,
) -> Reply {
    let store = state.store()?;
    let exported = |outcome| Access::new(who.role.actor(), action::LOG_EXPORTED, outcome);
    let Ok(room) = exports.0.try_acquire_owned() else {
        let busy = Code::Busy.as_str().to_owned();
        store.note_list_read(Access { reason: Some(busy), ..exported(outcome::REFUSED) });
        return Err(Problem::from(Code::Busy).after(PATIENCE));
    };
    // In the log first, so that the export holds the entry that tells of it.
    store.read_logged(exported(outcome::ALLOWED)).await?;
    state.log_leaves(&who.role);
    let (to, pieces) = mpsc::channel(PIECES);
    tokio::task::spawn_blocking(move || {
        let mut to = Pieces { to, buffer: Vec::with_capacity(PIECE) };
        let done = store.export(0, &mut to).map_err(io::Error::other).and_then(|()| to.flush());
        // Free before the reader sees the end.
        drop(room);
        if let Err(error) = done.and_then(|()| to.send(None)) {
            tracing::warn!(error = systemd::log::chain(&error), "an export of the log ended early");
        }
    });
    let body = stream::unfold(Some(pieces), |pieces| async {
        let mut pieces = pieces?;
        match pieces.recv().await {
            Some(Some(piece)) => Some((Ok(piece), Some(pieces))),
            // The whole of it.
            Some(None) => None,
            // Its reader sees that it is cut off, and the verifier refuses it.
            None => Some((Err(io::Error::from(io::ErrorKind::UnexpectedEof)), None)),
        }
    });
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    let media = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, media);
    let name = format!("attachment; filename=\"gatehouse-{}-log.ghx\"", S::APP.as_str());
    headers.extend(HeaderValue::try_from(name).ok().map(|it| (header::CONTENT_DISPOSITION, it)));
    Ok(response)
}

/// Passes an export on piece by piece; waits for a slow reader, but not for one that stands still.
struct Pieces {
    /// The last of all is none.
    to: mpsc::Sender<Option<Bytes>>,
    buffer: Vec<u8>,
}

impl Pieces {
    fn send(&self, piece: Option<Bytes>) -> io::Result<()> {
        match Handle::current().block_on(timeout(PATIENCE, self.to.send(piece))) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = Bytes::from(std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE)));
        self.send(Some(piece))
    }
}

async fn head<S: Realm>(State(state): State<S>, who: As<LogReader>) -> Reply {
    let store = state.store()?;
    // In the log first, so that the head stands for the entry that tells of it, too.
    store.read_logged(Access::new(who.role.actor(), action::LOG_HEAD, outcome::ALLOWED)).await?;
    let head = store.head().await?;
    reply::json(&LogHead { line: head.line() })
}

fn told<S: Realm>(entry: AuditEntry, identity: &Identity, state: &S) -> LogEntry {
    let records = entry.records.iter().map(|(table, id, _)| LogRecord {
        table: table_name(*table).map_or_else(|| table.0.to_string(), str::to_owned),
        id: Id(id.0),
        label: identity.name_of(*id).or_else(|| state.label(*table, *id)),
    });
    let records: Vec<_> = records.collect();
    let count = entry.count.and_then(|count| u64::try_from(count).ok());
    let details = entry.details.iter().flatten().find_map(|detail| detail.reason.clone());
    LogEntry {
        seq: entry.seq,
        at: Time(entry.at),
        actor: entry.account.and_then(|id| named(id, identity)),
        action: done(&entry).to_owned(),
        outcome: match entry.outcome {
            Some(outcome::REFUSED) => Outcome::Refused,
            Some(outcome::MISSING) => Outcome::Missing,
            _ => Outcome::Allowed,
        },
        count: count.unwrap_or(records.len() as u64),
        records,
        reason: entry.reason.or(details),
        address: entry.address.map(|address| address.to_string()),
        device: entry.device.filter(|device| !device.is_empty()),
    }
}

/// The code of what an entry tells of; of its mark where it has one.
fn done(entry: &AuditEntry) -> &'static str {
    match entry.mark {
        Mark::Ordinary if entry.damage.is_some() => "damaged",
        Mark::Ordinary => entry.action.and_then(action::code).unwrap_or("unknown"),
        Mark::Genesis { .. } => "begun",
        Mark::Gap { .. } => "gap",
        Mark::Restored { .. } => "restored",
        Mark::NewKey { .. } => "new-key",
        Mark::Retention { .. } => "retention",
    }
}

fn table_name(of: TableId) -> Option<&'static str> {
    Some(match of {
        table::ACCOUNTS => "accounts",
        table::SESSIONS => "sessions",
        table::TOTP => "totp",
        table::CONTACTS => "contacts",
        table::ERASED => "erased",
        table::CERTIFICATES => "certificates",
        table::INVITATIONS => "invitations",
        table::ORGANISATION => "organisation",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_so_many_records_and_goes_on_with_the_next_entry() {
        let of = |records: &[usize]| fitting(records.iter().copied());
        assert_eq!((of(&[]), of(&[9_999, 1]), of(&[0; 200])), (1, 1, 200));
        assert_eq!(of(&[200; 200]), 10);
        assert_eq!(of(&[1_999, 1, 0, 1, 0]), 3);
    }
}
