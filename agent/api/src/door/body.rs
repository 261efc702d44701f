//! A request's body taken into memory, so that no route waits for a slow sender: within a size, a time,
//! and the bytes that there are for all.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use http_body_util::BodyExt;

use super::budget::{Budget, Reservation};
use crate::problem::{Code, Problem};

/// Bytes that a body may have.
const MOST: usize = 64 * 1024;
/// The same where a whole document of settings comes in.
const MOST_SETTINGS: usize = settings::MAX_BYTES + 4 * 1024;
const SETTINGS: [&str; 3] = ["/api/v1/settings", "/api/v1/settings/preview", "/api/v1/simulations"];
/// How long a body may take to arrive.
const ARRIVE: Duration = Duration::from_secs(10);
/// When to come again for room.
const AGAIN: Duration = Duration::from_secs(2);

/// The request with its body in memory, and the room it takes, to be kept until it is answered.
pub(super) async fn whole(
    request: Request,
    from: IpAddr,
    budget: &Budget,
) -> Result<(Request, Option<Reservation>), Problem> {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return Ok((Request::from_parts(parts, Body::empty()), None));
    }
    let most = if SETTINGS.contains(&parts.uri.path()) { MOST_SETTINGS } else { MOST };
    if body.size_hint().lower() > most as u64 {
        return Err(Code::TooLong.into());
    }
    let reservation = budget.reserve(from).map_err(full)?;
    let read = tokio::time::timeout(ARRIVE, read(body, most, &reservation)).await;
    let body = read.map_err(|_| Code::TooSlow)??;
    let is_json = parts.headers.get(header::CONTENT_TYPE).is_some_and(says_json);
    if !body.is_empty() && !is_json && parts.uri.path() != crate::site::REPORT {
        return Err(Code::NotJson.into());
    }
    Ok((Request::from_parts(parts, Body::from(body)), Some(reservation)))
}

async fn read(mut body: Body, most: usize, reservation: &Reservation) -> Result<Vec<u8>, Problem> {
    loop {
        let frame = tokio::select! {
            frame = body.frame() => frame,
            () = reservation.revoked() => return Err(full(Code::Busy)),
        };
        let Some(frame) = frame else { return reservation.arrived().map_err(full) };
        let Ok(data) = frame.map_err(|_| Code::Malformed)?.into_data() else { continue };
        if reservation.push(&data).map_err(full)? > most {
            return Err(Code::TooLong.into());
        }
    }
}

fn full(code: Code) -> Problem {
    Problem::from(code).after(AGAIN)
}

fn says_json(media: &HeaderValue) -> bool {
    let essence = media.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}
