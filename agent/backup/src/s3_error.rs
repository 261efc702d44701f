//! Why an object store did not do it: a code that the service's error document names (Amazon S3 API reference,
//! "Error responses").

use hyper::StatusCode;
use outbound::{Fault, Stage};

use crate::line::Answer;
use crate::s3_address::is_region;
use crate::target::TargetError;
use crate::tried::Tried;
use crate::xml::{self, Event};

/// Longest code, bytes.
const LONGEST_CODE: usize = 64;

/// What an error document says; empty where there is none that can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceError {
    /// For programs: letters, digits and dots.
    pub code: String,
    /// The region that it should have been.
    pub region: Option<String>,
}

impl ServiceError {
    /// Reads one; whatever it is, a status came with it that counts.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let mut told = Self::default();
        let read = xml::read(bytes, &mut |event| {
            match event {
                Event::Leaf(["Error", "Code"], code) if is_code(code) => {
                    code.clone_into(&mut told.code)
                }
                Event::Leaf(["Error", "Region"], region) if is_region(region) => {
                    told.region = Some(region.to_owned());
                }
                Event::Leaf(..) | Event::End(_) => {}
            }
            Ok(())
        });
        if read.is_ok() { told } else { Self::default() }
    }

    /// The same, of an answer whose headers may say the region.
    pub fn of(answer: &Answer) -> Self {
        let mut told = Self::parse(&answer.body);
        let region =
            answer.headers.get("x-amz-bucket-region").and_then(|value| value.to_str().ok());
        if let Some(region) = region.filter(|region| is_region(region)) {
            told.region = Some(region.to_owned());
        }
        told
    }

    /// What it means.
    pub fn means(self, status: StatusCode, bucket: &str, tried: Tried<'_>) -> TargetError {
        let Self { code, region } = self;
        let source = || std::io::Error::other(format!("status {}, {code}", status.as_u16()));
        match (code.as_str(), status.as_u16()) {
            (
                "InvalidAccessKeyId"
                | "SignatureDoesNotMatch"
                | "InvalidToken"
                | "ExpiredToken"
                | "InvalidSecurity"
                | "NotSignedUp"
                | "AccountProblem",
                _,
            )
            | (_, 401) => TargetError::WrongKey,
            ("NoSuchBucket" | "InvalidBucketName", _) => {
                TargetError::WrongBucket(bucket.to_owned())
            }
            (
                "AuthorizationHeaderMalformed"
                | "PermanentRedirect"
                | "TemporaryRedirect"
                | "IllegalLocationConstraintException"
                | "InvalidRegion",
                _,
            )
            | ("", 301 | 307) => TargetError::WrongRegion { right: region },
            ("RequestTimeTooSkewed", _) => TargetError::WrongClock,
            (
                "QuotaExceeded"
                | "ServiceQuotaExceeded"
                | "InsufficientStorage"
                | "StorageFull"
                | "XMinioStorageFull"
                | "XMinioAdminBucketQuotaExceeded"
                | "InsufficientCapacity",
                _,
            ) => TargetError::Full(source()),
            ("RequestTimeout", _) => TargetError::Way(Fault::TooSlow(Stage::Talk)),
            ("SlowDown" | "ServiceUnavailable", _) => TargetError::Unreachable(source()),
            ("NoSuchKey", 404) => tried.broken("it is not there"),
            ("", _) => tried.status(status),
            _ => tried.status_told(status, &code),
        }
    }
}

fn is_code(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
    (1..=LONGEST_CODE).contains(&text.len()) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(code: &str, status: u16) -> String {
        let text = format!("<Error><Code>{code}</Code><Region>eu-west-3</Region></Error>");
        let tried = Tried { doing: "write", object: "config" };
        let status = StatusCode::from_u16(status).unwrap();
        ServiceError::parse(text.as_bytes()).means(status, "copies", tried).to_string()
    }

    #[test]
    fn each_code_is_told_in_its_own_words() {
        for (code, status, line) in [
            ("InvalidAccessKeyId", 403, "the target does not accept the access key"),
            ("SignatureDoesNotMatch", 403, "the target does not accept the access key"),
            ("NoSuchBucket", 404, "the target has no bucket named copies"),
            ("AuthorizationHeaderMalformed", 400, "the bucket is in another region: eu-west-3"),
            ("PermanentRedirect", 301, "the bucket is in another region: eu-west-3"),
            (
                "RequestTimeTooSkewed",
                403,
                "the clocks of the target and of the box differ too much",
            ),
            ("QuotaExceeded", 403, "the target is full"),
            ("XMinioStorageFull", 507, "the target is full"),
            ("Unknown", 507, "the target is full"),
            ("SlowDown", 503, "the target does not answer"),
            ("RequestTimeout", 400, "the target takes too long to answer"),
            ("AccessDenied", 403, "the target refused to write config"),
            ("InternalError", 500, "the target is broken: config: it answers with status 500"),
        ] {
            assert_eq!(told(code, status), line, "{code}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        for text in
            ["", "<html><body>Error</body></html>", "<Error><Code>a b</Code></Error>", "<Error>"]
        {
            assert_eq!(ServiceError::parse(text.as_bytes()), ServiceError::default(), "{text}");
        }
        let forged = "<Error><Code>X</Code><Region>eu\nwest</Region></Error>";
        assert_eq!(ServiceError::parse(forged.as_bytes()).region, None);
    }
}
