//! A target that is a directory: a USB disk that hostd mounted and handed over as a descriptor, or
//! a folder in tests. Every step below it is opened without following links, for the disk may have
//! been prepared by somebody else.

use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

use crate::object::{Id, Kind, Object};
use crate::target::{MAX_OBJECT, Target, TargetError};

/// Where objects are written before they have their names; restic does not look there.
const UNFINISHED: &str = "unfinished";
const FOLDER: Mode = Mode::RWXU;
const FILE: Mode = Mode::RUSR.union(Mode::WUSR);

/// See [`Target`].
#[derive(Debug)]
pub struct Directory {
    root: OwnedFd,
}

impl Directory {
    /// Below a directory that is open already.
    #[must_use]
    pub const fn new(root: OwnedFd) -> Self {
        Self { root }
    }

    /// Below a directory by its path.
    ///
    /// # Errors
    /// When it is none, or may not be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        Ok(Self::new(rustix::fs::openat(CWD, path, flags, Mode::empty())?))
    }

    /// The directory of these steps; made where it is missing when `make` says so.
    fn folder(&self, steps: &[&str], make: bool) -> Result<OwnedFd, Errno> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let mut at = rustix::fs::openat(&self.root, ".", flags, Mode::empty())?;
        for step in steps {
            let next = match rustix::fs::openat(&at, *step, flags, Mode::empty()) {
                Err(Errno::NOENT) if make => {
                    match rustix::fs::mkdirat(&at, *step, FOLDER) {
                        Ok(()) | Err(Errno::EXIST) => {}
                        Err(error) => return Err(error),
                    }
                    rustix::fs::fsync(&at)?;
                    rustix::fs::openat(&at, *step, flags, Mode::empty())?
                }
                opened => opened?,
            };
            at = next;
        }
        Ok(at)
    }

    fn folder_of(&self, object: Object, make: bool) -> Result<(OwnedFd, String), Errno> {
        match object {
            Object::Config => Ok((self.folder(&[], make)?, "config".to_owned())),
            Object::Named(Kind::Pack, id) => {
                let name = id.to_string();
                let first = name.get(..2).unwrap_or_default();
                Ok((self.folder(&[Kind::Pack.directory(), first], make)?, name))
            }
            Object::Named(kind, id) => {
                Ok((self.folder(&[kind.directory()], make)?, id.to_string()))
            }
        }
    }

    fn list_in(
        &self,
        steps: &[&str],
        kind: Kind,
        to: &mut Vec<(Object, u64)>,
    ) -> Result<(), Errno> {
        let folder = match self.folder(steps, false) {
            Err(Errno::NOENT) => return Ok(()),
            opened => opened?,
        };
        for item in Dir::read_from(&folder)? {
            let item = item?;
            let Some(id) = item.file_name().to_str().ok().and_then(Id::parse) else { continue };
            let stat =
                match rustix::fs::statat(&folder, item.file_name(), AtFlags::SYMLINK_NOFOLLOW) {
                    Err(Errno::NOENT) => continue,
                    stat => stat?,
                };
            if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile {
                let length = u64::try_from(stat.st_size).unwrap_or(0);
                to.push((Object::Named(kind, id), length));
            }
        }
        Ok(())
    }

    fn read_in(&self, object: Object, range: Option<(u64, u64)>) -> Result<Found, Errno> {
        let (folder, name) = self.folder_of(object, false)?;
        // Not to wait for whoever writes into a named pipe that lies there.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = rustix::fs::openat(&folder, name, flags, Mode::empty())?;
        let stat = rustix::fs::fstat(&file)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(Found::Broken("it is no file"));
        }
        let length = u64::try_from(stat.st_size).unwrap_or(0);
        let (from, wanted) = range.unwrap_or((0, length));
        if wanted > MAX_OBJECT {
            return Ok(Found::Broken("it is too long"));
        }
        if from.checked_add(wanted).is_none_or(|end| end > length) {
            return Ok(Found::Broken("it is too short"));
        }
        let mut bytes = vec![0; usize::try_from(wanted).map_err(|_| Errno::OVERFLOW)?];
        let mut file = std::fs::File::from(file);
        io::Seek::seek(&mut file, io::SeekFrom::Start(from))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
        Ok(Found::Whole(bytes))
    }

    fn write_in(&self, object: Object, bytes: &[u8]) -> Result<(), Errno> {
        let (folder, name) = self.folder_of(object, true)?;
        match rustix::fs::statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat)
                if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
                    && u64::try_from(stat.st_size).ok() == u64::try_from(bytes.len()).ok() =>
            {
                return Ok(());
            }
            Ok(_) | Err(Errno::NOENT) => {}
            Err(error) => return Err(error),
        }
        let unfinished = self.folder(&[UNFINISHED], true)?;
        let flags = OFlags::WRONLY
            | OFlags::CREATE
            | OFlags::TRUNC
            | OFlags::CLOEXEC
            | OFlags::NOFOLLOW
            | OFlags::NONBLOCK;
        // One writer for a target (the lock), so one name is enough and leaves nothing behind.
        let file = rustix::fs::openat(&unfinished, "object", flags, FILE)?;
        let mut file = std::fs::File::from(file);
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        if let Err(error) = written {
            // The room is for those who need it now.
            let _ = rustix::fs::unlinkat(&unfinished, "object", AtFlags::empty());
            return Err(Errno::from_io_error(&error).unwrap_or(Errno::IO));
        }
        rustix::fs::renameat(&unfinished, "object", &folder, &name)?;
        rustix::fs::fsync(&folder)
    }

    fn remove_in(&self, object: Object) -> Result<(), Errno> {
        let (folder, name) = self.folder_of(object, false)?;
        rustix::fs::unlinkat(&folder, name, AtFlags::empty())?;
        rustix::fs::fsync(&folder)
    }
}

