//! The door in memory mirrors the disk: filled when a realm opens, then told of each write.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use seal::TableId;
use seal::numbers::table;
use vault::{Applied, Clock, Damage, Named, Store};

use crate::account::Realm;
use crate::door::{Credentials, Door};
use crate::ended::Ended;
use crate::stored::{StoredTotp, read_account, read_seen, read_session, read_totp};

/// What loading found besides the accounts.
pub(crate) struct Known {
    /// Sessions that are over.
    pub(crate) over: Vec<Ended>,
    /// What of accounts cannot be read, one for each account.
    pub(crate) damaged: Vec<Named>,
}

/// Fills the door from the disk.
pub(crate) fn load(
    store: &Store,
    realm: Realm,
    clock: &dyn Clock,
    door: &Mutex<Door>,
) -> Result<Known, vault::engine::EngineError> {
    let mut door = door.lock().unwrap_or_else(PoisonError::into_inner);
    let mut factors = HashMap::new();
    let loaded = store.load(table::TOTP, |id, _, body| {
        factors.extend(read_totp(&body).map(|totp| (id, totp)));
    })?;
    let why_no_factor = |id| {
        let broken = loaded.damaged.iter().find(|one| one.id == id);
        broken.map_or(Damage::Missing, |one| one.damage)
    };
    let mut damaged = Vec::new();
    let accounts = store.load(table::ACCOUNTS, |id, version, body| {
        let Some((account, password)) = read_account(id, version, &body) else {
            return damaged.push(Named { table: table::ACCOUNTS, id, damage: Damage::Body });
        };
        // Without a second factor nobody signs in: the account is not taken in.
        let Some(totp) = factors.remove(&id) else {
            return damaged.push(Named { table: table::TOTP, id, damage: why_no_factor(id) });
        };
        let StoredTotp { secret: totp, used_step, known, seen } = totp;
        door.put(account, Credentials { password, totp, used_step, known, seen });
    })?;
    damaged.extend(accounts.damaged);
    let mut over = Vec::new();
    store.load(table::SESSIONS, |id, _, body| {
        match read_session(id, &body, clock.now()).filter(|_| realm == Realm::Admin) {
            Some((token, session)) => door.sessions().put(token, session),
            None => over.push(Ended::read(id, &body)),
        }
    })?;
    Ok(Known { over, damaged })
}

/// Keeps the door in step with the disk, also when whoever wrote has gone away meanwhile.
pub(crate) fn apply(changes: &[Applied], door: &Mutex<Door>, clock: &dyn Clock) {
    let mut door = door.lock().unwrap_or_else(PoisonError::into_inner);
    let of = |table: TableId| changes.iter().filter(move |change| change.table == table);
    for change in of(table::ACCOUNTS) {
        let Some(body) = &change.body else { continue };
        let Some((account, password)) = read_account(change.id, change.version, body) else {
            continue;
        };
        let factor = of(table::TOTP).find(|other| other.id == change.id);
        let factor = factor.and_then(|factor| factor.body.as_ref()).and_then(|b| read_totp(b));
        match factor {
            Some(totp) if door.people().get(change.id).is_none() => {
                let StoredTotp { secret: totp, used_step, known, seen } = totp;
                door.put(account, Credentials { password, totp, used_step, known, seen });
            }
            _ => door.account_changed(account, password),
        }
    }
    for change in of(table::TOTP) {
        if let Some(totp) = change.body.as_ref().and_then(|body| read_totp(body)) {
            door.totp_changed(change.id, totp);
        }
    }
    for change in of(table::SESSIONS) {
        match &change.body {
            None => door.sessions().remove(change.id),
            Some(body) => {
                // Known: only what is on the disk is newer, its life goes on as it was.
                let seen = read_seen(body).unwrap_or_default();
                if door.sessions().seen_written(change.id, seen) {
                    continue;
                }
                if let Some((token, session)) = read_session(change.id, body, clock.now()) {
                    door.sessions().put(token, session);
                }
            }
        }
    }
}
