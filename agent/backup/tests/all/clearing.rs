//! Copies that are too old are taken away with what only they needed, and the power is cut at every step.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use backup::{
    Copied, Depth, Extent, Id, Keep, Kind, Names, Object, PruneError, Repository, Restic, Target,
    TargetError,
};

use crate::shop::{self, Shop, State, restored};
use crate::stock::restic;

const OURS: &str = crate::stock::OURS;
const DAY: u64 = 24 * 3_600_000;

/// A disk where the power goes before or after the n-th write or removal. After it nothing answers.
#[derive(Debug)]
pub struct Steps {
    disk: Arc<dyn Target>,
    after: bool,
    last: u64,
    pub done: AtomicU64,
}

impl Steps {
    pub fn new(path: &Path, after: bool, last: u64) -> Arc<Self> {
        Arc::new(Self { disk: shop::disk(path), after, last, done: AtomicU64::new(0) })
    }

    fn alive(&self) -> Result<(), TargetError> {
        let gone = self.done.load(Ordering::SeqCst) >= self.last;
        let error = || TargetError::Unreachable(std::io::ErrorKind::TimedOut.into());
        if gone { Err(error()) } else { Ok(()) }
    }

    fn step(&self, work: impl FnOnce() -> Result<(), TargetError>) -> Result<(), TargetError> {
        self.alive()?;
        if self.done.fetch_add(1, Ordering::SeqCst) + 1 < self.last || self.after {
            work()?;
        }
        self.alive()
    }
}

impl Target for Steps {
    fn list(&self, kind: Kind) -> Result<Vec<(Object, u64)>, TargetError> {
        self.alive()?;
        self.disk.list(kind)
    }

    fn read(&self, object: Object, range: Option<(u64, u64)>) -> Result<Vec<u8>, TargetError> {
        self.alive()?;
        self.disk.read(object, range)
    }

    fn write(&self, object: Object, bytes: &[u8]) -> Result<(), TargetError> {
        self.step(|| self.disk.write(object, bytes))
    }

    fn remove(&self, object: Object) -> Result<(), TargetError> {
        self.step(|| self.disk.remove(object))
    }
}

/// A disk that takes nothing away but locks.
#[derive(Debug)]
pub struct AppendOnly(pub Arc<dyn Target>);

impl Target for AppendOnly {
    fn list(&self, kind: Kind) -> Result<Vec<(Object, u64)>, TargetError> {
        self.0.list(kind)
    }

    fn read(&self, object: Object, range: Option<(u64, u64)>) -> Result<Vec<u8>, TargetError> {
        self.0.read(object, range)
    }

    fn write(&self, object: Object, bytes: &[u8]) -> Result<(), TargetError> {
        self.0.write(object, bytes)
    }

    fn remove(&self, object: Object) -> Result<(), TargetError> {
        match object {
            Object::Named(Kind::Lock, _) => self.0.remove(object),
            _ => Err(TargetError::Refused {
                doing: "remove",
                object: object.to_string(),
                source: std::io::ErrorKind::PermissionDenied.into(),
            }),
        }
    }
}

/// A clock that tests move; each look moves it on by a second.
#[derive(Clone)]
struct Time(Arc<AtomicU64>);

impl Time {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_796_000_000_000)))
    }

    fn clock(&self) -> Arc<backup::Clock> {
        let now = self.0.clone();
        Arc::new(move || now.fetch_add(1_000, Ordering::SeqCst))
    }

    fn forward(&self, by: u64) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

fn open(target: Arc<dyn Target>, time: &Time) -> Restic {
    Restic::open(target, &shop::password(), shop::names(), time.clock()).unwrap()
}

/// A store that is copied on each of so many days, with a journal on every other one.
fn days(path: &Path, time: &Time, days: u64, contacts: usize) -> (Shop, Vec<(Copied, State)>) {
    let mut shop = Shop::new(contacts, 1_100);
    let target = shop::disk(path);
    let mut repository =
        Restic::create(target, &shop::password(), shop::names(), time.clock()).unwrap();
    let mut made = Vec::new();
    for day in 0..days {
        shop.work(contacts / 20);
        let extent = if day % 2 == 0 { Extent::Whole } else { Extent::Journal };
        made.push((repository.copy(extent, &mut shop).unwrap(), shop.state.clone()));
        time.forward(DAY);
    }
    (shop, made)
}

fn size(target: &dyn Target) -> u64 {
    target.list(Kind::Pack).unwrap().iter().map(|(_, length)| length).sum()
}

fn ids(repository: &Restic) -> Vec<Id> {
    repository.copies().unwrap().copies.iter().map(|copy| copy.id).collect()
}

/// All there is.
fn everything(target: &dyn Target) -> Vec<(Object, u64)> {
    let mut all: Vec<_> =
        Kind::ALL.into_iter().flat_map(|kind| target.list(kind).unwrap()).collect();
    all.sort_unstable();
    all
}

