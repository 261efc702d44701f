//! One encrypted connection to a target, kept for the next question. Calls block; each step has a time
//! limit of its own, and those for bytes begin anew with bytes that went or came, so that a slow way
//! is no dead one and a dead one holds nobody up.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use outbound::http::{self, Talk};
use outbound::{Authorities, Fault, Stage, Versions};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use crate::pace::{self, Pace, unhurried};

/// Bytes that must go or come within [`Patience::step`].
pub const STEP: usize = 256 << 10;
/// A connection that nothing was said over for so long is not used again: whoever stands between may
/// have forgotten it and told nobody.
pub const IDLE: Duration = Duration::from_secs(30);
/// Longest answer that is read to its end where it was not done, bytes.
const MOST_ASIDE: usize = 16 << 10;

/// Looks a target's addresses up; asked for each new connection.
pub type Addresses = dyn Fn() -> Vec<IpAddr> + Send + Sync;

/// Whose certificates are believed.
#[derive(Clone, Debug)]
pub enum Trust {
    /// Those of the authorities in a file, PEM.
    File(PathBuf),
    /// Those of these authorities, PEM: the admin's own.
    These(String),
}

/// How long each step may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Connecting to an address, and then encryption.
    pub connect: Duration,
    /// Until an answer begins after all was said: what was sent goes to a disk first.
    pub answer: Duration,
    /// For each 256 KiB that go or come.
    pub step: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let [answer, step] = [60, 20].map(Duration::from_secs);
        Self { connect: outbound::CONNECT, answer, step }
    }
}

/// What is asked.
#[derive(Debug)]
pub struct Question {
    /// Its method.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// All headers but the length.
    pub headers: HeaderMap,
    /// What is sent.
    pub body: Bytes,
    /// Longest answer, bytes.
    pub most: usize,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// Whether it was done.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body. Where it was not done: what is said about it, if that is short.
    pub body: Vec<u8>,
}

/// The way to one server.
pub struct Line {
    host: String,
    port: u16,
    addresses: Arc<Addresses>,
    trust: Trust,
    patience: Patience,
    pace: Arc<Pace>,
    state: Mutex<State>,
}

struct State {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    kept: Option<(Talk<Upload>, Instant)>,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, .. } = self;
        f.debug_struct("Line").field("host", host).field("port", port).finish_non_exhaustive()
    }
}

