//! Files of a web app: `index.html`, and under `assets/` files whose names carry a hash of what is in
//! them. Any other path is a place in the app: it gets `index.html`. All are in memory from the start, as
//! are their compressed forms.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

/// The files of a web app.
#[derive(Debug, Default)]
pub struct Assets {
    index: Option<File>,
    /// By name, those under `assets/`.
    named: HashMap<String, File>,
}

#[derive(Debug)]
struct File {
    media: HeaderValue,
    caching: HeaderValue,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

impl Assets {
    /// Takes the files below this directory into memory.
    ///
    /// # Errors
    /// One of them cannot be read, or there is no `index.html`.
    pub fn load(directory: &Path) -> io::Result<Self> {
        let index = File::load(&directory.join("index.html"), "no-store")?;
        let mut named = HashMap::new();
        for entry in directory.join("assets").read_dir()? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // A compressed form comes with its file.
            if is_plain(name) && !name.ends_with(".br") && !name.ends_with(".gz") {
                let file = File::load(&path, "public, max-age=31536000, immutable")?;
                named.insert(name.to_owned(), file);
            }
        }
        Ok(Self { index: Some(index), named })
    }

    /// The file for a path.
    pub fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<Body> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return bare(StatusCode::METHOD_NOT_ALLOWED);
        }
        let file = match path.strip_prefix("/assets/") {
            Some(name) => self.named.get(name),
            None => self.index.as_ref(),
        };
        file.map_or_else(|| bare(StatusCode::NOT_FOUND), |file| file.answer(headers))
    }
}

/// A name of our build: nothing hidden, no directory.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
}

impl File {
    fn load(path: &Path, caching: &'static str) -> io::Result<Self> {
        let read = |suffix: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            std::fs::read(name).map(Bytes::from)
        };
        let compressed = |suffix: &str| match read(suffix) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        };
        Ok(Self {
            media: HeaderValue::from_static(media(path)),
            caching: HeaderValue::from_static(caching),
            plain: read("")?,
            brotli: compressed(".br")?,
            gzip: compressed(".gz")?,
        })
    }

    fn answer(&self, asked: &HeaderMap) -> Response<Body> {
        let compressed = [("br", &self.brotli), ("gzip", &self.gzip)].into_iter();
        let mut taken = compressed.filter(|(name, _)| accepts(asked, name));
        let (encoding, bytes) = taken
            .find_map(|(name, bytes)| Some((Some(name), bytes.as_ref()?)))
            .unwrap_or((None, &self.plain));
        let mut response = Response::new(Body::from(bytes.clone()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.media.clone());
        headers.insert(header::CACHE_CONTROL, self.caching.clone());
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

fn accepts(headers: &HeaderMap, name: &str) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut codings = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    codings.any(|coding| takes(coding, name))
}

fn takes(coding: &str, name: &str) -> bool {
    let (coding, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
    let refused = matches!(weight.trim(), "q=0" | "q=0." | "q=0.0" | "q=0.00" | "q=0.000");
    coding.trim().eq_ignore_ascii_case(name) && !refused
}

fn media(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
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
