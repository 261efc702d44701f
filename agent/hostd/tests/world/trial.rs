//! Settings that are tried: kept only by who tried them, at an address that stays, and gone again after
//! the time, a crash and a change of mind, with the rules and addresses that were there before.

use std::env;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use host_api::{HowEnded, NotNow, Request, Response, SettingsSource, State, Trial};
use sha2::{Digest, Sha256};

use super::names::get;
use super::{ask, document, on_box, out, ready, restart, run, wait};

const SECONDS: u32 = Trial::SHORTEST;
/// What the former settings may take to come back after it.
const AND: Duration = Duration::from_secs(3);

pub(super) fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn asked(document: String, base: &str, token: &str) -> Request {
    let (base, token) = (sha256(base), sha256(token));
    Request::Try {
        document,
        base,
        seconds: SECONDS,
        token,
        by: "Ruth".to_owned(),
        author: "Ruth".to_owned(),
        reason: "a printer".to_owned(),
    }
}

pub(super) fn tried(document: &str, base: &str, token: &str) -> Trial {
    match ask(&asked(document.to_owned(), base, token)).unwrap() {
        Response::Trying(trial) => trial,
        other => panic!("{other:?}"),
    }
}

/// By a PC of the network that the box's address is of.
pub(super) fn confirm(token: &str, at: &str) -> Response {
    confirm_from(token, at, at)
}

fn confirm_from(token: &str, at: &str, from: &str) -> Response {
    let (at, from) = (at.parse().unwrap(), from.parse().unwrap());
    ask(&Request::Confirm { token: token.to_owned(), at, from }).unwrap()
}

fn undo() -> Response {
    ask(&Request::Undo).unwrap()
}

pub(super) fn how() -> Option<HowEnded> {
    match ask(&Request::Settings).unwrap() {
        Response::Settings { ended, trial: None, .. } => ended.map(|ended| ended.how),
        other => panic!("{other:?}"),
    }
}

/// Asks a name server for the addresses of `gatehouse.internal` (RFC 1035, 4.1).
const RESOLVE: &str = r#"
import socket, sys
asked = bytes.fromhex("000101000001000000000000") + b"\x09gatehouse\x08internal\0" + bytes.fromhex("00010001")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
    server.settimeout(5)
    server.sendto(asked, (sys.argv[1], 53))
    answer = server.recv(512)
for at in range(int.from_bytes(answer[6:8])):
    record = answer[len(asked) + 16 * at:][:16]
    print(socket.inet_ntoa(record[12:]))
"#;

/// What the kernel has: rules, and the box's addresses.
fn kernel() -> (String, String) {
    let addresses = on_box(&["ip", "-br", "address", "show", "scope", "global"]);
    // Whether a bridge has a carrier settles late: that word is left out.
    let words = |line: &str| {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default().to_owned();
        [name].into_iter().chain(words.skip(1).map(str::to_owned)).collect::<Vec<_>>().join(" ")
    };
    let addresses: Vec<_> = addresses.lines().map(words).collect();
    // Sets and chains are listed in the order in which they were made: each for itself is compared.
    let rules = on_box(&["nft", "-s", "list", "ruleset"]).replace("\n}\n", "\n\n}\n\n");
    let apart = |rules: String, kind: &str| {
        rules.replace(&format!("{{\n\t{kind} "), &format!("{{\n\n\t{kind} "))
    };
    let rules = ["set", "map", "chain"].into_iter().fold(rules, apart);
    let mut blocks: Vec<_> = rules.split("\n\n").collect();
    blocks.sort_unstable();
    (blocks.join("\n\n"), addresses.join("\n"))
}

/// A document that nobody in the office but one gets in with.
fn shut(document: &str) -> String {
    let mut value: serde_json::Value = serde_json::from_str(document).unwrap();
    let from = serde_json::json!([{"zone": "office", "addresses": ["192.168.10.99/32"]}]);
    value["management"]["from"] = from;
    settings::parse(value.to_string().as_bytes()).unwrap().to_json()
}