#[test]
fn what_is_too_old_goes_and_stock_restic_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let (time, path) = (Time::new(), folder.path());
    let (mut shop, made) = days(path, &time, 60, 2_000);
    let target = shop::disk(path);
    let mut repository = open(target.clone(), &time);
    let before = size(&*target);
    let pruned = repository.forget(&Keep::default()).unwrap();
    let left = ids(&repository);
    // 60 days: the last 30, and the last of each month before.
    assert_eq!(pruned.copies, 60 - left.len());
    assert!((30..=33).contains(&left.len()), "{}", left.len());
    assert!(pruned.packs > 30 && size(&*target) < before, "{pruned:?}");
    println!("{before} -> {} bytes, {pruned:?}", size(&*target));
    for (copied, state) in &made {
        let there = restored(&repository, copied.id);
        assert_eq!(there.is_ok(), left.contains(&copied.id));
        assert!(there.is_err() || there.unwrap() == *state);
    }
    assert_eq!(repository.check(Depth::Read).unwrap(), []);
    let checked = restic(path, OURS, &["check", "--read-data"]);
    assert!(!checked.contains("additional files"), "{checked}");
    assert!(restic(path, OURS, &["snapshots"]).contains(&format!("{} snapshots", left.len())));
    let size_of = |name: &str, text: &str| -> f64 {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        line.split(&['(', '%'][..]).nth(1).unwrap().trim().parse().unwrap()
    };
    let dry = restic(path, OURS, &["prune", "--dry-run", "--max-unused", "unlimited"]);
    assert!(dry.contains("to delete:             0 blobs"), "{dry}");
    assert!(size_of("unused size after prune", &dry) < 15.0, "{dry}");

    // Of what is needed, nearly all that lies there is; and what was sent is not sent again.
    let one = Keep { all_days: 0, daily: 0, monthly: 0 };
    let pruned = repository.forget(&one).unwrap();
    assert!(pruned.sent > 0, "{pruned:?}");
    assert_eq!(ids(&repository), [made.last().unwrap().0.id]);
    assert_eq!(repository.check(Depth::Read).unwrap(), []);
    restic(path, OURS, &["check", "--read-data"]);
    let fresh = tempfile::tempdir().unwrap();
    let mut anew =
        Restic::create(shop::disk(fresh.path()), &shop::password(), shop::names(), time.clock())
            .unwrap();
    anew.copy(Extent::Whole, &mut shop).unwrap();
    let (now, least) = (size(&*target), size(&*shop::disk(fresh.path())));
    println!("{now} bytes for one copy, {least} for a first one");
    assert!(now < least * 13 / 10, "{now} {least}");
    let next = repository.copy(Extent::Whole, &mut shop).unwrap();
    // What the last copy had as a journal alone, and no more.
    assert!(next.sent < 2_000_000, "{next:?}");
    assert!(restored(&repository, next.id).unwrap() == shop.state);
    // A journal goes on from what stayed.
    shop.edits(5);
    repository.forget(&one).unwrap();
    let journal = repository.copy(Extent::Journal, &mut shop).unwrap();
    assert!(restored(&repository, journal.id).unwrap() == shop.state);
    assert_eq!(repository.forget(&Keep::default()).unwrap(), Default::default());
}

/// Before and after each write and each removal, whatever it is.
#[test]
fn a_cut_at_any_step_leaves_all_that_stays_whole() {
    let source = tempfile::tempdir().unwrap();
    let time = Time::new();
    let (mut shop, made) = days(source.path(), &time, 7, 1_000);
    let keep = Keep { all_days: 0, daily: 3, monthly: 0 };
    let repository = open(shop::disk(source.path()), &time);
    for (copied, state) in &made {
        assert!(restored(&repository, copied.id).unwrap() == *state);
    }
    for after in [false, true] {
        let mut cuts = 0;
        for last in 1.. {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path();
            copy(source.path(), path);
            let cut = Steps::new(path, after, last);
            let mut repository = open(cut.clone(), &time);
            let done = repository.forget(&keep);
            drop(repository);
            if cut.done.load(Ordering::SeqCst) < last {
                assert!(done.unwrap().sent > 0, "no pack was written anew");
                break;
            }
            cuts += 1;
            let at = format!("{after} {last}");
            let repository = open(shop::disk(path), &time);
            assert_eq!(repository.check(Depth::Read).unwrap(), [], "{at}");
            let left = ids(&repository);
            assert!(left.len() >= 2, "{at}");
            for (copied, state) in made.iter().filter(|(copied, _)| left.contains(&copied.id)) {
                assert!(restored(&repository, copied.id).unwrap() == *state, "{at}");
            }
            drop(repository);
            if cuts % 2 == 0 {
                restic(path, OURS, &["unlock", "--remove-all"]);
                restic(path, OURS, &["check", "--read-data"]);
            }
            // A copy goes on from there, and then the rest goes.
            let mut repository = open(shop::disk(path), &time);
            if last % 3 == 0 {
                let next = repository.copy(Extent::Whole, &mut shop).unwrap();
                assert!(restored(&repository, next.id).unwrap() == shop.state, "{at}");
            }
            repository.forget(&keep).unwrap();
            assert_eq!(repository.check(Depth::Read).unwrap(), [], "{at}");
            let (last, state) = made.last().unwrap();
            if ids(&repository).contains(&last.id) {
                assert!(restored(&repository, last.id).unwrap() == *state, "{at}");
            }
            if cuts % 5 == 0 {
                restic(path, OURS, &["check", "--read-data"]);
            }
            // What was written anew may be little enough to be written once more, and then never again.
            let again = [(); 3].map(|()| repository.forget(&keep).unwrap());
            assert_eq!((again[0].copies, again[2].packs), (0, 0), "{at}: {again:?}");
        }
        println!("{after}: {cuts} cuts");
        assert!(cuts > 15, "{cuts}");
    }
}

