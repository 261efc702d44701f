//! The one way to read a table: lists, counts and searches are all this function, under a mask.
//!
//! The mask is asked before anything is looked at. What it hides cannot be sorted, filtered or
//! searched by, adds nothing to a count, and is not in the rows.

use crate::bits::Bits;
use crate::field::{Cell, FieldMask, Row};
use crate::fold::fold;
use crate::key::key;
use crate::order::compare;
use crate::phonetic;
use crate::query::{
    Cursor, FILTERS_MOST, Filter, LIMIT_MOST, Page, Query, QueryRefused, SEARCH_MOST, Sort, Test,
    WORDS_MOST,
};
use crate::table::{Column, Table, folded};

impl<R: Row> Table<R> {
    /// Answers a question as far as `mask` lets it.
    ///
    /// # Errors
    /// [`QueryRefused`] names what is wrong with the question; a hidden field and one that does
    /// not exist are refused alike.
    pub fn query(&self, query: &Query, mask: &FieldMask) -> Result<Page<R>, QueryRefused> {
        let asked = Asked::new(self, query, mask)?;
        let found = asked.found(self, mask);
        let count = found.count();
        let mut rows = Vec::new();
        let mut next = None;
        for slot in asked.walk(self, query.cursor.as_ref()).filter(|slot| found.has(*slot)) {
            let Some(live) = self.at(slot) else { continue };
            if rows.len() == query.limit {
                next = rows.last().and_then(|(id, _, _)| asked.cursor(self, *id));
                break;
            }
            rows.push((live.id, live.version, &live.row));
        }
        let rows = rows.into_iter().map(|(id, version, row)| (id, version, mask.applied(row)));
        Ok(Page { rows: rows.collect(), count, next })
    }
}

/// A question that was checked.
struct Asked<'a> {
    sort: Sort,
    sorted_by: &'a Column,
    words: Vec<String>,
    filters: Vec<(&'a Column, &'a Filter)>,
}

impl<'a> Asked<'a> {
    fn new<R: Row>(
        table: &'a Table<R>,
        query: &'a Query,
        mask: &FieldMask,
    ) -> Result<Self, QueryRefused> {
        if query.limit == 0 || query.limit > LIMIT_MOST {
            return Err(QueryRefused::Limit { most: LIMIT_MOST });
        }
        if query.filters.len() > FILTERS_MOST {
            return Err(QueryRefused::TooManyFilters { most: FILTERS_MOST });
        }
        let words = words(&query.search)?;
        let visible = |field: u32| {
            let column = mask.shows(field).then(|| table.column(field)).flatten();
            column.ok_or(QueryRefused::NoSuchField { field })
        };
        let sorted_by = visible(query.sort.field)?;
        if !sorted_by.field.kind.is_sortable() {
            return Err(QueryRefused::WrongUse { field: query.sort.field });
        }
        let mut filters = Vec::new();
        for filter in &query.filters {
            let column = visible(filter.field)?;
            if !fits(column, &filter.test) {
                return Err(QueryRefused::WrongUse { field: filter.field });
            }
            filters.push((column, filter));
        }
        if query.cursor.as_ref().is_some_and(|cursor| cursor.sort != query.sort) {
            return Err(QueryRefused::BadCursor);
        }
        Ok(Self { sort: query.sort, sorted_by, words, filters })
    }

    /// The rows that answer the question, in no order.
    fn found<R: Row>(&self, table: &Table<R>, mask: &FieldMask) -> Bits {
        let mut found = table.live.clone();
        for word in &self.words {
            let mut hits = Bits::default();
            let sound = phonetic::needle(word);
            for column in table.columns().iter().filter(|column| mask.shows(column.field.id)) {
                column.text.mark_containing(folded(column.field.kind, word).as_bytes(), &mut hits);
                if let Some(sound) = &sound {
                    column.mark_sounding(sound, &mut hits);
                }
            }
            found.keep(&hits);
        }
        for (column, filter) in &self.filters {
            found.keep(&column.passing(table, &found, &filter.test));
        }
        found
    }

