//! Measures the resident table: memory and time of questions at a number of contacts.
//! `cargo run --release -p crm --example query -- 100000`

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, reason = "measures")]

mod made_up;

use std::time::{Duration, Instant};

use crm::{ContactFields, ContactRow, field};
use made_up::{GIVEN, PLACES, SURNAMES, TRADES};
use records::{Cursor, FieldMask, Filter, Page, Query, Sort, Table, Test};
use seal::{RecordId, Version};

fn main() {
    let rows: u32 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let before = resident();
    let (mut table, loading) = timed(|| load(rows));
    let mask = FieldMask::every::<ContactRow>();
    println!("contacts                          {rows}");
    println!("put into the table                {:.2} s", loading.as_secs_f64());
    let ((), settling) = timed(|| table.settle(&[]));
    println!("give back what loading left       {:.2} s", settling.as_secs_f64());
    println!("memory                            {} MB", (resident() - before) / 1024);
    let by_name = query("", field::NAME);
    let (_, first) = timed(|| table.query(&by_name, &mask));
    println!("first list by name (order made)   {} ms", ms(first));
    let by_created = query("", field::CREATED_AT);
    let (_, first) = timed(|| table.query(&by_created, &mask));
    println!("first list by time (order made)   {} ms", ms(first));
    println!("memory with two orders            {} MB", (resident() - before) / 1024);

    ask(&table, &mask, "list, first 50 by name", &by_name);
    let deep = deep_cursor(&table, &mask, rows as usize / 2);
    ask(&table, &mask, "page from the middle", &Query { cursor: deep, ..by_name.clone() });
    let mut filtered = by_name.clone();
    filtered.filters = vec![
        Filter { field: field::COMPANY, test: Test::Contains("上海".to_owned()) },
        Filter { field: field::CREATED_AT, test: Test::AtLeast(i64::from(rows) * 500) },
    ];
    ask(&table, &mask, "two filters, first 50 by name", &filtered);
    ask(&table, &mask, "search rare (hamburg 77777)", &query("hamburg 77777", field::NAME));
    ask(&table, &mask, "search by pinyin (zhangsanming)", &query("zhangsanming", field::NAME));
    ask(&table, &mask, "search by initials (zsm)", &query("zsm", field::NAME));
    ask(&table, &mask, "search one letter (a)", &query("a", field::NAME));
    ask(&table, &mask, "search nothing (qqqqq)", &query("qqqqq", field::NAME));

    let changes = 1_000;
    let ((), changing) = timed(|| {
        for n in 0..changes {
            let n = n * (rows / changes);
            table.put(id(n), Version(2), contact(n + 7));
        }
    });
    println!("change one row, two orders kept   {:.3} ms", ms_f(changing) / f64::from(changes));
}

fn query(search: &str, sort: u32) -> Query {
    Query {
        search: search.to_owned(),
        filters: Vec::new(),
        sort: Sort { field: sort, descending: false },
        cursor: None,
        limit: 50,
    }
}

fn ask(table: &Table<ContactRow>, mask: &FieldMask, what: &str, query: &Query) {
    let mut times: Vec<Duration> = Vec::new();
    let mut count = 0;
    for _ in 0..9 {
        let (page, time): (Page<ContactRow>, _) = timed(|| table.query(query, mask).unwrap());
        count = page.count;
        times.push(time);
    }
    times.sort();
    println!("{what:33} {:.2} ms (median of 9; {count} found)", ms_f(times[4]));
}

fn deep_cursor(table: &Table<ContactRow>, mask: &FieldMask, depth: usize) -> Option<Cursor> {
    let mut query = Query { limit: 200, ..query("", field::NAME) };
    for _ in 0..depth / 200 {
        query.cursor = table.query(&query, mask).unwrap().next;
    }
    query.cursor
}

fn load(rows: u32) -> Table<ContactRow> {
    let mut table = Table::new();
    for n in 0..rows {
        table.put(id(n), Version(1), contact(n));
    }
    table
}

fn id(n: u32) -> RecordId {
    // Ids of one bulk grow with time, as UUIDv7 do.
    let mut id = [7; 16];
    id[..4].copy_from_slice(&n.to_be_bytes());
    RecordId(id)
}

fn contact(n: u32) -> ContactRow {
    let pick = |from: &[&'static str], salt: u32| {
        from[(n.wrapping_mul(2_654_435_761).rotate_left(salt) % from.len() as u32) as usize]
    };
    let name = format!("{}{}", pick(SURNAMES, 3), pick(GIVEN, 11));
    let place = pick(PLACES, 17);
    ContactRow {
        fields: ContactFields {
            name,
            company: format!("{place} {} {}", n % 9_973, pick(TRADES, 23)),
            position: pick(&["Einkauf", "销售经理", "CEO", ""], 5).to_owned(),
            phone: format!("+86 138 {:04} {:04}", n / 10_000, n % 10_000),
            email: format!("contact{n}@example-{}.com", n % 997),
            note: format!(
                "{place}, met at the fair {}. 需要下周回电, asked for a quotation.",
                n % 31
            ),
        },
        created_by: Some(id(n % 20)),
        created_at: Some(i64::from(n) * 1_000),
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

fn ms(time: Duration) -> u128 {
    time.as_millis()
}

fn ms_f(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Resident memory in KiB (proc(5), VmRSS).
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
