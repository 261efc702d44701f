//! Measures the store on a disk: durable writes alone and many at once, an import, unlocking, memory.
//! `cargo run --release -p vault --example commits -- DIRECTORY RECORDS`; `tests/bench-store` sets it
//! beside SQLite.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "measures")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use seal::body::Value;
use seal::numbers::{action, contact as field, outcome, table};
use vault::{Actor, BatchError, Closed, KeyOf, MAX_CHANGES, Store, SystemClock, Unlock};
use zeroize::Zeroizing;

/// Writes of one writer; of each of many.
const ALONE: usize = 400;
const WRITERS: usize = 100;
const EACH: usize = 40;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().unwrap();
    let records: usize = arguments.next().unwrap().parse().unwrap();
    let path = Path::new(&directory).join("store.1");
    let clock = Arc::new(SystemClock::default());
    let passphrase = || Unlock::Passphrase(Zeroizing::new("lampe wolke fahrrad sieben".into()));

    let store = Closed::new(&path, clock.clone()).create(&passphrase()).unwrap();
    let recovery = store.add_recovery(&Actor::default()).unwrap();
    store.confirm_recovery(&Actor::default(), &Unlock::Recovery(recovery)).unwrap();
    println!("alone {:.0}", rate(&store, 1, ALONE).await);
    println!("together {:.0}", rate(&store, WRITERS, EACH).await);

    let begun = Instant::now();
    for from in (0..records).step_by(MAX_CHANGES) {
        let count = MAX_CHANGES.min(records - from);
        let store = store.clone();
        let ids: Vec<_> = (0..count).map(|_| store.new_id()).collect();
        let imported = store.write(Actor::default(), move |batch| {
            for id in ids {
                batch.put(table::CONTACTS, id, contact(), KeyOf::Person(id))?;
            }
            batch.audit(action::CONTACT_CREATED, outcome::ALLOWED);
            Ok::<(), BatchError>(())
        });
        imported.await.unwrap().unwrap();
    }
    println!("import {:.1}", begun.elapsed().as_secs_f64());
    store.close(Actor::default()).await.unwrap();
    drop(store);

    let before = resident();
    let begun = Instant::now();
    let store = Closed::new(&path, clock).open(&passphrase()).unwrap();
    println!("unlock {:.2}", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let loaded = store.load(table::CONTACTS, |_, _, _| {}).unwrap();
    println!("load {:.2}", begun.elapsed().as_secs_f64());
    println!("records {}", loaded.records);
    println!("memory {}", (resident().saturating_sub(before)) / 1024);
}

/// Durable writes a second, each acknowledged by itself.
async fn rate(store: &Store, writers: usize, each: usize) -> f64 {
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..writers {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            for _ in 0..each {
                let id = store.new_id();
                let written = store.write(Actor::default(), move |batch| {
                    batch.put(table::CONTACTS, id, contact(), KeyOf::Person(id))?;
                    batch.audit(action::CONTACT_CREATED, outcome::ALLOWED);
                    Ok::<(), BatchError>(())
                });
                written.await.unwrap().unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    (writers * each) as f64 / begun.elapsed().as_secs_f64()
}

fn contact() -> std::collections::BTreeMap<u32, Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    [
        (field::NAME, text("张三明")),
        (field::COMPANY, text("上海三明电子有限公司")),
        (field::PHONE, text("+86 138 1234 5678")),
        (field::EMAIL, text("zhang.sanming@example.com")),
        (field::NOTE, text("Met at the fair; asked for a quotation of 40 pieces. 需要下周回电。")),
    ]
    .into()
}

/// Resident memory in KiB (proc(5), VmRSS).
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