enum Found {
    Whole(Vec<u8>),
    Broken(&'static str),
}

impl Target for Directory {
    fn list(&self, kind: Kind) -> Result<Vec<(Object, u64)>, TargetError> {
        let mut all = Vec::new();
        let directory = kind.directory();
        let failed = |error| target_error("list", directory.to_owned(), error);
        if kind == Kind::Pack {
            for first in 0..=u8::MAX {
                let first = data_encoding::HEXLOWER.encode(&[first]);
                self.list_in(&[directory, &first], kind, &mut all).map_err(failed)?;
            }
        } else {
            self.list_in(&[directory], kind, &mut all).map_err(failed)?;
        }
        Ok(all)
    }

    fn read(&self, object: Object, range: Option<(u64, u64)>) -> Result<Vec<u8>, TargetError> {
        match self.read_in(object, range) {
            Ok(Found::Whole(bytes)) => Ok(bytes),
            Ok(Found::Broken(what)) => {
                Err(TargetError::Broken { object: object.to_string(), what: what.to_owned() })
            }
            Err(Errno::NOENT) => Err(TargetError::Missing(object)),
            Err(error) => Err(target_error("read", object.to_string(), error)),
        }
    }

    fn write(&self, object: Object, bytes: &[u8]) -> Result<(), TargetError> {
        self.write_in(object, bytes)
            .map_err(|error| target_error("write", object.to_string(), error))
    }

    fn remove(&self, object: Object) -> Result<(), TargetError> {
        match self.remove_in(object) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(target_error("remove", object.to_string(), error)),
        }
    }
}

fn target_error(doing: &'static str, object: String, error: Errno) -> TargetError {
    match error {
        Errno::NOSPC | Errno::DQUOT | Errno::FBIG => TargetError::Full(error.into()),
        Errno::ACCESS | Errno::PERM | Errno::ROFS => {
            TargetError::Refused { doing, object, source: error.into() }
        }
        Errno::LOOP | Errno::NOTDIR | Errno::ISDIR => {
            TargetError::Broken { object, what: "something else lies in its place".to_owned() }
        }
        _ => TargetError::Unreachable(error.into()),
    }
}
