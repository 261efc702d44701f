//! How full the disk is where applications keep what they have.

use std::io;
use std::path::Path;

/// Told from so much on, per cent of what ordinary programs may fill.
const FULL: u8 = 90;
/// And again once it was less than this.
const ROOM: u8 = 85;

/// What was seen.
#[derive(Default)]
pub struct Disk {
    told: bool,
}

impl Disk {
    /// Takes in how full it is; whether that has to be told now.
    pub fn look(&mut self, used: u8) -> bool {
        if used < ROOM {
            self.told = false;
        }
        let is_news = used >= FULL && !self.told;
        self.told |= is_news;
        is_news
    }
}

/// How full the disk is that holds this, per cent. Blocks.
pub fn used(path: &Path) -> io::Result<u8> {
    let found = nix::sys::statvfs::statvfs(path)?;
    let (blocks, free, ours) = (found.blocks(), found.blocks_free(), found.blocks_available());
    // What is kept back for root is nobody's room.
    let taken = blocks.saturating_sub(free);
    let all = taken.saturating_add(ours).max(1);
    Ok(u8::try_from(taken.saturating_mul(100) / all).unwrap_or(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_told_when_it_fills_and_again_after_there_was_room() {
        let mut disk = Disk::default();
        let told: Vec<bool> = [50, 89, 90, 95, 89, 91, 84, 90].map(|used| disk.look(used)).into();
        assert_eq!(told, [false, false, true, false, false, false, false, true]);
    }

    #[test]
    fn a_disk_that_is_there_says_how_full_it_is() {
        assert!(used(Path::new("/")).unwrap() <= 100);
        assert!(used(Path::new("/no-such-place")).is_err());
    }
}
