//! A target that is an SFTP server: a NAS, or any OpenSSH. An object is written under a name of its own in
//! `unfinished`, where restic does not look, synced where the server offers that, and then given its name; so it is
//! there whole or not at all. Files lie as stock restic's layout "default" has them.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use outbound::Fault;
use russh::ChannelStream;
use russh::client::Msg;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use crate::cipher::random;
use crate::line::{Addresses, IDLE, Patience};
use crate::listing::MOST_ENTRIES;
use crate::object::{Id, Kind, Object};
use crate::pace::{Pace, unhurried};
use crate::sftp_address::SftpAddress;
use crate::sftp_packet::{
    self as packet, Attributes, Entry, FileKind, Opening, Reply, Request, status,
};
use crate::sftp_session::{AT_ONCE, Deadline, Session};
use crate::ssh_keys::HostKey;
use crate::ssh_way::{Ends, SshLogin, Way, Ways};
use crate::target::{Former, MAX_OBJECT, Target, TargetError};
use crate::tried::Tried;

/// Where objects are written before they have their names; restic does not look there.
const UNFINISHED: &str = "unfinished";
/// Bytes of a question that reads or writes: what every server takes (draft, section 3).
const PIECE: usize = 32 << 10;
/// Directories that are read at once: servers have few handles for one user.
const OPEN_AT_ONCE: usize = 16;
/// Most that comes in where nothing long is asked for, bytes.
const MOST_SHORT: u64 = 1 << 20;
/// Most that comes in for a list, bytes: as many entries as there may be, with all that is said of each.
const MOST_LISTED: u64 = MOST_ENTRIES as u64 * 384;
/// Unfinished objects that are taken away at once; what is left is for the next time.
const MOST_SWEPT: usize = 256;

/// See [`Target`]. Must not be called where async tasks run: it blocks the thread.
pub struct Sftp {
    address: SftpAddress,
    host_key: HostKey,
    login: SshLogin,
    addresses: Arc<Addresses>,
    patience: Patience,
    pace: Arc<Pace>,
    state: Mutex<State>,
}

struct State {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    kept: Option<(Talk, Instant)>,
}

impl fmt::Debug for Sftp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, host_key, .. } = self;
        f.debug_struct("Sftp")
            .field("address", address)
            .field("host_key", host_key)
            .finish_non_exhaustive()
    }
}

impl Sftp {
    /// At an address whose host `addresses` looks up, whose key is this one. Connects when it is asked for something.
    ///
    /// # Errors
    /// When the kernel has no room for what waits on sockets.
    pub fn new(
        address: SftpAddress,
        host_key: HostKey,
        login: SshLogin,
        addresses: Arc<Addresses>,
    ) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let state = Mutex::new(State { runtime: Some(runtime), kept: None });
        let (patience, pace) = (Patience::default(), unhurried());
        Ok(Self { address, host_key, login, addresses, patience, pace, state })
    }

    /// The same, sending no faster than this.
    #[must_use]
    pub fn paced(self, pace: Arc<Pace>) -> Self {
        Self { pace, ..self }
    }

    /// The same, with other limits.
    #[must_use]
    pub fn with(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Does something over the kept connection; once more over a new one where the kept one turns out to be closed,
    /// for whatever is done here may be done twice.
    fn run<T>(
        &self,
        most: u64,
        work: impl AsyncFn(&mut Talk, &Deadline) -> Result<T, TargetError>,
    ) -> Result<T, TargetError> {
        let mut state = self.state();
        let State { runtime, kept } = &mut *state;
        let Some(runtime) = runtime else {
            return Err(TargetError::Unreachable(io::ErrorKind::NotConnected.into()));
        };
        runtime.block_on(async {
            let usable =
                |(talk, since): &(Talk, Instant)| !talk.way_is_closed() && since.elapsed() < IDLE;
            let mut before = kept.take().filter(usable).map(|(talk, _)| talk);
            loop {
                let (mut talk, is_new) = match before.take() {
                    Some(talk) => (talk, false),
                    None => (self.connect().await?, true),
                };
                talk.allow(most);
                let done = work(&mut talk, &Deadline::new(self.patience)).await;
                if talk.session.is_in_step() {
                    *kept = Some((talk, Instant::now()));
                } else {
                    drop(talk);
                    // What carried it ends here.
                    tokio::task::yield_now().await;
                }
                match done {
                    Err(TargetError::Way(Fault::Closed(_))) if !is_new => {}
                    done => return done,
                }
            }
        })
    }

    async fn connect(&self) -> Result<Talk, TargetError> {
        let Self { address, host_key, login, addresses, patience, .. } = self;
        let ways = Ways { address, host_key, login, addresses: &**addresses, patience: *patience };
        let Way { stream, ends } = ways.connect().await?;
        let session = Session::begin(stream, &Deadline::new(*patience)).await;
        let session =
            session.map_err(|fault| Tried { doing: "greet", object: "it" }.fault(fault))?;
        let session = session.paced(Arc::clone(&self.pace));
        let (made, is_swept) = (BTreeSet::new(), false);
        Ok(Talk { session, ends, folder: address.folder().to_owned(), made, is_swept })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A runtime must not be waited for where others run.
impl Drop for State {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // russh says goodbye by a task.
            let entered = runtime.enter();
            self.kept = None;
            drop(entered);
            runtime.shutdown_background();
        }
    }
}

