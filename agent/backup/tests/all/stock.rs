//! Debian's own restic reads, checks and changes what we write; and we read what it writes.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use backup::stream::Decoder;
use backup::{Depth, Extent, Password, Protection, Repository, Restic, Target};

use crate::shop::{self, Accident, At, Shop, State, restored};

/// Runs it on this repository; its output, if it ends well.
pub fn restic(repository: &Path, password: &str, arguments: &[&str]) -> String {
    let output = Command::new("restic")
        .args(["--no-cache", "--repo"])
        .arg(repository)
        .args(arguments)
        .env("RESTIC_PASSWORD", password)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "restic {arguments:?}: {text}{errors}");
    text + &errors
}

/// Copies go over a target that is empty; stock restic lists, checks, restores and prunes them there, and copies go
/// on over `again`, the same place.
pub fn reads_what_went_over(
    target: Arc<dyn Target>,
    again: Arc<dyn Target>,
    restic: impl Fn(&[&str]) -> String,
) {
    let mut shop = Shop::new(9_000, 1_100);
    let mut repository = shop::create(target).unwrap();
    shop::whole(&mut repository, &mut shop);
    shop.work(100);
    shop::whole(&mut repository, &mut shop);
    shop.work(100);
    let last = repository.copy(Extent::Journal, &mut shop).unwrap();
    assert_eq!(repository.check(Depth::Read).unwrap(), []);
    assert!(restored(&repository, last.id).unwrap() == shop.state);
    assert_eq!(repository.protection().unwrap(), Protection::Deletes);

    let checks = || {
        let checked = restic(&["check", "--read-data"]);
        assert!(checked.contains("no errors were found"), "{checked}");
    };
    checks();
    assert!(restic(&["snapshots"]).contains("3 snapshots"));
    let listed = restic(&["ls", &last.id.to_string()]);
    assert!(listed.contains("/journal.1/journal") && listed.contains("/records"), "{listed}");
    let out = tempfile::tempdir().unwrap();
    restic(&["restore", "latest", "--target", out.path().to_str().unwrap()]);
    assert!(decoded(out.path()) == shop.state);
    restic(&["forget", "--keep-last", "1", "--prune", "--group-by", ""]);
    let mut repository = shop::open(again).unwrap();
    assert!(restored(&repository, last.id).unwrap() == shop.state);
    let next = shop::whole(&mut repository, &mut shop);
    assert!(restored(&repository, next.id).unwrap() == shop.state);
    checks();
}

pub const OURS: &str = "a recovery sheet's 160 bits";

/// What restic put on the disk, read by the written format alone.
pub fn decoded(copy: &Path) -> State {
    let mut state = State::new();
    let mut leaves: Vec<_> =
        fs::read_dir(copy.join("records.1")).unwrap().map(|item| item.unwrap().path()).collect();
    leaves.sort();
    let mut files: Vec<_> = leaves.into_iter().map(|leaf| leaf.join("records")).collect();
    files.push(copy.join("journal.1/journal"));
    for file in files {
        for item in Decoder::new(&fs::read(file).unwrap()) {
            let (place, sealed) = item.unwrap();
            match sealed {
                Some(sealed) => state.insert(place.to_vec(), sealed.to_vec()),
                None => state.remove(place),
            };
        }
    }
    state
}

#[test]
fn stock_restic_lists_checks_restores_and_prunes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let mut shop = Shop::new(20_000, 1_100);
    let mut repository = shop::create(shop::disk(path)).unwrap();
    shop::whole(&mut repository, &mut shop);
    shop.work(100);
    shop::whole(&mut repository, &mut shop);
    shop.work(100);
    let last = repository.copy(Extent::Journal, &mut shop).unwrap();

    println!("{}", restic(path, OURS, &["check", "--read-data"]));
    println!("{}", restic(path, OURS, &["snapshots"]));
    let listed = restic(path, OURS, &["ls", &last.id.to_string()]);
    assert!(listed.contains("/journal.1/journal") && listed.contains("/records"), "{listed}");
    let out = tempfile::tempdir().unwrap();
    let to = out.path().to_str().unwrap();
    println!("{}", restic(path, OURS, &["restore", "latest", "--target", to]));
    assert!(decoded(out.path()) == shop.state);

    // A user prunes on the NAS; restic compresses what it writes anew.
    println!(
        "{}",
        restic(
            path,
            OURS,
            &[
                "forget",
                "--keep-last",
                "1",
                "--prune",
                "--group-by",
                "",
                "--max-unused",
                "0",
                "--repack-uncompressed"
            ]
        )
    );
    let mut repository = shop::open(shop::disk(path)).unwrap();
    assert_eq!(repository.copies().unwrap().copies.len(), 1);
    assert_eq!(repository.check(Depth::Read).unwrap(), []);
    assert!(restored(&repository, last.id).unwrap() == shop.state);
    shop.work(20);
    let next = shop::whole(&mut repository, &mut shop);
    assert!(next.sent < 4_000_000, "{next:?}");
    restic(path, OURS, &["check", "--read-data"]);
    assert!(restored(&repository, next.id).unwrap() == shop.state);
}

#[test]
fn we_use_what_stock_restic_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    restic(path, "made by hand", &["init"]);
    let by_hand = Password::new("made by hand".to_owned());
    let mut repository =
        Restic::open(shop::disk(path), &by_hand, shop::names(), shop::clock()).unwrap();
    let mut shop = Shop::new(2_000, 1_100);
    let copied = shop::whole(&mut repository, &mut shop);
    assert!(restored(&repository, copied.id).unwrap() == shop.state);
    restic(path, "made by hand", &["check", "--read-data"]);
    // And a key that restic adds to one of ours.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    shop::create(shop::disk(path)).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "second").unwrap();
    restic(path, OURS, &["key", "add", "--new-password-file", file.path().to_str().unwrap()]);
    let second = Password::new("second".to_owned());
    Restic::open(shop::disk(path), &second, shop::names(), shop::clock()).unwrap();
    restic(path, "second", &["check"]);
}

/// After each cut, and after the copy that goes on, stock restic finds nothing wrong.
#[test]
fn stock_restic_finds_nothing_wrong_after_a_cut() {
    for at in [At::Before, At::After] {
        for write in 1..8 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path();
            let mut shop = Shop::new(2_600, 4_000);
            let mut first = shop::create(shop::disk(path)).unwrap();
            let earlier = shop::whole(&mut first, &mut shop);
            shop.edits(1_500);
            let mut repository = shop::open(Accident::new(path, at, write)).unwrap();
            let cut = repository.copy(Extent::Whole, &mut shop);
            // Its lock is there still: of another box, half an hour.
            restic(path, OURS, &["unlock", "--remove-all"]);
            restic(path, OURS, &["check", "--read-data"]);
            let mut repository = shop::open(shop::disk(path)).unwrap();
            let copied = shop::whole(&mut repository, &mut shop).id.to_string();
            restic(path, OURS, &["check", "--read-data"]);
            let out = tempfile::tempdir().unwrap();
            let to = out.path().to_str().unwrap();
            restic(path, OURS, &["restore", &copied, "--target", to]);
            assert!(decoded(out.path()) == shop.state, "{at:?} {write}");
            assert!(restored(&repository, earlier.id).is_ok());
            println!("{at:?} {write}: {}", if cut.is_ok() { "not cut" } else { "cut" });
        }
    }
}
