//! Golden bytes: one of each structure, made from fixed keys, nonces and times. A change here is a
//! change of the written format (decision 0002), never a thing to be made green again.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod sample;

use std::path::Path;

use seal::audit::SignedHead;

/// `GOLDEN=write cargo test -p seal --test golden` writes those that are not there yet.
fn same(name: &str, bytes: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let hex: Vec<String> = bytes
        .chunks(32)
        .map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect())
        .collect();
    let hex = hex.join("\n") + "\n";
    if !path.exists() && std::env::var_os("GOLDEN").is_some() {
        std::fs::write(&path, &hex).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), hex, "{name}");
}

#[test]
fn a_body_has_these_bytes() {
    same("body.hex", &sample::body().encode().unwrap());
}

#[test]
fn a_record_has_these_bytes() {
    same("record.hex", &sample::record());
}

#[test]
fn wrapped_keys_have_these_bytes() {
    same("wrapped-table.hex", &sample::table_key().encode());
    same("wrapped-person.hex", &sample::person_key().encode());
    same("tombstone.hex", &sample::tombstone().encode());
}

#[test]
fn slots_have_these_bytes() {
    same("slot-recovery.hex", &sample::slot().encode());
}

#[test]
fn a_key_file_has_these_bytes() {
    let bytes = sample::keys_file().encode(&sample::master()).unwrap();
    assert_eq!(bytes.len(), 1 << 20);
    let used = 64 + 8 * 192 + 2 * 128 + 64;
    assert!(bytes[used..].iter().all(|byte| *byte == 0));
    same("keys.hex", &bytes[..used]);
}

#[test]
fn tries_have_these_bytes() {
    same("attempts.hex", &sample::attempts().encode()[..64]);
}

#[test]
fn a_note_of_a_restore_has_these_bytes() {
    same("restored.hex", &sample::restored().encode());
}

#[test]
fn frames_have_these_bytes() {
    for (name, frame) in sample::frames() {
        same(&format!("frame-{name}.hex"), &frame.encode().unwrap());
    }
}

#[test]
fn a_head_has_these_bytes_and_this_line() {
    let head: SignedHead = sample::head();
    same("head.hex", &head.encode());
    let line = head.line();
    assert_eq!(line.len(), "gatehouse-head-1 ".len() + 224);
    same("head-line.hex", line.as_bytes());
}

#[test]
fn an_export_begins_so() {
    let header = seal::audit::export_header(sample::STORE, 7, &[9; 32]);
    let item = seal::audit::export_item(seal::audit::ITEM_END, &3_u64.to_be_bytes()).unwrap();
    same("export.hex", &[header, item].concat());
}

#[test]
fn a_recovery_key_reads_so() {
    let key: [u8; 20] = std::array::from_fn(|n| u8::try_from(n * 13).unwrap());
    same("recovery.hex", seal::recovery::encode(&key).as_bytes());
}
