//! The way to hostd.

use std::future::Future;
use std::io;
use std::pin::Pin;

use host_api::{Request, Response};

/// An answer of hostd on its way.
pub type HostFuture<'a> = Pin<Box<dyn Future<Output = io::Result<Response>> + Send + 'a>>;

/// Asks hostd.
pub trait Host: Send + Sync {
    /// Asks one thing.
    fn ask(&self, request: Request) -> HostFuture<'_>;
}
