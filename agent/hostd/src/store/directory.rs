//! A directory as the store sees it, so that a test can cut the power between any two steps; and the
//! real one. Files are for root only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Steps on files of one directory. What is not synced may be lost by a power cut, or half there.
pub trait Directory {
    /// The content; a file larger than any of ours is an error.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;
    /// Makes the file, or replaces its content.
    fn write(&self, name: &str, content: &[u8]) -> io::Result<()>;
    /// Content onto the disk.
    fn sync(&self, name: &str) -> io::Result<()>;
    /// New name, replacing what had it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// A second name for the same file.
    fn link(&self, from: &str, to: &str) -> io::Result<()>;
    /// Takes the name away.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Names onto the disk.
    fn sync_directory(&self) -> io::Result<()>;
}

/// A directory of the file system.
pub struct Real {
    path: PathBuf,
}

impl Real {
    /// The directory, made for root only when it is not there.
    pub fn open(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        match fs::DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        Ok(Self { path: path.to_owned() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces a file as a whole: after a power cut it has the old content or the new.
    pub fn replace(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let new = format!("{name}.new");
        self.write(&new, content)?;
        self.sync(&new)?;
        self.rename(&new, name)?;
        self.sync_directory()
    }
}

impl Directory for Real {
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        read_bounded(&self.path.join(name), MAX_BYTES)
    }

    fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        options.open(self.path.join(name))?.write_all(content)
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        OpenOptions::new().write(true).open(self.path.join(name))?.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn link(&self, from: &str, to: &str) -> io::Result<()> {
        fs::hard_link(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    fn sync_directory(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }
}

/// Reads a file that must not be larger than this.
pub fn read_bounded(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(max + 1).read_to_end(&mut content)?;
    if content.len() as u64 > max {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than any file of ours"));
    }
    Ok(content)
}
