//! Copies on Debian's rest-server, with TLS and passwords; stock restic reads them over it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use backup::{
    CopyError, Depth, Extent, Kind, Object, Protection, Repository, Restic, Target, TargetError,
};
use outbound::{Fault, Stage};

use crate::nas::{Nas, PASSWORD, Relay, login, server};
use crate::object;
use crate::shop::{self, Shop, restored};
use crate::stock::{self, OURS};

#[test]
fn an_object_is_written_read_in_parts_and_taken_away() {
    let nas = Nas::start(&["--private-repos"]);
    let target = nas.target();
    object::is_written_read_in_parts_and_taken_away(&*target);
    // One that a cut left short is written anew.
    std::fs::create_dir_all(nas.folder().join("locks")).unwrap();
    let (lock, bytes) = object::made(Kind::Lock, 200);
    std::fs::write(nas.folder().join(lock.to_string()), &bytes[..7]).unwrap();
    target.write(lock, &bytes).unwrap();
    assert_eq!(target.read(lock, None).unwrap(), bytes);
    // What the server has under a name that is no object.
    std::fs::write(nas.folder().join("locks/x"), "x").unwrap();
    assert_eq!(target.list(Kind::Lock).unwrap(), [(lock, 200)]);
}

#[test]
fn stock_restic_lists_checks_restores_and_prunes_over_it() {
    let nas = Nas::start(&["--private-repos"]);
    let relay = Relay::before(nas.port);
    let target = server(relay.port, "box/crm", &login(PASSWORD), &nas.authority.pem);
    let restic = |arguments: &[&str]| nas.restic(OURS, arguments);
    stock::reads_what_went_over(Arc::new(target), nas.target(), restic);
    assert_eq!(relay.connections(), 1, "one handshake for all of it");
}

#[test]
fn where_nothing_can_be_taken_away_it_is_found_out_and_disturbs_nobody() {
    let nas = Nas::start(&["--private-repos", "--append-only"]);
    let target = nas.target();
    let mut shop = Shop::new(2_000, 1_100);
    let (password, clock) = (shop::password(), shop::clock());
    let mut repository =
        Restic::create(target.clone(), &password, shop::names(), clock.clone()).unwrap();
    shop::whole(&mut repository, &mut shop);
    let indexes = || target.list(Kind::Index).unwrap().len();
    let before = indexes();
    for _ in 0..3 {
        assert_eq!(repository.protection().unwrap(), Protection::AppendOnly);
        assert_eq!(indexes(), before + 1, "what is left is left once");
        assert_eq!(target.list(Kind::Lock).unwrap(), []);
    }
    for kind in [Kind::Pack, Kind::Index, Kind::Key, Kind::Snapshot] {
        let (object, length) = target.list(kind).unwrap()[0];
        let refused = target.remove(object);
        assert!(matches!(refused, Err(TargetError::Refused { .. })), "{refused:?}");
        let refused = target.write(object, b"forged");
        assert!(matches!(refused, Err(TargetError::Refused { .. })), "{refused:?}");
        assert_eq!(target.read(object, None).unwrap().len() as u64, length);
    }
    let refused = target.remove(Object::Config);
    assert!(matches!(refused, Err(TargetError::Refused { .. })), "{refused:?}");
    // Neither restic nor we stumble over it.
    let checked = nas.restic(OURS, &["check", "--read-data"]);
    assert!(checked.contains("no errors were found"), "{checked}");
    for word in ["warn", "error:", "not referenced", "additional"] {
        assert!(!checked.to_lowercase().contains(word), "{checked}");
    }
    let mut repository = Restic::open(target.clone(), &password, shop::names(), clock).unwrap();
    assert_eq!(repository.check(Depth::Read).unwrap(), []);
    shop.work(50);
    let last = shop::whole(&mut repository, &mut shop);
    assert!(restored(&repository, last.id).unwrap() == shop.state);
    // Its owner prunes where it lies.
    let folder = nas.folder();
    let pruned = std::process::Command::new("restic")
        .args(["--no-cache", "forget", "--keep-last", "1", "--prune", "--group-by", "", "--repo"])
        .arg(&folder)
        .env("RESTIC_PASSWORD", OURS)
        .output()
        .unwrap();
    assert!(pruned.status.success(), "{pruned:?}");
    let repository = shop::open(target.clone()).unwrap();
    assert_eq!(repository.protection().unwrap(), Protection::AppendOnly);
    assert!(restored(&repository, last.id).unwrap() == shop.state);
    nas.restic(OURS, &["check", "--read-data"]);
}

