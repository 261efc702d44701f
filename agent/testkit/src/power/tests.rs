#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

use super::*;

const SEEDS: u64 = 400;

struct Mounted {
    fs: PowerFs,
    _place: Place,
}

/// A directory to mount at; taken away when it is dropped, after the file system.
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

fn mounted(name: &str, image: &Image) -> Mounted {
    let place = std::env::temp_dir().join(format!("power-{name}-{}", std::process::id()));
    fs::create_dir(&place).unwrap();
    Mounted { fs: PowerFs::mount(&place, image).unwrap(), _place: Place(place) }
}

/// What a file may hold after a cut at a point.
fn possible(
    recording: &Recording,
    journal: Journal,
    point: usize,
    file: &str,
) -> BTreeSet<Option<Vec<u8>>> {
    let mut cutter = recording.cutter(journal);
    (0..SEEDS).map(|seed| cutter.cut(point, seed).file(file).map(<[u8]>::to_vec)).collect()
}

fn sync_dir(path: &Path) {
    File::open(path).unwrap().sync_all().unwrap();
}

#[test]
fn a_program_sees_an_ordinary_file_system() {
    let mut image = Image::empty();
    image.add_dir("d".into());
    image.put_file("d/old", b"before".to_vec());
    let Mounted { fs: power, _place } = mounted("ordinary", &image);
    let root = power.path().to_owned();
    assert_eq!(fs::read(root.join("d/old")).unwrap(), b"before");
    fs::create_dir_all(root.join("a/b")).unwrap();
    fs::write(root.join("a/b/c"), vec![7; 3_000_000]).unwrap();
    fs::rename(root.join("a/b/c"), root.join("d/c")).unwrap();
    assert_eq!(fs::metadata(root.join("d/c")).unwrap().len(), 3_000_000);
    assert!(fs::remove_dir(root.join("a")).is_err(), "not empty");
    fs::remove_dir_all(root.join("a")).unwrap();
    fs::remove_file(root.join("d/old")).unwrap();
    let file = OpenOptions::new().write(true).open(root.join("d/c")).unwrap();
    file.set_len(4).unwrap();
    file.write_all_at(b"xy", 6).unwrap();
    assert_eq!(fs::read(root.join("d/c")).unwrap(), b"\x07\x07\x07\x07\0\0xy");
    let names: Vec<_> =
        fs::read_dir(root.join("d")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["c"]);
    drop(file);
    let end = power.now();
    let recording = power.end();
    assert_eq!(recording.len(), end);
    assert!(fs::read_dir(&root).unwrap().next().is_none(), "unmounted");
}

#[test]
fn what_was_synced_survives_and_what_was_not_is_lost_torn_or_there() {
    let Mounted { fs: power, _place } = mounted("synced", &Image::empty());
    let path = power.path().join("f");
    let file = File::create(&path).unwrap();
    file.write_all_at(&[1; 8192], 0).unwrap();
    file.sync_all().unwrap();
    sync_dir(power.path());
    let synced = power.now();
    file.write_all_at(&[2; 8192], 0).unwrap();
    let written = power.now();
    file.sync_data().unwrap();
    let again = power.now();
    drop(file);
    let recording = power.end();
    for journal in [Journal::Ordered, Journal::Loose] {
        assert_eq!(possible(&recording, journal, synced, "f"), [Some(vec![1; 8192])].into());
        assert_eq!(possible(&recording, journal, again, "f"), [Some(vec![2; 8192])].into());
        let between = possible(&recording, journal, written, "f");
        assert!(between.contains(&Some(vec![1; 8192])) && between.contains(&Some(vec![2; 8192])));
        let second_only = Some([[1; 4096], [2; 4096]].concat());
        assert!(between.contains(&second_only), "pages in any order");
        assert!(
            between.iter().flatten().any(|bytes| bytes[0] != bytes[512]),
            "a page is torn between sectors"
        );
        assert!(
            between
                .iter()
                .flatten()
                .all(|bytes| bytes.chunks(512).all(|s| s.iter().all(|b| *b == s[0]))),
            "a sector is whole"
        );
    }
}

#[test]
fn a_new_length_may_be_lost_or_leave_zeros() {
    let Mounted { fs: power, _place } = mounted("length", &Image::empty());
    let file = File::create(power.path().join("f")).unwrap();
    file.sync_all().unwrap();
    sync_dir(power.path());
    file.write_all_at(&[1; 4096], 0).unwrap();
    file.write_all_at(&[2; 4096], 4096).unwrap();
    let point = power.now();
    drop(file);
    let recording = power.end();
    let found = possible(&recording, Journal::Ordered, point, "f");
    assert!(found.contains(&Some(vec![])));
    assert!(found.contains(&Some([[0; 4096], [2; 4096]].concat())));
}

