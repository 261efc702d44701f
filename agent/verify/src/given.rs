//! Heads that were kept outside the box: the only thing that proves the chain's end.

use std::collections::BTreeMap;

use crate::chain::Entry;
use crate::frame::Hash;
use crate::head::Head;
use crate::key::PublicKey;
use crate::texts::{Note, Refusal};

/// Heads given by the auditor, and what the chain has said of each so far.
pub struct Given {
    /// By seq, ascending.
    heads: Vec<Known>,
    /// How many of `heads` the chain has passed.
    passed: usize,
    /// The highest one on the chain.
    proven: Option<u64>,
}

struct Known {
    head: Head,
    /// The restore that explains why it is not on the chain: its seq, if the export holds it.
    excuse: Option<Option<u64>>,
    /// Not on the chain, and excused.
    lost: bool,
    /// Below what the export could be held against.
    below: bool,
    /// Its key is or was one of this chain.
    key_known: bool,
}

/// What a partial export begins with: of the given head right before it.
pub struct Start {
    pub generation: u32,
    pub key: PublicKey,
}

impl Given {
    /// Refuses heads of another store than `store`, and such as their own key did not sign.
    pub fn new(mut heads: Vec<Head>, store: &[u8; 16]) -> Result<Self, Refusal> {
        for head in &heads {
            if head.store != *store {
                return Err(Refusal::GivenStore { seq: head.seq });
            }
            if !head.is_signed() {
                return Err(Refusal::GivenSignature { seq: head.seq });
            }
        }
        heads.sort_by_key(|head| head.seq);
        let known =
            |head| Known { head, excuse: None, lost: false, below: false, key_known: false };
        Ok(Self { heads: heads.into_iter().map(known).collect(), passed: 0, proven: None })
    }

    /// Holds an export that begins at `first`, above 0, against the heads right before it.
    pub fn start(&mut self, first: u64, before: &Hash) -> Result<Start, Refusal> {
        let former = first - 1;
        let at = |known: &&mut Known| known.head.seq == former;
        let start = self
            .heads
            .iter_mut()
            .filter(at)
            .find(|known| known.head.hash == *before)
            .map(|known| Start { generation: known.head.generation, key: known.head.key })
            .ok_or(Refusal::NoStart { first })?;

        // A generation above 0 was begun by a mark 3 at or below the start: for a head at or above
        // it, that is an excuse like any other.
        for known in &mut self.heads {
            if known.head.seq >= former && known.head.generation < start.generation {
                known.excuse = Some(None);
            }
        }
        for known in self.heads.iter_mut().filter(|known| known.head.seq < former) {
            known.below = true;
        }
        self.passed = self.heads.partition_point(|known| known.head.seq < former);
        let entry =
            Entry { seq: former, hash: *before, generation: start.generation, key: start.key };
        self.pass(&entry)?;
        self.proven = None; // proves what lies before this export, nothing of it
        self.key(&start.key);
        Ok(start)
    }

    /// A key that is or becomes one of this chain.
    pub fn key(&mut self, key: &PublicKey) {
        for known in self.heads.iter_mut().filter(|known| known.head.key == *key) {
            known.key_known = true;
        }
    }

    /// A mark 3 at `seq` begins `generation`.
    pub fn restored(&mut self, seq: u64, generation: u32) {
        for known in self.heads.iter_mut().skip(self.passed) {
            if known.head.generation < generation && known.excuse.is_none() {
                known.excuse = Some(Some(seq));
            }
        }
    }

    /// The chain has reached `entry`. `true` if a given head covers it.
    pub fn pass(&mut self, entry: &Entry) -> Result<bool, Refusal> {
        let seq = entry.seq;
        let mut covered = false;
        while let Some(known) =
            self.heads.get_mut(self.passed).filter(|known| known.head.seq == seq)
        {
            self.passed += 1;
            if known.head.hash == entry.hash {
                entry.matches(&known.head)?;
                covered = true;
            } else if known.excuse.is_some() {
                known.lost = true;
            } else {
                return Err(Refusal::Fork { seq });
            }
        }
        if covered {
            self.proven = Some(seq);
        }
        Ok(covered)
    }

    /// The chain ends with `last`. Says what became of the heads that are not on it, and the
    /// highest that is.
    pub fn finish(&mut self, last: u64) -> Result<(Option<u64>, Vec<Note>), Refusal> {
        for known in self.heads.iter_mut().skip(self.passed) {
            if known.excuse.is_none() {
                return Err(Refusal::Cut { head: known.head.seq, last });
            }
            known.lost = true;
        }

        let mut notes = Vec::new();
        let mut ranges: BTreeMap<(u32, Option<u64>), u64> = BTreeMap::new();
        for Known { head, excuse, lost, below, key_known } in &self.heads {
            if *below {
                notes.push(Note::Below { seq: head.seq });
            } else if *lost && *key_known {
                // Heads ascend, so the last one of a range is its highest.
                ranges.insert((head.generation, excuse.flatten()), head.seq);
            } else if *lost {
                notes.push(Note::UnknownKey { seq: head.seq, generation: head.generation });
            }
        }
        let lost = |((generation, restore), to)| Note::Lost { generation, restore, to };
        notes.extend(ranges.into_iter().map(lost));
        Ok((self.proven, notes))
    }
}
