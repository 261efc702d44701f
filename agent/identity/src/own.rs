//! What people do with their own account, and managers with others'.

use std::sync::PoisonError;

use seal::RecordId;
use seal::Version;
use seal::body::Value;
use seal::numbers::{account as field, action, outcome, table};

use crate::account::{Account, Language, Role};
use crate::door::DoorRefused;
use crate::ended::keep_last_used;
use crate::enrol::time_zone;
use crate::password::Password;
use crate::realm::{Identity, people_after};
use crate::refused::Refused;
use crate::sessions::Peer;
use crate::signed::{Manager, Signed};
use crate::stored::{read_account, role_number, set_step};
use crate::tick::unless_gone;
use crate::totp::Judged;

impl Identity {
    /// Changes language or time zone of one's own account.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn change_settings(
        &self,
        who: &Signed,
        language: Option<Language>,
        zone: Option<&str>,
    ) -> Result<Account, Refused> {
        let zone = zone.map(time_zone).transpose()?;
        let id = who.account().id;
        let now = self.account(id)?;
        let same = language.is_none_or(|language| language == now.language)
            && zone.as_ref().is_none_or(|zone| *zone == now.time_zone);
        if same {
            self.confirm(who).await?;
            return Ok(now);
        }
        let changed = self.write_as(who, move |batch| {
            batch.change(table::ACCOUNTS, id, |fields| {
                if let Some(language) = language {
                    fields.insert(field::LANGUAGE, Value::Text(language.code().to_owned()));
                }
                if let Some(zone) = zone {
                    fields.insert(field::TIME_ZONE, Value::Text(zone));
                }
            })?;
            batch.audit(action::ACCOUNT_CHANGED, outcome::ALLOWED);
            Ok(())
        });
        let (done, about) = (changed.await, Some((table::ACCOUNTS, id)));
        self.logged(who, action::ACCOUNT_CHANGED, about, done).await?;
        self.account(id)
    }

    /// Changes one's own password, with the present one and a code. Every other session of the
    /// account is over when this returns.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn change_password(
        &self,
        who: &Signed,
        current: Password,
        new: Password,
        code: &str,
        peer: &Peer,
    ) -> Result<(), Refused> {
        let account = self.account(who.account().id)?;
        self.check(&new, &[&account.name])?;
        let knock = self.door().knock(&account.name, peer, self.now());
        let knock = knock.map_err(|refused| self.noted(refused, peer))?;
        let not_judged = |refused: &Refused| {
            self.door().forgive(&knock);
            self.note_busy(refused, action::PASSWORD_CHANGED, peer);
        };
        let judged = self.verify(current, knock.hash().map(str::to_owned)).await;
        let right = judged.inspect_err(not_judged)?;
        if !right {
            let wrong = DoorRefused::WrongCredentials;
            return Err(self.refused(wrong, Some(account.id), peer).await);
        }
        // Before the code, which is used up when it is judged: this may find no room.
        let hash = self.hash(new).await.inspect_err(not_judged)?;
        let now = self.now();
        let judged = self.door().own_code(account.id, code, now);
        let Judged::Right { step } = judged else {
            let wrong = DoorRefused::WrongTotp { box_time: now.wall, used: judged == Judged::Used };
            return Err(self.refused(wrong, Some(account.id), peer).await);
        };
        self.door().forgive(&knock);
        let (id, keep, door) = (account.id, who.session(), self.0.door.clone());
        let changed = self.write_as(who, move |batch| {
            batch.change(table::ACCOUNTS, id, |fields| {
                fields.insert(field::PASSWORD, Value::Text(hash));
            })?;
            batch.change(table::TOTP, id, |fields| set_step(fields, step))?;
            end_sessions(&door, batch, id, Some(keep))?;
            batch.audit(action::PASSWORD_CHANGED, outcome::ALLOWED);
            Ok(())
        });
        let (done, about) = (changed.await, Some((table::ACCOUNTS, id)));
        self.logged(who, action::PASSWORD_CHANGED, about, done).await?;
        self.door().sessions().end_all(id, Some(keep));
        Ok(())
    }

    /// Changes somebody's role, or disables or enables them; a disabled one's sessions are over
    /// when this returns.
    ///
    /// # Errors
    /// [`Refused`]; the last manager stays one.
    pub async fn change_person(
        &self,
        who: &Manager,
        id: RecordId,
        if_version: Version,
        role: Option<Role>,
        disabled: Option<bool>,
    ) -> Result<Account, Refused> {
        let door = self.0.door.clone();
        let changed = self.write_as(who, move |batch| {
            let found = batch.get(table::ACCOUNTS, id)?;
            let (version, body) = found.ok_or(Refused::NotFound)?;
            let (account, _) = read_account(id, version, &body).ok_or(Refused::NotFound)?;
            let role = role.unwrap_or(account.role);
            let off = disabled.unwrap_or(account.disabled);
            if version != if_version {
                return Err(Refused::ChangedMeanwhile { current: Box::new(account) });
            }
            if (role, off) == (account.role, account.disabled) {
                // Nothing is changed; the answer shows the account.
                batch.about(table::ACCOUNTS, id);
                batch.audit(action::PEOPLE_LIST, outcome::ALLOWED);
                return Ok(());
            }
            people_after(&door, batch).may_become(id, role, off)?;
            batch.change(table::ACCOUNTS, id, |fields| {
                fields.insert(field::ROLE, Value::Choice(role_number(role)));
                fields.insert(field::DISABLED, Value::YesNo(off));
            })?;
            if off {
                end_sessions(&door, batch, id, None)?;
                let seen =
                    door.lock().unwrap_or_else(PoisonError::into_inner).sessions().last_seen(id);
                if let Some(at) = seen {
                    keep_last_used(batch, id, at)?;
                }
            }
            let action = match (account.disabled, off) {
                (false, true) => action::ACCOUNT_DISABLED,
                (true, false) => action::ACCOUNT_ENABLED,
                _ => action::ACCOUNT_CHANGED,
            };
            batch.audit(action, outcome::ALLOWED);
            Ok(())
        });
        let done = changed.await;
        let asked =
            if disabled == Some(true) { action::ACCOUNT_DISABLED } else { action::ACCOUNT_CHANGED };
        self.logged(who, asked, Some((table::ACCOUNTS, id)), done).await?;
        self.account(id)
    }

    fn account(&self, id: RecordId) -> Result<Account, Refused> {
        self.door().people().get(id).cloned().ok_or(Refused::NotFound)
    }
}

/// Takes the sessions of an account off the disk, but one: those in memory and those of writes on
/// their way.
fn end_sessions(
    door: &std::sync::Mutex<crate::door::Door>,
    batch: &mut vault::Batch<'_>,
    account: RecordId,
    but: Option<RecordId>,
) -> Result<(), Refused> {
    let mut door = door.lock().unwrap_or_else(PoisonError::into_inner);
    let mut ids = door.sessions().ids_of(account);
    ids.extend(batch.pending(table::SESSIONS).filter_map(|(id, change)| {
        let (_, body) = change?;
        let owner = body.fields.get(&seal::numbers::session::ACCOUNT);
        (owner == Some(&Value::Link(table::ACCOUNTS, account))).then_some(id)
    }));
    ids.sort();
    ids.dedup();
    for id in ids.into_iter().filter(|id| Some(*id) != but) {
        unless_gone(batch.delete(table::SESSIONS, id))?;
    }
    Ok(())
}
