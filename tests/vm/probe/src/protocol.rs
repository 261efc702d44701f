//! The lines on the wire: a request is `{"id": 7, "do": "exec", …}`, an answer is
//! `{"id": 7, "ok": …}` or `{"id": 7, "error": "…"}`; the first line from here is `{"hello": …}`.
//! Bytes travel as lower-case hexadecimal text.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::send::Sent;

/// The longest request line taken, in bytes.
pub const LINE_LIMIT: usize = 1 << 20;

/// One numbered request; the number comes back with the answer.
#[derive(Debug, Deserialize)]
pub struct Request {
    /// Chosen by the client, unique among its open requests.
    pub id: u64,
    /// What to do.
    #[serde(flatten)]
    pub order: Order,
}

/// What the probe can be asked to do. `netns` is a name under `/run/netns`, absent for the box's own.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Order {
    /// Answers at once.
    Ping,
    /// Runs a program and waits for its end.
    Exec {
        /// Program and arguments; no shell.
        argv: Vec<String>,
        /// Where to run it.
        netns: Option<String>,
        /// Text for its standard input.
        stdin: Option<String>,
        /// Seconds until it is killed.
        #[serde(default = "default_timeout")]
        timeout: u64,
    },
    /// Listens on all addresses, IPv4 and IPv6, until the probe ends.
    Serve {
        /// Where to listen.
        netns: Option<String>,
        /// TCP ports: each connection gets `gatehouse-probe <its address>` and is closed.
        #[serde(default)]
        tcp: Vec<u16>,
        /// UDP ports: each datagram goes back to its sender.
        #[serde(default)]
        udp: Vec<u16>,
    },
    /// The peers that were served so far.
    Served,
    /// Sends the first packets of connections and waits for nothing.
    Send {
        /// Where from.
        netns: Option<String>,
        /// What.
        packets: Vec<Sent>,
    },
    /// Records every frame of an interface from now on.
    CaptureStart {
        /// Where the interface is.
        netns: Option<String>,
        /// Its name.
        interface: String,
    },
    /// Ends a capture and gives its frames.
    CaptureStop {
        /// The number that `capture_start` gave.
        capture: u64,
    },
    /// Sets the clock.
    ClockSet {
        /// Seconds since 1970.
        epoch: i64,
    },
}

/// Ten seconds suit every command of a test; longer ones say so.
fn default_timeout() -> u64 {
    10
}

/// One answer.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// The request's number.
    pub id: u64,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Done; the value depends on the order.
    Ok(Value),
    /// Not done, and why.
    Error(String),
}

/// Bytes as hexadecimal text.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_request_names_its_order_and_its_defaults_are_filled_in() {
        let request: Request =
            serde_json::from_value(json!({"id": 3, "do": "exec", "argv": ["true"]})).unwrap();
        assert_eq!(request.id, 3);
        let Order::Exec { argv, netns, stdin, timeout } = request.order else { panic!("not exec") };
        assert_eq!((argv, netns, stdin, timeout), (vec!["true".to_owned()], None, None, 10));
    }

    #[test]
    fn an_unknown_order_is_refused() {
        let text = r#"{"id": 1, "do": "format_disk"}"#;
        assert!(serde_json::from_str::<Request>(text).is_err());
    }

    #[test]
    fn answers_look_as_the_client_expects() {
        let good = Answer { id: 1, outcome: Outcome::Ok(json!({"code": 0})) };
        let bad = Answer { id: 2, outcome: Outcome::Error("no".to_owned()) };
        assert_eq!(serde_json::to_string(&good).unwrap(), r#"{"id":1,"ok":{"code":0}}"#);
        assert_eq!(serde_json::to_string(&bad).unwrap(), r#"{"id":2,"error":"no"}"#);
    }

    #[test]
    fn hexadecimal_has_two_digits_a_byte() {
        assert_eq!(hex(&[0, 0x0f, 0xff]), "000fff");
    }
}
