//! Files that are written in place and kept twice, outside the engine: the copy is written and
//! synced first, the main file after it, so that a cut spoils at most one of them.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// An error with the file it is about.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} {path}")]
pub struct FileError {
    /// What was tried.
    pub doing: &'static str,
    /// The file.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// Makes a [`FileError`] of an [`io::Error`].
pub fn cannot(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    move |source| FileError { doing, path, source }
}

/// One file written in place.
#[derive(Debug)]
pub struct InPlace {
    file: File,
    path: PathBuf,
}

impl InPlace {
    /// Opens a file for reading and writing; makes an empty one when there is none.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(path).map_err(cannot("open", path))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// All of it.
    pub fn read(&self) -> Result<Vec<u8>, FileError> {
        let length = self.file.metadata().map_err(cannot("read", &self.path))?.len();
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        self.file.read_exact_at(&mut bytes, 0).map_err(cannot("read", &self.path))?;
        Ok(bytes)
    }

    /// So many bytes from `at`.
    pub fn read_at(&self, at: u64, length: usize) -> Result<Vec<u8>, FileError> {
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, at).map_err(cannot("read", &self.path))?;
        Ok(bytes)
    }

    /// Overwrites what is at `at` and returns once it is on the disk.
    pub fn write(&self, at: u64, bytes: &[u8]) -> Result<(), FileError> {
        self.write_many(&[(at, bytes)])
    }

    /// As [`InPlace::write`], several places with one sync.
    pub fn write_many(&self, pieces: &[(u64, &[u8])]) -> Result<(), FileError> {
        for (at, bytes) in pieces {
            self.file.write_all_at(bytes, *at).map_err(cannot("write", &self.path))?;
        }
        self.file.sync_data().map_err(cannot("sync", &self.path))
    }

    /// Grows it to `length` with zeros that are really there, so that writing in place later
    /// allocates nothing.
    pub fn grow(&self, length: u64) -> Result<(), FileError> {
        static ZEROS: [u8; 65_536] = [0; 65_536];
        let mut at = self.file.metadata().map_err(cannot("read", &self.path))?.len();
        while at < length {
            let piece = usize::try_from(length - at).unwrap_or(ZEROS.len()).min(ZEROS.len());
            let zeros = ZEROS.get(..piece).unwrap_or(&ZEROS);
            self.file.write_all_at(zeros, at).map_err(cannot("write", &self.path))?;
            at += piece as u64;
        }
        self.file.sync_all().map_err(cannot("sync", &self.path))
    }
}

/// Syncs a directory: the names in it are on the disk.
pub fn sync_directory(path: &Path) -> Result<(), FileError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(cannot("sync", path))
}
