//! A message as a signed webhook, by the scheme of Standard Webhooks (standardwebhooks.com, 1.0): id, time
//! stamp and body under HMAC-SHA-256. `docs/alerts.md` says how a receiver checks it.

use data_encoding::BASE64;
use events::Secret;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use settings::Language;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::message::{Message, Words};
use crate::{LocalTime, Moment, Name};

/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// What is posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Headers of the signature, names in small letters.
    pub headers: Vec<(&'static str, String)>,
    /// JSON, posted as `application/json`.
    pub body: Vec<u8>,
}

/// A secret of these 32 bytes of chance, as an admin copies it to the receiver.
pub fn secret(chance: &[u8; 32]) -> Secret {
    Secret::new(format!("{PREFIX}{}", BASE64.encode(chance)))
}

/// The key of a secret; none if it is no secret.
pub(crate) fn key(secret: &Secret) -> Option<Zeroizing<Vec<u8>>> {
    let text = secret.reveal().strip_prefix(PREFIX)?;
    let key = Zeroizing::new(BASE64.decode(text.as_bytes()).ok()?);
    (24..=64).contains(&key.len()).then_some(key)
}

/// Writes and signs it; none if the secret is none. `name` is what the box is called, `now` when it is sent:
/// a message that is sent again has the same id and a new time stamp.
pub fn write(
    message: &Message,
    language: Language,
    local: &LocalTime,
    name: &str,
    secret: &Secret,
    now: Moment,
) -> Option<Post> {
    let Words { title, what, todo, .. } = message.words(language, local);
    let kind = message.alert.kind();
    let body = json!({
        "version": 1,
        "id": message.id.as_str(),
        "box": Name::new(name).as_str(),
        "kind": kind.key(),
        "severity": kind.severity().word(),
        "subject": message.alert.subject(),
        "count": message.times,
        "first": LocalTime::utc().stamp(message.first),
        "last": LocalTime::utc().stamp(message.last),
        "values": message.alert.data(),
        "language": language.tag(),
        "title": title,
        "what": what,
        "do": todo,
    });
    let body = serde_json::to_vec(&body).ok()?;
    let (id, stamp) = (message.id.as_str(), (now.0 / 1000).to_string());
    let signature = sign(secret, id, &stamp, &body)?;
    let headers = vec![
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", stamp),
        ("webhook-signature", signature),
    ];
    Some(Post { headers, body })
}

fn sign(secret: &Secret, id: &str, stamp: &str, body: &[u8]) -> Option<String> {
    let key = key(secret)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    for part in [id.as_bytes(), b".", stamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    Some(format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Kind;
    use crate::message::samples;

    /// The example of the standard's own libraries.
    #[test]
    fn signs_as_the_standard_does() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let body = br#"{"test": 2432232314}"#;
        let signature = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
        assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn is_json_with_all_that_a_program_needs() {
        for message in samples() {
            let now = Moment(1_796_030_100_999);
            let secret = secret(&[7; 32]);
            let utc = LocalTime::utc();
            let post = write(&message, Language::English, &utc, "box", &secret, now).unwrap();
            let body: serde_json::Value = serde_json::from_slice(&post.body).unwrap();
            assert_eq!(body["id"], message.id.as_str());
            assert_eq!(body["kind"], message.alert.kind().key());
            assert_eq!(body["values"].as_object().unwrap(), &message.alert.data());
            let header = |name| &post.headers.iter().find(|(known, _)| *known == name).unwrap().1;
            assert_eq!(header("webhook-timestamp"), "1796030100");
            assert_eq!(header("webhook-id"), message.id.as_str());
        }
    }

    #[test]
    fn has_the_keys_of_the_example_in_the_documentation() {
        let text = include_str!("../../../docs/alerts.md");
        let (_, example) = text.split_once("```json\n").unwrap();
        let example = serde_json::from_str(example.split_once("```").unwrap().0).unwrap();
        let mut messages = samples().into_iter();
        let message = messages.find(|it| it.alert.kind() == Kind::QuarantinedTried).unwrap();
        let (secret, now) = (secret(&[7; 32]), Moment(1_796_030_100_999));
        let utc = LocalTime::utc();
        let post = write(&message, Language::English, &utc, "box", &secret, now).unwrap();
        let body = serde_json::from_slice(&post.body).unwrap();
        let keys = |json: &serde_json::Value| {
            let all = [json, &json["values"]].map(|it| it.as_object().unwrap().keys().cloned());
            all.map(BTreeSet::from_iter)
        };
        assert_eq!(keys(&body), keys(&example));
    }

    #[test]
    fn a_secret_that_is_none_signs_nothing() {
        for bad in
            ["", "whsec_", "whsec_AAAA", "whsec_not base64", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
        {
            assert_eq!(key(&Secret::new(bad.to_owned())), None, "{bad}");
        }
    }
}
