//! A target that is an SFTP server: a NAS, or any OpenSSH. An object is written under a name of its own in
//! `unfinished`, where restic does not look, synced where the server offers that, and then given its name; so it is
//! there whole or not at all. Files lie as stock restic's layout "default" has them.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use outbound::Fault;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use crate::line::{Addresses, IDLE, Patience};
use crate::listing::MOST_ENTRIES;
use crate::object::{Kind, Object};
use crate::pace::{Pace, unhurried};
use crate::sftp_address::SftpAddress;
use crate::sftp_session::{Deadline, Session};
use crate::sftp_talk::Talk;
use crate::ssh_keys::HostKey;
use crate::ssh_way::{SshLogin, Way, Ways};
use crate::target::{Former, MAX_OBJECT, Target, TargetError};
use crate::tried::Tried;

/// Most that comes in where nothing long is asked for, bytes.
const MOST_SHORT: u64 = 1 << 20;
/// Most that comes in for a list, bytes: as many entries as there may be, with all that is said of each.
const MOST_LISTED: u64 = MOST_ENTRIES as u64 * 384;

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
