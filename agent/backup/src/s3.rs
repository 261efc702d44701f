//! A target that is an S3-compatible object store (Amazon S3 API reference): `GET`, `HEAD`, `PUT`, `DELETE` and
//! `ListObjectsV2`, always encrypted, each signed with its payload. An object is there whole or not at all, and
//! kept when the service has answered. Keys lie as stock restic's layout "default" has them.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::num::NonZeroU16;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, IF_NONE_MATCH};
use hyper::{Method, StatusCode};

use crate::line::{Addresses, Answer, Line, Patience, Trust};
use crate::listing;
use crate::object::{Kind, Object};
use crate::pace::Pace;
use crate::restic::Clock;
use crate::retention::{self, LOCK_MODE, Retention};
use crate::s3_address::S3Address;
use crate::s3_error::ServiceError;
use crate::s3_listing::{self, MOST_PAGES};
use crate::s3_request::{Ask, Requests};
use crate::signature::S3Keys;
use crate::target::{Former, ObjectLock, Target, TargetError};
use crate::tried::{Tried, Wanted, number, only};

const VERSION: HeaderName = HeaderName::from_static("x-amz-version-id");
const BYPASS: HeaderName = HeaderName::from_static("x-amz-bypass-governance-retention");
/// Most versions of locks of ours that are remembered; as a rule there is one.
const MOST_LOCKS: usize = 64;

/// See [`Target`]. Must not be called where async tasks run: it blocks the thread.
pub struct S3 {
    requests: Requests,
    line: Line,
    retention: Option<Retention>,
    /// Whether it is not known to lack `If-None-Match`.
    conditional: AtomicBool,
    /// Versions of locks that we wrote.
    locks: Mutex<BTreeMap<Object, String>>,
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests: Requests { address, .. }, retention, .. } = self;
        let mut all = f.debug_struct("S3");
        all.field("address", address).field("retention", retention).finish_non_exhaustive()
    }
}

impl S3 {
    /// At an address whose host `addresses` looks up; what is asked is signed with the time of `clock`.
    /// Connects when it is asked for something.
    ///
    /// # Errors
    /// When the kernel has no room for what waits on sockets.
    pub fn new(
        address: S3Address,
        keys: S3Keys,
        trust: Trust,
        addresses: Arc<Addresses>,
        clock: Arc<Clock>,
    ) -> io::Result<Self> {
        let line = Line::new(address.host(), address.port(), trust, addresses)?;
        let requests = Requests { address, keys, clock };
        let (conditional, locks) = (AtomicBool::new(true), Mutex::default());
        Ok(Self { requests, line, retention: None, conditional, locks })
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

    /// The same, with a lock on each object that is written. The bucket must have been made for it.
    #[must_use]
    pub fn locking(self, retention: Retention) -> Self {
        Self { retention: Some(retention), ..self }
    }

    /// Restic's layout "default", on S3 as on disk: packs in a directory named by their first byte.
    fn key(&self, object: Object) -> String {
        self.requests.address.key(&match object {
            Object::Named(Kind::Pack, id) => {
                let id = id.to_string();
                format!("data/{}/{id}", id.get(..2).unwrap_or_default())
            }
            object => object.to_string(),
        })
    }

    fn ask(&self, tried: Tried<'_>, ask: Ask<'_>) -> Result<Answer, TargetError> {
        let question = self.requests.question(ask).map_err(TargetError::Unreachable)?;
        self.line.ask(&question).map_err(|fault| tried.fault(fault))
    }

    /// What an answer means by which it was not done.
    fn failed(&self, tried: Tried<'_>, answer: &Answer) -> TargetError {
        ServiceError::of(answer).means(answer.status, self.requests.address.bucket(), tried)
    }

    /// The length of an object and the number of its version, if it has one; none where there is none.
    fn look(&self, object: Object) -> Result<Option<(u64, Option<String>)>, TargetError> {
        let (name, key) = (object.to_string(), self.key(object));
        let tried = Tried { doing: "read", object: &name };
        let answer = self.ask(tried, Ask::new(Method::HEAD, &key))?;
        match answer.status {
            StatusCode::OK => {
                let length = only(&answer.headers, &CONTENT_LENGTH).and_then(number);
                let length =
                    length.ok_or_else(|| tried.broken("it does not say how long it is"))?;
                Ok(Some((length, version(&answer))))
            }
            StatusCode::NOT_FOUND => Ok(None),
            _ => {
                // An answer to HEAD has no room for the reason.
                let mut ask = Ask::new(Method::GET, &key);
                ask.headers.extend(Wanted::of(Some((0, 1))).and_then(|wanted| wanted.header()));
                let answer = self.ask(tried, ask)?;
                Err(self.failed(tried, &answer))
            }
        }
    }

    /// What writes an object, locked for so many days if for any.
    fn written<'a>(
        &self,
        object: Object,
        key: &'a str,
        bytes: &[u8],
        days: Option<NonZeroU16>,
    ) -> Ask<'a> {
        let mut ask = Ask::new(Method::PUT, key);
        ask.body = Bytes::copy_from_slice(bytes);
        let octets = HeaderValue::from_static("application/octet-stream");
        ask.headers.insert(CONTENT_TYPE, octets);
        ask.headers.extend(retention::checksum(bytes));
        let is_lock = matches!(object, Object::Named(Kind::Lock, _));
        if let Some(Retention { days: usual, mode }) = self.retention.filter(|_| !is_lock) {
            let retention = Retention { days: days.unwrap_or(usual), mode };
            ask.headers.extend(retention.headers(self.requests.now()));
        }
        ask
    }

    /// Writes; the answer, also one that says that there is one already.
    fn put(&self, object: Object, ask: &Ask<'_>, is_new: bool) -> Result<Answer, TargetError> {
        let name = object.to_string();
        let tried = Tried { doing: "write", object: &name };
        let mut ask = ask.clone();
        let locks = ask.headers.contains_key(LOCK_MODE);
        if is_new {
            ask.headers.insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
        }
        let answer = self.ask(tried, ask)?;
        match answer.status {
            StatusCode::OK | StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT => Ok(answer),
            StatusCode::NOT_IMPLEMENTED if is_new => Ok(answer),
            _ if locks && says_no_lock(&answer) => Err(TargetError::NoObjectLock),
            _ => Err(self.failed(tried, &answer)),
        }
    }

    /// Takes away the version with this number, or hides all of them.
    fn delete(
        &self,
        object: Object,
        version: Option<&str>,
        bypass: bool,
    ) -> Result<(), TargetError> {
        let (name, key) = (object.to_string(), self.key(object));
        let tried = Tried { doing: "remove", object: &name };
        let mut ask = Ask::new(Method::DELETE, &key);
        let query = version.map(|version| [("versionId", version)]);
        ask.query = query.as_ref().map_or(&[], |query| query);
        ask.headers.extend(bypass.then(|| (BYPASS, HeaderValue::from_static("true"))));
        let answer = self.ask(tried, ask)?;
        if answer.status.is_success() {
            return Ok(());
        }
        match ServiceError::of(&answer) {
            told if answer.status == StatusCode::NOT_FOUND && told.code != "NoSuchBucket" => Ok(()),
            told => Err(told.means(answer.status, self.requests.address.bucket(), tried)),
        }
    }

    fn locks(&self) -> std::sync::MutexGuard<'_, BTreeMap<Object, String>> {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of a version, as far as it can be asked for.
