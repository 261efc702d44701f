//! A mail with its headers (RFC 5322), encoded by a library.

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::{Address, Message};
use notify::{Failure, Relay, Severity};
use std::time::{Duration, SystemTime};

use crate::Origin;

/// The mail; its id is the message's, so that a mailbox that gets it twice can tell.
pub fn build(
    message: &notify::Message,
    relay: &Relay,
    origin: Origin<'_>,
) -> Result<Message, Failure> {
    let draft = notify::mail::write(message, origin.language, origin.local, origin.name);
    let unusable = |_| Failure::AddressUnusable;
    let from: Address = relay.from.as_str().parse().map_err(unusable)?;
    let id = format!("<{}@{}>", message.id.as_str(), from.domain());
    let date = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(message.last.0));
    let mut builder: MessageBuilder = Message::builder()
        .from(Mailbox::new(Some(draft.from), from))
        .subject(draft.subject)
        .date(date.unwrap_or(SystemTime::UNIX_EPOCH))
        .message_id(Some(id))
        // Nobody's vacation answers it (RFC 3834).
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .header(ContentType::TEXT_PLAIN);
    if message.alert.kind().severity() == Severity::Critical {
        // RFC 2156.
        builder = builder.raw_header(header("Importance", "high"));
    }
    for to in &relay.to {
        builder = builder.to(Mailbox::new(None, to.as_str().parse().map_err(unusable)?));
    }
    builder.body(draft.body).map_err(|_| Failure::AddressUnusable)
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
