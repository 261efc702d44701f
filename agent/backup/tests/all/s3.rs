//! Copies on an S3 server (moto) that checks signatures and rights, over TLS; stock restic reads them over it.

use std::num::NonZeroU16;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use backup::{
    CopyError, Depth, Extent, Id, Kind, LockMode, Object, ObjectLock, Protection, Repository,
    Restic, Retention, S3Fields, S3Keys, S3Style, Target, TargetError,
};

use outbound::Fault;

use crate::bucket::{Store, at, wall};
use crate::nas::{NAME, Relay};
use crate::object;
use crate::shop::{self, Shop, restored};
use crate::stock::{self, OURS};

#[test]
fn an_object_is_written_read_in_parts_and_taken_away() {
    let store = Store::start(&[]);
    for bucket in ["copies", "versions"] {
        let target = store.target(bucket);
        object::is_written_read_in_parts_and_taken_away(&*target);
        // One of another length is written anew.
        target.write(Object::Config, b"short").unwrap();
        target.write(Object::Config, b"longer").unwrap();
        assert_eq!(target.read(Object::Config, None).unwrap(), b"longer");
    }
}

#[test]
fn more_than_a_page_is_listed() {
    let store = Store::start(&["many"]);
    let listed = store.target("copies").list(Kind::Index).unwrap();
    let expected: Vec<_> = (0..2_350_u64)
        .map(|n| (Object::Named(Kind::Index, Id::parse(&format!("{n:064x}")).unwrap()), n % 7))
        .collect();
    assert_eq!(listed, expected);
}

#[test]
fn stock_restic_lists_checks_restores_and_prunes_over_it() {
    let store = Store::start(&[]);
    let relay = Relay::before(store.port);
    let endpoint = &format!("{NAME}:{}", relay.port);
    let (region, prefix, style) = ("us-east-1", "box/crm", S3Style::Path);
    let fields = S3Fields { endpoint, region, bucket: "copies", prefix, style };
    let target = at(fields, store.keys("box"), &store.authority.pem, wall());
    let restic = |arguments: &[&str]| store.restic("copies", OURS, arguments);
    stock::reads_what_went_over(Arc::new(target), store.target("copies"), restic);
}

#[test]
fn what_is_locked_is_tried_and_found_to_stay() {
    let store = Store::start(&[]);
    let (password, clock) = (shop::password(), shop::clock());
    let lock = |days, mode| Retention { days: NonZeroU16::new(days).unwrap(), mode };
    for (bucket, retention, expected) in [
        ("versions", None, Protection::Deletes),
        ("locked", None, Protection::Deletes),
        // Whoever may do all may end a lock of this kind, too: the trial does.
        ("locked", Some(lock(30, LockMode::Governance)), Protection::Deletes),
        (
            "locked",
            Some(lock(30, LockMode::Compliance)),
            Protection::Locked(ObjectLock { days: Some(30) }),
        ),
    ] {
        let target = store.target_of("box", bucket);
        let target = match retention {
            Some(retention) => target.locking(retention),
            None => target,
        };
        let target: Arc<dyn Target> = Arc::new(target);
        let repository = match target.read(Object::Config, None) {
            Ok(_) => Restic::open(target.clone(), &password, shop::names(), clock.clone()),
            Err(_) => Restic::create(target.clone(), &password, shop::names(), clock.clone()),
        };
        for _ in 0..2 {
            let tried = repository.as_ref().unwrap().protection().unwrap();
            assert_eq!(tried, expected, "{bucket} {retention:?}");
        }
        assert_eq!(target.list(Kind::Lock).unwrap(), []);
    }
    // Copies go on, old ones are hidden, and restic reads what is there.
    let retention = lock(30, LockMode::Compliance);
    let target = Arc::new(store.target_of("box", "locked").locking(retention));
    let mut shop = Shop::new(2_000, 1_100);
    let mut repository = shop::open(target.clone()).unwrap();
    shop::whole(&mut repository, &mut shop);
    shop.work(50);
    let last = shop::whole(&mut repository, &mut shop);
    assert!(restored(&repository, last.id).unwrap() == shop.state);
    store.restic("locked", OURS, &["check", "--read-data"]);
    // A bucket that was made without it.
    let target = store.target_of("box", "versions").locking(retention);
    let refused = target.write(Object::Config, b"x");
    assert!(matches!(refused, Err(TargetError::NoObjectLock)), "{refused:?}");
}

#[test]
fn whoever_may_not_take_away_but_write_over_is_no_good_keeper() {
    let store = Store::start(&[]);
    let owner = shop::create(store.target("copies")).unwrap();
    drop(owner);
    let adder = Arc::new(store.target_of("adder", "copies"));
    let (object, bytes) = object::made(Kind::Pack, 1_000);
    adder.write(object, &bytes).unwrap();
    let refused = adder.remove(object);
    assert!(matches!(refused, Err(TargetError::Refused { .. })), "{refused:?}");
    let repository = shop::open(adder).unwrap();
    assert_eq!(repository.protection().unwrap(), Protection::Deletes);
    // With versions, what was written over stays.
    let adder = Arc::new(store.target_of("adder", "versions"));
    let repository = shop::create(adder.clone()).unwrap();
    let kept = Protection::Locked(ObjectLock { days: None });
    assert_eq!(repository.protection().unwrap(), kept);
    assert_eq!(adder.list(Kind::Lock).unwrap(), []);
}

