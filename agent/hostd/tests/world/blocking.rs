//! Names that are not answered: by zone, by a real dnsmasq, asked by real clients.

use std::env;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use host_api::blocking::{BlockingTold, ListPiece, ListWhole, WhyBlocked};
use host_api::{Request, Response};
use sha2::{Digest, Sha256};

use super::{ask, document, learns, out, ready, restart, run, work};

const ADDRESS: &str = "https://lists.example.net/ads.txt";

/// The resolver of the provider, in which every name under `example` has an address; it ends with the test.
struct Provider(Child);

impl Provider {
    fn start() -> Self {
        let wan = env::var("WAN").unwrap();
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &wan, "dnsmasq", "--keep-in-foreground", "--pid-file="]);
        command.args(["--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root"]);
        command.args([
            "--listen-address=11.67.0.1",
            "--bind-interfaces",
            "--address=/example/11.67.1.1",
        ]);
        command.args(["--local=/#/", "--log-facility=/dev/null"]);
        let provider = Self(command.stdin(Stdio::null()).spawn().unwrap());
        learns(Some("11.67.0.1"));
        provider
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
        learns(None);
    }
}

/// The code of the answer that a client of a zone gets.
fn asked(client: &str, router: &str, name: &str, kind: &str) -> String {
    let namespace = env::var(client).unwrap();
    let server = format!("@{router}");
    let said = run(&["ip", "netns", "exec", &namespace, "drill", name, &server, kind]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let code = said.split_once("rcode: ").and_then(|(_, rest)| rest.split(',').next());
    code.unwrap_or("no answer").to_owned()
}

fn guest(name: &str) -> String {
    asked("GUEST", "192.168.20.1", name, "A")
}

fn office(name: &str) -> String {
    asked("OFFICE", "192.168.10.1", name, "A")
}

fn wait_for(what: &str, is: impl Fn() -> bool) -> Duration {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}: {:?}", told());
        std::thread::yield_now();
    }
    begun.elapsed()
}

fn told() -> BlockingTold {
    match ask(&Request::Blocking).unwrap() {
        Response::Blocking(told) => *told,
        other => panic!("{other:?}"),
    }
}

/// Gives hostd a list, as the admin application does.
fn give(names: Vec<String>, may_shrink: bool) -> Response {
    let list: String = blocklist::reduced(names).into_iter().map(|name| name + "\n").collect();
    let sha256: String = Sha256::digest(&list).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut at = 0;
    loop {
        let rest = &list[at..];
        let end = rest[..rest.len().min(ListPiece::MAX)].rfind('\n').unwrap() + 1;
        let is_last = end == rest.len();
        let whole = is_last.then(|| ListWhole {
            sha256: sha256.clone(),
            odd: 0,
            etag: None,
            modified: None,
            may_shrink,
        });
        let piece = ListPiece {
            address: ADDRESS.to_owned(),
            at: at as u64,
            text: rest[..end].to_owned(),
            whole,
        };
        let response = ask(&Request::BlockList(piece)).unwrap();
        if is_last || response != Response::Accepted {
            return response;
        }
        at += end;
    }
}

fn apply(former: &str, blocking: &str) {
    let egress = r#""egress": [{"for": "admin", "to": "lists.example.net", "protocol": "tcp", "port": 443}]"#;
    let with = former.replacen(
        "\"language\"",
        &format!("{egress}, \"blocking\": {blocking}, \"language\""),
        1,
    );
    assert_eq!(ask(&Request::Apply { document: with }).unwrap(), Response::Accepted);
}

fn names(of: &[&str]) -> Vec<String> {
    of.iter().map(|name| (*name).to_owned()).collect()
}

/// Processes of dnsmasq in the box, by the file that each has.
fn process(file: &str) -> String {
    let file = work().join("run/dnsmasq").join(file);
    let found = run(&["pgrep", "-x", "-f", &format!("dnsmasq .*--conf-file={}", file.display())]);
    String::from_utf8(found.stdout).unwrap().trim().to_owned()
}

