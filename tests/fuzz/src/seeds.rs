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

/// The number of the question that [`dns_answers`] answer.
pub const DNS_ID: u16 = 7;

/// An alias and its address, of both kinds.
pub fn dns_answers() -> Vec<Vec<u8>> {
    use network::dns::{Kind, query};
    let answer = |kind: Kind, number: u8, address: &[u8]| {
        let mut message = query(DNS_ID, &"mail.example.com".parse().unwrap(), kind);
        message[2..8].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 2]);
        // mail.example.com is an alias for example.com.
        message.extend([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 2, 0xc0, 17]);
        message.extend([0xc0, 17, 0, number, 0, 1, 0, 0, 0, 60, 0, address.len() as u8]);
        message.extend(address);
        message
    };
    vec![answer(Kind::A, 1, &[9, 9, 9, 9]), answer(Kind::Aaaa, 28, &[0x26; 16])]
}

pub fn block_lists() -> Vec<Vec<u8>> {
    [
        "\u{feff}# hosts\r\n0.0.0.0 ads.example other.example # both\r\n::1 localhost\r\n",
        "! x\n||tracker.example^\n@@||good.example^\nb.good.example\n",
        "local=/one.example/two.example/\naddress=/three.example/0.0.0.0\n*.wild.example\n",
        "广告.example\nb.ads.example\nads.example\n",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
}

pub fn blocked_lines() -> Vec<Vec<u8>> {
    let line =
        "<30>Nov 30 07:27:53 dnsmasq[17818]: 2 127.2.0.20/54299 config ads.example is NXDOMAIN";
    vec![line.as_bytes().to_vec()]
}

/// A segment, and a piece of a journal in which something was taken away.
pub fn copied_streams() -> Vec<Vec<u8>> {
    let (mut segment, mut journal) = (Vec::new(), Vec::new());
    for place in [[0x10, 0, 16, 1], [0x10, 0, 16, 2]] {
        backup::stream::encode(&place, Some(&[7; 144]), &mut segment);
        backup::stream::encode(&place, None, &mut journal);
    }
    vec![segment, journal]
}

/// As rest-server writes them: nothing, and objects with something that is being uploaded.
pub fn rest_listings() -> Vec<Vec<u8>> {
    let (one, other) = ("1f".repeat(32), "e0".repeat(32));
    let some = format!(
        r#"[{{"name":"{other}","size":4194304}},{{"name":"{one}","size":44}},
        {{"name":"{one}.rest-server-temp5577006791947779410","size":7}}]"#
    );
    vec![b"[]".to_vec(), some.into_bytes()]
}

/// As services write them: the last page, and one with another after it.
pub fn s3_listings() -> Vec<Vec<u8>> {
    let (one, other) = ("1f".repeat(32), "e0".repeat(32));
    let page = |inner: &str| {
        let page = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
            <Name>copies</Name><MaxKeys>1000</MaxKeys>{inner}</ListBucketResult>"
        );
        page.into_bytes()
    };
    let entry = |key: &str| {
        format!(
            "<Contents><Key>{key}</Key><ETag>&quot;0&#x41;&quot;</ETag><Size>4194304</Size></Contents>"
        )
    };
    let packs = entry(&format!("box/data/1f/{one}")) + &entry("box/data/");
    let next = "<NextContinuationToken>1ueGcxLPRx1Tr/=</NextContinuationToken>";
    vec![
        page(&format!("<IsTruncated>true</IsTruncated>{packs}{next}")),
        page(&format!(
            "{}<IsTruncated>false</IsTruncated><!-- end -->",
            entry(&format!("index/{other}"))
        )),
    ]
}

pub fn s3_errors() -> Vec<Vec<u8>> {
    let text = "<?xml version='1.0'?><Error><Code>AuthorizationHeaderMalformed</Code><Message>no</Message>\
        <Region>eu-west-3</Region><HostId a='b'/></Error>";
    vec![text.into()]
}

