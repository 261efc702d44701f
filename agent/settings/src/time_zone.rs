//! The box's time zone, by its name in the IANA database, which is part of the program: the image needs
//! no files of it.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use jiff::tz::{TimeZone as Rules, TimeZoneDatabase};
use serde::{Serialize, Serializer};

use crate::{Reason, Settings};

/// A time zone such as `Europe/Berlin` or `Asia/Shanghai`.
#[derive(Clone, PartialEq, Eq)]
pub struct TimeZone {
    name: String,
    rules: Rules,
}

impl TimeZone {
    /// Names of all time zones, in order.
    pub fn names() -> Vec<String> {
        let names = TimeZoneDatabase::bundled();
        let mut names: Vec<String> = names.available().map(|name| name.to_string()).collect();
        names.sort_unstable();
        names
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// What time it is there.
    pub(crate) fn local(&self, at: jiff::Timestamp) -> jiff::civil::DateTime {
        self.rules.to_datetime(at)
    }
}

impl Settings {
    /// A time as the box's clock shows it, to the second; without a time zone that of Greenwich, which
    /// it says.
    pub fn local_time(&self, at: SystemTime) -> String {
        let at = jiff::Timestamp::try_from(at).unwrap_or_default();
        match &self.time_zone {
            Some(zone) => zone.local(at).strftime("%Y-%m-%d %H:%M:%S").to_string(),
            None => Rules::UTC.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        }
    }
}

impl FromStr for TimeZone {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let rules = TimeZoneDatabase::bundled().get(text).map_err(|_| Reason::TimeZoneUnknown)?;
        // Found in any case of letters; kept as the database has it.
        let name = rules.iana_name().ok_or(Reason::TimeZoneUnknown)?.to_owned();
        Ok(Self { name, rules })
    }
}

impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TimeZone({})", self.name)
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Serialize for TimeZone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}
