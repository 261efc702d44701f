//! The parsers of bytes that others write, each with what must hold for any input.
//!
//! `cargo test -p fuzz-tests` changes the seeds at random, the same way every time, for a moment
//! each; `tests/fuzz/run` lets libFuzzer look for new paths through them. A new parser gets a
//! [`Target`] here.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a target that fails is a failed test"
)]

mod http;
pub mod mutate;
mod sealed;
mod seeds;

use verify::Head;

/// One parser.
pub struct Target {
    /// Names it on the command line.
    pub name: &'static str,
    /// Parses, and panics when the answer breaks a promise.
    pub run: fn(&[u8]),
    /// Inputs that the parser accepts, to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "settings", run: settings, seeds: seeds::settings },
    Target { name: "host-request", run: framed::<host_api::Request>, seeds: seeds::host_requests },
    Target {
        name: "host-response",
        run: framed::<host_api::Response>,
        seeds: seeds::host_responses,
    },
    Target { name: "order", run: lines::<events::Order>, seeds: seeds::orders },
    Target { name: "event", run: lines::<events::Event>, seeds: seeds::events },
    Target { name: "http-body", run: http::body, seeds: http::bodies },
    Target { name: "http-head", run: http::head, seeds: http::heads },
    Target { name: "list-cursor", run: http::cursor, seeds: http::cursors },
    Target { name: "body", run: sealed::body, seeds: seeds::bodies },
    Target { name: "record", run: sealed::record, seeds: seeds::records },
    Target { name: "wrapped-key", run: sealed::wrapped_key, seeds: seeds::wrapped_keys },
    Target { name: "slot", run: sealed::slot, seeds: seeds::slots },
    Target { name: "keys-file", run: sealed::keys_file, seeds: seeds::keys_files },
    Target { name: "attempts", run: sealed::attempts, seeds: seeds::attempts_slots },
    Target { name: "frame", run: sealed::frame, seeds: seeds::frames },
    Target { name: "head", run: sealed::head, seeds: seeds::heads },
    Target { name: "recovery-key", run: sealed::recovery_key, seeds: seeds::recovery_keys },
    Target { name: "passphrase", run: sealed::passphrase, seeds: seeds::passphrases },
    Target { name: "export", run: export, seeds: seeds::exports },
    Target { name: "head-line", run: head_line, seeds: seeds::head_lines },
    Target { name: "dns-answer", run: dns_answer, seeds: seeds::dns_answers },
    Target { name: "block-list", run: block_list, seeds: seeds::block_lists },
    Target { name: "blocked-line", run: blocked_line, seeds: seeds::blocked_lines },
    Target { name: "copied-stream", run: copied_stream, seeds: seeds::copied_streams },
    Target { name: "rest-listing", run: rest_listing, seeds: seeds::rest_listings },
    Target { name: "s3-listing", run: s3_listing, seeds: seeds::s3_listings },
    Target { name: "s3-error", run: s3_error, seeds: seeds::s3_errors },
    Target { name: "sftp-packet", run: sftp_packet, seeds: seeds::sftp_packets },
    Target { name: "host-key", run: host_key, seeds: seeds::host_keys },
];

/// What is read of a copy is written as it was.
fn copied_stream(bytes: &[u8]) {
    let read: Result<Vec<_>, _> = backup::stream::Decoder::new(bytes).collect();
    if let Ok(changes) = read {
        let mut written = Vec::new();
        for (place, sealed) in changes {
            backup::stream::encode(place, sealed, &mut written);
        }
        assert_eq!(written, bytes);
    }
}

/// Each object is listed once, and no more of them than there may be.
fn rest_listing(bytes: &[u8]) {
    use backup::{Kind, Object, listing};
    if let Ok(listed) = listing::parse(Kind::Index, bytes) {
        assert!(listed.len() <= listing::MOST_ENTRIES);
        assert!(listed.is_sorted_by(|(one, _), (next, _)| one < next));
        let entry = |(object, length): &(Object, u64)| {
            let Object::Named(Kind::Index, id) = object else { panic!("{object}") };
            format!(r#"{{"size":{length},"name":"{id}"}}"#)
        };
        let all: Vec<_> = listed.iter().map(entry).collect();
        let written = format!("[{}]", all.join(","));
        assert_eq!(listing::parse(Kind::Index, written.as_bytes()).unwrap(), listed);
    }
}

/// No more objects than a page may have, each of its kind, and a token where another page follows.
fn s3_listing(bytes: &[u8]) {
    use backup::{Kind, Object, s3_listing};
    for (kind, directory) in [(Kind::Pack, "box/data/"), (Kind::Index, "index/")] {
        if let Ok(page) = s3_listing::parse(kind, directory, bytes) {
            assert!(page.objects.len() <= s3_listing::MOST_OF_A_PAGE);
            let of_kind = |object| matches!(object, Object::Named(of, _) if of == kind);
            assert!(page.objects.iter().all(|(object, _)| of_kind(*object)));
            assert!(page.next.is_none_or(|token| !token.is_empty()));
        }
    }
}

/// What is told on has only what a code and a region have.
fn s3_error(bytes: &[u8]) {
    let told = backup::s3_error::ServiceError::parse(bytes);
    let plain = |text: &str| text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic());
    assert!(plain(&told.code) && told.region.is_none_or(|region| plain(&region)));
}

