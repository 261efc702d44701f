//! Copies of a store's keys: nothing of them with each edit, nothing old of them for long.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ::vault::KeyStamp;
use backup::{
    Depth, Extent, GONE, Id, KeyRepository, KeySource, Kind, Object, Old, PERIOD, Protection,
    RestoreError, SourceError, Target,
};

use crate::clearing::{AppendOnly, Steps, copy};
use crate::shop::{self, Noise, restored};
use crate::stock::restic;
use crate::store::{DAY, Shop, Time, names, password_of_keys};

const PASSWORD: &str = "another 160 bits beside the first";
const SEGMENT: usize = 4_096 * 128;

fn everything(target: &dyn Target) -> Vec<(Object, u64)> {
    let kinds = [Kind::Pack, Kind::Index, Kind::Snapshot];
    let mut all: Vec<_> = kinds.into_iter().flat_map(|kind| target.list(kind).unwrap()).collect();
    all.sort_unstable();
    all
}

fn reopened(shop: &Shop) -> KeyRepository {
    let target = shop.target_of_keys();
    KeyRepository::open(target, &password_of_keys(), names(), shop.time.of_copies()).unwrap()
}

/// Slots of the newest copy, by the written format and stock restic alone.
fn slots(repository: &Path) -> Vec<Vec<u8>> {
    let out = tempfile::tempdir().unwrap();
    let to = out.path().to_str().unwrap();
    restic(repository, PASSWORD, &["restore", "latest", "--target", to]);
    let bytes = fs::read(out.path().join("person-keys.1/person-keys")).unwrap();
    let pieces = bytes.chunks(8 + SEGMENT).flat_map(|piece| piece[8..].chunks(128));
    pieces.filter(|slot| slot.iter().any(|byte| *byte != 0)).map(<[u8]>::to_vec).collect()
}

#[test]
fn a_hundred_edits_send_none_of_it() {
    let mut shop = Shop::new();
    let ids: Vec<_> = (0..100).map(|number| shop.contact(&format!("{number}"))).collect();
    let first = shop.copy_keys();
    assert!(first.sent > 500_000 && first.new > 0, "{first:?}");
    let before = everything(&*shop.target_of_keys());
    for id in &ids {
        shop.rename(*id, "another name");
    }
    for mut keys in [None, Some(reopened(&shop))] {
        let keys = keys.as_mut().unwrap_or(&mut shop.keys);
        let copied = keys.copy(&mut shop.store.key_feed()).unwrap();
        assert_eq!((copied.sent, copied.new, copied.id), (0, 0, first.id), "{copied:?}");
        assert_eq!(everything(&*shop.target_of_keys()), before);
    }
    // A new person's piece alone.
    shop.contact("new");
    let copied = shop.copy_keys();
    assert!(copied.sent > SEGMENT as u64 && copied.sent < SEGMENT as u64 + 200_000, "{copied:?}");
    assert_eq!(slots(&shop.folder.path().join("target-keys")).len(), 101);
    restic(&shop.folder.path().join("target-keys"), PASSWORD, &["check", "--read-data"]);
    assert_eq!(shop.keys.check(Depth::Read).unwrap(), []);
    assert_eq!(shop.keys.protection().unwrap(), Protection::Deletes);
}

#[test]
fn no_key_is_in_a_copy_of_the_store() {
    let mut shop = Shop::new();
    for number in 0..30 {
        shop.contact(&format!("{number}"));
    }
    let copy = shop.copy(Extent::Whole);
    let keys =
        ["keys", "person-keys"].map(|name| fs::read(shop.folder.path().join("store.1").join(name)));
    let keys: Vec<_> = keys.into_iter().map(Result::unwrap).collect();
    let state = restored(&shop.copies, copy.id).unwrap();
    let all: Vec<u8> = state.into_values().flatten().collect();
    for magic in [b"GHK1", b"GHF1", b"GHU1"] {
        assert!(keys.iter().any(|file| file.windows(4).any(|four| four == magic)));
        assert!(!all.windows(4).any(|four| four == magic));
    }
}

