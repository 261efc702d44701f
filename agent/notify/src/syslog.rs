//! A message as syslog (RFC 5424) in the frame of syslog over TLS (RFC 5425, section 4.3): its length, a space,
//! the message.

use settings::Language;

use crate::message::{Message, Words};
use crate::value::{is_unseen, plain};
use crate::{LocalTime, Severity};

/// Facility 13, log audit (RFC 5424, table 1).
const FACILITY: u8 = 13;
/// The structured data's name. 32473 is the enterprise number for examples (RFC 5612): we have none of our own.
const DATA: &str = "gatehouse@32473";
/// Longest message that every receiver should take (RFC 5425, section 4.3.1), in bytes.
pub const MAX: usize = 8192;

/// Writes it, framed. `name` is the box's host name; what is no printable ASCII in it is left out.
pub fn write(message: &Message, language: Language, local: &LocalTime, name: &str) -> Vec<u8> {
    let kind = message.alert.kind();
    let severity = match kind.severity() {
        Severity::Critical => 2,
        Severity::Warning => 4,
        Severity::Info => 6,
    };
    let Words { title, what, todo, .. } = message.words(language, local);
    let mut head = format!(
        "<{}>1 {} {} gatehouse - {} [{DATA}",
        FACILITY * 8 + severity,
        LocalTime::utc().stamp(message.last),
        host(name),
        kind.key(),
    );
    let first = LocalTime::utc().stamp(message.first);
    let times = message.times.to_string();
    let subject = message.alert.subject();
    let fixed =
        [("id", message.id.as_str()), ("count", &times), ("first", &first), ("subject", &subject)];
    for (name, value) in fixed {
        parameter(&mut head, name, value);
    }
    for (name, value) in message.alert.data() {
        parameter(&mut head, &format!("value.{name}"), &plain(&value));
    }
    // What follows is UTF-8 (section 6.4).
    head.push_str("] \u{feff}");
    let text = [title, what, todo].join(" ");
    head.extend(text.chars().map(|c| if is_unseen(c) { ' ' } else { c }));
    let mut bytes = head;
    while bytes.len() > MAX {
        bytes.pop();
    }
    [format!("{} ", bytes.len()).as_bytes(), bytes.as_bytes()].concat()
}

/// Escapes what section 6.3.3 says; control characters are no part of any value.
fn parameter(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    for c in value.chars() {
        match c {
            '"' | '\\' | ']' => out.extend(['\\', c]),
            c if is_unseen(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// At most 255 printable characters of ASCII; a hyphen if there is none (section 6.2.4).
fn host(name: &str) -> String {
    let host: String = name.chars().filter(char::is_ascii_graphic).take(255).collect();
    if host.is_empty() { "-".to_owned() } else { host }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::samples;
    use crate::{Alert, Kind, Name};

    fn text(message: &Message) -> String {
        let bytes = write(message, Language::English, &LocalTime::utc(), "门店 box");
        let text = String::from_utf8(bytes).unwrap();
        let (length, text) = text.split_once(' ').unwrap();
        assert_eq!(length.parse::<usize>().unwrap(), text.len());
        text.to_owned()
    }

    #[test]
    fn is_as_the_standard_says() {
        let message = samples().into_iter().find(|it| it.alert.kind() == Kind::NewDevice).unwrap();
        let text = text(&message);
        let begin =
            "<110>1 2026-11-30T09:13:20.016Z box gatehouse - new-device [gatehouse@32473 id=\"";
        assert!(text.starts_with(begin), "{text}");
        let values = " value.device=\"周-Laptop\" value.mac=\"3c:22:fb:10:20:30\" value.zone=\"guest\"] \u{feff}A new";
        assert!(text.contains(values), "{text}");
    }

    #[test]
    fn nothing_that_a_stranger_says_leaves_its_quotes() {
        let mut message =
            samples().into_iter().find(|it| it.alert.kind() == Kind::NewDevice).unwrap();
        let Alert::NewDevice { device, .. } = &mut message.alert else { panic!() };
        *device = Name::new("a\"] [x@1 y=\"\\z\n<0>1");
        let text = text(&message);
        assert!(text.contains(r#"value.device="a\"\] [x@1 y=\"\\z <0>1" value.mac"#), "{text}");
        assert!(!text.contains('\n'));
    }

    #[test]
    fn every_kind_fits() {
        for message in samples() {
            let text = text(&message);
            assert!(text.len() <= MAX && !text.chars().any(char::is_control), "{text}");
        }
    }
}
