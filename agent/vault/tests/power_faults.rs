//! A disk that refuses: nothing is accepted after it, and what was acknowledged before it is there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod power;

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use power::Place;
use testkit::power::{Call, Image, Journal, PowerFs, Recording};
use vault::engine::{Change, Engine, EngineError, Options, SledEngine, Stop};

/// So that a call that hangs in sled ends the test soon.
const SOON: Options =
    Options { call_limit: Duration::from_secs(5), open_limit: Duration::from_secs(60) };

/// How long a disk tries before it gives a write up: the other writes of the batch are done by then.
const LATE: Duration = Duration::from_millis(400);

fn put(key: &str, length: usize) -> Change {
    (key.as_bytes().to_vec(), Some(vec![7; length]))
}

fn holds(engine: &SledEngine, key: &str) -> bool {
    engine.get(key.as_bytes()).unwrap().is_some()
}

fn assert_stopped(engine: &SledEngine, because: Stop) {
    let stopped = |error| matches!(error, EngineError::Stopped(stop) if stop == because);
    assert!(stopped(engine.commit(vec![put("later", 1)]).unwrap_err()));
    assert!(stopped(engine.get(b"first").unwrap_err()));
    assert!(stopped(engine.scan(b"", b"").unwrap_err()));
}

/// An engine on the power-cut file system with one batch in it; to be dropped first, and the place last.
fn begun(options: Options) -> (Place, PowerFs, SledEngine) {
    let place = Place::new("fault");
    let power = PowerFs::mount(place.path(), &Image::empty()).unwrap();
    let engine = SledEngine::create(&power.path().join("db"), options).unwrap();
    engine.commit(vec![put("first", 5_000)]).unwrap();
    (place, power, engine)
}

/// The same; the next write is refused late, when the others are done. The log does not get longer
/// by them, or the kernel would let them wait for each other.
fn with_late_fault(options: Options) -> (Place, PowerFs, SledEngine) {
    let (place, power, engine) = begun(options);
    File::options()
        .write(true)
        .open(power.path().join("db/db"))
        .unwrap()
        .set_len(512 << 10)
        .unwrap();
    power.fail_late(Errno::EIO, LATE);
    (place, power, engine)
}

/// The same, with a fault at once.
fn with_fault(call: Call, errno: Errno) -> (Place, PowerFs, SledEngine) {
    let (place, power, engine) = begun(SOON);
    power.fail(call, errno, 1);
    (place, power, engine)
}

/// The directory after a cut at the end of all, opened on another file system.
fn after_a_cut(recording: &Recording, seed: u64) -> (Place, SledEngine) {
    let place = Place::new("after");
    let image = recording.cutter(Journal::Ordered).cut(recording.len(), seed);
    image.write_to(place.path()).unwrap();
    let engine = SledEngine::open(&place.path().join("db"), SOON).unwrap();
    (place, engine)
}

#[test]
fn after_a_failed_sync_everything_is_refused_until_reopened() {
    let (_place, power, engine) = with_fault(Call::Sync, Errno::EIO);
    let error = engine.commit(vec![put("second", 5_000)]).unwrap_err();
    let EngineError::Disk { path, source } = &error else { panic!("{error:?}") };
    assert!(path.ends_with("db/db"));
    assert_eq!(source.raw_os_error(), Some(Errno::EIO as i32));
    assert_stopped(&engine, Stop::Disk);
    drop(engine);
    let recording = power.end();
    for seed in 0..20 {
        let (_place, engine) = after_a_cut(&recording, seed);
        assert!(holds(&engine, "first") && !holds(&engine, "later"));
        engine.commit(vec![put("third", 5_000)]).unwrap();
    }
}

#[test]
fn a_full_disk_or_a_failed_write_is_a_failed_batch() {
    for errno in [Errno::ENOSPC, Errno::EIO] {
        let (_place, power, engine) = with_fault(Call::Write, errno);
        let error = engine.commit(vec![put("second", 5_000)]).unwrap_err();
        assert!(matches!(error, EngineError::Disk { .. }), "{error:?}");
        assert_stopped(&engine, Stop::Disk);
        drop(engine);
        let recording = power.end();
        for seed in 0..20 {
            let (_place, engine) = after_a_cut(&recording, seed);
            assert!(holds(&engine, "first") && !holds(&engine, "second"));
        }
    }
}

/// A batch is written in two pieces, by two threads of sled's: the first is refused when the second
/// is on the disk already, and sled tells nobody.
#[test]
fn a_write_that_fails_late_is_a_failed_batch() {
    let (_place, power, engine) = with_late_fault(SOON);
    let error = engine.commit(vec![put("second", 5_000)]).unwrap_err();
    assert!(matches!(error, EngineError::Disk { .. }), "{error:?}");
    assert_stopped(&engine, Stop::Disk);
    drop(engine);
    let recording = power.end();
    for seed in 0..20 {
        let (_place, engine) = after_a_cut(&recording, seed);
        assert!(holds(&engine, "first") && !holds(&engine, "second"));
    }
}

#[test]
fn a_call_that_was_given_up_stops_the_engine_and_lets_go_of_the_files_in_the_end() {
    let limit = LATE / 4;
    let (_place, power, engine) = with_late_fault(Options { call_limit: limit, ..SOON });
    let error = engine.commit(vec![put("second", 5_000)]).unwrap_err();
    assert!(matches!(error, EngineError::Broken { .. }), "{error:?}");
    assert_stopped(&engine, Stop::Broken);
    let db = File::open(power.path().join("db/db")).unwrap();
    assert!(db.try_lock().is_err(), "it still waits for the disk");
    drop(engine);
    let (locked, seen) = mpsc::channel();
    thread::spawn(move || locked.send(db.lock()));
    seen.recv_timeout(SOON.call_limit).expect("it never lets go").unwrap();
    let engine = SledEngine::open(&power.path().join("db"), SOON).unwrap();
    assert!(holds(&engine, "first") && !holds(&engine, "second"));
    engine.commit(vec![put("third", 5_000)]).unwrap();
}

