//! Who asks, before anything is known of a session: where from, with what, in which language; and the
//! body and the step that came along.

use std::net::IpAddr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use identity::{Peer, Secret};
use seal::RecordId;
use serde::de::DeserializeOwned;

use crate::cookie::Cookie;
use crate::json;
use crate::problem::{Code, Problem};
use crate::realm::Realm;
use crate::reply::broken;
use crate::shape::plain::Id;
use crate::shape::shared::Language;

/// The address at the other end of the connection; whoever accepts connections puts it into each
/// request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Remote(pub IpAddr);

/// The connection that a request came over; put into each request's extensions as [`Remote`] is.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Grows with each connection.
    pub number: u64,
    /// The box's own address.
    pub at: IpAddr,
}

impl<S: Send + Sync> FromRequestParts<S> for Line {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().copied().ok_or_else(|| Code::Broken.into())
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The language of answers.
    pub language: Language,
    /// Where from and with what.
    pub peer: Peer,
}

impl<S: Realm> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Without the door before it, or an address behind it, nothing is served.
        let language = parts.extensions.get().copied().ok_or(Code::Broken)?;
        let Remote(address) = parts.extensions.get().copied().ok_or(Code::Broken)?;
        let device = parts.headers.get(header::USER_AGENT).and_then(|device| device.to_str().ok());
        let peer = Peer::new(address, device.unwrap_or_default());
        Ok(match device_cookie::<S>(&parts.headers) {
            Some(cookie) => Self { language, peer: peer.with_cookie(&cookie) },
            None => Self { language, peer },
        })
    }
}

/// Somebody who may be let in by this request; their browser is told again from then on.
pub struct Entrant {
    /// Who asks, with the browser's cookie.
    pub caller: Caller,
    /// What that cookie holds, or is to hold.
    pub device: Secret,
}

impl<S: Realm> FromRequestParts<S> for Entrant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Caller { language, peer } = Caller::from_request_parts(parts, state).await?;
        let device = match device_cookie::<S>(&parts.headers) {
            Some(presented) => presented,
            None => Secret::new().map_err(|error| broken(&error))?,
        };
        let peer = peer.with_cookie(&device);
        Ok(Self { caller: Caller { language, peer }, device })
    }
}

/// What came twice, or was never one of ours, is none.
fn device_cookie<S: Realm>(headers: &HeaderMap) -> Option<Secret> {
    Secret::presented(Cookie::Device.read(S::APP, headers).ok()??)
}

/// The body as strict JSON.
pub struct Sent<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, state).await.map_err(|_| Code::Malformed)?;
        json::read(&body).map(Self)
    }
}

/// The identifier in the path; what is none names nothing.
pub struct At(pub RecordId);

impl<S: Send + Sync> FromRequestParts<S> for At {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        let text = text.map_err(|_| Code::NotFound)?.0;
        let Id(id) = Id::parse(&text).ok_or(Code::NotFound)?;
        Ok(Self(RecordId(id)))
    }
}

/// The secret in the step's cookie.
pub struct StepSecret(pub String);

impl<S: Realm> FromRequestParts<S> for StepSecret {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        step::<S>(&parts.headers)
    }
}

fn step<S: Realm>(headers: &HeaderMap) -> Result<StepSecret, Problem> {
    let secret = Cookie::Step.read(S::APP, headers)?.ok_or(Code::StepLate)?;
    Ok(StepSecret(secret.to_owned()))
}
