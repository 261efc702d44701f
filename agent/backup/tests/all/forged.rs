//! REST servers that are none: they refuse, forge, fall silent, hang up, or never stop.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use backup::{Id, Kind, Object, Patience, RestServer, Target, TargetError, Trust};
use outbound::{CertificateFault, Fault, Stage};

use crate::forger::{Babbles, Forger, IsDeaf, Leaves, Says, Stops, hasty, head, status};
use crate::nas::{Authority, NAME, PASSWORD, login, server};

fn to(forger: &Forger) -> RestServer {
    server(forger.port, "box", &login(PASSWORD), &forger.authority.pem).with(hasty())
}

fn listing(text: &str) -> String {
    head("200 OK", "content-type: application/vnd.x.restic.rest.v2\r\n", text)
}

fn pack(length: usize) -> (Object, Vec<u8>) {
    let bytes = vec![7; length];
    (Object::Named(Kind::Pack, Id::of(&bytes)), bytes)
}

/// What is asked of it in four ways gives these.
fn all(target: &RestServer) -> [Result<(), TargetError>; 4] {
    let (object, bytes) = pack(1_000);
    [
        target.list(Kind::Pack).map(|_| ()),
        target.read(object, Some((0, 4))).map(|_| ()),
        target.write(object, &bytes),
        target.remove(object),
    ]
}

