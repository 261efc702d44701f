//! Who reaches the CRM: a part of the settings with a page of its own, looked at and tried as the whole is.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use seal::numbers::action;
use settings::Settings;

use super::ask::InForce;
use super::document::{crm_pointer, reach, site, version, with_crm};
use super::settings::terms;
use super::somebody;
use super::state::Admin;
use super::trial::Proposal;
use crate::caller::{Caller, Sent};
use crate::problem::{Code, Problem};
use crate::realm::Who;
use crate::reply::{self, Reply, broken};
use crate::shape::admin::CrmAccess;
use crate::shape::settings::CrmTrial;
use crate::shape::setup::{CrmChoice, ReachableFrom};
use crate::version::{idempotency_key, if_match};

pub(super) fn routes() -> Router<Admin> {
    Router::new()
        .route("/api/v1/crm-access", get(access).put(change))
        .route("/api/v1/crm-access/preview", post(preview))
}

async fn access(State(admin): State<Admin>, _: Who) -> Reply {
    let now = admin.settings().await?;
    reply::versioned(StatusCode::OK, version(&now.document), &told(&now.settings))
}

async fn preview(
    State(admin): State<Admin>,
    _: Who,
    caller: Caller,
    Sent(choice): Sent<CrmChoice>,
) -> Reply {
    let now = admin.settings().await?;
    let new = admin.with_reach(&now, &choice.reachable_from, &caller).await?;
    let from = caller.peer.address.to_canonical();
    reply::json(&admin.preview(&now.settings, new, from, caller.language, crm_pointer).await?)
}

async fn change(
    State(admin): State<Admin>,
    who: Who,
    caller: Caller,
    headers: HeaderMap,
    Sent(sent): Sent<CrmTrial>,
) -> Reply {
    let (seen, key) = (if_match(&headers)?, idempotency_key(&headers)?);
    let (reason, seconds) = terms(&sent.reason, sent.seconds)?;
    // Goes on when the connection ends: the new rules may end it.
    let tried = reply::off(async move {
        let work = async {
            let now = admin.settings().await?;
            if version(&now.document) != seen {
                let current = serde_json::to_value(told(&now.settings));
                let current = current.map_err(|error| broken(&error))?;
                return Err(Problem::from(Code::ChangedMeanwhile).with("current", current));
            }
            let settings = admin.with_reach(&now, &sent.reachable_from, &caller).await?;
            let proposal = Proposal { settings, reason, seconds, key };
            admin.try_out(&who.signed, &now, proposal, crm_pointer).await
        };
        admin.in_turn(&who, action::CRM_ACCESS_CHANGED, work).await
    });
    reply::json(&tried.await??)
}

impl Admin {
    async fn with_reach(
        &self,
        now: &InForce,
        from: &[ReachableFrom],
        caller: &Caller,
    ) -> Result<Settings, Problem> {
        let new = with_crm(&now.settings, now.source, from, caller.language)?;
        somebody::names_some(&new, site(&self.status().await?), crm_pointer)?;
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
