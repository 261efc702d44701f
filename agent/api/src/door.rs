//! What every request passes first and every answer last, whatever the route: the name asked for, that
//! a change comes from our own page, how much and how long, and headers that confine the browser.

mod answers;
mod body;
mod budget;
mod streams;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;

use crate::caller::Remote;
use crate::contract::App;
use crate::language::BoxLanguage;
use crate::problem::{Code, Problem};
use crate::shape::shared::Language;
use answers::Answers;
use budget::Budget;
use streams::Streams;

pub use streams::is_stream;

/// Header fields that a request may have.
pub const FIELDS_MOST: usize = 64;
/// Who holds too many answers comes again after this.
const ANSWER_AGAIN: Duration = Duration::from_secs(5);
/// Who holds too many event streams comes again after this.
const STREAM_AGAIN: Duration = Duration::from_secs(30);
/// Where a request comes from when nobody said.
const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
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
    language: BoxLanguage,
    budget: Budget,
    streams: Streams,
    answers: Answers,
}

impl Door {
    /// The door of an application at its name of [`App::host`].
    pub fn new(app: App, language: BoxLanguage) -> Self {
        let host = app.host();
        Self {
            host: host.into(),
            origin: format!("https://{host}").into(),
            language,
            budget: Budget::default(),
            streams: Streams::default(),
            answers: Answers::default(),
        }
    }

    /// Puts everything of the router behind this door, its fallback, too.
    pub fn before(self, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state(self, pass))
    }

    fn judge(&self, request: &Request) -> Result<(), Problem> {
        if !self.is_ours(request) {
            return Err(Code::OtherHost.into());
        }
        if request.headers().len() > FIELDS_MOST {
            return Err(Code::HeadTooLong.into());
        }
        if matches!(*request.method(), Method::GET | Method::HEAD) {
            // The other application is the same site: its pages would carry our cookie along, and
            // each request lengthens a session.
            let from = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
            let is_ours = matches!(from, None | Some(b"same-origin" | b"none"));
            let is_api = request.uri().path().starts_with("/api/");
            return if is_ours || !is_api { Ok(()) } else { Err(Code::Foreign.into()) };
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

/// Puts the headers that confine the browser into an answer.
pub fn confine(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

async fn pass(State(door): State<Door>, request: Request, next: Next) -> Response<Body> {
    let language = Language::choose(request.headers(), door.language.get());
    let is_api = request.uri().path().starts_with("/api/");
    // Who comes from nowhere counts as one address.
    let address = request.extensions().get().map_or(NOWHERE, |Remote(address)| *address);
    let judged = match door.judge(&request) {
        Ok(()) => body::whole(request, address, &door.budget).await,
        Err(problem) => Err(problem),
    };
    let mut response = match judged {
        Ok((mut request, _until_answered)) => {
            request.extensions_mut().insert(language);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    };
    if is_stream(&response) {
        let counted = door.streams.count(response, address);
        response = counted.unwrap_or_else(|| Problem::slow_down(STREAM_AGAIN).into_response());
    } else if is_api {
        // Files are in memory once, however many read them.
        let counted = door.answers.count(response, address);
        response =
            counted.unwrap_or_else(|code| Problem::from(code).after(ANSWER_AGAIN).into_response());
    }
    let problem = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Some(Code::Method.into()),
        _ => response.extensions_mut().remove::<Problem>(),
    };
    if let Some(problem) = problem {
        let said = std::mem::take(response.headers_mut());
        response = problem.answer(language);
        let kept = [header::ALLOW, header::SET_COOKIE];
        let kept = said.iter().filter(|(name, _)| kept.contains(name));
        let kept: Vec<_> = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
        for (name, value) in kept {
            response.headers_mut().append(name, value);
        }
    }
    let headers = response.headers_mut();
    confine(headers);
    if is_api || !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let one = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(one)
}
