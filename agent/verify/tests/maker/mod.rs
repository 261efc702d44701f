//! Makes chains and exports from docs/audit-format.md alone: what the program under test reads is
//! not what it was written with.
#![allow(dead_code, reason = "each test takes what it needs")]

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};

pub const STORE: [u8; 16] = *b"a store of tests";
/// 2026-11-24.
pub const NOW: u64 = 1_795_478_400_000;

pub type Hash = [u8; 32];

#[derive(Clone)]
pub struct Entry {
    pub frame: Vec<u8>,
    pub parts: Vec<Vec<u8>>,
    pub heads: Vec<Vec<u8>>,
    pub hash: Hash,
}

/// A chain that grows, as an honest box would let it.
#[derive(Clone)]
pub struct Maker {
    pub store: [u8; 16],
    pub key: SigningKey,
    pub generation: u32,
    pub entries: Vec<Entry>,
    pub time: u64,
}

pub fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

impl Maker {
    /// With the genesis entry.
    pub fn new() -> Self {
        let mut maker =
            Self { store: STORE, key: key(1), generation: 0, entries: Vec::new(), time: NOW };
        let public = maker.key.verifying_key().to_bytes();
        maker.entry(1, &public, &[]);
        maker
    }

    /// With genesis and `n` ordinary entries of one part each.
    pub fn with(n: usize) -> Self {
        let mut maker = Self::new();
        maker.ordinary(n);
        maker
    }

    pub fn seq(&self) -> u64 {
        self.entries.len() as u64
    }

    pub fn last_hash(&self) -> Hash {
        self.entries.last().map_or([0; 32], |entry| entry.hash)
    }

    pub fn entry(&mut self, mark: u16, extra: &[u8], parts: &[Vec<u8>]) {
        self.time += 1_000;
        let frame = frame(mark, self.seq(), self.time, &self.last_hash(), parts, extra);
        let hash = entry_hash(&self.store, &frame);
        self.entries.push(Entry { frame, parts: parts.to_vec(), heads: Vec::new(), hash });
    }

    pub fn ordinary(&mut self, n: usize) {
        for _ in 0..n {
            let part = [self.seq().to_be_bytes().as_slice(), &[7; 100]].concat();
            self.entry(0, &[], &[part]);
        }
    }

    pub fn gap(&mut self) {
        let extra = [NOW.to_be_bytes(), (NOW + 500).to_be_bytes()].concat();
        self.entry(2, &extra, &[]);
    }

    /// Goes back to the first `n` entries, as a restore of a copy does, and says so.
    pub fn restore(&mut self, n: usize, generation: u32) {
        self.entries.truncate(n);
        self.generation = generation;
        let extra = [generation.to_be_bytes().as_slice(), &NOW.to_be_bytes()].concat();
        self.entry(3, &extra, &[]);
    }

    pub fn new_key(&mut self, new: SigningKey) {
        let public = new.verifying_key().to_bytes();
        let seq = self.seq().to_be_bytes();
        let message = [b"gatehouse/1 key-change\0".as_slice(), &self.store, &seq, &public].concat();
        let extra = [public.as_slice(), &self.key.sign(&message).to_bytes()].concat();
        self.key = new;
        self.entry(4, &extra, &[]);
    }

    /// Removes the parts of `first` to `last`, and says so.
    pub fn retention(&mut self, first: u64, last: u64) {
        for entry in &mut self.entries[first as usize..=last as usize] {
            entry.parts.iter_mut().for_each(Vec::clear);
        }
        let extra = [first.to_be_bytes(), last.to_be_bytes()].concat();
        self.entry(5, &extra, &[]);
    }

    /// A head over the last entry.
    pub fn head(&self) -> Vec<u8> {
        self.head_of(self.seq() - 1, &self.last_hash())
    }

    pub fn head_of(&self, seq: u64, hash: &Hash) -> Vec<u8> {
        head(&self.key, self.generation, &self.store, seq, hash)
    }

    pub fn line(&self) -> String {
        line(&self.head())
    }

    /// Puts a head behind the last entry, as the box does hourly.
    pub fn keep_head(&mut self) {
        let head = self.head();
        self.entries.last_mut().unwrap().heads.push(head);
    }

    /// The whole chain.
    pub fn export(&self) -> Vec<u8> {
        self.export_from(0)
    }

    pub fn export_from(&self, first: usize) -> Vec<u8> {
        let mut maker = self.clone();
        maker.keep_head();
        export(&maker.store, first, &maker.entries)
    }
}

pub fn frame(
    mark: u16,
    seq: u64,
    time: u64,
    before: &Hash,
    parts: &[Vec<u8>],
    extra: &[u8],
) -> Vec<u8> {
    let mut frame = b"GHA1".to_vec();
    frame.extend(mark.to_be_bytes());
    frame.extend((parts.len() as u16).to_be_bytes());
    frame.extend(seq.to_be_bytes());
    frame.extend(time.to_be_bytes());
    frame.extend(before);
    for part in parts {
        frame.extend(Sha256::digest(part));
    }
    frame.extend((extra.len() as u16).to_be_bytes());
    frame.extend(extra);
    frame
}

pub fn entry_hash(store: &[u8; 16], frame: &[u8]) -> Hash {
    Sha256::digest([b"gatehouse/1 entry\0", store.as_slice(), frame].concat()).into()
}

pub fn head(key: &SigningKey, generation: u32, store: &[u8; 16], seq: u64, hash: &Hash) -> Vec<u8> {
    let mut head = b"GHH1".to_vec();
    head.extend(generation.to_be_bytes());
    head.extend(store);
    head.extend(seq.to_be_bytes());
    head.extend(NOW.to_be_bytes());
    head.extend(hash);
    head.extend(key.verifying_key().to_bytes());
    assert_eq!(head.len(), 104);
    let message = [b"gatehouse/1 head\0".as_slice(), &head].concat();
    head.extend(key.sign(&message).to_bytes());
    head
}

pub fn line(head: &[u8]) -> String {
    format!("gatehouse-head-1 {}", BASE64URL_NOPAD.encode(head))
}

pub fn header(store: &[u8; 16], first: u64, before: &Hash) -> Vec<u8> {
    [b"GHX1".as_slice(), store, &first.to_be_bytes(), before].concat()
}

pub fn item(kind: u8, bytes: &[u8]) -> Vec<u8> {
    [&[kind], (bytes.len() as u32).to_be_bytes().as_slice(), bytes].concat()
}

/// An export of `entries[first..]`, whatever they are.
pub fn export(store: &[u8; 16], first: usize, entries: &[Entry]) -> Vec<u8> {
    let before = first.checked_sub(1).map_or([0; 32], |former| entries[former].hash);
    let mut bytes = header(store, first as u64, &before);
    for entry in &entries[first..] {
        bytes.extend(item(1, &entry.frame));
        entry.parts.iter().for_each(|part| bytes.extend(item(2, part)));
        entry.heads.iter().for_each(|head| bytes.extend(item(3, head)));
    }
    bytes.extend(item(0, &((entries.len() - first) as u64).to_be_bytes()));
    bytes
}
