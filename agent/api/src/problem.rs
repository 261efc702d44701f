//! Every "no" of both applications: a stable code with its status, told as problem details (RFC 9457)
//! in the reader's language. The words are in `locales/`; a test holds them against the codes.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Map, Value};

use crate::catalogue;
use crate::shape::shared::{FieldProblem, Language};

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident = $code:literal, $status:ident;)+) => {
        /// What went wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])+ $name,)+
        }

        impl Code {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable code, behind `urn:gatehouse:problem:`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// Its HTTP status (RFC 9110, 6585).
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),+ }
            }
        }
    };
}

codes! {
    /// The request's text is no JSON, or too deep.
    Malformed = "malformed", BAD_REQUEST;
    /// Fields are missing, unknown, of another type or not allowed.
    Invalid = "invalid", UNPROCESSABLE_ENTITY;
    /// The body is not declared as JSON.
    NotJson = "not-json", UNSUPPORTED_MEDIA_TYPE;
    /// The body is too long.
    TooLong = "too-long", PAYLOAD_TOO_LARGE;
    /// The request has too many header fields.
    HeadTooLong = "head-too-long", REQUEST_HEADER_FIELDS_TOO_LARGE;
    /// The request took too long to arrive.
    TooSlow = "too-slow", REQUEST_TIMEOUT;
    /// Not from a page of this application.
    Foreign = "foreign-page", FORBIDDEN;
    /// One cookie came twice.
    Cookies = "cookies", BAD_REQUEST;
    /// Asked under another name.
    OtherHost = "other-host", MISDIRECTED_REQUEST;
    /// There is no session, or it has ended.
    SignIn = "sign-in", UNAUTHORIZED;
    /// The session's role does not give this.
    NotAllowed = "not-allowed", FORBIDDEN;
    /// There is no such thing.
    NotFound = "not-found", NOT_FOUND;
    /// The contact was deleted; who did, and when, is told.
    Deleted = "deleted", NOT_FOUND;
    /// The contact was erased for good; who did, and when, is told.
    Erased = "erased", GONE;
    /// This path knows other methods.
    Method = "method", METHOD_NOT_ALLOWED;
    /// There is no `If-Match`, or none that names one version.
    NeedsVersion = "needs-version", PRECONDITION_REQUIRED;
    /// Somebody else's change came first.
    ChangedMeanwhile = "changed-meanwhile", PRECONDITION_FAILED;
    /// The `Idempotency-Key` is no UUID.
    Key = "idempotency-key", BAD_REQUEST;
    /// The `Idempotency-Key` came with another request before.
    KeyUsed = "key-used", CONFLICT;
    /// Too many requests.
    SlowDown = "slow-down", TOO_MANY_REQUESTS;
    /// The store came back from a copy, and no code is taken yet.
    JustRestored = "just-restored", TOO_MANY_REQUESTS;
    /// No room for another request.
    Busy = "busy", SERVICE_UNAVAILABLE;
    /// Name or password is wrong.
    WrongCredentials = "wrong-credentials", UNAUTHORIZED;
    /// The authenticator app's code is wrong.
    WrongTotp = "wrong-totp", UNPROCESSABLE_ENTITY;
    /// The authenticator app's code was taken before.
    UsedTotp = "used-totp", UNPROCESSABLE_ENTITY;
    /// The browser has no step any more: it forgets one after 15 minutes, as the box does.
    StepLate = "step-late", UNAUTHORIZED;
    /// The step before was finished or begun again elsewhere, or the application was started again.
    StepGone = "step-gone", UNAUTHORIZED;
    /// A code of console, admin or invitation is wrong.
    WrongCode = "wrong-code", FORBIDDEN;
    /// There is no code in force.
    NoCode = "no-code", CONFLICT;
    /// The invitation was used, taken back or is over, or never was.
    InvitationGone = "invitation-gone", FORBIDDEN;
    /// Somebody has set this up already.
    AlreadySetUp = "already-set-up", CONFLICT;
    /// The vault is locked.
    Locked = "locked", CONFLICT;
    /// The vault is open already, or there is none to open.
    NotLocked = "not-locked", CONFLICT;
    /// Passphrase or recovery key opens nothing.
    WrongSecret = "wrong-secret", FORBIDDEN;
    /// The vault is damaged so that no key opens it.
    VaultDamaged = "vault-damaged", INTERNAL_SERVER_ERROR;
    /// A step of the claim that comes later.
    OutOfOrder = "out-of-order", CONFLICT;
    /// The last one who can let others in stays so.
    LastManager = "last-manager", CONFLICT;
    /// As many contacts as a box can hold.
    Full = "full", CONFLICT;
    /// Deleted too long ago to be brought back.
    UndoOver = "undo-over", GONE;
    /// hostd does not answer.
    HostAway = "host-away", SERVICE_UNAVAILABLE;
    /// hostd took settings, and whether they are in force cannot be found out.
    HostUnsure = "host-unsure", SERVICE_UNAVAILABLE;
    /// The CRM's process does not answer.
    CrmAway = "crm-away", SERVICE_UNAVAILABLE;
    /// The settings could not be brought about; the former ones stand.
    NotApplied = "not-applied", INTERNAL_SERVER_ERROR;
    /// New settings are being tried; they are to be kept or undone first.
    TrialRunning = "trial-running", CONFLICT;
    /// The same request came before; its answer was lost.
    TriedAlready = "tried-already", CONFLICT;
    /// Nothing is being tried any more.
    NoTrial = "no-trial", CONFLICT;
    /// Another session tries them.
    NotYours = "not-yours", FORBIDDEN;
    /// The token is not the one that was given out.
    WrongToken = "wrong-token", FORBIDDEN;
    /// The connection is from before the change, so it proves nothing.
    OldConnection = "old-connection", CONFLICT;
    /// Asked at an address that the box no longer has once they are kept.
    OldAddress = "old-address", CONFLICT;
    /// Asked by a device of a network that goes once they are kept.
    FormerNetwork = "former-network", CONFLICT;
    /// Another packet is being tried.
    ProbeRunning = "probe-running", CONFLICT;
    /// There is no way to the internet to try a packet on.
    NoWayOut = "no-way-out", CONFLICT;
    /// Each address of a zone is taken.
    NoFreeAddress = "no-free-address", CONFLICT;
    /// A packet could not be tried, or the rules changed meanwhile.
    NotTried = "not-tried", CONFLICT;
    /// The disk failed.
    DiskFailed = "disk-failed", SERVICE_UNAVAILABLE;
    /// Something of ours broke.
    Broken = "broken", INTERNAL_SERVER_ERROR;
}

