//! Every "no" of both applications: a stable code with its status, told as problem details (RFC 9457)
//! in the reader's language. The words are in `locales/`; a test holds them against the codes.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value};

use crate::catalogue;
use crate::shape::shared::{FieldProblem, Language};

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The request's text is no JSON, or too deep.
    Malformed,
    /// Fields are missing, unknown, of another type or not allowed.
    Invalid,
    /// The body is not declared as JSON.
    NotJson,
    /// The body is too long.
    TooLong,
    /// The request took too long to arrive.
    TooSlow,
    /// Not from a page of this application.
    Foreign,
    /// One cookie came twice.
    Cookies,
    /// Asked under another name.
    OtherHost,
    /// There is no session, or it has ended.
    SignIn,
    /// There is no such thing.
    NotFound,
    /// This path knows other methods.
    Method,
    /// There is no `If-Match`, or none that names one version.
    NeedsVersion,
    /// The `Idempotency-Key` is no UUID.
    Key,
    /// Too many requests.
    SlowDown,
    /// Something of ours broke.
    Broken,
}

impl Code {
    /// All codes.
    pub const ALL: [Self; 15] = [
        Self::Malformed,
        Self::Invalid,
        Self::NotJson,
        Self::TooLong,
        Self::TooSlow,
        Self::Foreign,
        Self::Cookies,
        Self::OtherHost,
        Self::SignIn,
        Self::NotFound,
        Self::Method,
        Self::NeedsVersion,
        Self::Key,
        Self::SlowDown,
        Self::Broken,
    ];

    /// The stable code, behind `urn:gatehouse:problem:`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Invalid => "invalid",
            Self::NotJson => "not-json",
            Self::TooLong => "too-long",
            Self::TooSlow => "too-slow",
            Self::Foreign => "foreign-page",
            Self::Cookies => "cookies",
            Self::OtherHost => "other-host",
            Self::SignIn => "sign-in",
            Self::NotFound => "not-found",
            Self::Method => "method",
            Self::NeedsVersion => "needs-version",
            Self::Key => "idempotency-key",
            Self::SlowDown => "slow-down",
            Self::Broken => "broken",
        }
    }

    /// Its HTTP status (RFC 9110, 6585).
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed | Self::Cookies | Self::Key => StatusCode::BAD_REQUEST,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::OtherHost => StatusCode::MISDIRECTED_REQUEST,
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NeedsVersion => StatusCode::PRECONDITION_REQUIRED,
            Self::SlowDown => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// A field that was refused, before its words are chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// JSON pointer (RFC 6901).
    pub pointer: String,
    /// Stable code; the catalogue has its words as `field.<code>`.
    pub code: &'static str,
}

/// A "no", before its words are chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    fields: Vec<Field>,
    extras: Map<String, Value>,
    retry_after: Option<u64>,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self { code, fields: Vec::new(), extras: Map::new(), retry_after: None }
    }
}

impl Problem {
    /// A field was refused.
    pub fn field(pointer: impl Into<String>, code: &'static str) -> Self {
        let fields = vec![Field { pointer: pointer.into(), code }];
        Self { fields, ..Code::Invalid.into() }
    }

    /// Not before this time has passed; whole seconds, rounded up, at least one.
    pub fn slow_down(wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Self { retry_after: Some(seconds.max(1)), ..Code::SlowDown.into() }
    }

    /// With a member of its own, such as `triesLeft`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extras.insert(name.to_owned(), value.into());
        self
    }

    /// Its code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The refused fields.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// As an answer in this language.
    pub fn answer(self, language: Language) -> Response<Body> {
        let code = self.code.as_str();
        let status = self.code.status();
        let mut body = self.extras;
        let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
        set("type", format!("urn:gatehouse:problem:{code}").into());
        set("title", catalogue::text(language, &format!("{code}.title")).into());
        set("status", status.as_u16().into());
        set("detail", catalogue::text(language, &format!("{code}.detail")).into());
        if !self.fields.is_empty() {
            let told = self.fields.iter().map(|field| tell(field, language));
            set("errors", serde_json::to_value(told.collect::<Vec<_>>()).unwrap_or_default());
        }
        if let Some(seconds) = self.retry_after {
            set("retryAfter", seconds.into());
        }
        let mut response = Response::new(Body::from(Value::Object(body).to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let media = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, media);
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

fn tell(field: &Field, language: Language) -> FieldProblem {
    FieldProblem {
        field: field.pointer.clone(),
        code: field.code.to_owned(),
        message: catalogue::text(language, &format!("field.{}", field.code)),
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn told(problem: Problem, language: Language) -> (Response<()>, Value) {
        let (parts, body) = problem.answer(language).into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(parts, ()), serde_json::from_slice(&bytes).unwrap())
    }

    #[tokio::test]
    async fn every_code_is_told_in_both_languages() {
        for code in Code::ALL {
            let (_, english) = told(code.into(), Language::En).await;
            let (answer, chinese) = told(code.into(), Language::ZhCn).await;
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            assert_eq!(answer.headers()["content-language"], "zh-CN");
            assert_eq!(answer.status(), code.status());
            assert_eq!(english["status"], code.status().as_u16());
            assert_eq!(english["type"], format!("urn:gatehouse:problem:{}", code.as_str()));
            for member in ["title", "detail"] {
                let (one, other) =
                    (english[member].as_str().unwrap(), chinese[member].as_str().unwrap());
                assert!(one.is_ascii() && one.contains(' '), "{one}");
                assert!(other.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{other}");
            }
        }
    }

    #[tokio::test]
    async fn carries_fields_members_and_the_time_to_wait() {
        let (answer, body) =
            told(Problem::slow_down(Duration::from_millis(1200)), Language::En).await;
        assert_eq!(answer.headers()["retry-after"], "2");
        assert_eq!(body["retryAfter"], 2);
        let problem = Problem::field("/phone", "unknown").with("triesLeft", 3);
        let (_, body) = told(problem, Language::En).await;
        assert_eq!(
            (&body["errors"][0]["field"], &body["triesLeft"]),
            (&"/phone".into(), &3.into())
        );
        assert_ne!(body["errors"][0]["message"], "field.unknown");
    }
}
