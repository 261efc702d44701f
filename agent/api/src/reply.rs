//! Answers when all is well, and work that must not be done on the threads that serve.

use std::future::Future;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::contract::App;
use crate::cookie::Cookie;
use crate::problem::{Code, Problem};
use crate::version::etag;

/// What a route gives.
pub type Reply = Result<Response<Body>, Problem>;

/// Large answers that are being built at once.
const AT_ONCE: usize = 4;

/// Whose turn it is to build a large answer. Whoever waits holds no more than the question; what was
/// built is counted at the [`Door`](crate::door::Door).
#[derive(Clone, Debug)]
pub struct Builds(Arc<Semaphore>);

impl Default for Builds {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Builds {
    /// A turn, until it is dropped.
    ///
    /// # Errors
    /// None; nobody closes it.
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.0).acquire_owned().await.map_err(|error| broken(&error))
    }
}

/// 200 with JSON.
///
/// # Errors
/// [`Code::Broken`] for what cannot be written as JSON.
pub fn json<T: Serialize>(value: &T) -> Reply {
    let text = serde_json::to_vec(value).map_err(|error| broken(&error))?;
    let mut response = Response::new(Body::from(text));
    let media = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    Ok(response)
}

/// This status with JSON and the record's version as `ETag`.
///
/// # Errors
/// As [`json`].
pub fn versioned<T: Serialize>(status: StatusCode, version: u64, value: &T) -> Reply {
    let mut response = json(value)?;
    *response.status_mut() = status;
    response.headers_mut().extend(etag(version).map(|tag| (header::ETAG, tag)));
    Ok(response)
}

/// 204.
///
/// # Errors
/// None; the type is that of all replies.
pub fn nothing() -> Reply {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

/// The reply, setting a cookie.
///
/// # Errors
/// [`Code::Broken`] when the secret cannot be a cookie.
pub fn with_cookie(reply: Reply, app: App, cookie: Cookie, secret: &str) -> Reply {
    append(reply, cookie.set(app, secret))
}

/// The reply, taking a cookie away.
///
/// # Errors
/// As [`with_cookie`].
pub fn without_cookie(reply: Reply, app: App, cookie: Cookie) -> Reply {
    append(reply, cookie.clear(app))
}

fn append(reply: Reply, value: Option<HeaderValue>) -> Reply {
    let mut response = reply?;
    response.headers_mut().append(header::SET_COOKIE, value.ok_or(Code::Broken)?);
    Ok(response)
}

/// Awaits what blocks on the disk meanwhile, off the threads that serve.
///
/// # Errors
/// [`Code::Broken`] when it panicked.
pub async fn off<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, Problem> {
    let handle = Handle::current();
    let done = tokio::task::spawn_blocking(move || handle.block_on(work)).await;
    done.map_err(|error| broken(&error))
}

/// Something of ours broke: the log says what.
pub fn broken(error: &dyn std::error::Error) -> Problem {
    tracing::error!(error = systemd::log::chain(error), "a request could not be answered");
    Code::Broken.into()
}
