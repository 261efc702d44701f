//! Files of a web app: `index.html`, and under `assets/` files whose names carry a hash of what is in
//! them. Any other path is a place in the app: it gets `index.html`.

use std::io;
use std::path::PathBuf;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

/// The directory of a web app.
#[derive(Debug)]
pub struct Assets {
    directory: PathBuf,
}

impl Assets {
    /// The files below this directory. Nothing is read yet.
    pub const fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// The file for a path.
    pub async fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<Body> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return bare(StatusCode::METHOD_NOT_ALLOWED);
        }
        let Some((file, caching)) = place(path) else { return bare(StatusCode::NOT_FOUND) };
        for (encoding, suffix) in accepted(headers) {
            match tokio::fs::read(self.directory.join(format!("{file}{suffix}"))).await {
                Ok(bytes) => return found(&file, bytes, encoding, caching),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    tracing::error!(%error, file, "a file of the web app cannot be read");
                    return bare(StatusCode::INTERNAL_SERVER_ERROR);
                }
            }
        }
        bare(StatusCode::NOT_FOUND)
    }
}

/// The file below the directory and how long it may be kept. `assets/` is flat: nothing else has a
/// slash, so there is no way out of it.
fn place(path: &str) -> Option<(String, &'static str)> {
    let Some(name) = path.strip_prefix("/assets/") else {
        return Some(("index.html".to_owned(), "no-store"));
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let fine = !name.is_empty() && !name.starts_with('.') && name.chars().all(plain);
    fine.then(|| (format!("assets/{name}"), "public, max-age=31536000, immutable"))
}

/// Encodings that the client takes and what their files end in, best first; the plain file last.
fn accepted(headers: &HeaderMap) -> Vec<(Option<&'static str>, &'static str)> {
    let mut all = Vec::new();
    for (name, suffix) in [("br", ".br"), ("gzip", ".gz")] {
        let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
        let mut codings =
            lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
        if codings.any(|coding| takes(coding, name)) {
            all.push((Some(name), suffix));
        }
    }
    all.push((None, ""));
    all
}

fn takes(coding: &str, name: &str) -> bool {
    let (coding, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
    let refused = matches!(weight.trim(), "q=0" | "q=0." | "q=0.0" | "q=0.00" | "q=0.000");
    coding.trim().eq_ignore_ascii_case(name) && !refused
}

fn found(
    file: &str,
    bytes: Vec<u8>,
    encoding: Option<&'static str>,
    caching: &'static str,
) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media(file)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn media(file: &str) -> &'static str {
    match file.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

fn bare(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
