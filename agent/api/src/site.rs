//! What both applications serve whether or not anyone is signed in: `/healthz`, the web app's files,
//! reports of the content policy, and a problem for what the API does not have.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use axum::routing::{any, get, post};

use crate::assets::Assets;
use crate::contract::App;
use crate::door::Door;
use crate::language::BoxLanguage;
use crate::problem::{Code, Problem};

/// Where browsers report what the policy stopped.
pub const REPORT: &str = "/api/v1/csp-report";
/// Bytes of a report that are taken.
const REPORT_MOST: usize = 8 * 1024;

/// How many reports came: a page that works sends none.
#[derive(Clone, Debug, Default)]
pub struct Reports(Arc<AtomicU64>);

impl Reports {
    /// How many so far.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The site of an application: `api` are its routes with their whole paths, `directory` holds its web
/// app's files, read now. Everything is behind the door. Without its files the API serves all the same.
pub fn router(
    app: App,
    language: BoxLanguage,
    directory: PathBuf,
    reports: Reports,
    api: Router,
) -> Router {
    let missing = || async { Problem::from(Code::NotFound) };
    let assets = Assets::load(&directory).unwrap_or_else(|error| {
        tracing::error!(%error, directory = %directory.display(), "the web app cannot be read");
        Assets::default()
    });
    let files = Router::new().fallback(file).with_state(Arc::new(assets));
    let site = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route(REPORT, post(report).with_state(reports))
        .route("/api", any(missing))
        .route("/api/", any(missing))
        .route("/api/{*rest}", any(missing))
        .merge(api)
        .fallback_service(files);
    Door::new(app, language).before(site)
}

async fn report(State(reports): State<Reports>, body: Bytes) -> StatusCode {
    if body.len() > REPORT_MOST {
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    let count = reports.0.fetch_add(1, Ordering::Relaxed) + 1;
    // Anybody may send reports: they must not fill the log.
    if count.is_power_of_two() {
        tracing::warn!(count, "browsers stopped something that a page tried to load");
    }
    StatusCode::NO_CONTENT
}

async fn file(State(assets): State<Arc<Assets>>, request: Request) -> Response<Body> {
    assets.answer(request.method(), request.uri().path(), request.headers())
}
