//! A signed head (`GHH1`): the box's word on the chain up to one entry.

use data_encoding::BASE64URL_NOPAD;

use crate::fields::Fields;
use crate::frame::Hash;
use crate::key::{self, PublicKey, label};
use crate::texts::LineError;

/// How a head's line begins.
const PREFIX: &str = "gatehouse-head-1 ";

/// A head, its form checked and its signature not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How often the store had been restored: 0, or the number that the last restore wrote.
    pub generation: u32,
    /// Of this store.
    pub store: [u8; 16],
    /// Number of the entry it covers, with all before it.
    pub seq: u64,
    /// When it was made, milliseconds since 1970 on the box's clock.
    pub time: u64,
    /// Hash of that entry.
    pub hash: Hash,
    /// Public key of its signature.
    pub key: PublicKey,
    signed: [u8; 104],
    signature: [u8; 64],
}

impl Head {
    /// Reads a head from all of `bytes`: 168 of them, `GHH1` first.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut outer = Fields::new(bytes);
        let signed: [u8; 104] = outer.array()?;
        let signature = outer.array()?;
        outer.end()?;

        let mut fields = Fields::new(&signed);
        if fields.array()? != *b"GHH1" {
            return None;
        }
        Some(Self {
            generation: fields.u32()?,
            store: fields.array()?,
            seq: fields.u64()?,
            time: fields.u64()?,
            hash: fields.array()?,
            key: fields.array()?,
            signed,
            signature,
        })
    }

    /// Reads a head as the box prints it: `gatehouse-head-1 ` and 224 characters of base64url.
    /// White space around the line is no matter.
    pub fn parse_line(line: &str) -> Result<Self, LineError> {
        let text = line.trim().strip_prefix(PREFIX).ok_or(LineError::Prefix)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| LineError::Encoding)?;
        Self::parse(&bytes).ok_or(LineError::Form)
    }

    /// Whether its own key signed it.
    pub fn is_signed(&self) -> bool {
        let message = [label!("head"), &self.signed].concat();
        key::has_signed(&self.key, &message, &self.signature)
    }
}
