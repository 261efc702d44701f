//! AES-GCM alone does not commit to its key: what was sealed rightly around a wrong commitment is
//! refused all the same. Made by hand, with other code than the crate's.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod sample;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use hkdf::Hkdf;
use sample::{SECRET, STORE};
use seal::OpenError;
use seal::keys::{Slot, WrappedKey};
use sha2::{Digest, Sha256};

fn seal(key: &[u8; 32], nonce: &[u8], aad: &[u8], text: &[u8]) -> Vec<u8> {
    let nonce: &[u8; 12] = nonce.try_into().unwrap();
    Aes256Gcm::new(key.into()).encrypt(nonce.into(), Payload { msg: text, aad }).unwrap()
}

/// A wrapped key like `like`, around `text`.
fn wrapped(like: &WrappedKey, wrapping: &seal::Key, text: [u8; 32]) -> WrappedKey {
    let mut bytes = like.encode();
    let aad = [b"gatehouse/1 key\0", &STORE.0[..], &bytes[..56], &bytes[116..124]].concat();
    let sealed = seal(wrapping.as_bytes(), &bytes[56..68], &aad, &text);
    bytes[68..116].copy_from_slice(&sealed);
    let sum = Sha256::digest(&bytes[..124]);
    bytes[124..].copy_from_slice(&sum[..4]);
    WrappedKey::decode(&bytes).unwrap()
}

#[test]
fn a_wrapped_key_that_holds_another_than_it_names_is_refused() {
    let (key, kek) = (sample::table_key(), sample::kek());
    let right = wrapped(&key, &kek, *sample::table().as_bytes());
    assert_eq!(right, key, "made by hand, the same bytes");
    let other = wrapped(&key, &kek, [99; 32]);
    assert_eq!(other.open(&kek, &STORE).unwrap_err(), OpenError::Key);
}

#[test]
fn a_tombstone_that_holds_a_key_is_refused() {
    let (tomb, table) = (sample::tombstone(), sample::table());
    assert_eq!(wrapped(&tomb, &table, [0; 32]), tomb, "made by hand, the same bytes");
    let key = *sample::key(9).as_bytes();
    assert_eq!(wrapped(&tomb, &table, key).open(&table, &STORE).unwrap_err(), OpenError::Key);
}

/// A slot like the sample's with this commitment; `None` for the right one.
fn slot(commitment: Option<[u8; 32]>) -> Slot {
    let mut bytes = sample::slot().encode();
    let (_, unlock) = Hkdf::<Sha256>::extract(Some(&bytes[40..56]), &SECRET);
    let expand = |label: &[u8]| {
        let mut out = [0; 32];
        unlock.expand(label, &mut out).unwrap();
        out
    };
    let right = expand(b"gatehouse/1 slot-commit\0");
    bytes[64..96].copy_from_slice(&commitment.unwrap_or(right));
    let state = bytes[5];
    bytes[5] = 0;
    let aad = [b"gatehouse/1 slot\0", &STORE.0[..], &bytes[..96]].concat();
    bytes[5] = state;
    let wrap = expand(b"gatehouse/1 slot-wrap\0");
    let sealed = seal(&wrap, &bytes[96..108], &aad, sample::master().as_bytes());
    bytes[108..156].copy_from_slice(&sealed);
    Slot::decode(&bytes).unwrap().unwrap()
}

#[test]
fn a_slot_that_opens_without_being_committed_to_its_secret_is_refused() {
    assert_eq!(slot(None), sample::slot(), "made by hand, the same bytes");
    assert!(slot(Some([7; 32])).open(&SECRET, &STORE).is_none());
}
