//! Puts made-up contacts of five fields into a vault, 500 a commit.
//! `cargo run --release -p crm --example fill -- DIRECTORY FROM TO PASSPHRASE`, where DIRECTORY is the CRM's and no
//! process has its vault open; `tests/bench-crm` measures the CRM on it.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, reason = "measures")]

mod made_up;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crm::field;
use made_up::{GIVEN, PLACES, SURNAMES, TRADES};
use seal::body::Value;
use seal::numbers::{action, outcome, table};
use vault::{Actor, BatchError, Closed, KeyOf, MAX_CHANGES, SystemClock, Unlock};

/// Companies; `tests/bench-crm` asks for the contacts of one.
const COMPANIES: usize = 1_000;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [directory, from, to, passphrase] = arguments.try_into().unwrap();
    let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
    let path = Path::new(&directory).join("store.1");
    let unlock = Unlock::Passphrase(passphrase.into());
    let store = Closed::new(&path, Arc::new(SystemClock::default())).open(&unlock).unwrap();
    let begun = Instant::now();
    for first in (from..to).step_by(MAX_CHANGES) {
        let numbers = first..to.min(first + MAX_CHANGES);
        let contacts: Vec<_> = numbers.map(|n| (store.new_id(), contact(n))).collect();
        let written = store.write(Actor::default(), move |batch| {
            for (id, fields) in contacts {
                batch.put(table::CONTACTS, id, fields, KeyOf::Person(id))?;
            }
            batch.audit(action::CONTACT_CREATED, outcome::ALLOWED);
            Ok::<(), BatchError>(())
        });
        written.await.unwrap().unwrap();
    }
    println!("{:.1}", begun.elapsed().as_secs_f64());
    store.close(Actor::default()).await.unwrap();
}

fn contact(n: usize) -> BTreeMap<u32, Value> {
    let mixed = n.wrapping_mul(2_654_435_761) >> 7;
    let company = n % COMPANIES;
    let place = PLACES[company % PLACES.len()];
    let name = format!("{}{}", SURNAMES[mixed % SURNAMES.len()], GIVEN[mixed / 16 % GIVEN.len()]);
    [
        (field::NAME, name),
        (field::COMPANY, format!("{place} {company} {}", TRADES[company % TRADES.len()])),
        (field::PHONE, format!("+86 138 {:04} {:04}", n / 10_000, n % 10_000)),
        (field::EMAIL, format!("contact{n}@example-{company}.com")),
        (
            field::NOTE,
            format!("{place}, met at fair {}. 需要下周回电, asked for a quotation.", n % 31),
        ),
    ]
    .map(|(field, text)| (field, Value::Text(text)))
    .into()
}