/// Codes of refused fields; the catalogue has their words as `field.<code>`.
#[cfg(test)]
pub(crate) const FIELD_CODES: &[&str] = &[
    "rest-address",
    "s3-address",
    "region",
    "bucket",
    "bucket-folder",
    "bucket-in-name",
    "no-bucket",
    "sftp-address",
    "sftp-folder",
    "host-key",
    "host-key-kind",
    "box-key",
    "no-certificate",
    "one-kind",
    "between",
    "no-sheet",
    "newer-sheet",
    "sheet-of-box",
    "sheet-of-crm",
    "unknown",
    "required",
    "twice",
    "type",
    "empty",
    "too-short",
    "too-long",
    "too-many-bytes",
    "control-character",
    "hidden-character",
    "unassigned-character",
    "mixed-scripts",
    "common",
    "contains-name",
    "common-words",
    "guessable",
    "keyboard",
    "repeats",
    "sequence",
    "time-zone",
    "role",
    "taken",
    "wrong",
    "mistyped",
    "one-of-both",
    "limit",
    "sort",
    "cursor",
    "search-too-long",
    "no-zone",
    "no-address",
    "no-device",
    "every-device",
    "domain-name",
    "link-local",
    "locks-you-out",
    "trial-seconds",
    "mac",
    "ip",
    "too-many",
    "one-of-two",
    "address",
    "other-version",
    "port",
    "icmp-only",
    "icmp-type",
    "card-in-zone",
    "same-place",
    "ip-version",
    "not-spoken",
    "names-person",
    "target-taken",
    "other-way",
    "unseen",
    "time-of-day",
    "no-time",
    "host",
    "mailbox",
    "https-address",
    "certificates",
];

/// A field that was refused, before its words are chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// JSON pointer (RFC 6901).
    pub pointer: String,
    /// Stable code; the catalogue has its words as `field.<code>`.
    pub code: Cow<'static, str>,
    /// What stands in the words as `{name}`.
    pub values: Vec<(&'static str, String)>,
    /// Its words, where another catalogue has them already.
    pub text: Option<String>,
}

impl Field {
    /// With words of the catalogue.
    pub fn new(pointer: impl Into<String>, code: &'static str) -> Self {
        let code = Cow::Borrowed(code);
        Self { pointer: pointer.into(), code, values: Vec::new(), text: None }
    }

    /// With a value that stands in the words.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }
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
        Self::fields_refused(vec![Field::new(pointer, code)])
    }

    /// Fields were refused.
    pub fn fields_refused(fields: Vec<Field>) -> Self {
        Self { fields, ..Code::Invalid.into() }
    }

    /// Not before this time has passed; whole seconds, rounded up, at least one.
    pub fn slow_down(wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Self { retry_after: Some(seconds.max(1)), ..Code::SlowDown.into() }
    }

    /// Told not to come again before this time has passed.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self { retry_after: Self::slow_down(wait).retry_after, ..self }
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
    let words = || {
        let text = catalogue::text(language, &format!("field.{}", field.code));
        settings::fill(&text, |name| {
            field.values.iter().find(|(given, _)| *given == name).map(|(_, value)| value.clone())
        })
    };
    FieldProblem {
        field: field.pointer.clone(),
        code: field.code.clone().into_owned(),
        message: field.text.clone().unwrap_or_else(words),
    }
}

/// Its words are chosen at the [`Door`](crate::door::Door), which knows the reader's language.
impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.code.status();
        response.extensions_mut().insert(self);
        response
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
        for &code in Code::ALL {
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
