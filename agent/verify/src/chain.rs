//! The chain as far as it was read: number, hash, generation and key of its last entry.

use sha2::{Digest, Sha256};

use crate::frame::{self, Frame, Hash, Mark};
use crate::given::Start;
use crate::head::Head;
use crate::key::{self, PublicKey, label};
use crate::texts::{Note, Refusal};
use crate::time::Time;

/// The last entry read, and what is in force from it on.
#[derive(Clone, Copy)]
pub struct Entry {
    pub seq: u64,
    pub hash: Hash,
    /// Of the last mark 3 at or below it.
    pub generation: u32,
    /// Of the last mark 1 or 4 at or below it.
    pub key: PublicKey,
}

impl Entry {
    /// Holds a signed head of this hash against what is in force.
    pub fn matches(&self, head: &Head) -> Result<(), Refusal> {
        let seq = self.seq;
        if head.generation != self.generation {
            let (found, expected) = (head.generation, self.generation);
            return Err(Refusal::HeadGeneration { seq, found, expected });
        }
        if head.key != self.key {
            return Err(Refusal::HeadKey { seq });
        }
        Ok(())
    }
}

/// Extends entry by entry.
pub struct Chain {
    store: [u8; 16],
    next: u64,
    before: Hash,
    generation: u32,
    key: Option<PublicKey>,
    time: Option<Time>,
}

impl Chain {
    /// Of `store`, from entry `first` on, whose former has the hash `before`; `start` says what is
    /// in force there, `None` if `first` is 0.
    pub fn new(store: [u8; 16], first: u64, before: Hash, start: Option<Start>) -> Self {
        let (generation, key) = match start {
            Some(start) => (start.generation, Some(start.key)),
            None => (0, None),
        };
        Self { store, next: first, before, generation, key, time: None }
    }

    /// Whose chain it is.
    pub fn store(&self) -> [u8; 16] {
        self.store
    }

    /// Number of the next entry.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Adds the entry with these bytes.
    pub fn extend(&mut self, bytes: &[u8]) -> Result<(Entry, Frame, Vec<Note>), Refusal> {
        let seq = self.next;
        let frame = frame::parse(bytes).map_err(|error| Refusal::frame(seq, error))?;
        if frame.seq != seq {
            return Err(Refusal::Seq { expected: seq, found: frame.seq });
        }
        if frame.before != self.before {
            return Err(Refusal::Before { seq });
        }

        let mut notes = Vec::new();
        let time = Time(frame.time);
        if let Some(former) = self.time.filter(|former| former.0 > time.0) {
            notes.push(Note::ClockBack { seq, from: former, to: time });
        }
        notes.extend(self.mark(seq, &frame.mark)?);
        let key = self.key.ok_or(Refusal::NoGenesis)?;

        self.before = hash(&self.store, bytes);
        self.next = seq.checked_add(1).ok_or(Refusal::Overflow { seq })?;
        self.time = Some(time);
        Ok((Entry { seq, hash: self.before, generation: self.generation, key }, frame, notes))
    }

    /// Brings a mark into force.
    fn mark(&mut self, seq: u64, mark: &Mark) -> Result<Option<Note>, Refusal> {
        match (mark, self.key) {
            (Mark::Genesis { key }, None) => {
                self.key = Some(usable(seq, key)?);
                Ok(None)
            }
            (_, None) => Err(Refusal::NoGenesis),
            (Mark::Genesis { .. }, Some(_)) => Err(Refusal::SecondGenesis { seq }),
            (Mark::Ordinary, _) => Ok(None),
            (&Mark::Gap { from, to }, _) => {
                Ok(Some(Note::Gap { seq, from: Time(from), to: Time(to) }))
            }
            (&Mark::Restored { generation, copy }, _) => {
                if generation <= self.generation {
                    return Err(Refusal::Generation { seq });
                }
                self.generation = generation;
                Ok(Some(Note::Restored { seq, generation, copy: Time(copy) }))
            }
            (Mark::NewKey { key, signature }, Some(former)) => {
                let new = usable(seq, key)?;
                let message = [label!("key-change"), &self.store, &seq.to_be_bytes(), key].concat();
                if !key::has_signed(&former, &message, signature) {
                    return Err(Refusal::KeyChange { seq });
                }
                self.key = Some(new);
                Ok(Some(Note::NewKey { seq }))
            }
            (&Mark::Retention { first, last }, _) => {
                if first > last || last >= seq {
                    return Err(Refusal::Retention { seq });
                }
                Ok(Some(Note::Retention { seq, first, last }))
            }
        }
    }
}

fn usable(seq: u64, key: &PublicKey) -> Result<PublicKey, Refusal> {
    if key::is_usable(key) { Ok(*key) } else { Err(Refusal::UnusableKey { seq }) }
}

/// The hash of an entry: it names the store, so that no chain can be told as another's.
fn hash(store: &[u8; 16], frame: &[u8]) -> Hash {
    Sha256::new()
        .chain_update(label!("entry"))
        .chain_update(store)
        .chain_update(frame)
        .finalize()
        .into()
}
