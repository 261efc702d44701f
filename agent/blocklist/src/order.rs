//! The order of names: by their ends, so that all below a name come right after it.

use std::cmp::Ordering;

/// Compares from the last character to the first; a dot is before everything else.
pub fn compare(one: &str, other: &str) -> Ordering {
    let key = |byte: u8| if byte == b'.' { 0 } else { byte };
    one.bytes().rev().map(key).cmp(other.bytes().rev().map(key))
}

/// Whether the name is the other, or below it.
pub fn is_within(name: &str, other: &str) -> bool {
    name.strip_suffix(other).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The name, and each that it is below, the longest first; not the last label alone.
pub(crate) fn upwards(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| Some(name.split_once('.')?.1))
        .filter(|name| name.contains('.'))
}

/// Sorts, and leaves out what is there twice or below another.
pub fn reduced<N: AsRef<str>>(mut names: Vec<N>) -> Vec<N> {
    names.sort_unstable_by(|one, other| compare(one.as_ref(), other.as_ref()));
    let mut kept: Vec<N> = Vec::with_capacity(names.len());
    for name in names {
        if kept.last().is_none_or(|last| !is_within(name.as_ref(), last.as_ref())) {
            kept.push(name);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_comes_right_after() {
        let names =
            vec!["b.a.example", "xa.example", "a.example", "a.example", "b.example", "a-a.example"];
        assert_eq!(reduced(names), ["a.example", "a-a.example", "xa.example", "b.example"]);
        assert!(is_within("b.a.example", "a.example") && !is_within("ba.example", "a.example"));
        assert_eq!(
            upwards("c.b.a.example").collect::<Vec<_>>(),
            ["c.b.a.example", "b.a.example", "a.example"]
        );
        assert_eq!(upwards("com").count(), 0);
    }
}
