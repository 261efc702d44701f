//! A target as an admin chose it: what it wants and how it is reached. It holds passwords and keys, so whoever
//! keeps it seals it.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Target, Unreadable, Way};

/// How it is written.
const VERSION: u32 = 1;

/// A target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// What it wants.
    pub target: Target,
    /// How it is reached.
    pub way: Way,
}

#[derive(Serialize, Deserialize)]
struct Written<T, W> {
    version: u32,
    target: T,
    way: W,
}

impl Chosen {
    /// As it is kept.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
        let written = Written { version: VERSION, target: &self.target, way: &self.way };
        serde_json::to_vec(&written).map(Zeroizing::new)
    }

    /// From what was kept.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let known: Version = serde_json::from_slice(bytes).map_err(Unreadable::Damaged)?;
        if known.version != VERSION {
            return Err(Unreadable::Newer(known.version));
        }
        let read: Written<Target, Way> =
            serde_json::from_slice(bytes).map_err(Unreadable::Damaged)?;
        Ok(Self { target: read.target, way: read.way })
    }
}

#[cfg(test)]
mod tests {
    use settings::Language;

    use super::*;
    use crate::{PER_HOUR, Quiet, Severity, SyslogServer};

    #[test]
    fn comes_back_and_a_newer_one_is_told_apart() {
        let target = Target {
            name: "Owner 老板".into(),
            language: Language::Chinese,
            from: Severity::Warning,
            quiet: Some(Quiet { from: 1320, to: 420, critical: true }),
            heads: true,
            per_hour: PER_HOUR,
        };
        let place = crate::HostPort { host: "192.168.10.5".parse().unwrap(), port: 6514 };
        let chosen = Chosen { target, way: Way::Syslog(SyslogServer { place, authority: None }) };
        let bytes = chosen.to_bytes().unwrap();
        assert_eq!(Chosen::of_bytes(&bytes).unwrap(), chosen);
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let newer = text.replace("\"version\":1", "\"version\":2");
        assert!(matches!(Chosen::of_bytes(newer.as_bytes()), Err(Unreadable::Newer(2))));
        assert!(matches!(Chosen::of_bytes(b"{}"), Err(Unreadable::Damaged(_))));
    }
}
