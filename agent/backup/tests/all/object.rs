//! What every target does with an object.

use backup::{Id, Kind, Object, Target, TargetError};

use crate::shop::Noise;

pub fn made(kind: Kind, length: usize) -> (Object, Vec<u8>) {
    let bytes = Noise(length as u64 + 1).bytes(length);
    (Object::Named(kind, Id::of(&bytes)), bytes)
}

/// At a target that has nothing yet, and has nothing afterwards.
pub fn is_written_read_in_parts_and_taken_away(target: &dyn Target) {
    for kind in Kind::ALL {
        assert_eq!(target.list(kind).unwrap(), []);
    }
    let (pack, bytes) = made(Kind::Pack, 5_000_000);
    let missing = |read| matches!(read, Err(TargetError::Missing(object)) if object == pack);
    assert!(missing(target.read(pack, None)) && missing(target.read(pack, Some((0, 4)))));
    assert!(missing(target.read(pack, Some((0, 0)))));
    target.remove(pack).unwrap();
    target.write(pack, &bytes).unwrap();
    target.write(pack, &bytes).unwrap();
    assert_eq!(target.list(Kind::Pack).unwrap(), [(pack, 5_000_000)]);
    assert!(target.read(pack, None).unwrap() == bytes);
    for (from, length) in
        [(0, 0), (0, 1), (0, 5_000_000), (4_999_999, 1), (5_000_000, 0), (7, 9_000)]
    {
        let range = usize::try_from(from).unwrap()..usize::try_from(from + length).unwrap();
        assert!(
            target.read(pack, Some((from, length))).unwrap() == bytes[range],
            "{from} {length}"
        );
    }
    for range in [(0, 5_000_001), (4_999_999, 2), (5_000_000, 1), (5_000_001, 0), (u64::MAX, 7)] {
        let read = target.read(pack, Some(range));
        assert!(matches!(read, Err(TargetError::Broken { .. })), "{range:?} {read:?}");
    }
    target.remove(pack).unwrap();
    target.remove(pack).unwrap();
    assert!(missing(target.read(pack, None)));
}