impl Line {
    /// To the port of a host whose certificate is for this name or address.
    ///
    /// # Errors
    /// When the kernel has no room for what waits on sockets.
    pub fn new(
        host: String,
        port: u16,
        trust: Trust,
        addresses: Arc<Addresses>,
    ) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let state = Mutex::new(State { runtime: Some(runtime), kept: None });
        let (patience, pace) = (Patience::default(), unhurried());
        Ok(Self { host, port, addresses, trust, patience, pace, state })
    }

    /// The same, sending no faster than this.
    pub fn paced(self, pace: Arc<Pace>) -> Self {
        Self { pace, ..self }
    }

    /// The same, with other limits.
    pub fn with(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Asks. Once more over a new connection where the kept one turns out to be closed; what changes
    /// something and is not the same when done twice is not asked again.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn ask(&self, question: &Question) -> Result<Answer, Fault> {
        let mut state = self.state();
        let State { runtime, kept } = &mut *state;
        let Some(runtime) = runtime else { return Err(Fault::Unreachable) };
        runtime.block_on(async {
            let usable = |(talk, since): &(Talk<Upload>, Instant)| {
                !talk.is_closed() && since.elapsed() < IDLE
            };
            let begun = match kept.take().filter(usable) {
                None => self.begin(self.connect().await?, question).await?,
                Some((talk, _)) => match self.begin(talk, question).await {
                    Err(Fault::Closed(_)) if question.method != Method::POST => {
                        self.begin(self.connect().await?, question).await?
                    }
                    begun => begun?,
                },
            };
            let (answer, talk) = self.finish(begun, question.most).await?;
            *kept = talk.map(|talk| (talk, Instant::now()));
            // What was spoken with and is not kept ends here.
            tokio::task::yield_now().await;
            Ok(answer)
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self) -> Result<Talk<Upload>, Fault> {
        let authorities = match &self.trust {
            Trust::File(file) => Authorities::File(file),
            Trust::These(pem) => Authorities::These(pem),
        };
        let trust = outbound::trust(authorities, Versions::AlsoTls12)?;
        let limit = self.patience.connect;
        let stream = outbound::connect(&(self.addresses)(), self.port, limit).await?;
        // A small question must not wait for the answer to the last packet of a large one.
        let _ = stream.set_nodelay(true);
        Talk::begin(outbound::encrypt(stream, &self.host, trust, limit).await?).await
    }

    /// Asks; comes back when an answer begins.
    async fn begin(&self, mut talk: Talk<Upload>, question: &Question) -> Result<Begun, Fault> {
        let upload = Upload::new(question.body.clone(), Arc::clone(&self.pace));
        let way = Arc::clone(&upload.way);
        let request = Request::builder().method(&question.method).uri(&question.path);
        let mut request = request.body(upload).map_err(|_| Fault::NotUnderstood)?;
        *request.headers_mut() = question.headers.clone();
        let answer = {
            let mut asked = pin!(talk.ask(request));
            loop {
                let limit = way.limit(self.patience);
                match timeout_at(limit, asked.as_mut()).await {
                    Ok(answer) => break answer?,
                    // More went in the meantime.
                    Err(_) if way.limit(self.patience) > limit => {}
                    Err(_) => return Err(Fault::TooSlow(Stage::Talk)),
                }
            }
        };
        Ok(Begun { talk, answer, way })
    }

    /// The whole answer, and the connection if it takes another question.
    async fn finish(
        &self,
        Begun { talk, answer, way }: Begun,
        most: usize,
    ) -> Result<(Answer, Option<Talk<Upload>>), Fault> {
        let (status, headers) = (answer.status(), answer.headers().clone());
        let (body, is_read) = if status.is_success() {
            (self.body(answer, most).await?, true)
        } else {
            let aside = self.body(answer, MOST_ASIDE).await.ok();
            let is_read = aside.is_some();
            (aside.unwrap_or_default(), is_read)
        };
        let goes_on = is_read && way.is_at_end();
        Ok((Answer { status, headers, body }, goes_on.then_some(talk)))
    }

    async fn body(&self, answer: Response<Incoming>, most: usize) -> Result<Vec<u8>, Fault> {
        let (mut body, mut bytes) = (answer.into_body(), Vec::new());
        if body.size_hint().lower() > most as u64 {
            return Err(Fault::TooMuch);
        }
        let (mut limit, mut counted) = (Instant::now() + self.patience.step, 0);
        loop {
            let piece = timeout_at(limit, http::piece(&mut body)).await;
            let Some(piece) = piece.unwrap_or(Err(Fault::TooSlow(Stage::Talk)))? else {
                return Ok(bytes);
            };
            if bytes.len() + piece.len() > most {
                return Err(Fault::TooMuch);
            }
            bytes.extend_from_slice(&piece);
            if bytes.len() - counted >= STEP {
                counted = bytes.len();
                limit = Instant::now() + self.patience.step;
            }
        }
    }
}

/// A runtime must not be waited for where others run.
impl Drop for State {
    fn drop(&mut self) {
        self.kept = None;
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// An answer that has begun.
struct Begun {
    talk: Talk<Upload>,
    answer: Response<Incoming>,
    way: Arc<Way>,
}

/// How far an upload is.
#[derive(Debug)]
struct Way(Mutex<(Instant, bool)>);

impl Way {
    fn at(&self) -> MutexGuard<'_, (Instant, bool)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when the next thing must happen.
    fn limit(&self, patience: Patience) -> Instant {
        let (since, all) = *self.at();
        since + if all { patience.answer } else { patience.step }
    }

    /// Whether all of it went.
    fn is_at_end(&self) -> bool {
        self.at().1
    }
}

/// What is sent, a step at a time: as fast as it goes, or as its pace says.
struct Upload {
    left: Bytes,
    way: Arc<Way>,
    pace: Arc<Pace>,
    /// When the next step may go.
    rest: Option<Pin<Box<Sleep>>>,
}

impl Upload {
    fn new(bytes: Bytes, pace: Arc<Pace>) -> Self {
        let way = Arc::new(Way(Mutex::new((Instant::now(), bytes.is_empty()))));
        Self { left: bytes, way, pace, rest: None }
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        // When the last step went by its pace, not when somebody came for the next.
        let mut since = Instant::now();
        if let Some(rest) = &mut self.rest {
            std::task::ready!(rest.as_mut().poll(context));
            // A way that was slower for a while makes up for a second at most.
            since = rest.deadline().max(since - Duration::from_secs(1));
            self.rest = None;
        }
        let (step, wait) = pace::step(&*self.pace, self.left.len());
        self.rest = wait.map(|wait| Box::pin(sleep_until(since + wait)));
        let piece = self.left.split_to(step);
        *self.way.at() = (Instant::now(), self.left.is_empty());
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}
