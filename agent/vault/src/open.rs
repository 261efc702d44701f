//! From the master key to an open store: keys, engine, head, live digest, persons, both memories
//! of erasures joined, and the entry that says it was unlocked, all before the first answer.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use seal::audit::{self, Mark};
use seal::numbers::{action, outcome};
use seal::{Key, KeyId, RecordId};

use crate::copies::FileError;
use crate::create::DB;
use crate::digest::Digester;
use crate::engine::{EngineError, Options, SledEngine};
use crate::entry::Saying;
use crate::erase::{self, EraseError};
use crate::head::Head;
use crate::job::CommitError;
use crate::keyfile::{KeyFile, KeyFileError, Locked};
use crate::keyring::SealFailed;
use crate::load;
use crate::persons::{BuryError, Found, PersonFile};
use crate::reader::Reader;
use crate::shared::Shared;
use crate::unlock::SecretError;
use crate::writer::{Limits, Writer};
use crate::{Actor, Clock, GoOnError, Store, place, restored};

/// Why a store did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is none.
    #[error("there is no store")]
    Missing,
    /// A newer program made a store of this number beside it.
    #[error("a newer store {0} lies beside it")]
    HigherNumber(u32),
    /// Neither copy of the key file is whole.
    #[error("the key file is broken: restore it from a backup, then unlock")]
    KeyFile,
    /// Whoever wrote the key file did not have its master key, or a key in it does not open.
    #[error("the key file was altered: restore it from a backup, then unlock")]
    KeysAltered,
    /// The store cannot be opened in this way.
    #[error("the store cannot be opened in this way")]
    NoSlot,
    /// The secret is not the one.
    #[error("this does not open the store")]
    WrongSecret {
        /// Failures so far, this one included; 0 where they are not counted.
        failures: u32,
        /// Tries that whoever gave it has left before a wait; 0 where they are not counted.
        left: u32,
        /// How long the next try has to wait.
        wait: Duration,
    },
    /// Too early after the last failure. This try was not made and not counted.
    #[error("wait before the next try")]
    Wait(Duration),
    /// What was given is no secret at all.
    #[error("this cannot open the store")]
    Secret(#[from] SecretError),
    /// A file could not be read or written.
    #[error("the store cannot be read")]
    File(#[from] FileError),
    /// The engine does not open.
    #[error("the store's engine does not open")]
    Engine(#[from] EngineError),
    /// The record that says where the store stands is missing or altered, or is not of the last
    /// entry.
    #[error("the store's head is damaged")]
    Head,
    /// The key file could not be brought up to date.
    #[error("the store's keys could not be written")]
    Keys(#[from] KeyFileError),
    /// A key that should be destroyed could not be overwritten.
    #[error("an erased person's key could not be destroyed")]
    Bury(#[from] BuryError),
    /// An erasure that another copy knew of could not be finished.
    #[error("an erasure could not be finished")]
    Erase(#[from] EraseError),
    /// The first entries could not be written.
    #[error("the unlocking could not be logged")]
    Commit(#[from] CommitError),
    /// Something could not be sealed.
    #[error("the store's keys do not suffice")]
    Seal(#[from] SealFailed),
    /// That it was restored could not be logged.
    #[error("a restored store could not go on")]
    GoOn(#[from] GoOnError),
    /// No thread could be started.
    #[error("cannot start the store's thread")]
    Thread(#[source] std::io::Error),
}

/// Failed tries before this opening.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// Time of the first, ms since 1970.
    pub first: u64,
    /// Time of the last.
    pub last: u64,
}

/// What a store was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestoredFrom {
    /// The last entry of the copy.
    pub seq: u64,
    /// Time of the copy, ms since 1970; of its last entry where nobody knows.
    pub copy: u64,
    /// Generation of the chain from here on.
    pub generation: u32,
}

/// What was found at opening. Damage never shuts the store: it is named, and the rest opens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// The process before did not end in order: list reads between these times may be missing.
    pub gap: Option<(u64, u64)>,
    /// Failed tries before.
    pub failures: Failures,
    /// Whether a live record was removed, doubled or set back behind our back.
    pub digest_differs: bool,
    /// Live parts there, less those that should be.
    pub parts_too_many: i64,
    /// The first entry of the log that is missing or does not follow the one before.
    pub chain_broken_at: Option<u64>,
    /// The key file is older than the engine: a backup of it was put in.
    pub older_keys: bool,
    /// Persons whose key is lost; `None` where not even the id is readable.
    pub lost_persons: Vec<Option<RecordId>>,
    /// Person slots mended from the other copy.
    pub mended_slots: usize,
    /// Persons whose erasure was joined from the other memory.
    pub joined_erasures: usize,
    /// This is the first opening since it was restored.
    pub restored: Option<RestoredFrom>,
}

/// Opens all of it; `by` gave the secret.
pub fn open(
    path: &Path,
    locked: Locked,
    master: Key,
    clock: &Arc<dyn Clock>,
    limits: Limits,
    failures: Failures,
    by: &Actor,
) -> Result<Store, OpenError> {
    let mut keyfile = locked.unlock(master)?.ok_or(OpenError::KeysAltered)?;
    let keys = keyfile.unwrap_keys().ok_or(OpenError::KeysAltered)?;
    let digester = Digester::new(&keys.digest).ok_or(OpenError::KeysAltered)?;
    let (mut persons, found) = PersonFile::open(path, &keys.ring)?;
    let engine = SledEngine::open(&path.join(DB), Options::default())?;
    let reader = Reader::new(Arc::new(engine), keys.ring);
    let mut head = read_head(&reader)?;
    let mut findings = Findings {
        failures,
        older_keys: keyfile.generation() < head.keys,
        gap: (!head.clean).then(|| (head.time, clock.now().wall)),
        lost_persons: found.lost.clone(),
        mended_slots: found.mended,
        ..Findings::default()
    };
    add_missing_tables(&mut keyfile, &reader, &mut head)?;
    let total = load::total(&reader, &digester)?;
    findings.digest_differs = total.digest != head.digest;
    findings.chain_broken_at = load::broken_chain(&reader, head.seq)?;
    findings.parts_too_many = difference(total.parts, head.parts);
    let unfinished = join(&mut persons, found, &reader, &mut findings)?;

    let shared = Arc::new(Shared::new(head.clone()));
    let seed = keys.seed;
    let mut writer = Writer::new(
        reader.clone(),
        shared.clone(),
        head,
        digester,
        persons,
        keyfile,
        clock.clone(),
        limits,
    );
    writer.found = total;
    let note = restored::read(path)?;
    if let Some(note) = note {
        findings.restored = Some(restored::go_on(&mut writer, note)?);
    }
    begin(&mut writer, &findings, unfinished, by)?;
    if note.is_some() {
        restored::forget(path)?;
    }
    start(writer, seed, clock, findings)
}

/// Where the store stands, if its last entry is the one that its head names.
pub fn read_head(reader: &Reader) -> Result<Head, OpenError> {
    let sealed = reader.engine.get(&place::HEAD)?.ok_or(OpenError::Head)?;
    let head = Head::open(&reader.keys(), &sealed).ok_or(OpenError::Head)?;
    let frame = reader.engine.get(&place::entry(place::FRAME, head.seq))?.ok_or(OpenError::Head)?;
    let right = audit::entry_hash(&reader.keys().store, &frame) == head.hash;
    let Some(next) = head.seq.checked_add(1) else { return Err(OpenError::Head) };
    let after = reader.engine.get(&place::entry(place::FRAME, next))?;
    if right && after.is_none() { Ok(head) } else { Err(OpenError::Head) }
}

fn add_missing_tables(
    keyfile: &mut KeyFile,
    reader: &Reader,
    head: &mut Head,
) -> Result<(), OpenError> {
    let made = keyfile.add_missing(head.keys)?;
    let generation = keyfile.generation();
    head.seals += made.len() as u64;
    head.keys = head.keys.max(generation);
    reader.change_keys(|ring| {
        made.into_iter().for_each(|(table, key)| ring.add_table(table, generation, key));
    });
    Ok(())
}

/// Joins both memories of erasures. What table 14 knows is destroyed here; what only the slots
/// know is given back, to be done by the writer.
fn join(
    persons: &mut PersonFile,
    found: Found,
    reader: &Reader,
    findings: &mut Findings,
) -> Result<HashMap<RecordId, Vec<KeyId>>, OpenError> {
    let remembered = erase::remembered(reader)?;
    let mut buried: HashMap<RecordId, Vec<KeyId>> = HashMap::new();
    for (person, id) in &found.tombs {
        buried.entry(*person).or_default().push(*id);
    }
    let mut alive: HashMap<RecordId, Vec<KeyId>> = HashMap::new();
    for (person, key) in found.keys {
        let id = key.id();
        if remembered.get(&person).is_some_and(|dead| dead.contains(&id)) {
            alive.entry(person).or_default().push(id);
        } else {
            reader.change_keys(|ring| ring.add_person(person, key));
        }
    }
    for (person, ids) in &alive {
        persons.bury(*person, ids, &reader.keys())?;
        findings.joined_erasures += 1;
    }
    for (person, ids) in &remembered {
        reader.change_keys(|ring| ring.erase(*person, ids));
    }
    buried.retain(|person, ids| {
        let known = remembered.get(person);
        ids.iter().any(|id| !known.is_some_and(|known| known.contains(id)))
    });
    findings.joined_erasures += buried.len();
    Ok(buried)
}

/// What is written before the first answer.
fn begin(
    writer: &mut Writer,
    findings: &Findings,
    unfinished: HashMap<RecordId, Vec<KeyId>>,
    by: &Actor,
) -> Result<(), OpenError> {
    if let Some((from, to)) = findings.gap {
        writer.add_entry(Mark::Gap { from, to: to.max(from) }, None, false)?;
    }
    let box_itself = Actor::default();
    let failures = findings.failures;
    // The web applications read the times out of it.
    let times = format!("failed tries from {} to {}", failures.first, failures.last);
    let saying = Saying {
        actor: by,
        action: action::UNLOCKED,
        outcome: outcome::ALLOWED,
        touched: &[],
        count: (failures.count > 0).then(|| i64::from(failures.count)),
        reason: (failures.count > 0).then_some(times.as_str()),
        details: &[],
    };
    writer.add_entry(Mark::Ordinary, Some(&saying), false)?;
    let chain_broken = findings.chain_broken_at.is_some();
    if findings.digest_differs
        || chain_broken
        || !findings.lost_persons.is_empty()
        || findings.older_keys
    {
        let reason = format!(
            "live digest differs: {}, log broken at: {:?}, parts too many: {}, persons lost: {}, older key file: {}",
            findings.digest_differs,
            findings.chain_broken_at,
            findings.parts_too_many,
            findings.lost_persons.len(),
            findings.older_keys,
        );
        let saying = Saying {
            actor: &box_itself,
            action: action::DAMAGE_FOUND,
            reason: Some(&reason),
            ..saying
        };
        writer.add_entry(Mark::Ordinary, Some(&saying), false)?;
    }
    writer.commit()?;
    for (person, keys) in unfinished {
        let Ok(()) = erase::erase(writer, person, &keys, &box_itself, |_| Ok::<_, Infallible>(()))?;
    }
    Ok(())
}

fn start(
    writer: Writer,
    seed: Key,
    clock: &Arc<dyn Clock>,
    findings: Findings,
) -> Result<Store, OpenError> {
    let (reader, shared) = (writer.reader.clone(), writer.shared.clone());
    let (sender, messages) = mpsc::channel();
    let thread = thread::Builder::new()
        .name("vault".to_owned())
        .spawn(move || writer.run(&messages))
        .map_err(OpenError::Thread)?;
    Ok(Store::started(reader, shared, seed, clock.clone(), findings, sender, thread))
}

fn difference(found: u64, expected: u64) -> i64 {
    i64::try_from(i128::from(found) - i128::from(expected)).unwrap_or(i64::MAX)
}