#[test]
fn an_erased_person_s_key_is_gone_from_the_newest_copy_and_for_good_after_30_days() {
    let mut shop = Shop::new();
    let anna = shop.contact("Anna");
    shop.contact("Bernd");
    shop.copy_keys();
    let repository = shop.folder.path().join("target-keys");
    let before = slots(&repository);
    shop.time.forward(2 * DAY);
    shop.erase(anna);
    let erased_at = shop.time.of_copies()();
    shop.copy_keys();
    let after = slots(&repository);
    assert_eq!((before.len(), after.len()), (2, 2));
    let of = |slots: &[Vec<u8>]| -> Vec<u8> {
        slots.iter().find(|slot| slot[8..24] == anna.0).unwrap().clone()
    };
    assert_eq!((of(&before)[4], of(&after)[4]), (4, 9), "a key, and a tombstone");
    assert_ne!(of(&before)[68..100], of(&after)[68..100]);
    let others = |slots: &[Vec<u8>]| {
        slots.iter().filter(|slot| slot[8..24] != anna.0).cloned().collect::<Vec<_>>()
    };
    assert_eq!(others(&before), others(&after));

    // A box that copies its keys once a day, whether or not anything happens.
    let old: Vec<_> =
        shop.target_of_keys().list(Kind::Pack).unwrap().into_iter().map(|(one, _)| one).collect();
    let there = |shop: &Shop| {
        let now = shop.target_of_keys().list(Kind::Pack).unwrap();
        old.iter().filter(|one| now.iter().any(|(pack, _)| pack == *one)).count()
    };
    let mut gone_after = None;
    for day in 1..=30 {
        shop.time.forward(DAY);
        if day % 5 == 0 {
            shop.contact(&format!("{day}"));
        }
        shop.copy_keys().old.unwrap();
        if there(&shop) == 0 {
            let days = (shop.time.of_copies()() - erased_at).div_ceil(DAY);
            gone_after.get_or_insert(days);
        }
    }
    let days = gone_after.unwrap();
    assert!((20..=30).contains(&days), "{days}");
    restic(&repository, PASSWORD, &["check", "--read-data"]);
}

/// Keys that change as a test wants.
#[derive(Clone)]
struct Made {
    pieces: BTreeMap<u64, Vec<u8>>,
    writes: u64,
}

impl Made {
    fn new(pieces: u64) -> Self {
        let pieces = (0..pieces).map(|at| (at, Noise(at + 1).bytes(SEGMENT))).collect();
        Self { pieces, writes: 0 }
    }

    fn change(&mut self, piece: u64) {
        self.writes += 1;
        let slot = Noise(self.writes << 20).bytes(128);
        self.pieces.get_mut(&piece).unwrap()[..128].copy_from_slice(&slot);
    }
}

impl KeySource for Made {
    fn stamp(&mut self) -> Result<KeyStamp, SourceError> {
        Ok(KeyStamp { file: 1, persons: self.writes })
    }

    fn keys(&mut self) -> Result<Vec<u8>, SourceError> {
        Ok([Noise(99).bytes(5_000), vec![0; 10_000]].concat())
    }

    fn persons(&mut self, segment: u64) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(self.pieces.get(&segment).cloned())
    }
}

fn made(target: Arc<dyn Target>, time: &Time) -> KeyRepository {
    KeyRepository::create(target, &password_of_keys(), names(), time.of_copies()).unwrap()
}

fn open(target: Arc<dyn Target>, time: &Time) -> KeyRepository {
    KeyRepository::open(target, &password_of_keys(), names(), time.of_copies()).unwrap()
}

/// 120 days: whatever lies at the target lies there for at most 30 days, and is no more than it must be.
#[test]
fn nothing_stays_for_more_than_30_days() {
    let folder = tempfile::tempdir().unwrap();
    let (time, target) = (Time::new(), shop::disk(folder.path()));
    let (mut keys, mut source) = (made(target.clone(), &time), Made::new(4));
    let mut since: BTreeMap<Id, u64> = BTreeMap::new();
    let (mut oldest, mut begun) = (0, std::collections::BTreeSet::new());
    for day in 0..120_u64 {
        // Off for a month in between, and restarted now and then.
        if (60..90).contains(&day) {
            time.forward(DAY);
            continue;
        }
        if day % 7 == 0 {
            keys = open(target.clone(), &time);
        }
        if day % 3 == 0 {
            source.change(day % 4);
        }
        let copied = keys.copy(&mut source).unwrap();
        copied.old.unwrap();
        begun.insert(copied.begun);
        let now: Vec<_> = target.list(Kind::Pack).unwrap();
        let names: Vec<Id> = now
            .iter()
            .map(|(object, _)| match object {
                Object::Named(_, id) => *id,
                Object::Config => unreachable!(),
            })
            .collect();
        since.retain(|id, _| names.contains(id));
        for id in names {
            let age = day - *since.entry(id).or_insert(day);
            oldest = oldest.max(age);
        }
        let size: u64 = now.iter().map(|(_, length)| length).sum();
        // Two periods of four pieces and of five changed ones, at most.
        assert!(size < 24 * SEGMENT as u64, "day {day}: {size}");
        time.forward(DAY);
    }
    assert!((PERIOD / DAY..=30).contains(&oldest), "{oldest}");
    assert!((6..=9).contains(&begun.len()), "{}", begun.len());
    restic(folder.path(), PASSWORD, &["check", "--read-data"]);
}