#[test]
#[ignore = "runs inside dev/world"]
fn p_names_are_blocked_by_zone() {
    ready();
    for (client, address, router) in [
        ("OFFICE", "192.168.10.50/24", "192.168.10.1"),
        ("GUEST", "192.168.20.50/24", "192.168.20.1"),
    ] {
        let namespace = env::var(client).unwrap();
        out(&["ip", "-n", &namespace, "address", "replace", address, "dev", "eth0"]);
        out(&["ip", "-n", &namespace, "route", "replace", "default", "via", router]);
    }
    let before = document();
    // An earlier test may have moved the zone.
    let former = before.replace("192.168.21.", "192.168.20.");
    assert_eq!(ask(&Request::Apply { document: former.clone() }).unwrap(), Response::Accepted);
    let _provider = Provider::start();
    let lists = format!(r#""lists": {{"广告": "{ADDRESS}"}}"#);
    let guests = |more: &str| format!(r#"{{{lists}, "zones": {{"guest": ["广告"]}}{more}}}"#);

    // Nothing but what the settings name is taken, and nothing before they do.
    let none = give(names(&["ads.example"]), false);
    assert!(matches!(&none, Response::Failed(it) if it.code == "list_unknown"), "{none:?}");
    apply(&former, &guests(r#", "block": ["own.example"]"#));
    wait_for("names are answered before there is a list", || guest("ads.example") == "NOERROR");
    wait_for("the admin's own names are blocked", || guest("own.example") == "NXDOMAIN");
    let zone_process = process("z-guest.conf");

    assert_eq!(
        give(names(&["ads.example", "x.org.example", "sub.good.example"]), false),
        Response::Accepted
    );
    wait_for("a list is in force", || guest("ads.example") == "NXDOMAIN");
    for kind in ["A", "AAAA", "TXT", "TYPE65", "MX"] {
        for name in ["ads.example", "deep.below.ads.example"] {
            assert_eq!(asked("GUEST", "192.168.20.1", name, kind), "NXDOMAIN", "{name} {kind}");
        }
    }
    assert_eq!(
        (guest("good.example"), guest("badads.example")),
        ("NOERROR".into(), "NOERROR".into())
    );
    assert_eq!(
        (office("ads.example"), office("own.example")),
        ("NOERROR".into(), "NOERROR".into())
    );
    assert_eq!(process("z-guest.conf"), zone_process, "the zone's own process was started anew");

    // What was refused is told, with the list, and nothing else is.
    let lately = told().lately;
    let ads = lately.iter().find(|one| one.name == "ads.example").unwrap();
    assert_eq!(
        (ads.zone.as_str(), &ads.why),
        ("guest", &WhyBlocked::Lists(vec![("广告".into(), "ads.example".into())]))
    );
    assert!(ads.times >= 5 && !lately.iter().any(|one| one.name == "good.example"), "{lately:?}");

    // One that lost most of it, or is not what was announced: the last good one stays.
    let shrank = give(names(&["other.example"]), false);
    assert!(matches!(&shrank, Response::Failed(it) if it.code == "list_shrank"), "{shrank:?}");
    let half =
        ListPiece { address: ADDRESS.into(), at: 0, text: "x.example\n".into(), whole: None };
    assert_eq!(ask(&Request::BlockList(half.clone())).unwrap(), Response::Accepted);
    let late = ListPiece { at: 3, ..half };
    let late = ask(&Request::BlockList(late)).unwrap();
    assert!(matches!(&late, Response::Failed(it) if it.code == "list_out_of_order"), "{late:?}");
    assert_eq!((guest("ads.example"), guest("x.example")), ("NXDOMAIN".into(), "NOERROR".into()));

    // Killed and started again: it is in force without anybody giving it anew.
    restart();
    wait_for("kept over a restart", || guest("ads.example") == "NXDOMAIN");

    // One press allows a name and all below it.
    apply(&former, &guests(r#", "allow": ["ads.example"]"#));
    let opened = wait_for("allowed", || guest("below.ads.example") == "NOERROR");
    assert!(opened < Duration::from_secs(10), "{opened:?}");
    let judged = |name: &str| match ask(&Request::JudgeName { name: name.to_owned() }).unwrap() {
        Response::NameJudged(all) => {
            all.into_iter().map(|it| (it.zone, it.why)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let allowed = WhyBlocked::Allowed("ads.example".to_owned());
    assert_eq!(judged("below.ads.example"), [("guest".to_owned(), allowed)]);
    assert_eq!(
        judged("lists.example.net")[0].1,
        WhyBlocked::Needed("lists.example.net".to_owned())
    );

    // Its process is dead: names are answered, as if nothing were blocked.
    apply(&former, &guests(""));
    wait_for("blocked again", || guest("ads.example") == "NXDOMAIN");
    let dead = process("l-guest.conf");
    assert!(!dead.is_empty());
    out(&["kill", "-STOP", &dead]);
    assert_eq!((guest("good.example"), guest("ads.example")), ("NOERROR".into(), "NOERROR".into()));
    out(&["kill", "-CONT", &dead]);
    wait_for("blocked as soon as it is back", || guest("ads.example") == "NXDOMAIN");

    // Many names: how long it takes until they are blocked, and what the process takes.
    let many = (0..100_000).map(|n| format!("ads{n}.tracker{}.example", n % 977)).collect();
    let begun = Instant::now();
    assert_eq!(give(many, false), Response::Accepted);
    let given = begun.elapsed();
    wait_for("100,000 names", || guest("ads99999.tracker345.example") == "NXDOMAIN");
    let status = fs::read_to_string(format!("/proc/{}/status", process("l-guest.conf"))).unwrap();
    let memory = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    eprintln!("100,000 names: given in {given:?}, blocked after {:?}, {memory}", begun.elapsed());
    assert_eq!(told().lists[0].names, 100_000);

    assert_eq!(ask(&Request::Apply { document: former }).unwrap(), Response::Accepted);
    wait_for("nothing is blocked any more", || guest("ads1.tracker1.example") == "NOERROR");
    assert!(process("l-guest.conf").is_empty());
    assert_eq!(fs::read_dir(work().join("state/blocklists")).unwrap().count(), 0);
    assert_eq!(ask(&Request::Apply { document: before }).unwrap(), Response::Accepted);
    for client in ["OFFICE", "GUEST"] {
        out(&[
            "ip",
            "-n",
            &env::var(client).unwrap(),
            "address",
            "flush",
            "dev",
            "eth0",
            "scope",
            "global",
        ]);
    }
}
