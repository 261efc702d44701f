//! Certificates of the box, and the authority's for whoever wants to trust it.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Response, header};
use axum::routing::get;

use super::state::Admin;
use crate::realm::Who;
use crate::reply::{self, Reply};

pub(super) fn routes() -> Router<Admin> {
    Router::new()
        .route("/api/v1/certificate", get(certificates))
        .route("/api/v1/ca.crt", get(authority))
}

async fn certificates(State(admin): State<Admin>, _: Who) -> Reply {
    let told = admin.parts().certificates.borrow().told.clone();
    reply::json(&told)
}

async fn authority(State(admin): State<Admin>) -> Reply {
    let der = admin.parts().certificates.borrow().der.clone();
    let mut response = Response::new(Body::from(der));
    let headers = response.headers_mut();
    let media = HeaderValue::from_static("application/x-x509-ca-cert");
    headers.insert(header::CONTENT_TYPE, media);
    let file = HeaderValue::from_static("attachment; filename=\"gatehouse-ca.crt\"");
    headers.insert(header::CONTENT_DISPOSITION, file);
    Ok(response)
}
