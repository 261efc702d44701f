//! Where the box's own programs may go: what became of the destinations in force, and what is asked for. To
//! allow one is an ordinary change of the settings.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use events::{EgressProtocol as Asked, Event};
use host_api::egress::{EgressAsked, EgressName, EgressUsed, EgressWanted, NameState as Found};
use host_api::{Request, Response};
use notify::Alert;
use seal::numbers::{action, outcome};
use settings::{Egress, EgressProtocol, EgressTarget, EgressUser, Settings};
use vault::Actor;

use super::ask::unexpected;
use super::state::{Admin, Noise, entry};
use crate::caller::Sent;
use crate::problem::Problem;
use crate::realm::Who;
use crate::reply::{self, Reply};
use crate::shape::egress as shape;
use crate::shape::plain::Time;

pub(super) fn routes() -> Router<Admin> {
    Router::new().route("/api/v1/egress", get(told)).route("/api/v1/egress/decline", post(decline))
}

async fn told(State(admin): State<Admin>, _: Who) -> Reply {
    let now = admin.settings().await?;
    let told = match admin.ask(Request::Egress).await? {
        Response::Egress(told) => told,
        other => return Err(unexpected(&other)),
    };
    let used = told.used.into_iter().map(|used| (used.id.clone(), used)).collect();
    let names = told.names.into_iter().map(|name| (name.name.clone(), name)).collect();
    let one = |egress| destination(&now.settings, egress, &used, &names);
    reply::json(&shape::EgressTold {
        destinations: now.settings.egress.iter().map(one).collect(),
        wanted: told.wanted.into_iter().map(wanted).collect(),
    })
}

/// It is written down who declined. That nobody asks for it any more is no mistake.
async fn decline(
    State(admin): State<Admin>,
    who: Who,
    Sent(sent): Sent<shape::DeclinedDestination>,
) -> Reply {
    let what = action::EGRESS_DECLINED;
    let work = async {
        match admin.ask(Request::EgressDecline { id: sent.id }).await? {
            Response::Accepted => {}
            other => return Err(unexpected(&other)),
        }
        admin.log(entry(who.signed.actor(), what, outcome::ALLOWED, None)).await
    };
    admin.in_turn(&who, what, work).await?;
    reply::nothing()
}

impl Admin {
    /// Has hostd keep what the CRM asks for. A CRM that was captured can ask, and no more; what it says fills
    /// neither the log nor the list.
    pub(super) async fn crm_wants(&self, event: &Event) {
        let Event::EgressWanted { to, protocol, port, reason } = event else { return };
        if !self.hears(Noise::Egress) {
            tracing::warn!("the CRM asks for more destinations than are taken in an hour");
            return;
        }
        let asked = EgressAsked {
            user: EgressUser::Crm,
            to: to.clone(),
            protocol: match protocol {
                Asked::Tcp => EgressProtocol::Tcp,
                Asked::Udp => EgressProtocol::Udp,
            },
            port: *port,
            reason: reason.clone(),
        };
        self.wants(asked).await;
    }

    /// Has hostd keep what one of the box's programs asks for, where it may not go there.
    pub(super) async fn wants(&self, asked: EgressAsked) {
        // A program cannot tell a way that is shut from a server that is silent.
        if self.is_allowed(&asked).await {
            return;
        }
        let (to, port) = (asked.to.clone(), u32::from(asked.port));
        let kept: Result<(), Problem> = match self.ask(Request::EgressAsk(asked)).await {
            Ok(Response::Accepted) => {
                self.bell().tell(Alert::EgressRequested { to: to.as_str().into(), port });
                let what = action::EGRESS_WANTED;
                self.log(entry(Actor::default(), what, outcome::ALLOWED, None)).await
            }
            Ok(Response::Failed(failure)) => {
                tracing::warn!(code = failure.code, detail = failure.detail, "not kept");
                Ok(())
            }
            Ok(other) => Err(unexpected(&other)),
            Err(problem) => Err(problem),
        };
        if let Err(problem) = kept {
            tracing::error!(problem = problem.code().as_str(), "a wanted destination is lost");
        }
    }

    pub(super) async fn is_allowed(&self, asked: &EgressAsked) -> bool {
        let Ok(to) = asked.to.parse::<EgressTarget>() else { return false };
        let key = (asked.user, &to, asked.protocol, asked.port);
        self.settings().await.is_ok_and(|now| now.settings.may_go(key))
    }
}

fn destination(
    settings: &Settings,
    egress: &Egress,
    used: &BTreeMap<String, EgressUsed>,
    names: &BTreeMap<String, EgressName>,
) -> shape::Destination {
    let used = used.get(&firewall::egress_id(egress));
    let zone = match &egress.to {
        EgressTarget::Name(_) => None,
        EgressTarget::Network(network) => settings.zone_of_address(*network),
    };
    shape::Destination {
        user: user(egress.user),
        to: egress.to.to_string(),
        protocol: protocol(egress.protocol),
        port: egress.port,
        zone: zone.map(ToString::to_string),
        hits: used.map_or(0, |used| used.hits),
        last_used: used.and_then(|used| used.last).map(time),
        counted_since: used.map(|used| time(used.since)),
        name: egress.name().and_then(|name| names.get(name.as_str())).map(name_now),
    }
}

fn name_now(name: &EgressName) -> shape::NameNow {
    shape::NameNow {
        state: match name.state {
            Found::Waiting => shape::NameState::Waiting,
            Found::Found => shape::NameState::Found,
            Found::Nothing => shape::NameState::Nothing,
            Found::Refused => shape::NameState::Refused,
            Found::NoAnswer => shape::NameState::NoAnswer,
        },
        addresses: name.addresses.iter().map(ToString::to_string).collect(),
        refused: name.refused.iter().map(ToString::to_string).collect(),
        asked: name.asked.map(time),
    }
}

fn wanted(wanted: EgressWanted) -> shape::WantedDestination {
    let EgressWanted { id, asked, since, last, times, declined } = wanted;
    shape::WantedDestination {
        id,
        user: user(asked.user),
        to: asked.to,
        protocol: protocol(asked.protocol),
        port: asked.port,
        reason: asked.reason,
        since: time(since),
        last: time(last),
        times,
        declined: declined.map(time),
    }
}

fn user(user: EgressUser) -> shape::EgressFor {
    match user {
        EgressUser::Crm => shape::EgressFor::Crm,
        EgressUser::Admin => shape::EgressFor::Admin,
    }
}

fn protocol(protocol: EgressProtocol) -> shape::EgressProtocol {
    match protocol {
        EgressProtocol::Tcp => shape::EgressProtocol::Tcp,
        EgressProtocol::Udp => shape::EgressProtocol::Udp,
    }
}

fn time(seconds: u64) -> Time {
    Time(seconds.saturating_mul(1000))
}