fn version(answer: &Answer) -> Option<String> {
    let version = only(&answer.headers, &VERSION)?;
    ((1..=1_024).contains(&version.len())).then(|| version.to_owned())
}

/// Whether it says that nothing can be locked there; services differ in how.
fn says_no_lock(answer: &Answer) -> bool {
    let codes = [
        "InvalidRequest",
        "InvalidArgument",
        "InvalidBucketState",
        "NotImplemented",
        "ObjectLockConfigurationNotFoundError",
    ];
    matches!(answer.status.as_u16(), 400 | 404 | 409 | 501)
        && codes.contains(&ServiceError::of(answer).code.as_str())
}

impl Target for S3 {
    fn list(&self, kind: Kind) -> Result<Vec<(Object, u64)>, TargetError> {
        let directory = kind.directory();
        let tried = Tried { doing: "list", object: directory };
        let prefix = self.requests.address.key(&format!("{directory}/"));
        let (mut all, mut token) = (Vec::new(), None::<String>);
        for _ in 0..MOST_PAGES {
            let most = s3_listing::MOST_OF_A_PAGE.to_string();
            let mut query = vec![("list-type", "2"), ("max-keys", &most), ("prefix", &prefix)];
            query.extend(token.as_ref().map(|token| ("continuation-token", token.as_str())));
            let mut ask = Ask::new(Method::GET, "");
            (ask.query, ask.most) = (&query, s3_listing::MOST_BYTES);
            let answer = self.ask(tried, ask)?;
            if answer.status != StatusCode::OK {
                return Err(self.failed(tried, &answer));
            }
            let page = s3_listing::parse(kind, &prefix, &answer.body).map_err(|error| {
                tracing::info!(%error, directory, "no listing");
                tried.broken("its list makes no sense")
            })?;
            all.extend(page.objects);
            if all.len() > listing::MOST_ENTRIES {
                return Err(tried.broken("its list is too long"));
            }
            if page.next.is_some() && page.next == token {
                return Err(tried.broken("its list does not go on"));
            }
            let Some(next) = page.next else {
                all.sort_unstable();
                // Two lengths of one object: whoever says so lies about one of them.
                let twice = all.array_windows().any(|[(one, _), (next, _)]| one == next);
                return if twice { Err(tried.broken("its list makes no sense")) } else { Ok(all) };
            };
            token = Some(next);
        }
        Err(tried.broken("its list does not end"))
    }

