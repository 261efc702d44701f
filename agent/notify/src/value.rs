//! Values that alerts carry. Each says itself to a person, in a language and the box's local time, and to a
//! program as JSON. None can hold anything of a customer: names are of devices, zones, lists, accounts of
//! the box and targets.

use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use settings::{Language, MacAddress};

use crate::{LocalTime, texts};

/// A value of an alert.
pub(crate) trait Value {
    /// For a person; as for a program, unless something else is said.
    fn told(&self, _: Language, _: &LocalTime) -> String {
        plain(&self.data())
    }

    /// For a program.
    fn data(&self) -> serde_json::Value;

    /// What adds up when alerts become one.
    fn count(&mut self) -> Option<&mut Count> {
        None
    }

    /// The zone that it is.
    fn zone(&mut self) -> Option<&mut Zone> {
        None
    }

    /// One of the kind.
    #[cfg(test)]
    fn sample() -> Self;
}

/// A time: milliseconds since 1970 by the box's clock.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Moment(pub u64);

/// A day by the box's clock, told as a date; milliseconds since 1970 of any time in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub Moment);

/// A number of things. When alerts become one, theirs add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Count(pub u64);

/// So much of a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Percent(pub u8);

/// A name that somebody else gave: a line of at most 100 characters, nothing in it that would reach beyond
/// its place in a text (control characters, line breaks, changes of direction, what nobody sees).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Name(String);

/// A zone's name, `wan` for the internet, `box` for the box itself. Those that every box has are told in the
/// reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Zone(pub Name);

/// A MAC address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mac(pub MacAddress);

/// Milliseconds.
pub(crate) const SECOND: u64 = 1000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;

impl Name {
    /// Most characters.
    pub const MAX: usize = 100;

    /// Takes it in, as far as it fits.
    pub fn new(text: &str) -> Self {
        let clean = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
        let clean: String = clean.filter(|c| !is_unseen(*c)).collect();
        let clean = clean.trim();
        match clean.char_indices().nth(Self::MAX) {
            None => Self(clean.to_owned()),
            Some(_) => {
                let kept: String = clean.chars().take(Self::MAX - 1).collect();
                Self(format!("{}…", kept.trim_end()))
            }
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A program's value as text.
pub(crate) fn plain(data: &serde_json::Value) -> String {
    match data {
        serde_json::Value::Null => String::new(),
        data => data.as_str().map_or_else(|| data.to_string(), str::to_owned),
    }
}

/// Control characters, and Unicode's format characters that turn text round or are not seen.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl TryFrom<String> for Mac {
    type Error = settings::Reason;

    fn try_from(text: String) -> Result<Self, settings::Reason> {
        MacAddress::from_str(&text).map(Self)
    }
}

impl From<Mac> for String {
    fn from(mac: Mac) -> Self {
        mac.0.to_string()
    }
}

impl Value for Moment {
    fn told(&self, _: Language, local: &LocalTime) -> String {
        local.time(*self)
    }

    fn data(&self) -> serde_json::Value {
        LocalTime::utc().stamp(*self).into()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self(1_796_000_000_000)
    }
}

impl Value for Day {
    fn told(&self, _: Language, local: &LocalTime) -> String {
        local.day(self.0)
    }

    fn data(&self) -> serde_json::Value {
        LocalTime::utc().stamp(self.0).into()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self(Moment::sample())
    }
}

impl Value for Count {
    fn told(&self, _: Language, _: &LocalTime) -> String {
        let digits = self.0.to_string();
        let mut out = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out
    }

    fn data(&self) -> serde_json::Value {
        self.0.into()
    }

    fn count(&mut self) -> Option<&mut Count> {
        Some(self)
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self(1234)
    }
}

impl Value for Percent {
    fn told(&self, _: Language, _: &LocalTime) -> String {
        format!("{}%", self.0)
    }

    fn data(&self) -> serde_json::Value {
        self.0.into()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self(91)
    }
}

impl Value for u32 {
    fn data(&self) -> serde_json::Value {
        (*self).into()
    }

    #[cfg(test)]
    fn sample() -> Self {
        3
    }
}

impl Value for IpAddr {
    fn data(&self) -> serde_json::Value {
        self.to_string().into()
    }

    #[cfg(test)]
    fn sample() -> Self {
        [192, 168, 10, 23].into()
    }
}

impl Value for Name {
    fn data(&self) -> serde_json::Value {
        self.0.clone().into()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self::new("周-Laptop")
    }
}

/// Nobody knows it.
impl<T: Value> Value for Option<T> {
    fn told(&self, language: Language, local: &LocalTime) -> String {
        match self {
            Some(value) => value.told(language, local),
            None => texts::word(language, "unknown").unwrap_or_default().to_owned(),
        }
    }

    fn data(&self) -> serde_json::Value {
        self.as_ref().map_or(serde_json::Value::Null, Value::data)
    }

    fn zone(&mut self) -> Option<&mut Zone> {
        self.as_mut().and_then(Value::zone)
    }

    #[cfg(test)]
    fn sample() -> Self {
        Some(T::sample())
    }
}

/// What a zone of ours, the internet and the box are called.
pub(crate) fn zone_name(name: &str, language: Language) -> Option<&'static str> {
    let elsewhere = || texts::word(language, &format!("zone.{name}"));
    settings::shown_name(name, language).or_else(elsewhere)
}

impl Value for Zone {
    fn told(&self, language: Language, _: &LocalTime) -> String {
        let name = self.0.as_str();
        zone_name(name, language).unwrap_or(name).to_owned()
    }

