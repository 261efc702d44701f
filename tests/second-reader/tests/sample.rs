//! Today's program writes the committed sample again, byte for byte, and opens it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::path::PathBuf;

use seal::Key;
use seal::body::Body;
use seal::keys::{KeysFile, Kind, WrappedKey};
use seal::{keys, passphrase, record};
use second_reader_tests::{ERASED, PASSPHRASE, PERSON, RECOVERY, STORE, contact, key, make};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sample").join(name)
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(file(name)).unwrap()
}

/// `GATEHOUSE_WRITE_SAMPLE=1` writes it: only for a sample of a new format, beside the old one.
#[test]
fn the_program_still_writes_the_sample() {
    for (name, bytes) in make().unwrap() {
        if std::env::var_os("GATEHOUSE_WRITE_SAMPLE").is_some() {
            std::fs::write(file(name), &bytes).unwrap();
        }
        assert!(read(name) == bytes, "{name} is written otherwise");
    }
}

#[test]
fn the_program_opens_the_sample() {
    let sample = KeysFile::decode(&read("keys")).unwrap();
    assert_eq!((sample.store, sample.generation), (STORE, 3));
    let by_passphrase = sample.slots[0].as_ref().unwrap();
    let typed = passphrase::normalise(PASSPHRASE).unwrap();
    let secret =
        passphrase::derive(&typed, &by_passphrase.salt, by_passphrase.argon.unwrap()).unwrap();
    let master = by_passphrase.open(&secret[..], &STORE).unwrap();
    let by_recovery = sample.slots[1].as_ref().unwrap().open(&RECOVERY, &STORE).unwrap();
    assert_eq!((master.id(), by_recovery.id()), (key(1).id(), key(1).id()));
    sample.check(&master).unwrap();

    let kek = sample.keys[0].open(&master, &STORE).unwrap();
    for wrapped in &sample.keys[1..] {
        let opened = wrapped.open(&kek, &STORE).unwrap();
        assert_eq!(opened.id(), wrapped.key);
    }
    let people = read("person-keys");
    let [living, erased] = [0, 128].map(|at| WrappedKey::decode(&people[at..at + 128]).unwrap());
    assert_eq!((living.person, erased.person), (PERSON, ERASED));
    assert_eq!(erased.kind, Kind::Tombstone);
    let person: Key = living.open(&key(12), &STORE).unwrap();
    assert_eq!(sample.slots.len(), keys::SLOTS);

    let (dump, mut at, mut pieces) = (read("records"), 0, Vec::new());
    while at < dump.len() {
        let length = u32::from_be_bytes(dump[at..at + 4].try_into().unwrap()) as usize;
        let part = &dump[at + 4..at + 4 + length];
        let header = record::header(part).unwrap();
        if (header.id, header.version.0) == (PERSON, 2) {
            pieces.extend(record::open(&person, &STORE, part).unwrap());
        }
        at += 4 + length;
    }
    assert_eq!(Body::decode(&pieces).unwrap(), contact());
}

#[test]
fn the_verifier_accepts_what_the_program_exports() {
    let (export, line) = (read("export"), read("head"));
    let head = verify::Head::parse_line(std::str::from_utf8(&line).unwrap()).unwrap();
    let check = |bytes: &[u8]| verify::check(bytes, vec![head.clone()], true);
    assert_eq!(check(&export).unwrap().proven, Some(1));
    for at in 0..export.len() {
        let mut changed = export.clone();
        changed[at] ^= 1;
        assert!(check(&changed).is_err(), "byte {at}");
    }
}
