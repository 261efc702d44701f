//! Copies are made while people work, send little, and give back exactly what was there.

use backup::{CopyError, Depth, Extent, Kind, Object, OpenError, Password, Repository, Restic};

use crate::shop::{self, Accident, At, Shop, restored};

#[test]
fn every_copy_gives_back_its_own_day() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::new(3_000, 1_100);
    let mut repository = shop::create(shop::disk(folder.path())).unwrap();
    let mut days = Vec::new();
    for day in 0..4 {
        let copied = if day % 2 == 0 {
            shop::whole(&mut repository, &mut shop)
        } else {
            repository.copy(Extent::Journal, &mut shop).unwrap()
        };
        days.push((copied.id, shop.state.clone()));
        shop.work(50);
    }
    // By another process, after a restart.
    let repository = shop::open(shop::disk(folder.path())).unwrap();
    for (copy, state) in &days {
        assert!(restored(&repository, *copy).unwrap() == *state, "{copy}");
    }
    let copies = repository.copies().unwrap();
    assert_eq!(copies.damaged, []);
    let listed: Vec<_> = copies.copies.iter().map(|copy| (copy.id, copy.extent)).collect();
    let extents = [Extent::Whole, Extent::Journal, Extent::Whole, Extent::Journal];
    let made: Vec<_> = days.iter().map(|(id, _)| *id).zip(extents).collect();
    assert_eq!(listed, made);
    assert_eq!(repository.check(Depth::Read).unwrap(), []);
}

/// One in eight stores ends where a segment ends, and no leaf.
#[test]
fn what_lies_at_the_end_of_a_store_is_copied_wherever_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut repository = shop::create(shop::disk(folder.path())).unwrap();
    let (mut shop, mut ends) = (Shop::new(40, 1_100), 0);
    for _ in 0..60 {
        shop.edits(1);
        let copied = shop::whole(&mut repository, &mut shop);
        assert!(restored(&repository, copied.id).unwrap() == shop.state);
        let mut cutter = backup::stream::Cutter::default();
        for (place, sealed) in &shop.state {
            drop(cutter.put(place, sealed));
        }
        ends += usize::from(cutter.end().is_none());
    }
    assert!(ends >= 3, "{ends}");
}

#[test]
fn people_work_while_a_copy_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::new(3_000, 1_100);
    let mut repository = shop::create(shop::disk(folder.path())).unwrap();
    shop.busy = 40;
    shop.page = 100;
    let copied = shop::whole(&mut repository, &mut shop);
    assert!(restored(&repository, copied.id).unwrap() == shop.state);
}

/// Issue 5: "after 100 edits in 100k contacts the next copy sends ≤5 MB".
#[test]
fn a_hundred_edits_of_a_hundred_thousand_send_little() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::new(100_000, 1_100);
    let mut repository = shop::create(shop::disk(folder.path())).unwrap();
    let first = shop::whole(&mut repository, &mut shop);
    let size: usize = shop.state.iter().map(|(place, sealed)| place.len() + sealed.len()).sum();
    shop.edits(100);
    let next = shop::whole(&mut repository, &mut shop);
    let unchanged = shop::whole(&mut repository, &mut shop);
    shop.edits(100);
    let journal = repository.copy(Extent::Journal, &mut shop).unwrap();
    println!("{size} bytes: first {first:?}\nnext {next:?}\nunchanged {unchanged:?}\n{journal:?}");
    assert!(first.sent < size as u64 * 108 / 100, "first: {}", first.sent);
    assert!(next.sent < 5_000_000, "next: {}", next.sent);
    assert!(unchanged.sent < 2_000, "unchanged: {}", unchanged.sent);
    assert!(journal.sent < 500_000, "journal: {}", journal.sent);
    assert!(restored(&repository, journal.id).unwrap() == shop.state);
}

#[test]
fn what_the_source_lost_is_in_the_next_whole_copy() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::new(3_000, 1_100);
    let mut repository = shop::create(shop::disk(folder.path())).unwrap();
    shop::whole(&mut repository, &mut shop);
    shop.edits(10);
    shop.loses = true;
    for extent in [Extent::Journal, Extent::Whole] {
        let failed = repository.copy(extent, &mut shop);
        assert!(matches!(failed, Err(CopyError::Lost)), "{failed:?}");
        let journal = repository.copy(Extent::Journal, &mut shop);
        assert!(matches!(journal, Err(CopyError::NoBase)), "{journal:?}");
    }
    assert_eq!(repository.copies().unwrap().copies.len(), 1, "no half copy");
    shop.loses = false;
    let copied = shop::whole(&mut repository, &mut shop);
    assert!(restored(&repository, copied.id).unwrap() == shop.state);
}