#[test]
fn a_name_that_was_not_synced_may_be_lost() {
    let Mounted { fs: power, _place } = mounted("names", &Image::empty());
    let root = power.path().to_owned();
    fs::write(root.join("old"), b"old").unwrap();
    File::open(root.join("old")).unwrap().sync_all().unwrap();
    sync_dir(&root);
    fs::write(root.join("new"), b"new").unwrap();
    File::open(root.join("new")).unwrap().sync_data().unwrap();
    fs::rename(root.join("new"), root.join("named")).unwrap();
    fs::remove_file(root.join("old")).unwrap();
    let point = power.now();
    sync_dir(&root);
    let synced = power.now();
    let recording = power.end();

    let states = |journal, point| -> BTreeSet<(bool, bool, bool)> {
        let mut cutter = recording.cutter(journal);
        let there = |image: &Image, name| image.file(name).is_some();
        (0..SEEDS)
            .map(|seed| cutter.cut(point, seed))
            .map(|image| (there(&image, "old"), there(&image, "new"), there(&image, "named")))
            .collect()
    };
    assert_eq!(states(Journal::Ordered, synced), [(false, false, true)].into());
    assert_eq!(
        states(Journal::Ordered, point),
        [(true, false, false), (true, true, false), (true, false, true), (false, false, true)]
            .into()
    );
    assert!(states(Journal::Loose, point).contains(&(false, false, false)), "reordered");
    assert_eq!(states(Journal::Loose, synced), [(false, false, true)].into());
}

#[test]
fn an_fsync_of_a_file_commits_earlier_names_on_ext4_only() {
    let Mounted { fs: power, _place } = mounted("commit", &Image::empty());
    let file = File::create(power.path().join("f")).unwrap();
    file.sync_all().unwrap();
    let point = power.now();
    drop(file);
    let recording = power.end();
    assert_eq!(possible(&recording, Journal::Ordered, point, "f"), [Some(vec![])].into());
    assert!(possible(&recording, Journal::Loose, point, "f").contains(&None));
}

#[test]
fn a_failed_sync_says_so_once_and_loses_what_it_was_to_keep() {
    let Mounted { fs: power, _place } = mounted("failed", &Image::empty());
    let file = File::create(power.path().join("f")).unwrap();
    file.write_all_at(b"kept", 0).unwrap();
    file.sync_all().unwrap();
    sync_dir(power.path());
    file.write_all_at(b"lost", 0).unwrap();
    power.fail(Call::Sync, Errno::EIO, 1);
    assert_eq!(file.sync_data().unwrap_err().raw_os_error(), Some(Errno::EIO as i32));
    file.sync_data().unwrap();
    power.fail(Call::Write, Errno::ENOSPC, 1);
    let full = file.write_all_at(b"more", 4).unwrap_err();
    assert_eq!(full.raw_os_error(), Some(Errno::ENOSPC as i32));
    assert_eq!(fs::read(power.path().join("f")).unwrap(), b"lost");
    let point = power.now();
    drop(file);
    let recording = power.end();
    let kept = possible(&recording, Journal::Ordered, point, "f");
    assert_eq!(kept, [Some(b"kept".to_vec())].into());
}

#[test]
fn a_write_that_fails_late_holds_up_no_other() {
    let Mounted { fs: power, _place } = mounted("late", &Image::empty());
    let file = File::create(power.path().join("f")).unwrap();
    file.set_len(15).unwrap();
    power.fail_late(Errno::EIO, Duration::from_millis(200));
    let written = thread::scope(|scope| {
        let other = scope.spawn(|| (file.write_all_at(b"other", 10), Instant::now()));
        let one = (file.write_all_at(b"one", 0), Instant::now());
        [one, other.join().unwrap()]
    });
    let (failed, done): (Vec<_>, Vec<_>) = written.into_iter().partition(|(end, _)| end.is_err());
    let [(Err(error), late)] = &failed[..] else { panic!("{failed:?}") };
    assert_eq!(error.raw_os_error(), Some(Errno::EIO as i32));
    assert!(done[0].1 < *late);
    let left = fs::read(power.path().join("f")).unwrap();
    assert_eq!(left.starts_with(b"one"), !left.ends_with(b"other"), "{left:?}");
}

#[test]
fn what_is_open_at_the_end_does_nothing_more() {
    let Mounted { fs: power, _place } = mounted("end", &Image::empty());
    let file = File::create(power.path().join("f")).unwrap();
    file.write_all_at(b"before", 0).unwrap();
    let end = power.now();
    assert_eq!(power.end().len(), end);
    assert!(file.write_all_at(b"after", 0).is_err());
    assert!(file.sync_all().is_err());
}

#[test]
fn the_same_seed_cuts_the_same() {
    let Mounted { fs: power, _place } = mounted("seed", &Image::empty());
    let file = File::create(power.path().join("f")).unwrap();
    for n in 0..50u64 {
        file.write_all_at(&[u8::try_from(n).unwrap(); 5000], n * 1000).unwrap();
    }
    drop(file);
    let recording = power.end();
    let cut = |seed| recording.cutter(Journal::Loose).cut(recording.len(), seed);
    for seed in 0..SEEDS {
        assert_eq!(cut(seed), cut(seed));
    }
}
