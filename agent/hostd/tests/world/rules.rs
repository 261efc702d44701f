//! Rules of the settings, with real connections of a PC in the office: what a rule stops ends at once, what it
//! does not goes on; it is counted; and hours begin by the clock alone.

use std::env;
use std::time::{Duration, Instant, SystemTime};

use host_api::{Request, Response};
use serde_json::{Value, json};

use super::program::Program;
use super::{apply, ask, document, out, ready};

/// Answers every line with itself, on three ports.
const SERVER: &str = r#"
import socketserver, threading
class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    def handle_error(self, request, client): pass
for port in (7001, 7002, 7003):
    threading.Thread(target=Server(("11.67.0.1", port), Echo).serve_forever).start()
print("ready", flush=True)
"#;

/// Opens connections and says something on them, as told on standard input.
const CLIENT: &str = r#"
import socket, sys
open_ = {}
for line in sys.stdin:
    what, port = line.split()
    try:
        if what == "open":
            open_[port] = socket.create_connection(("11.67.0.1", int(port)), 0.9)
            open_[port].settimeout(0.9)
        open_[port].sendall(b"x\n")
        print("yes" if open_[port].recv(2) == b"x\n" else "over", flush=True)
    except TimeoutError:
        print("silence", flush=True)
    except OSError as error:
        print("refused", flush=True)
"#;

fn rule(id: u16, action: &str, service: &str) -> Value {
    json!({"id": id, "action": action, "services": [service],
        "from": {"zones": ["office"], "addresses": ["192.168.10.20"]},
        "to": {"zones": ["wan"], "addresses": "all"}})
}

fn with(former: &str, rules: &[Value], hours: &Value) -> String {
    let mut value: Value = serde_json::from_str(former).unwrap();
    value["policies"] = json!([{"from": "office", "to": "wan", "allow": "all"}]);
    value["rules"] = json!(rules);
    value["services"] =
        json!({"One": ["tcp/7001"], "Two": ["tcp/7000", "tcp/7002"], "Three": ["tcp/7003-7009"]});
    value["time_zone"] = json!("UTC");
    value["schedules"] = json!({"Now": [hours]});
    settings::parse(value.to_string().as_bytes()).unwrap().to_json()
}

fn hits(rule: u16) -> u64 {
    match ask(&Request::Hits).unwrap() {
        Response::Hits(hits) => hits.iter().find(|hits| hits.rule == rule).unwrap().hits,
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "runs inside dev/world"]
fn what_a_rule_stops_ends_at_once_and_hours_begin_by_the_clock() {
    ready();
    let former = document();
    let office = env::var("OFFICE").unwrap();
    let ip = |words: &[&str]| out(&[&["ip", "-n", &office], words].concat());
    ip(&["address", "add", "192.168.10.20/24", "dev", "eth0"]);
    ip(&["route", "add", "default", "via", "192.168.10.1"]);
    let mut server = Program::start("WAN", SERVER);
    assert_eq!(server.line(), "ready");
    let mut pc = Program::start("OFFICE", CLIENT);

    let days = json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
    let never = json!({"days": ["mon"], "from": "00:00", "to": "00:01"});
    apply(with(&former, &[], &never));
    for port in [7001, 7002, 7003] {
        assert_eq!(pc.tell(&format!("open {port}")), "yes", "{port}");
    }

    // One is dropped, one refused; the neighbour goes on.
    let rules = [rule(1, "block", "One"), rule(2, "reject", "Two"), rule(3, "allow", "Three")];
    let since = Instant::now();
    apply(with(&former, &rules, &never));
    assert_eq!(pc.tell("say 7001"), "silence");
    assert_eq!(pc.tell("say 7002"), "refused");
    assert_eq!(pc.tell("say 7003"), "yes");
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    assert_eq!(pc.tell("open 7001"), "silence");
    assert_eq!(pc.tell("open 7002"), "refused");
    assert_eq!(pc.tell("open 7003"), "yes");
    assert!(hits(1) >= 2 && hits(2) >= 2, "{} {}", hits(1), hits(2));
    assert_eq!(hits(3), 2, "its own connection and the one that was there before");

    // Hours begin at the next full minute, with nobody applying anything.
    let next =
        (SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() / 60 + 1) * 60;
    let minute = |at: u64| format!("{:02}:{:02}", at / 3600 % 24, at / 60 % 60);
    let hours = json!({"days": days, "from": minute(next), "to": minute(next + 120)});
    let mut at_hours = rule(3, "reject", "Three");
    at_hours["schedule"] = json!("Now");
    apply(with(&former, &[at_hours], &hours));
    let begins = SystemTime::UNIX_EPOCH + Duration::from_secs(next);
    let shortly = begins - Duration::from_millis(300);
    #[allow(clippy::disallowed_methods, reason = "the clock on the wall is what this waits for")]
    std::thread::sleep(shortly.duration_since(SystemTime::now()).unwrap_or_default());
    let mut said = 0;
    while pc.tell("say 7003") == "yes" {
        assert!(SystemTime::now() < begins + Duration::from_secs(5), "it goes on");
        said += 1;
    }
    assert!(SystemTime::now() >= begins && said > 0, "ended before its time");
    assert_eq!(pc.tell("open 7003"), "refused");
    assert!(hits(3) >= 2);
    assert_eq!(
        document(),
        with(
            &former,
            &[{
                let mut rule = rule(3, "reject", "Three");
                rule["schedule"] = json!("Now");
                rule
            }],
            &hours
        )
    );

    apply(former);
    ip(&["route", "delete", "default"]);
    ip(&["address", "delete", "192.168.10.20/24", "dev", "eth0"]);
}
