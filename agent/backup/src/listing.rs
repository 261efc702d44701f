//! What a REST server says that it has: a JSON list of names and sizes (restic's REST API, version 2).
//! It comes from a machine that is trusted with nothing, so it is bounded, and taken whole or not at all.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::object::{Id, Kind, Object};

/// Most entries: five years of a copy every 15 minutes have 175,000 snapshots.
pub const MOST_ENTRIES: usize = 1 << 18;
/// Longest listing, bytes: that many entries as rest-server writes them, each of about 100.
pub const MOST_BYTES: usize = 32 << 20;

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    size: u64,
}

struct Entries(Kind);

impl<'de> DeserializeSeed<'de> for Entries {
    type Value = Vec<(Object, u64)>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<(Object, u64)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of names and sizes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let (mut all, mut seen) = (Vec::new(), 0);
        while let Some(Entry { name, size }) = from.next_element()? {
            seen += 1;
            if seen > MOST_ENTRIES {
                return Err(A::Error::custom("too many entries"));
            }
            // Beside objects lie files that are being uploaded.
            if let Some(id) = Id::parse(&name) {
                all.push((Object::Named(self.0, id), size));
            }
        }
        Ok(all)
    }
}

/// All objects of a listing with their lengths, in order; what is no object is passed over.
///
/// # Errors
/// For what is no listing, names something twice, or is longer than [`MOST_ENTRIES`].
pub fn parse(kind: Kind, bytes: &[u8]) -> Result<Vec<(Object, u64)>, serde_json::Error> {
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let mut all = Entries(kind).deserialize(&mut from)?;
    from.end()?;
    all.sort_unstable();
    // Two lengths of one object: whoever says so lies about one of them.
    if all.array_windows().any(|[(one, _), (next, _)]| one == next) {
        return Err(serde_json::Error::custom("a name is there twice"));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, size: &str) -> String {
        format!(r#"{{"name":"{id}","size":{size}}}"#)
    }

    #[test]
    fn objects_are_listed_and_others_passed_over() {
        let (a, b) = ("a".repeat(64), "0b".repeat(32));
        let text = format!(
            "[{},{},{},{}]",
            entry(&a, "7"),
            entry(&format!("{a}.rest-server-temp123"), "3"),
            entry(&b, "0"),
            entry(&"A".repeat(64), "1"),
        );
        let named = |id: &str| Object::Named(Kind::Pack, Id::parse(id).unwrap());
        let listed = parse(Kind::Pack, text.as_bytes()).unwrap();
        assert_eq!(listed, [(named(&b), 0), (named(&a), 7)]);
        assert_eq!(parse(Kind::Pack, b"[]").unwrap(), []);
    }

    #[test]
    fn nothing_else_is_a_listing() {
        let a = entry(&"a".repeat(64), "7");
        let other = entry(&"a".repeat(64), "8");
        for bad in [
            "",
            "null",
            "{}",
            "[1]",
            "[\"a\"]",
            "<html>",
            "[{}]",
            &entry("a", "1"),
            &format!("[{a}"),
            &format!("[{a}]]"),
            &format!("[{a},{a}]"),
            &format!("[{a},{other}]"),
            &format!("[{}]", entry("a", "-1")),
            &format!("[{}]", entry("a", "1.5")),
            &format!("[{}]", entry("a", "18446744073709551616")),
            &format!("[{}]", entry("\\ud800", "1")),
        ] {
            assert!(parse(Kind::Pack, bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn there_are_not_more_than_somebody_can_have() {
        let list = |entries: usize| {
            let all: Vec<_> = (0..entries).map(|n| entry(&format!("{n:064x}"), "1")).collect();
            format!("[{}]", all.join(","))
        };
        let most = list(MOST_ENTRIES);
        assert!(most.len() < MOST_BYTES);
        assert_eq!(parse(Kind::Index, most.as_bytes()).unwrap().len(), MOST_ENTRIES);
        assert!(parse(Kind::Index, list(MOST_ENTRIES + 1).as_bytes()).is_err());
    }
}
