//! What lies at an SFTP server: lists of objects, and parts of one.

use std::collections::BTreeSet;

use crate::listing::MOST_ENTRIES;
use crate::object::{Id, Kind, Object};
use crate::sftp_packet::{Attributes, Entry, FileKind, Opening, Reply, Request, status};
use crate::sftp_session::{AT_ONCE, Deadline};
use crate::sftp_talk::Talk;
use crate::sftp_writing::PIECE;
use crate::target::{MAX_OBJECT, TargetError};
use crate::tried::Tried;

/// Directories that are read at once: servers have few handles for one user.
const OPEN_AT_ONCE: usize = 16;

impl Talk {
    pub async fn list(
        &mut self,
        kind: Kind,
        tried: Tried<'_>,
        deadline: &Deadline,
    ) -> Result<Vec<(Object, u64)>, TargetError> {
        let directory = format!("{}/{}", self.folder, kind.directory());
        let mut counted = 0;
        let entries = self
            .read_directories(std::slice::from_ref(&directory), tried, &mut counted, deadline)
            .await?;
        let entries = if kind == Kind::Pack {
            let is_first = |name: &str| {
                data_encoding::HEXLOWER.decode(name.as_bytes()).is_ok_and(|it| it.len() == 1)
            };
            let firsts: BTreeSet<_> = entries
                .iter()
                .filter(|(_, entry)| {
                    !matches!(entry.attributes.kind, FileKind::File | FileKind::Other)
                })
                .filter_map(|(_, entry)| std::str::from_utf8(&entry.name).ok())
                .filter(|name| is_first(name))
                .map(|name| format!("{directory}/{name}"))
                .collect();
            let firsts: Vec<_> = firsts.into_iter().collect();
            self.read_directories(&firsts, tried, &mut counted, deadline).await?
        } else {
            entries
        };
        let mut all = Vec::new();
        for (directory, entry) in entries {
            let Some(id) = std::str::from_utf8(&entry.name).ok().and_then(Id::parse) else {
                continue;
            };
            let lies_right = kind != Kind::Pack
                || directory.ends_with(id.to_string().get(..2).unwrap_or_default());
            match entry.attributes {
                Attributes { kind: FileKind::File | FileKind::Untold, length: Some(length) }
                    if lies_right =>
                {
                    all.push((Object::Named(kind, id), length));
                }
                Attributes { kind: FileKind::File | FileKind::Untold, length: None } => {
                    return Err(tried.broken("its list says no lengths"));
                }
                _ => {}
            }
        }
        Ok(all)
    }

    /// All that lies in these directories and may be an object or a directory of some; none where one is missing.
    async fn read_directories(
        &mut self,
        directories: &[String],
        tried: Tried<'_>,
        counted: &mut usize,
        deadline: &Deadline,
    ) -> Result<Vec<(String, Entry)>, TargetError> {
        let mut all = Vec::new();
        for some in directories.chunks(OPEN_AT_ONCE) {
            let asked: Vec<_> = some.iter().map(|one| Request::OpenDirectory(one)).collect();
            let mut open = Vec::new();
            for (directory, reply) in some.iter().zip(self.ask_all(tried, &asked, deadline).await?)
            {
                match reply {
                    Reply::Handle(handle) => open.push((directory, handle)),
                    // Directories are made with the first object.
                    Reply::Status(status::NO_SUCH_FILE) => {}
                    Reply::Status(code) => {
                        let why = self.why(tried, code, 0, deadline).await;
                        // Others of them stay open.
                        self.session.leave();
                        return Err(why);
                    }
                    _ => return Err(self.odd(tried)),
                }
            }
            let mut left: Vec<_> = open.iter().collect();
            while !left.is_empty() {
                let asked: Vec<_> =
                    left.iter().map(|(_, handle)| Request::ReadDirectory(handle)).collect();
                let replies = self.ask_all(tried, &asked, deadline).await?;
                let mut goes_on = Vec::new();
                for (one, reply) in left.into_iter().zip(replies) {
                    match reply {
                        Reply::Status(status::EOF) => {}
                        Reply::Names(entries) if !entries.is_empty() => {
                            *counted += entries.len();
                            if *counted > MOST_ENTRIES {
                                self.session.leave();
                                return Err(tried.broken("its list is too long"));
                            }
                            let named = |entry: &Entry| matches!(entry.name.len(), 2 | 64);
                            all.extend(
                                entries.into_iter().filter(named).map(|it| (one.0.clone(), it)),
                            );
                            goes_on.push(one);
                        }
                        Reply::Status(code) => {
                            let why = self.why(tried, code, 0, deadline).await;
                            self.session.leave();
                            return Err(why);
                        }
                        _ => return Err(self.odd(tried)),
                    }
                }
                left = goes_on;
            }
            let asked: Vec<_> = open.iter().map(|(_, handle)| Request::Close(handle)).collect();
            self.ask_all(tried, &asked, deadline).await?;
        }
        Ok(all)
    }