pub fn sftp_packets() -> Vec<Vec<u8>> {
    let number = |number: u32| number.to_be_bytes().to_vec();
    let string =
        |bytes: &[u8]| [&number(u32::try_from(bytes.len()).unwrap_or(0))[..], bytes].concat();
    let of = |kind: u8, parts: &[Vec<u8>]| [&[kind][..], &parts.concat()].concat();
    let file = [
        number(0x8000_000f),
        vec![0; 8],
        number(1),
        number(1),
        number(0o100_600),
        vec![0; 8],
        number(1),
    ];
    let file = [file.concat(), string(b"a"), string(b"b")].concat();
    let entry = [string(b"0f"), string(b"-rw------- 0f"), file.clone()].concat();
    vec![
        of(2, &[number(3), string(b"fsync@openssh.com"), string(b"1")]),
        of(101, &[number(7), number(3), string(b"Permission denied"), string(b"")]),
        of(102, &[number(7), string(&[0; 4])]),
        of(103, &[number(7), string(&[1; 40])]),
        of(104, &[number(7), number(2), entry.clone(), entry]),
        of(105, &[number(7), file]),
        of(201, &[number(7), vec![1; 88]]),
    ]
}

pub fn host_keys() -> Vec<Vec<u8>> {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5vERNLJyhITwD9Qz6gVZf3eFpFGDvXeZ1PEUcI7W4A";
    let hash = format!("256 SHA256:{} root@nas (ED25519)", "A".repeat(43));
    [format!("# nas\n[nas]:22 {key} root@nas\n"), hash].map(String::into_bytes).into()
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
        Request::TrySetupCode { code: "ABCD-EFGH".to_owned(), from: "192.0.2.1".parse().unwrap() },
        Request::AdminsLost,
        Request::JudgeName { name: "ads.example".to_owned() },
        Request::BlockList(host_api::blocking::ListPiece {
            address: "https://lists.example.net/a".to_owned(),
            at: 0,
            text: "ads.example\n".to_owned(),
            whole: None,
        }),
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
    ])
}

pub fn events() -> Vec<Vec<u8>> {
    use events::Event;
    written(&[Event::Claimed, Event::UnlockFailed { count: 3 }, Event::ClaimRefused { count: 9 }])
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

const KEYS: &[u8] = include_bytes!("../../second-reader/sample/keys");
const RECORDS: &[u8] = include_bytes!("../../second-reader/sample/records");

pub fn bodies() -> Vec<Vec<u8>> {
    vec![second_reader_tests::contact().encode().unwrap()]
}

/// Of the sample: each its length, then its bytes.
pub fn records() -> Vec<Vec<u8>> {
    let mut rest = RECORDS;
    let mut parts = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk() {
        let (part, after) = after.split_at(u32::from_be_bytes(*length) as usize);
        parts.push(part.to_vec());
        rest = after;
    }
    parts
}

pub fn slots() -> Vec<Vec<u8>> {
    KEYS[64..].chunks(192).take(2).map(<[u8]>::to_vec).collect()
}

pub fn wrapped_keys() -> Vec<Vec<u8>> {
    KEYS[64 + 8 * 192..].chunks(128).take(8).map(<[u8]>::to_vec).collect()
}

pub fn keys_files() -> Vec<Vec<u8>> {
    vec![KEYS[..64 + 8 * 192 + 8 * 128].to_vec()]
}

pub fn attempts_slots() -> Vec<Vec<u8>> {
    let slot = seal::attempts::Attempts { generation: 2, failures: 3, first: 4, last: 5 };
    vec![slot.encode()[..32].to_vec()]
}

pub fn frames() -> Vec<Vec<u8>> {
    let mut maker = Maker::with(1);
    maker.gap();
    maker.new_key(maker::key(2));
    maker.restore(4, 44);
    maker.retention(1, 2);
    maker.entries.iter().map(|entry| entry.frame.clone()).collect()
}

pub fn heads() -> Vec<Vec<u8>> {
    vec![Maker::with(1).head()]
}

pub fn recovery_keys() -> Vec<Vec<u8>> {
    let key = seal::recovery::encode(&second_reader_tests::RECOVERY);
    vec![key.as_bytes().to_vec(), key.to_lowercase().into_bytes()]
}

pub fn passphrases() -> Vec<Vec<u8>> {
    vec![second_reader_tests::PASSPHRASE.into(), "  ﬁne ½ Å correct horse ".into()]
}