/// A server, or whoever stands before it, closes what nobody talks over.
#[test]
fn a_connection_closed_while_idle_costs_a_handshake_and_no_copy() {
    let nas = Nas::start(&[]);
    let relay = Relay::before(nas.port);
    let target = server(relay.port, "box/crm", &login(PASSWORD), &nas.authority.pem);
    for kind in [Kind::Index, Kind::Pack] {
        let (object, bytes) = object::made(kind, 70_000);
        relay.cut();
        target.write(object, &bytes).unwrap();
        relay.cut();
        assert_eq!(target.list(kind).unwrap(), [(object, 70_000)]);
        relay.cut();
        assert!(target.read(object, None).unwrap() == bytes);
        relay.cut();
        target.remove(object).unwrap();
    }
    assert_eq!(relay.connections(), 8);
}

#[test]
fn a_copy_that_is_cut_on_its_way_goes_on() {
    let nas = Nas::start(&[]);
    let relay = Relay::before(nas.port);
    let target = || server(relay.port, "box/crm", &login(PASSWORD), &nas.authority.pem);
    let mut shop = Shop::new(9_000, 1_100);
    let mut repository = shop::create(Arc::new(target())).unwrap();
    relay.cut_after(6_000_000);
    let cut = repository.copy(Extent::Whole, &mut shop).unwrap_err();
    let closed = Fault::Closed(Stage::Talk);
    assert!(
        matches!(&cut, CopyError::Target(TargetError::Way(fault)) if *fault == closed),
        "{cut:?}"
    );
    let again = shop::whole(&mut repository, &mut shop);
    assert!(again.sent < 7_000_000, "what had arrived is not sent again: {again:?}");
    assert!(restored(&repository, again.id).unwrap() == shop.state);
    nas.restic(OURS, &["check", "--read-data"]);
}

#[test]
fn a_full_server_says_so_and_is_used_again_when_there_is_room() {
    let mut nas = Nas::start(&["--max-size", "6000000"]);
    let mut shop = Shop::new(9_000, 1_100);
    let mut repository = shop::create(nas.target()).unwrap();
    let full = repository.copy(Extent::Whole, &mut shop).unwrap_err();
    assert!(matches!(&full, CopyError::Target(TargetError::Full(_))), "{full:?}");
    // However the refusal and what is on its way meet.
    let target = nas.target();
    for length in 0..20 {
        let (object, bytes) = object::made(Kind::Pack, (4 << 20) + length);
        let full = target.write(object, &bytes);
        assert!(matches!(full, Err(TargetError::Full(_))), "{full:?}");
    }
    nas.restart(&[]);
    let mut repository = shop::open(nas.target()).unwrap();
    let copied = shop::whole(&mut repository, &mut shop);
    assert!(restored(&repository, copied.id).unwrap() == shop.state);
    nas.restic(OURS, &["check", "--read-data"]);
}

#[test]
fn strangers_are_told_so() {
    let nas = Nas::start(&["--private-repos"]);
    for (folder, password) in [("box/crm", "hunter3"), ("other/crm", PASSWORD)] {
        let target = server(nas.port, folder, &login(password), &nas.authority.pem);
        let (object, bytes) = object::made(Kind::Pack, 4 << 20);
        for tried in [
            target.list(Kind::Pack).map(|_| ()),
            target.read(Object::Config, None).map(|_| ()),
            target.write(object, &bytes),
            target.remove(object),
        ] {
            assert!(matches!(tried, Err(TargetError::WrongPassword)), "{tried:?}");
        }
    }
    assert!(!nas.place.path().join("other").exists());
}

#[test]
fn what_is_sent_keeps_its_pace_until_the_limit_ends() {
    let nas = Nas::start(&["--private-repos"]);
    let (rate, asked) = (NonZeroU32::new(200_000), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&asked);
    // For two seconds' pieces there is a limit.
    let pace = move || rate.filter(|_| counted.fetch_add(1, Ordering::SeqCst) < 16);
    let target = server(nas.port, "box/crm", &login(PASSWORD), &nas.authority.pem);
    let target = target.paced(Arc::new(pace));
    let (pack, bytes) = object::made(Kind::Pack, 2 << 20);
    let begun = Instant::now();
    target.write(pack, &bytes).unwrap();
    // No faster; how much slower is the machine's.
    assert!(begun.elapsed() >= Duration::from_millis(1_800), "{:?}", begun.elapsed());
    assert_eq!(target.read(pack, None).unwrap(), bytes);
    assert!(asked.load(Ordering::SeqCst) < 40, "without a limit the pieces are large");
}
