//! Configuration files in /run: replaced as a whole, and only when they change, so that a restart of
//! hostd restarts no service.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Who may read a file.
#[derive(Clone, Copy)]
pub enum Readers {
    /// Root only.
    Root = 0o600,
    /// All; services run as their own users.
    All = 0o644,
}

/// Gives the file this content; whether that changed anything. The directory is made when missing.
pub fn put(path: &Path, content: &str, readers: Readers) -> io::Result<bool> {
    if fs::read(path).is_ok_and(|present| present == content.as_bytes()) {
        return Ok(false);
    }
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    // Same directory, so that the rename is one step; nobody reads a name with this ending.
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(readers as u32);
    options.open(&new)?.write_all(content.as_bytes())?;
    fs::rename(&new, path)?;
    Ok(true)
}

/// Takes the file away; whether it was there.
pub fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn tells_whether_it_changed_and_keeps_modes_strict() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("below/file.conf");
        assert!(put(&file, "one", Readers::Root).unwrap());
        assert!(!put(&file, "one", Readers::Root).unwrap());
        assert!(put(&file, "two", Readers::Root).unwrap());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
        assert!(remove(&file).unwrap() && !remove(&file).unwrap());
    }
}
