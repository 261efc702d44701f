//! The query function against a naive model of it, under every mask, while rows come and go.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use records::{
    Cell, Cursor, Field, FieldMask, Filter, Kind, Query, QueryRefused, Row, Sort, Table, Test,
    fold, fold_phone, key,
};
use seal::{RecordId, Version};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Person {
    name: String,
    phone: String,
    note: String,
    score: Option<i64>,
}

const FIELDS: &[Field] = &[
    Field { id: 1, name: "name", kind: Kind::Name, person_data: true },
    Field { id: 2, name: "phone", kind: Kind::Phone, person_data: true },
    Field { id: 3, name: "note", kind: Kind::Long, person_data: true },
    Field { id: 4, name: "score", kind: Kind::Integer, person_data: false },
];

impl Row for Person {
    fn fields() -> &'static [Field] {
        FIELDS
    }

    fn cell(&self, field: u32) -> Cell<'_> {
        match field {
            1 => Cell::Text(&self.name),
            2 => Cell::Text(&self.phone),
            3 => Cell::Text(&self.note),
            4 => self.score.map_or(Cell::Empty, Cell::Number),
            _ => Cell::Empty,
        }
    }

    fn clear(&mut self, field: u32) {
        match field {
            1 => self.name.clear(),
            2 => self.phone.clear(),
            3 => self.note.clear(),
            4 => self.score = None,
            _ => {}
        }
    }
}

fn field(id: u32) -> Option<Field> {
    FIELDS.iter().find(|field| field.id == id).copied()
}

fn folded(kind: Kind, text: &str) -> String {
    if kind == Kind::Phone { fold_phone(text) } else { fold(text) }
}

/// What the table must answer, said as plainly as possible. It sees masked rows only, so whatever
/// it finds cannot come from a hidden field. Latin text only: pinyin has tests of its own.
fn model(
    rows: &BTreeMap<RecordId, Person>,
    query: &Query,
    mask: &FieldMask,
) -> Option<Vec<(RecordId, Person)>> {
    let sort = field(query.sort.field).filter(|f| mask.shows(f.id) && f.kind.is_sortable())?;
    for filter in &query.filters {
        let field = field(filter.field).filter(|f| mask.shows(f.id))?;
        let fits = match &filter.test {
            Test::Is(_) | Test::Contains(_) => field.kind.is_text(),
            Test::AtLeast(_) | Test::Below(_) => field.kind.is_number(),
            Test::LinksTo(_) => false,
            Test::Empty | Test::Filled => true,
        };
        if !fits {
            return None;
        }
    }
    let mut found: Vec<(RecordId, Person)> = rows
        .iter()
        .map(|(id, row)| (*id, mask.applied(row)))
        .filter(|(_, row)| {
            fold(&query.search).split_whitespace().all(|word| {
                FIELDS.iter().any(|field| match row.cell(field.id) {
                    Cell::Text(text) => {
                        let word = folded(field.kind, word);
                        !word.is_empty() && folded(field.kind, text).contains(&word)
                    }
                    _ => false,
                })
            }) && query.filters.iter().all(|filter| passes(row, filter))
        })
        .collect();
    found.sort_by_key(|(id, row)| {
        let key = key(sort.kind, row.cell(sort.id));
        let last = key.is_none();
        (last, key, id.0)
    });
    if query.sort.descending {
        let keyed =
            found.iter().filter(|(_, row)| key(sort.kind, row.cell(sort.id)).is_some()).count();
        found[..keyed].reverse();
        found[keyed..].reverse();
    }
    Some(found)
}

fn passes(row: &Person, filter: &Filter) -> bool {
    let kind = field(filter.field).unwrap().kind;
    match (&filter.test, row.cell(filter.field)) {
        (Test::Is(text), Cell::Text(value)) => {
            let text = folded(kind, text);
            !text.is_empty() && folded(kind, value) == text
        }
        (Test::Contains(text), Cell::Text(value)) => {
            let text = folded(kind, text.trim());
            !text.is_empty() && folded(kind, value).contains(&text)
        }
        (Test::Empty, cell) => matches!(cell, Cell::Empty | Cell::Text("")),
        (Test::Filled, cell) => !matches!(cell, Cell::Empty | Cell::Text("")),
        (Test::AtLeast(least), Cell::Number(number)) => number >= *least,
        (Test::Below(most), Cell::Number(number)) => number < *most,
        _ => false,
    }
}

