//! What happens to contacts, as it happens: a stream of server-sent events for each open page.
//!
//! A stream is no request: it neither lengthens the session nor outlives it. Who reads too slowly is
//! cut off; the page comes back and looks anew.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use axum::routing::get;
use axum::{Extension, Router};
use futures_util::stream::{self, Stream};
use identity::Signed;
use seal::RecordId;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::Crm;
use super::open::Happened;
use crate::problem::{Code, Problem};
use crate::realm::Watcher;
use crate::reply::Reply;

/// Streams of one session at once: tabs, and those whose end was not noticed yet.
const STREAMS_MOST: usize = 6;
/// Who asks for more comes again after this.
const AGAIN: Duration = Duration::from_secs(30);
/// How soon the end of a session ends its streams.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Looks between two signs of life.
const LOOKS: u32 = 40;

pub(super) fn routes() -> Router<Crm> {
    let streams = Extension(Streams::default());
    Router::new().route("/api/v1/events", get(events)).layer(streams)
}

/// How many streams each session has.
#[derive(Clone, Default)]
struct Streams(Arc<Mutex<HashMap<RecordId, usize>>>);

/// One stream of a session; dropped, it is counted no more.
struct Counted {
    streams: Streams,
    session: RecordId,
}

impl Streams {
    fn begin(&self, session: RecordId) -> Option<Counted> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(session).or_default();
        if *count >= STREAMS_MOST {
            return None;
        }
        *count += 1;
        Some(Counted { streams: self.clone(), session })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut all = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.session);
            }
        }
    }
}

async fn events(
    State(crm): State<Crm>,
    Extension(streams): Extension<Streams>,
    watcher: Watcher,
) -> Reply {
    let signed = watcher.signed;
    signed.reader().ok_or(Code::NotAllowed)?;
    let counted = streams.begin(signed.session()).ok_or_else(|| Problem::slow_down(AGAIN))?;
    let changes = crm.open()?.changes();
    let mut looks = interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let tells = Tells { crm, signed, changes, looks, quiet: 0, _counted: counted };
    Ok(Sse::new(tells.stream()).into_response())
}

struct Tells {
    crm: Crm,
    signed: Signed,
    changes: broadcast::Receiver<Happened>,
    looks: Interval,
    /// Looks since the last sign of life.
    quiet: u32,
    _counted: Counted,
}

impl Tells {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> + Send {
        stream::unfold(self, |mut tells| async {
            let event = tells.next().await?;
            Some((Ok(event), tells))
        })
    }

    /// None when the session ended, the vault was locked, or the reader is too slow.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let happened = tokio::select! {
                happened = self.changes.recv() => Some(happened),
                _ = self.looks.tick() => None,
            };
            if !self.may_see() {
                return None;
            }
            match happened {
                Some(Ok(happened)) => {
                    self.quiet = 0;
                    return Event::default().event("contact").json_data(happened.told()).ok();
                }
                Some(Err(RecvError::Lagged(_) | RecvError::Closed)) => return None,
                None => self.quiet += 1,
            }
            if self.quiet >= LOOKS {
                self.quiet = 0;
                return Some(Event::default().comment(""));
            }
        }
    }

    fn may_see(&self) -> bool {
        self.crm.open().is_ok_and(|open| open.identity.is_alive(&self.signed))
    }
}