    fn read(&self, object: Object, range: Option<(u64, u64)>) -> Result<Vec<u8>, TargetError> {
        let name = object.to_string();
        let tried = Tried { doing: "read", object: &name };
        if let Some((from, 0)) = range {
            let (length, _) = self.look(object)?.ok_or(TargetError::Missing(object))?;
            let there = from <= length;
            return if there { Ok(Vec::new()) } else { Err(tried.broken("it is too short")) };
        }
        self.get(object, range, None)
    }

    fn write(&self, object: Object, bytes: &[u8]) -> Result<(), TargetError> {
        let (name, key) = (object.to_string(), self.key(object));
        let tried = Tried { doing: "write", object: &name };
        let length = bytes.len() as u64;
        let ask = self.written(object, &key, bytes, None);
        // At most: no conditions there, one of another length, written.
        for _ in 0..3 {
            let conditional = self.conditional.load(Ordering::Relaxed);
            let answer = if conditional {
                let answer = self.put(object, &ask, true)?;
                if answer.status == StatusCode::NOT_IMPLEMENTED {
                    self.conditional.store(false, Ordering::Relaxed);
                    continue;
                }
                Some(answer).filter(|answer| answer.status == StatusCode::OK)
            } else if self.look(object)?.is_none() {
                Some(self.put(object, &ask, false)?)
            } else {
                None
            };
            let there = self.look(object)?;
            if matches!(&there, Some((there, _)) if *there == length) {
                let version = answer.as_ref().and_then(version);
                if let (Object::Named(Kind::Lock, _), Some(version)) = (object, version) {
                    let mut locks = self.locks();
                    if locks.len() < MOST_LOCKS {
                        locks.insert(object, version);
                    }
                }
                return Ok(());
            }
            if answer.is_some() {
                return Err(tried.broken("it did not keep all that it took"));
            }
            if there.is_some() {
                self.remove(object)?;
            }
        }
        Err(tried.broken("it says that it is there, and is not"))
    }

    /// For good where there are versions and the target lets us; else, as with stock restic, all of them are
    /// hidden, until their locks and the bucket's own rules end them.
    fn remove(&self, object: Object) -> Result<(), TargetError> {
        let known = self.locks().remove(&object);
        let version = match known {
            Some(version) => Some(version),
            None => match self.look(object)? {
                Some((_, version)) => version,
                None => return Ok(()),
            },
        };
        if let Some(version) = version {
            match self.delete(object, Some(&version), false) {
                Err(TargetError::Refused { .. }) => {}
                deleted => {
                    deleted?;
                    // An older one may have come up.
                    return match self.look(object)? {
                        Some(_) => self.delete(object, None, false),
                        None => Ok(()),
                    };
                }
            }
        }
        self.delete(object, None, false)
    }

    fn overwrite(&self, object: Object, bytes: &[u8]) -> Result<Former, TargetError> {
        let key = self.key(object);
        let ask = self.written(object, &key, bytes, Some(NonZeroU16::MIN));
        let answer = match self.put(object, &ask, false) {
            Err(TargetError::Refused { .. }) => return Ok(Former::NotTried),
            answer => answer?,
        };
        let Some(version) = version(&answer) else { return Ok(Former::Lost) };
        // Once as anybody would, once with the right to end a lock early: who has none is refused both times,
        // but who may not bypass is refused with what is not locked, too.
        for bypass in [false, true] {
            match self.delete(object, Some(&version), bypass) {
                Err(TargetError::Refused { .. }) => {}
                deleted => return deleted.map(|()| Former::Lost),
            }
        }
        let name = object.to_string();
        let tried = Tried { doing: "read", object: &name };
        match self.get(object, None, Some(&version)) {
            Ok(there) if there == bytes => {
                Ok(Former::Kept(ObjectLock { days: self.retention.map(|lock| lock.days.get()) }))
            }
            Ok(_) => Err(tried.broken("it refused to take a version away, and changed it")),
            Err(TargetError::Missing(_)) => {
                Err(tried.broken("it refused to take a version away, and did"))
            }
            Err(error) => Err(error),
        }
    }
}

impl S3 {
    /// A part of an object, or all of it; as it is now, or of one version.
    fn get(
        &self,
        object: Object,
        range: Option<(u64, u64)>,
        version: Option<&str>,
    ) -> Result<Vec<u8>, TargetError> {
        let (name, key) = (object.to_string(), self.key(object));
        let tried = Tried { doing: "read", object: &name };
        let wanted = Wanted::of(range).ok_or_else(|| tried.broken("it is too long"))?;
        let mut ask = Ask::new(Method::GET, &key);
        let query = version.map(|version| [("versionId", version)]);
        ask.query = query.as_ref().map_or(&[], |query| query);
        ask.headers.extend(wanted.header());
        ask.most = wanted.most();
        let mut answer = self.ask(tried, ask)?;
        match wanted.take(&mut answer) {
            Some(taken) => taken.map_err(|what| tried.broken(what)),
            None => Err(match ServiceError::of(&answer) {
                told if answer.status == StatusCode::NOT_FOUND && told.code != "NoSuchBucket" => {
                    TargetError::Missing(object)
                }
                told => told.means(answer.status, self.requests.address.bucket(), tried),
            }),
        }
    }
}
