//! Object stores that are none: they refuse, forge, fall silent, or never stop.

use std::num::NonZeroU16;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use backup::{
    Id, Kind, LockMode, Object, Patience, Retention, S3, S3Fields, S3Keys, S3Style, Target,
    TargetError,
};
use outbound::{CertificateFault, Fault, Stage};

use crate::bucket::at;
use crate::forger::{Babbles, Forger, IsDeaf, Leaves, Says, Stops, hasty, head, status};
use crate::nas::NAME;

fn to(forger: &Forger) -> S3 {
    let endpoint = &format!("{NAME}:{}", forger.port);
    let (region, prefix, style) = ("us-east-1", "box", S3Style::Path);
    let fields = S3Fields { endpoint, region, bucket: "copies", prefix, style };
    let keys = S3Keys::new("box".to_owned(), "hunter2".to_owned()).unwrap();
    let clock = Arc::new(|| 1_796_000_000_000);
    at(fields, keys, &forger.authority.pem, clock).with(hasty())
}

fn pack(length: usize) -> (Object, Vec<u8>) {
    let bytes = vec![7; length];
    (Object::Named(Kind::Pack, Id::of(&bytes)), bytes)
}

fn error(line: &str, code: &str) -> String {
    let text = format!(
        "<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>no</Message><Region>eu-west-3</Region></Error>"
    );
    head(line, "content-type: application/xml\r\n", &text)
}

fn page(inner: &str) -> String {
    head("200 OK", "", &format!("<ListBucketResult>{inner}</ListBucketResult>"))
}

fn entry(n: usize) -> String {
    format!("<Contents><Key>box/index/{n:064x}</Key><Size>7</Size></Contents>")
}

/// What is asked of it in four ways gives these.
fn all(target: &S3) -> [Result<(), TargetError>; 4] {
    let (object, bytes) = pack(1_000);
    [
        target.list(Kind::Pack).map(|_| ()),
        target.read(object, Some((0, 4))).map(|_| ()),
        target.write(object, &bytes),
        target.remove(object),
    ]
}