pub fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn where_nothing_can_be_taken_away_nothing_changes() {
    let folder = tempfile::tempdir().unwrap();
    let time = Time::new();
    let (_, made) = days(folder.path(), &time, 40, 500);
    let target = shop::disk(folder.path());
    let before = everything(&*target);
    let mut repository = open(Arc::new(AppendOnly(target.clone())), &time);
    let kept = repository.forget(&Keep::default());
    assert!(matches!(kept, Err(PruneError::Kept(_))), "{kept:?}");
    assert_eq!(everything(&*target), before);
    assert_eq!(ids(&repository).len(), made.len());
}

/// What a damaged copy needs cannot be told.
#[test]
fn where_something_is_damaged_nothing_goes() {
    let folder = tempfile::tempdir().unwrap();
    let time = Time::new();
    let (_, made) = days(folder.path(), &time, 40, 500);
    let target = shop::disk(folder.path());
    let keep = Keep::default();
    let mut refused = 0;
    for kind in [Kind::Snapshot, Kind::Pack] {
        for (object, length) in target.list(kind).unwrap() {
            let name = object.to_string();
            let path = match object {
                Object::Named(Kind::Pack, id) => {
                    folder.path().join("data").join(&id.to_string()[..2]).join(id.to_string())
                }
                _ => folder.path().join(&name),
            };
            let whole = fs::read(&path).unwrap();
            let mut bytes = whole.clone();
            bytes[usize::try_from(length).unwrap() / 40] ^= 1;
            fs::write(&path, &bytes).unwrap();
            let before = everything(&*target);
            let done = open(target.clone(), &time).forget(&keep);
            if let Err(error) = &done {
                assert!(matches!(error, PruneError::Damaged(_)), "{error:?}");
                assert_eq!(everything(&*target), before, "{name}");
                refused += 1;
            }
            fs::write(&path, &whole).unwrap();
            if done.is_ok() {
                // It was of a copy that goes, and of none that stays.
                let repository = open(target.clone(), &time);
                assert_eq!(repository.check(Depth::Read).unwrap(), []);
                return assert!(refused >= made.len(), "{refused}");
            }
        }
    }
    panic!("nothing was taken away at all");
}

#[test]
fn who_works_there_is_left_alone_and_what_others_made_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (time, path) = (Time::new(), folder.path());
    let (_, made) = days(path, &time, 40, 500);
    fs::write(path.join("note"), "by hand").unwrap();
    restic(path, OURS, &["backup", path.join("note").to_str().unwrap()]);
    // Another box of the same owner.
    let names = Names { host: "other".to_owned(), store: "/gatehouse/crm".to_owned(), sheet: None };
    let mut other =
        Restic::open(shop::disk(path), &shop::password(), names.clone(), time.clock()).unwrap();
    let mut theirs = Shop::new(300, 1_100);
    let copied = other.copy(Extent::Whole, &mut theirs).unwrap();
    time.forward(400 * DAY);
    let lock = Steps::new(path, true, 1);
    let mut works = Restic::open(lock, &shop::password(), names, time.clock()).unwrap();
    works.copy(Extent::Whole, &mut theirs).unwrap_err();

    let before = everything(&*shop::disk(path));
    let mut repository = open(shop::disk(path), &time);
    let busy = repository.forget(&Keep::default());
    assert!(matches!(&busy, Err(PruneError::Busy { host, .. }) if host == "other"), "{busy:?}");
    assert_eq!(everything(&*shop::disk(path)), before);
    let copies = restic(path, OURS, &["snapshots"]);
    assert!(copies.contains("42 snapshots"), "{copies}");
    time.forward(31 * 60_000);
    let pruned = repository.forget(&Keep::default()).unwrap();
    assert_eq!(pruned.copies, made.len() - 1, "the newest stays");
    assert_eq!(ids(&repository).len(), 3);
    let reopened = open(shop::disk(path), &time);
    assert!(restored(&reopened, copied.id).unwrap() == theirs.state);
    restic(path, OURS, &["unlock", "--remove-all"]);
    restic(path, OURS, &["check", "--read-data"]);
}
