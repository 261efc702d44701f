//! A conversation of SFTP over a stream that is encrypted already: many questions at once, an answer to each, all
//! of it bounded in bytes and time by whoever asks.

use std::cell::Cell;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use outbound::{Fault, Stage};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::line::{Patience, STEP};
use crate::pace::{self, Pace, unhurried};
use crate::sftp_packet::{self as packet, MOST_BYTES, Offers, Reply, Request};

/// Most questions at once: OpenSSH's own client asks 64.
pub const AT_ONCE: usize = 64;

/// Bytes that may still come in, over all of what carries the conversation.
#[derive(Clone, Debug)]
pub struct Allowance(Arc<AtomicU64>);

impl Allowance {
    pub fn new(bytes: u64) -> Self {
        Self(Arc::new(AtomicU64::new(bytes)))
    }

    /// From now on.
    pub fn set(&self, bytes: u64) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    /// Whether so many were allowed.
    pub fn take(&self, bytes: usize) -> bool {
        let take = |left: u64| left.checked_sub(bytes as u64);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }
}

/// Until when the next thing must happen: each [`STEP`] bytes that go or come give more time.
#[derive(Debug)]
pub struct Deadline {
    patience: Patience,
    limit: Cell<Instant>,
    counted: Cell<usize>,
}

impl Deadline {
    pub fn new(patience: Patience) -> Self {
        let limit = Cell::new(Instant::now() + patience.answer);
        Self { patience, limit, counted: Cell::new(0) }
    }

    /// What goes slowly because somebody wants it to is not late.
    fn on_time(&self) {
        self.limit.set(self.limit.get().max(Instant::now() + self.patience.step));
    }

    /// What is asked next may take as long as the first thing.
    pub fn again(&self) {
        self.limit.set(Instant::now() + self.patience.answer);
    }

    fn went(&self, bytes: usize) {
        let counted = self.counted.get() + bytes;
        self.counted.set(counted % STEP);
        if counted >= STEP {
            self.limit.set(self.limit.get().max(Instant::now() + self.patience.step));
        }
    }

    async fn within<T>(&self, work: impl Future<Output = io::Result<T>>) -> Result<T, Fault> {
        let mut work = pin!(work);
        loop {
            let limit = self.limit.get();
            match timeout_at(limit, work.as_mut()).await {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(error)) => return Err(fault(&error)),
                // More went or came in the meantime.
                Err(_) if self.limit.get() > limit => {}
                Err(_) => return Err(Fault::TooSlow(Stage::Talk)),
            }
        }
    }
}

/// See the module.
pub struct Session<S> {
    stream: S,
    pace: Arc<Pace>,
    last: u32,
    offers: Offers,
    /// Whether all that was asked was answered, and nothing else.
    in_step: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// # Errors
    /// See [`Fault`].
    pub async fn begin(mut stream: S, deadline: &Deadline) -> Result<Self, Fault> {
        deadline.within(stream.write_all(&packet::hello())).await?;
        let hello = read(&mut stream, deadline).await?;
        let offers = packet::parse_hello(&hello).map_err(not_understood)?;
        Ok(Self { stream, pace: unhurried(), last: 0, offers, in_step: true })
    }

    /// The same, sending no faster than this.
    pub fn paced(self, pace: Arc<Pace>) -> Self {
        Self { pace, ..self }
    }

    /// What the server has beside the protocol.
    pub const fn offers(&self) -> Offers {
        self.offers
    }

    /// Whether more can be asked.
    pub const fn is_in_step(&self) -> bool {
        self.in_step
    }

    /// Nothing more is asked: something is open there that nobody closes.
    pub const fn leave(&mut self) {
        self.in_step = false;
    }

    /// Asks one thing.
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn ask(&mut self, request: Request<'_>, deadline: &Deadline) -> Result<Reply, Fault> {
        let mut replies = self.ask_all(&[request], deadline).await?;
        replies.pop().ok_or(Fault::NotUnderstood)
    }

