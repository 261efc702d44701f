//! Waits for files to change (inotify). Directories that are not there yet are watched as soon as
//! one above them tells that they are.

use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::path::PathBuf;

use nix::errno::Errno;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use tokio::io::unix::AsyncFd;

/// Directories under watch.
pub struct Watch {
    inotify: AsyncFd<Fd>,
    directories: Vec<PathBuf>,
}

struct Fd(Inotify);

impl AsRawFd for Fd {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_fd().as_raw_fd()
    }
}

impl Watch {
    /// Watches the directories, those above first.
    pub fn new(directories: Vec<PathBuf>) -> io::Result<Self> {
        let inotify = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?;
        #[allow(deprecated, reason = "`Fd` owns its descriptor and always gives the same one")]
        let inotify = AsyncFd::new(Fd(inotify))?;
        let watch = Self { inotify, directories };
        watch.look()?;
        Ok(watch)
    }

    /// Returns when something in one of the directories has changed since the last call.
    pub async fn changed(&self) -> io::Result<()> {
        loop {
            let mut guard = self.inotify.readable().await?;
            let read = guard.try_io(|fd| fd.get_ref().0.read_events().map_err(io::Error::from));
            match read {
                Ok(Ok(_)) => {
                    self.look()?;
                    return Ok(());
                }
                Ok(Err(error)) => return Err(error),
                Err(_would_block) => {}
            }
        }
    }

    /// Asks for a watch on each directory; one that is watched already stays so.
    fn look(&self) -> io::Result<()> {
        let flags = AddWatchFlags::IN_CLOSE_WRITE
            | AddWatchFlags::IN_MOVED_TO
            | AddWatchFlags::IN_CREATE
            | AddWatchFlags::IN_DELETE
            | AddWatchFlags::IN_ONLYDIR;
        for directory in &self.directories {
            match self.inotify.get_ref().0.add_watch(directory, flags) {
                Ok(_) | Err(Errno::ENOENT | Errno::ENOTDIR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn sees_directories_that_come_later() {
        let place = tempfile::tempdir().unwrap();
        let below = place.path().join("below");
        let watch = Watch::new(vec![place.path().to_owned(), below.clone()]).unwrap();
        std::fs::create_dir(&below).unwrap();
        watch.changed().await.unwrap();
        std::fs::write(below.join("file"), "x").unwrap();
        watch.changed().await.unwrap();
    }
}
