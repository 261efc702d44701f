//! A target that is a restic REST server (restic's REST API, version 2): `GET`, `HEAD`, `POST` and
//! `DELETE` of `/<kind>/<id>`, always encrypted. rest-server syncs an object and its directory before it
//! answers, but for `config` (repo.go of 0.13); that it has all of it is looked up after each write.

use std::fmt;
use std::io;
use std::sync::Arc;

use data_encoding::BASE64;
use hyper::body::Bytes;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName,
    HeaderValue, USER_AGENT,
};
use hyper::{HeaderMap, Method, StatusCode};
use zeroize::Zeroizing;

use crate::line::{Addresses, Answer, Line, Patience, Question, Trust};
use crate::listing;
use crate::object::{Kind, Object};
use crate::pace::Pace;
use crate::password::Password;
use crate::rest_address::RestAddress;
use crate::target::{Target, TargetError};
use crate::tried::{Tried, Wanted, number, only};

/// Of a listing with lengths.
const VERSION_2: HeaderValue = HeaderValue::from_static("application/vnd.x.restic.rest.v2");

/// Who we are at a server: written down there in its `.htpasswd`.
#[derive(Debug)]
pub struct Login {
    user: String,
    password: Password,
}

/// No user name that HTTP can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user name is needed, without colons and control characters")]
pub struct InvalidLogin;

impl Login {
    /// # Errors
    /// For a name that would be read as another one (RFC 7617, section 2).
    pub fn new(user: String, password: Password) -> Result<Self, InvalidLogin> {
        let odd = |c: char| c == ':' || c.is_control();
        let bad =
            user.is_empty() || user.contains(odd) || password.as_str().contains(char::is_control);
        if bad { Err(InvalidLogin) } else { Ok(Self { user, password }) }
    }
}

/// See [`Target`]. Must not be called where async tasks run: it blocks the thread.
pub struct RestServer {
    address: RestAddress,
    line: Line,
    headers: HeaderMap,
}

impl fmt::Debug for RestServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestServer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl RestServer {
    /// At an address whose host `addresses` looks up. Connects when it is asked for something.
    ///
    /// # Errors
    /// When the kernel has no room for what waits on sockets.
    pub fn new(
        address: RestAddress,
        login: &Login,
        trust: Trust,
        addresses: Arc<Addresses>,
    ) -> io::Result<Self> {
        let line = Line::new(address.host().to_owned(), address.port(), trust, addresses)?;
        let Login { user, password } = login;
        let pair = Zeroizing::new(format!("{user}:{}", password.as_str()));
        let basic = Zeroizing::new(format!("Basic {}", BASE64.encode(pair.as_bytes())));
        let mut authorization = HeaderValue::from_str(&basic).map_err(io::Error::other)?;
        authorization.set_sensitive(true);
        let host = HeaderValue::from_str(&address.authority()).map_err(io::Error::other)?;
        let headers = [
            (HOST, host),
            (USER_AGENT, HeaderValue::from_static("Gatehouse")),
            (ACCEPT, VERSION_2),
            (ACCEPT_ENCODING, HeaderValue::from_static("identity")),
            (AUTHORIZATION, authorization),
        ];
        Ok(Self { address, line, headers: headers.into_iter().collect() })
    }

    /// The same, with other limits.
    #[must_use]
    pub fn with(self, patience: Patience) -> Self {
        Self { line: self.line.with(patience), ..self }
    }

    /// The same, sending no faster than this.
    #[must_use]
    pub fn paced(self, pace: Arc<Pace>) -> Self {
        Self { line: self.line.paced(pace), ..self }
    }

    /// Does one thing with an object, or a kind's directory.
    fn ask<'a>(&self, doing: &'static str, object: &'a str, question: Ask) -> Asked<'a> {
        let Ask { method, path, header, body, most } = question;
        let mut headers = self.headers.clone();
        headers.extend(header);
        let path = format!("{}/{path}", self.address.folder());
        let question = Question { method, path, headers, body, most };
        let answer = self.line.ask(&question);
        let tried = Tried { doing, object };
        match answer {
            Ok(answer) => Asked { tried, answer: Ok(answer) },
            Err(fault) => Asked { answer: Err(tried.fault(fault)), tried },
        }
    }

    /// The length of an object; none where there is none.
    fn length(&self, object: Object) -> Result<Option<u64>, TargetError> {
        let name = object.to_string();
        let asked = self.ask("read", &name, Ask::new(Method::HEAD, &name));
        let tried = asked.tried;
        let answer = asked.answer?;
        match answer.status {
            StatusCode::OK => {
                let length = only(&answer.headers, &CONTENT_LENGTH).and_then(number);
                length.map(Some).ok_or_else(|| tried.broken("it does not say how long it is"))
            }
            StatusCode::NOT_FOUND => Ok(None),
            status => Err(tried.status(status)),
        }
    }

