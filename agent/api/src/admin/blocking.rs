//! Names that are not answered: the lists, what was blocked lately, what becomes of a name. What is blocked
//! where is an ordinary change of the settings.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::routing::{get, post};
use host_api::blocking::{ListHeld, WhyBlocked};
use host_api::{Request, Response};
use seal::numbers::{action, outcome};
use settings::DomainName;
use tokio::sync::{mpsc, watch};

use super::ask::unexpected;
use super::state::{Admin, entry};
use crate::caller::Sent;
use crate::parameters::Parameters;
use crate::problem::{Code, Field, Problem};
use crate::realm::Who;
use crate::reply::{self, Reply};
use crate::shape::blocking as shape;
use crate::shape::plain::Time;

/// Whoever fetches lists.
pub struct ListsLink {
    /// How that goes, by address.
    pub told: watch::Receiver<BTreeMap<String, shape::FetchState>>,
    /// What is to be fetched now.
    pub orders: mpsc::Sender<FetchOrder>,
}

/// A list that is to be fetched now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchOrder {
    /// Where.
    pub address: String,
    /// It may have lost more than half of its names.
    pub may_shrink: bool,
}

pub(super) fn routes() -> Router<Admin> {
    Router::new()
        .route("/api/v1/blocking", get(told))
        .route("/api/v1/blocking/name", get(judge))
        .route("/api/v1/blocking/fetch", post(fetch))
}

async fn told(State(admin): State<Admin>, _: Who) -> Reply {
    let now = admin.settings().await?;
    let told = match admin.ask(Request::Blocking).await? {
        Response::Blocking(told) => *told,
        other => return Err(unexpected(&other)),
    };
    let held: BTreeMap<&str, &ListHeld> =
        told.lists.iter().map(|list| (list.address.as_str(), list)).collect();
    let fetches = admin.parts().lists.told.borrow().clone();
    let lists = now.settings.blocking.lists.iter().map(|(name, address)| {
        let held = held.get(address.as_str());
        shape::BlockList {
            name: name.to_string(),
            address: address.to_string(),
            names: held.map(|held| held.names),
            odd: held.map_or(0, |held| held.odd),
            fetched: held.map(|held| time(held.fetched)),
            checked: held.map(|held| time(held.checked)),
            fetch: fetches.get(address.as_str()).cloned().unwrap_or_default(),
        }
    });
    let lists = lists.collect();
    let zones = told.zones.into_iter().map(|zone| shape::BlockedZone {
        zone: zone.zone,
        names: zone.names,
        spared: zone.spared,
        no_room: zone.no_room,
        down: zone.down,
    });
    let lately = told.lately.into_iter().map(|one| shape::BlockedName {
        zone: one.zone,
        name: one.name,
        times: one.times,
        last: time(one.last),
        why: why(one.why),
    });
    reply::json(&shape::BlockingTold {
        lists,
        zones: zones.collect(),
        lately: lately.collect(),
        since: time(told.since),
    })
}

async fn judge(State(admin): State<Admin>, _: Who, uri: Uri) -> Reply {
    let mut parameters = Parameters::of_uri(&uri, &["name"])?;
    let name = parameters.read("name", |text| {
        let text = text.trim().trim_end_matches('.').to_ascii_lowercase();
        text.parse::<DomainName>().map_err(|_| Field::new("/name", "domain-name"))
    });
    parameters.settled()?;
    let name = name.ok_or_else(|| Problem::fields_refused(vec![Field::new("/name", "empty")]))?;
    match admin.ask(Request::JudgeName { name: name.to_string() }).await? {
        Response::NameJudged(zones) => {
            let zones = zones.into_iter();
            let zones = zones.map(|it| shape::JudgedZone { zone: it.zone, why: why(it.why) });
            reply::json(&shape::JudgedName { name: name.to_string(), zones: zones.collect() })
        }
        other => Err(unexpected(&other)),
    }
}

/// It is written down who wanted it. The answer comes before the list does.
async fn fetch(State(admin): State<Admin>, who: Who, Sent(sent): Sent<shape::FetchNow>) -> Reply {
    let what = action::LIST_FETCHED;
    let work = async {
        let now = admin.settings().await?;
        let mut lists = now.settings.blocking.lists.iter();
        let (name, _) =
            lists.find(|(_, known)| known.as_str() == sent.address).ok_or(Code::NotFound)?;
        let reason = Some(name.as_str());
        admin.log(entry(who.signed.actor(), what, outcome::ALLOWED, reason)).await?;
        let order = FetchOrder { address: sent.address, may_shrink: sent.may_shrink };
        // One that waits already is fetched anyway.
        admin.parts().lists.orders.try_send(order).map_err(|_| Problem::from(Code::Busy))
    };
    admin.in_turn(&who, what, work).await?;
    reply::nothing()
}

fn why(why: WhyBlocked) -> shape::NameWhy {
    let of = |kind, by| shape::NameWhy { kind, by, lists: Vec::new() };
    match why {
        WhyBlocked::Not => of(shape::NameKind::Not, None),
        WhyBlocked::Allowed(by) => of(shape::NameKind::Allowed, Some(by)),
        WhyBlocked::Needed(by) => of(shape::NameKind::Needed, Some(by)),
        WhyBlocked::Own(by) => of(shape::NameKind::Own, Some(by)),
        WhyBlocked::Lists(lists) => {
            let by = lists.first().map(|(_, name)| name.clone());
            let lists = lists.into_iter().map(|(list, _)| list).collect();
            shape::NameWhy { kind: shape::NameKind::Lists, by, lists }
        }
    }
}

fn time(seconds: u64) -> Time {
    Time(seconds.saturating_mul(1000))
}
