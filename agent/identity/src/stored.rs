//! Accounts, second factors and sessions as records: fields of `seal::numbers`, all of them under
//! the key of the person they are of.

use std::collections::BTreeMap;
use std::sync::Arc;

use seal::body::{Body, Value};
use seal::numbers::{account, role, session, table, totp};
use seal::{RecordId, Version};
use vault::Moment;

use crate::account::{Account, Language, Role};
use crate::acquainted::Acquainted;
use crate::device::Device;
use crate::life::Life;
use crate::place::Place;
use crate::sessions::{Peer, Session};
use crate::totp::TotpSecret;

pub(crate) type Fields = BTreeMap<u32, Value>;

/// A second factor as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct StoredTotp {
    pub(crate) secret: TotpSecret,
    pub(crate) used_step: Option<u64>,
    pub(crate) known: Acquainted,
    pub(crate) seen: Option<u64>,
}

pub(crate) fn account_fields(of: &Account, hash: &str, created: u64) -> Fields {
    BTreeMap::from([
        (account::NAME, Value::Text(of.name.clone())),
        (account::LANGUAGE, Value::Text(of.language.code().to_owned())),
        (account::TIME_ZONE, Value::Text(of.time_zone.clone())),
        (account::ROLE, Value::Choice(role_number(of.role))),
        (account::PASSWORD, Value::Text(hash.to_owned())),
        (account::DISABLED, Value::YesNo(of.disabled)),
        (account::CREATED_AT, instant(created)),
    ])
}

/// The account and its password's hash; `None` if something needed is missing.
pub(crate) fn read_account(
    id: RecordId,
    version: Version,
    body: &Body,
) -> Option<(Account, String)> {
    let role = match body.fields.get(&account::ROLE)? {
        Value::Choice(number) => role_of(*number)?,
        _ => return None,
    };
    let of = Account {
        id,
        version,
        name: text(body, account::NAME)?,
        language: text(body, account::LANGUAGE).and_then(|code| Language::parse(&code))?,
        time_zone: text(body, account::TIME_ZONE)?,
        role,
        disabled: matches!(body.fields.get(&account::DISABLED), Some(Value::YesNo(true))),
    };
    Some((of, text(body, account::PASSWORD)?))
}

pub(crate) fn role_number(of: Role) -> u32 {
    match of {
        Role::Admin => role::ADMIN,
        Role::Manager => role::MANAGER,
        Role::Staff => role::STAFF,
    }
}

pub(crate) fn role_of(number: u32) -> Option<Role> {
    [Role::Admin, Role::Manager, Role::Staff].into_iter().find(|of| role_number(*of) == number)
}

pub(crate) fn totp_fields(secret: &TotpSecret, used_step: u64, known: &Acquainted) -> Fields {
    let mut fields = BTreeMap::from([(totp::SECRET, Value::Bytes(secret.as_bytes().to_vec()))]);
    set_used(&mut fields, used_step, known);
    fields
}

/// Puts in the step that was used and whom the account knows.
pub(crate) fn set_used(fields: &mut Fields, used_step: u64, known: &Acquainted) {
    let places = known.places.iter().map(|place| place.to_bytes());
    fields.insert(totp::PLACES, list(places));
    let browsers = known.browsers.iter().map(|browser| browser.to_bytes());
    fields.insert(totp::BROWSERS, list(browsers));
    set_step(fields, used_step);
}

/// Puts in the step that was used.
pub(crate) fn set_step(fields: &mut Fields, used_step: u64) {
    // A step fits 63 bits for longer than there are seconds.
    fields.insert(totp::STEP, Value::Integer(i64::try_from(used_step).unwrap_or(i64::MAX)));
}

pub(crate) fn read_totp(body: &Body) -> Option<StoredTotp> {
    let secret = match body.fields.get(&totp::SECRET)? {
        Value::Bytes(bytes) => TotpSecret::from_bytes(bytes)?,
        _ => return None,
    };
    let known = Acquainted {
        places: read_list(body, totp::PLACES).map(Place::from_bytes).collect(),
        browsers: read_list(body, totp::BROWSERS).map(Device::from_bytes).collect(),
    };
    let seen = read_instant(body, totp::SEEN);
    Some(StoredTotp { secret, used_step: used_step(body), known, seen })
}