    pub async fn read(
        &mut self,
        object: Object,
        range: Option<(u64, u64)>,
        deadline: &Deadline,
    ) -> Result<Vec<u8>, TargetError> {
        let (name, path) = (object.to_string(), self.path(object));
        let tried = Tried { doing: "read", object: &name };
        let Some(there) = self.look(tried, &path, deadline).await? else {
            return Err(TargetError::Missing(object));
        };
        let length = match there {
            Attributes { kind: FileKind::File | FileKind::Untold, length: Some(length) } => length,
            Attributes { kind: FileKind::File | FileKind::Untold, length: None } => {
                return Err(tried.broken("it does not say how long it is"));
            }
            _ => return Err(tried.broken("it is no file")),
        };
        let (from, wanted) = range.unwrap_or((0, length));
        if wanted > MAX_OBJECT {
            return Err(tried.broken("it is too long"));
        }
        if from.checked_add(wanted).is_none_or(|end| end > length) {
            return Err(tried.broken("it is too short"));
        }
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let handle = match self.ask(tried, Request::Open(&path, Opening::Read), deadline).await? {
            Reply::Handle(handle) => handle,
            Reply::Status(status::NO_SUCH_FILE) => return Err(TargetError::Missing(object)),
            Reply::Status(code) => return Err(self.why(tried, code, 0, deadline).await),
            _ => return Err(self.odd(tried)),
        };
        let read = self.read_open(&handle, (from, wanted), tried, deadline).await;
        // A server that fails to close what was only read has still given it.
        if self.session.is_in_step() {
            self.ask(tried, Request::Close(&handle), deadline).await?;
        }
        read
    }

    async fn read_open(
        &mut self,
        handle: &[u8],
        (from, wanted): (u64, u64),
        tried: Tried<'_>,
        deadline: &Deadline,
    ) -> Result<Vec<u8>, TargetError> {
        let wanted = usize::try_from(wanted).map_err(|_| tried.broken("it is too long"))?;
        let mut bytes = vec![0; wanted];
        // Places and lengths that are still to come.
        let mut left: Vec<(usize, usize)> =
            (0..wanted).step_by(PIECE).map(|at| (at, PIECE.min(wanted - at))).collect();
        left.reverse();
        while !left.is_empty() {
            let some = left.split_off(left.len().saturating_sub(AT_ONCE));
            let asked: Vec<_> = some
                .iter()
                .map(|(at, length)| {
                    Request::Read(
                        handle,
                        from + *at as u64,
                        u32::try_from(*length).unwrap_or(u32::MAX),
                    )
                })
                .collect();
            let replies = self.ask_all(tried, &asked, deadline).await?;
            for ((at, length), reply) in some.into_iter().zip(replies) {
                match reply {
                    Reply::Data(data) if data.is_empty() || data.len() > length => {
                        return Err(self.odd(tried));
                    }
                    Reply::Data(data) => {
                        let to = bytes.get_mut(at..at + data.len());
                        to.ok_or_else(|| tried.broken("it is too long"))?.copy_from_slice(&data);
                        // A server may give less than was asked for.
                        if data.len() < length {
                            left.push((at + data.len(), length - data.len()));
                        }
                    }
                    Reply::Status(status::EOF) => {
                        return Err(tried.broken("it is shorter than it says"));
                    }
                    Reply::Status(code) => return Err(self.why(tried, code, 0, deadline).await),
                    _ => return Err(self.odd(tried)),
                }
            }
        }
        Ok(bytes)
    }
}
