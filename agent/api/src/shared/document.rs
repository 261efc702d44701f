//! The application's OpenAPI document.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::routing::get;

use crate::realm::{Realm, Who};
use crate::reply::{Reply, broken};

pub(super) fn routes<S: Realm>() -> Router<S> {
    Router::new().route("/api/v1/openapi.json", get(document::<S>))
}

async fn document<S: Realm>(_: Who) -> Reply {
    let text = S::APP.document().map_err(|error| broken(&error))?;
    let mut response = axum::http::Response::new(text.into());
    let media = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    Ok(response)
}
