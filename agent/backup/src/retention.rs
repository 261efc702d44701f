//! Object lock (Amazon S3 user guide, "Locking objects with Object Lock"): a version that is written with one is
//! there until it ends, whoever has the keys.

use std::num::NonZeroU16;

use data_encoding::BASE64;
use hyper::header::{HeaderName, HeaderValue};
use md5::{Digest, Md5};

use crate::signature;

const DAY_MS: u64 = 86_400_000;

/// Says that what is written is to be locked.
pub const LOCK_MODE: HeaderName = HeaderName::from_static("x-amz-object-lock-mode");
const LOCKED_UNTIL: HeaderName = HeaderName::from_static("x-amz-object-lock-retain-until-date");
const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");

/// How long each object is locked from when it is written; restic's own locks never are, since they must go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days.
    pub days: NonZeroU16,
    /// Against whom.
    pub mode: LockMode,
}

/// Who may end a lock early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// Nobody, the bucket's owner neither.
    Compliance,
    /// Whoever has a special right.
    Governance,
}

impl Retention {
    /// What is sent with an object that is written now.
    pub fn headers(self, now: u64) -> Vec<(HeaderName, HeaderValue)> {
        let mode = match self.mode {
            LockMode::Compliance => "COMPLIANCE",
            LockMode::Governance => "GOVERNANCE",
        };
        let until = signature::extended(now.saturating_add(u64::from(self.days.get()) * DAY_MS));
        let until = HeaderValue::from_str(&until).ok().map(|until| (LOCKED_UNTIL, until));
        [Some((LOCK_MODE, HeaderValue::from_static(mode))), until].into_iter().flatten().collect()
    }
}

/// A checksum that is older than signatures. Services want it with what is locked, also where the bucket does
/// that by itself and we do not know.
pub fn checksum(bytes: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let value = HeaderValue::from_str(&BASE64.encode(&Md5::digest(bytes)));
    value.ok().map(|value| (CONTENT_MD5, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_ends_so_many_days_from_now() {
        let retention =
            Retention { days: NonZeroU16::new(30).unwrap(), mode: LockMode::Compliance };
        let mut headers = retention.headers(1_796_000_000_000);
        headers.extend(checksum(b""));
        let text: Vec<_> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        assert_eq!(
            text,
            [
                "x-amz-object-lock-mode: COMPLIANCE",
                "x-amz-object-lock-retain-until-date: 2026-12-30T00:53:20Z",
                // RFC 1321, of nothing.
                "content-md5: 1B2M2Y8AsgTpgAmY7PhCfg==",
            ]
        );
    }
}
