//! All accounts of a realm in memory, and the rules that need to see all of them.

use std::collections::HashMap;

use seal::RecordId;

use crate::account::{Account, Realm, Role};
use crate::text::name_key;

/// The accounts of a realm.
#[derive(Debug, Clone)]
pub struct People {
    realm: Realm,
    by_id: HashMap<RecordId, Account>,
    by_name: HashMap<String, RecordId>,
}

/// Why an account may not be made or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeopleRefused {
    /// Somebody else has this name, perhaps in other case or width.
    #[error("the name is taken")]
    NameTaken,
    /// Nobody would be left who can let others in.
    #[error("this is the last one who can let others in")]
    LastKeeper,
    /// The realm has no such role.
    #[error("this realm has no role {}", .0.code())]
    NoSuchRole(Role),
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
}

impl People {
    /// A realm without anybody.
    #[must_use]
    pub fn new(realm: Realm) -> Self {
        Self { realm, by_id: HashMap::new(), by_name: HashMap::new() }
    }

    /// Nobody yet: the first account is made by set-up or claim.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// One account.
    #[must_use]
    pub fn get(&self, id: RecordId) -> Option<&Account> {
        self.by_id.get(&id)
    }

    /// The account that signs in by this name, however it is typed.
    #[must_use]
    pub fn by_name(&self, typed: &str) -> Option<&Account> {
        self.by_name.get(&name_key(typed)).and_then(|id| self.by_id.get(id))
    }

    /// All accounts, in the order of their making.
    #[must_use]
    pub fn all(&self) -> Vec<&Account> {
        let mut all: Vec<&Account> = self.by_id.values().collect();
        all.sort_by_key(|account| account.id);
        all
    }

    /// May there be a new account of this name and role?
    ///
    /// # Errors
    /// [`PeopleRefused`].
    pub fn may_join(&self, name: &str, role: Role) -> Result<(), PeopleRefused> {
        if !self.realm.has(role) {
            return Err(PeopleRefused::NoSuchRole(role));
        }
        if self.by_name.contains_key(&name_key(name)) {
            return Err(PeopleRefused::NameTaken);
        }
        Ok(())
    }

    /// May this account have this role, or be disabled?
    ///
    /// # Errors
    /// [`PeopleRefused`].
    pub fn may_become(
        &self,
        id: RecordId,
        role: Role,
        disabled: bool,
    ) -> Result<(), PeopleRefused> {
        let account = self.by_id.get(&id).ok_or(PeopleRefused::NotFound)?;
        if !self.realm.has(role) {
            return Err(PeopleRefused::NoSuchRole(role));
        }
        let keeper = self.realm.keeper();
        let keeps = |account: &Account| account.role == keeper && !account.disabled;
        let stays = role == keeper && !disabled;
        let others = self.by_id.values().filter(|other| other.id != id).any(keeps);
        if keeps(account) && !stays && !others {
            return Err(PeopleRefused::LastKeeper);
        }
        Ok(())
    }

    /// Takes an account in, or in place of its former self. For what is on the disk already.
    pub fn put(&mut self, account: Account) {
        self.remove(account.id);
        self.by_name.insert(name_key(&account.name), account.id);
        self.by_id.insert(account.id, account);
    }

    /// Takes an account out. For what is on the disk already.
    pub fn remove(&mut self, id: RecordId) {
        if let Some(account) = self.by_id.remove(&id) {
            self.by_name.remove(&name_key(&account.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use seal::Version;

    use super::*;
    use crate::account::Language;

    fn account(n: u8, name: &str, role: Role) -> Account {
        Account {
            id: RecordId([n; 16]),
            version: Version(1),
            name: name.to_owned(),
            language: Language::ZhCn,
            time_zone: "Asia/Shanghai".to_owned(),
            role,
            disabled: false,
        }
    }

    fn crm() -> People {
        let mut people = People::new(Realm::Crm);
        people.put(account(1, "Anna Müller", Role::Manager));
        people.put(account(2, "王芳", Role::Staff));
        people
    }

    #[test]
    fn a_name_is_one_person_however_it_is_typed() {
        let people = crm();
        for typed in ["anna müller", "ＡＮＮＡ  MÜLLER ", "Anna Mu\u{308}ller"] {
            assert_eq!(people.by_name(typed).map(|a| a.id), Some(RecordId([1; 16])), "{typed}");
            assert_eq!(people.may_join(typed, Role::Staff), Err(PeopleRefused::NameTaken));
        }
        assert!(people.by_name("anna muller").is_none());
        assert!(people.by_name("").is_none());
        assert_eq!(people.may_join("王方", Role::Staff), Ok(()));
        let refused = people.may_join("x", Role::Admin);
        assert_eq!(refused, Err(PeopleRefused::NoSuchRole(Role::Admin)));
    }

    #[test]
    fn the_last_manager_stays_one() {
        let mut people = crm();
        let (anna, fang) = (RecordId([1; 16]), RecordId([2; 16]));
        let last = Err(PeopleRefused::LastKeeper);
        assert_eq!(people.may_become(anna, Role::Staff, false), last);
        assert_eq!(people.may_become(anna, Role::Manager, true), last);
        assert_eq!(people.may_become(anna, Role::Manager, false), Ok(()));
        assert_eq!(people.may_become(fang, Role::Staff, true), Ok(()));
        assert_eq!(people.may_become(fang, Role::Manager, false), Ok(()));
        people.put(Account { disabled: true, ..account(2, "王芳", Role::Manager) });
        assert_eq!(people.may_become(anna, Role::Staff, false), last, "a disabled one is none");
        people.put(account(2, "王芳", Role::Manager));
        assert_eq!(people.may_become(anna, Role::Staff, false), Ok(()));
        assert_eq!(people.may_become(anna, Role::Manager, true), Ok(()));
        let nobody = people.may_become(RecordId([9; 16]), Role::Staff, false);
        assert_eq!(nobody, Err(PeopleRefused::NotFound));
    }

    #[test]
    fn a_new_name_frees_the_old_one() {
        let mut people = crm();
        people.put(account(2, "王小芳", Role::Staff));
        assert!(people.by_name("王芳").is_none());
        assert_eq!(people.by_name("王小芳").map(|a| a.id), Some(RecordId([2; 16])));
        assert_eq!(people.all().len(), 2);
        people.remove(RecordId([2; 16]));
        assert!(people.by_name("王小芳").is_none());
    }
}
