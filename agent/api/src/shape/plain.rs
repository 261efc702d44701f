//! Identifiers and times as they are written.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;
use uuid::Uuid;

/// An identifier; UUID text (RFC 9562) of 36 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ToSchema)]
#[schema(value_type = String, format = "uuid")]
pub struct Id(pub [u8; 16]);

/// A point in time, milliseconds since 1970; RFC 3339 text in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Time(pub u64);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a UUID"))
    }
}

impl Id {
    /// The one spelling with four hyphens, in letters of any case.
    pub fn parse(text: &str) -> Option<Self> {
        let id = Uuid::try_parse(text).ok().filter(|_| text.len() == 36)?;
        Some(Self(id.into_bytes()))
    }

    /// As it is written.
    pub fn text(self) -> String {
        Uuid::from_bytes(self.0).hyphenated().to_string()
    }

    /// When it was made, ms since 1970, as version 7 says.
    pub fn made_at(self) -> u64 {
        let [a, b, c, d, e, f, ..] = self.0;
        u64::from_be_bytes([0, 0, a, b, c, d, e, f])
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let nanos = i128::from(self.0) * 1_000_000;
        let time = OffsetDateTime::from_unix_timestamp_nanos(nanos);
        let time = time.map_err(serde::ser::Error::custom)?;
        to.serialize_str(&time.format(&Rfc3339).map_err(serde::ser::Error::custom)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read_back() {
        let id = Id([0x01; 16]);
        let text = serde_json::to_string(&id).unwrap();
        assert_eq!(text, "\"01010101-0101-0101-0101-010101010101\"");
        assert_eq!(serde_json::from_str::<Id>(&text).unwrap(), id);
        for wrong in
            ["", "01010101010101010101010101010101", "{01010101-0101-0101-0101-010101010101}"]
        {
            assert_eq!(Id::parse(wrong), None, "{wrong}");
        }
        assert_eq!(
            serde_json::to_string(&Time(1_795_000_000_123)).unwrap(),
            "\"2026-11-18T11:06:40.123Z\""
        );
        assert!(serde_json::to_string(&Time(u64::MAX)).is_err());
    }
}
