//! A message as the robots of group chats want it. Shapes and signatures are those of the services' public
//! documentation; none of it was run against a service.
//!
//! Plain text only: Markdown and tags would let the name of a device say what it likes.

use data_encoding::BASE64;
use events::Secret;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::json;
use settings::Language;
use sha2::Sha256;

use crate::message::Message;
use crate::{Failure, LocalTime, Moment, Name, Robot, RobotKind};

/// Longest text of WeCom's robots, in bytes (developer.work.weixin.qq.com, path 91770); the others take more.
const LONGEST: usize = 2048;

/// What is posted, as `application/json`.
#[derive(Clone, PartialEq, Eq)]
pub struct Post {
    /// Path and query, which hold the robot's key.
    pub path: String,
    /// JSON.
    pub body: Vec<u8>,
}

/// Writes it, and signs it if the robot has a secret. `name` is what the box is called.
pub fn write(
    message: &Message,
    language: Language,
    local: &LocalTime,
    name: &str,
    robot: &Robot,
    now: Moment,
) -> Option<Post> {
    let mark = message.mark(language, &Name::new(name));
    let text = shortened(mark + &message.plain(language, local));
    let (path, body) = match robot.kind {
        RobotKind::WeCom => {
            let body = json!({ "msgtype": "text", "text": { "content": text } });
            (robot.address.path().to_owned(), body)
        }
        RobotKind::DingTalk => {
            let body = json!({ "msgtype": "text", "text": { "content": text } });
            let path = match &robot.secret {
                None => robot.address.path().to_owned(),
                Some(secret) => robot.address.with_query(&dingtalk_signed(secret, now)?),
            };
            (path, body)
        }
        RobotKind::Feishu => {
            // `<at …>` would call people together.
            let text = text.replace('<', "＜");
            let mut body = json!({ "msg_type": "text", "content": { "text": text } });
            if let (Some(secret), Some(fields)) = (&robot.secret, body.as_object_mut()) {
                let stamp = (now.0 / 1000).to_string();
                fields.insert("sign".to_owned(), feishu_signed(secret, &stamp)?.into());
                fields.insert("timestamp".to_owned(), stamp.into());
            }
            (robot.address.path().to_owned(), body)
        }
    };
    Some(Post { path, body: serde_json::to_vec(&body).ok()? })
}

/// What a robot's answer of status 200 says: 0 is success, anything else is not.
pub fn answer(kind: RobotKind, body: &[u8]) -> Result<(), Failure> {
    #[derive(Deserialize)]
    struct Answer {
        errcode: Option<i64>,
        code: Option<i64>,
        #[serde(rename = "StatusCode")]
        status: Option<i64>,
    }
    let answer: Answer = serde_json::from_slice(body).map_err(|_| Failure::NotUnderstood)?;
    let code = match kind {
        RobotKind::WeCom | RobotKind::DingTalk => answer.errcode,
        RobotKind::Feishu => answer.code.or(answer.status),
    };
    match code {
        Some(0) => Ok(()),
        // More than it takes in a minute: WeCom 45009, DingTalk 130101 and 410100, Feishu 9499 and 11232.
        Some(45009 | 130_101 | 410_100 | 9499 | 11_232) => Err(Failure::Later { code: 429 }),
        Some(code) => Err(Failure::RobotRefused { code }),
        None => Err(Failure::NotUnderstood),
    }
}

/// `timestamp` in ms and `sign` over both, in the query (open.dingtalk.com, custom robots, 加签).
fn dingtalk_signed(secret: &Secret, now: Moment) -> Option<String> {
    let stamp = now.0.to_string();
    let text = format!("{stamp}\n{}", secret.reveal());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).ok()?;
    mac.update(text.as_bytes());
    let sign = BASE64.encode(&mac.finalize().into_bytes());
    let sign = sign.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    Some(format!("timestamp={stamp}&sign={sign}"))
}

/// The key is time stamp in seconds, line feed and secret; what is signed is nothing (open.feishu.cn, custom
/// robots, 签名校验).
fn feishu_signed(secret: &Secret, stamp: &str) -> Option<String> {
    let key = format!("{stamp}\n{}", secret.reveal());
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    Some(BASE64.encode(&mac.finalize().into_bytes()))
}

