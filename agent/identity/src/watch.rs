//! Looks at sessions and people that change nothing: for streams, and for who manages others.

use seal::numbers::{action, outcome, table};
use seal::{RecordId, TableId};
use vault::{Access, Actor};

use crate::account::Account;
use crate::realm::Identity;
use crate::refused::Refused;
use crate::sessions::Peer;
use crate::signed::{Manager, Signed};
use crate::writes::Holder;

impl Identity {
    /// Who shows this token, if its session lives. No request: it does not lengthen the session.
    #[must_use]
    pub fn look(&self, token: &str, peer: &Peer) -> Option<Signed> {
        self.door().look(token, peer, self.now())
    }

    /// All accounts of the realm, in the order of their making. In the log within a second.
    #[must_use]
    pub fn people(&self, who: &Manager) -> Vec<Account> {
        let all: Vec<_> = self.door().people().all().into_iter().cloned().collect();
        self.listed(who.actor(), table::ACCOUNTS, all.iter().map(|account| account.id));
        all
    }

    /// When an account was last used, ms since 1970. It never goes back but by a restart, which
    /// leaves what was noted within the ten minutes before it.
    #[must_use]
    pub fn last_seen(&self, _who: &Manager, id: RecordId) -> Option<u64> {
        self.door().last_seen(id, self.now())
    }

    /// Is it the account that the realm began with? Every later one came by invitation; none is
    /// ever taken out.
    #[must_use]
    pub fn is_first(&self, _who: &Manager, id: RecordId) -> bool {
        self.door().people().all().first().is_some_and(|account| account.id == id)
    }

    pub(crate) fn listed(&self, who: Actor, of: TableId, ids: impl Iterator<Item = RecordId>) {
        let records = ids.map(|id| (of, id)).collect();
        let read = Access::new(who, action::PEOPLE_LIST, outcome::ALLOWED);
        self.0.store.note_list_read(Access { records, ..read });
    }

    /// Passes on what became of a change; a refusal is in the log's disk before.
    pub(crate) async fn logged<T>(
        &self,
        who: &impl Holder,
        action: u32,
        about: Option<(TableId, RecordId)>,
        done: Result<T, Refused>,
    ) -> Result<T, Refused> {
        if done.as_ref().is_err_and(|refused| !matches!(refused, Refused::Commit(_))) {
            let records = about.into_iter().collect();
            let refused = Access::new(who.signed().actor(), action, outcome::REFUSED);
            self.0
                .store
                .read_logged(Access { records, ..refused })
                .await
                .map_err(Refused::Commit)?;
        }
        done
    }
}
