//! What a page needs before anyone has signed in.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use super::Crm;
use super::state::Seen;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::realm::Watcher;
use crate::reply::{self, Reply, off};
use crate::shape::claim::{CrmRealm, CrmStart, CrmState};
use crate::shape::plain::Time;

pub(super) fn routes() -> Router<Crm> {
    Router::new().route("/api/v1/start", get(start))
}

async fn start(State(crm): State<Crm>, caller: Caller, who: Result<Watcher, Problem>) -> Reply {
    let mut start = told(&crm, who.is_ok());
    if start.state == CrmState::Locked {
        let asked = crm.clone();
        let wait = off(async move { asked.0.closed.wait(Some(caller.peer.address)) }).await?;
        start.unlock_wait = match wait {
            Ok(wait) => whole_seconds(wait),
            Err(error) => {
                tracing::warn!(error = systemd::log::chain(&error), "tries cannot be read");
                0
            }
        };
    }
    reply::json(&start)
}

/// A second that has begun counts: whoever tries after them does not come too early.
fn whole_seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX)
}

/// What a page needs, for somebody who is signed in or not.
pub(super) fn told(crm: &Crm, signed_in: bool) -> CrmStart {
    let (language, time) = (crm.language(), crm.now());
    let seen = crm.seen();
    let (organisation, unlockers) = named(&seen, signed_in);
    CrmStart {
        realm: CrmRealm::Crm,
        state: seen.state,
        organisation,
        unlockers,
        locked_because: seen.because.filter(|_| seen.state == CrmState::Locked),
        unlock_wait: 0,
        recovery_confirmed: seen.recovery_confirmed,
        damaged_accounts: seen
            .open
            .map_or(0, |open| u32::try_from(open.identity.unreadable()).unwrap_or(u32::MAX)),
        language,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        time: Time(time),
    }
}

/// The names that the asker may see: the locked page has to say whose CRM it is and who opens it; while
/// it is open, whoever is signed in sees whose it is, and a stranger sees no name.
fn named(seen: &Seen, signed_in: bool) -> (Option<String>, Vec<String>) {
    let front = seen.front.clone();
    match seen.state {
        CrmState::Locked => (front.organisation, front.unlockers),
        CrmState::Open if signed_in => (front.organisation, Vec::new()),
        CrmState::Unclaimed | CrmState::Claiming | CrmState::Open | CrmState::DiskFailed => {
            (None, Vec::new())
        }
    }
}