fn text() -> impl Strategy<Value = String> {
    "[abAB éß \\-]{0,4}"
}

fn person() -> impl Strategy<Value = Person> {
    (text(), "[0-9 +\\-]{0,5}", text(), proptest::option::of(-3_i64..3))
        .prop_map(|(name, phone, note, score)| Person { name, phone, note, score })
}

#[derive(Debug, Clone)]
enum Step {
    Put(u8, Person),
    Remove(u8),
    Ask(Query, Vec<u32>),
}

fn filter() -> impl Strategy<Value = Filter> {
    let test = prop_oneof![
        text().prop_map(Test::Is),
        text().prop_map(Test::Contains),
        Just(Test::Empty),
        Just(Test::Filled),
        (-3_i64..3).prop_map(Test::AtLeast),
        (-3_i64..3).prop_map(Test::Below),
    ];
    (1_u32..6, test).prop_map(|(field, test)| Filter { field, test })
}

fn query() -> impl Strategy<Value = Query> {
    (text(), proptest::collection::vec(filter(), 0..3), 1_u32..6, any::<bool>(), 1_usize..5)
        .prop_map(|(search, filters, field, descending, limit)| Query {
            search,
            filters,
            sort: Sort { field, descending },
            cursor: None,
            limit,
        })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u8..20, person()).prop_map(|(id, row)| Step::Put(id, row)),
        1 => (0_u8..20).prop_map(Step::Remove),
        3 => (query(), proptest::sample::subsequence(vec![1, 2, 3, 4], 0..=4))
            .prop_map(|(query, mask)| Step::Ask(query, mask)),
    ]
}

fn id(n: u8) -> RecordId {
    RecordId([n; 16])
}

/// Reads all pages, as a browser would.
fn all_pages(
    table: &Table<Person>,
    query: &Query,
    mask: &FieldMask,
) -> Result<(Vec<(RecordId, Person)>, usize), QueryRefused> {
    let mut query = query.clone();
    let mut rows = Vec::new();
    loop {
        let page = table.query(&query, mask)?;
        assert!(page.rows.len() <= query.limit);
        rows.extend(page.rows.into_iter().map(|(id, _, row)| (id, row)));
        match page.next {
            // Through its text, as over HTTP.
            Some(next) => query.cursor = Some(next.to_string().parse::<Cursor>().unwrap()),
            None => return Ok((rows, page.count)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_table_answers_as_the_model_does(steps in proptest::collection::vec(step(), 1..60)) {
        let mut table = Table::new();
        let mut rows = BTreeMap::new();
        for step in steps {
            match step {
                Step::Put(n, row) => {
                    table.put(id(n), Version(1), row.clone());
                    rows.insert(id(n), row);
                }
                Step::Remove(n) => {
                    prop_assert_eq!(table.remove(id(n)), rows.remove(&id(n)));
                }
                Step::Ask(query, visible) => {
                    let mask = FieldMask::only(visible);
                    let answer = all_pages(&table, &query, &mask);
                    match model(&rows, &query, &mask) {
                        Some(expected) => {
                            let (got, count) = answer.unwrap();
                            prop_assert_eq!(count, expected.len());
                            prop_assert_eq!(got, expected);
                        }
                        None => prop_assert!(answer.is_err()),
                    }
                }
            }
        }
        prop_assert_eq!(table.len(), rows.len());
    }

    /// Changing only what is hidden changes no answer: not rows, not order, not count, not refusal.
    #[test]
    fn what_is_hidden_changes_nothing(
        people in proptest::collection::vec((person(), person()), 1..15),
        query in query(),
        visible in proptest::sample::subsequence(vec![1, 2, 3, 4], 0..=4),
    ) {
        let mask = FieldMask::only(visible);
        let (mut one, mut other) = (Table::new(), Table::new());
        for (n, (row, noise)) in (0..).zip(people) {
            let mut changed = row.clone();
            if !mask.shows(1) { changed.name.clone_from(&noise.name); }
            if !mask.shows(2) { changed.phone.clone_from(&noise.phone); }
            if !mask.shows(3) { changed.note.clone_from(&noise.note); }
            if !mask.shows(4) { changed.score = noise.score; }
            one.put(id(n), Version(1), row);
            other.put(id(n), Version(1), changed);
        }
        prop_assert_eq!(all_pages(&one, &query, &mask), all_pages(&other, &query, &mask));
    }
}