#[test]
fn who_is_wrong_is_told_in_what() {
    let store = Store::start(&[]);
    let (object, bytes) = object::made(Kind::Pack, 4 << 20);
    let all = |target: &dyn Target| {
        [
            target.list(Kind::Pack).map(|_| ()),
            target.read(Object::Config, None).map(|_| ()),
            target.write(object, &bytes),
        ]
    };
    let endpoint = &format!("{NAME}:{}", store.port);
    let (region, prefix, style, bucket) = ("us-east-1", "box", S3Style::Path, "copies");
    let fields = S3Fields { endpoint, region, bucket, prefix, style };
    let authority = &store.authority.pem;
    let stranger = S3Keys::new("AKIAIOSFODNN7EXAMPLE".to_owned(), "secret".to_owned()).unwrap();
    for tried in all(&at(fields, stranger, authority, wall())) {
        assert!(matches!(tried, Err(TargetError::WrongKey)), "{tried:?}");
    }
    let wrong = store.wrong_secret("box");
    for tried in all(&at(fields, wrong, authority, wall())) {
        assert!(matches!(tried, Err(TargetError::WrongKey)), "{tried:?}");
    }
    for tried in all(&*store.target("another")) {
        assert!(
            matches!(&tried, Err(TargetError::WrongBucket(name)) if name == "another"),
            "{tried:?}"
        );
    }
    let reader = store.target_of("reader", "copies");
    assert_eq!(reader.list(Kind::Pack).unwrap(), []);
    let refused = reader.write(object, &bytes);
    assert!(matches!(refused, Err(TargetError::Refused { .. })), "{refused:?}");
    assert_eq!(store.target("copies").list(Kind::Pack).unwrap(), []);
}

#[test]
fn the_bucket_may_stand_in_the_name_of_the_host() {
    let store = Store::start(&["virtual-host"]);
    let endpoint = &format!("s3.amazonaws.com:{}", store.port);
    let (region, style) = ("us-east-1", S3Style::VirtualHost);
    let fields = S3Fields { endpoint, region, bucket: "copies", prefix: "", style };
    let target = Arc::new(at(fields, store.keys("box"), &store.authority.pem, wall()));
    let mut shop = Shop::new(1_000, 1_100);
    let mut repository = shop::create(target).unwrap();
    let last = shop::whole(&mut repository, &mut shop);
    assert_eq!(repository.check(Depth::Read).unwrap(), []);
    assert!(restored(&repository, last.id).unwrap() == shop.state);
}

/// An upload that a cut left unfinished is no object; whatever is there is whole.
#[test]
fn a_copy_that_is_cut_on_its_way_goes_on() {
    let store = Store::start(&[]);
    let relay = Relay::before(store.port);
    let endpoint = &format!("{NAME}:{}", relay.port);
    let (region, prefix, style) = ("us-east-1", "box/crm", S3Style::Path);
    let fields = S3Fields { endpoint, region, bucket: "copies", prefix, style };
    let target = || Arc::new(at(fields, store.keys("box"), &store.authority.pem, wall()));
    let mut shop = Shop::new(9_000, 1_100);
    drop(shop::create(target()).unwrap());
    for bytes in [2_000_000, 5_000_000, 4_250_000, 3_000] {
        let mut repository = shop::open(target()).unwrap();
        relay.cut_after(bytes);
        let cut = repository.copy(Extent::Whole, &mut shop).unwrap_err();
        let is_cut = matches!(&cut, CopyError::Target(TargetError::Way(Fault::Closed(_))));
        assert!(is_cut, "{bytes}: {cut:?}");
        // Its lock may be there still: of another box, half an hour.
        store.restic("copies", OURS, &["unlock", "--remove-all"]);
        store.restic("copies", OURS, &["check", "--read-data"]);
    }
    let mut repository = shop::open(target()).unwrap();
    let again = shop::whole(&mut repository, &mut shop);
    assert!(again.sent < 7_000_000, "what had arrived is not sent again: {again:?}");
    assert!(restored(&repository, again.id).unwrap() == shop.state);
    store.restic("copies", OURS, &["check", "--read-data"]);
}

/// The clock that signs is the box's.
#[test]
fn time_is_the_clocks() {
    let store = Store::start(&[]);
    let endpoint = &format!("{NAME}:{}", store.port);
    let (region, prefix, style) = ("us-east-1", "", S3Style::Path);
    let fields = S3Fields { endpoint, region, bucket: "copies", prefix, style };
    let looks = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&looks);
    let clock = Arc::new(move || 1_796_000_000_000 + counted.fetch_add(1, Ordering::SeqCst));
    let target = at(fields, store.keys("box"), &store.authority.pem, clock);
    target.list(Kind::Pack).unwrap();
    assert_eq!(looks.load(Ordering::SeqCst), 1);
}
