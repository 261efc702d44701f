//! What a copy reads, while others write: the pages and what was committed meanwhile make a store that opens.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use vault::engine::{Engine, Options, SledEngine};
use vault::{Actor, BatchError, Closed, CommitError, Feed, KeyOf, Since, Store};

use crate::common::{CONTACTS, Place, named, names};

type State = BTreeMap<Vec<u8>, Vec<u8>>;

fn apply(state: &mut State, since: Since) {
    let Since::Changes(changes) = since else { panic!("lost") };
    for (place, sealed) in changes {
        match sealed {
            Some(sealed) => state.insert(place, sealed),
            None => state.remove(&place),
        };
    }
}

/// All pages, the first to the last.
fn pages(feed: &Feed) -> (State, usize) {
    let (mut state, mut from, mut count) = (State::new(), Vec::new(), 0);
    loop {
        let page = feed.page(&from).unwrap();
        count += 1;
        state.extend(page.items);
        match page.next {
            Some(next) => from = next,
            None => return (state, count),
        }
    }
}

/// A store of these sealed bytes, with the keys of another.
fn made_of(place: &Place, state: &State, to: &Path) -> Store {
    fs::create_dir(to).unwrap();
    for one in fs::read_dir(place.path()).unwrap().map(Result::unwrap) {
        if one.file_type().unwrap().is_file() {
            fs::copy(one.path(), to.join(one.file_name())).unwrap();
        }
    }
    fs::create_dir(to.join("files")).unwrap();
    let engine = SledEngine::create(&to.join("db"), Options::default()).unwrap();
    let changes: Vec<_> =
        state.iter().map(|(place, sealed)| (place.clone(), Some(sealed.clone()))).collect();
    changes.chunks(500).for_each(|some| engine.commit(some.to_vec()).unwrap());
    engine.close().unwrap();
    Closed::new(to, place.clock.clone()).open(&place.machine()).unwrap()
}

fn fill(place: &Place, store: &Store, from: usize, to: usize) {
    for start in (from..to).step_by(100) {
        let id = |_| store.new_id();
        let ids: Vec<_> = (start..start + 100).map(id).collect();
        place.write(store, move |batch| {
            for (number, id) in ids.into_iter().enumerate() {
                let name = format!("{} {}", start + number, "x".repeat(600));
                batch.put(CONTACTS, id, named(&name), KeyOf::Table)?;
            }
            Ok::<(), BatchError>(())
        });
    }
}

#[test]
fn pages_and_changes_make_a_store_as_it_was_after_a_commit() {
    let place = Place::new();
    let store = place.create();
    fill(&place, &store, 0, 4_000);
    let mut feed = store.feed();
    feed.begin();
    let stop = Arc::new(AtomicBool::new(false));
    let works = thread::spawn({
        let (store, stop) = (store.clone(), Arc::clone(&stop));
        move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let ids: Vec<_> = names(&store, CONTACTS).into_values().map(|(id, _)| id).collect();
            let mut done = 0;
            while !stop.load(Ordering::Relaxed) {
                // Of the first page and of the last in one commit: no half of it may be copied.
                let at = done % ids.len();
                let both = [ids[at], ids[ids.len() - 1 - at]];
                let new = store.new_id();
                let written = runtime.block_on(store.write(Actor::default(), move |batch| {
                    batch.audit(101, 1);
                    for (end, id) in both.into_iter().enumerate() {
                        let name = format!("now {done} {end}");
                        batch.change(CONTACTS, id, |fields| *fields = named(&name))?;
                    }
                    batch.put(CONTACTS, new, named(&format!("new {done}")), KeyOf::Table)
                }));
                written.unwrap().unwrap();
                done += 1;
            }
            done
        }
    });
    // Three times whatever is seen at that moment, in the middle of the work.
    let mut opened = Vec::new();
    for round in 0..3 {
        let (mut state, count) = pages(&feed);
        assert!(count > 2, "{count} pages are no walk");
        apply(&mut state, feed.since().unwrap());
        let copy = made_of(&place, &state, &place.dir.path().join(format!("copy-{round}")));
        let findings = copy.findings();
        assert!(!findings.digest_differs, "{findings:?}");
        opened.push(names(&copy, CONTACTS).len());
    }
    stop.store(true, Ordering::Relaxed);
    let done = works.join().unwrap();
    assert!(done > 20 && opened.is_sorted() && opened[2] > 4_000, "{done} {opened:?}");

    // At rest a reading alone says the same as one before with what was committed since.
    let (mut state, _) = pages(&feed);
    apply(&mut state, feed.since().unwrap());
    place.contact(&store, "Anna");
    apply(&mut state, feed.since().unwrap());
    assert_eq!(state, pages(&feed).0);
    assert_eq!(feed.since().unwrap(), Since::Changes(Vec::new()));
}

/// The head changes with each commit, and a page shows it as soon as the engine has it.
#[test]
fn what_a_page_has_shown_is_among_the_changes() {
    let place = Place::new();
    let store = place.create();
    let mut feed = store.feed();
    feed.begin();
    let head = |state: &State| state.get(&[1, 0][..]).cloned();
    let mut heads = vec![head(&pages(&feed).0)];
    let stop = AtomicBool::new(false);
    let all_there = thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                place.contact(&store, "Anna");
            }
        });
        let mut all_there = true;
        while all_there && heads.len() < 1_000 {
            let shown = head(&pages(&feed).0);
            let Ok(Since::Changes(changes)) = feed.since() else { break };
            heads.extend(changes.into_iter().filter(|(at, _)| at == &[1, 0]).map(|(_, head)| head));
            all_there = heads.contains(&shown);
        }
        stop.store(true, Ordering::Relaxed);
        all_there
    });
    assert!(all_there, "a page shows a commit that is not among the changes");
    assert!(heads.len() >= 1_000, "{} commits", heads.len());
}

#[test]
fn what_nobody_comes_for_is_lost_and_said_to_be() {
    let place = Place::new();
    let store = place.create();
    let (mut one, mut other) = (store.feed(), store.feed());
    assert_eq!(one.since().unwrap(), Since::Lost, "it has not begun");
    one.begin();
    other.begin();
    let mut seen = State::new();
    for start in 0..14 {
        // More than 1 MiB each.
        let ids: Vec<_> = (0..20).map(|_| store.new_id()).collect();
        place.write(&store, move |batch| {
            for id in ids {
                let long = named(&format!("{start} {}", "y".repeat(60_000)));
                batch.put(CONTACTS, id, long, KeyOf::Table)?;
            }
            Ok::<(), BatchError>(())
        });
        apply(&mut seen, other.since().unwrap());
    }
    assert_eq!(one.since().unwrap(), Since::Lost);
    assert_eq!(one.since().unwrap(), Since::Lost, "until it begins anew");
    one.begin();
    assert_eq!(one.since().unwrap(), Since::Changes(Vec::new()));
    let live = |state: &State| state.keys().filter(|place| place[0] == 0x10).count();
    assert_eq!(live(&seen), live(&pages(&other).0), "who came for it has it all");
    place.close(&store);
    assert_eq!(other.since(), Err(CommitError::Closed));
    assert!(other.page(&[]).is_err());
}
