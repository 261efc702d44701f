//! Where a REST server keeps copies: its name or address, and the folder there.

use std::fmt;
use std::str::FromStr;

use settings::HttpsAddress;

use crate::host;

/// `https://host[:port][/folder…]`, without user, password and query. The host is a name of the internet or
/// an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestAddress {
    host: String,
    port: u16,
    folder: String,
}

/// No address of a REST server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no https:// address of a restic REST server")]
pub struct InvalidRestAddress;

impl RestAddress {
    /// Longest address, bytes.
    pub const MAX: usize = 512;
    /// Names that a server takes for its own.
    const TAKEN: [&str; 6] = ["config", "data", "index", "keys", "locks", "snapshots"];

    /// What the certificate must be for: a name, or an address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Where the repository lies: `/` before each step, none at the end.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Where the keys of what is copied here lie: beside it, never in it.
    #[must_use]
    pub fn of_keys(&self) -> Self {
        let folder = match self.folder.as_str() {
            "" => "/gatehouse-keys".to_owned(),
            folder => format!("{folder}-keys"),
        };
        Self { folder, ..self.clone() }
    }

    /// What the header `Host` says.
    #[must_use]
    pub fn authority(&self) -> String {
        host::authority(&self.host, self.port, HttpsAddress::PORT)
    }
}

impl FromStr for RestAddress {
    type Err = InvalidRestAddress;

    fn from_str(text: &str) -> Result<Self, InvalidRestAddress> {
        let HttpsAddress { host, port, path } =
            HttpsAddress::of(text, Self::MAX).ok_or(InvalidRestAddress)?;
        let (host, _) = host::read(host).ok_or(InvalidRestAddress)?;
        let folder = path.strip_suffix('/').unwrap_or(path);
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte);
        let step = |step: &str| {
            !["", ".", ".."].contains(&step)
                && !Self::TAKEN.contains(&step)
                && step.bytes().all(fits)
        };
        let steps = folder.strip_prefix('/');
        if !folder.is_empty() && !steps.is_some_and(|steps| steps.split('/').all(step)) {
            return Err(InvalidRestAddress);
        }
        Ok(Self { host, port, folder: folder.to_owned() })
    }
}

impl fmt::Display for RestAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}/", HttpsAddress::SCHEME, self.authority(), self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_taken_apart_and_put_together() {
        for (text, host, authority, folder) in [
            (
                "https://nas.example.net:8000/box/crm/",
                "nas.example.net",
                "nas.example.net:8000",
                "/box/crm",
            ),
            ("https://nas.example.net/", "nas.example.net", "nas.example.net", ""),
            ("https://192.168.10.5:8000/box/", "192.168.10.5", "192.168.10.5:8000", "/box"),
            ("https://[fd00::5]:8000/", "fd00::5", "[fd00::5]:8000", ""),
        ] {
            let address: RestAddress = text.parse().unwrap();
            assert_eq!(
                (address.host(), address.authority().as_str(), address.folder()),
                (host, authority, folder)
            );
            assert_eq!(address.to_string(), text);
            assert_eq!(text.strip_suffix('/').unwrap().parse(), Ok(address));
        }
    }

    #[test]
    fn nothing_else_is_one() {
        for bad in [
            "",
            "http://nas.example.net/",
            "rest:https://nas.example.net/",
            "https://nas/",
            "https://box:password@nas.example.net/",
            "https://nas.example.net/?create=true",
            "https://nas.example.net/a?b",
            "https://nas.example.net//",
            "https://nas.example.net/a//b",
            "https://nas.example.net/../a",
            "https://nas.example.net/a%2fb",
            "https://nas.example.net/locks",
            "https://nas.example.net/a b",
            "https://fd00::5/",
            "https://[192.168.10.5]/",
            "https://[fd00::5/",
        ] {
            assert_eq!(bad.parse::<RestAddress>(), Err(InvalidRestAddress), "{bad}");
        }
    }
}
