//! Strict JSON: every field is known, there once and of its type; a refusal names it as JSON pointer.

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::problem::{Code, Problem};

/// Reads a body.
///
/// # Errors
/// [`Code::Malformed`] for what is no JSON, [`Code::Invalid`] with the field for JSON of another shape.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // serde would take an array for an object, by position.
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::field("", "type"));
    }
    let mut from = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut from).map_err(refuse)?;
    from.end().map_err(|_| Problem::from(Code::Malformed))?;
    Ok(value)
}

/// For fields that are objects themselves: serde would take an array for one, by position.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<T, D::Error> {
    T::deserialize(Object(from))
}

/// For fields that are lists of objects.
pub(crate) fn objects<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let items = Vec::<Item<T>>::deserialize(from)?;
    Ok(items.into_iter().map(|item| item.0).collect())
}

struct Item<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        object(from).map(Self)
    }
}

struct Object<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Object<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

fn refuse(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
    if error.inner().classify() != Category::Data {
        return Code::Malformed.into();
    }
    let mut pointer = pointer(error.path());
    let message = error.inner().to_string();
    // serde says which field it misses or has twice in words only; a test holds us to them.
    let named = |start: &str| message.strip_prefix(start).and_then(|rest| rest.split('`').next());
    if let Some(field) = named("missing field `") {
        return Problem::field(format!("{pointer}/{}", escaped(field)), "required");
    }
    for (start, code) in [("unknown field `", "unknown"), ("duplicate field `", "twice")] {
        if let Some(field) = named(start) {
            let last = format!("/{}", escaped(field));
            if !pointer.ends_with(&last) {
                pointer += &last;
            }
            return Problem::field(pointer, code);
        }
    }
    Problem::field(pointer, "type")
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Seq { index } => pointer += &index.to_string(),
            Segment::Map { key } => pointer += &escaped(key),
            Segment::Enum { variant } => pointer += &escaped(variant),
            Segment::Unknown => pointer.push('?'),
        }
    }
    pointer
}

/// A name within a JSON pointer (RFC 6901).
pub(crate) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shape::contact::NewContact;
    use crate::shape::setup::SetupFinish;
    use crate::shape::shared::NewAccount;

    fn refused<T: DeserializeOwned>(text: &str) -> (Code, String, String) {
        let problem = read::<T>(text.as_bytes()).err().unwrap();
        let field = problem.fields().first();
        let (pointer, code) =
            field.map(|f| (f.pointer.clone(), f.code.to_string())).unwrap_or_default();
        (problem.code(), pointer, code)
    }

    #[test]
    fn names_what_it_refuses() {
        let invalid =
            |pointer: &str, code: &str| (Code::Invalid, pointer.to_owned(), code.to_owned());
        assert_eq!(refused::<NewContact>(r#"{"name":"a","fax":1}"#), invalid("/fax", "unknown"));
        assert_eq!(
            refused::<NewContact>(r#"{"name":"a","a/b~":1}"#),
            invalid("/a~1b~0", "unknown")
        );
        assert_eq!(refused::<NewContact>("{}"), invalid("/name", "required"));
        assert_eq!(refused::<NewContact>(r#"{"name":"a","name":"b"}"#), invalid("/name", "twice"));
        assert_eq!(refused::<NewContact>(r#"{"name":7}"#), invalid("/name", "type"));
        assert_eq!(refused::<NewContact>(r#"{"name":null}"#), invalid("/name", "type"));
        for other in ["7", r#"["a"]"#, &"[".repeat(100_000)] {
            assert_eq!(refused::<NewContact>(other), invalid("", "type"));
        }
        let account = r#"{"name":"a","password":"b","timeZone":"UTC","language":"de"}"#;
        assert_eq!(refused::<NewAccount>(account), invalid("/language", "type"));
        let finish = r#"{"zones":{"guest":1},"crm":{"reachableFrom":[]},"management":{"from":[]}}"#;
        assert_eq!(refused::<SetupFinish>(finish), invalid("/zones/guest", "type"));
        let finish = r#"{"zones":{"guest":true},"crm":{"reachableFrom":[{"zone":"a"}]},"management":{"from":[]}}"#;
        assert_eq!(
            refused::<SetupFinish>(finish),
            invalid("/crm/reachableFrom/0/addresses", "required")
        );
        let finish = r#"{"zones":[true],"crm":{"reachableFrom":[]},"management":{"from":[]}}"#;
        assert_eq!(refused::<SetupFinish>(finish), invalid("/zones", "type"));
        let finish = r#"{"zones":{"guest":true},"crm":{"reachableFrom":[["a","all"]]},"management":{"from":[]}}"#;
        assert_eq!(refused::<SetupFinish>(finish), invalid("/crm/reachableFrom/0", "type"));
        for broken in ["", "{", r#"{"name":"a"}x"#, "\u{feff}{}", r#"{"name":"\ud800"}"#] {
            assert_eq!(
                read::<NewContact>(broken.as_bytes()).err().unwrap().code(),
                Code::Malformed
            );
        }
    }

    #[test]
    fn strange_text_is_data() {
        for text in ["\0", "'; drop table", "<script>", "\u{202e}", "㛃䶮", "👨‍👩‍👧", "a\u{301}"]
        {
            let body = serde_json::json!({ "name": text }).to_string();
            assert_eq!(read::<NewContact>(body.as_bytes()).unwrap().name, text);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read::<SetupFinish>(&body);
        }

        #[test]
        fn a_field_of_any_name_is_refused_by_that_name(key in "\\PC{1,20}") {
            prop_assume!(!["name", "company", "position", "phone", "email", "note"].contains(&key.as_str()));
            // What serde writes in its words between backticks ends at the first.
            prop_assume!(!key.contains('`'));
            let body = serde_json::json!({ "name": "a", &key: 1 }).to_string();
            let (code, pointer, why) = refused::<NewContact>(&body);
            prop_assert_eq!((code, why.as_str()), (Code::Invalid, "unknown"));
            prop_assert_eq!(pointer, format!("/{}", escaped(&key)));
        }
    }
}
