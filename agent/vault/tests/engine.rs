//! The engine on an ordinary file system.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use vault::engine::{
    Change, Engine, EngineError, MAX_BATCH, MAX_KEY, MAX_VALUE, Options, SledEngine, Stop,
};

fn put(key: &[u8], value: &[u8]) -> Change {
    (key.to_vec(), Some(value.to_vec()))
}

fn created() -> (TempDir, SledEngine) {
    let above = tempfile::tempdir().unwrap();
    let engine = SledEngine::create(&above.path().join("db"), Options::default()).unwrap();
    (above, engine)
}

fn reopened(above: &Path) -> Result<SledEngine, EngineError> {
    SledEngine::open(&above.join("db"), Options::default())
}

#[test]
fn what_was_committed_is_there_after_reopening() {
    let (above, engine) = created();
    engine.commit(vec![put(b"a", b"1"), put(b"b", b"2"), put(b"c", b"3")]).unwrap();
    engine.commit(vec![put(b"a", b"4"), (b"b".to_vec(), None)]).unwrap();
    engine.close().unwrap();
    assert!(matches!(engine.get(b"a"), Err(EngineError::Stopped(Stop::Closed))));

    let engine = reopened(above.path()).unwrap();
    assert_eq!(engine.get(b"a").unwrap().unwrap(), b"4");
    assert_eq!(engine.get(b"b").unwrap(), None);
    assert_eq!(engine.get(b"c").unwrap().unwrap(), b"3");
}

#[test]
fn of_two_changes_of_one_key_the_later_counts() {
    let (_above, engine) = created();
    engine.commit(vec![put(b"a", b"1"), (b"a".to_vec(), None), put(b"a", b"2")]).unwrap();
    assert_eq!(engine.get(b"a").unwrap().unwrap(), b"2");
}

#[test]
fn a_scan_gives_every_key_of_its_prefix_once_page_by_page() {
    let (_above, engine) = created();
    let key = |space: u8, n: u32| [&[space][..], &n.to_be_bytes()].concat();
    for part in 0..10u32 {
        let batch = (0..50).map(|n| put(&key(0x10, part * 50 + n), &[7; MAX_VALUE])).collect();
        engine.commit(batch).unwrap();
    }
    engine.commit(vec![put(&key(0x0f, 1), b"before"), put(&key(0x11, 0), b"after")]).unwrap();

    let (mut from, mut seen, mut pages) = (Vec::new(), Vec::new(), 0);
    loop {
        let page = engine.scan(&[0x10], &from).unwrap();
        seen.extend(page.items.into_iter().map(|(key, _)| key));
        pages += 1;
        match page.next {
            Some(next) => from = next,
            None => break,
        }
    }
    assert_eq!(seen, (0..500).map(|n| key(0x10, n)).collect::<Vec<_>>());
    assert!(pages > 1);
    let from_the_middle = engine.scan(&[0x10], &key(0x10, 498)).unwrap();
    assert_eq!(from_the_middle.items.len(), 2);
    assert_eq!(engine.scan(&[0x12], &[]).unwrap().items, vec![]);
}

#[test]
fn what_is_too_large_is_refused_and_the_engine_goes_on() {
    let (_above, engine) = created();
    let refused = |batch: Vec<Change>, what: &str| {
        let error = engine.commit(batch).unwrap_err();
        assert!(matches!(error, EngineError::TooLarge { what: w, .. } if w == what), "{error}");
    };
    refused(vec![put(&[1; MAX_KEY + 1], b"")], "key");
    refused(vec![put(b"a", &[1; MAX_VALUE + 1])], "value");
    let many = MAX_BATCH / MAX_VALUE + 1;
    refused((0..many).map(|n| put(&n.to_be_bytes(), &[1; MAX_VALUE])).collect(), "batch");
    assert_eq!(engine.scan(&[], &[]).unwrap().items, vec![]);
    engine.commit(vec![put(&[1; MAX_KEY], &[1; MAX_VALUE])]).unwrap();
}

#[test]
fn two_at_once_are_refused() {
    let (above, _engine) = created();
    let error = reopened(above.path()).unwrap_err();
    assert!(matches!(error, EngineError::Io { doing: "open", .. }), "{error:?}");
}

#[test]
fn a_missing_file_is_an_error_and_never_an_empty_store() {
    let (above, engine) = created();
    engine.commit(vec![put(b"a", b"1")]).unwrap();
    engine.close().unwrap();
    let db = above.path().join("db/db");
    fs::rename(&db, above.path().join("aside")).unwrap();
    assert!(matches!(reopened(above.path()), Err(EngineError::Io { .. })));
    assert!(!db.exists());
    let again = SledEngine::create(&above.path().join("db"), Options::default());
    assert!(matches!(again, Err(EngineError::Io { doing: "make", .. })));
}

#[test]
fn settings_that_were_damaged_or_lost_are_written_anew() {
    let (above, engine) = created();
    engine.commit(vec![put(b"a", b"1")]).unwrap();
    engine.close().unwrap();
    let conf = above.path().join("db/conf");
    let whole = fs::read(&conf).unwrap();
    let mut broken = whole.clone();
    broken[15] ^= 4;
    for damaged in [&broken[..], b"", b"segment_size: 1024\nuse_compression: true\n"] {
        fs::write(&conf, damaged).unwrap();
        let engine = reopened(above.path()).unwrap();
        assert_eq!(engine.get(b"a").unwrap().unwrap(), b"1");
        engine.close().unwrap();
        assert_eq!(fs::read(&conf).unwrap(), whole);
    }
}

#[test]
fn the_settings_are_those_that_sled_writes() {
    let above = tempfile::tempdir().unwrap();
    drop(sled::Config::new().path(above.path().join("sled")).open().unwrap());
    let (ours, _engine) = created();
    assert_eq!(
        fs::read(above.path().join("sled/conf")).unwrap(),
        fs::read(ours.path().join("db/conf")).unwrap()
    );
}

#[test]
fn a_blob_stops_the_store() {
    let (above, engine) = created();
    let blob = above.path().join("db/blobs/7");
    fs::write(&blob, b"x").unwrap();
    let error = engine.commit(vec![put(b"a", b"1")]).unwrap_err();
    assert!(matches!(error, EngineError::Broken { .. }), "{error}");
    assert!(matches!(engine.get(b"a"), Err(EngineError::Stopped(Stop::Broken))));
    drop(engine);
    assert!(matches!(
        reopened(above.path()),
        Err(EngineError::Broken { .. } | EngineError::Io { .. })
    ));
}

#[test]
fn the_longest_values_never_make_a_blob() {
    let (above, engine) = created();
    // In an order that splits leaves everywhere, then shrinks and grows them.
    for round in 0..4u32 {
        let batch = (0..400u32)
            .map(|n| n.wrapping_mul(2_654_435_761) >> 3)
            .map(|n| {
                let short = (n ^ round).is_multiple_of(3);
                put(&n.to_be_bytes(), &vec![round as u8; if short { 1 } else { MAX_VALUE }])
            })
            .collect();
        engine.commit(batch).unwrap();
    }
    assert_eq!(fs::read_dir(above.path().join("db/blobs")).unwrap().count(), 0);
}
