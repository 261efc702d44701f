//! Drills: a copy is restored beside the store that goes on, and what is wrong with it is found and named.

use std::fs;
use std::path::PathBuf;

use ::vault::Examined;
use backup::{
    Drill, Extent, Kind, Object, Page, Protection, Repository, Since, Source, SourceError, Trouble,
    drill,
};
use seal::numbers::table;

use crate::store::{CONTACTS, Shop};

fn scratch(shop: &Shop) -> PathBuf {
    shop.folder.path().join("scratch")
}

fn drilled(shop: &Shop) -> Drill {
    let clock = shop.time.of_copies();
    let done = drill(&shop.copies, &shop.keys, &shop.store, &scratch(shop), &*clock).unwrap();
    assert!(!scratch(shop).exists());
    done
}

fn filled() -> Shop {
    let shop = Shop::new();
    let ids: Vec<_> = (0..30).map(|n| shop.contact(&format!("{n} {}", "x".repeat(900)))).collect();
    for id in &ids[..10] {
        shop.rename(*id, "another");
    }
    shop
}

#[test]
fn a_good_copy_is_found_to_be_good_while_the_shop_goes_on() {
    let mut shop = filled();
    shop.copy(Extent::Whole);
    let rested = drilled(&shop);
    assert!(rested.is_good(), "{rested:?}");
    assert_eq!(rested.protection, Some(Protection::Deletes));
    let examined = rested.examined.unwrap();
    assert_eq!(examined.seq, shop.store.audit(None, 1).unwrap()[0].seq);
    let rows = examined.tables.iter().find(|rows| rows.table == CONTACTS).unwrap();
    assert_eq!((rows.records, rows.dark, rows.damaged, rows.source), (30, 0, 0, 30));
    assert_eq!((examined.same, examined.since, examined.different), (30, 0, 0));
    assert!(rested.time.0 < rested.time.1);

    // Edited, entered and erased since.
    let anna = shop.contact("Anna");
    shop.copy(Extent::Whole);
    shop.rename(anna, "Anna B.");
    shop.contact("Bernd");
    let carla = shop.contact("Carla");
    shop.copy_keys();
    shop.erase(anna);
    shop.erase(carla);
    shop.copy_keys();
    fs::create_dir(scratch(&shop)).unwrap();
    fs::write(scratch(&shop).join("left"), "of a drill that was cut").unwrap();
    let busy = drilled(&shop);
    assert!(busy.is_good(), "{busy:?}");
    let examined = busy.examined.unwrap();
    let rows = examined.tables.iter().find(|rows| rows.table == CONTACTS).unwrap();
    // Anna was erased: her record is in the copy, and nothing opens it.
    assert_eq!((rows.records, rows.dark, rows.damaged, rows.source), (30, 1, 0, 31));
    assert!(examined.tables.iter().any(|rows| rows.table == table::ERASED));
    assert!(examined.since >= 3, "{examined:?}");
    assert_eq!(shop.contact("the shop goes on").0.len(), 16);
}

#[test]
fn a_flipped_bit_at_the_target_is_found_and_named() {
    let mut shop = filled();
    shop.copy(Extent::Whole);
    let mut named = 0;
    for (repository, target) in [("target", shop.target()), ("target-keys", shop.target_of_keys())]
    {
        for (object, length) in target.list(Kind::Pack).unwrap() {
            let Object::Named(_, id) = object else { panic!() };
            let name = id.to_string();
            let path =
                shop.folder.path().join(repository).join("data").join(&name[..2]).join(&name);
            let whole = fs::read(&path).unwrap();
            let mut bytes = whole.clone();
            bytes[usize::try_from(length).unwrap() / 50] ^= 1;
            fs::write(&path, bytes).unwrap();
            let done = drilled(&shop);
            fs::write(&path, &whole).unwrap();
            assert!(!done.is_good());
            let found = if repository == "target" { &done.damage } else { &done.damage_of_keys };
            assert_eq!((found.len(), found[0].object), (1, object));
            assert_eq!(found[0].trouble, Trouble::Changed);
            // Where it is needed it does not come back, and why is said in words; else it was noise.
            if found[0].loses.is_empty() {
                continue;
            }
            named += 1;
            assert!(done.failed.iter().any(|cause| cause.contains(&name)), "{:?}", done.failed);
        }
    }
    assert!(named >= 2, "{named}");
    assert!(drilled(&shop).is_good());
}

/// A source that gives something else than it holds, as a broken disk or a broken program would.
struct Lying<F> {
    feed: ::vault::Feed,
    lie: F,
}

impl<F: FnMut(&mut Vec<(Vec<u8>, Vec<u8>)>)> Source for Lying<F> {
    fn begin(&mut self) -> Result<(), SourceError> {
        Source::begin(&mut self.feed)
    }

    fn page(&mut self, from: &[u8]) -> Result<Page, SourceError> {
        let mut page = Source::page(&mut self.feed, from)?;
        (self.lie)(&mut page.items);
        Ok(page)
    }

    fn since(&mut self) -> Result<Since, SourceError> {
        Source::since(&mut self.feed)
    }
}

fn lied(shop: &mut Shop, lie: impl FnMut(&mut Vec<(Vec<u8>, Vec<u8>)>)) -> (Drill, Examined) {
    let mut source = Lying { feed: shop.store.feed(), lie };
    shop.copies.copy(Extent::Whole, &mut source).unwrap();
    let done = drilled(shop);
    assert!(!done.is_good(), "{done:?}");
    let examined = done.examined.clone().unwrap();
    (done, examined)
}

#[test]
fn a_copy_that_is_whole_and_not_what_the_store_holds_is_found() {
    let mut shop = filled();
    shop.copy_keys();
    let of = |space: u8| move |item: &(Vec<u8>, Vec<u8>)| item.0[0] == space;
    // A record is not there.
    let (_, seen) = lied(&mut shop, |items| {
        let at = items.iter().position(of(0x10)).unwrap();
        items.remove(at);
    });
    assert!(seen.digest_differs && seen.different == 0 && seen.since == 1, "{seen:?}");
    // One is there with another content of the same version.
    let (_, seen) = lied(&mut shop, |items| {
        let at = items.iter().position(of(0x10)).unwrap();
        items[at].1[100] ^= 1;
    });
    assert_eq!((seen.different, seen.places[0][0]), (1, 0x10), "{seen:?}");
    assert!(seen.tables.iter().any(|rows| rows.damaged == 1));
    // A former version is not there, and one that is another.
    let (_, seen) = lied(&mut shop, |items| {
        let at = items.iter().position(of(0x11)).unwrap();
        items.remove(at);
        items[at].1[80] ^= 1;
    });
    assert_eq!((seen.different, seen.digest_differs), (2, false), "{seen:?}");
    assert!(seen.places.iter().all(|place| place[0] == 0x11));
    // An entry of the log is not there.
    let (done, seen) = lied(&mut shop, |items| {
        let at =
            items.iter().position(|item| item.0 == [&[0x12][..], &5_u64.to_be_bytes()].concat());
        items.remove(at.unwrap());
    });
    assert_eq!((seen.chain_broken_at, done.made.unwrap().chain_broken_at), (Some(5), Some(5)));
    assert_eq!(seen.different, 1);
    shop.copy(Extent::Whole);
    assert!(drilled(&shop).is_good());
}
