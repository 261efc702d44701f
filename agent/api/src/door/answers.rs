//! How many bytes of answers may wait for their readers: to one address, and in all. Who takes nothing of
//! what it asked for is given no more.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, HttpBody};
use axum::http::Response;

use crate::leaving::{Held, leaving};
use crate::problem::Code;

/// What an answer weighs beside its body.
const HEAD: usize = 4 * 1024;
/// Most to one address: some of the largest pages of a list, or of the log.
const TO_ONE: usize = 16 * 1024 * 1024;
/// Most in all.
const ALL: usize = 64 * 1024 * 1024;

/// The answers of one application. Clones are handles of the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    bytes: usize,
    addresses: HashMap<IpAddr, usize>,
}

/// Bytes of one answer, free again when dropped.
struct Room {
    answers: Answers,
    address: IpAddr,
    bytes: usize,
}

impl Answers {
    /// The answer, counted until the last of it has left this process; streams are counted elsewhere.
    /// [`Code::SlowDown`]: too much waits for its address already; [`Code::Busy`]: too much in all.
    pub(super) fn count(
        &self,
        answer: Response<Body>,
        address: IpAddr,
    ) -> Result<Response<Body>, Code> {
        let length = answer.body().size_hint().exact().and_then(|it| usize::try_from(it).ok());
        let Some(length) = length.filter(|length| *length > 0) else { return Ok(answer) };
        let bytes = length.saturating_add(HEAD);
        let mut waiting = self.waiting();
        let held = waiting.addresses.get(&address).copied().unwrap_or_default();
        // Whoever waits for nothing gets any answer that there is room for.
        if held > 0 && held.saturating_add(bytes) > TO_ONE {
            return Err(Code::SlowDown);
        }
        if waiting.bytes.saturating_add(bytes) > ALL {
            return Err(Code::Busy);
        }
        waiting.bytes += bytes;
        waiting.addresses.insert(address, held + bytes);
        drop(waiting);
        let room = Arc::new(Room { answers: self.clone(), address, bytes });
        Ok(answer.map(|body| leaving(body, room)))
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut waiting = self.answers.waiting();
        waiting.bytes -= self.bytes;
        let left = waiting.addresses.get(&self.address).map_or(0, |held| held - self.bytes);
        if left == 0 {
            waiting.addresses.remove(&self.address);
        } else {
            waiting.addresses.insert(self.address, left);
        }
    }
}

impl Held for Room {}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    const MIB: usize = 1024 * 1024;

    fn answer(length: usize) -> Response<Body> {
        Response::new(Body::from(vec![b'1'; length]))
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 168, 10, last])
    }

    #[tokio::test]
    async fn who_takes_nothing_is_given_no_more_and_others_are() {
        let answers = Answers::default();
        let count = |length, last| answers.count(answer(length), address(last));
        let mut held: Vec<_> = (0..5).map(|_| count(3 * MIB, 1).unwrap()).collect();
        assert_eq!(count(MIB, 1).err(), Some(Code::SlowDown));
        held.push(count(20 * MIB, 2).unwrap());
        held.push(count(15 * MIB, 3).unwrap());
        assert_eq!(count(15 * MIB, 4).err(), Some(Code::Busy));
        assert!(count(0, 1).is_ok(), "nothing weighs nothing");
        assert_eq!(held[0].body().size_hint().exact(), Some(3 * MIB as u64));
        // What has left the body and not the process still counts.
        let sent = held.remove(0).into_body().collect().await.unwrap().to_bytes();
        assert_eq!((sent.len(), count(MIB, 1).err()), (3 * MIB, Some(Code::SlowDown)));
        drop(sent);
        drop(count(MIB, 1).unwrap());
        drop(held);
        assert!(answers.waiting().addresses.is_empty() && answers.waiting().bytes == 0);
    }
}
