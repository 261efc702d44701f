//! Webhooks and robots: one POST each, whose answer says whether it was taken.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ACCEPT_ENCODING, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Request, StatusCode};
use notify::{Failure, Message, Robot, Stage, WebAddress, Webhook, robot, webhook};
use outbound::http;
use tokio::time::timeout;

use crate::carrier::{Line, Origin};
use crate::reason::failure;

/// Longest answer that is read, in bytes.
const LONGEST: usize = 64 << 10;

pub async fn to_webhook(
    to: &Webhook,
    line: Line<'_>,
    message: &Message,
    origin: Origin<'_>,
) -> Result<(), Failure> {
    let Origin { name, local, language, now } = origin;
    let post = webhook::write(message, language, local, name, &to.secret, now);
    let post = post.ok_or(Failure::NoSignIn)?;
    let path = to.address.path();
    let (status, _) = exchange(&to.address, path, line, &post.headers, post.body).await?;
    taken(status)
}

pub async fn to_robot(
    to: &Robot,
    line: Line<'_>,
    message: &Message,
    origin: Origin<'_>,
) -> Result<(), Failure> {
    let Origin { name, local, language, now } = origin;
    let post = robot::write(message, language, local, name, to, now).ok_or(Failure::NoSignIn)?;
    let (status, body) = exchange(&to.address, &post.path, line, &[], post.body).await?;
    taken(status)?;
    robot::answer(to.kind, &body)
}

/// Nobody is led elsewhere: what an admin allowed is this address.
fn taken(status: StatusCode) -> Result<(), Failure> {
    match status.as_u16() {
        200..=299 => Ok(()),
        code @ (429 | 503) => Err(Failure::Later { code }),
        code => Err(Failure::Status { code }),
    }
}

async fn exchange(
    to: &WebAddress,
    path: &str,
    line: Line<'_>,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
) -> Result<(StatusCode, Vec<u8>), Failure> {
    let place = to.place();
    let odd = |_| Failure::NotUnderstood;
    let mut request = Request::post(path)
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| Failure::NotUnderstood)?;
    let into = request.headers_mut();
    into.insert(HOST, HeaderValue::from_str(&to.authority()).map_err(odd)?);
    into.insert(USER_AGENT, HeaderValue::from_static("Gatehouse"));
    into.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    into.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    for (name, value) in headers {
        into.insert(HeaderName::from_static(name), HeaderValue::from_str(value).map_err(odd)?);
    }
    let stream = line.connect(place).await?;
    let stream = line.encrypt(stream, place).await?;
    let talk = async {
        let answer = http::ask(stream, request).await?;
        let status = answer.status();
        Ok((status, http::body(answer.into_body(), LONGEST).await?))
    };
    match timeout(line.patience.talk, talk).await {
        Ok(answer) => answer.map_err(|fault| failure(fault, Stage::Message)),
        Err(_) => Err(Failure::TooSlow { at: Stage::Message }),
    }
}
