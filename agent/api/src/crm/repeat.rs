//! What makes a repeated POST the same request.

use axum::http::HeaderMap;
use identity::repeated::Repeat;
use sha2::{Digest, Sha256};

use crate::problem::Problem;
use crate::shape::plain::Id;
use crate::version::idempotency_key;

/// The key that came with a POST to `path`, and what it is good for; none when there is no key.
///
/// # Errors
/// [`Code::Key`](crate::problem::Code::Key).
pub(super) fn repeat(
    headers: &HeaderMap,
    path: &str,
    body: &[u8],
) -> Result<Option<Repeat>, Problem> {
    let Some(Id(key)) = idempotency_key(headers)? else { return Ok(None) };
    let head = format!("POST {path}\n");
    let request = Sha256::new().chain_update(head).chain_update(body).finalize().into();
    Ok(Some(Repeat { key, request }))
}
