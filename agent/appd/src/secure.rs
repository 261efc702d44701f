//! The pages of port 443.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;

/// All of them.
pub fn router() -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .fallback(|| async { StatusCode::NOT_FOUND })
}
