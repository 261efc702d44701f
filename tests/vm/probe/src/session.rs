//! One conversation: reads requests, runs each in a thread of its own, writes answers as they come.
//! A broken line is answered with id 0 and the conversation goes on.

use std::collections::HashMap;
use std::io::{self, BufRead, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::time::{TimeSpec, TimeValLike};
use nix::time::{ClockId, clock_settime};
use serde_json::{Value, json};

use crate::capture::Capture;
use crate::exec;
use crate::protocol::{Answer, LINE_LIMIT, Order, Outcome, Request};
use crate::send;
use crate::serve::{self, Peers};

/// What a conversation holds on to.
pub struct Session<W> {
    output: Mutex<W>,
    captures: Mutex<HashMap<u64, Capture>>,
    next_capture: AtomicU64,
    peers: Peers,
}

impl<W: Write + Send + 'static> Session<W> {
    /// A conversation whose answers go to `output`.
    pub fn new(output: W) -> Self {
        Self {
            output: Mutex::new(output),
            captures: Mutex::default(),
            next_capture: AtomicU64::new(1),
            peers: Peers::default(),
        }
    }

    /// Greets, then serves requests until the input ends.
    ///
    /// # Errors
    /// Those of the port.
    pub fn run(self, mut input: impl BufRead) -> io::Result<()> {
        self.write(&json!({"hello": "gatehouse-probe", "version": env!("CARGO_PKG_VERSION")}))?;
        let session = Arc::new(self);
        let mut running = Vec::new();
        let limit = u64::try_from(LINE_LIMIT).unwrap_or(u64::MAX);
        loop {
            let mut line = String::new();
            if input.by_ref().take(limit).read_line(&mut line)? == 0 {
                break;
            }
            if line.trim().is_empty() {
                continue;
            }
            let session = Arc::clone(&session);
            running.retain(|thread: &std::thread::JoinHandle<_>| !thread.is_finished());
            running.push(std::thread::spawn(move || session.serve(&line)));
        }
        for thread in running {
            thread.join().unwrap_or_else(|_| Err(io::Error::other("a request panicked")))?;
        }
        Ok(())
    }

    fn serve(&self, line: &str) -> io::Result<()> {
        let answer = match serde_json::from_str::<Request>(line) {
            Ok(request) => Answer {
                id: request.id,
                outcome: self
                    .obey(request.order)
                    .map_or_else(|error| Outcome::Error(error.to_string()), Outcome::Ok),
            },
            Err(error) => {
                Answer { id: 0, outcome: Outcome::Error(format!("not a request: {error}")) }
            }
        };
        self.write(&answer)
    }

    fn obey(&self, order: Order) -> io::Result<Value> {
        match order {
            Order::Ping => Ok(json!({})),
            Order::Exec { argv, netns, stdin, timeout } => {
                exec::run(argv, netns.as_deref(), stdin, Duration::from_secs(timeout))
            }
            Order::Serve { netns, tcp, udp } => {
                serve::start(netns.as_deref(), tcp, udp, &self.peers)
            }
            Order::Send { netns, packets } => send::all(netns.as_deref(), packets),
            Order::Served => Ok(self.peers.list()),
            Order::CaptureStart { netns, interface } => {
                let capture = Capture::start(netns.as_deref(), &interface)?;
                let number = self.next_capture.fetch_add(1, Ordering::Relaxed);
                self.captures
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(number, capture);
                Ok(json!({"capture": number}))
            }
            Order::CaptureStop { capture } => {
                let found =
                    self.captures.lock().unwrap_or_else(PoisonError::into_inner).remove(&capture);
                found
                    .ok_or_else(|| io::Error::other(format!("there is no capture {capture}")))?
                    .stop()
            }
            Order::ClockSet { epoch } => {
                clock_settime(ClockId::CLOCK_REALTIME, TimeSpec::seconds(epoch))?;
                Ok(json!({}))
            }
        }
    }

    /// One line, whole: answers of two threads never mix.
    fn write(&self, value: &impl serde::Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        output.write_all(&line)?;
        output.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the conversation says to these lines, in the order of the ids.
    fn talk(lines: &str) -> Vec<Value> {
        let output = tempfile::NamedTempFile::new().unwrap();
        Session::new(output.reopen().unwrap()).run(lines.as_bytes()).unwrap();
        let text = std::fs::read_to_string(output.path()).unwrap();
        let mut answers: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        answers.sort_by_key(|answer| answer["id"].as_u64());
        answers
    }

    #[test]
    fn it_greets_and_answers_each_request_under_its_number() {
        let answers = talk(
            "{\"id\":1,\"do\":\"ping\"}\n\n{\"id\":2,\"do\":\"exec\",\"argv\":[\"echo\",\"hi\"]}\n",
        );
        assert_eq!(answers[0]["hello"], "gatehouse-probe");
        assert_eq!(answers[1], json!({"id": 1, "ok": {}}));
        assert_eq!(answers[2]["ok"]["stdout"], "hi\n");
    }

    #[test]
    fn a_broken_line_does_not_end_the_conversation() {
        let answers = talk("{\"id\":\n{\"id\":5,\"do\":\"ping\"}\n");
        assert!(answers[1]["error"].as_str().unwrap().contains("not a request"));
        assert_eq!(answers[2], json!({"id": 5, "ok": {}}));
    }

    #[test]
    fn stopping_a_capture_that_never_was_is_an_error() {
        let answers = talk("{\"id\":9,\"do\":\"capture_stop\",\"capture\":4}\n");
        assert!(answers[1]["error"].as_str().unwrap().contains("no capture 4"));
    }
}