fn gone(since: Instant) {
    wait("the former settings", |status| {
        status.settings == SettingsSource::Confirmed && status.state == State::Ready
    });
    assert!(since.elapsed() < Duration::from_secs(SECONDS.into()) + AND, "{:?}", since.elapsed());
}

#[test]
#[ignore = "runs inside dev/world"]
fn it_is_in_force_and_gone_when_nobody_keeps_it() {
    ready();
    let (former, before) = (document(), kernel());
    let shut = shut(&former);
    let since = Instant::now();
    let trial = tried(&shut, &former, "token");
    assert_eq!((trial.by.as_str(), trial.document), ("Ruth", sha256(&shut)));
    assert_eq!(document(), shut);
    assert_ne!(kernel().0, before.0);
    let status = wait("told", |status| status.settings == SettingsSource::Trial);
    assert!(status.notices.iter().any(|notice| notice.code == "trial_running"), "{status:?}");
    gone(since);
    assert_eq!((document(), kernel(), how()), (former, before, Some(HowEnded::Expired)));
    assert_eq!(confirm("token", "192.168.10.1"), Response::NotNow(NotNow::NoTrial));
}

#[test]
#[ignore = "runs inside dev/world"]
fn it_is_kept_by_who_tried_it_and_survives() {
    ready();
    let former = document();
    let other = former.replace("\"vlan\": 20", "\"vlan\": 21");
    let since = Instant::now();
    tried(&other, &former, "right");
    assert_eq!(confirm("wrong", "192.168.10.1"), Response::NotNow(NotNow::Token));
    assert_eq!(confirm("right", "192.168.10.7"), Response::NotNow(NotNow::Address));
    // Guests manage nothing: what arrives there is no proof that the admin has a way in.
    assert_eq!(confirm("right", "192.168.20.1"), Response::NotNow(NotNow::Address));
    assert_eq!(confirm("right", "::ffff:192.168.10.1"), Response::Accepted);
    assert_eq!(confirm("right", "192.168.10.1"), Response::Accepted, "the answer was lost");
    assert_eq!(undo(), Response::NotNow(NotNow::NoTrial));
    while since.elapsed() < Duration::from_secs(u64::from(SECONDS) + 1) {
        assert_eq!(ready().settings, SettingsSource::Confirmed);
    }
    assert_eq!((document(), restart().settings), (other.clone(), SettingsSource::Confirmed));
    assert_eq!((document(), how()), (other.clone(), None));
    tried(&former, &other, "back");
    assert_eq!(confirm("back", "192.168.10.1"), Response::Accepted);
}

