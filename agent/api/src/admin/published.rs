//! What came to the published services of the settings in force.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use host_api::{Arrivals, Request, Response};
use settings::{Comers, SitePrefix};

use super::ask::unexpected;
use super::document::site;
use super::state::Admin;
use crate::realm::Who;
use crate::reply::{self, Reply};
use crate::shape::plain::Time;
use crate::shape::rules::{Published, PublishedFor, PublishedService};

pub(super) fn routes() -> Router<Admin> {
    Router::new().route("/api/v1/published", get(published))
}

async fn published(State(admin): State<Admin>, _: Who) -> Reply {
    let now = admin.settings().await?;
    // Without an IPv6 address in any zone it is of no matter which prefix the box has.
    let site = site(&admin.status().await?).unwrap_or_else(|| SitePrefix::from_random([0; 5]));
    let arrivals: BTreeMap<u16, Arrivals> = match admin.ask(Request::Arrivals).await? {
        Response::Arrivals(all) => all.into_iter().map(|one| (one.service, one)).collect(),
        other => return Err(unexpected(&other)),
    };
    let time = |seconds: u64| Time(seconds.saturating_mul(1000));
    let items = now.settings.publish.iter().map(|one| {
        let came = arrivals.get(&one.id);
        PublishedService {
            id: one.id,
            is_for: match now.settings.sources(one, site).comers {
                Comers::Anybody => PublishedFor::Anybody,
                Comers::Listed => PublishedFor::Listed,
                Comers::Own => PublishedFor::Own,
                Comers::Nobody => PublishedFor::Nobody,
            },
            hits: came.map_or(0, |came| came.hits),
            last_hit: came.and_then(|came| came.last).map(time),
            counted_since: came.map(|came| time(came.since)),
        }
    });
    reply::json(&Published { items: items.collect() })
}
