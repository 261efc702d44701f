//! The passphrase of a store: which texts may be one, in which form, and what Argon2id makes of it.

use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_public_assigned;
use zeroize::Zeroizing;

use crate::keys::Argon;

/// Fewest characters of a passphrase.
pub const LEAST: usize = 12;
/// Most characters: enough for any sentence, and no work for an attacker to give us.
pub const MOST: usize = 1_000;

/// Why a text cannot be a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// Fewer than [`LEAST`] characters.
    #[error("{0} characters are too few")]
    TooShort(usize),
    /// More than [`MOST`].
    #[error("{0} characters are too many")]
    TooLong(usize),
    /// A control character, by its place from 1.
    #[error("character {0} is a control character")]
    Control(usize),
    /// A character that Unicode has not assigned, by its place from 1.
    #[error("character {0} is not assigned")]
    Unassigned(usize),
    /// Argon2 costs that no reader takes.
    #[error("these Argon2 costs are not allowed")]
    Costs,
}

/// The form that is derived from: NFKC, white space around it cut. Whether it is a known bad one
/// is for the caller to say.
///
/// # Errors
/// [`PassphraseError`] for what cannot have been set as a passphrase.
pub fn normalise(typed: &str) -> Result<Zeroizing<String>, PassphraseError> {
    let typed_length = typed.chars().count();
    if typed_length > MOST {
        return Err(PassphraseError::TooLong(typed_length));
    }
    let folded = Zeroizing::new(typed.nfkc().collect::<String>());
    let text = Zeroizing::new(folded.trim().to_owned());
    for (at, character) in text.chars().enumerate() {
        if character.is_control() {
            return Err(PassphraseError::Control(at + 1));
        }
        if !is_public_assigned(character) && !is_private(character) {
            return Err(PassphraseError::Unassigned(at + 1));
        }
    }
    let length = text.chars().count();
    if length < LEAST { Err(PassphraseError::TooShort(length)) } else { Ok(text) }
}

/// Argon2id (RFC 9106), 32 bytes. Takes as much memory as `argon` says, and about 0.2 s.
///
/// # Errors
/// [`PassphraseError::Costs`].
pub fn derive(
    text: &str,
    salt: &[u8; 16],
    argon: Argon,
) -> Result<Zeroizing<[u8; 32]>, PassphraseError> {
    if !argon.is_allowed() {
        return Err(PassphraseError::Costs);
    }
    let params = Params::new(argon.memory, argon.passes, argon.lanes, Some(32))
        .map_err(|_| PassphraseError::Costs)?;
    let mut secret = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(text.as_bytes(), salt, &mut secret[..])
        .map_err(|_| PassphraseError::Costs)?;
    Ok(secret)
}

fn is_private(character: char) -> bool {
    matches!(character,
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}')
}