#[test]
fn a_store_that_does_not_read_makes_no_copy() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::new(3_000, 1_100);
    shop.broken_from = Some(3);
    let mut repository = shop::create(shop::disk(folder.path())).unwrap();
    let failed = repository.copy(Extent::Whole, &mut shop);
    assert!(matches!(failed, Err(CopyError::Source(_))), "{failed:?}");
    assert_eq!(repository.copies().unwrap().copies, []);
    let journal = repository.copy(Extent::Journal, &mut shop);
    assert!(matches!(journal, Err(CopyError::NoBase)), "{journal:?}");
    shop.broken_from = None;
    let copied = shop::whole(&mut repository, &mut shop);
    assert!(restored(&repository, copied.id).unwrap() == shop.state);
}

#[test]
fn a_full_target_loses_nothing_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::new(9_000, 1_100);
    let mut repository = shop::create(shop::disk(folder.path())).unwrap();
    let first = shop::whole(&mut repository, &mut shop);
    let then = shop.state.clone();
    for write in [1, 2, 3] {
        shop.edits(9_000);
        let full = Accident::new(folder.path(), At::Full, write);
        let mut other = shop::open(full).unwrap();
        let failed = other.copy(Extent::Whole, &mut shop);
        let message = format!("{failed:?}");
        assert!(
            matches!(failed, Err(CopyError::Target(backup::TargetError::Full(_)))),
            "{message}"
        );
        let repository = shop::open(shop::disk(folder.path())).unwrap();
        assert!(restored(&repository, first.id).unwrap() == then);
        assert_eq!(repository.copies().unwrap().copies.len(), 1);
        assert_eq!(repository.check(Depth::Read).unwrap(), []);
    }
    let copied = shop::whole(&mut repository, &mut shop);
    assert!(restored(&repository, copied.id).unwrap() == shop.state);
}

/// What a journal took from the store and could not send is in the next one.
#[test]
fn a_journal_that_did_not_arrive_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::new(500, 1_100);
    let mut repository = shop::create(shop::disk(folder.path())).unwrap();
    shop::whole(&mut repository, &mut shop);
    // A whole copy that finds everything there writes a lock and a snapshot; a journal a lock, two packs,
    // an index and a snapshot. So the second journal finds no room for its data.
    let target = Accident::new(folder.path(), At::Full, 2 + 5 + 2);
    let mut repository = shop::open(target.clone()).unwrap();
    shop::whole(&mut repository, &mut shop);
    shop.edits(20);
    repository.copy(Extent::Journal, &mut shop).unwrap();
    shop.edits(20);
    let failed = repository.copy(Extent::Journal, &mut shop);
    assert!(matches!(failed, Err(CopyError::Target(backup::TargetError::Full(_)))), "{failed:?}");
    shop.edits(1);
    target.there_is_room();
    let sent = repository.copy(Extent::Journal, &mut shop).unwrap();
    assert!(restored(&repository, sent.id).unwrap() == shop.state);
    assert_eq!(repository.check(Depth::Read).unwrap(), []);
}

#[test]
fn a_wrong_password_opens_nothing_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let target = shop::disk(folder.path());
    let nothing = shop::open(target.clone());
    assert!(matches!(nothing, Err(OpenError::Nothing)), "{nothing:?}");
    shop::create(target.clone()).unwrap();
    let again = shop::create(target.clone());
    assert!(matches!(again, Err(OpenError::Occupied(Object::Config))), "{again:?}");
    let wrong = Password::new("another sheet".to_owned());
    let opened = Restic::open(target.clone(), &wrong, shop::names(), shop::clock());
    assert!(matches!(opened, Err(OpenError::WrongPassword)), "{opened:?}");
    // Nor does it take over what a cut left of another's.
    target.remove(Object::Config).unwrap();
    let other = Restic::create(target.clone(), &wrong, shop::names(), shop::clock());
    assert!(matches!(other, Err(OpenError::Occupied(Object::Named(Kind::Key, _)))), "{other:?}");
    shop::create(target).unwrap();
}

/// The target sees lengths: none says how much was changed, within 64 KiB.
#[test]
fn lengths_at_the_target_say_little() {
    let folder = tempfile::tempdir().unwrap();
    let target = shop::disk(folder.path());
    let mut shop = Shop::new(2_000, 1_100);
    let mut repository = shop::create(target.clone()).unwrap();
    shop::whole(&mut repository, &mut shop);
    for edits in [1, 3] {
        shop.edits(edits);
        repository.copy(Extent::Journal, &mut shop).unwrap();
    }
    for (object, length) in target.list(Kind::Pack).unwrap() {
        assert_eq!(length % 65_536, 0, "{object}");
    }
    // And no content: the first bytes of a place are nowhere.
    for (object, _) in target.list(Kind::Pack).unwrap() {
        let bytes = target.read(object, None).unwrap();
        let place = shop.contacts()[7].clone();
        assert!(!bytes.windows(place.len()).any(|window| window == place));
    }
}
