//! Paging while others write, limits, and search as people type it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use records::{
    Cell, Field, FieldMask, Filter, Kind, LIMIT_MOST, Query, QueryRefused, Row, Sort, Table, Test,
};
use seal::{RecordId, Version};

#[derive(Debug, Clone, PartialEq, Eq)]
struct Card {
    name: String,
    company: String,
}

const FIELDS: &[Field] = &[
    Field { id: 1, name: "name", kind: Kind::Name, person_data: true },
    Field { id: 2, name: "company", kind: Kind::Line, person_data: true },
];

impl Row for Card {
    fn fields() -> &'static [Field] {
        FIELDS
    }

    fn cell(&self, field: u32) -> Cell<'_> {
        match field {
            1 => Cell::Text(&self.name),
            2 => Cell::Text(&self.company),
            _ => Cell::Empty,
        }
    }

    fn clear(&mut self, field: u32) {
        match field {
            1 => self.name.clear(),
            _ => self.company.clear(),
        }
    }
}

fn put(table: &mut Table<Card>, n: u32, name: &str, company: &str) {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.to_be_bytes());
    let card = Card { name: name.to_owned(), company: company.to_owned() };
    table.put(RecordId(id), Version(1), card);
}

fn every() -> FieldMask {
    FieldMask::every::<Card>()
}

fn ask(search: &str, limit: usize) -> Query {
    Query {
        search: search.to_owned(),
        filters: Vec::new(),
        sort: Sort { field: 1, descending: false },
        cursor: None,
        limit,
    }
}

fn names(table: &Table<Card>, search: &str) -> Vec<String> {
    let page = table.query(&ask(search, 200), &every()).unwrap();
    page.rows.into_iter().map(|(_, _, card)| card.name).collect()
}

#[test]
fn a_page_goes_on_where_it_was_though_rows_came_changed_and_went() {
    let mut table = Table::new();
    for n in 0..10 {
        put(&mut table, n, &format!("n{n}"), "");
    }
    let mut query = ask("", 3);
    let first = table.query(&query, &every()).unwrap();
    assert_eq!(first.count, 10);
    // Two before the place, one after; the very row of the place gone, the next one renamed away.
    put(&mut table, 100, "n0a", "");
    put(&mut table, 101, "a", "");
    put(&mut table, 102, "n2a", "");
    table.remove(first.rows[2].0);
    put(&mut table, 3, "z", "");
    query.cursor = first.next;
    let second = table.query(&query, &every()).unwrap();
    let names: Vec<_> = second.rows.iter().map(|(_, _, card)| card.name.as_str()).collect();
    assert_eq!(names, ["n2a", "n4", "n5"]);
    assert_eq!(second.count, 12);
}

#[test]
fn all_words_must_be_found_in_any_script_they_are_typed() {
    let mut table = Table::new();
    put(&mut table, 1, "张三明", "上海电子有限公司");
    put(&mut table, 2, "王芳", "Müller & Söhne");
    put(&mut table, 3, "Jürgen Straße", "上海 Consulting");
    put(&mut table, 4, "单田芳", "");
    for search in ["张三", "zhangsan", "zsm", "三明 上海", "shanghai zhang", "ＺＳＭ", "shdz"]
    {
        assert_eq!(names(&table, search), ["张三明"], "{search}");
    }
    assert_eq!(names(&table, "shanghai"), ["Jürgen Straße", "张三明"]);
    assert_eq!(names(&table, "muller"), ["王芳"]);
    assert_eq!(names(&table, "strasse juergen"), [""; 0]);
    assert_eq!(names(&table, "STRASSE jurgen"), ["Jürgen Straße"]);
    assert_eq!(names(&table, "shantian"), ["单田芳"]);
    assert_eq!(names(&table, "fang"), ["单田芳", "王芳"]);
    assert_eq!(names(&table, "").len(), 4);
    assert_eq!(names(&table, "ang").len(), 0);
    assert_eq!(names(&table, "张三 beijing").len(), 0);
}

#[test]
fn a_hidden_field_and_one_that_is_not_there_are_refused_alike() {
    let mut table = Table::new();
    put(&mut table, 1, "张三", "秘密公司");
    let mask = FieldMask::only([1]);
    for field in [2, 77] {
        let refused = Err(QueryRefused::NoSuchField { field });
        let mut query = ask("", 10);
        query.sort.field = field;
        assert_eq!(table.query(&query, &mask), refused);
        let mut query = ask("", 10);
        query.filters.push(Filter { field, test: Test::Filled });
        assert_eq!(table.query(&query, &mask), refused);
    }
    for search in ["秘密", "mimi", "mmgs"] {
        assert_eq!(table.query(&ask(search, 10), &mask).unwrap().count, 0, "{search}");
        assert_eq!(table.query(&ask(search, 10), &every()).unwrap().count, 1, "{search}");
    }
    assert_eq!(table.query(&ask("", 10), &mask).unwrap().rows[0].2.company, "");
}

#[test]
fn limits_are_said() {
    let table = Table::<Card>::new();
    for limit in [0, LIMIT_MOST + 1] {
        let refused = table.query(&ask("", limit), &every()).unwrap_err();
        assert_eq!(refused, QueryRefused::Limit { most: LIMIT_MOST });
    }
    let long = table.query(&ask(&"a".repeat(201), 10), &every());
    assert!(matches!(long, Err(QueryRefused::SearchTooLong { most: 200, words: 10 })));
    let wordy = table.query(&ask(&"a ".repeat(11), 10), &every());
    assert!(matches!(wordy, Err(QueryRefused::SearchTooLong { .. })));
    let mut other = ask("", 10);
    // Direction 0, field 2, id zero, no key: a place in another order.
    let bytes = [&[0, 0, 0, 0, 2][..], &[0; 16], &[0]].concat();
    let text = data_encoding::BASE64URL_NOPAD.encode(&bytes);
    other.cursor = Some(text.parse().unwrap());
    assert_eq!(table.query(&other, &every()), Err(QueryRefused::BadCursor));
}
