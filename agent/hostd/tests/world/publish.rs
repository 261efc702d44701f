//! A published service with real connections: the internet and the office reach a server of the office by the
//! box's address on the internet, and no more when it is published no more or over.

use std::env;
use std::time::{Duration, Instant};

use host_api::{Request, Response};
use serde_json::{Value, json};

use super::program::Program;
use super::{apply, ask, document, out, ready};

/// Answers every line with whom it came from.
const SERVER: &str = r#"
import socketserver
class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write((self.client_address[0] + "\n").encode())
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    def handle_error(self, request, client): pass
server = Server(("192.168.10.20", 8443), Echo)
print("ready", flush=True)
server.serve_forever()
"#;

/// Opens a connection to the box's address on the internet and says something on it, as told.
const CLIENT: &str = r#"
import socket, sys
held = None
for line in sys.stdin:
    try:
        if line.strip() == "open":
            held = socket.create_connection(("11.67.0.2", 443), 0.9)
            held.settimeout(0.9)
        held.sendall(b"x\n")
        print(held.recv(64).decode().strip() or "over", flush=True)
    except TimeoutError:
        print("silence", flush=True)
    except OSError:
        print("refused", flush=True)
"#;

fn with(former: &str, publish: &Value) -> String {
    let mut value: Value = serde_json::from_str(former).unwrap();
    value["time_zone"] = json!("UTC");
    value["publish"] = publish.clone();
    settings::parse(value.to_string().as_bytes()).unwrap().to_json()
}

#[test]
#[ignore = "runs inside dev/world"]
fn a_published_service_is_reached_until_it_is_published_no_more() {
    ready();
    let former = document();
    let office = env::var("OFFICE").unwrap();
    let ip = |words: &[&str]| out(&[&["ip", "-n", &office], words].concat());
    ip(&["address", "add", "192.168.10.20/24", "dev", "eth0"]);
    ip(&["route", "add", "default", "via", "192.168.10.1"]);
    let mut server = Program::start("OFFICE", SERVER);
    assert_eq!(server.line(), "ready");
    let mut outside = Program::start("WAN", CLIENT);
    let mut inside = Program::start("OFFICE", CLIENT);
    assert_eq!(outside.tell("open"), "silence");

    let shop = |until: &str| {
        json!([{"id": 1, "label": "Shop", "ports": ["tcp/443"], "from": "all", "until": until,
            "to": {"zone": "office", "address": "192.168.10.20", "port": 8443}}])
    };
    apply(with(&former, &shop("2099-12-31")));
    assert_eq!(outside.tell("open"), "11.67.0.1", "the server sees who it is");
    assert_eq!(inside.tell("open"), "192.168.10.1", "the server itself, by way of the box");

    let arrivals = || match ask(&Request::Arrivals).unwrap() {
        Response::Arrivals(all) => all,
        other => panic!("{other:?}"),
    };
    let [one] = arrivals()[..] else { panic!("{:?}", arrivals()) };
    assert_eq!((one.service, one.hits), (1, 2), "one from outside, one from inside");
    assert!(one.last.is_some_and(|last| last >= one.since), "{one:?}");

    // Over by the clock: what is open ends within a second, and nothing new comes.
    let since = Instant::now();
    apply(with(&former, &shop("2020-01-01")));
    assert_eq!(outside.tell("say"), "silence");
    assert_eq!(inside.tell("say"), "silence");
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    assert_ne!(outside.tell("open"), "11.67.0.1");

    apply(with(&former, &shop("2099-12-31")));
    assert_eq!(outside.tell("open"), "11.67.0.1");
    apply(former);
    assert_eq!(outside.tell("say"), "silence", "published no more");
    ip(&["route", "delete", "default"]);
    ip(&["address", "delete", "192.168.10.20/24", "dev", "eth0"]);
}
