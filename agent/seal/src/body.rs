//! What a record holds: numbered, typed fields in one canonical encoding, so that equal records
//! hash alike. Never positional; unknown fields and types are kept.

use std::collections::BTreeMap;

use crate::fields::Fields;
use crate::{FormatError, SealError};

pub use crate::value::Value;

/// Longest body, bytes.
pub const MOST: usize = 65_535;
/// `prev` of a record that had no former version.
pub const NO_FORMER: u16 = 0xffff;

/// A record's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The table's definition that wrote it.
    pub schema: u16,
    /// The lowest definition that may change it.
    pub reader: u16,
    /// Seq of the audit entry of this write.
    pub commit: u64,
    /// Index of the former version in that entry, or [`NO_FORMER`].
    pub prev: u16,
    /// The fields by id. Built-in ones from 1, own ones from 2^31.
    pub fields: BTreeMap<u32, Value>,
}

impl Body {
    /// Its bytes. Empty texts, bytes and lists are left out: absent is empty.
    ///
    /// # Errors
    /// [`SealError::Length`] when it is longer than [`MOST`]; [`SealError::Field`] when a value has
    /// no encoding, as text that is not NFC.
    pub fn encode(&self) -> Result<Vec<u8>, SealError> {
        let mut bytes = Vec::new();
        bytes.extend(self.schema.to_be_bytes());
        bytes.extend(self.reader.to_be_bytes());
        bytes.extend(self.commit.to_be_bytes());
        bytes.extend(self.prev.to_be_bytes());
        for (id, value) in &self.fields {
            if value.is_empty() {
                continue;
            }
            if *id == 0 {
                return Err(SealError::Field("field 0"));
            }
            let encoded = value.encode().ok_or(SealError::Field("a value"))?;
            let length = u16::try_from(encoded.len()).map_err(|_| SealError::Length)?;
            bytes.extend(id.to_be_bytes());
            bytes.push(value.kind());
            bytes.extend(length.to_be_bytes());
            bytes.extend(encoded);
        }
        if bytes.len() > MOST { Err(SealError::Length) } else { Ok(bytes) }
    }

    /// Reads a body from all of `bytes`.
    ///
    /// # Errors
    /// [`FormatError`] for anything but the one encoding of a body.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() > MOST {
            return Err(FormatError::Length);
        }
        let mut from = Fields::new(bytes);
        let schema = from.u16()?;
        let reader = from.u16()?;
        let commit = from.u64()?;
        let prev = from.u16()?;
        let mut fields = BTreeMap::new();
        let mut last = 0;
        while !from.is_empty() {
            let id = from.u32()?;
            if id <= last {
                return Err(FormatError::Order(id));
            }
            last = id;
            let kind = from.u8()?;
            let length = from.u16()?;
            let value = Value::decode(kind, from.slice(length.into())?);
            let value = value.filter(|value| !value.is_empty()).ok_or(FormatError::Value(id))?;
            fields.insert(id, value);
        }
        Ok(Self { schema, reader, commit, prev, fields })
    }
}