fn shortened(mut text: String) -> String {
    if text.len() > LONGEST {
        while text.len() > LONGEST - '…'.len_utf8() {
            text.pop();
        }
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::samples;
    use crate::{Alert, Kind};

    fn robot(kind: RobotKind, address: &str, secret: Option<&str>) -> Robot {
        let secret = secret.map(|secret| Secret::new(secret.to_owned()));
        Robot { kind, address: address.parse().unwrap(), secret }
    }

    fn posted(message: &Message, robot: &Robot) -> (String, serde_json::Value) {
        let now = Moment(1_599_360_473_123);
        let post =
            write(message, Language::Chinese, &LocalTime::utc(), "门店", robot, now).unwrap();
        (post.path, serde_json::from_slice(&post.body).unwrap())
    }

    fn new_device(device: &str) -> Message {
        let mut message =
            samples().into_iter().find(|it| it.alert.kind() == Kind::NewDevice).unwrap();
        let Alert::NewDevice { device: named, .. } = &mut message.alert else { panic!() };
        *named = device.into();
        message
    }

    #[test]
    fn wecom() {
        let address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6";
        let (path, body) = posted(&new_device("a"), &robot(RobotKind::WeCom, address, None));
        assert_eq!(path, "/cgi-bin/webhook/send?key=693a91f6");
        assert_eq!(body["msgtype"], "text");
        let text = body["text"]["content"].as_str().unwrap();
        assert!(text.starts_with("【门店 · 提示】“访客”有新设备：a\n\n"), "{text}");
        assert_eq!(body.as_object().unwrap().len(), 2);
    }

    #[test]
    fn every_text_fits_what_wecom_takes() {
        assert!(shortened("㛃".repeat(1000)).len() <= LONGEST);
        let address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1";
        for message in samples() {
            let (_, body) = posted(&message, &robot(RobotKind::WeCom, address, None));
            assert!(body["text"]["content"].as_str().unwrap().len() <= LONGEST);
        }
    }

    /// The signatures were made with the scripts of the services' documentation, in Python.
    #[test]
    fn dingtalk_is_signed_in_its_address() {
        let address = "https://oapi.dingtalk.com/robot/send?access_token=abc";
        let (path, body) =
            posted(&new_device("a"), &robot(RobotKind::DingTalk, address, Some("this is secret")));
        assert_eq!(body["msgtype"], "text");
        let begin = "/robot/send?access_token=abc&timestamp=1599360473123&sign=";
        assert_eq!(path.strip_prefix(begin), Some(DINGTALK));
        let bare = posted(&new_device("a"), &robot(RobotKind::DingTalk, address, None)).0;
        assert_eq!(bare, "/robot/send?access_token=abc");
    }

    #[test]
    fn feishu_is_signed_in_its_body() {
        let address = "https://open.feishu.cn/open-apis/bot/v2/hook/abc";
        let (path, body) = posted(
            &new_device("<at user_id=\"all\">x</at>"),
            &robot(RobotKind::Feishu, address, Some("this is secret")),
        );
        assert_eq!(path, "/open-apis/bot/v2/hook/abc");
        assert_eq!((&body["msg_type"], &body["timestamp"]), (&"text".into(), &"1599360473".into()));
        assert_eq!(body["sign"], FEISHU);
        assert!(!body["content"]["text"].as_str().unwrap().contains('<'));
    }

    const DINGTALK: &str = "0eVlIU0GooHVuIBX6FZ86JNxxfy4qwhOlP5JU2uHmq4%3D";
    const FEISHU: &str = "/eYKrXQBzTjUZJ3s6NX16VxGbTwmK7AEs8/FnvC1CSw=";

    #[test]
    fn an_answer_is_a_success_only_if_it_says_so() {
        let is = |kind, body: &str| answer(kind, body.as_bytes());
        assert_eq!(is(RobotKind::WeCom, r#"{"errcode":0,"errmsg":"ok"}"#), Ok(()));
        assert_eq!(is(RobotKind::DingTalk, r#"{"errcode":0,"errmsg":"ok"}"#), Ok(()));
        let feishu =
            r#"{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}"#;
        assert_eq!(is(RobotKind::Feishu, feishu), Ok(()));
        let refused = is(RobotKind::Feishu, r#"{"code":19021,"msg":"sign match fail"}"#);
        assert_eq!(refused, Err(Failure::RobotRefused { code: 19021 }));
        let refused = is(RobotKind::DingTalk, r#"{"errcode":310000,"errmsg":"sign not match"}"#);
        assert_eq!(refused, Err(Failure::RobotRefused { code: 310_000 }));
        let busy = is(RobotKind::WeCom, r#"{"errcode":45009,"errmsg":"freq out of limit"}"#);
        assert_eq!(busy, Err(Failure::Later { code: 429 }));
        for odd in ["", "<html>", "{}", r#"{"errcode":"0"}"#, "[]"] {
            assert_eq!(is(RobotKind::WeCom, odd), Err(Failure::NotUnderstood), "{odd}");
        }
    }
}
