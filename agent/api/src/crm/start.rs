//! What a page needs before anyone has signed in.

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use super::Crm;
use super::state::Seen;
use crate::problem::Problem;
use crate::realm::Watcher;
use crate::reply::{self, Reply};
use crate::shape::claim::{CrmRealm, CrmStart, CrmState};
use crate::shape::plain::Time;

pub(super) fn routes() -> Router<Crm> {
    Router::new().route("/api/v1/start", get(start))
}

async fn start(State(crm): State<Crm>, who: Result<Watcher, Problem>) -> Reply {
    reply::json(&told(&crm, who.is_ok()))
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
