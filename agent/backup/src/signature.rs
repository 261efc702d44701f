//! AWS Signature Version 4 in the header `Authorization` (AWS, "Signature Version 4 signing process" and
//! "Authenticating requests: using the authorization header"). The payload is always signed.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use hyper::HeaderMap;
use hyper::header::HeaderValue;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// Who we are at an object store: an access key.
pub struct S3Keys {
    id: String,
    secret: Zeroizing<String>,
}

/// No access key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an access key has an id and a secret, without spaces")]
pub struct InvalidS3Keys;

impl S3Keys {
    /// # Errors
    /// For what a header cannot carry, or what has the marks that part an id from its scope.
    pub fn new(id: String, secret: String) -> Result<Self, InvalidS3Keys> {
        let secret = Zeroizing::new(secret);
        let fits = |text: &str| {
            (1..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let good = fits(&id) && fits(&secret) && !id.contains(['/', ',', '=']);
        if good { Ok(Self { id, secret }) } else { Err(InvalidS3Keys) }
    }
}

impl std::fmt::Debug for S3Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Keys").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What is signed.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    pub region: &'a str,
    /// `s3`.
    pub service: &'a str,
    /// As [`basic`] writes it.
    pub time: &'a str,
    pub method: &'a str,
    /// Encoded, as it is sent.
    pub path: &'a str,
    /// As [`query`] writes it.
    pub query: &'a str,
    /// All of them are signed.
    pub headers: &'a HeaderMap,
    /// SHA-256 of the payload, hexadecimal.
    pub payload: &'a str,
}

/// What the header `Authorization` says; `None` for headers with other than ASCII.
pub fn authorization(keys: &S3Keys, signed: Signed<'_>) -> Option<HeaderValue> {
    let Signed { region, service, time, method, path, query, payload, .. } = signed;
    let mut names: Vec<_> = signed.headers.keys().collect();
    names.sort_unstable_by_key(|name| name.as_str());
    let mut headers = String::new();
    for name in &names {
        let mut values = Vec::new();
        for value in signed.headers.get_all(*name) {
            let words = value.to_str().ok()?.split(' ').filter(|word| !word.is_empty());
            values.push(words.collect::<Vec<_>>().join(" "));
        }
        headers.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    let names = names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(";");
    let request = format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{payload}");
    let day = time.split('T').next().unwrap_or_default();
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hash(request.as_bytes()));
    let secret = Zeroizing::new(format!("AWS4{}", keys.secret.as_str()));
    let mut key = Zeroizing::new(hmac(secret.as_bytes(), day.as_bytes()));
    for part in [region, service, "aws4_request"] {
        *key = hmac(&key[..], part.as_bytes());
    }
    let signature = HEXLOWER.encode(&hmac(&key[..], text.as_bytes()));
    let id = &keys.id;
    let mut value = HeaderValue::from_str(&format!(
        "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"
    ))
    .ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// SHA-256, hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

fn hmac(key: &[u8], bytes: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

/// Names and values in the order and the encoding in which they are signed, and sent.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let mut pairs: Vec<_> =
        pairs.iter().map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// All but the unreserved characters of RFC 3986 as `%XX`.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `20260131T235959Z`; times are ms since 1970.
pub fn basic(ms: u64) -> String {
    let [year, month, day, hour, minute, second] = parts(ms);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// `2026-01-31T23:59:59Z`.
pub fn extended(ms: u64) -> String {
    let [year, month, day, hour, minute, second] = parts(ms);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn parts(ms: u64) -> [i32; 6] {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    let time = time.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let small = [u8::from(time.month()), time.day(), time.hour(), time.minute(), time.second()];
    let [month, day, hour, minute, second] = small.map(i32::from);
    [time.year(), month, day, hour, minute, second]
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderName;

    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value);
        }
        headers
    }

    fn signature(value: &HeaderValue) -> &str {
        value.to_str().unwrap().rsplit_once("Signature=").unwrap().1
    }

    /// Amazon S3 API reference, "Signature calculations for the authorization header: transferring payload
    /// in a single chunk": its four examples.
    #[test]
    fn the_examples_of_the_s3_reference() {
        let (id, secret) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        let keys = S3Keys::new(id.to_owned(), secret.to_owned()).unwrap();
        let host = ("host", "examplebucket.s3.amazonaws.com");
        let date = ("x-amz-date", "20130524T000000Z");
        let empty = ("x-amz-content-sha256", EMPTY);
        let welcome = hash(b"Welcome to Amazon S3.");
        let put = [
            ("date", "Fri, 24 May 2013 00:00:00 GMT"),
            host,
            date,
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            (
                "x-amz-content-sha256",
                "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
            ),
        ];
        assert_eq!(welcome, put[4].1);
        let get = [host, ("range", "bytes=0-9"), empty, date];
        let plain = [host, empty, date];
        let listed = query(&[("prefix", "J"), ("max-keys", "2")]);
        let lifecycle = query(&[("lifecycle", "")]);
        for (method, path, query, headers, payload, expected) in [
            (
                "GET",
                "/test.txt",
                "",
                headers(&get),
                EMPTY,
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            ),
            (
                "PUT",
                "/test%24file.text",
                "",
                headers(&put),
                welcome.as_str(),
                "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            ),
            (
                "GET",
                "/",
                lifecycle.as_str(),
                headers(&plain),
                EMPTY,
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
            ),
            (
                "GET",
                "/",
                listed.as_str(),
                headers(&plain),
                EMPTY,
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            ),
        ] {
            let (region, service, time) = ("us-east-1", "s3", "20130524T000000Z");
            let headers = &headers;
            let signed = Signed { region, service, time, method, path, query, headers, payload };
            let value = authorization(&keys, signed).unwrap();
            assert_eq!(signature(&value), expected, "{method} {path}");
        }
    }

    /// awslabs/aws-c-auth, `tests/aws-signing-test-suite/v4`: AWS's own test suite.
    #[test]
    fn the_test_suite_of_aws() {
        let (id, secret) = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let keys = S3Keys::new(id.to_owned(), secret.to_owned()).unwrap();
        let host = ("host", "example.amazonaws.com");
        let date = ("x-amz-date", "20150830T123600Z");
        let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let form = hash(b"Param1=value1");
        let posted = [
            ("content-length", "13"),
            ("content-type", "application/x-www-form-urlencoded"),
            host,
            (
                "x-amz-content-sha256",
                "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
            ),
            date,
        ];
        let spaced = [host, ("my-header1", " value1"), ("my-header2", " \"a   b   c\""), date];
        for (name, method, path, query, headers, payload, expected) in [
            (
                "get-vanilla-query-order-key-case",
                "GET",
                "/",
                query(&[("Param2", "value2"), ("Param1", "value1")]),
                headers(&[host, date]),
                EMPTY,
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            (
                "get-vanilla-query-unreserved",
                "GET",
                "/",
                query(&[(unreserved, unreserved)]),
                headers(&[host, date]),
                EMPTY,
                "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
            ),
            (
                "get-vanilla-utf8-query",
                "GET",
                "/",
                query(&[("ሴ", "bar")]),
                headers(&[host, date]),
                EMPTY,
                "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
            ),
            (
                "get-utf8",
                "GET",
                "/%E1%88%B4",
                String::new(),
                headers(&[host, date]),
                EMPTY,
                "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
            ),
            (
                "get-header-value-trim",
                "GET",
                "/",
                String::new(),
                headers(&spaced),
                EMPTY,
                "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
            ),
            (
                "post-x-www-form-urlencoded",
                "POST",
                "/",
                String::new(),
                headers(&posted),
                form.as_str(),
                "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
            ),
        ] {
            let (region, service, time) = ("us-east-1", "service", "20150830T123600Z");
            let (query, headers) = (query.as_str(), &headers);
            let signed = Signed { region, service, time, method, path, query, headers, payload };
            let value = authorization(&keys, signed).unwrap();
            assert_eq!(signature(&value), expected, "{name}");
        }
    }

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(basic(1_440_938_160_999), "20150830T123600Z");
        assert_eq!(extended(1_440_938_160_999), "2015-08-30T12:36:00Z");
    }

    #[test]
    fn a_secret_is_shown_to_nobody() {
        let keys = S3Keys::new("box".to_owned(), "hunter2".to_owned()).unwrap();
        assert!(!format!("{keys:?}").contains("hunter2"));
        for (id, secret) in [("", "s"), ("i", ""), ("a/b", "s"), ("a b", "s"), ("i", "s\n")] {
            assert!(S3Keys::new(id.to_owned(), secret.to_owned()).is_err(), "{id} {secret}");
        }
    }
}
