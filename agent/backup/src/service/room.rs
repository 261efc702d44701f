//! Whether a store can be restored into scratch space.

use std::fs;
use std::path::Path;

/// Of what is restored, as much must be free besides, bytes.
const ROOM: u64 = 256 << 20;

/// Whether what is as large as the store can be restored beside this place, twice.
#[must_use]
pub fn has_room(store: &Path, scratch: &Path) -> bool {
    let needed = size_of(store).saturating_mul(2).saturating_add(ROOM);
    scratch.parent().and_then(free_at).is_some_and(|free| free >= needed)
}

fn free_at(path: &Path) -> Option<u64> {
    let at = rustix::fs::statvfs(path).ok()?;
    Some(at.f_bavail.saturating_mul(at.f_frsize))
}

/// Bytes of all files below.
fn size_of(path: &Path) -> u64 {
    let mut size = 0_u64;
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let Ok(meta) = entry.metadata() else { continue };
        size += if meta.is_dir() { size_of(&entry.path()) } else { meta.len() };
    }
    size
}
