//! What is wrong at a target is found and named, and mended by the next copy where it can be.

use std::fs;
use std::path::{Path, PathBuf};

use backup::{Depth, Extent, Kind, Object, Repository, Trouble};

use crate::shop::{self, Shop, restored};

fn file(folder: &Path, object: Object) -> PathBuf {
    match object {
        Object::Config => folder.join("config"),
        Object::Named(Kind::Pack, id) => {
            let name = id.to_string();
            folder.join("data").join(&name[..2]).join(name)
        }
        Object::Named(kind, id) => folder.join(kind.directory()).join(id.to_string()),
    }
}

/// One bit of every object, one after the other.
#[test]
fn a_flipped_bit_is_found_and_named_wherever_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let target = shop::disk(folder.path());
    let mut shop = Shop::new(3_000, 1_100);
    let mut repository = shop::create(target.clone()).unwrap();
    let copied = shop::whole(&mut repository, &mut shop);
    shop.edits(10);
    repository.copy(Extent::Journal, &mut shop).unwrap();
    let (mut flipped, mut named) = (0, 0);
    for kind in [Kind::Pack, Kind::Index, Kind::Snapshot, Kind::Key] {
        for (object, length) in target.list(kind).unwrap() {
            for part in [0, 1, 3, 6, 9] {
                let path = file(folder.path(), object);
                let whole = fs::read(&path).unwrap();
                let mut bytes = whole.clone();
                bytes[usize::try_from(length).unwrap() * part / 10] ^= 0x10;
                fs::write(&path, &bytes).unwrap();
                let found = repository.check(Depth::Read).unwrap();
                fs::write(&path, &whole).unwrap();
                flipped += 1;
                assert_eq!(found.len(), 1, "{object} {part}: {found:?}");
                assert_eq!(found[0].object, object);
                assert_eq!(found[0].trouble, Trouble::Changed);
                if !found[0].loses.is_empty() {
                    named += 1;
                    assert!(found[0].to_string().contains("was changed; lost with it: "));
                }
                // No made-up record is given out.
                if let Ok(state) = restored(&repository, copied.id) {
                    assert_eq!(state.len(), 3_000);
                }
            }
        }
    }
    println!("{flipped} flips, {named} of them named with what is lost");
    assert!(named >= 5);
    assert_eq!(repository.check(Depth::Read).unwrap(), []);
}

#[test]
fn a_damaged_leaf_is_refused_by_name_and_the_rest_is_not_made_up() {
    let folder = tempfile::tempdir().unwrap();
    let target = shop::disk(folder.path());
    let mut shop = Shop::new(3_000, 1_100);
    let mut repository = shop::create(target.clone()).unwrap();
    let copied = shop::whole(&mut repository, &mut shop);
    let packs = target.list(Kind::Pack).unwrap();
    let (largest, _) = packs.into_iter().max_by_key(|(_, length)| *length).unwrap();
    let path = file(folder.path(), largest);
    let mut bytes = fs::read(&path).unwrap();
    bytes[1_000_000] ^= 1;
    fs::write(&path, bytes).unwrap();
    let found = repository.check(Depth::Read).unwrap();
    assert_eq!(found.len(), 1);
    let [leaf] = &found[0].loses[..] else { panic!("{found:?}") };
    let error = restored(&repository, copied.id).unwrap_err();
    assert!(leaf.starts_with("records.1/100010"), "{leaf}");
    let message = error.to_string();
    assert!(
        message.contains(&largest.to_string()) && leaf.contains(path_of(&message)),
        "{message}"
    );
}

fn path_of(message: &str) -> &str {
    message.rsplit(' ').next().unwrap()
}

/// Gone, or cut short: found without reading everything, and the next copy sends it again.
#[test]
fn a_lost_pack_is_found_and_sent_again() {
    for short in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let target = shop::disk(folder.path());
        let mut shop = Shop::new(3_000, 1_100);
        let mut repository = shop::create(target.clone()).unwrap();
        let copied = shop::whole(&mut repository, &mut shop);
        for (object, length) in target.list(Kind::Pack).unwrap() {
            let path = file(folder.path(), object);
            if short {
                let file = fs::File::options().write(true).open(&path).unwrap();
                file.set_len(length / 2).unwrap();
            } else {
                fs::remove_file(&path).unwrap();
            }
        }
        let found = repository.check(Depth::Listed).unwrap();
        let trouble = if short { Trouble::Length } else { Trouble::Missing };
        assert!(!found.is_empty() && found.iter().all(|one| one.trouble == trouble), "{found:?}");
        assert!(found.iter().any(|one| !one.loses.is_empty()));
        assert!(restored(&repository, copied.id).is_err());
        let again = shop::whole(&mut repository, &mut shop);
        assert!(restored(&repository, again.id).unwrap() == shop.state);
        // Whoever opens it later finds the new ones, though the old index still names the lost.
        let repository = shop::open(target.clone()).unwrap();
        assert!(restored(&repository, again.id).unwrap() == shop.state);
        let found = repository.check(Depth::Read).unwrap();
        assert!(
            found.iter().all(|one| one.trouble == trouble && one.loses.is_empty()),
            "{found:?}"
        );
    }
}

/// An index that does not open costs bytes, not copies.
#[test]
fn a_lost_index_is_made_anew_of_the_packs() {
    let folder = tempfile::tempdir().unwrap();
    let target = shop::disk(folder.path());
    let mut shop = Shop::new(3_000, 1_100);
    let mut repository = shop::create(target.clone()).unwrap();
    let first = shop::whole(&mut repository, &mut shop);
    for (object, _) in target.list(Kind::Index).unwrap() {
        fs::write(file(folder.path(), object), b"nothing").unwrap();
    }
    let mut repository = shop::open(target).unwrap();
    assert!(restored(&repository, first.id).is_err());
    let again = shop::whole(&mut repository, &mut shop);
    assert!(again.sent < 100_000, "{again:?}");
    assert!(restored(&repository, again.id).unwrap() == shop.state);
    assert!(restored(&repository, first.id).unwrap() == shop.state);
}

/// A disk that somebody prepared: a link in the place of an object is not followed.
#[test]
fn links_on_the_disk_lead_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("secret"), b"secret").unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("secret"), folder.path().join("config"))
        .unwrap();
    let opened = shop::open(shop::disk(folder.path()));
    assert!(opened.is_err(), "{opened:?}");
    let made = shop::create(shop::disk(folder.path()));
    assert!(made.is_err(), "{made:?}");
    fs::remove_file(folder.path().join("config")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("keys")).unwrap();
    let made = shop::create(shop::disk(folder.path()));
    assert!(made.is_err(), "{made:?}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}
