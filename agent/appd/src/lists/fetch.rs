//! One list from one server: HTTPS with TLS 1.3, the server's certificate checked against its name, so many
//! bytes and so much time and no more. It is led elsewhere only where the admin application may go.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use api::shape::blocking::{FetchFailure, FetchProblem};
use axum::body::Bytes;
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use host_api::blocking::{ListHeld, ListPiece};
use http_body_util::Empty;
use hyper::body::Incoming;
use outbound::{Authorities, CONNECT, Fault, Versions};
use settings::{ListAddress, Settings};
use tokio::time::timeout;

use crate::names;

/// How long all of it may take.
const WHOLE: Duration = Duration::from_secs(180);
/// Most places that one is led to.
const MOST: usize = 3;

/// What fetches.
pub struct Fetcher {
    authorities: PathBuf,
    resolver: SocketAddr,
}

/// What came of it.
pub enum Fetched {
    /// What is held is up to date.
    Same,
    /// Another list.
    New(New),
}

/// Another list.
pub struct New {
    /// A name a line.
    pub list: String,
    /// Lines that were not understood.
    pub odd: usize,
    /// What the server calls this version.
    pub etag: Option<String>,
    /// When the server says that it was changed.
    pub modified: Option<String>,
}

/// A try that brought nothing.
fn failure(why: FetchProblem) -> FetchFailure {
    FetchFailure { why, detail: None }
}

impl Fetcher {
    /// With the certificates that servers' must come from.
    pub fn new(authorities: PathBuf) -> Self {
        Self { authorities, resolver: names::of_admin() }
    }

    /// The same, with names from elsewhere.
    #[cfg(test)]
    pub fn asking(self, resolver: SocketAddr) -> Self {
        Self { resolver, ..self }
    }

    /// Fetches it; what is held already is asked for only if it is another now.
    pub async fn fetch(
        &self,
        address: &ListAddress,
        held: Option<&ListHeld>,
        settings: &Settings,
    ) -> Result<Fetched, FetchFailure> {
        let whole = timeout(WHOLE, self.follow(address, held, settings));
        whole.await.unwrap_or(Err(failure(FetchProblem::TooSlow)))
    }

    async fn follow(
        &self,
        address: &ListAddress,
        held: Option<&ListHeld>,
        settings: &Settings,
    ) -> Result<Fetched, FetchFailure> {
        let mut address = address.clone();
        for _ in 0..=MOST {
            let response = self.ask(&address, held).await?;
            let (head, body) = response.into_parts();
            match head.status {
                StatusCode::OK => return read(&head.headers, body).await.map(Fetched::New),
                StatusCode::NOT_MODIFIED if held.is_some() => return Ok(Fetched::Same),
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => {
                    address = led(&address, &head.headers)?;
                    if !settings.may_fetch(address.host(), address.port()) {
                        let detail = Some(format!("{}:{}", address.host(), address.port()));
                        return Err(FetchFailure { why: FetchProblem::Elsewhere, detail });
                    }
                }
                other => {
                    let detail = Some(other.as_u16().to_string());
                    return Err(FetchFailure { why: FetchProblem::Status, detail });
                }
            }
        }
        Err(failure(FetchProblem::Round))
    }

    async fn ask(
        &self,
        address: &ListAddress,
        held: Option<&ListHeld>,
    ) -> Result<Response<Incoming>, FetchFailure> {
        let addresses = names::look_up(self.resolver, address.host()).await;
        if addresses.is_empty() {
            let detail = Some(address.host().to_string());
            return Err(FetchFailure { why: FetchProblem::NoAddress, detail });
        }
        let stream = outbound::connect(&addresses, address.port(), CONNECT).await;
        let stream = stream.map_err(|_| {
            let detail = Some(format!("{}:{}", address.host(), address.port()));
            FetchFailure { why: FetchProblem::Unreachable, detail }
        })?;
        let request = request(address, held).map_err(|_| failure(FetchProblem::NotKept))?;
        let trust = outbound::trust(Authorities::File(&self.authorities), Versions::Newest);
        let (host, trust) = (address.host().as_str(), trust.map_err(told)?);
        let stream = outbound::encrypt(stream, host, trust, CONNECT).await.map_err(told)?;
        outbound::http::ask(stream, request).await.map_err(told)
    }
}

fn told(fault: Fault) -> FetchFailure {
    failure(match fault {
        Fault::Certificate(_)
        | Fault::CertificateWanted
        | Fault::NoAuthority
        | Fault::NoEncryption => FetchProblem::Certificate,
        Fault::TooSlow(_) => FetchProblem::TooSlow,
        Fault::TooMuch => FetchProblem::TooLarge,
        _ => FetchProblem::Unreachable,
    })
}

fn request(
    address: &ListAddress,
    held: Option<&ListHeld>,
) -> Result<Request<Empty<Bytes>>, axum::http::Error> {
    let host = match address.port() {
        443 => address.host().to_string(),
        port => format!("{}:{port}", address.host()),
    };
    let mut request = Request::get(address.path())
        .header(header::HOST, host)
        .header(header::USER_AGENT, "Gatehouse")
        .header(header::ACCEPT, "text/plain, */*;q=0.1")
        .header(header::ACCEPT_ENCODING, "identity");
    if let Some(etag) = held.and_then(|held| held.etag.as_deref()) {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    if let Some(modified) = held.and_then(|held| held.modified.as_deref()) {
        request = request.header(header::IF_MODIFIED_SINCE, modified);
    }
    request.body(Empty::new())
}

/// Where one is led: to another place by HTTPS, or on the same server.
fn led(from: &ListAddress, headers: &HeaderMap) -> Result<ListAddress, FetchFailure> {
    let to = headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
    let to = to.split('#').next().unwrap_or_default();
    let whole = match to.strip_prefix('/') {
        Some(path) if !path.starts_with('/') => {
            format!("https://{}:{}/{path}", from.host(), from.port())
        }
        _ => to.to_owned(),
    };
    whole.parse().map_err(|_| {
        let shown = to.chars().filter(|c| !c.is_control()).take(100).collect();
        FetchFailure { why: FetchProblem::Elsewhere, detail: Some(shown) }
    })
}

async fn read(headers: &HeaderMap, body: Incoming) -> Result<New, FetchFailure> {
    let bytes = outbound::http::body(body, blocklist::MAX_BYTES).await.map_err(told)?;
    let read = tokio::task::spawn_blocking(move || blocklist::read(&bytes)).await;
    let read = read.map_err(|_| failure(FetchProblem::NotKept))?.map_err(|error| {
        failure(match error {
            blocklist::Unreadable::Page => FetchProblem::Page,
            blocklist::Unreadable::Nothing => FetchProblem::Nothing,
            blocklist::Unreadable::Odd => FetchProblem::Odd,
            blocklist::Unreadable::TooMany => FetchProblem::TooMany,
            blocklist::Unreadable::TooLarge => FetchProblem::TooLarge,
        })
    })?;
    let of = |name| {
        let text = headers.get(name)?.to_str().ok()?;
        (text.len() <= ListPiece::MAX_HEADER).then(|| text.to_owned())
    };
    let (etag, modified) = (of(header::ETAG), of(header::LAST_MODIFIED));
    Ok(New { list: read.list, odd: read.odd, etag, modified })
}
