//! Port 80: gives out the certificate authority, answers `/healthz`, and leads everything else to the
//! secure pages. It reads nothing of a request but its path.

use std::sync::{Arc, PoisonError, RwLock};

use api::door;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// DER of the certificate authority, once it is known.
#[derive(Clone, Default)]
pub struct Authority(Arc<RwLock<Option<Vec<u8>>>>);

impl Authority {
    /// Gives out this one from now on.
    pub fn replace(&self, der: &[u8]) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(der.to_owned());
    }

    fn der(&self) -> Option<Vec<u8>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The pages of port 80; `name` is where the secure ones are.
pub fn router(name: &'static str, authority: Authority) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/ca.crt", get(certificate))
        .fallback(move |uri: Uri| async move { lead(name, &uri) })
        .with_state(authority)
        .layer(middleware::map_response(confined))
}

/// Even what is no page confines the browser.
async fn confined(mut response: Response) -> Response {
    let headers = response.headers_mut();
    door::confine(headers);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn certificate(State(authority): State<Authority>) -> Response {
    let Some(der) = authority.der() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"gatehouse-ca.crt\""),
    ];
    (headers, der).into_response()
}

/// To the same path under the one name, whatever name or address was asked for.
fn lead(name: &str, uri: &Uri) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let path = if path.starts_with('/') { path } else { "/" };
    match HeaderValue::try_from(format!("https://{name}{path}")) {
        Ok(place) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, place)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn ask(router: &Router, path: &str) -> Response {
        by("GET", router, path).await
    }

    async fn by(method: &str, router: &Router, path: &str) -> Response {
        let request = Request::builder().method(method).uri(path).header("host", "evil.example");
        router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn every_answer_confines_the_browser() {
        let router = router("gatehouse.internal", Authority::default());
        for (method, path, status) in [
            ("GET", "/healthz", 200),
            ("GET", "/ca.crt", 503),
            ("POST", "/ca.crt", 405),
            ("DELETE", "/healthz", 405),
            ("GET", "/", 308),
            ("POST", "/api/v1/session", 308),
        ] {
            let answer = by(method, &router, path).await;
            assert_eq!(answer.status().as_u16(), status, "{method} {path}");
            let has = |name: &str, what: &str| {
                let value = answer.headers().get(name).map(|value| value.to_str().unwrap());
                assert!(value.unwrap_or("").contains(what), "{method} {path}: {name}: {value:?}");
            };
            has("content-security-policy", "default-src 'self'");
            has("x-content-type-options", "nosniff");
            has("x-frame-options", "DENY");
            has("cross-origin-opener-policy", "same-origin");
            has("cross-origin-resource-policy", "same-origin");
            has("referrer-policy", "no-referrer");
            has("cache-control", "no-store");
            if status == 405 {
                assert_eq!(answer.headers()[header::ALLOW], "GET,HEAD");
            }
        }
    }

    #[tokio::test]
    async fn gives_the_authority_and_leads_the_rest_to_the_one_name() {
        let authority = Authority::default();
        let router = router("gatehouse.internal", authority.clone());
        assert_eq!(ask(&router, "/ca.crt").await.status(), StatusCode::SERVICE_UNAVAILABLE);
        authority.replace(b"der");
        let answer = ask(&router, "/ca.crt").await;
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/x-x509-ca-cert");
        assert_eq!(&answer.into_body().collect().await.unwrap().to_bytes()[..], b"der");
        assert_eq!(ask(&router, "/healthz").await.status(), StatusCode::OK);
        for (path, to) in [
            ("/", "https://gatehouse.internal/"),
            ("/a/b?c=d", "https://gatehouse.internal/a/b?c=d"),
            ("//evil.example/", "https://gatehouse.internal//evil.example/"),
            ("http://evil.example/x", "https://gatehouse.internal/x"),
        ] {
            let answer = ask(&router, path).await;
            assert_eq!(answer.status(), StatusCode::PERMANENT_REDIRECT, "{path}");
            assert_eq!(answer.headers()[header::LOCATION], to);
        }
    }
}