fn way<T: std::fmt::Debug>(tried: Result<T, TargetError>) -> Fault {
    match tried {
        Err(TargetError::Way(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

/// What is broken about it.
fn broken<T: std::fmt::Debug>(tried: Result<T, TargetError>) -> String {
    match tried {
        Err(TargetError::Broken { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_has_the_wrong_certificate_is_told_nothing() {
    let day = Duration::from_secs(86_400);
    let now = SystemTime::now();
    let expired = Forger::certified(
        |_| status("200 OK"),
        NAME,
        |params| {
            params.not_before = (now - 2 * day).into();
            params.not_after = (now - day).into();
        },
    );
    let early = Forger::certified(
        |_| status("200 OK"),
        NAME,
        |params| {
            params.not_before = (now + day).into();
            params.not_after = (now + 2 * day).into();
        },
    );
    let other = Forger::certified(|_| status("200 OK"), "other.example.net", |_| {});
    let mut stranger = Forger::new(|_| status("200 OK"));
    stranger.authority = Authority::new();
    for (forger, fault, line) in [
        (expired, CertificateFault::Expired, "the target's certificate has expired"),
        (early, CertificateFault::NotYet, "the target's certificate is not valid yet"),
        (other, CertificateFault::Name, "the target's certificate is for another name"),
        (
            stranger,
            CertificateFault::Authority,
            "the target's certificate comes from an authority that is not known",
        ),
    ] {
        for tried in all(&to(&forger)) {
            assert_eq!(tried.as_ref().unwrap_err().to_string(), line);
            assert_eq!(way(tried), Fault::Certificate(fault));
        }
        assert_eq!(forger.asked(), [""; 0]);
    }
}

#[test]
fn each_refusal_is_told_apart() {
    for (code, line) in [
        ("401 No", "the target does not accept the user name and password for this address"),
        ("403 No", "the target refused to"),
        ("405 No", "the target refused to"),
        ("413 No", "the target is full"),
        ("507 No", "the target is full"),
        ("503 No", "the target does not answer"),
        ("500 No", "the target is broken"),
        ("301 No\r\nlocation: https://nas.example.net/elsewhere", "the target is broken"),
        ("204 No", "the target is broken"),
    ] {
        let forger = Forger::new(move |_| status(code));
        let target = to(&forger);
        for tried in &all(&target)[..if code.starts_with('2') { 2 } else { 4 }] {
            let told = tried.as_ref().unwrap_err().to_string();
            assert!(told.starts_with(line), "{code}: {told}");
        }
        assert_eq!(forger.connections.load(Ordering::SeqCst), 1, "{code}");
    }
}

#[test]
fn a_listing_is_believed_only_if_it_is_one() {
    let a = format!(r#"{{"name":"{}","size":7}}"#, "a".repeat(64));
    let too_many: Vec<_> = (0..=backup::listing::MOST_ENTRIES)
        .map(|n| format!(r#"{{"name":"{n:064x}","size":7}}"#))
        .collect();
    for text in [
        String::new(),
        "null".to_owned(),
        "<html>".to_owned(),
        format!("[{a},{a}]"),
        format!("[{a}"),
        r#"[{"name":"a","size":-1}]"#.to_owned(),
        "[".repeat(100_000),
        format!("[{}]", too_many.join(",")),
    ] {
        let forger = Forger::new(move |_| Says(listing(&text)));
        assert_eq!(broken(to(&forger).list(Kind::Pack)), "its list makes no sense");
    }
    let forger = Forger::new(|_| Says(head("200 OK", "", "[]")));
    let told = broken(to(&forger).list(Kind::Pack));
    assert!(told.starts_with("it is no list with lengths"), "{told}");
    let forger = Forger::new(|_| status("404 Not Found"));
    assert_eq!(to(&forger).list(Kind::Pack).unwrap(), []);
}

#[test]
fn who_never_stops_is_stopped() {
    let endless = "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.x.restic.rest.v2\r\n";
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    for (first, then, told) in [
        (format!("{endless}\r\n"), " ", "it is too long"),
        (format!("{endless}transfer-encoding: chunked\r\n\r\n"), chunk.as_str(), "it is too long"),
        (format!("{endless}content-length: 999999999999\r\n\r\n"), " ", "it is too long"),
        (endless.to_owned(), "a: b\r\n", "what it answers is not understood"),
        ("HTTP/1.1 200 ".to_owned(), "x", "what it answers is not understood"),
    ] {
        let then = then.to_owned();
        let forger = Forger::new(move |_| Babbles(first.clone(), then.clone()));
        let target = to(&forger).with(Patience::default());
        assert_eq!(broken(target.list(Kind::Pack)), told);
        assert_eq!(broken(target.read(Object::Config, None)), told);
    }
    // What is said beside a refusal does not hide it, and is not listened to for long.
    let refusal = "HTTP/1.1 403 Forbidden\r\n\r\n".to_owned();
    let forger = Forger::new(move |_| Babbles(refusal.clone(), " ".to_owned()));
    for tried in all(&to(&forger)) {
        assert!(matches!(tried, Err(TargetError::Refused { .. })), "{tried:?}");
    }
}

#[test]
fn what_is_not_as_long_as_it_must_be_is_not_taken() {
    let (object, _) = pack(1_000);
    let part = |range: &str, body: &str| {
        Says(head("206 Partial Content", &format!("content-range: bytes {range}\r\n"), body))
    };
    for does in [
        part("0-3/1000", "abc"),
        part("0-2/1000", "abc"),
        part("1-4/1000", "abcd"),
        part("0-30/1000", "abcd"),
        part("", "abcd"),
        Says(head("206 Partial Content", "", "abcd")),
        Says(head("200 OK", "", "abcd")),
        part("0-3/1000", "abcde"),
        status("416 No"),
        Leaves("HTTP/1.1 206 OK\r\ncontent-range: bytes 0-3/1000\r\n\r\nabc".to_owned()),
    ] {
        let script = does.clone();
        let forger = Forger::new(move |_| script.clone());
        let tried = to(&forger).read(object, Some((0, 4)));
        assert!(matches!(tried, Err(TargetError::Broken { .. })), "{does:?}: {tried:?}");
    }
    let forger = Forger::new(move |_| part("0-3/1000", "abcd"));
    assert_eq!(to(&forger).read(object, Some((0, 4))).unwrap(), b"abcd");
}

/// It says yes and keeps less, or nothing.
#[test]
fn what_was_written_is_looked_up() {
    let (object, bytes) = pack(1_000);
    for after in ["404 Not Found", "200 OK\r\ncontent-length: 999", "200 OK"] {
        let heads = AtomicUsize::new(0);
        let forger = Forger::new(move |asked| match asked.split(' ').next() {
            Some("HEAD") if heads.fetch_add(1, Ordering::SeqCst) == 0 => status("404 Not Found"),
            Some("HEAD") => Says(format!("HTTP/1.1 {after}\r\n\r\n")),
            _ => status("200 OK"),
        });
        let told = broken(to(&forger).write(object, &bytes));
        let expected = ["it did not keep all that it took", "it does not say how long it is"];
        assert!(expected.contains(&told.as_str()), "{after}: {told}");
        let asked = forger.asked();
        let asked: Vec<_> = asked.iter().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(asked, ["HEAD", "POST", "HEAD"]);
    }
}

#[test]
fn who_hangs_up_is_not_asked_again() {
    let forger = Forger::new(|_| Leaves(String::new()));
    for tried in all(&to(&forger)) {
        assert_eq!(way(tried), Fault::Closed(Stage::Talk));
    }
    assert_eq!((forger.asked().len(), forger.connections.load(Ordering::SeqCst)), (4, 4));
    // In the middle of a body, over a connection that was good before.
    let forger = Forger::new(|asked| {
        let half = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf of it".to_owned();
        if asked.contains("/config") { Leaves(half) } else { Says(listing("[]")) }
    });
    let target = to(&forger);
    target.list(Kind::Pack).unwrap();
    let cut = target.read(Object::Config, None);
    assert_eq!(cut.as_ref().unwrap_err().to_string(), "the target broke the connection off");
    assert_eq!(way(cut), Fault::Closed(Stage::Talk));
    assert_eq!(forger.asked().len(), 2);
    // What closes each time costs one more question, not a loop. An upload is not sent twice.
    let forger = Forger::new(|asked| match asked.split(' ').next() {
        Some("HEAD") => status("404 Not Found"),
        _ => Leaves(String::new()),
    });
    let (object, bytes) = pack(1_000);
    let target = to(&forger);
    assert_eq!(way(target.write(object, &bytes)), Fault::Closed(Stage::Talk));
    assert_eq!(forger.asked().len(), 2);
    assert_eq!(way(target.read(object, None)), Fault::Closed(Stage::Talk));
    assert_eq!(forger.asked().len(), 1);
}

#[test]
fn who_is_silent_holds_nobody_up() {
    let slow = Fault::TooSlow(Stage::Talk);
    let begun = Instant::now();
    let forger = Forger::new(|_| Stops(String::new()));
    let target = to(&forger);
    for tried in all(&target) {
        let told = tried.as_ref().unwrap_err().to_string();
        assert_eq!(told, "the target takes too long to answer");
        assert_eq!(way(tried), slow);
    }
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf of it";
    let forger = Forger::new(move |_| Stops(half.to_owned()));
    assert_eq!(way(to(&forger).read(Object::Config, None)), slow);
    // In an upload.
    let forger = Forger::new(|asked| match asked.split(' ').next() {
        Some("HEAD") => status("404 Not Found"),
        _ => IsDeaf,
    });
    let (object, bytes) = pack(30_000_000);
    assert_eq!(way(to(&forger).write(object, &bytes)), slow);
    // Before encryption.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = server(port, "box", &login(PASSWORD), &forger.authority.pem).with(hasty());
    assert_eq!(way(silent.list(Kind::Pack)), Fault::TooSlow(Stage::Tls));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn nothing_is_said_in_clear() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let said = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = vec![0; 5];
        stream.read_exact(&mut heard).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = stream.read_to_end(&mut heard);
        String::from_utf8_lossy(&heard).into_owned()
    });
    let authority = Authority::new().pem;
    let target = server(port, "box", &login(PASSWORD), &authority).with(hasty());
    let told = target.list(Kind::Pack);
    assert_eq!(
        told.as_ref().unwrap_err().to_string(),
        "the target has no encryption that is good enough"
    );
    assert_eq!(way(told), Fault::NoEncryption);
    let said = said.join().unwrap();
    assert!(said.starts_with('\u{16}') && !said.contains("Ym94"), "{said}");
}

#[test]
fn nobody_is_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let authority = Authority::new().pem;
    let gone = server(port, "box", &login(PASSWORD), &authority);
    let address = || format!("https://{NAME}:{port}/box").parse().unwrap();
    let unknown = RestServer::new(
        address(),
        &login(PASSWORD),
        Trust::These(authority),
        Arc::new(Vec::<IpAddr>::new),
    );
    for target in [gone, unknown.unwrap()] {
        for tried in all(&target) {
            assert_eq!(tried.as_ref().unwrap_err().to_string(), "the target does not answer");
            assert!(matches!(tried, Err(TargetError::Unreachable(_))));
        }
    }
    for trust in [Trust::These("none".to_owned()), Trust::File("/nowhere".into())] {
        let here = Arc::new(|| vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
        let target = RestServer::new(address(), &login(PASSWORD), trust, here).unwrap();
        assert_eq!(way(target.list(Kind::Pack)), Fault::NoAuthority);
    }
}

/// Async code calls it from a thread for what blocks, and may let go of it anywhere.
#[test]
fn it_is_let_go_of_among_async_tasks() {
    let forger = Forger::new(|_| Says(listing("[]")));
    let target = Arc::new(to(&forger));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async move {
        let called = Arc::clone(&target);
        let listed = tokio::task::spawn_blocking(move || called.list(Kind::Pack)).await.unwrap();
        assert_eq!(listed.unwrap(), []);
        let shown = format!("{target:?}");
        assert!(shown.contains(NAME) && !shown.contains("Ym94") && !shown.contains(PASSWORD));
        drop(target);
    });
}
