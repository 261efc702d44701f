//! Requests as object stores of the S3 kind want them: signed, the bucket in the path or in the name of the host.

use std::io;
use std::sync::Arc;

use hyper::body::Bytes;
use hyper::header::{ACCEPT_ENCODING, AUTHORIZATION, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{HeaderMap, Method};

use crate::line::Question;
use crate::restic::Clock;
use crate::s3_address::S3Address;
use crate::signature::{self, S3Keys, Signed};

/// What all of them have in common.
pub struct Requests {
    pub address: S3Address,
    pub keys: S3Keys,
    /// Signatures are good for some minutes.
    pub clock: Arc<Clock>,
}

/// What is asked.
#[derive(Clone)]
pub struct Ask<'a> {
    pub method: Method,
    /// Of an object; the bucket for an empty one.
    pub key: &'a str,
    pub query: &'a [(&'a str, &'a str)],
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Longest answer, bytes.
    pub most: usize,
}

impl<'a> Ask<'a> {
    pub fn new(method: Method, key: &'a str) -> Self {
        let (headers, body, most) = (HeaderMap::new(), Bytes::new(), 64 << 10);
        Self { method, key, query: &[], headers, body, most }
    }
}

impl Requests {
    pub fn now(&self) -> u64 {
        (self.clock)()
    }

    /// What is sent for it.
    ///
    /// # Errors
    /// For what no header can carry.
    pub fn question(&self, ask: Ask<'_>) -> io::Result<Question> {
        let Ask { method, key, query, mut headers, body, most } = ask;
        let (path, query) = (self.address.path(key), signature::query(query));
        let (time, payload) = (signature::basic(self.now()), signature::hash(&body));
        for (name, value) in [
            (HOST, &self.address.authority()),
            (HeaderName::from_static("x-amz-date"), &time),
            (HeaderName::from_static("x-amz-content-sha256"), &payload),
        ] {
            headers.insert(name, HeaderValue::from_str(value).map_err(io::Error::other)?);
        }
        let signed = Signed {
            region: self.address.region(),
            service: "s3",
            time: &time,
            method: method.as_str(),
            path: &path,
            query: &query,
            headers: &headers,
            payload: &payload,
        };
        let value = signature::authorization(&self.keys, signed);
        let value = value.ok_or(io::ErrorKind::InvalidInput)?;
        headers.insert(AUTHORIZATION, value);
        // Who stands between may change these.
        headers.insert(USER_AGENT, HeaderValue::from_static("Gatehouse"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let path = if query.is_empty() { path } else { format!("{path}?{query}") };
        Ok(Question { method, path, headers, body, most })
    }
}

/// Shape only, not run against the services: these two take the bucket in the name of the host alone, and the
/// SHA-256 of the payload as it is (Alibaba Cloud, "Access OSS using an AWS SDK"; Tencent Cloud, "Accessing COS
/// with AWS S3 SDK").
#[cfg(test)]
mod tests {
    use hyper::header::IF_NONE_MATCH;

    use super::*;
    use crate::s3_address::{S3Fields, S3Style};

    fn requests(endpoint: &str, region: &str, bucket: &str) -> Requests {
        let (prefix, style) = ("box/crm", S3Style::VirtualHost);
        let address = S3Address::new(S3Fields { endpoint, region, bucket, prefix, style }).unwrap();
        let keys = S3Keys::new("box".to_owned(), "hunter2".to_owned()).unwrap();
        Requests { address, keys, clock: Arc::new(|| 1_796_000_000_000) }
    }

    /// First line and headers, in order.
    fn shape(question: &Question) -> Vec<String> {
        let mut all = vec![format!("{} {}", question.method, question.path)];
        for (name, value) in &question.headers {
            all.push(format!("{name}: {}", value.to_str().unwrap()));
        }
        all.sort_unstable_by_key(|line| line.contains(": "));
        all[1..].sort_unstable();
        all
    }

    #[test]
    fn shape_only_aliyun_oss() {
        let requests = requests("s3.oss-cn-hangzhou.aliyuncs.com", "oss-cn-hangzhou", "copies");
        let key = requests.address.key("index/aa");
        let mut ask = Ask::new(Method::PUT, &key);
        ask.headers.insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
        ask.body = Bytes::from_static(b"Welcome to Amazon S3.");
        let shape = shape(&requests.question(ask).unwrap());
        let scope = "box/20261130/oss-cn-hangzhou/s3/aws4_request";
        let names = "host;if-none-match;x-amz-content-sha256;x-amz-date";
        let authorization = format!(
            "authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature="
        );
        assert!(shape[2].starts_with(&authorization), "{}", shape[2]);
        let [first, encoding, _, rest @ ..] = &shape[..] else { panic!("{shape:?}") };
        assert_eq!(first, "PUT /box/crm/index/aa");
        assert_eq!(encoding, "accept-encoding: identity");
        assert_eq!(
            rest,
            [
                "host: copies.s3.oss-cn-hangzhou.aliyuncs.com",
                "if-none-match: *",
                "user-agent: Gatehouse",
                "x-amz-content-sha256: 44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
                "x-amz-date: 20261130T005320Z",
            ]
        );
    }

    #[test]
    fn shape_only_tencent_cos() {
        let (endpoint, region) = ("cos.ap-guangzhou.myqcloud.com", "ap-guangzhou");
        let requests = requests(endpoint, region, "copies-1250000000");
        let mut ask = Ask::new(Method::GET, "");
        ask.query =
            &[("list-type", "2"), ("prefix", "box/crm/data/"), ("continuation-token", "a/=")];
        let shape = shape(&requests.question(ask).unwrap());
        assert_eq!(
            shape[0],
            "GET /?continuation-token=a%2F%3D&list-type=2&prefix=box%2Fcrm%2Fdata%2F"
        );
        assert!(
            shape[2].contains("/20261130/ap-guangzhou/s3/aws4_request, SignedHeaders=host;x-amz-")
        );
        assert_eq!(shape[3], "host: copies-1250000000.cos.ap-guangzhou.myqcloud.com");
    }
}