impl Target for Sftp {
    fn list(&self, kind: Kind) -> Result<Vec<(Object, u64)>, TargetError> {
        let tried = Tried { doing: "list", object: kind.directory() };
        let mut all =
            self.run(MOST_LISTED, async |talk, deadline| talk.list(kind, tried, deadline).await)?;
        all.sort_unstable();
        // Two lengths of one object: whoever says so lies about one of them.
        let twice = all.array_windows().any(|[(one, _), (next, _)]| one == next);
        if twice { Err(tried.broken("its list makes no sense")) } else { Ok(all) }
    }

    fn read(&self, object: Object, range: Option<(u64, u64)>) -> Result<Vec<u8>, TargetError> {
        let most = range.map_or(MAX_OBJECT, |(_, length)| length.min(MAX_OBJECT));
        // Each piece may come in halves, with all that carries it.
        let most = most.saturating_mul(2) + MOST_SHORT;
        self.run(most, async |talk, deadline| talk.read(object, range, deadline).await)
    }

    fn write(&self, object: Object, bytes: &[u8]) -> Result<(), TargetError> {
        self.run(MOST_SHORT, async |talk, deadline| talk.write(object, bytes, deadline).await)
    }

    fn remove(&self, object: Object) -> Result<(), TargetError> {
        self.run(MOST_SHORT, async |talk, deadline| talk.remove(object, deadline).await)
    }

    /// In its place, and by another file that takes its name: a server that refuses both keeps it.
    fn overwrite(&self, object: Object, bytes: &[u8]) -> Result<Former, TargetError> {
        self.run(MOST_SHORT, async |talk, deadline| talk.overwrite(object, bytes, deadline).await)
    }
}

/// A connection, and what is known of the other side.
struct Talk {
    session: Session<ChannelStream<Msg>>,
    ends: Ends,
    folder: String,
    /// Directories that are there, as far as we know.
    made: BTreeSet<String>,
    /// Whether what former connections left unfinished was looked for.
    is_swept: bool,
}

/// Why a step was not done.
enum Failed {
    /// What the server said.
    Said(u32),
    /// The rest.
    Error(TargetError),
}

impl From<TargetError> for Failed {
    fn from(error: TargetError) -> Self {
        Self::Error(error)
    }
}

impl Talk {
    fn way_is_closed(&self) -> bool {
        self.ends.is_closed()
    }

    fn allow(&self, bytes: u64) {
        self.ends.allowance.set(bytes);
    }

    fn path(&self, object: Object) -> String {
        let folder = &self.folder;
        match object {
            Object::Named(Kind::Pack, id) => {
                let id = id.to_string();
                format!("{folder}/data/{}/{id}", id.get(..2).unwrap_or_default())
            }
            object => format!("{folder}/{object}"),
        }
    }

