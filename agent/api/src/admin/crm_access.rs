//! Who reaches the CRM.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use seal::numbers::{action, outcome};
use settings::Settings;

use super::document::{crm_pointer, reach, site, version, with_crm};
use super::somebody;
use super::state::{Admin, entry};
use crate::caller::{Caller, Sent};
use crate::problem::{Code, Problem};
use crate::realm::Who;
use crate::reply::{self, Reply, broken};
use crate::shape::admin::CrmAccess;
use crate::shape::setup::CrmChoice;
use crate::version::if_match;

pub(super) fn routes() -> Router<Admin> {
    Router::new().route("/api/v1/crm-access", get(access).put(change))
}

async fn access(State(admin): State<Admin>, _: Who) -> Reply {
    let now = admin.settings().await?;
    reply::versioned(StatusCode::OK, version(&now.document), &told(&now.settings))
}

async fn change(
    State(admin): State<Admin>,
    who: Who,
    caller: Caller,
    headers: HeaderMap,
    Sent(choice): Sent<CrmChoice>,
) -> Reply {
    let seen = if_match(&headers)?;
    // Goes on when the connection ends: once asked, hostd does it.
    let changed = reply::off(async move {
        let _alone = admin.changing().await;
        // In its turn: whose session ended while it waited changes nothing.
        let confirmed = who.identity.confirm(&who.signed).await.map_err(Problem::from);
        let done = match confirmed {
            Ok(()) => admin.change_crm(seen, &choice, &caller).await,
            Err(problem) => Err(problem),
        };
        let by = who.signed.actor();
        let (came, why) = match &done {
            Ok(_) => (outcome::ALLOWED, None),
            Err(problem) => (outcome::REFUSED, Some(problem.code().as_str())),
        };
        admin.log(entry(by, action::CRM_ACCESS_CHANGED, came, why)).await?;
        done
    });
    let settings = changed.await??;
    reply::versioned(StatusCode::OK, version(&settings.to_json()), &told(&settings))
}

impl Admin {
    async fn change_crm(
        &self,
        seen: u64,
        choice: &CrmChoice,
        caller: &Caller,
    ) -> Result<Settings, Problem> {
        let now = self.settings().await?;
        if version(&now.document) != seen {
            let current = serde_json::to_value(told(&now.settings));
            let current = current.map_err(|error| broken(&error))?;
            return Err(Problem::from(Code::ChangedMeanwhile).with("current", current));
        }
        let new = with_crm(&now.settings, now.source, &choice.reachable_from, caller.language)?;
        somebody::names_some(&new, site(&self.status().await?), crm_pointer)?;
        self.apply(new.to_json(), crm_pointer).await?;
        Ok(new)
    }
}

fn told(settings: &Settings) -> CrmAccess {
    let zones = settings.zones.keys().filter(|zone| **zone != settings.crm.zone);
    CrmAccess {
        reachable_from: reach(&settings.crm.reachable_from),
        zones: zones.map(ToString::to_string).collect(),
    }
}
