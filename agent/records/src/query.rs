//! What can be asked of a table, and what is refused.

use std::fmt;
use std::str::FromStr;

use seal::{RecordId, Version};

use crate::key::KEY_MOST;

/// A page holds at most this many rows.
pub const LIMIT_MOST: usize = 200;
/// A search is at most this many characters…
pub const SEARCH_MOST: usize = 200;
/// …and this many words; all of them must be found.
pub const WORDS_MOST: usize = 10;
/// At most this many filters; all of them must hold.
pub const FILTERS_MOST: usize = 10;

/// A question to a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Words that must all be found somewhere in the row; empty finds every row.
    pub search: String,
    /// Conditions that must all hold.
    pub filters: Vec<Filter>,
    /// Order of the rows.
    pub sort: Sort,
    /// Go on after this row.
    pub cursor: Option<Cursor>,
    /// Rows of a page, 1 to [`LIMIT_MOST`].
    pub limit: usize,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Field it looks at.
    pub field: u32,
    /// What must be true of it.
    pub test: Test,
}

/// What must be true of a field. Width, case and accents of text count for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// The text is this one.
    Is(String),
    /// The text holds this one.
    Contains(String),
    /// There is nothing.
    Empty,
    /// There is something.
    Filled,
    /// The number is this one or more.
    AtLeast(i64),
    /// The number is less.
    Below(i64),
    /// It points at this record.
    LinksTo(RecordId),
}

/// Order of rows. Rows without a value stand last in either direction; equal ones by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// Field to sort by.
    pub field: u32,
    /// Largest first.
    pub descending: bool,
}

/// One page of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<R> {
    /// The rows, without what the mask hides.
    pub rows: Vec<(RecordId, Version, R)>,
    /// How many rows of the whole table answer the question.
    pub count: usize,
    /// Where the next page begins; `None` if this was the last.
    pub next: Option<Cursor>,
}

/// Place in an order: right after a row. It holds that row's sorting key, so it keeps its place
/// when rows come, change or go, this one included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Order it belongs to.
    pub(crate) sort: Sort,
    /// Key of the row, `None` if it has none.
    pub(crate) key: Option<Vec<u8>>,
    /// Id of the row.
    pub(crate) id: RecordId,
}

/// Why a question is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryRefused {
    /// Unknown, or hidden from who asks: told apart by nobody.
    #[error("there is no field {field} to sort, filter or search by")]
    NoSuchField {
        /// Field that was asked for.
        field: u32,
    },
    /// The field cannot be used like this (sorting by a note, comparing a text).
    #[error("field {field} cannot be used like this")]
    WrongUse {
        /// Field that was asked for.
        field: u32,
    },
    /// Rows per page outside 1 to `most`.
    #[error("a page has 1 to {most} rows")]
    Limit {
        /// Highest number of rows.
        most: usize,
    },
    /// The search is too long.
    #[error("a search has at most {most} characters in {words} words")]
    SearchTooLong {
        /// Highest number of characters.
        most: usize,
        /// Highest number of words.
        words: usize,
    },
    /// Too many filters.
    #[error("at most {most} filters")]
    TooManyFilters {
        /// Highest number of filters.
        most: usize,
    },
    /// The cursor is none of ours, or belongs to another order.
    #[error("the place to go on from is not known")]
    BadCursor,
}

impl fmt::Display for Cursor {
    /// Base64url without padding of: direction 1 ‖ field 4 ‖ id 16 ‖ has key 1 ‖ key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![u8::from(self.sort.descending)];
        bytes.extend_from_slice(&self.sort.field.to_be_bytes());
        bytes.extend_from_slice(&self.id.0);
        bytes.push(u8::from(self.key.is_some()));
        bytes.extend_from_slice(self.key.as_deref().unwrap_or_default());
        f.write_str(&data_encoding::BASE64URL_NOPAD.encode(&bytes))
    }
}

impl FromStr for Cursor {
    type Err = QueryRefused;

    fn from_str(text: &str) -> Result<Self, QueryRefused> {
        if text.len() > (KEY_MOST + 22) * 4 / 3 + 4 {
            return Err(QueryRefused::BadCursor);
        }
        let bytes = data_encoding::BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map_err(|_| QueryRefused::BadCursor)?;
        read(&bytes).ok_or(QueryRefused::BadCursor)
    }
}

fn read(bytes: &[u8]) -> Option<Cursor> {
    let (descending, rest) = bytes.split_first()?;
    let (field, rest) = rest.split_first_chunk::<4>()?;
    let (id, rest) = rest.split_first_chunk::<16>()?;
    let (has_key, key) = rest.split_first()?;
    if *descending > 1 || *has_key > 1 || key.len() > KEY_MOST || (*has_key == 0 && !key.is_empty())
    {
        return None;
    }
    Some(Cursor {
        sort: Sort { field: u32::from_be_bytes(*field), descending: *descending == 1 },
        key: (*has_key == 1).then(|| key.to_vec()),
        id: RecordId(*id),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_comes_back_as_it_went(
            descending: bool, field: u32, id: [u8; 16],
            key in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..KEY_MOST)),
        ) {
            let cursor = Cursor { sort: Sort { field, descending }, key, id: RecordId(id) };
            prop_assert_eq!(cursor.to_string().parse::<Cursor>(), Ok(cursor));
        }

        #[test]
        fn any_text_is_a_cursor_or_refused(text in "\\PC{0,60}") {
            if let Ok(cursor) = text.parse::<Cursor>() {
                prop_assert_eq!(cursor.to_string(), text);
            }
        }
    }
}
