//! How the state is written down: in pieces, each entry of the bell and each mute by itself, so that what changes
//! costs little, and what is damaged takes nothing else with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::state::{MAX_BELL, TargetState, Waiting};
use crate::{BellEntry, MAX_MUTES, Moment, Mute, Realm, State, TargetId};

/// Most pieces of a state.
pub const MAX_PIECES: usize = 1 + MAX_BELL + MAX_MUTES;
/// How they are written.
const VERSION: u32 = 1;

/// A piece.
#[derive(Serialize, Deserialize)]
#[serde(tag = "piece", rename_all = "lowercase")]
enum Piece {
    Rest(Box<Rest>),
    Entry(Box<BellEntry>),
    Mute(Box<Mute>),
}

/// All but the bell's entries and mutes.
#[derive(Serialize, Deserialize)]
struct Rest {
    realm: Realm,
    seed: String,
    number: u64,
    waiting: Vec<Waiting>,
    targets: BTreeMap<TargetId, TargetState>,
    bell_lost: u64,
    away: Option<Moment>,
}

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u32,
    #[serde(flatten)]
    piece: T,
}

/// Why a piece cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// A newer version wrote it.
    #[error("version {0} of the alerts' state is newer than this program")]
    Newer(u32),
    /// It is damaged.
    #[error("a piece of the alerts' state cannot be read")]
    Damaged(#[source] serde_json::Error),
}

impl State {
    /// As it is kept, in no order that matters; no two pieces are the same.
    pub fn pieces(&self) -> Result<Vec<Vec<u8>>, serde_json::Error> {
        let rest = Rest {
            realm: self.realm,
            seed: self.seed.clone(),
            number: self.number,
            waiting: self.waiting.clone(),
            targets: self.targets.clone(),
            bell_lost: self.bell_lost,
            away: self.away,
        };
        let entries = self.bell.iter().map(|entry| Piece::Entry(Box::new(entry.clone())));
        let mutes = self.mutes.iter().map(|mute| Piece::Mute(Box::new(mute.clone())));
        let all = std::iter::once(Piece::Rest(Box::new(rest))).chain(entries).chain(mutes);
        all.map(|piece| serde_json::to_vec(&Versioned { version: VERSION, piece })).collect()
    }

    /// From what was kept, as far as it can be read; a new one stands for what cannot. Which cannot, and why, is
    /// given with it.
    pub fn of_pieces<'a>(
        new: Self,
        pieces: impl IntoIterator<Item = &'a [u8]>,
    ) -> (Self, Vec<(usize, Unreadable)>) {
        let (mut state, mut unreadable) = (new, Vec::new());
        for (number, piece) in pieces.into_iter().enumerate() {
            match read(piece) {
                Ok(Piece::Rest(rest)) => {
                    (state.realm, state.seed) = (rest.realm, rest.seed);
                    state.number = state.number.max(rest.number);
                    state.waiting = rest.waiting;
                    state.targets = rest.targets;
                    state.bell_lost = rest.bell_lost;
                    state.away = rest.away;
                }
                Ok(Piece::Entry(entry)) => state.bell.push(*entry),
                Ok(Piece::Mute(mute)) => state.mutes.push(*mute),
                Err(error) => unreadable.push((number, error)),
            }
        }
        state.bell.sort_by_key(BellEntry::order);
        // Without the rest, too, no number is given twice.
        let last = state.bell.iter().map(|entry| entry.id).max().unwrap_or_default();
        state.number = state.number.max(last);
        (state, unreadable)
    }
}

fn read(bytes: &[u8]) -> Result<Piece, Unreadable> {
    #[derive(Deserialize)]
    struct Nothing {}
    let known: Versioned<Nothing> = serde_json::from_slice(bytes).map_err(Unreadable::Damaged)?;
    if known.version != VERSION {
        return Err(Unreadable::Newer(known.version));
    }
    let read: Versioned<Piece> = serde_json::from_slice(bytes).map_err(Unreadable::Damaged)?;
    Ok(read.piece)
}
