//! A message as a text mail: its subject and its text. Headers and encoding are a library's, in `delivery`.

use settings::Language;

use crate::message::{Message, Words, line};
use crate::{LocalTime, Name, texts};

/// A mail before its headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What the sender is called: a line.
    pub from: String,
    /// A line.
    pub subject: String,
    /// Text; lines end in a line feed.
    pub body: String,
}

/// Writes it. `name` is what the box is called.
pub fn write(message: &Message, language: Language, local: &LocalTime, name: &str) -> Draft {
    let Words { title, what, todo, when } = message.words(language, local);
    let name = Name::new(name);
    let word = |key: &str| {
        let template = texts::word(language, key).unwrap_or_default();
        settings::fill(template, |value| (value == "box").then(|| name.as_str().to_owned()))
    };
    let subject = message.mark(language, &name) + &title;
    let reference = format!("{} {}", message.alert.kind().key(), message.id.as_str());
    let body = format!(
        "{title}\n\n{what}\n\n{todo}\n\n{}\n{}\n\n-- \n{}\n",
        when.join("\n"),
        line(language, "mail.reference", &reference),
        word("mail.page"),
    );
    Draft { from: word("mail.from"), subject, body }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::samples;

    #[test]
    fn reads_well_in_both_languages() {
        let message =
            samples().into_iter().find(|it| it.alert.kind().key() == "new-device").unwrap();
        let id = message.id.as_str();
        let berlin = LocalTime::named("Europe/Berlin").unwrap();
        let english = write(&message, Language::English, &berlin, "Shop\r\nBcc: x");
        assert_eq!(english.subject, "[Shop  Bcc: x · Info] A new device in Guest: 周-Laptop");
        let chinese = write(&message, Language::Chinese, &berlin, "门店");
        assert_eq!(chinese.subject, "【门店 · 提示】“访客”有新设备：周-Laptop");
        assert!(chinese.body.contains(&format!("编号：new-device {id}\n")), "{}", chinese.body);
        assert!(chinese.body.contains("10:13"));
    }

    #[test]
    fn a_subject_is_one_line() {
        for message in samples() {
            for language in Language::ALL {
                let draft = write(&message, language, &LocalTime::utc(), "box");
                assert!(!draft.subject.chars().any(char::is_control), "{}", draft.subject);
                assert!(!draft.body.contains('\r'));
            }
        }
    }
}
