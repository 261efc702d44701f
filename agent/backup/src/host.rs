//! A host as every address of a target names it: a name of the internet, or an IP address.

use std::net::IpAddr;

use settings::DomainName;

/// The host without brackets, and whether it is a name; none for what is neither.
pub fn read(text: &str) -> Option<(String, bool)> {
    let bracketed = text.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match (bracketed, text.parse::<IpAddr>()) {
        (Some(bare), _) => bare.parse().map(|ip| (IpAddr::V6(ip).to_string(), false)).ok(),
        (None, Ok(IpAddr::V4(ip))) => Some((ip.to_string(), false)),
        // Its colons would be taken for a port's.
        (None, Ok(IpAddr::V6(_))) => None,
        (None, Err(_)) => Some((text.parse::<DomainName>().ok()?.as_str().to_owned(), true)),
    }
}

/// What the header `Host` says, where `usual` is the port of the scheme.
pub fn authority(host: &str, port: u16, usual: u16) -> String {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    if port == usual { host } else { format!("{host}:{port}") }
}
