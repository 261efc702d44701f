//! How an object gets to an SFTP server: under a name of its own, synced, and then given its name; and how it goes.

use std::io;

use crate::cipher::random;
use crate::object::Object;
use crate::sftp_packet::{Attributes, FileKind, Opening, Reply, Request, status};
use crate::sftp_session::{AT_ONCE, Deadline};
use crate::sftp_talk::{Failed, Talk};
use crate::target::{Former, TargetError};
use crate::tried::Tried;

/// Where objects are written before they have their names; restic does not look there.
pub const UNFINISHED: &str = "unfinished";
/// Bytes of a question that reads or writes: what every server takes (draft, section 3).
pub const PIECE: usize = 32 << 10;

impl Talk {
    pub async fn write(
        &mut self,
        object: Object,
        bytes: &[u8],
        deadline: &Deadline,
    ) -> Result<(), TargetError> {
        let (name, path, length) = (object.to_string(), self.path(object), bytes.len() as u64);
        let tried = Tried { doing: "write", object: &name };
        let is_it = |there: &Option<Attributes>| matches!(there, Some(Attributes { kind: FileKind::File | FileKind::Untold, length: Some(it) }) if *it == length);
        let there = self.look(tried, &path, deadline).await?;
        if is_it(&there) {
            return Ok(());
        }
        let unfinished = self.write_unfinished(object, bytes, tried, deadline).await?;
        if let Err(failed) =
            self.give_name(&unfinished, &path, there.is_some(), tried, deadline).await
        {
            let error = self.failed(tried, failed, deadline).await;
            self.forget(&unfinished, deadline).await;
            return Err(error);
        }
        if is_it(&self.look(tried, &path, deadline).await?) {
            return Ok(());
        }
        Err(tried.broken("it did not keep all that it took"))
    }

    /// Writes a file that has no name of an object yet; its path.
    async fn write_unfinished(
        &mut self,
        object: Object,
        bytes: &[u8],
        tried: Tried<'_>,
        deadline: &Deadline,
    ) -> Result<String, TargetError> {
        let mut random_name = [0; 16];
        random(&mut random_name)
            .map_err(|error| TargetError::Unreachable(io::Error::other(error)))?;
        // A name of its own each time: what a former connection still has on its way never gets into it.
        let path = format!(
            "{}/{UNFINISHED}/{}",
            self.folder,
            data_encoding::HEXLOWER.encode(&random_name)
        );
        let mut again = true;
        let handle = loop {
            self.make(object, tried, deadline).await?;
            match self.ask(tried, Request::Open(&path, Opening::New), deadline).await? {
                Reply::Handle(handle) => break handle,
                // Somebody took the directories away that were there before.
                Reply::Status(status::NO_SUCH_FILE) if again => {
                    self.made.clear();
                    again = false;
                }
                Reply::Status(code) => {
                    return Err(self.why(tried, code, bytes.len() as u64, deadline).await);
                }
                _ => return Err(self.odd(tried)),
            }
        };
        let written = self.write_open(&handle, bytes, tried, deadline).await;
        let closed = match self.session.is_in_step() {
            // Some file systems say only now that there is no room.
            true => self.do_it(tried, Request::Close(&handle), deadline).await,
            false => Ok(()),
        };
        match written.and(closed) {
            Ok(()) => Ok(path),
            Err(failed) => {
                let error = match failed {
                    // Before the room is given back.
                    Failed::Said(code) => self.why(tried, code, bytes.len() as u64, deadline).await,
                    Failed::Error(error) => error,
                };
                self.forget(&path, deadline).await;
                Err(error)
            }
        }
    }

    async fn write_open(
        &mut self,
        handle: &[u8],
        bytes: &[u8],
        tried: Tried<'_>,
        deadline: &Deadline,
    ) -> Result<(), Failed> {
        let pieces: Vec<_> = bytes.chunks(PIECE).enumerate().collect();
        for some in pieces.chunks(AT_ONCE) {
            let asked: Vec<_> = some
                .iter()
                .map(|(at, piece)| Request::Write(handle, (at * PIECE) as u64, piece))
                .collect();
            for reply in self.ask_all(tried, &asked, deadline).await? {
                match reply {
                    Reply::Status(status::OK) => {}
                    Reply::Status(code) => return Err(Failed::Said(code)),
                    _ => return Err(self.odd(tried).into()),
                }
            }
        }
        if self.session.offers().fsync {
            // All of it goes to a disk first.
            deadline.again();
            match self.do_it(tried, Request::Sync(handle), deadline).await {
                // Its file system has no such thing.
                Err(Failed::Said(status::OP_UNSUPPORTED)) => {}
                synced => synced?,
            }
            deadline.again();
        }
        Ok(())
    }

    /// Gives an unfinished file the name of an object.
    async fn give_name(
        &mut self,
        from: &str,
        to: &str,
        is_taken: bool,
        tried: Tried<'_>,
        deadline: &Deadline,
    ) -> Result<(), Failed> {
        if self.session.offers().posix_rename {
            return self.do_it(tried, Request::RenameOver(from, to), deadline).await;
        }
        if is_taken {
            self.do_it(tried, Request::Remove(to), deadline).await?;
        }
        self.do_it(tried, Request::Rename(from, to), deadline).await
    }

    /// Takes an unfinished file away, if that can be done.
    async fn forget(&mut self, path: &str, deadline: &Deadline) {
        if self.session.is_in_step() {
            let tried = Tried { doing: "remove", object: UNFINISHED };
            if self.ask(tried, Request::Remove(path), deadline).await.is_err() {
                tracing::info!(path, "an unfinished object stays until the next time");
            }
        }
    }

    pub async fn remove(&mut self, object: Object, deadline: &Deadline) -> Result<(), TargetError> {
        let (name, path) = (object.to_string(), self.path(object));
        let tried = Tried { doing: "remove", object: &name };
        match self.do_it(tried, Request::Remove(&path), deadline).await {
            Ok(()) | Err(Failed::Said(status::NO_SUCH_FILE)) => Ok(()),
            Err(failed) => Err(self.failed(tried, failed, deadline).await),
        }
    }

    pub async fn overwrite(
        &mut self,
        object: Object,
        bytes: &[u8],
        deadline: &Deadline,
    ) -> Result<Former, TargetError> {
        let (name, path) = (object.to_string(), self.path(object));
        let tried = Tried { doing: "write", object: &name };
        match self.ask(tried, Request::Open(&path, Opening::Write), deadline).await? {
            Reply::Handle(handle) => {
                self.ask(tried, Request::Close(&handle), deadline).await?;
                return Ok(Former::Lost);
            }
            Reply::Status(_) => {}
            _ => return Err(self.odd(tried)),
        }
        let unfinished = match self.write_unfinished(object, bytes, tried, deadline).await {
            Err(TargetError::Refused { .. }) => return Ok(Former::NotTried),
            unfinished => unfinished?,
        };
        let renamed = match self.session.offers().posix_rename {
            true => self.do_it(tried, Request::RenameOver(&unfinished, &path), deadline).await,
            false => self.do_it(tried, Request::Rename(&unfinished, &path), deadline).await,
        };
        match renamed {
            Ok(()) => Ok(Former::Lost),
            Err(Failed::Said(_)) => {
                self.forget(&unfinished, deadline).await;
                Ok(Former::NotTried)
            }
            Err(Failed::Error(error)) => Err(error),
        }
    }
}