#[test]
#[ignore = "runs inside dev/world"]
fn one_at_a_time_and_only_upon_what_is_in_force() {
    ready();
    let (former, before) = (document(), kernel());
    let shut = shut(&former);
    let not_now = |request: &Request| match ask(request).unwrap() {
        Response::NotNow(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(not_now(&asked(shut.clone(), "something else", "a")), NotNow::Stale);
    let terms = [
        (Trial::SHORTEST - 1, sha256("a"), "x".to_owned()),
        (Trial::LONGEST + 1, sha256("a"), "x".to_owned()),
        (SECONDS, "a".to_owned(), "x".to_owned()),
        (SECONDS, sha256("a"), "x".repeat(Trial::MAX_BY + 1)),
    ];
    for (seconds, token, by) in terms {
        let (document, base) = (shut.clone(), sha256(&former));
        assert_eq!(
            not_now(&Request::Try {
                document,
                base,
                seconds,
                token,
                by,
                author: String::new(),
                reason: String::new()
            }),
            NotNow::Terms
        );
    }
    assert_eq!((document(), kernel()), (former.clone(), before.clone()));
    tried(&shut, &former, "a");
    assert_eq!(not_now(&asked(former.clone(), &shut, "b")), NotNow::Trial);
    assert_eq!(not_now(&Request::Apply { document: former.clone() }), NotNow::Trial);
    assert_eq!(undo(), Response::Accepted);
    assert_eq!((document(), kernel(), how()), (former, before, Some(HowEnded::Undone)));
}

#[test]
#[ignore = "runs inside dev/world"]
fn a_crash_ends_it_at_once() {
    ready();
    let (former, before) = (document(), kernel());
    tried(&shut(&former), &former, "token");
    let status = restart();
    assert_eq!(status.settings, SettingsSource::Confirmed);
    assert!(status.notices.iter().any(|notice| notice.code == "trial_interrupted"), "{status:?}");
    assert_eq!((document(), kernel(), how()), (former.clone(), before, Some(HowEnded::Restarted)));
    assert_eq!(confirm("token", "192.168.10.1"), Response::NotNow(NotNow::NoTrial));
    // It is told once: the next start knows nothing of it.
    assert!(!restart().notices.iter().any(|notice| notice.code == "trial_interrupted"));
    assert_eq!((document(), how()), (former, None));
}

/// Whoever still has an address of the former network reaches the box at the former address and at the
/// new one, and only the new one is a proof.
#[test]
#[ignore = "runs inside dev/world"]
fn a_box_that_moves_keeps_its_former_address_meanwhile() {
    ready();
    let (former, before) = (document(), kernel());
    let office = env::var("OFFICE").unwrap();
    let client = |words: &[&str]| run(&[&["ip", "netns", "exec", &office], words].concat());
    out(&["ip", "-n", &office, "address", "replace", "192.168.10.50/24", "dev", "eth0"]);
    out(&["ip", "-n", &office, "route", "replace", "default", "via", "192.168.10.1"]);
    let reaches = |address: &str| client(&["ping", "-c", "1", "-W", "3", address]).status.success();
    let name = |server: &str| {
        let asked = client(&["python3", "-c", RESOLVE, server]);
        String::from_utf8(asked.stdout).unwrap().trim().to_owned()
    };
    assert!(reaches("192.168.10.1") && !reaches("10.7.0.1"));

    let moved = former.replace("\"192.168.10.", "\"10.7.0.");
    let trial = tried(&moved, &former, "moved");
    assert!(trial.left > SECONDS, "{trial:?}");
    assert_eq!(trial.former, [Ipv4Addr::new(192, 168, 10, 1)]);
    assert!(reaches("192.168.10.1") && reaches("10.7.0.1"));
    assert_eq!(
        (name("192.168.10.1").as_str(), name("10.7.0.1").as_str()),
        ("10.7.0.1", "10.7.0.1")
    );
    assert_eq!(confirm("moved", "192.168.10.1"), Response::NotNow(NotNow::Address));
    assert_eq!(undo(), Response::Accepted);
    assert_eq!((document(), kernel()), (former.clone(), before));
    assert!(reaches("192.168.10.1") && !reaches("10.7.0.1"));

    tried(&moved, &former, "again");
    // Through its old router it gets to the new address, too, and would be cut off.
    let left_behind = confirm_from("again", "10.7.0.1", "192.168.10.50");
    assert_eq!(left_behind, Response::NotNow(NotNow::FormerNetwork));
    assert!(reaches("192.168.10.1"));
    assert_eq!(confirm("again", "10.7.0.1"), Response::Accepted);
    assert!(!reaches("192.168.10.1"), "the former address stays");
    out(&["ip", "-n", &office, "address", "replace", "10.7.0.50/24", "dev", "eth0"]);
    assert!(reaches("10.7.0.1"));
    tried(&former, &moved, "home");
    assert_eq!(confirm("home", "192.168.10.1"), Response::Accepted);

    // Within its network: the address that goes was the first of it.
    out(&["ip", "-n", &office, "address", "replace", "192.168.10.50/24", "dev", "eth0"]);
    let beside = former.replace("\"192.168.10.1/24\"", "\"192.168.10.2/24\"");
    tried(&beside, &former, "beside");
    assert!(reaches("192.168.10.1") && reaches("192.168.10.2"));
    assert_eq!(confirm("beside", "192.168.10.1"), Response::NotNow(NotNow::Address));
    assert_eq!(confirm_from("beside", "192.168.10.2", "::ffff:192.168.10.50"), Response::Accepted);
    assert!(reaches("192.168.10.2") && !reaches("192.168.10.1"), "who was lent nothing keeps");
    tried(&former, &beside, "home again");
    assert_eq!(confirm("home again", "192.168.10.1"), Response::Accepted);
    assert!(reaches("192.168.10.1"));
    out(&["ip", "-n", &office, "address", "flush", "dev", "eth0"]);
}

/// With an old lease a device gets to the new address through its old router, though its own address is of
/// the new network as well.
#[test]
#[ignore = "runs inside dev/world"]
fn an_address_of_both_networks_counts_once_it_is_lent_anew() {
    ready();
    let former = document();
    let office = env::var("OFFICE").unwrap();
    out(&["ip", "-n", &office, "address", "replace", "192.168.10.50/24", "dev", "eth0"]);
    let lent = || get("52:54:00:00:06:01", &[]);
    let end = Instant::now() + Duration::from_secs(20);
    let address = loop {
        if let Some(address) = lent() {
            break address.to_string();
        }
        assert!(Instant::now() < end, "nothing is lent");
    };

    let moved = former.replace("\"192.168.10.1/24\"", "\"192.168.9.1/22\"");
    tried(&moved, &former, "moved");
    for from in [&*address, "192.168.10.50", "fe80::6"] {
        let told = confirm_from("moved", "192.168.9.1", from);
        assert_eq!(told, Response::NotNow(NotNow::FormerNetwork), "{from}");
    }
    let end = Instant::now() + Duration::from_secs(20);
    while confirm_from("moved", "192.168.9.1", &address) != Response::Accepted {
        assert!(Instant::now() < end, "lent anew, and it does not count");
        // By whole seconds dnsmasq says when it ends.
        lent();
    }
    tried(&former, &moved, "home");
    assert_eq!(confirm("home", "192.168.10.1"), Response::Accepted);

    // Within one network it gets to the new address by itself, and asks the former one for names.
    let address = lent().unwrap().to_string();
    let beside = former.replace("\"192.168.10.1/24\"", "\"192.168.10.2/24\"");
    tried(&beside, &former, "beside");
    let told = confirm_from("beside", "192.168.10.2", &address);
    assert_eq!(told, Response::NotNow(NotNow::FormerNetwork));
    let end = Instant::now() + Duration::from_secs(20);
    while confirm_from("beside", "192.168.10.2", &address) != Response::Accepted {
        assert!(Instant::now() < end, "lent anew, and it does not count");
        lent();
    }
    tried(&former, &beside, "home again");
    assert_eq!(confirm("home again", "192.168.10.1"), Response::Accepted);
    out(&["ip", "-n", &office, "address", "flush", "dev", "eth0"]);
}

/// hostd asks nobody: a document that leaves no way in it refuses by itself, however it comes, and says
/// which field and why.
#[test]
#[ignore = "runs inside dev/world"]
fn a_document_without_a_way_in_is_refused_with_the_reason() {
    ready();
    let (former, before) = (document(), kernel());
    let from = |from: serde_json::Value| {
        let mut value: serde_json::Value = serde_json::from_str(&former).unwrap();
        value["management"]["from"] = from;
        value
    };
    let some = |zone: &str, addresses: &[&str]| {
        from(serde_json::json!([{"zone": zone, "addresses": addresses}]))
    };
    let mut no_port = from(serde_json::json!([{"zone": "office", "addresses": "all"}]));
    no_port["ports"]["office"]["role"]["access"] = "guest".into();
    let mut no_zone = from(serde_json::json!([{"zone": "office", "addresses": "all"}]));
    no_zone["zones"].as_object_mut().unwrap().remove("office");
    let cases = [
        (from(serde_json::json!([])), "/management/from", "management_empty"),
        (some("office", &[]), "/management/from", "management_nobody"),
        (some("office", &["fd00::/8"]), "/management/from", "management_nobody"),
        // The box's own address is nobody's.
        (some("office", &["192.168.10.1/32"]), "/management/from", "management_nobody"),
        (some("wan", &["0.0.0.0/0"]), "/management/from/0/zone", "wan_is_reserved"),
        (some("crm", &["192.168.30.0/24"]), "/management/from/0/zone", "management_crm"),
        (no_port, "/management/from", "management_no_port"),
        (no_zone, "/management/from/0/zone", "zone_unknown"),
    ];
    for (value, field, code) in cases {
        let text = value.to_string();
        let requests = [
            Request::Check { document: text.clone() },
            Request::Apply { document: text.clone() },
            Request::Facts { document: text.clone() },
            asked(text.clone(), &former, "token"),
        ];
        for request in requests {
            let Response::Refused { problems } = ask(&request).unwrap() else {
                panic!("{request:?} is taken")
            };
            let found = problems.iter().find(|it| (&*it.field, &*it.code) == (field, code));
            let found = found.unwrap_or_else(|| panic!("{field} {code}: {problems:?}"));
            assert!(found.text.len() > code.len(), "no words: {found:?}");
        }
        assert_eq!((document(), kernel()), (former.clone(), before.clone()), "{code}");
    }
}

/// Changes after which nobody in the office gets in, each in another way.
fn breaking(document: &str, round: u32) -> String {
    let mut value: serde_json::Value = serde_json::from_str(document).unwrap();
    let host = 2 + round % 97;
    match round % 7 {
        0 => {
            let some = [format!("192.168.10.{host}/32")];
            value["management"]["from"][0]["addresses"] = serde_json::json!(some);
        }
        1 => value["management"]["from"][0]["zone"] = "guest".into(),
        2 => {
            let (office, guest) = (&value["ports"]["office"], &value["ports"]["guest"]);
            let (one, other) = (office["match"].clone(), guest["match"].clone());
            value["ports"]["office"]["match"] = other;
            value["ports"]["guest"]["match"] = one;
        }
        3 => {
            value["ports"]["office"]["role"]["access"] = "guest".into();
            value["ports"]["guest"]["role"]["access"] = "office".into();
        }
        // Plain bridges carry no trunk.
        4 => value["ports"]["office"]["role"] = serde_json::json!({"trunk": ["office", "guest"]}),
        5 => {
            value["ports"]["office"]["match"]["mac"] = format!("52:54:00:67:99:{host:02x}").into();
        }
        _ => {
            let dhcp =
                serde_json::json!({"from": format!("192.168.10.{host}"), "to": "192.168.10.250"});
            value["zones"]["office"]["ipv4"]["dhcp"] = dhcp;
            value["management"]["from"] =
                serde_json::json!([{"zone": "guest", "addresses": "all"}]);
        }
    }
    settings::parse(value.to_string().as_bytes()).unwrap().to_json()
}

/// Two in the ordinary run; `GATEHOUSE_ROUNDS` says how many in `make test-long`.
#[test]
#[ignore = "runs inside dev/world"]
fn nobody_is_locked_out_for_longer_than_the_deadline() {
    ready();
    let rounds = env::var("GATEHOUSE_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let office = env::var("OFFICE").unwrap();
    let client = |words: &[&str]| run(&[&["ip", "netns", "exec", &office], words].concat());
    out(&["ip", "-n", &office, "address", "replace", "192.168.10.50/24", "dev", "eth0"]);
    let reaches = || client(&["ping", "-c", "1", "-W", "1", "192.168.10.1"]).status.success();
    let (former, before) = (document(), kernel());
    assert!(reaches());
    let mut longest = Duration::ZERO;
    for round in 0..rounds {
        let since = Instant::now();
        tried(&breaking(&former, round), &former, &format!("token {round}"));
        assert!(!reaches(), "round {round} breaks nothing");
        assert_eq!(confirm("stranger", "192.168.10.1"), Response::NotNow(NotNow::Token));
        if round % 5 == 4 {
            assert_eq!(restart().settings, SettingsSource::Confirmed);
        } else {
            gone(since);
        }
        // A bridge port that came back learns its way with the first packet.
        let end = Instant::now() + AND;
        while !reaches() {
            assert!(Instant::now() < end, "round {round} stays locked out");
        }
        longest = longest.max(since.elapsed());
        assert_eq!((document(), kernel()), (former.clone(), before.clone()), "round {round}");
    }
    eprintln!("{rounds} breaking changes, {longest:?} at most until the office got in again");
    out(&["ip", "-n", &office, "address", "flush", "dev", "eth0"]);
}
