//! Messages come back as they went, however the bytes are cut; nothing makes the reader panic or hold
//! more than a line.

#![allow(clippy::unwrap_used, reason = "a test")]

use events::{Copies, CrmState, Event, LineError, Lines, MAX_BYTES, Order, Secret, encode};
use proptest::prelude::*;

fn order() -> impl Strategy<Value = Order> {
    prop_oneof![
        (".*", ".*").prop_map(|(chain_pem, key)| Order::Certificate {
            chain_pem,
            key_pem: Secret::new(key)
        }),
        ("[0-9a-f]{64}", any::<u64>())
            .prop_map(|(sha256, expires)| Order::ManagerCode { sha256, expires }),
        ".*".prop_map(|tag| Order::Language { tag }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let state = prop_oneof![
        Just(CrmState::Unclaimed),
        Just(CrmState::Locked),
        Just(CrmState::Open),
        Just(CrmState::DiskFailed)
    ];
    prop_oneof![
        state.prop_map(|state| Event::Started { state }),
        Just(Event::Claimed),
        Just(Event::Unlocked),
        Just(Event::Locked),
        any::<u32>().prop_map(|count| Event::UnlockFailed { count }),
        Just(Event::DiskFailed),
        any::<u32>().prop_map(|count| Event::ClaimRefused { count }),
        "[ -~]{0,300}".prop_map(|line| Event::Head { line }),
        ("\\PC{0,100}", any::<u32>()).prop_map(|(place, days)| Event::CopyLate { place, days }),
        "\\PC{0,100}".prop_map(|place| Event::CopyBad { place }),
        (any::<[u32; 5]>(), any::<Option<u64>>()).prop_map(
            |([targets, good, printed, kept, restored], tried)| {
                Event::Copies(Copies { targets, good, printed, kept, restored, tried })
            }
        ),
    ]
}

/// Gives the bytes to the reader in pieces of these lengths, over and over.
fn read<T: serde::de::DeserializeOwned>(bytes: &[u8], pieces: &[usize]) -> Vec<T> {
    let mut lines = Lines::default();
    let mut got = Vec::new();
    let (mut rest, mut lengths) = (bytes, pieces.iter().cycle());
    while !rest.is_empty() {
        let length = (*lengths.next().unwrap()).min(rest.len());
        let (piece, after) = rest.split_at(length);
        got.extend(lines.take::<T>(piece).unwrap());
        rest = after;
    }
    assert!(!lines.is_within());
    got
}

proptest! {
    #[test]
    fn orders_come_back(orders in prop::collection::vec(order(), 0..5), pieces in prop::collection::vec(1_usize..50, 1..5)) {
        let bytes: Vec<u8> = orders.iter().flat_map(|order| encode(order).unwrap()).collect();
        prop_assert_eq!(read::<Order>(&bytes, &pieces), orders);
    }

    #[test]
    fn events_come_back(events in prop::collection::vec(event(), 0..5), pieces in prop::collection::vec(1_usize..50, 1..5)) {
        let bytes: Vec<u8> = events.iter().flat_map(|event| encode(event).unwrap()).collect();
        prop_assert_eq!(read::<Event>(&bytes, &pieces), events);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Lines::default().take::<Order>(&bytes);
        let _ = Lines::default().take::<Event>(&bytes);
    }
}

#[test]
fn a_line_is_bounded_before_it_ends() {
    let mut lines = Lines::default();
    let piece = vec![b' '; MAX_BYTES / 4];
    for _ in 0..3 {
        assert!(lines.take::<Event>(&piece).unwrap().is_empty());
    }
    assert!(matches!(lines.take::<Event>(&piece), Err(LineError::TooLong)));

    let longest = |length| Order::Language { tag: "x".repeat(length) };
    let frame = encode(&longest(0)).unwrap().len();
    let line = encode(&longest(MAX_BYTES - frame)).unwrap();
    assert_eq!(Lines::default().take::<Order>(&line).unwrap().len(), 1);
    assert!(matches!(encode(&longest(MAX_BYTES - frame + 1)), Err(LineError::TooLong)));
}

#[test]
fn what_is_unknown_is_refused() {
    for line in [
        &b"{\"unlock\": {}}\n"[..],
        b"\"lock\"\n",
        b"{\"language\": {\"tag\": \"en\", \"more\": 1}}\n",
        b"\n",
    ] {
        assert!(matches!(Lines::default().take::<Order>(line), Err(LineError::Json(_))));
    }
}

#[test]
fn a_key_is_in_no_log() {
    let order = Order::Certificate {
        chain_pem: String::new(),
        key_pem: Secret::new("PRIVATE KEY".to_owned()),
    };
    assert!(!format!("{order:?}").contains("PRIVATE"));
}
