//! Directories and files as they lie on a disk, without the disk.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Contents of a directory: relative paths, parents before what is in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    entries: BTreeMap<PathBuf, Option<Vec<u8>>>,
}

impl Image {
    /// An empty directory.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    pub(super) fn add_dir(&mut self, path: PathBuf) {
        self.entries.insert(path, None);
    }

    /// Puts a file there, in a directory that is there.
    pub fn put_file(&mut self, path: impl Into<PathBuf>, bytes: Vec<u8>) {
        self.entries.insert(path.into(), Some(bytes));
    }

    /// Every path, and the bytes of a file or `None` for a directory.
    pub fn entries(&self) -> impl Iterator<Item = (&Path, Option<&[u8]>)> {
        self.entries.iter().map(|(path, bytes)| (path.as_path(), bytes.as_deref()))
    }

    /// The bytes of a file.
    #[must_use]
    pub fn file(&self, path: impl AsRef<Path>) -> Option<&[u8]> {
        self.entries.get(path.as_ref())?.as_deref()
    }

    /// The same, to change.
    pub fn file_mut(&mut self, path: impl AsRef<Path>) -> Option<&mut Vec<u8>> {
        self.entries.get_mut(path.as_ref())?.as_mut()
    }

    /// Makes all of it in a directory that is there; modes are 0700 and 0600.
    ///
    /// # Errors
    /// As the file system says.
    pub fn write_to(&self, dir: &Path) -> io::Result<()> {
        for (path, bytes) in &self.entries {
            let path = dir.join(path);
            match bytes {
                None => DirBuilder::new().mode(0o700).create(path)?,
                Some(bytes) => File::create(path)?.write_all(bytes)?,
            }
        }
        Ok(())
    }

    /// The contents of a directory on another file system; links and devices are left out.
    ///
    /// # Errors
    /// As the file system says.
    pub fn read_from(dir: &Path) -> io::Result<Self> {
        let mut image = Self::default();
        let mut to_read = vec![PathBuf::new()];
        while let Some(relative) = to_read.pop() {
            for entry in fs::read_dir(dir.join(&relative))? {
                let entry = entry?;
                let path = relative.join(entry.file_name());
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    image.add_dir(path.clone());
                    to_read.push(path);
                } else if kind.is_file() {
                    let bytes = fs::read(entry.path())?;
                    image.put_file(path, bytes);
                }
            }
        }
        Ok(image)
    }
}
