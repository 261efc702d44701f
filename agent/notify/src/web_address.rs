//! Where a webhook is posted: an address of the web, encrypted. Robots' addresses hold their key: it is never
//! in a log.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use settings::HttpsAddress;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{Host, HostPort, WayInvalid};

/// `https://host[:port]/path[?query]`, in ASCII, without user, password or fragment (RFC 3986). The host is a
/// name or an address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebAddress {
    place: HostPort,
    path: Path,
}

/// Path and query, which may hold a key.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
struct Path(String);

impl WebAddress {
    /// Longest address, in bytes.
    pub const MAX: usize = 1024;

    /// Who has it.
    pub fn place(&self) -> &HostPort {
        &self.place
    }

    /// What is asked for there: path and query. May hold a key.
    pub fn path(&self) -> &str {
        &self.path.0
    }

    /// The same, asked for something more.
    pub(crate) fn with_query(&self, query: &str) -> String {
        let joint = if self.path.0.contains('?') { '&' } else { '?' };
        format!("{}{joint}{query}", self.path.0)
    }

    /// What the header `Host` says.
    pub fn authority(&self) -> String {
        let host = match &self.place.host {
            Host::Address(address) if address.is_ipv6() => format!("[{address}]"),
            host => host.to_string(),
        };
        match self.place.port {
            HttpsAddress::PORT => host,
            port => format!("{host}:{port}"),
        }
    }
}

impl FromStr for WebAddress {
    type Err = WayInvalid;

    fn from_str(text: &str) -> Result<Self, WayInvalid> {
        let invalid = WayInvalid::WebAddress;
        let HttpsAddress { host, port, path } = HttpsAddress::of(text, Self::MAX).ok_or(invalid)?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        if bare.is_none() && host.contains(':') {
            return Err(invalid);
        }
        let host: Host = bare.unwrap_or(host).parse().map_err(|_| invalid)?;
        if bare.is_some() != matches!(host, Host::Address(address) if address.is_ipv6()) {
            return Err(invalid);
        }
        let path = if path.is_empty() { "/" } else { path };
        Ok(Self { place: HostPort { host, port }, path: Path(path.to_owned()) })
    }
}

impl TryFrom<String> for WebAddress {
    type Error = WayInvalid;

    fn try_from(text: String) -> Result<Self, WayInvalid> {
        text.parse()
    }
}

impl From<WebAddress> for String {
    fn from(address: WebAddress) -> Self {
        format!("{}{}{}", HttpsAddress::SCHEME, address.authority(), address.path())
    }
}

/// Without what may be a key.
impl fmt::Debug for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebAddress({}{}/…)", HttpsAddress::SCHEME, self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_taken_apart_and_put_together() {
        for (text, authority, path) in [
            ("https://hooks.example.net/a?key=1", "hooks.example.net", "/a?key=1"),
            ("https://hooks.example.net:8443/a", "hooks.example.net:8443", "/a"),
            ("https://192.168.10.5/a", "192.168.10.5", "/a"),
            ("https://[fd00::5]:8443/a", "[fd00::5]:8443", "/a"),
            ("https://[fd00::5]/", "[fd00::5]", "/"),
        ] {
            let address: WebAddress = text.parse().unwrap();
            assert_eq!((address.authority().as_str(), address.path()), (authority, path));
            assert_eq!(String::from(address.clone()), text);
            assert!(!format!("{address:?}").contains("key"));
        }
        let bare: WebAddress = "https://hooks.example.net".parse().unwrap();
        assert_eq!((bare.path(), bare.with_query("a=1").as_str()), ("/", "/?a=1"));
    }

    #[test]
    fn nothing_else_is_one() {
        let long = format!("https://a.example/{}", "x".repeat(1200));
        for bad in [
            "",
            "http://a.example/x",
            "https://",
            "https:///x",
            "https://user@a.example/x",
            "https://user:password@a.example/x",
            "https://a.example:0/x",
            "https://a.example:0443/x",
            "https://a.example:+443/x",
            "https://a.example?x",
            "https://a.example/x#y",
            "https://a.example/x y",
            "https://a.example/x\r\nHost: b.example",
            "https://fd00::5/x",
            "https://[192.168.1.1]/x",
            "https://[a.example]/x",
            "https://[fd00::5/x",
            "https://A.example/x",
            &long,
        ] {
            assert!(bad.parse::<WebAddress>().is_err(), "{bad:?}");
        }
    }
}