/// No more comes of a packet than is in it.
fn sftp_packet(bytes: &[u8]) {
    use backup::sftp_packet::{self as packet, Reply};
    let _ = (packet::parse_hello(bytes), packet::parse_room(bytes));
    let length = match packet::parse(bytes) {
        Ok((_, Reply::Handle(all) | Reply::Data(all) | Reply::Extended(all))) => all.len(),
        // Each has two lengths and a word of flags, at least.
        Ok((_, Reply::Names(entries))) => entries.iter().map(|entry| entry.name.len() + 12).sum(),
        Ok((_, Reply::Status(_) | Reply::Attributes(_))) | Err(_) => 0,
    };
    assert!(length <= bytes.len());
}

/// What is accepted is written so that it is read as the same.
fn host_key(bytes: &[u8]) {
    if let Ok(key) = backup::HostKey::parse(&String::from_utf8_lossy(bytes)) {
        assert_eq!(backup::HostKey::parse(&key.to_string()), Ok(key));
    }
}

/// What is accepted is written so that it is read as the same.
fn settings(bytes: &[u8]) {
    if let Ok(settings) = settings::parse(bytes) {
        let written = settings.to_json();
        let read = settings::parse(written.as_bytes())
            .unwrap_or_else(|problems| panic!("wrote what it refuses: {problems:?}"));
        assert_eq!(read.to_json(), written);
    }
}

fn framed<T: serde::de::DeserializeOwned + serde::Serialize>(bytes: &[u8]) {
    if let Ok(message) = host_api::decode::<T>(bytes) {
        let written = host_api::encode(&message).unwrap();
        let (_, text) = written.split_at(host_api::HEADER);
        let read: T = host_api::decode(text).unwrap();
        assert_eq!(host_api::encode(&read).unwrap(), written);
    }
}

/// However the bytes are cut on their way, the same messages arrive.
fn lines<T: serde::de::DeserializeOwned + serde::Serialize>(bytes: &[u8]) {
    let text = |messages: Vec<T>| -> Vec<Vec<u8>> {
        messages.iter().map(|message| events::encode(message).unwrap()).collect()
    };
    let whole = events::Lines::default().take::<T>(bytes).map(text);
    let mut lines = events::Lines::default();
    let pieces: Result<Vec<_>, _> =
        bytes.chunks(7).map(|piece| lines.take::<T>(piece).map(text)).collect();
    match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => assert_eq!(whole, pieces.concat()),
        (Err(_), Err(_)) => {}
        _ => panic!("cut in pieces it is another answer"),
    }
}

/// An answer always has a text, and an accepted export ends no earlier than it begins.
fn export(bytes: &[u8]) {
    for parts in [false, true] {
        match verify::check(bytes, Vec::new(), parts) {
            Ok(report) => assert!(report.last >= report.first && !report.to_string().is_empty()),
            Err(failure) => assert!(!failure.to_string().is_empty()),
        }
    }
}

/// Only addresses of the kind that was asked for, and no more than fit a message.
fn dns_answer(bytes: &[u8]) {
    use network::dns::{Answer, Kind, read};
    let name = "mail.example.com".parse().unwrap();
    for kind in [Kind::A, Kind::Aaaa] {
        if let Some(Answer::Addresses(found)) = read(bytes, seeds::DNS_ID, &name, kind) {
            assert!(found.iter().all(|(address, _)| address.is_ipv4() == (kind == Kind::A)));
            assert!(found.len() <= bytes.len() / 16);
        }
    }
}

/// What is read is a list, and read as itself; dnsmasq is told no other directive.
fn block_list(bytes: &[u8]) {
    if let Ok(read) = blocklist::read(bytes) {
        assert_eq!(blocklist::count(&read.list), Some(read.names));
        let again = blocklist::read(read.list.as_bytes()).unwrap();
        assert_eq!((again.list, again.odd), (read.list.clone(), 0));
        let none = std::collections::BTreeSet::new();
        let mine = blocklist::Mine { block: &none, allow: &none, needed: &none };
        let merged = blocklist::merge(&[&read.list], mine);
        assert_eq!(merged.text.lines().count(), read.names);
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b);
        for line in merged.text.lines() {
            let name = line.strip_prefix("local=/").unwrap().strip_suffix('/').unwrap();
            assert!(name.bytes().all(fits), "{line}");
        }
    }
}

/// A name that was refused is one word of the line.
fn blocked_line(bytes: &[u8]) {
    let line = String::from_utf8_lossy(bytes);
    if let Some((_, name)) = network::blocking::refused(&line) {
        assert!(line.contains(name) && !name.contains(' ') && name.len() <= 253);
    }
}

fn head_line(bytes: &[u8]) {
    if let Ok(head) = Head::parse_line(&String::from_utf8_lossy(bytes)) {
        head.is_signed();
    }
}
