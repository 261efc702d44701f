//! `gatehouse-hostd machine-key FILE`: makes the key that opens the system store, once. It runs as the
//! admin application's user, who alone may read it, and never replaces a key.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;

/// Bytes of the key.
const BYTES: usize = 32;

/// Makes the file if there is none; after a power cut there is a whole one or none.
pub fn make(path: &Path) -> anyhow::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.len() == BYTES as u64 => return Ok(()),
        Ok(found) => anyhow::bail!("the machine key has {} bytes, not {BYTES}", found.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).context("the machine key cannot be looked at"),
    }
    let mut key = [0; BYTES];
    getrandom::fill(&mut key).context("no random bytes")?;
    write(path, &key).context("the machine key cannot be written")?;
    tracing::info!("the machine key was made");
    Ok(())
}

fn write(path: &Path, key: &[u8; BYTES]) -> io::Result<()> {
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(&new)?;
    file.write_all(key)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn is_made_once_for_its_owner_alone() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("machine.1");
        make(&path).unwrap();
        let first = fs::read(&path).unwrap();
        assert_eq!(first.len(), BYTES);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o400);
        make(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), first);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_broken_key_is_not_replaced() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("machine.1");
        fs::write(&path, b"half").unwrap();
        assert!(make(&path).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"half");
    }
}
