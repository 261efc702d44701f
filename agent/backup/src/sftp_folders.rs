//! Directories at an SFTP server: made with the first object in them, and cleared of what was left unfinished.

use crate::object::{Kind, Object};
use crate::sftp_packet::{Attributes, FileKind, Reply, Request, status};
use crate::sftp_session::Deadline;
use crate::sftp_talk::Talk;
use crate::sftp_writing::UNFINISHED;
use crate::target::TargetError;
use crate::tried::Tried;

/// Unfinished objects that are taken away at once; what is left is for the next time.
const MOST_SWEPT: usize = 256;

impl Talk {
    /// Makes the directories that an object lies in. Of the folder only the last step: a slip of the pen makes no
    /// folder anywhere else.
    pub async fn make(
        &mut self,
        object: Object,
        tried: Tried<'_>,
        deadline: &Deadline,
    ) -> Result<(), TargetError> {
        let folder = self.folder.clone();
        let mut wanted = vec![folder.clone(), format!("{folder}/{UNFINISHED}")];
        if let Object::Named(kind, id) = object {
            let directory = format!("{folder}/{}", kind.directory());
            wanted.push(directory.clone());
            if kind == Kind::Pack {
                wanted.push(format!("{directory}/{}", id.to_string().get(..2).unwrap_or_default()));
            }
        }
        wanted.retain(|one| !self.made.contains(one));
        if !wanted.is_empty() {
            let asked: Vec<_> = wanted
                .iter()
                .flat_map(|one| [Request::MakeDirectory(one), Request::Look(one)])
                .collect();
            let replies = self.ask_all(tried, &asked, deadline).await?;
            for (path, reply) in wanted.into_iter().zip(replies.chunks(2)) {
                match reply {
                    [
                        _,
                        Reply::Attributes(Attributes {
                            kind: FileKind::Directory | FileKind::Untold,
                            ..
                        }),
                    ] => {
                        self.made.insert(path);
                    }
                    [_, Reply::Attributes(_)] => {
                        return Err(tried.broken("something else lies in its place"));
                    }
                    [Reply::Status(status::NO_SUCH_FILE), Reply::Status(_)] if path == folder => {
                        return Err(TargetError::WrongFolder(path));
                    }
                    [Reply::Status(code), Reply::Status(_)] => {
                        let tried = Tried { doing: "make", object: &path };
                        return Err(self.why(tried, *code, 1 << 16, deadline).await);
                    }
                    _ => return Err(self.odd(tried)),
                }
            }
        }
        self.sweep(deadline).await
    }

    /// Takes away what former connections left unfinished; once for each connection, for there is one writer (the
    /// lock).
    async fn sweep(&mut self, deadline: &Deadline) -> Result<(), TargetError> {
        if std::mem::replace(&mut self.is_swept, true) {
            return Ok(());
        }
        let tried = Tried { doing: "list", object: UNFINISHED };
        let directory = format!("{}/{UNFINISHED}", self.folder);
        let handle = match self.ask(tried, Request::OpenDirectory(&directory), deadline).await? {
            Reply::Handle(handle) => handle,
            Reply::Status(_) => return Ok(()),
            _ => return Err(self.odd(tried)),
        };
        let left = match self.ask(tried, Request::ReadDirectory(&handle), deadline).await? {
            Reply::Names(entries) => entries,
            Reply::Status(_) => Vec::new(),
            _ => return Err(self.odd(tried)),
        };
        self.ask(tried, Request::Close(&handle), deadline).await?;
        let ours =
            |name: &str| name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let paths: Vec<_> = left
            .iter()
            .filter_map(|entry| std::str::from_utf8(&entry.name).ok())
            .filter(|name| ours(name))
            .take(MOST_SWEPT)
            .map(|name| format!("{directory}/{name}"))
            .collect();
        let asked: Vec<_> = paths.iter().map(|path| Request::Remove(path)).collect();
        self.ask_all(tried, &asked, deadline).await.map(drop)
    }
}