    fn data(&self) -> serde_json::Value {
        self.0.data()
    }

    fn zone(&mut self) -> Option<&mut Zone> {
        Some(self)
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self(Name::new("guest"))
    }
}

impl Value for Mac {
    fn data(&self) -> serde_json::Value {
        self.0.to_string().into()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self("3c:22:fb:10:20:30".parse().unwrap())
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident in $family:literal {
        $($(#[$item_doc:meta])* $item:ident = $word:literal,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$item_doc])* #[serde(rename = $word)] $item,)*
        }

        impl $name {
            /// Keys of what they are called.
            #[cfg(test)]
            pub(crate) const KEYS: &[&str] = &[$(concat!($family, ".", $word),)*];
        }

        impl Value for $name {
            fn told(&self, language: Language, _: &LocalTime) -> String {
                let key = match self {
                    $(Self::$item => concat!($family, ".", $word),)*
                };
                texts::word(language, key).unwrap_or(key).to_owned()
            }

            fn data(&self) -> serde_json::Value {
                match self {
                    $(Self::$item => $word.into(),)*
                }
            }

            #[cfg(test)]
            fn sample() -> Self {
                [$(Self::$item,)*][0]
            }
        }
    )*};
}

words! {
    /// Which accounts, store and log.
    Realm in "realm" {
        /// The admin application's.
        Admin = "admin",
        /// The CRM's.
        Crm = "crm",
    }
    /// What an account may do.
    Role in "role" {
        /// Everything in the admin application.
        Admin = "admin",
        /// Contacts, people and log of the CRM.
        Manager = "manager",
        /// Contacts of the CRM.
        Staff = "staff",
    }
    /// A part of the disk.
    Part in "part" {
        /// Settings, accounts of admins and certificates.
        State = "state",
        /// Logs and leases.
        Data = "data",
        /// The CRM's vault.
        Crm = "crm",
    }
    /// What left the box as a file.
    Exported in "export" {
        /// The log.
        Log = "log",
        /// The settings.
        Settings = "settings",
        /// Contacts of the CRM.
        Contacts = "contacts",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_place() {
        assert_eq!(Name::new(" a\r\nBcc: b\t\u{202e}c\u{0}\u{200b} ").as_str(), "a  Bcc: b c");
        let long = Name::new(&"㛃".repeat(150));
        assert_eq!(long.as_str().chars().count(), Name::MAX);
        assert!(long.as_str().ends_with('…'));
        let read: Name = serde_json::from_str("\"a\\u0007b\"").unwrap();
        assert_eq!(read.as_str(), "ab");
    }

    #[test]
    fn zones_are_told_by_what_people_call_them() {
        let mut alert = crate::Alert::NewDevice {
            mac: Value::sample(),
            device: Value::sample(),
            zone: Zone("guest".into()),
        };
        let told = |alert: &crate::Alert, language| {
            let values = alert.told(language, &LocalTime::utc());
            values.into_iter().find(|(name, _)| *name == "zone").map(|(_, zone)| zone)
        };
        assert_eq!(told(&alert, Language::English).as_deref(), Some("Guest"));
        assert_eq!(told(&alert, Language::Chinese).as_deref(), Some("访客"));
        alert.name_zones(|zone| (zone == "office").then(|| "x".to_owned()));
        assert_eq!(told(&alert, Language::Chinese).as_deref(), Some("访客"));
        alert.name_zones(|zone| (zone == "guest").then(|| "Café".to_owned()));
        assert_eq!(told(&alert, Language::Chinese).as_deref(), Some("Café"));
    }

    #[test]
    fn numbers_are_told_with_thousands_apart() {
        let told = |count| Count(count).told(Language::English, &LocalTime::utc());
        let numbers = [0, 999, 1000, 123_456, 1_234_567].map(told);
        assert_eq!(numbers, ["0", "999", "1,000", "123,456", "1,234,567"]);
    }
}