    /// Makes the directories of a repository; those that are there are as good.
    fn make(&self) -> Result<(), TargetError> {
        let ask = Ask::new(Method::POST, "?create=true");
        self.ask("make", "the directories of a repository", ask).done()
    }
}

/// What is asked of it.
struct Ask {
    method: Method,
    path: String,
    header: Option<(HeaderName, HeaderValue)>,
    body: Bytes,
    most: usize,
}

impl Ask {
    fn new(method: Method, path: &str) -> Self {
        let (path, header, body) = (path.to_owned(), None, Bytes::new());
        Self { method, path, header, body, most: 64 << 10 }
    }
}

/// An answer, and to what.
struct Asked<'a> {
    tried: Tried<'a>,
    answer: Result<Answer, TargetError>,
}

impl Asked<'_> {
    fn done(self) -> Result<(), TargetError> {
        let status = self.answer?.status;
        if status.is_success() { Ok(()) } else { Err(self.tried.status(status)) }
    }
}

impl Target for RestServer {
    fn list(&self, kind: Kind) -> Result<Vec<(Object, u64)>, TargetError> {
        let directory = kind.directory();
        let mut ask = Ask::new(Method::GET, &format!("{directory}/"));
        ask.most = listing::MOST_BYTES;
        let asked = self.ask("list", directory, ask);
        let tried = asked.tried;
        let answer = asked.answer?;
        match answer.status {
            StatusCode::OK if answer.headers.get(CONTENT_TYPE) != Some(&VERSION_2) => {
                Err(tried.broken("it is no list with lengths (REST API version 2)"))
            }
            StatusCode::OK => listing::parse(kind, &answer.body).map_err(|error| {
                tracing::info!(%error, directory, "no listing");
                tried.broken("its list makes no sense")
            }),
            // Directories are made with the first object.
            StatusCode::NOT_FOUND => Ok(Vec::new()),
            status => Err(tried.status(status)),
        }
    }

    fn read(&self, object: Object, range: Option<(u64, u64)>) -> Result<Vec<u8>, TargetError> {
        let name = object.to_string();
        let tried = Tried { doing: "read", object: &name };
        if let Some((from, 0)) = range {
            let length = self.length(object)?.ok_or(TargetError::Missing(object))?;
            let there = from <= length;
            return if there { Ok(Vec::new()) } else { Err(tried.broken("it is too short")) };
        }
        let wanted = Wanted::of(range).ok_or_else(|| tried.broken("it is too long"))?;
        let mut ask = Ask::new(Method::GET, &name);
        (ask.header, ask.most) = (wanted.header(), wanted.most());
        let mut answer = self.ask("read", &name, ask).answer?;
        match (wanted.take(&mut answer), answer.status) {
            (Some(taken), _) => taken.map_err(|what| tried.broken(what)),
            (None, StatusCode::NOT_FOUND) => Err(TargetError::Missing(object)),
            (None, status) => Err(tried.status(status)),
        }
    }

    fn write(&self, object: Object, bytes: &[u8]) -> Result<(), TargetError> {
        let (name, length) = (object.to_string(), bytes.len() as u64);
        // Looked for first: a server refuses what it has as it refuses strangers. It also finds out whether
        // the kept connection is one, before megabytes go.
        match self.length(object)? {
            Some(there) if there == length => return Ok(()),
            Some(_) => self.remove(object)?,
            None => {}
        }
        // A server makes the directory of an object, but not that of `config`.
        if matches!(object, Object::Config | Object::Named(Kind::Key, _)) {
            self.make()?;
        }
        let mut ask = Ask::new(Method::POST, &name);
        ask.header = Some((CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")));
        ask.body = Bytes::copy_from_slice(bytes);
        self.ask("write", &name, ask).done()?;
        if self.length(object)? == Some(length) {
            return Ok(());
        }
        Err(Tried { doing: "write", object: &name }.broken("it did not keep all that it took"))
    }

    fn remove(&self, object: Object) -> Result<(), TargetError> {
        let name = object.to_string();
        match self.ask("remove", &name, Ask::new(Method::DELETE, &name)) {
            Asked { answer: Ok(Answer { status: StatusCode::NOT_FOUND, .. }), .. } => Ok(()),
            asked => asked.done(),
        }
    }
}
