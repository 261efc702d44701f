//! A file system that can be cut off from power. Programs use it like any other; it keeps what they
//! did in memory, and gives the directory as a disk could hold it after a cut at any point.
//!
//! It is a FUSE file system served from this process, because then the code under test, sled
//! included, runs unchanged against a real kernel: no mock of ours, no interposed libc (which would
//! miss raw system calls and needs `unsafe`). Reads and writes pass at once (no write-back cache),
//! so `sync_file_range` does nothing here, as it does nothing to the cache inside a disk.
//!
//! One run is recorded once ([`PowerFs`], [`Recording`]) and cut at many points ([`Cutter`]); each
//! cut is an [`Image`] that is written to a directory, or mounted again to go on from. Needs root
//! and `/dev/fuse`.

mod chance;
mod cut;
mod image;
mod record;
mod serve;
#[cfg(test)]
mod tests;
mod tree;

pub use chance::Chance;
pub use cut::{Cutter, Journal};
pub use image::Image;
pub use record::{Call, Recording};

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fuser::{BackgroundSession, Config, MountOption};
use nix::errno::Errno;
use nix::mount::{MntFlags, umount2};

use serve::Served;
use tree::Tree;

/// The file system could not be mounted.
#[derive(Debug, thiserror::Error)]
#[error(
    "the power-cut tests cannot mount their file system at {path}: they need root and /dev/fuse \
     (`modprobe fuse`; in a container `--device /dev/fuse --cap-add SYS_ADMIN`)"
)]
pub struct MountError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// A mounted file system. Dropped, it is unmounted.
#[derive(Debug)]
pub struct PowerFs {
    path: PathBuf,
    tree: Arc<Mutex<Tree>>,
    session: Option<BackgroundSession>,
}

impl PowerFs {
    /// Mounts a file system that holds `image`, at a directory that is there and empty.
    ///
    /// # Errors
    /// Without root or `/dev/fuse`.
    pub fn mount(path: &Path, image: &Image) -> Result<Self, MountError> {
        let tree = Arc::new(Mutex::new(Tree::new(image)));
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("power-cut".to_owned())];
        let session = fuser::spawn_mount(Served::new(Arc::clone(&tree)), path, &config)
            .map_err(|source| MountError { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), tree, session: Some(session) })
    }

    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How much has been recorded: a point to cut at. What a program has been told by now was told
    /// before every later point.
    #[must_use]
    pub fn now(&self) -> usize {
        self.with(|tree| tree.recording().len())
    }

    /// Lets the next `times` calls of this kind fail with `errno`. After a failed sync the writes
    /// it was to keep are gone for the disk, though readers still see them: so does Linux.
    pub fn fail(&self, call: Call, errno: Errno, times: usize) {
        self.with(|tree| tree.fail(call, errno, times));
    }

    /// Lets the next write fail with `errno`, `after` that time: a disk tries again for a while
    /// before it gives a block up, and does what it is asked meanwhile. (The kernel lets writes pass
    /// each other only where they do not make the file longer.)
    pub fn fail_late(&self, errno: Errno, after: Duration) {
        self.with(|tree| tree.fail_late(errno, after));
    }

    /// Changes the contents of a file behind every reader's back, as a worn disk does.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn tamper(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) -> Result<(), Errno> {
        self.with(|tree| tree.file_at(path).map(change))
    }

    /// What was recorded so far; it goes on.
    #[must_use]
    pub fn so_far(&self) -> Recording {
        self.with(|tree| tree.recording().clone())
    }

    /// Unmounts it, and gives what was recorded. Files that are still open can do nothing any more.
    #[must_use]
    pub fn end(mut self) -> Recording {
        self.unmount();
        self.with(Tree::take)
    }

    fn with<R>(&self, f: impl FnOnce(&mut Tree) -> R) -> R {
        f(&mut self.tree.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn unmount(&mut self) {
        if let Some(session) = self.session.take() {
            // Detached, since a program may still hold files open, and with every call refused from
            // now on: this process could not end while it waits for a file system that it serves.
            let _ = umount2(&self.path, MntFlags::MNT_DETACH | MntFlags::MNT_FORCE);
            drop(session);
        }
    }
}

impl Drop for PowerFs {
    fn drop(&mut self) {
        self.unmount();
    }
}
