//! The system store: opened by the machine's key, made at the first start. It holds the certificates and
//! their keys as sealed records.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use api::admin::take_restored;
use pki::{Leaf, Name};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use seal::RecordId;
use seal::body::{Body, Value};
use seal::numbers::{action, certificate, certificate_kind, outcome, table};

use time::OffsetDateTime;
use vault::{Actor, Batch, BatchError, Clock, Closed, KeyOf, Named, State, Store, Unlock};
use zeroize::Zeroizing;

use crate::certificates::{All, Certificates, Made, Stored};

/// Directory of the store, fixed by decision 0002.
pub const DIRECTORY: &str = "store.1";

/// Opens the store in this directory, makes it when there is none; whether it was restored a moment ago. Blocks.
pub fn open(
    directory: &Path,
    machine_key: &Path,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<(Store, bool)> {
    let restored = take_restored(directory, DIRECTORY)
        .context("the store that was restored cannot be taken")?;
    let closed = Closed::new(&directory.join(DIRECTORY), clock);
    let unlock = Unlock::Machine(machine_key.to_owned());
    let store = match closed.inspect().context("the system store cannot be looked at")? {
        State::Missing => {
            tracing::info!("the system store is made");
            closed.create(&unlock).context("the system store cannot be made")?
        }
        _ => closed.open(&unlock).context("the system store cannot be opened")?,
    };
    if *store.findings() != vault::Findings::default() {
        tracing::warn!(findings = ?store.findings(), "found in the system store");
    }
    Ok((store, restored))
}

/// The certificates in the store, and the records that they are in. One that does not open is as good as
/// missing: it is named in the log, as damaged accounts are.
pub async fn certificates(store: &Store) -> anyhow::Result<(All, Records)> {
    let (mut all, mut records) = (All::default(), Records::default());
    let loaded = store
        .load(table::CERTIFICATES, |id, _, body| {
            let Some((kind, stored)) = read(&body) else { return };
            *all.place(kind) = Some(stored);
            records.0.insert(kind, id);
        })
        .context("the certificates cannot be read")?;
    if !loaded.damaged.is_empty() {
        name(store, loaded.damaged).await?;
    }
    Ok((all, records))
}

/// Names in the log what does not open.
async fn name(store: &Store, damaged: Vec<Named>) -> anyhow::Result<()> {
    let named = damaged.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    tracing::error!(damaged = named, "certificates in the system store do not open");
    let decide = move |batch: &mut Batch<'_>| {
        for one in &damaged {
            batch.about(one.table, one.id);
        }
        batch.reason(named);
        batch.audit(action::DAMAGE_FOUND, outcome::ALLOWED);
        Ok::<(), BatchError>(())
    };
    let named = store.write(Actor::default(), decide).await;
    named.context("damage cannot be named in the log")?.context("damage cannot be named in the log")
}

/// Keeps what was made: it is on the disk when this returns.
pub async fn keep(
    store: &Store,
    certificates: &Certificates,
    made: &Made,
    records: &mut Records,
) -> anyhow::Result<()> {
    let mut new = Vec::new();
    if made.authority {
        let authority = &certificates.authority;
        let fields = fields(
            certificate_kind::AUTHORITY,
            String::new(),
            authority.pem(),
            authority.key_pkcs8().to_vec(),
            authority.not_after(),
        );
        new.push((records.id(store, Which::Authority), fields));
    }
    for name in &made.leaves {
        let leaf: &Leaf = certificates.leaf(*name);
        let fields = fields(
            certificate_kind::LEAF,
            name.as_str().to_owned(),
            leaf.chain_pem(),
            leaf.key_pkcs8().to_vec(),
            leaf.not_after(),
        );
        new.push((records.id(store, Which::Leaf(*name)), fields));
    }
    let is_damaged = !made.damaged.is_empty();
    let decide = move |batch: &mut Batch<'_>| {
        for (id, fields) in new {
            batch.put(table::CERTIFICATES, id, fields, KeyOf::Table)?;
        }
        if is_damaged {
            batch.reason("the former one is damaged");
        }
        batch.audit(action::CERTIFICATE_MADE, outcome::ALLOWED);
        Ok::<(), BatchError>(())
    };
    store
        .write(Actor::default(), decide)
        .await
        .context("the certificates cannot be kept")?
        .context("the certificates cannot be kept")
}

/// A certificate's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    /// The authority.
    Authority,
    /// A leaf.
    Leaf(Name),
}

/// In which record each certificate is.
#[derive(Debug, Default)]
pub struct Records(BTreeMap<Which, RecordId>);

impl Records {
    fn id(&mut self, store: &Store, which: Which) -> RecordId {
        *self.0.entry(which).or_insert_with(|| store.new_id())
    }
}

fn fields(
    kind: u32,
    name: String,
    chain: String,
    key: Vec<u8>,
    not_after: OffsetDateTime,
) -> BTreeMap<u32, Value> {
    let mut fields = BTreeMap::from([
        (certificate::KIND, Value::Choice(kind)),
        (certificate::CHAIN, Value::Text(chain)),
        (certificate::KEY, Value::Bytes(key)),
        (certificate::NOT_AFTER, Value::Instant(not_after.unix_timestamp() * 1000)),
    ]);
    // An absent field is an empty one.
    if !name.is_empty() {
        fields.insert(certificate::NAME, Value::Text(name));
    }
    fields
}

