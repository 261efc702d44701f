//! What browsers send: bodies, heads, places in lists.

use std::str::FromStr;

use api::contract::App;
use api::cookie::Cookie;
use api::json;
use api::shape::shared::Language;
use api::shape::{claim, contact, person, setup, shared};
use api::version::{etag, idempotency_key, if_match};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use records::Cursor;
use serde::de::DeserializeOwned;

/// As every shape that is taken: read, or refused in words of both languages.
pub fn body(bytes: &[u8]) {
    let as_one = [
        as_shape::<shared::Credentials>,
        as_shape::<shared::TypedCode>,
        as_shape::<shared::NewAccount>,
        as_shape::<shared::AccountChange>,
        as_shape::<shared::PasswordChange>,
        as_shape::<setup::SetupFinish>,
        as_shape::<setup::CrmChoice>,
        as_shape::<claim::NewVault>,
        as_shape::<claim::TypedRecoveryKey>,
        as_shape::<claim::FirstManager>,
        as_shape::<claim::Unlock>,
        as_shape::<contact::NewContact>,
        as_shape::<contact::ContactChange>,
        as_shape::<person::PersonChange>,
        as_shape::<person::NewInvitation>,
    ];
    for read in as_one {
        read(bytes);
    }
}

fn as_shape<T: DeserializeOwned>(bytes: &[u8]) {
    if let Err(problem) = json::read::<T>(bytes) {
        for language in [Language::En, Language::ZhCn] {
            let answer = problem.clone().answer(language);
            assert!(answer.status().is_client_error());
        }
    }
}

pub fn bodies() -> Vec<Vec<u8>> {
    let texts = [
        r#"{"name":"张三明","company":"三明电子","phone":"+86 138","email":"z@example.com","note":"a\nb"}"#,
        r#"{"zones":{"guest":true},"crm":{"reachableFrom":[{"zone":"office","addresses":["192.168.10.0/28"]}]},"management":{"from":[{"zone":"office","addresses":"all"}]}}"#,
        r#"{"name":"Ruth","password":"lampe-wolke-7","language":"zh-CN","timeZone":"Asia/Shanghai"}"#,
        r#"{"passphrase":null,"recoveryKey":"ABCDE-FGHIJ"}"#,
        r#"{"current":"a","new":"b","code":"123456"}"#,
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Lines `name: value` as the head of a request: each reader of heads answers, and what it takes as a
/// version is what it would send.
pub fn head(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|&byte| byte == b'\n') {
        let Some(at) = line.iter().position(|&byte| byte == b':') else { continue };
        let (name, value) = line.split_at(at);
        let name = HeaderName::from_bytes(name);
        let value = HeaderValue::from_bytes(value.get(1..).unwrap_or_default().trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    Language::choose(&headers, Language::En);
    let _ = idempotency_key(&headers);
    if let Ok(version) = if_match(&headers) {
        assert_eq!(headers.get(header::IF_MATCH), etag(version).as_ref());
    }
    for app in App::ALL {
        for cookie in [Cookie::Session, Cookie::Step] {
            if let Ok(Some(value)) = cookie.read(app, &headers) {
                assert!(!value.is_empty() && !value.contains(';'));
            }
        }
    }
}

pub fn heads() -> Vec<Vec<u8>> {
    let lines = "cookie: a=b; __Host-admin=abc; __Host-crm-step=x\ncookie: __Host-crm=y\nif-match: \"7\"\n\
        idempotency-key: 01010101-0101-0101-0101-010101010101\naccept-language: zh-TW,zh;q=0.9,en;q=0.8, *;q=0.1";
    vec![lines.as_bytes().to_vec()]
}

/// Where a list goes on: what is taken is written as it came.
pub fn cursor(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(cursor) = Cursor::from_str(&text) {
        assert_eq!(cursor.to_string(), text);
    }
}

pub fn cursors() -> Vec<Vec<u8>> {
    // Direction, field, id, has a key, the key.
    let bytes = [&[0, 0, 0, 0, 1][..], &[7; 16], &[1], b"zhang"].concat();
    vec![data_encoding::BASE64URL_NOPAD.encode(&bytes).into_bytes()]
}
