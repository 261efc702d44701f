//! The way to hostd.

use std::future::Future;
use std::io;
use std::pin::Pin;

use host_api::{Request, Response};

/// An answer of hostd on its way.
pub type HostFuture<'a> = Pin<Box<dyn Future<Output = Result<Response, Unanswered>> + Send + 'a>>;

/// Why there is no answer of hostd.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// It was not asked, so it did nothing.
    #[error("hostd cannot be asked")]
    NotAsked(#[source] io::Error),
    /// It was asked, and may have done it.
    #[error("hostd's answer is lost")]
    Lost(#[source] io::Error),
}

/// The connections of the server.
pub trait Connections: Send + Sync {
    /// Lets those that are open finish what they are at and no more. The number of the first connection
    /// that comes after this.
    fn renew(&self) -> u64;

    /// Lets the connection of this number finish what it is at and no more.
    fn leave(&self, number: u64);
}

/// Asks hostd.
pub trait Host: Send + Sync {
    /// Asks one thing.
    fn ask(&self, request: Request) -> HostFuture<'_>;
}
