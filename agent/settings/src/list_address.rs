//! Where a list of names is fetched: an address of the web, encrypted, by name.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::{DomainName, HttpsAddress, Reason};

/// `https://host/path`, in ASCII, without user, password or fragment (RFC 3986). The host is a name, so that
/// its certificate can be checked against it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListAddress {
    text: String,
    host: DomainName,
    port: u16,
    /// Where the path begins in the text.
    path: usize,
}

impl ListAddress {
    /// Longest address, in bytes.
    pub const MAX: usize = 512;

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Who has it.
    pub fn host(&self) -> &DomainName {
        &self.host
    }

    /// At which port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What is asked for there: path and query.
    pub fn path(&self) -> &str {
        match self.text.get(self.path..) {
            Some("") | None => "/",
            Some(path) => path,
        }
    }
}

impl FromStr for ListAddress {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let invalid = || Reason::ListAddressInvalid { max: Self::MAX };
        let address = HttpsAddress::of(text, Self::MAX).ok_or_else(invalid)?;
        let host: DomainName = address.host.parse().map_err(|reason| match reason {
            reserved @ Reason::DomainNameReserved { .. } => reserved,
            _ => invalid(),
        })?;
        let path = text.len() - address.path.len();
        Ok(Self { text: text.to_owned(), host, port: address.port, path })
    }
}

impl fmt::Display for ListAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for ListAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_taken_apart() {
        let read = |text: &str| {
            let address: ListAddress = text.parse().unwrap();
            (address.host().to_string(), address.port(), address.path().to_owned())
        };
        let list = ("lists.example.net".to_owned(), 443, "/a/b.txt?c=%20d:8@e".to_owned());
        assert_eq!(read("https://lists.example.net/a/b.txt?c=%20d:8@e"), list);
        assert_eq!(read("https://a.example:8443"), ("a.example".to_owned(), 8443, "/".to_owned()));
    }

    #[test]
    fn nothing_else_is_one() {
        let long = format!("https://a.example/{}", "x".repeat(600));
        for bad in [
            "",
            "http://a.example/x",
            "HTTPS://a.example/x",
            "https://",
            "https:///x",
            "https://user@a.example/x",
            "https://user:password@a.example/x",
            "https://a.example:0/x",
            "https://a.example:0443/x",
            "https://a.example:+443/x",
            "https://a.example:99999/x",
            "https://9.9.9.9/x",
            "https://[2620:fe::fe]/x",
            "https://localhost/x",
            "https://A.example/x",
            "https://a.example?x",
            "https://a.example/x#y",
            "https://a.example/x y",
            "https://a.example/x\r\nHost: b.example",
            "https://a.example/列表",
            &long,
        ] {
            let max = ListAddress::MAX;
            let refused = bad.parse::<ListAddress>();
            assert_eq!(refused, Err(Reason::ListAddressInvalid { max }), "{bad:?}");
        }
        let inside = "https://nas.internal/x".parse::<ListAddress>();
        assert!(matches!(inside, Err(Reason::DomainNameReserved { .. })), "{inside:?}");
    }
}
