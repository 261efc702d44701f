//! A store in scratch space, made of another as a copy comes back. Tests of the crates above take it from here.

use std::path::Path;

use vault::{Restoring, Store};

/// Makes it at `to` (`…/store.1`), of what the store holds now.
pub fn make(of: &Store, to: &Path) {
    let (feed, keys) = (of.feed(), of.key_feed());
    let mut new = Restoring::begin(to).unwrap();
    new.keys(&keys.keys().unwrap()).unwrap();
    for segment in 0.. {
        let Some(bytes) = keys.persons(segment).unwrap() else { break };
        new.persons(segment, &bytes).unwrap();
    }
    let mut from = Some(Vec::new());
    while let Some(at) = from {
        let page = feed.page(&at).unwrap();
        let changes = page.items.into_iter().map(|(at, sealed)| (at, Some(sealed)));
        new.changes(changes.collect()).unwrap();
        from = page.next;
    }
    new.finish(1_800_000_000_000).unwrap();
}
