//! Headers that keep changes apart: `ETag` and `If-Match` (RFC 9110, 13.1.1), `Idempotency-Key`.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::problem::{Code, Problem};
use crate::shape::plain::Id;

/// The `ETag` of a version.
pub fn etag(version: u64) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("\"{version}\"")).ok()
}

/// The version that a change is made to.
///
/// # Errors
/// [`Code::NeedsVersion`] without exactly one strong tag of ours; `*` would lose changes of others.
pub fn if_match(headers: &HeaderMap) -> Result<u64, Problem> {
    let tag = only(headers, header::IF_MATCH.as_str()).ok().flatten();
    let number = tag.and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"'));
    let version = number.and_then(|text| text.parse().ok().filter(|n: &u64| n.to_string() == text));
    version.ok_or_else(|| Code::NeedsVersion.into())
}

/// What makes a repeated request the same request; none when the client sent none.
///
/// # Errors
/// [`Code::Key`] for anything but one UUID.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<Id>, Problem> {
    let text = only(headers, "idempotency-key").map_err(|()| Problem::from(Code::Key))?;
    let Some(text) = text else { return Ok(None) };
    Id::parse(text).map(Some).ok_or_else(|| Code::Key.into())
}

fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ()> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => one.to_str().map(|text| Some(text.trim())).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_strong_version_or_none() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, value.parse().unwrap());
            if_match(&headers).ok()
        };
        assert_eq!(read(etag(7).unwrap().to_str().unwrap()), Some(7));
        for wrong in
            ["7", "*", "W/\"7\"", "\"7\", \"8\"", "\"07\"", "\"+7\"", "\"\"", "\"-1\"", "\""]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!(if_match(&HeaderMap::new()).is_err());
    }

    #[test]
    fn one_key_or_none() {
        let mut headers = HeaderMap::new();
        assert_eq!(idempotency_key(&headers), Ok(None));
        let key = "01010101-0101-0101-0101-010101010101";
        headers.append("idempotency-key", key.parse().unwrap());
        assert_eq!(idempotency_key(&headers), Ok(Some(Id([1; 16]))));
        headers.append("idempotency-key", key.parse().unwrap());
        assert!(idempotency_key(&headers).is_err());
        headers.insert("idempotency-key", "1".parse().unwrap());
        assert!(idempotency_key(&headers).is_err());
    }
}
