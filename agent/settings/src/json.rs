//! JSON text as a tree that hides nothing: repeated fields stay, depth is bounded.
//! `read` makes settings of it and says what is wrong where.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::Reason;

/// Largest document, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// Lists and objects deeper inside each other than this are not looked into; settings have six.
const MAX_DEPTH: usize = 12;

/// A value of JSON, as far as settings have such values.
#[derive(Debug)]
pub(crate) enum Value {
    Text(String),
    Number(u64),
    Truth(bool),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
    /// Null, a negative or broken number, anything below [`MAX_DEPTH`]: no field takes
    /// one.
    Other,
}

impl Value {
    /// Reads a text as a whole.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, Reason> {
        if json.len() > MAX_BYTES {
            return Err(Reason::TooLarge { max: MAX_BYTES });
        }
        let not_json = |error: serde_json::Error| Reason::NotJson {
            line: error.line(),
            column: error.column(),
        };
        let mut text = serde_json::Deserializer::from_slice(json);
        let value = Self::deserialize(&mut text).map_err(not_json)?;
        text.end().map_err(not_json)?;
        Ok(value)
    }

    /// Reads a value out of any format of serde.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        Below(0).deserialize(deserializer)
    }
}

/// Reads a value that lies in so many lists and objects.
#[derive(Clone, Copy)]
struct Below(usize);

impl<'de> DeserializeSeed<'de> for Below {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Below {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(u64::try_from(number).map_or(Value::Other, Value::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Truth(truth))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        if self.0 == MAX_DEPTH {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::Other);
        }
        while let Some(entry) = list.next_element_seed(Self(self.0 + 1))? {
            entries.push(entry);
        }
        Ok(Value::List(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut fields = Vec::new();
        if self.0 == MAX_DEPTH {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Value::Other);
        }
        while let Some(name) = object.next_key()? {
            fields.push((name, object.next_value_seed(Self(self.0 + 1))?));
        }
        Ok(Value::Object(fields))
    }
}