#[test]
fn a_directory_that_cannot_be_synced_is_not_opened() {
    let (_place, power, engine) = with_fault(Call::SyncDirectory, Errno::EIO);
    let error = engine.close().unwrap_err();
    assert!(matches!(error, EngineError::Disk { .. }), "{error:?}");
    power.fail(Call::SyncDirectory, Errno::EIO, 1);
    let error = SledEngine::open(&power.path().join("db"), SOON).unwrap_err();
    assert!(matches!(error, EngineError::Disk { .. }), "{error:?}");
    let engine = SledEngine::open(&power.path().join("db"), SOON).unwrap();
    assert!(holds(&engine, "first"));
}

#[test]
fn a_panic_in_sled_is_a_failed_call_and_no_crash() {
    let place = Place::new("panic");
    let power = PowerFs::mount(place.path(), &Image::empty()).unwrap();
    let dir = power.path().join("db");
    let engine = SledEngine::create(&dir, SOON).unwrap();
    engine.commit((0..100).map(|n| put(&format!("{n}"), 5_000)).collect()).unwrap();
    engine.close().unwrap();
    drop(engine);
    // The lock is free, the log is one of zeros where the snapshot says that pages are.
    let engine = SledEngine::open(&dir, SOON).unwrap();
    power.tamper(Path::new("db/db"), |bytes| bytes.fill(0)).unwrap();
    let error = engine.scan(b"", b"").unwrap_err();
    assert!(matches!(error, EngineError::Broken { .. }), "{error:?}");
    assert_stopped(&engine, Stop::Broken);
}

/// A real ext4 in a loop device in a file of the power-cut file system: what the kernel shows after
/// a refused write is not what the disk has, and the engine does not fall for it.
struct Ext4 {
    power: PowerFs,
    mounted: PathBuf,
    _place: Place,
}

impl Ext4 {
    fn mount(image: &Image) -> Self {
        let place = Place::new("ext4");
        let (disk, mounted) = (place.path().join("disk"), place.path().join("mounted"));
        fs::create_dir(&disk).unwrap();
        fs::create_dir(&mounted).unwrap();
        let power = PowerFs::mount(&disk, image).unwrap();
        let file = disk.join("image");
        if !file.exists() {
            File::create(&file).unwrap().set_len(64 << 20).unwrap();
            testkit::run(&["mkfs.ext4", "-q", "-b", "4096", "-F", file.to_str().unwrap()]).unwrap();
        }
        testkit::run(&["mount", "-o", "loop", file.to_str().unwrap(), mounted.to_str().unwrap()])
            .expect("this test needs a loop device and ext4 (`modprobe loop ext4`)");
        Self { power, mounted, _place: place }
    }
}

impl Drop for Ext4 {
    /// The file system goes before the disk under it: this process serves both, and a write that
    /// waits for a disk that ended with it would never end.
    fn drop(&mut self) {
        if let Ok(db) = File::open(self.mounted.join("db/db")) {
            let _ = db.lock();
        }
        for _ in 0..2_000 {
            if testkit::run(&["umount", self.mounted.to_str().unwrap()]).is_ok() {
                return;
            }
        }
    }
}

#[test]
#[ignore = "long"]
fn a_real_kernel_shows_what_its_disk_refused_and_the_engine_does_not() {
    let ext4 = Ext4::mount(&Image::empty());
    let dir = ext4.mounted.join("db");
    let engine = SledEngine::create(&dir, SOON).unwrap();
    engine.commit(vec![put("first", 5_000)]).unwrap();

    // A file of the engine's directory that nobody writes again.
    let path = dir.join("plain");
    let plain = File::options().read(true).write(true).create_new(true).open(&path).unwrap();
    plain.write_all_at(&[1; 4096], 0).unwrap();
    plain.sync_all().unwrap();
    plain.write_all_at(&[2; 4096], 0).unwrap();
    ext4.power.fail(Call::Write, Errno::EIO, 1);
    assert!(plain.sync_data().is_err());
    drop(plain);
    assert_eq!(fs::read(&path).unwrap(), [2; 4096], "the kernel shows what is on no disk");

    ext4.power.fail(Call::Write, Errno::EIO, 1);
    let error = engine.commit(vec![put("second", 5_000)]).unwrap_err();
    assert!(matches!(error, EngineError::Disk { .. }), "{error:?}");
    assert_stopped(&engine, Stop::Disk);
    // Waits until sled has let go of the lock.
    File::open(dir.join("db"))
        .and_then(|db| {
            drop(engine);
            db.lock()
        })
        .unwrap();

    let engine = SledEngine::open(&dir, SOON).unwrap();
    assert_eq!(fs::read(&path).unwrap(), [1; 4096], "opening went back to what the disk has");
    assert!(holds(&engine, "first"));
    let second = holds(&engine, "second");
    engine.commit(vec![put("third", 5_000)]).unwrap();

    let recording = ext4.power.so_far();
    engine.close().unwrap();
    drop(ext4);
    for seed in 0..10 {
        let disk = recording.cutter(Journal::Ordered).cut(recording.len(), seed);
        let ext4 = Ext4::mount(&disk);
        let engine = SledEngine::open(&ext4.mounted.join("db"), SOON).unwrap();
        assert!(holds(&engine, "first") && holds(&engine, "third"));
        assert_eq!(holds(&engine, "second"), second);
        engine.close().unwrap();
    }
}
