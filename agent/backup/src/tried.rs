//! What was tried with a target that is asked over a network, and what it means that it failed.

use std::io;

use hyper::header::{CONTENT_RANGE, HeaderName, HeaderValue, RANGE};
use hyper::{HeaderMap, StatusCode};
use outbound::{Fault, Stage};

use crate::line::Answer;
use crate::target::{MAX_OBJECT, TargetError};

/// What was tried, for whoever is told that it failed.
#[derive(Clone, Copy)]
pub struct Tried<'a> {
    pub doing: &'static str,
    pub object: &'a str,
}

impl Tried<'_> {
    pub fn broken(self, what: &str) -> TargetError {
        TargetError::Broken { object: self.object.to_owned(), what: what.to_owned() }
    }

    pub fn fault(self, fault: Fault) -> TargetError {
        match fault {
            Fault::Unreachable => TargetError::Unreachable(io::ErrorKind::NotConnected.into()),
            Fault::TooSlow(Stage::Connect) => {
                TargetError::Unreachable(io::ErrorKind::TimedOut.into())
            }
            Fault::NotUnderstood => self.broken("what it answers is not understood"),
            Fault::TooMuch => self.broken("it is too long"),
            fault => TargetError::Way(fault),
        }
    }

    /// What it means that it was not done. Nobody is led elsewhere: what an admin allowed is this address.
    pub fn status(self, status: StatusCode) -> TargetError {
        self.status_told(status, "nothing said")
    }

    /// The same, with what the other side said about it.
    pub fn status_told(self, status: StatusCode, told: &str) -> TargetError {
        let source = || io::Error::other(format!("status {}, {told}", status.as_u16()));
        match status.as_u16() {
            401 => TargetError::WrongPassword,
            403 | 405 => TargetError::Refused {
                doing: self.doing,
                object: self.object.to_owned(),
                source: source(),
            },
            413 | 507 => TargetError::Full(source()),
            // Whoever stands before it does not reach it.
            502..=504 => TargetError::Unreachable(source()),
            code => self.broken(&format!("it answers with status {code}")),
        }
    }
}

/// A part of an object, or all of it (RFC 9110, section 14).
pub struct Wanted {
    part: Option<String>,
    length: u64,
}

impl Wanted {
    /// `length` bytes from `from`; `None` for what no object has. A range of HTTP has at least one byte.
    pub fn of(range: Option<(u64, u64)>) -> Option<Self> {
        let Some((from, length)) = range else {
            return Some(Self { part: None, length: MAX_OBJECT });
        };
        let last = from.checked_add(length)?.checked_sub(1)?;
        (length <= MAX_OBJECT).then(|| Self { part: Some(format!("{from}-{last}")), length })
    }

    /// What asks for it.
    pub fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        let value = HeaderValue::from_str(&format!("bytes={}", self.part.as_ref()?));
        value.ok().map(|value| (RANGE, value))
    }

    /// Longest answer, bytes.
    pub fn most(&self) -> usize {
        usize::try_from(self.length).unwrap_or(usize::MAX)
    }

    /// Exactly this, of an answer that says so; `None` where it says that it was not done.
    pub fn take(&self, answer: &mut Answer) -> Option<Result<Vec<u8>, &'static str>> {
        Some(match (answer.status, &self.part) {
            (StatusCode::OK, None) => Ok(std::mem::take(&mut answer.body)),
            (StatusCode::OK, Some(_)) => Err("it gives no parts of objects"),
            (StatusCode::PARTIAL_CONTENT, Some(part)) => {
                let given = only(&answer.headers, &CONTENT_RANGE).unwrap_or_default();
                if !given.starts_with(&format!("bytes {part}/")) {
                    Err("it is too short, or another part was given")
                } else if answer.body.len() as u64 == self.length {
                    Ok(std::mem::take(&mut answer.body))
                } else {
                    Err("it is not as long as it says")
                }
            }
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => Err("it is too short"),
            _ => return None,
        })
    }
}

/// A header that is there once.
pub fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let value = all.next()?;
    if all.next().is_some() { None } else { value.to_str().ok() }
}

/// Digits alone.
pub fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}
