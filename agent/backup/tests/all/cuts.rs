//! The power is cut at every write of a copy, before it and after it.

use std::sync::atomic::Ordering;

use backup::{Depth, Extent, OpenError, Repository};

use crate::shop::{self, Accident, At, Shop, restored};

/// Cuts the first copy, with the making of the repository, at every write; then goes on.
#[test]
fn the_first_copy_is_cut_anywhere_and_goes_on() {
    for at in [At::Before, At::After] {
        let mut cuts = 0;
        for write in 1.. {
            let folder = tempfile::tempdir().unwrap();
            let mut shop = Shop::new(2_600, 4_000);
            let size: usize = shop.state.values().map(Vec::len).sum();
            let cut = Accident::new(folder.path(), at, write);
            let done = shop::create(cut.clone()).map_err(|error| error.to_string()).and_then(
                |mut repository| {
                    repository.copy(Extent::Whole, &mut shop).map_err(|error| error.to_string())
                },
            );
            // What a write that was cut leaves.
            if cut.writes.load(Ordering::SeqCst) < write {
                done.unwrap();
                break;
            }
            cuts += 1;
            leave_torn(folder.path());
            shop.edits(5);
            let again = Accident::new(folder.path(), At::Full, u64::MAX);
            let mut repository = match shop::open(again.clone()) {
                Err(OpenError::Nothing) => shop::create(again.clone()).unwrap(),
                opened => opened.unwrap(),
            };
            let copied = shop::whole(&mut repository, &mut shop);
            assert!(restored(&repository, copied.id).unwrap() == shop.state, "{at:?} {write}");
            assert_eq!(repository.check(Depth::Read).unwrap(), [], "{at:?} {write}");
            // Nothing that had arrived is sent again.
            let sent = |target: &Accident| target.bytes.load(Ordering::SeqCst);
            let (both, most) = (sent(&cut) + sent(&again), size as u64 * 108 / 100 + (9 << 20));
            assert!(both <= most, "{at:?} {write}: {both} of {size}");
        }
        println!("{at:?}: {cuts} cuts");
        assert!(cuts >= 8, "{cuts}");
    }
}

/// As above, of the copies after the first; those before stay whole.
#[test]
fn the_next_copy_is_cut_anywhere_and_the_first_stays() {
    for (extent, at) in [
        (Extent::Whole, At::Before),
        (Extent::Whole, At::After),
        (Extent::Journal, At::Before),
        (Extent::Journal, At::After),
    ] {
        let mut cuts = 0;
        for write in 1.. {
            let folder = tempfile::tempdir().unwrap();
            let mut shop = Shop::new(500, 1_100);
            let mut first = shop::create(shop::disk(folder.path())).unwrap();
            let earlier = shop::whole(&mut first, &mut shop);
            let state = shop.state.clone();
            drop(first);

            // The whole copy that a journal goes on from writes a lock and a snapshot.
            let before = if extent == Extent::Journal { 2 } else { 0 };
            let cut = Accident::new(folder.path(), at, before + write);
            let mut repository = shop::open(cut.clone()).unwrap();
            if extent == Extent::Journal {
                // The cut may be right after its last write.
                let _ = repository.copy(Extent::Whole, &mut shop);
            }
            shop.edits(30);
            let done = repository.copy(extent, &mut shop);
            if cut.writes.load(Ordering::SeqCst) < before + write {
                done.unwrap();
                break;
            }
            cuts += 1;
            leave_torn(folder.path());
            let mut repository = shop::open(shop::disk(folder.path())).unwrap();
            assert_eq!(repository.check(Depth::Read).unwrap(), [], "{extent:?} {at:?} {write}");
            assert!(restored(&repository, earlier.id).unwrap() == state);
            for copy in repository.copies().unwrap().copies {
                restored(&repository, copy.id).unwrap();
            }
            let copied = shop::whole(&mut repository, &mut shop);
            assert!(restored(&repository, copied.id).unwrap() == shop.state);
            assert_eq!(repository.check(Depth::Read).unwrap(), []);
        }
        println!("{extent:?} {at:?}: {cuts} cuts");
        assert!(cuts >= 5, "{cuts}");
    }
}

/// A write that was cut leaves part of an object where objects have no names yet.
fn leave_torn(disk: &std::path::Path) {
    std::fs::create_dir_all(disk.join("unfinished")).unwrap();
    std::fs::write(disk.join("unfinished/object"), vec![7; 100_000]).unwrap();
}
