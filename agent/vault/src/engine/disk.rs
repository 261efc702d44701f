//! The files of a sled directory that sled itself does not keep safe: `conf`, the directory
//! entries, `blobs/` and the last step of every commit.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};

use super::EngineError;

/// What `conf` holds: the settings of every store of this number, and their CRC. It is the same in
/// all of them, so a damaged one is written anew.
const CONF: &[u8] =
    b"segment_size: 524288\nuse_compression: false\nversion: 0.34\n\x76\x19\x51\xc1";

/// Makes a directory with all that an engine needs to be opened. It must not be there yet.
pub fn create(dir: &Path) -> Result<(), EngineError> {
    fs::create_dir(dir).map_err(io("make", dir))?;
    let blobs = blobs(dir);
    fs::create_dir(&blobs).map_err(io("make", &blobs))?;
    write_conf(dir)?;
    let db = dir.join("db");
    let options = OpenOptions::new().write(true).create_new(true).mode(0o600).clone();
    options.open(&db).and_then(|file| file.sync_all()).map_err(io("make", &db))?;
    sync_entries(dir)
}

/// Drops what the kernel remembers, takes away snapshots that were never finished, mends `conf`, refuses a directory that lacks `db` (sled would begin an empty one) or holds a
/// blob, and opens the descriptor that is synced after every commit.
pub fn before_open(dir: &Path) -> Result<File, EngineError> {
    let path = dir.join("db");
    let db = OpenOptions::new().read(true).write(true).open(&path).map_err(io("open", &path))?;
    no_blobs(dir)?;
    remove_unfinished_snapshots(dir)?;
    forget_cached(dir)?;
    let conf = dir.join("conf");
    match fs::read(&conf) {
        Ok(found) if found == CONF => {}
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(io("read", &conf)(source));
        }
        _ => {
            tracing::warn!(path = %conf.display(), "the engine's settings were damaged; written anew");
            write_conf(dir)?;
        }
    }
    Ok(db)
}

/// A cut while sled wrote a snapshot leaves `snap.….generating`. sled means to pass those over, but
/// looks for another ending (`get_snapshot_files` in its `config.rs`), takes the torn one for its
/// newest snapshot and refuses to open.
fn remove_unfinished_snapshots(dir: &Path) -> Result<(), EngineError> {
    for entry in fs::read_dir(dir).map_err(io("read", dir))? {
        let path = entry.map_err(io("read", dir))?.path();
        if path.extension().is_some_and(|extension| extension == "generating") {
            fs::remove_file(&path).map_err(refused(&path))?;
        }
    }
    Ok(())
}

/// After a failed write the kernel takes its copy of a page for clean and goes on showing what no
/// disk holds (Rebello et al., USENIX ATC 2020); whatever is built on that is lost with it. So what
/// can be written is written, and the copies are dropped: we begin with what the disk has.
fn forget_cached(dir: &Path) -> Result<(), EngineError> {
    for entry in fs::read_dir(dir).map_err(io("read", dir))? {
        let path = entry.map_err(io("read", dir))?.path();
        if path.is_file() {
            let file = File::open(&path).map_err(io("open", &path))?;
            file.sync_data().map_err(refused(&path))?;
            let advice = PosixFadviseAdvice::POSIX_FADV_DONTNEED;
            posix_fadvise(&file, 0, 0, advice).map_err(|e| io("read", &path)(e.into()))?;
        }
    }
    Ok(())
}

/// Syncs `conf`, the directory and the one that holds it.
pub fn sync_entries(dir: &Path) -> Result<(), EngineError> {
    let above = dir.parent().unwrap_or(dir);
    for path in [&blobs(dir), &dir.join("conf"), dir, above] {
        File::open(path).and_then(|file| file.sync_all()).map_err(refused(path))?;
    }
    Ok(())
}

/// Refuses when a file is in `blobs/`: sled does not sync those.
pub fn no_blobs(dir: &Path) -> Result<(), EngineError> {
    let blobs = blobs(dir);
    match fs::read_dir(&blobs).map_err(io("read", &blobs))?.next() {
        None => Ok(()),
        Some(_) => Err(EngineError::Broken {
            path: dir.to_owned(),
            what: "blobs/ holds a file, which no power cut would spare".to_owned(),
        }),
    }
}

/// An error of a write or sync of this path.
pub fn refused(path: &Path) -> impl FnOnce(io::Error) -> EngineError {
    let path = path.to_owned();
    move |source| EngineError::Disk { path, source }
}

fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> EngineError {
    let path = path.to_owned();
    move |source| EngineError::Io { doing, path, source }
}

fn blobs(dir: &Path) -> PathBuf {
    dir.join("blobs")
}

/// Writes `conf` aside and renames it, so that a cut leaves the old one or the new one.
fn write_conf(dir: &Path) -> Result<(), EngineError> {
    let (aside, conf) = (dir.join("conf.new"), dir.join("conf"));
    let write = || {
        let mut file = File::create(&aside)?;
        file.write_all(CONF)?;
        file.sync_all()?;
        fs::rename(&aside, &conf)?;
        File::open(dir)?.sync_all()
    };
    write().map_err(refused(&conf))
}
