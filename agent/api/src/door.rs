//! What every request passes first and every answer last, whatever the route: the name asked for, that
//! a change comes from our own page, how much and how long, and headers that confine the browser.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::{self, Next};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::contract::App;
use crate::problem::{Code, Problem};
use crate::shape::shared::Language;

/// Bytes that a request may have.
pub const MOST: usize = 64 * 1024;
/// How long a body may take to arrive.
const ARRIVE: Duration = Duration::from_secs(10);
/// What a page may load, and from where: from here.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'; \
     report-uri /api/v1/csp-report";
const HEADERS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=()",
    ),
    (header::VARY, "Accept-Encoding, Accept-Language, Cookie"),
];

/// Where the application is and how it speaks.
#[derive(Clone, Debug)]
pub struct Door {
    host: Arc<str>,
    origin: Arc<str>,
    language: Language,
}

impl Door {
    /// The door of an application at its name of [`App::host`].
    pub fn new(app: App, language: Language) -> Self {
        let host = app.host();
        Self { host: host.into(), origin: format!("https://{host}").into(), language }
    }

    /// Puts everything of the router behind this door, its fallback, too.
    pub fn before(self, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state(self, pass))
    }

    fn judge(&self, request: &Request) -> Result<(), Problem> {
        if !self.is_ours(request) {
            return Err(Code::OtherHost.into());
        }
        if matches!(*request.method(), Method::GET | Method::HEAD) {
            return Ok(());
        }
        // Browsers send reports of the policy without saying from which page.
        if request.uri().path() == crate::site::REPORT {
            return Ok(());
        }
        let headers = request.headers();
        let own = only(headers, &header::ORIGIN) == Some(&*self.origin)
            && only(headers, &HeaderName::from_static("sec-fetch-site")) == Some("same-origin");
        if !own {
            return Err(Code::Foreign.into());
        }
        Ok(())
    }

    /// HTTP/2 has the name in the target (RFC 9113, 8.3.1), HTTP/1.1 in `Host`; when there are both
    /// they must agree.
    fn is_ours(&self, request: &Request) -> bool {
        let hosts: Vec<_> = request.headers().get_all(header::HOST).iter().collect();
        let target = request.uri().authority().map(|authority| authority.as_str());
        let named = match (target, hosts.as_slice()) {
            (Some(target), []) => target,
            (target, [host]) => match host.to_str() {
                Ok(host) if target.is_none_or(|target| target.eq_ignore_ascii_case(host)) => host,
                _ => return false,
            },
            _ => return false,
        };
        named.strip_suffix(":443").unwrap_or(named).eq_ignore_ascii_case(&self.host)
    }
}

async fn pass(State(door): State<Door>, request: Request, next: Next) -> Response<Body> {
    let language = Language::choose(request.headers(), door.language);
    let is_api = request.uri().path().starts_with("/api/");
    let judged = match door.judge(&request) {
        Ok(()) => whole(request).await,
        Err(problem) => Err(problem),
    };
    let mut response = match judged {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.answer(language),
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = response.headers().get(header::ALLOW).cloned();
        response = Problem::from(Code::Method).answer(language);
        response.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
    }
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_api || !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// The request with its body in memory, so that no route waits for a slow sender.
async fn whole(request: Request) -> Result<Request, Problem> {
    let (parts, body) = request.into_parts();
    let read = tokio::time::timeout(ARRIVE, Limited::new(body, MOST).collect()).await;
    let body: Bytes = match read {
        Err(_) => return Err(Code::TooSlow.into()),
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(Code::TooLong.into()),
        Ok(Err(_)) => return Err(Code::Malformed.into()),
    };
    let is_json = parts.headers.get(header::CONTENT_TYPE).is_some_and(says_json);
    if !body.is_empty() && !is_json && parts.uri.path() != crate::site::REPORT {
        return Err(Code::NotJson.into());
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

fn says_json(media: &HeaderValue) -> bool {
    let essence = media.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let one = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(one)
}
