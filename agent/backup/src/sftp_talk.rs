//! A connection to an SFTP server, and what its answers mean for a target.

use std::collections::BTreeSet;
use std::io;

use russh::ChannelStream;
use russh::client::Msg;

use crate::object::{Kind, Object};
use crate::sftp_packet::{self as packet, Attributes, Reply, Request, status};
use crate::sftp_session::{Deadline, Session};
use crate::ssh_way::Ends;
use crate::target::TargetError;
use crate::tried::Tried;

/// A connection, and what is known of the other side.
pub struct Talk {
    pub session: Session<ChannelStream<Msg>>,
    pub ends: Ends,
    pub folder: String,
    /// Directories that are there, as far as we know.
    pub made: BTreeSet<String>,
    /// Whether what former connections left unfinished was looked for.
    pub is_swept: bool,
}

/// Why a step was not done.
pub enum Failed {
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
    pub fn way_is_closed(&self) -> bool {
        self.ends.is_closed()
    }

    pub fn allow(&self, bytes: u64) {
        self.ends.allowance.set(bytes);
    }

    pub fn path(&self, object: Object) -> String {
        let folder = &self.folder;
        match object {
            Object::Named(Kind::Pack, id) => {
                let id = id.to_string();
                format!("{folder}/data/{}/{id}", id.get(..2).unwrap_or_default())
            }
            object => format!("{folder}/{object}"),
        }
    }

    pub async fn ask(
        &mut self,
        tried: Tried<'_>,
        request: Request<'_>,
        deadline: &Deadline,
    ) -> Result<Reply, TargetError> {
        self.session.ask(request, deadline).await.map_err(|fault| tried.fault(fault))
    }

    pub async fn ask_all(
        &mut self,
        tried: Tried<'_>,
        requests: &[Request<'_>],
        deadline: &Deadline,
    ) -> Result<Vec<Reply>, TargetError> {
        self.session.ask_all(requests, deadline).await.map_err(|fault| tried.fault(fault))
    }

    /// Asks for what is answered with whether it was done.
    pub async fn do_it(
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
    pub fn odd(&mut self, tried: Tried<'_>) -> TargetError {
        self.session.leave();
        tried.broken("what it answers makes no sense")
    }

    /// What it means that it was not done. Servers say "failure" of most things: where they say how much room there
    /// is, it is looked at.
    pub async fn why(
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

    pub async fn failed(
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
    pub async fn look(
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
}
