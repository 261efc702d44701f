//! The value of one field, in its one encoding.

use unicode_normalization::is_nfc;

use crate::fields::Fields;
use crate::{RecordId, TableId};

/// What a field holds. Absent is empty: an empty text, bytes or list is not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// UTF-8 in NFC.
    Text(String),
    /// Whole number.
    Integer(i64),
    /// `mantissa` × 10^−`scale`; the scale is the field's own.
    Decimal {
        /// All digits.
        mantissa: i128,
        /// How many of them stand after the point.
        scale: u8,
    },
    /// An amount of money.
    Money {
        /// All digits.
        mantissa: i128,
        /// How many of them stand after the point.
        scale: u8,
        /// ISO 4217, three capital letters.
        currency: [u8; 3],
    },
    /// Days since 1970-01-01.
    Date(i32),
    /// Milliseconds since 1970.
    Instant(i64),
    /// Id of an option.
    Choice(u32),
    /// A record.
    Link(TableId, RecordId),
    /// A file.
    File(RecordId),
    /// Values of one type, in order; none of them a list.
    List(Vec<Value>),
    /// Bytes as they are.
    Bytes(Vec<u8>),
    /// Yes or no.
    YesNo(bool),
    /// Of a type that a newer program wrote; kept, and written back.
    Unknown {
        /// Its number.
        kind: u8,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

const LIST: u8 = 10;

impl Value {
    /// Whether it is what an absent field says already.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::List(values) => values.is_empty(),
            _ => false,
        }
    }

    /// Number of its type.
    pub(crate) fn kind(&self) -> u8 {
        match self {
            Self::Text(_) => 1,
            Self::Integer(_) => 2,
            Self::Decimal { .. } => 3,
            Self::Money { .. } => 4,
            Self::Date(_) => 5,
            Self::Instant(_) => 6,
            Self::Choice(_) => 7,
            Self::Link(..) => 8,
            Self::File(_) => 9,
            Self::List(_) => LIST,
            Self::Bytes(_) => 11,
            Self::YesNo(_) => 12,
            Self::Unknown { kind, .. } => *kind,
        }
    }

    /// Its bytes; `None` when it has no encoding (text not NFC, mixed list, …).
    pub(crate) fn encode(&self) -> Option<Vec<u8>> {
        Some(match self {
            Self::Text(text) => is_nfc(text).then(|| text.as_bytes().to_vec())?,
            Self::Integer(number) | Self::Instant(number) => number.to_be_bytes().to_vec(),
            Self::Decimal { mantissa, scale } => [&mantissa.to_be_bytes()[..], &[*scale]].concat(),
            Self::Money { mantissa, scale, currency } => {
                is_currency(currency).then_some(())?;
                [&mantissa.to_be_bytes()[..], &[*scale], currency].concat()
            }
            Self::Date(days) => days.to_be_bytes().to_vec(),
            Self::Choice(option) => option.to_be_bytes().to_vec(),
            Self::Link(table, id) => [&table.0.to_be_bytes()[..], &id.0].concat(),
            Self::File(id) => id.0.to_vec(),
            Self::List(values) => list(values)?,
            Self::Bytes(bytes) => bytes.clone(),
            Self::YesNo(yes) => vec![u8::from(*yes)],
            Self::Unknown { kind, bytes } => (!(1..=12).contains(kind)).then(|| bytes.clone())?,
        })
    }

    /// Reads a value of a field; `None` when the bytes are not its one encoding.
    pub(crate) fn decode(kind: u8, bytes: &[u8]) -> Option<Self> {
        if kind != LIST {
            return Self::single(kind, bytes);
        }
        let mut fields = Fields::new(bytes);
        let element = fields.u8().ok()?;
        let mut values = Vec::new();
        while !fields.is_empty() {
            let length = fields.u16().ok()?;
            values.push(Self::single(element, fields.slice(length.into()).ok()?)?);
        }
        Some(Self::List(values))
    }

    fn single(kind: u8, bytes: &[u8]) -> Option<Self> {
        Some(match kind {
            1 => {
                let text = std::str::from_utf8(bytes).ok()?;
                Self::Text(is_nfc(text).then(|| text.to_owned())?)
            }
            2 => Self::Integer(i64::from_be_bytes(bytes.try_into().ok()?)),
            3 | 4 => {
                let (mantissa, rest) = bytes.split_first_chunk()?;
                let mantissa = i128::from_be_bytes(*mantissa);
                let (scale, rest) = rest.split_first()?;
                let scale = *scale;
                if kind == 3 {
                    rest.is_empty().then_some(Self::Decimal { mantissa, scale })?
                } else {
                    let currency = rest.try_into().ok().filter(is_currency)?;
                    Self::Money { mantissa, scale, currency }
                }
            }
            5 => Self::Date(i32::from_be_bytes(bytes.try_into().ok()?)),
            6 => Self::Instant(i64::from_be_bytes(bytes.try_into().ok()?)),
            7 => Self::Choice(u32::from_be_bytes(bytes.try_into().ok()?)),
            8 => {
                let (table, id) = bytes.split_first_chunk()?;
                Self::Link(TableId(u16::from_be_bytes(*table)), RecordId(id.try_into().ok()?))
            }
            9 => Self::File(RecordId(bytes.try_into().ok()?)),
            LIST => return None,
            11 => Self::Bytes(bytes.to_vec()),
            12 => match bytes {
                [0] => Self::YesNo(false),
                [1] => Self::YesNo(true),
                _ => return None,
            },
            _ => Self::Unknown { kind, bytes: bytes.to_vec() },
        })
    }
}

fn list(values: &[Value]) -> Option<Vec<u8>> {
    let kind = values.first()?.kind();
    let mut bytes = vec![kind];
    for value in values {
        if kind == LIST || value.kind() != kind {
            return None;
        }
        let value = value.encode()?;
        bytes.extend(u16::try_from(value.len()).ok()?.to_be_bytes());
        bytes.extend(value);
    }
    Some(bytes)
}

fn is_currency(currency: &[u8; 3]) -> bool {
    currency.iter().all(u8::is_ascii_uppercase)
}
