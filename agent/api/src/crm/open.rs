//! A vault that is open, with all that stands on it.

use std::sync::Arc;

use crm::Contacts;
use identity::{Identity, Realm};
use seal::numbers::table;
use tokio::sync::broadcast;
use vault::{Applied, Kind, Store};

use super::Parts;
use super::copied;
use super::past::{self, Past};
use super::place::Place;
use crate::copies::Copies;
use crate::problem::{Code, Problem};
use crate::reply::broken;
use crate::shape::contact::{ContactHappened, HappenedKind};
use crate::shape::plain::Id;

/// What happened to contacts waits for a slow reader up to this many; then it is told to look anew.
const WAITING: usize = 256;

/// An open vault.
pub struct Open {
    /// The vault.
    pub store: Store,
    /// People, sessions, invitations.
    pub identity: Identity,
    /// Contacts.
    pub contacts: Contacts,
    /// Copies that leave the box.
    pub(super) copies: Arc<Copies>,
    /// A copy that somebody looks into.
    pub(super) past: Past,
    changes: broadcast::Sender<Happened>,
}

/// What happened to a contact.
#[derive(Clone, Copy, Debug)]
pub struct Happened {
    id: Id,
    version: u64,
    kind: HappenedKind,
}

impl Happened {
    /// As it goes over the wire.
    pub fn told(self) -> ContactHappened {
        ContactHappened { id: self.id, version: self.version, kind: self.kind }
    }
}

impl Open {
    /// Reads what is in the vault. Blocks.
    ///
    /// # Errors
    /// [`Code::Broken`] when the disk cannot be read.
    pub(super) async fn new(store: Store, place: &Place, parts: &Parts) -> Result<Self, Problem> {
        let clock = &parts.clock;
        let identity = Identity::open(store.clone(), Realm::Crm, Arc::clone(clock)).await;
        let identity = identity.map_err(|error| broken(&error))?;
        if identity.unreadable() > 0 {
            let count = identity.unreadable();
            tracing::error!(count, "accounts do not open; nobody can sign in to them");
        }
        let opened = Contacts::open_all(store.clone(), Arc::clone(clock));
        let (contacts, loaded) = opened.map_err(|error| broken(&error))?;
        if !loaded.damaged.is_empty() {
            tracing::error!(damaged = ?loaded.damaged, "contacts do not open");
        }
        let (changes, _) = broadcast::channel(WAITING);
        let to = changes.clone();
        store.on_applied(Box::new(move |applied| {
            for happened in applied.iter().filter_map(happened) {
                // Nobody listens: nobody has to be told.
                let _ = to.send(happened);
            }
        }));
        let copies = Arc::new(copied::begin(store.clone(), place, parts)?);
        Past::clear(&past::scratch(&parts.directory));
        Ok(Self { store, identity, contacts, copies, past: Past::default(), changes })
    }

    /// What happens to contacts from now on.
    pub fn changes(&self) -> broadcast::Receiver<Happened> {
        self.changes.subscribe()
    }
}

fn happened(applied: &Applied) -> Option<Happened> {
    let kind = match applied.kind {
        Kind::Created | Kind::Restored => HappenedKind::Created,
        Kind::Changed => HappenedKind::Changed,
        Kind::Deleted => HappenedKind::Deleted,
        Kind::Erased => HappenedKind::Erased,
    };
    // Of a deleted contact whose person is erased, the vault tells as of table 13.
    let deleted = applied.table == table::DELETED && applied.kind == Kind::Erased;
    let is_contact = applied.table == table::CONTACTS || deleted;
    let version = applied.version.0;
    is_contact.then_some(Happened { id: Id(applied.id.0), version, kind })
}

impl From<crm::Refused> for Problem {
    fn from(refused: crm::Refused) -> Self {
        use crm::Refused;
        match refused {
            Refused::ChangedMeanwhile { .. } => Code::ChangedMeanwhile.into(),
            Refused::NotFound => Code::NotFound.into(),
            Refused::SessionEnded => Code::SignIn.into(),
            Refused::UndoOver => Code::UndoOver.into(),
            Refused::KeyUsed => Code::KeyUsed.into(),
            Refused::Full { .. } => Code::Full.into(),
            Refused::Commit(error) => error.into(),
            other => broken(&other),
        }
    }
}
