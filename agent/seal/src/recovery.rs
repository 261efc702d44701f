//! The recovery key: 160 random bits as 32 Crockford Base32 symbols and 3 of check sum, in seven
//! groups of five.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::label;

const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 35;
const GROUP: usize = 5;

/// What was typed is no recovery key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryError {
    /// Not 35 symbols; how many there are.
    #[error("{0} symbols instead of 35")]
    Length(usize),
    /// A character that stands for none, by its place from 1.
    #[error("symbol {0} is none")]
    Symbol(usize),
    /// The check sum is another one: a slip.
    #[error("the check sum is another one")]
    Sum,
}

/// The key as it is shown and printed.
#[must_use]
pub fn encode(key: &[u8; 20]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(LENGTH + LENGTH / GROUP));
    for (at, value) in values(key).iter().copied().enumerate() {
        if at > 0 && at % GROUP == 0 {
            text.push('-');
        }
        let symbol = SYMBOLS.get(usize::from(value)).copied().unwrap_or_default();
        text.push(char::from(symbol));
    }
    text
}

/// What a person typed: any case, O for 0, I and L for 1, with or without spaces and hyphens.
///
/// # Errors
/// [`RecoveryError`]. A slip passes 1 in 32,768 and then opens nothing.
pub fn parse(typed: &str) -> Result<Zeroizing<[u8; 20]>, RecoveryError> {
    let mut given = Zeroizing::new(Vec::with_capacity(LENGTH));
    let mut wrong = None;
    for character in typed.nfkc().flat_map(char::to_uppercase) {
        let symbol = match character {
            '-' | '\u{2010}' => continue,
            space if space.is_whitespace() => continue,
            'O' => b'0',
            'I' | 'L' => b'1',
            other => u8::try_from(other).unwrap_or_default(),
        };
        let value = SYMBOLS.iter().position(|one| *one == symbol);
        match value.and_then(|value| u8::try_from(value).ok()) {
            Some(value) => given.push(value),
            None => {
                given.push(0);
                wrong.get_or_insert(given.len());
            }
        }
    }
    if let Some(place) = wrong {
        return Err(RecoveryError::Symbol(place));
    }
    if given.len() != LENGTH {
        return Err(RecoveryError::Length(given.len()));
    }
    let mut key = Zeroizing::new([0; 20]);
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut to = key.iter_mut();
    for value in given.iter().take(32) {
        bits = (bits << 5 | u32::from(*value)) & 0xfff;
        held += 5;
        if held >= 8 {
            held -= 8;
            if let (Some(byte), [.., low]) = (to.next(), (bits >> held).to_be_bytes()) {
                *byte = low;
            }
        }
    }
    if *values(&key) == given[..] { Ok(key) } else { Err(RecoveryError::Sum) }
}

/// All 35 symbols as numbers, highest bit first.
fn values(key: &[u8; 20]) -> Zeroizing<Vec<u8>> {
    let sum = Sha256::new().chain_update(label!("recovery")).chain_update(key).finalize();
    let mut values = Zeroizing::new(Vec::with_capacity(LENGTH + 1));
    let (mut bits, mut held) = (0_u32, 0_u32);
    // 160 bits of key and the first 15 of the sum's first 16.
    for byte in key.iter().chain(sum.iter().take(2)) {
        bits = (bits << 8 | u32::from(*byte)) & 0xfff;
        held += 8;
        while held >= 5 {
            held -= 5;
            let [.., low] = (bits >> held & 0x1f).to_be_bytes();
            values.push(low);
        }
    }
    values
}
