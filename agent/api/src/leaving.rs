//! An answer on its way out of this process: something is held for it until the last of its bytes, which the
//! connection takes long before it sends them, has left.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};

/// What is held.
pub trait Held: Send + Sync + 'static {
    /// The connection took a piece of the answer.
    fn goes_on(&self) {}
}

/// The answer's body, for which this is held.
pub fn leaving(body: Body, held: Arc<impl Held>) -> Body {
    Body::new(Leaving { body, held })
}

struct Leaving<H> {
    body: Body,
    held: Arc<H>,
}

/// A piece of the answer.
struct Piece<H> {
    bytes: Bytes,
    _held: Arc<H>,
}

impl<H> AsRef<[u8]> for Piece<H> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl<H: Held> HttpBody for Leaving<H> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        frame.map_ok(|frame| {
            self.held.goes_on();
            let held = &self.held;
            frame.map_data(|bytes| Bytes::from_owner(Piece { bytes, _held: Arc::clone(held) }))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
