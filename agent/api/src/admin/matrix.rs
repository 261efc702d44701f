//! What passes between all places, by the rules in force, for programs to compare with what they try.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use firewall::reach::{Allowed, End, Passage, Ports, Transit};

use super::preview::side;
use super::state::Admin;
use super::zones::WAN;
use crate::realm::Who;
use crate::reply::{self, Reply, off};
use crate::shape::packet::{Matrix, MatrixAllowed, MatrixPassage, ProbeProtocol};

/// Name of the box where a zone's could stand; no zone has it.
pub(super) const BOX: &str = "box";

pub(super) fn routes() -> Router<Admin> {
    Router::new().route("/api/v1/matrix", get(matrix))
}

async fn matrix(State(admin): State<Admin>, _: Who) -> Reply {
    let now = admin.settings().await?;
    let of = admin.resolved(now.settings).await?;
    let all = off(async move { side(&of).map(|side| firewall::reach::matrix(&side)) }).await??;
    reply::json(&Matrix { passages: all.iter().map(told).collect() })
}

fn told(passage: &Passage) -> MatrixPassage {
    let end = |end: &End| match end {
        End::Zone(zone) => zone.to_string(),
        End::Wan => WAN.to_owned(),
        End::Box => BOX.to_owned(),
    };
    let allowed = |Allowed { sources, ports }: &Allowed| {
        let (all_but, ports) = match ports {
            Ports::Except(ports) => (true, ports.clone()),
            Ports::Only(ports) => (false, ports.clone()),
        };
        let sources = sources.iter().map(ToString::to_string).collect();
        MatrixAllowed { sources, all_but, ports }
    };
    MatrixPassage {
        from: end(&passage.from),
        to: end(&passage.to),
        protocol: match passage.kind {
            Transit::Tcp => ProbeProtocol::Tcp,
            Transit::Udp => ProbeProtocol::Udp,
            Transit::Ping => ProbeProtocol::Icmp,
        },
        version: if passage.v6 { 6 } else { 4 },
        possible: passage.passes.is_some(),
        passes: passage.passes.iter().flatten().map(allowed).collect(),
    }
}
