//! A message: one alert or several of a kind and subject, with a stable id by which who gets it twice sees that
//! it is the same.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use settings::Language;
use sha2::{Digest, Sha256};

use crate::value::Value;
use crate::{Alert, Count, LocalTime, Moment, Name, TargetId, texts};

/// A message's stable id: 32 hex digits. No two messages have the same, of other boxes neither.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(String);

/// A message for one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The alert; of several the last one's values, and the counts of all.
    pub alert: Alert,
    /// How many alerts it stands for.
    pub times: u64,
    /// When the first one happened.
    pub first: Moment,
    /// When the last one did.
    pub last: Moment,
}

/// A device with a name, as the catalogues write it.
const NAMED: [&str; 2] = ["{device} ({mac})", "{device}（{mac}）"];

/// A message in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// A line: what it is.
    pub title: String,
    /// What happened, and what did not.
    pub what: String,
    /// What to do.
    pub todo: String,
    /// When, in a line or three.
    pub when: Vec<String>,
}

impl MessageId {
    /// `seed` tells boxes apart; time and number tell the messages of one apart, after its state was brought
    /// back from an old copy, too.
    pub(crate) fn new(
        seed: &str,
        number: u64,
        now: Moment,
        target: &TargetId,
        alert: &Alert,
    ) -> Self {
        let mut hash = Sha256::new();
        for part in [seed, alert.kind().key(), &alert.subject(), target.as_str()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update(number.to_be_bytes());
        hash.update(now.0.to_be_bytes());
        let hash: [u8; 32] = hash.finalize().into();
        Self(HEXLOWER.encode(hash.first_chunk::<16>().unwrap_or(&[0; 16])))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Message {
    /// In words.
    pub fn words(&self, language: Language, local: &LocalTime) -> Words {
        Self::told(&self.alert, (self.times, self.first, self.last), language, local)
    }

    /// An alert that happened so often between the first time and the last, in words.
    pub(crate) fn told(
        alert: &Alert,
        (times, first, last): (u64, Moment, Moment),
        language: Language,
        local: &LocalTime,
    ) -> Words {
        let values = alert.told(language, local);
        let value = |name: &str| {
            let found = values.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone())
        };
        // A device without a name is called by its MAC address, which is not said twice.
        let unnamed = value("mac").is_some() && value("mac") == value("device");
        let fill = |template: &str| match unnamed {
            true => {
                let once = NAMED
                    .iter()
                    .fold(template.to_owned(), |text, named| text.replace(named, "{device}"));
                settings::fill(&once, value)
            }
            false => settings::fill(template, value),
        };
        let text = texts::text(language, alert.kind());
        let line = |key, value: String| line(language, key, &value);
        let when = if times > 1 {
            vec![
                line("mail.count", Count(times).told(language, local)),
                line("mail.first", local.time(first)),
                line("mail.last", local.time(last)),
            ]
        } else {
            vec![line("mail.happened", local.time(last))]
        };
        Words { title: fill(&text.title), what: fill(&text.what), todo: fill(&text.todo), when }
    }

    /// In words, as plain text.
    pub(crate) fn plain(&self, language: Language, local: &LocalTime) -> String {
        let Words { title, what, todo, when } = self.words(language, local);
        format!("{title}\n\n{what}\n{todo}\n\n{}", when.join("\n"))
    }

    /// Whose it is and how much it matters, before its title. `name` is what the box is called.
    pub(crate) fn mark(&self, language: Language, name: &Name) -> String {
        let word = self.alert.kind().severity().word();
        let severity = texts::word(language, &format!("severity.{word}")).unwrap_or(word);
        match language {
            Language::English => format!("[{} · {severity}] ", name.as_str()),
            Language::Chinese => format!("【{} · {severity}】", name.as_str()),
        }
    }
}

/// A line with its label.
pub(crate) fn line(language: Language, label: &str, value: &str) -> String {
    let label = texts::word(language, label).unwrap_or(label);
    let space = if label.ends_with('：') { "" } else { " " };
    format!("{label}{space}{value}")
}

/// One of each kind, for the tests of who writes them.
#[cfg(test)]
pub(crate) fn samples() -> Vec<Message> {
    let target: TargetId = "a".parse().unwrap_or_else(|_| unreachable!());
    let kinds = crate::Kind::ALL.iter().zip(0..);
    let message = |(kind, number): (&crate::Kind, u64)| {
        let alert = Alert::sample(*kind);
        let now = Moment(1_796_030_000_000 + number);
        let id = MessageId::new("seed", number, now, &target, &alert);
        let first = Moment(now.0 - 3_600_000);
        Message { id, alert, times: 1 + number % 3, first, last: now }
    };
    kinds.map(message).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_told_whole_in_both_languages() {
        for message in samples() {
            for language in Language::ALL {
                let Words { title, what, todo, when } = message.words(language, &LocalTime::utc());
                for text in [&title, &what, &todo].into_iter().chain(&when) {
                    assert!(!text.is_empty() && !text.contains(['{', '}']), "{text}");
                }
                assert!(!title.contains('\n'));
            }
        }
    }

    #[test]
    fn what_a_stranger_says_is_no_placeholder() {
        let mut message =
            samples().into_iter().find(|it| it.alert.kind() == crate::Kind::NewDevice);
        let Some(Message { alert: Alert::NewDevice { device, .. }, .. }) = &mut message else {
            panic!()
        };
        *device = "{mac}{zone}".into();
        let words = message.unwrap().words(Language::English, &LocalTime::utc());
        assert!(words.title.contains("{mac}{zone}"));
    }

    #[test]
    fn an_unnamed_device_is_told_by_its_mac_once() {
        let mac = "3c:22:fb:10:20:30";
        let told = |device: &str| {
            let alert = Alert::NewDevice {
                mac: mac.to_owned().try_into().unwrap(),
                device: device.into(),
                zone: crate::Zone("guest".into()),
            };
            let times = (1, Moment(0), Moment(0));
            Language::ALL
                .map(|language| Message::told(&alert, times, language, &LocalTime::utc()).what)
        };
        for what in told(mac) {
            assert_eq!(what.matches(mac).count(), 1, "{what}");
        }
        for what in told("Laptop") {
            assert!(what.contains("Laptop") && what.contains(mac), "{what}");
        }
    }

    #[test]
    fn several_are_told_with_their_number() {
        let message = samples().into_iter().find(|message| message.times == 3).unwrap();
        let english = message.words(Language::English, &LocalTime::utc()).when;
        assert_eq!(
            english,
            ["Times: 3", "First: 2026-11-30 08:13 UTC", "Last: 2026-11-30 09:13 UTC"]
        );
        let chinese = message.words(Language::Chinese, &LocalTime::utc()).when;
        assert_eq!(chinese[0], "次数：3");
    }
}