#[test]
fn where_nothing_can_be_taken_away_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (time, disk) = (Time::new(), shop::disk(folder.path()));
    let target: Arc<dyn Target> = Arc::new(AppendOnly(disk.clone()));
    let (mut keys, mut source) = (made(target.clone(), &time), Made::new(2));
    let (mut seen, mut most) = (Vec::new(), 0);
    for _ in 0..5 {
        source.change(1);
        seen.push(keys.copy(&mut source).unwrap().old.unwrap());
        let there = everything(&*disk).len();
        assert!(there > most);
        most = there;
        time.forward(PERIOD);
    }
    assert_eq!(seen, [Old::None, Old::None, Old::Kept, Old::Kept, Old::Kept]);
    // Also when nothing has changed since.
    time.forward(GONE - PERIOD);
    keys.copy(&mut source).unwrap();
    assert_eq!(keys.copy(&mut source).unwrap().old.unwrap(), Old::Kept);
    // Its owner lets go of it.
    let mut keys = open(disk, &time);
    source.change(0);
    assert_eq!(keys.copy(&mut source).unwrap().old.unwrap(), Old::Taken);
    assert_eq!(keys.check(Depth::Read).unwrap(), []);
}

/// Before and after each write and removal of a copy that begins a period and ends another.
#[test]
fn a_cut_at_any_step_leaves_the_newest_keys() {
    let (source, time) = (tempfile::tempdir().unwrap(), Time::new());
    let mut of = Made::new(9);
    let mut keys = made(shop::disk(source.path()), &time);
    for _ in 0..3 {
        keys.copy(&mut of).unwrap().old.unwrap();
        time.forward(DAY);
        of.change(3);
        keys.copy(&mut of).unwrap().old.unwrap();
        time.forward(PERIOD - DAY);
    }
    let before = keys.newest().unwrap();
    of.change(4);
    for after in [false, true] {
        let mut cuts = 0;
        for last in 1.. {
            let folder = tempfile::tempdir().unwrap();
            copy(source.path(), folder.path());
            let cut = Steps::new(folder.path(), after, last);
            let done = open(cut.clone(), &time).copy(&mut of.clone());
            if cut.done.load(Ordering::SeqCst) < last {
                assert_eq!(done.unwrap().old.unwrap(), Old::Taken);
                break;
            }
            cuts += 1;
            let at = format!("{after} {last}");
            let mut keys = open(shop::disk(folder.path()), &time);
            assert_eq!(keys.check(Depth::Read).unwrap(), [], "{at}");
            let newest = keys.newest().unwrap();
            // Once it is said to be there it is, whatever became of what is too old.
            assert!(newest.id != before.id || done.is_err(), "{at}");
            if cuts % 2 == 0 {
                restic(folder.path(), PASSWORD, &["unlock", "--remove-all"]);
                restic(folder.path(), PASSWORD, &["check", "--read-data"]);
            }
            let copied = keys.copy(&mut of.clone()).unwrap();
            copied.old.unwrap();
            assert_eq!(keys.newest().unwrap().id, copied.id, "{at}");
            let out = tempfile::tempdir().unwrap();
            let to = out.path().to_str().unwrap();
            restic(folder.path(), PASSWORD, &["restore", &copied.id.to_string(), "--target", to]);
            let bytes = fs::read(out.path().join("person-keys.1/person-keys")).unwrap();
            for (piece, there) in of.pieces.values().zip(bytes.chunks(8 + SEGMENT)) {
                assert!(there[8..] == piece[..], "{at}");
            }
        }
        println!("{after}: {cuts} cuts");
        assert!(cuts > 10, "{cuts}");
    }
}

#[test]
fn pieces_that_were_lost_at_the_target_are_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let (time, target) = (Time::new(), shop::disk(folder.path()));
    let (mut keys, mut source) = (made(target.clone(), &time), Made::new(2));
    keys.copy(&mut source).unwrap();
    for (pack, _) in target.list(Kind::Pack).unwrap() {
        target.remove(pack).unwrap();
    }
    assert!(!keys.check(Depth::Listed).unwrap().is_empty());
    // By the same process once something is written, by another at once.
    source.writes += 1;
    let again = keys.copy(&mut source).unwrap();
    assert!(again.sent > 2 * SEGMENT as u64, "{again:?}");
    restic(
        folder.path(),
        PASSWORD,
        &["restore", "latest", "--target", folder.path().join("out").to_str().unwrap()],
    );
}

/// Which is the newest is not known when one does not open.
#[test]
fn older_keys_are_never_taken_for_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let (time, target) = (Time::new(), shop::disk(folder.path()));
    let (mut keys, mut source) = (made(target.clone(), &time), Made::new(1));
    assert!(matches!(keys.newest(), Err(RestoreError::NoCopy)));
    keys.copy(&mut source).unwrap();
    time.forward(DAY);
    source.change(0);
    let newest = keys.copy(&mut source).unwrap();
    assert_eq!(keys.newest().unwrap().id, newest.id);
    let path = folder.path().join("snapshots").join(newest.id.to_string());
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(&path, bytes).unwrap();
    let refused = keys.newest().unwrap_err();
    assert!(refused.to_string().contains(&newest.id.to_string()), "{refused}");
}
