//! The written formats. Where a checksum stands before the parser it is made right, so that what
//! lies behind it is reached. What is accepted has one encoding: the bytes that were read.

use seal::audit::{Frame, SignedHead};
use seal::body::Body;
use seal::keys::{KeysFile, Slot, WrappedKey};
use seal::{Key, attempts, keys, passphrase, record, recovery};
use sha2::{Digest, Sha256};

pub fn body(bytes: &[u8]) {
    if let Ok(body) = Body::decode(bytes) {
        assert_eq!(body.encode().unwrap(), bytes);
    }
}

/// The key is none of theirs: nothing may open.
pub fn record(bytes: &[u8]) {
    let parsed = record::header(bytes);
    assert_eq!(parsed.is_ok(), record::tag(bytes).is_ok());
    let store = seal::StoreId([7; 16]);
    assert!(record::open(&Key::from_bytes([7; 32]), &store, bytes).is_err());
}

pub fn wrapped_key(bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    bytes.resize(124, 0);
    let sum = Sha256::digest(&bytes);
    bytes.extend(sum.iter().take(4));
    if let Ok(key) = WrappedKey::decode(&bytes) {
        assert_eq!(key.encode().as_slice(), bytes);
    }
}

pub fn slot(bytes: &[u8]) {
    if let Ok(Some(slot)) = Slot::decode(bytes) {
        assert_eq!(slot.encode().as_slice(), bytes);
        assert!(slot.open(b"no secret", &seal::StoreId([7; 16])).is_none());
    }
}

/// The first bytes of a key file: header, slots, some keys.
pub fn keys_file(bytes: &[u8]) {
    let Some(count) = bytes.get(32..36) else { return };
    let count = count.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let end = 64 + keys::SLOTS * 192 + count.min(32) * 128 + 32;
    let mut file = bytes.to_vec();
    file.resize(end, 0);
    let sum = Sha256::digest(&file);
    file.extend(sum);
    file.resize(keys::LENGTH, 0);
    if let Ok(read) = KeysFile::decode(&file) {
        assert_eq!(read.keys.len(), count);
        assert!(read.check(&Key::from_bytes([7; 32])).is_err());
    }
}

pub fn attempts(bytes: &[u8]) {
    let mut slot = bytes.to_vec();
    slot.resize(32, 0);
    let sum = Sha256::digest(&slot);
    slot.extend(sum);
    slot.resize(512, 0);
    if let Ok(read) = attempts::Attempts::decode(&slot) {
        assert_eq!(read.encode().as_slice(), slot);
    }
}

pub fn frame(bytes: &[u8]) {
    if let Ok(frame) = Frame::decode(bytes) {
        assert_eq!(frame.encode().unwrap(), bytes);
    }
}

pub fn head(bytes: &[u8]) {
    let (ours, theirs) = (SignedHead::decode(bytes), verify::Head::parse(bytes));
    assert_eq!(ours.is_ok(), theirs.is_some());
    if let (Ok(ours), Some(theirs)) = (ours, theirs) {
        assert_eq!(ours.encode(), bytes);
        assert_eq!(ours.is_signed(), theirs.is_signed());
    }
}

pub fn recovery_key(bytes: &[u8]) {
    let Ok(typed) = std::str::from_utf8(bytes) else { return };
    if let Ok(key) = recovery::parse(typed) {
        assert_eq!(*recovery::parse(&recovery::encode(&key)).unwrap(), *key);
    }
}

/// What is derived from does not change when it is typed again.
pub fn passphrase(bytes: &[u8]) {
    let Ok(typed) = std::str::from_utf8(bytes) else { return };
    if let Ok(text) = passphrase::normalise(typed) {
        assert_eq!(*passphrase::normalise(&text).unwrap(), *text);
    }
}