/// Puts in when a session that is over was last used, if that is the latest known.
pub(crate) fn set_last_used(fields: &mut Fields, at: u64) {
    let known = fields.get(&totp::SEEN).and_then(read_ms);
    if known.is_none_or(|known| known < at) {
        fields.insert(totp::SEEN, instant(at));
    }
}

/// Step of the last code that was taken.
pub(crate) fn used_step(body: &Body) -> Option<u64> {
    match body.fields.get(&totp::STEP) {
        Some(Value::Integer(step)) => u64::try_from(*step).ok(),
        _ => None,
    }
}

fn list(of: impl Iterator<Item = [u8; 16]>) -> Value {
    Value::List(of.map(|bytes| Value::Bytes(bytes.to_vec())).collect())
}

/// What is no list is an empty one.
fn read_list(body: &Body, field: u32) -> impl Iterator<Item = [u8; 16]> {
    let list = match body.fields.get(&field) {
        Some(Value::List(list)) => list.as_slice(),
        _ => &[],
    };
    list.iter().filter_map(|value| match value {
        Value::Bytes(bytes) => bytes.as_slice().try_into().ok(),
        _ => None,
    })
}

pub(crate) fn session_fields(of: &Session, token_sha256: &[u8; 32]) -> Fields {
    BTreeMap::from([
        (session::TOKEN, Value::Bytes(token_sha256.to_vec())),
        (session::ACCOUNT, Value::Link(table::ACCOUNTS, of.account)),
        (session::CREATED_AT, instant(of.created)),
        (session::LAST_SEEN, instant(of.last_seen)),
        (session::DEVICE, Value::Text(of.peer.device.clone())),
        (session::ADDRESS, Value::Text(of.peer.address.to_string())),
    ])
}

/// Puts in the last request.
pub(crate) fn set_seen(fields: &mut Fields, last_seen: u64) {
    fields.insert(session::LAST_SEEN, instant(last_seen));
}

/// The last request that is on the disk.
pub(crate) fn read_seen(body: &Body) -> Option<u64> {
    read_instant(body, session::LAST_SEEN)
}

/// A session and its token's SHA-256; `None` if it is over or something needed is missing.
pub(crate) fn read_session(
    id: RecordId,
    body: &Arc<Body>,
    now: Moment,
) -> Option<([u8; 32], Session)> {
    let token = match body.fields.get(&session::TOKEN)? {
        Value::Bytes(bytes) => bytes.as_slice().try_into().ok()?,
        _ => return None,
    };
    let account = read_owner(body)?;
    let created = read_instant(body, session::CREATED_AT)?;
    let last_seen = read_instant(body, session::LAST_SEEN)?;
    let address = text(body, session::ADDRESS)?.parse().ok()?;
    let peer = Peer::new(address, &text(body, session::DEVICE).unwrap_or_default());
    let life = Life::resume(created, last_seen, now)?;
    Some((token, Session { id, account, peer, created, last_seen, written: last_seen, life }))
}

pub(crate) fn text(body: &Body, field: u32) -> Option<String> {
    match body.fields.get(&field)? {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

pub(crate) fn instant(ms: u64) -> Value {
    Value::Instant(i64::try_from(ms).unwrap_or(i64::MAX))
}

pub(crate) fn read_instant(body: &Body, field: u32) -> Option<u64> {
    body.fields.get(&field).and_then(read_ms)
}

fn read_ms(value: &Value) -> Option<u64> {
    match value {
        Value::Instant(ms) => u64::try_from(*ms).ok(),
        _ => None,
    }
}

/// Whose a session is, also of one that is over.
pub(crate) fn read_owner(body: &Body) -> Option<RecordId> {
    match body.fields.get(&session::ACCOUNT)? {
        Value::Link(of, account) if *of == table::ACCOUNTS => Some(*account),
        _ => None,
    }
}
