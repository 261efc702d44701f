//! What 0002 asks to be measured. `cargo test -p vault --test store -- --ignored --nocapture`.

use std::time::Instant;

use vault::{Actor, KeyOf, Store};

use crate::common::{CONTACTS, Place, ROLES, named};

async fn many(store: &Store, writers: usize, each: usize, person: bool) {
    let mut tasks = Vec::new();
    for _ in 0..writers {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            for _ in 0..each {
                let id = store.new_id();
                let (table, key) =
                    if person { (CONTACTS, KeyOf::Person(id)) } else { (ROLES, KeyOf::Table) };
                let written = store.write(Actor::default(), move |batch| {
                    batch.put(table, id, named("somebody of average length"), key)
                });
                written.await.unwrap().unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}

#[test]
#[ignore = "measures"]
fn commits_and_unlock() {
    let place = Place::new();
    let store = place.create();
    for (what, writers, each, person) in [
        ("alone, table key", 1, 300, false),
        ("alone, new person (three syncs)", 1, 300, true),
        ("100 writers, table key", 100, 30, false),
        ("100 writers, new person", 100, 30, true),
    ] {
        let began = Instant::now();
        place.runtime.block_on(many(&store, writers, each, person));
        let rate = (writers * each) as f64 / began.elapsed().as_secs_f64();
        println!("{what}: {rate:.0} durable writes/s");
    }
    let began = Instant::now();
    for _ in 0..200 {
        let store = store.clone();
        place.runtime.block_on(async move {
            store
                .write(Actor::default(), move |batch| {
                    for _ in 0..500 {
                        let id = vault_id();
                        batch.put(CONTACTS, id, named("somebody"), KeyOf::Person(id))?;
                    }
                    Ok::<(), vault::BatchError>(())
                })
                .await
                .unwrap()
                .unwrap();
        });
    }
    println!("100,000 imported in {:.1} s", began.elapsed().as_secs_f64());
    place.close(&store);
    drop(store);
    let began = Instant::now();
    let store = place.open();
    println!("opened in {:.2} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let loaded = store.load(CONTACTS, |_, _, _| {}).unwrap();
    println!("{} records loaded in {:.2} s", loaded.records, began.elapsed().as_secs_f64());
}

fn vault_id() -> seal::RecordId {
    seal::RecordId(uuid::Uuid::now_v7().into_bytes())
}