    /// Slots in the order asked for, from the cursor on.
    fn walk<'t, R: Row>(
        &self,
        table: &'t Table<R>,
        cursor: Option<&Cursor>,
    ) -> impl Iterator<Item = u32> + use<'t, R> {
        let field = self.sorted_by.field;
        let descending = self.sort.descending;
        let not_after = |slot: u32| {
            let (Some(cursor), Some(live)) = (cursor, table.at(slot)) else { return false };
            let key = key(field.kind, live.row.cell(field.id));
            let place = (key.as_deref(), live.id);
            let from = (cursor.key.as_deref(), cursor.id);
            // Without a value a row is last in either direction, so only within one of the two
            // groups does the direction turn the order.
            if descending && place.0.is_some() == from.0.is_some() {
                compare(place, from).is_ge()
            } else {
                compare(place, from).is_le()
            }
        };
        let order = table.order(field.id);
        let start = order.map_or(0, |order| order.start(descending, not_after));
        order.into_iter().flat_map(move |order| order.from(start, descending))
    }

    fn cursor<R: Row>(&self, table: &Table<R>, id: seal::RecordId) -> Option<Cursor> {
        let (_, row) = table.get(id)?;
        let field = self.sorted_by.field;
        Some(Cursor { sort: self.sort, key: key(field.kind, row.cell(field.id)), id })
    }
}

impl Column {
    fn mark_sounding(&self, needle: &[u8], hits: &mut Bits) {
        if let Some(first) = needle.first() {
            let accept = |sound: &[u8]| phonetic::holds(sound, needle);
            self.sound.mark_accepted(first | phonetic::START, accept, hits);
        }
    }

    /// Rows that pass a test, at least those of `among`.
    fn passing<R: Row>(&self, table: &Table<R>, among: &Bits, test: &Test) -> Bits {
        let mut passing = Bits::default();
        match test {
            Test::Contains(text) => self
                .text
                .mark_containing(folded(self.field.kind, text.trim()).as_bytes(), &mut passing),
            Test::Is(text) => {
                self.text.mark_equal(folded(self.field.kind, text).as_bytes(), &mut passing);
            }
            _ => {
                for slot in among.iter() {
                    let cell = table.at(slot).map_or(Cell::Empty, |l| l.row.cell(self.field.id));
                    if cell_passes(cell, test) {
                        passing.set(slot);
                    }
                }
            }
        }
        passing
    }
}

fn cell_passes(cell: Cell<'_>, test: &Test) -> bool {
    let empty = matches!(cell, Cell::Empty | Cell::Text(""));
    match (test, cell) {
        (Test::Empty, _) => empty,
        (Test::Filled, _) => !empty,
        (Test::AtLeast(least), Cell::Number(number)) => number >= *least,
        (Test::Below(most), Cell::Number(number)) => number < *most,
        (Test::LinksTo(id), Cell::Link(link)) => link == *id,
        _ => false,
    }
}

fn fits(column: &Column, test: &Test) -> bool {
    let kind = column.field.kind;
    match test {
        Test::Is(text) | Test::Contains(text) => kind.is_text() && text.len() <= SEARCH_MOST * 4,
        Test::AtLeast(_) | Test::Below(_) => kind.is_number(),
        Test::LinksTo(_) => kind == crate::field::Kind::Link,
        Test::Empty | Test::Filled => true,
    }
}

fn words(search: &str) -> Result<Vec<String>, QueryRefused> {
    let refused = QueryRefused::SearchTooLong { most: SEARCH_MOST, words: WORDS_MOST };
    if search.chars().count() > SEARCH_MOST {
        return Err(refused);
    }
    let words: Vec<String> = fold(search).split_whitespace().map(str::to_owned).collect();
    if words.len() > WORDS_MOST { Err(refused) } else { Ok(words) }
}
