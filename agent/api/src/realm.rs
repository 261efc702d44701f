//! What an application's state gives to the routes that both have, and who is signed in.

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use identity::{Editor, Identity, LogReader, Manager, Peer, Reader, Signed};
use seal::numbers::{action, outcome};
use seal::{RecordId, TableId};
use vault::{Access, Store};

use crate::caller::Caller;
use crate::contract::App;
use crate::cookie::Cookie;
use crate::problem::{Code, Problem};

/// The state of an application.
pub trait Realm: Clone + Send + Sync + 'static {
    /// Which application.
    const APP: App;

    /// Its people.
    ///
    /// # Errors
    /// [`Code::Locked`] while the store is closed, [`Code::DiskFailed`].
    fn identity(&self) -> Result<Identity, Problem>;

    /// Its store.
    ///
    /// # Errors
    /// As [`Realm::identity`].
    fn store(&self) -> Result<Store, Problem>;

    /// The log leaves the box as a file.
    fn log_leaves(&self, _by: &LogReader) {}

    /// What a record is called now, for the log.
    fn label(&self, table: TableId, id: RecordId) -> Option<String>;
}

/// Somebody with a session of this application.
pub struct Who {
    /// Who.
    pub signed: Signed,
    /// The people of the application.
    pub identity: Identity,
}

impl<S: Realm> FromRequestParts<S> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (signed, identity) = signed(parts, state, Identity::session).await?;
        Ok(Self { signed, identity })
    }
}

/// Somebody with a session whose request counts for none: the session ends as if it had not come.
pub struct Watcher {
    /// Who.
    pub signed: Signed,
}

impl<S: Realm> FromRequestParts<S> for Watcher {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (signed, _) = signed(parts, state, Identity::look).await?;
        Ok(Self { signed })
    }
}

async fn signed<S: Realm>(
    parts: &mut Parts,
    state: &S,
    of: impl FnOnce(&Identity, &str, &Peer) -> Option<Signed>,
) -> Result<(Signed, Identity), Problem> {
    let caller = Caller::from_request_parts(parts, state).await?;
    let token = Cookie::Session.read(S::APP, &parts.headers)?.ok_or(Code::SignIn)?;
    let identity = match state.identity() {
        Ok(identity) => identity,
        // Locking ended every session.
        Err(problem) if problem.code() == Code::Locked => return Err(Code::SignIn.into()),
        Err(problem) => return Err(problem),
    };
    let signed = of(&identity, token, &caller.peer).ok_or(Code::SignIn)?;
    Ok((signed, identity))
}

/// Somebody with a session whose role gives this; that it does not is in the log.
pub struct As<R> {
    /// What it gives.
    pub role: R,
    /// The people of the application.
    pub identity: Identity,
}

/// What a role may give.
pub trait Given: Sized + Send {
    /// It, if the role of whoever is signed in gives it.
    fn to(signed: &Signed) -> Option<Self>;
}

/// Who needs no more than a session.
impl Given for Signed {
    fn to(signed: &Signed) -> Option<Self> {
        Some(signed.clone())
    }
}

impl Given for Manager {
    fn to(signed: &Signed) -> Option<Self> {
        signed.manager()
    }
}

impl Given for Reader {
    fn to(signed: &Signed) -> Option<Self> {
        signed.reader()
    }
}

impl Given for Editor {
    fn to(signed: &Signed) -> Option<Self> {
        signed.editor()
    }
}

impl Given for LogReader {
    fn to(signed: &Signed) -> Option<Self> {
        signed.log_reader()
    }
}

impl<S: Realm, R: Given> FromRequestParts<S> for As<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let who = Who::from_request_parts(parts, state).await?;
        match R::to(&who.signed) {
            Some(role) => Ok(Self { role, identity: who.identity }),
            None => Err(not_allowed(&who.signed, parts, state)),
        }
    }
}

/// The role does not give this; in the log within a second.
fn not_allowed<S: Realm>(who: &Signed, parts: &Parts, state: &S) -> Problem {
    let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    if let Ok(store) = state.store() {
        let refused = Access::new(who.actor(), action::NOT_ALLOWED, outcome::REFUSED);
        let reason = Some(format!("{} {path}", parts.method));
        store.note_list_read(Access { reason, ..refused });
    }
    Code::NotAllowed.into()
}
