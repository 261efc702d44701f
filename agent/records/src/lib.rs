//! Typed tables resident in memory: schema, and query under a field mask.
//!
//! [`Table`] holds all live records of one kind. [`Table::query`] is the one function that lists,
//! counts and searches, always under a [`FieldMask`]. [`fold()`] says when two texts are the same
//! to a searcher.

mod arena;
mod bits;
mod field;
mod fold;
mod key;
mod order;
mod phonetic;
mod query;
mod run;
mod table;

pub use field::{Cell, Field, FieldMask, Kind, Row};
pub use fold::{fold, fold_phone};
pub use key::{KEY_MOST, key};
pub use query::{
    Cursor, FILTERS_MOST, Filter, LIMIT_MOST, Page, Query, QueryRefused, SEARCH_MOST, Sort, Test,
    WORDS_MOST,
};
pub use table::Table;
