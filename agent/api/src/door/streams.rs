//! How many event streams one address may hold, whoever is signed in there: a stream keeps its connection
//! for as long as it lasts.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::http::{Response, header};
use http_body_util::BodyExt;

/// Most from one address: a stream for each open page, of several people behind one address.
pub(super) const FROM_ONE: usize = 32;

/// The streams of one application. Clones are handles of the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One stream; dropped, it is counted no more.
struct Counted {
    streams: Streams,
    address: IpAddr,
}

/// Whether an answer is a stream of events.
pub fn is_stream<T>(answer: &Response<T>) -> bool {
    let media = answer.headers().get(header::CONTENT_TYPE);
    media.is_some_and(|media| media.as_bytes().starts_with(b"text/event-stream"))
}

impl Streams {
    /// The stream, counted until it ends. None: its address holds as many as it may.
    pub(super) fn count(&self, stream: Response<Body>, address: IpAddr) -> Option<Response<Body>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = all.entry(address).or_default();
        if *held >= FROM_ONE {
            return None;
        }
        *held += 1;
        drop(all);
        let counted = Counted { streams: self.clone(), address };
        Some(stream.map(|body| {
            Body::new(body.map_frame(move |frame| {
                let _for_as_long_as_it_lasts = &counted;
                frame
            }))
        }))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut all = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = all.get_mut(&self.address) {
            *held -= 1;
            if *held == 0 {
                all.remove(&self.address);
            }
        }
    }
}
