//! Order of rows: each value becomes bytes whose order is the order people expect.
//!
//! Chinese characters stand where their pinyin stands among Latin letters, as in a telephone's
//! list of contacts: 张 next to `zhang`, then by tone, then by character. Digits come before
//! letters; case, width and accents count for nothing.

use crate::field::{Cell, Kind};
use crate::fold::{fold, fold_phone};
use crate::phonetic::syllable;

/// Keys end here; longer texts that agree so far stand in the order of their ids.
pub const KEY_MOST: usize = 256;

/// Sorting key of a value; `None` if there is none: such rows stand last, in either direction.
#[must_use]
pub fn key(kind: Kind, cell: Cell<'_>) -> Option<Vec<u8>> {
    match (kind, cell) {
        (_, Cell::Empty | Cell::Text("")) => None,
        (Kind::Name, Cell::Text(text)) => Some(sounded(text, true)),
        (Kind::Phone, Cell::Text(text)) => Some(cut(fold_phone(text).into_bytes())),
        (Kind::Plain, Cell::Text(text)) => Some(cut(fold(text).into_bytes())),
        (_, Cell::Text(text)) => Some(sounded(text, false)),
        // The sign bit turned over: negative numbers come first.
        (_, Cell::Number(number)) => Some((number ^ i64::MIN).to_be_bytes().to_vec()),
        (_, Cell::Link(id)) => Some(id.0.to_vec()),
    }
}

fn sounded(text: &str, is_name: bool) -> Vec<u8> {
    let folded = fold(text);
    if folded.is_ascii() {
        return cut(folded.into_bytes());
    }
    let mut bytes = Vec::with_capacity(folded.len() * 2);
    for (at, c) in folded.chars().enumerate() {
        match syllable(c, is_name && at == 0) {
            Some(reading) => {
                let letters = reading.trim_end_matches(|c: char| c.is_ascii_digit());
                bytes.extend_from_slice(letters.replace('ü', "v").as_bytes());
                // Below every letter: 张 stands before a longer Latin word that begins alike.
                bytes.push(1);
                bytes.push(reading.bytes().last().filter(u8::is_ascii_digit).unwrap_or(b'5'));
                bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            None => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        if bytes.len() >= KEY_MOST {
            break;
        }
    }
    cut(bytes)
}

fn cut(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(KEY_MOST);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(kind: Kind, mut texts: Vec<&str>) -> Vec<&str> {
        texts.sort_by_key(|text| key(kind, Cell::Text(text)));
        texts
    }

    #[test]
    fn chinese_stands_where_its_pinyin_stands() {
        assert_eq!(
            sorted(
                Kind::Name,
                vec!["章一", "张三", "Zoe", "王芳", "单田芳", "adam", "张二", "Bea", "李四"]
            ),
            ["adam", "Bea", "李四", "单田芳", "王芳", "张二", "张三", "章一", "Zoe"],
        );
    }

    #[test]
    fn a_letter_with_a_stroke_stands_by_the_one_without() {
        assert_eq!(
            sorted(Kind::Name, vec!["Zoe", "Łukasz", "Øystein", "Lukas", "Olga", "Marek", "Đặng"]),
            ["Đặng", "Lukas", "Łukasz", "Marek", "Olga", "Øystein", "Zoe"],
        );
    }

    #[test]
    fn numbers_stand_by_size_and_nothing_has_no_key() {
        let mut numbers = [5, -1, i64::MAX, 0, i64::MIN];
        numbers.sort_by_key(|number| key(Kind::Integer, Cell::Number(*number)));
        assert_eq!(numbers, [i64::MIN, -1, 0, 5, i64::MAX]);
        assert_eq!(key(Kind::Line, Cell::Text("")), None);
        assert!(
            key(Kind::Line, Cell::Text(&"张".repeat(500))).is_some_and(|k| k.len() == KEY_MOST)
        );
    }
}