    async fn ask(
        &mut self,
        tried: Tried<'_>,
        request: Request<'_>,
        deadline: &Deadline,
    ) -> Result<Reply, TargetError> {
        self.session.ask(request, deadline).await.map_err(|fault| tried.fault(fault))
    }

    async fn ask_all(
        &mut self,
        tried: Tried<'_>,
        requests: &[Request<'_>],
        deadline: &Deadline,
    ) -> Result<Vec<Reply>, TargetError> {
        self.session.ask_all(requests, deadline).await.map_err(|fault| tried.fault(fault))
    }

    /// Asks for what is answered with whether it was done.
    async fn do_it(
        &mut self,
        tried: Tried<'_>,
        request: Request<'_>,
        deadline: &Deadline,
    ) -> Result<(), Failed> {
        match self.ask(tried, request, deadline).await? {
            Reply::Status(status::OK) => Ok(()),
            Reply::Status(code) => Err(Failed::Said(code)),
            _ => Err(self.odd(tried).into()),
        }
    }

    /// An answer to something else.
    fn odd(&mut self, tried: Tried<'_>) -> TargetError {
        self.session.leave();
        tried.broken("what it answers makes no sense")
    }

    /// What it means that it was not done. Servers say "failure" of most things: where they say how much room there
    /// is, it is looked at.
    async fn why(
        &mut self,
        tried: Tried<'_>,
        code: u32,
        needed: u64,
        deadline: &Deadline,
    ) -> TargetError {
        let source = || io::Error::other(format!("status {code}"));
        let refused = || {
            let Tried { doing, object } = tried;
            TargetError::Refused { doing, object: object.to_owned(), source: source() }
        };
        match code {
            status::PERMISSION_DENIED | status::OP_UNSUPPORTED | status::WRITE_PROTECT => {
                return refused();
            }
            status::NO_SPACE | status::QUOTA_EXCEEDED => return TargetError::Full(source()),
            status::NO_SUCH_FILE => return tried.broken("it is not there"),
            _ => {}
        }
        if self.session.offers().statvfs && self.session.is_in_step() {
            let folder = self.folder.clone();
            let room = match self.ask(tried, Request::Room(&folder), deadline).await {
                Ok(Reply::Extended(bytes)) => packet::parse_room(&bytes).ok(),
                _ => None,
            };
            match room {
                Some(room) if room.is_read_only => return refused(),
                Some(room) if room.left < needed => return TargetError::Full(source()),
                _ => {}
            }
        }
        tried.broken(&format!("it answers with status {code}"))
    }

    async fn failed(
        &mut self,
        tried: Tried<'_>,
        failed: Failed,
        deadline: &Deadline,
    ) -> TargetError {
        match failed {
            Failed::Said(code) => self.why(tried, code, 0, deadline).await,
            Failed::Error(error) => error,
        }
    }

    /// What lies there; none where nothing does.
    async fn look(
        &mut self,
        tried: Tried<'_>,
        path: &str,
        deadline: &Deadline,
    ) -> Result<Option<Attributes>, TargetError> {
        match self.ask(tried, Request::LookAt(path), deadline).await? {
            Reply::Attributes(attributes) => Ok(Some(attributes)),
            Reply::Status(status::NO_SUCH_FILE) => Ok(None),
            Reply::Status(code) => Err(self.why(tried, code, 0, deadline).await),
            _ => Err(self.odd(tried)),
        }
    }

    async fn list(
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

    async fn read(
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

    async fn write(
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

    /// Makes the directories that an object lies in. Of the folder only the last step: a slip of the pen makes no
    /// folder anywhere else.
    async fn make(
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

    async fn remove(&mut self, object: Object, deadline: &Deadline) -> Result<(), TargetError> {
        let (name, path) = (object.to_string(), self.path(object));
        let tried = Tried { doing: "remove", object: &name };
        match self.do_it(tried, Request::Remove(&path), deadline).await {
            Ok(()) | Err(Failed::Said(status::NO_SUCH_FILE)) => Ok(()),
            Err(failed) => Err(self.failed(tried, failed, deadline).await),
        }
    }

    async fn overwrite(
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