    /// Asks all of it, [`AT_ONCE`] at once, in order; the answers are in the same order.
    ///
    /// # Errors
    /// See [`Fault`]: some of it may have been done.
    pub async fn ask_all(
        &mut self,
        requests: &[Request<'_>],
        deadline: &Deadline,
    ) -> Result<Vec<Reply>, Fault> {
        if !self.in_step {
            return Err(Fault::Closed(Stage::Talk));
        }
        // Until it ends well.
        self.in_step = false;
        let mut replies = Vec::new();
        for some in requests.chunks(AT_ONCE) {
            self.ask_some(some, deadline, &mut replies).await?;
        }
        self.in_step = true;
        Ok(replies)
    }

    async fn ask_some(
        &mut self,
        requests: &[Request<'_>],
        deadline: &Deadline,
        to: &mut Vec<Reply>,
    ) -> Result<(), Fault> {
        let first = self.last.wrapping_add(1);
        let mut bytes = Vec::new();
        for request in requests {
            self.last = self.last.wrapping_add(1);
            request.write(self.last, &mut bytes);
        }
        let rate = &*self.pace;
        let (mut from, mut into) = tokio::io::split(&mut self.stream);
        // Answers are taken while questions still go: neither side waits for the other to listen.
        let write = async {
            let (mut left, mut next) = (bytes.as_slice(), Instant::now());
            while !left.is_empty() {
                let (step, wait) = pace::step(rate, left.len());
                let (piece, after) = left.split_at(step);
                deadline.within(into.write_all(piece)).await?;
                deadline.went(piece.len());
                left = after;
                if let Some(wait) = wait {
                    // A way that was slower for a while makes up for a second at most.
                    next = next.max(Instant::now() - Duration::from_secs(1)) + wait;
                    deadline.on_time();
                    sleep_until(next).await;
                }
            }
            deadline.within(into.flush()).await
        };
        let mut answers: Vec<Option<Reply>> = Vec::new();
        answers.resize_with(requests.len(), || None);
        let mut left = requests.len();
        let read_all = async {
            while left > 0 {
                let packet = read(&mut from, deadline).await?;
                let (id, reply) = packet::parse(&packet).map_err(not_understood)?;
                let place = usize::try_from(id.wrapping_sub(first)).ok();
                let place = place.and_then(|place| answers.get_mut(place));
                // Each is answered once, and nothing else is.
                match place {
                    Some(place @ None) => *place = Some(reply),
                    _ => return Err(Fault::NotUnderstood),
                }
                left -= 1;
            }
            Ok(())
        };
        tokio::try_join!(write, read_all)?;
        to.extend(answers.into_iter().flatten());
        Ok(())
    }
}

/// A packet without its length.
async fn read<S: AsyncRead + Unpin>(from: &mut S, deadline: &Deadline) -> Result<Vec<u8>, Fault> {
    let length = deadline.within(from.read_u32()).await?;
    let length = usize::try_from(length).ok().filter(|length| (1..=MOST_BYTES).contains(length));
    let mut bytes = vec![0; length.ok_or(Fault::NotUnderstood)?];
    deadline.within(from.read_exact(&mut bytes)).await?;
    deadline.went(bytes.len() + 4);
    Ok(bytes)
}

/// What it means that a stream ended.
fn fault(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::FileTooLarge => Fault::TooMuch,
        _ => Fault::Closed(Stage::Talk),
    }
}

fn not_understood(error: packet::InvalidPacket) -> Fault {
    tracing::info!(%error, "not understood");
    Fault::NotUnderstood
}

#[cfg(test)]
mod tests {
    use tokio::io::DuplexStream;
    use tokio::runtime::Builder;

    use super::*;

    const HELLO: [u8; 9] = [0, 0, 0, 5, 2, 0, 0, 0, 3];

    fn patience() -> Patience {
        let [connect, answer, step] = [10, 200, 200].map(Duration::from_millis);
        Patience { connect, answer, step }
    }

    fn packet(bytes: &[u8]) -> Vec<u8> {
        [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
    }

    fn status(id: u32, code: u32) -> Vec<u8> {
        packet(&[&[101][..], &id.to_be_bytes(), &code.to_be_bytes()].concat())
    }

    /// Against who says this after his greeting, and then no more, or closes.
    fn against(said: &[u8], closes: bool) -> Result<Vec<Reply>, Fault> {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (ours, mut theirs): (DuplexStream, DuplexStream) = tokio::io::duplex(1 << 20);
            theirs.write_all(&HELLO).await.unwrap();
            theirs.write_all(said).await.unwrap();
            let theirs = (!closes).then_some(theirs);
            let deadline = Deadline::new(patience());
            let mut session = Session::begin(ours, &deadline).await?;
            let asked =
                session.ask_all(&[Request::Remove("a"), Request::Remove("b")], &deadline).await;
            assert_eq!(session.is_in_step(), asked.is_ok());
            if asked.is_err() {
                assert!(session.ask(Request::Remove("c"), &deadline).await.is_err());
            }
            drop(theirs);
            asked
        })
    }

    #[test]
    fn answers_come_back_in_the_order_of_what_was_asked() {
        let said = [status(2, 3), status(1, 0)].concat();
        assert_eq!(against(&said, false).unwrap(), [Reply::Status(0), Reply::Status(3)]);
    }

    #[test]
    fn who_answers_something_else_is_not_understood() {
        for said in [
            status(3, 0),
            status(0, 0),
            [status(1, 0), status(1, 0)].concat(),
            packet(&[200]),
            packet(&[]),
            vec![0xff; 4],
            [&(u32::try_from(MOST_BYTES).unwrap() + 1).to_be_bytes()[..], &[0; 9]].concat(),
            b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        ] {
            let told = against(&said, false);
            assert!(matches!(told, Err(Fault::NotUnderstood)), "{said:?}: {told:?}");
        }
    }

    #[test]
    fn who_ends_or_says_nothing_is_told_so_in_time() {
        let half = status(1, 0);
        for said in [&half[..], &half[..9], &[]] {
            let told = against(said, true);
            assert!(matches!(told, Err(Fault::Closed(Stage::Talk))), "{told:?}");
            let told = against(said, false);
            assert!(matches!(told, Err(Fault::TooSlow(Stage::Talk))), "{told:?}");
        }
    }

    /// A packet a while, each short: more time comes of bytes alone.
    #[test]
    fn whoever_drips_is_too_slow() {
        let runtime =
            Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (ours, mut theirs) = tokio::io::duplex(1 << 20);
            let dripping = tokio::spawn(async move {
                theirs.write_all(&HELLO).await.unwrap();
                for id in 1.. {
                    tokio::time::sleep(Duration::from_millis(60)).await;
                    if theirs.write_all(&status(id, 0)).await.is_err() {
                        return id;
                    }
                }
                0
            });
            let deadline = Deadline::new(patience());
            let mut session = Session::begin(ours, &deadline).await.unwrap();
            let told = session.ask_all(&[Request::Remove("a"); 50], &deadline).await;
            assert!(matches!(told, Err(Fault::TooSlow(_))), "{told:?}");
            drop(session);
            assert!(dripping.await.unwrap() < 10);
        });
    }
}