/// What is broken about it.
fn broken<T: std::fmt::Debug>(tried: Result<T, TargetError>) -> String {
    match tried {
        Err(TargetError::Broken { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_refusal_is_told_apart() {
    for (line, code, told) in [
        ("403 No", "InvalidAccessKeyId", "the target does not accept the access key"),
        ("403 No", "SignatureDoesNotMatch", "the target does not accept the access key"),
        (
            "403 No",
            "RequestTimeTooSkewed",
            "the clocks of the target and of the box differ too much",
        ),
        ("400 No", "AuthorizationHeaderMalformed", "the bucket is in another region: eu-west-3"),
        (
            "301 No\r\nlocation: https://nas.example.net/x",
            "PermanentRedirect",
            "the bucket is in another region: eu-west-3",
        ),
        ("403 No", "QuotaExceeded", "the target is full"),
        ("507 No", "XMinioStorageFull", "the target is full"),
        ("503 No", "SlowDown", "the target does not answer"),
        ("403 No", "AccessDenied", "the target refused to"),
        ("500 No", "InternalError", "the target is broken"),
    ] {
        // As services do, it says nothing but the status to HEAD.
        let forger = Forger::new(move |asked| {
            if asked.starts_with("HEAD") { status(line) } else { Says(error(line, code)) }
        });
        for tried in all(&to(&forger)) {
            let said = tried.as_ref().unwrap_err().to_string();
            assert!(said.starts_with(told), "{code}: {said}");
        }
        assert_eq!(forger.connections.load(Ordering::SeqCst), 1, "{code}");
    }
    // The header says the region, too.
    let line = "301 Moved\r\nx-amz-bucket-region: ap-east-1";
    let forger = Forger::new(move |_| status(line));
    let told = to(&forger).list(Kind::Pack).unwrap_err().to_string();
    assert_eq!(told, "the bucket is in another region: ap-east-1");
    let forger = Forger::new(|asked| {
        if asked.starts_with("HEAD") {
            status("404 No")
        } else {
            Says(error("404 No", "NoSuchBucket"))
        }
    });
    let target = to(&forger);
    for tried in &all(&target)[..3] {
        let told = tried.as_ref().unwrap_err().to_string();
        assert_eq!(told, "the target has no bucket named copies");
    }
}

#[test]
fn a_certificate_that_ended_is_told() {
    let (day, now) = (Duration::from_secs(86_400), SystemTime::now());
    let forger = Forger::certified(
        |_| status("200 OK"),
        NAME,
        |params| {
            params.not_before = (now - 2 * day).into();
            params.not_after = (now - day).into();
        },
    );
    for tried in all(&to(&forger)) {
        let expired = Fault::Certificate(CertificateFault::Expired);
        assert!(matches!(&tried, Err(TargetError::Way(fault)) if *fault == expired), "{tried:?}");
    }
    assert_eq!(forger.asked(), [""; 0]);
}

#[test]
fn a_page_is_believed_only_if_it_is_one() {
    let last = "<IsTruncated>false</IsTruncated>";
    let senseless = "its list makes no sense";
    for (text, told) in [
        (String::new(), senseless),
        ("<html>".to_owned(), senseless),
        (page(""), senseless),
        (page(&format!("{}{}{last}", entry(1), entry(1))), senseless),
        (page(&format!("{}{last}", entry(1).replace(">7<", ">-7<"))), senseless),
        (page(&format!("{}{last}", entry(1).replace("box/index/", "another/"))), senseless),
        (page(&format!("{}{last}", "<a>".repeat(100_000))), senseless),
        (page(&format!("<!DOCTYPE a [<!ENTITY b 'c'>]>{last}")), senseless),
        (page("<IsTruncated>true</IsTruncated>"), senseless),
        (
            page(&format!(
                "<IsTruncated>true</IsTruncated><NextContinuationToken>a</NextContinuationToken>{}",
                entry(1)
            )),
            "its list does not go on",
        ),
    ] {
        let text = if text.starts_with("HTTP") { text } else { head("200 OK", "", &text) };
        let forger = Forger::new(move |_| Says(text.clone()));
        assert_eq!(broken(to(&forger).list(Kind::Index)), told);
    }
    // Ever new pages end where nobody has so many objects, with entries or without.
    for entries in [1_000, 0] {
        let pages = AtomicUsize::new(0);
        let forger = Forger::new(move |_| {
            let number = pages.fetch_add(1, Ordering::SeqCst);
            let inner: String = (0..entries).map(|n| entry(number * 1_000 + n)).collect();
            Says(page(&format!(
                "{inner}<IsTruncated>true</IsTruncated><NextContinuationToken>{number}</NextContinuationToken>"
            )))
        });
        let target = to(&forger).with(Patience::default());
        let told = broken(target.list(Kind::Index));
        assert_eq!(
            told,
            if entries == 0 { "its list does not end" } else { "its list is too long" }
        );
    }
}

#[test]
fn who_never_stops_is_stopped() {
    let endless = "HTTP/1.1 200 OK\r\n";
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    for (first, then) in [
        (format!("{endless}\r\n"), " "),
        (format!("{endless}transfer-encoding: chunked\r\n\r\n"), chunk.as_str()),
        (format!("{endless}content-length: 999999999999\r\n\r\n"), " "),
    ] {
        let then = then.to_owned();
        let forger = Forger::new(move |_| Babbles(first.clone(), then.clone()));
        let target = to(&forger).with(Patience::default());
        assert_eq!(broken(target.list(Kind::Pack)), "it is too long");
        assert_eq!(broken(target.read(Object::Config, None)), "it is too long");
    }
    // What is said beside a refusal does not hide it, and is not listened to for long.
    let refusal = "HTTP/1.1 403 Forbidden\r\n\r\n".to_owned();
    let forger = Forger::new(move |_| Babbles(refusal.clone(), " ".to_owned()));
    for tried in all(&to(&forger)) {
        assert!(matches!(tried, Err(TargetError::Refused { .. })), "{tried:?}");
    }
}

#[test]
fn who_is_silent_or_slow_holds_nobody_up() {
    let slow = |tried: &Result<(), TargetError>| {
        let slow = Fault::TooSlow(Stage::Talk);
        matches!(tried, Err(TargetError::Way(fault)) if *fault == slow)
    };
    let begun = Instant::now();
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf of it";
    for text in ["", half] {
        let forger = Forger::new(move |_| Stops(text.to_owned()));
        let target = to(&forger);
        assert!(slow(&target.list(Kind::Pack).map(|_| ())));
        assert!(slow(&target.read(Object::Config, None).map(|_| ())));
    }
    let forger = Forger::new(|_| IsDeaf);
    let (object, bytes) = pack(16 << 20);
    let tried = to(&forger).write(object, &bytes);
    assert!(slow(&tried), "{tried:?}");
    assert!(begun.elapsed() < Duration::from_secs(10));
    let forger = Forger::new(|_| Leaves(String::new()));
    for tried in all(&to(&forger)) {
        let closed = Fault::Closed(Stage::Talk);
        assert!(matches!(&tried, Err(TargetError::Way(fault)) if *fault == closed), "{tried:?}");
    }
}

/// It says yes and keeps less, or nothing.
#[test]
fn what_was_written_is_looked_up() {
    let (object, bytes) = pack(1_000);
    for (after, told) in [
        ("404 Not Found", "it did not keep all that it took"),
        ("200 OK\r\ncontent-length: 999", "it did not keep all that it took"),
        ("200 OK", "it does not say how long it is"),
    ] {
        let forger = Forger::new(move |asked| match asked.split(' ').next() {
            Some("HEAD") => Says(format!("HTTP/1.1 {after}\r\n\r\n")),
            _ => status("200 OK"),
        });
        assert_eq!(broken(to(&forger).write(object, &bytes)), told);
        let asked: Vec<_> =
            forger.asked().iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
        assert_eq!(asked, ["PUT", "HEAD"]);
    }
}

/// A service that does not know `If-None-Match` is looked at before each write, from then on.
#[test]
fn who_has_no_conditions_is_looked_at_first() {
    let puts = AtomicUsize::new(0);
    let forger = Forger::new(move |asked| match asked.split(' ').next() {
        Some("PUT") if puts.fetch_add(1, Ordering::SeqCst) == 0 => {
            Says(error("501 No", "NotImplemented"))
        }
        Some("HEAD") if puts.load(Ordering::SeqCst) < 2 => status("404 Not Found"),
        Some("HEAD") => Says("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n".to_owned()),
        _ => status("200 OK"),
    });
    let target = to(&forger);
    let (object, bytes) = pack(1_000);
    for expected in [&["PUT", "HEAD", "PUT", "HEAD"][..], &["HEAD", "HEAD"]] {
        target.write(object, &bytes).unwrap();
        let asked = forger.asked();
        let asked: Vec<_> = asked.iter().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(asked, expected);
    }
}

#[test]
fn a_bucket_without_locks_is_told() {
    let forger = Forger::new(|_| Says(error("400 No", "InvalidRequest")));
    let retention = Retention { days: NonZeroU16::MIN, mode: LockMode::Compliance };
    let target = to(&forger).locking(retention);
    let (object, bytes) = pack(1_000);
    let told = target.write(object, &bytes).unwrap_err().to_string();
    assert_eq!(told, "the target's bucket has no object lock");
}