/// None for a record of another kind.
fn read(body: &Body) -> Option<(Which, Stored)> {
    let text = |field| match body.fields.get(&field) {
        Some(Value::Text(text)) => text.as_str(),
        _ => "",
    };
    let which = match body.fields.get(&certificate::KIND)? {
        Value::Choice(certificate_kind::AUTHORITY) => Which::Authority,
        Value::Choice(certificate_kind::LEAF) => {
            let name = text(certificate::NAME);
            Which::Leaf(Name::ALL.into_iter().find(|ours| ours.as_str() == name)?)
        }
        _ => return None,
    };
    // What is not readable is stored none the less: whoever loads it refuses it.
    let der = CertificateDer::from_pem_slice(text(certificate::CHAIN).as_bytes());
    let der = der.map(|der| der.to_vec()).unwrap_or_default();
    let key = match body.fields.get(&certificate::KEY) {
        Some(Value::Bytes(key)) => Zeroizing::new(key.clone()),
        _ => Zeroizing::default(),
    };
    Some((which, Stored { der, key }))
}

#[cfg(test)]
mod tests {
    use vault::SystemClock;
    use vault::engine::{Engine, Options, SledEngine};

    use super::*;

    fn open(directory: &Path, key: &Path) -> anyhow::Result<Store> {
        super::open(directory, key, Arc::new(SystemClock::default())).map(|(store, _)| store)
    }

    #[tokio::test]
    async fn certificates_outlive_a_restart_and_no_other_key_opens_them() {
        let place = tempfile::tempdir().unwrap();
        let (key, other) = (place.path().join("key"), place.path().join("other"));
        std::fs::write(&key, [7; 32]).unwrap();
        std::fs::write(&other, [8; 32]).unwrap();
        let now = OffsetDateTime::now_utc();

        let store = open(place.path(), &key).unwrap();
        let (all, mut records) = certificates(&store).await.unwrap();
        let (first, made) = Certificates::ready(&all, now, [1; 4]).unwrap();
        keep(&store, &first, &made, &mut records).await.unwrap();
        store.close(Actor::default()).await.unwrap();
        drop(store);

        assert!(open(place.path(), &other).is_err());
        let store = open(place.path(), &key).unwrap();
        let (all, mut records) = certificates(&store).await.unwrap();
        let (again, made) = Certificates::ready(&all, now, [2; 4]).unwrap();
        assert!(made.is_empty());
        assert_eq!(again.authority.fingerprint(), first.authority.fingerprint());
        assert_eq!(again.crm.chain_pem(), first.crm.chain_pem());

        // A renewal takes the former one's record.
        let later = now + time::Duration::days(300);
        let (renewed, made) = Certificates::ready(&all, later, [2; 4]).unwrap();
        keep(&store, &renewed, &made, &mut records).await.unwrap();
        let (all, records) = certificates(&store).await.unwrap();
        assert_eq!(records.0.len(), 3);
        let (last, made) = Certificates::ready(&all, later, [2; 4]).unwrap();
        assert!(made.is_empty());
        assert_eq!(last.admin.der(), renewed.admin.der());
        let said = store.audit(None, 10).unwrap();
        assert!(said.len() >= 2, "{said:?}");
    }

    /// A bit of the record flips, while nothing runs. Records are in the order in which they were made.
    fn damage(directory: &Path, which: usize) {
        let path = directory.join(DIRECTORY).join("db");
        let engine = SledEngine::open(&path, Options::default()).unwrap();
        let prefix = [&[0x10][..], &table::CERTIFICATES.0.to_be_bytes()].concat();
        let (key, mut value) = engine.scan(&prefix, &[]).unwrap().items.remove(which);
        value[70] ^= 1;
        engine.commit(vec![(key, Some(value))]).unwrap();
        engine.close().unwrap();
    }

    #[tokio::test]
    async fn a_damaged_one_is_named_and_made_anew_and_the_others_stay() {
        for (which, leaves) in [(0, &Name::ALL[..]), (1, &[Name::Admin]), (2, &[Name::Crm])] {
            let place = tempfile::tempdir().unwrap();
            let key = place.path().join("key");
            std::fs::write(&key, [7; 32]).unwrap();
            let now = OffsetDateTime::now_utc();
            let start = async |id| {
                let store = open(place.path(), &key).unwrap();
                let (all, mut records) = certificates(&store).await.unwrap();
                let (in_force, made) = Certificates::ready(&all, now, [id; 4]).unwrap();
                if !made.is_empty() {
                    keep(&store, &in_force, &made, &mut records).await.unwrap();
                }
                let log = store.audit(None, 10).unwrap();
                let log: Vec<_> = log.into_iter().filter_map(|entry| entry.action).collect();
                store.close(Actor::default()).await.unwrap();
                (in_force, made, log)
            };
            let (first, ..) = start(1).await;
            damage(place.path(), which);
            let (again, made, log) = start(2).await;
            assert_eq!((made.authority, made.leaves.as_slice()), (which == 0, leaves));
            let is_same = again.authority.fingerprint() == first.authority.fingerprint();
            assert_eq!(is_same, which != 0);
            let named = log.iter().position(|action| *action == action::DAMAGE_FOUND);
            let new = log.iter().position(|action| *action == action::CERTIFICATE_MADE);
            assert!(new < named && new.is_some(), "{log:?}");
            // What was made stays, however often what is damaged is named.
            let (last, made, _) = start(3).await;
            assert!(made.is_empty());
            assert_eq!(last.crm.chain_pem(), again.crm.chain_pem());
        }
    }
}
