//! What each parser accepts.

#[path = "../../../agent/verify/tests/maker/mod.rs"]
#[allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "of the verifier's tests"
)]
mod maker;

use maker::Maker;

pub fn settings() -> Vec<Vec<u8>> {
    vec![include_bytes!("../../../agent/settings/tests/example.json").to_vec()]
}

fn host<T: serde::Serialize>(messages: &[T]) -> Vec<Vec<u8>> {
    let frames = messages.iter().filter_map(|message| host_api::encode(message).ok());
    frames.map(|frame| frame.into_iter().skip(host_api::HEADER).collect()).collect()
}

pub fn host_requests() -> Vec<Vec<u8>> {
    use host_api::Request;
    let document = String::from_utf8_lossy(&settings().concat()).into_owned();
    host(&[
        Request::Status,
        Request::Settings,
        Request::Check { document: "{}".to_owned() },
        Request::Apply { document },
        Request::TrySetupCode { code: "ABCD-EFGH".to_owned() },
        Request::CaFingerprint { fingerprint: "AB:CD".to_owned() },
        Request::Listeners { have: vec!["192.0.2.1".parse().unwrap(), "fd00::1".parse().unwrap()] },
    ])
}

pub fn host_responses() -> Vec<Vec<u8>> {
    use host_api::{Response, SetupTried};
    host(&[
        Response::Accepted,
        Response::Listeners { addresses: vec!["[fd00::1]:443".parse().unwrap()] },
        Response::SetupTried(SetupTried::Wrong { left: 3 }),
        Response::SetupTried(SetupTried::Right),
    ])
}

fn written<T: serde::Serialize>(messages: &[T]) -> Vec<Vec<u8>> {
    let lines: Vec<Vec<u8>> =
        messages.iter().filter_map(|message| events::encode(message).ok()).collect();
    lines.iter().cloned().chain([lines.concat()]).collect()
}

pub fn orders() -> Vec<Vec<u8>> {
    use events::Order;
    written(&[
        Order::ManagerCode { sha256: "ab".repeat(32), expires: 1_795_478_400_000 },
        Order::Language { tag: "zh-CN".to_owned() },
        Order::Lock,
    ])
}

pub fn events() -> Vec<Vec<u8>> {
    use events::Event;
    written(&[
        Event::Claimed,
        Event::UnlockFailed { count: 3 },
        Event::AuditHead { line: Maker::new().line() },
        Event::RefusedRequests { count: 9 },
    ])
}

/// Every kind of item and mark.
pub fn exports() -> Vec<Vec<u8>> {
    let mut maker = Maker::with(2);
    maker.keep_head();
    maker.gap();
    maker.new_key(maker::key(2));
    maker.ordinary(2);
    maker.restore(6, 44);
    maker.retention(1, 2);
    maker.ordinary(1);
    vec![maker.export(), Maker::new().export()]
}

pub fn head_lines() -> Vec<Vec<u8>> {
    vec![Maker::with(1).line().into_bytes()]
}
