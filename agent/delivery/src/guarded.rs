//! A stream for a library that reads as long as somebody talks, and that says good-bye and waits for an answer
//! after any error: it ends after so many bytes, it ends after the good-bye, and it remembers how it ended.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use notify::{Failure, Stage};
use outbound::{Connection, Fault};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Most bytes that a server may say in all. The library reads an answer anew with each of its lines.
const MOST: usize = 32 << 10;
/// The good-bye.
const QUIT: &[u8] = b"QUIT\r\n";

/// How it ended.
#[derive(Clone, Debug, Default)]
pub struct Ended(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    closed: AtomicBool,
    too_much: AtomicBool,
    wants_certificate: AtomicBool,
}

impl Ended {
    /// What it means that an answer was not one.
    pub fn failure(&self, at: Stage) -> Failure {
        let is = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        if is(&self.0.too_much) {
            Failure::TooMuch
        } else if is(&self.0.wants_certificate) {
            Failure::CertificateWanted
        } else if is(&self.0.closed) {
            Failure::Closed { at }
        } else {
            Failure::NotUnderstood
        }
    }
}

/// The stream.
#[derive(Debug)]
pub struct Guarded {
    stream: Connection,
    /// What is read before anything of the stream.
    before: &'static [u8],
    left: usize,
    quit: bool,
    ended: Ended,
}

impl Guarded {
    /// With what is read first, and where it is told how it ended.
    pub fn new(stream: Connection, before: &'static [u8]) -> (Self, Ended) {
        let ended = Ended::default();
        (Self { stream, before, left: MOST, quit: false, ended: ended.clone() }, ended)
    }
}

impl AsyncTokioStream for Guarded {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.before.is_empty() {
            let (now, later) = self.before.split_at(self.before.len().min(into.remaining()));
            into.put_slice(now);
            self.before = later;
            return Poll::Ready(Ok(()));
        }
        if self.quit {
            return Poll::Ready(Ok(()));
        }
        let before = into.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(context, into));
        let flags = &self.ended.0;
        if let Err(error) = &read {
            let wanted = Fault::of(error, outbound::Stage::Talk) == Fault::CertificateWanted;
            let flag = if wanted { &flags.wants_certificate } else { &flags.closed };
            flag.store(true, Ordering::Relaxed);
        }
        read?;
        let count = into.filled().len().saturating_sub(before);
        if count == 0 {
            flags.closed.store(true, Ordering::Relaxed);
        }
        let Some(left) = self.left.checked_sub(count) else {
            flags.too_much.store(true, Ordering::Relaxed);
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        };
        self.left = left;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes));
        match written {
            Ok(_) => self.quit |= bytes == QUIT,
            Err(_) if self.quit => {}
            Err(_) => self.ended.0.closed.store(true, Ordering::Relaxed),
        }
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
