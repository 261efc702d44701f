//! A network as somebody wrote it: address and prefix length. What is wrong is named by its part, where one
//! part is.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::Reason;

/// An IPv4 address has four numbers up to this.
const NUMBER_MOST: u32 = 255;
/// What a Chinese keyboard gives in place of what an address has.
const FULL_WIDTH: &str = "。．，、：；／－";

/// Reads a network without host bits.
pub(crate) fn network(text: &str) -> Result<IpNet, Reason> {
    match net(text).ok_or_else(|| wrong(text))? {
        IpNet::V6(v6) if v6.addr().to_ipv4_mapped().is_some() => Err(Reason::NetworkMapped),
        net if net != net.trunc() => Err(Reason::NetworkHostBits { suggested: net.trunc() }),
        net => Ok(net),
    }
}

/// Address and prefix length, neither with leading zeros (which some read as octal).
pub(crate) fn net(text: &str) -> Option<IpNet> {
    let (address, length) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let plain = length == "0" || length.starts_with(|c: char| matches!(c, '1'..='9'));
    let length = plain.then(|| length.parse().ok())??;
    IpNet::new(address, length).ok()
}

/// What is wrong with a text that is no network.
fn wrong(text: &str) -> Reason {
    let foreign = |c: &char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/'));
    if let Some(found) = text.chars().find(foreign) {
        let seen = found.is_ascii_punctuation() || FULL_WIDTH.contains(found) || found.is_numeric();
        // Else it is some word.
        return if seen && text.starts_with(char::is_numeric) {
            Reason::NetworkCharacter { found }
        } else {
            Reason::NetworkInvalid
        };
    }
    let (address, length) = text.split_once('/').unwrap_or((text, ""));
    let numbers: Vec<&str> = address.split('.').collect();
    if let [_, _, _, _] = numbers.as_slice() {
        let larger = |number: &&u32| **number > NUMBER_MOST;
        let numbers: Vec<u32> = numbers.iter().filter_map(|part| part.parse().ok()).collect();
        if let Some(found) = numbers.iter().find(larger) {
            return Reason::NetworkNumber { found: *found };
        }
    }
    let Ok(address) = address.parse::<IpAddr>() else { return Reason::NetworkInvalid };
    let max = if address.is_ipv4() { 32 } else { 128 };
    match length.parse::<u32>() {
        Ok(found) if found > max => Reason::NetworkLength { found, max },
        _ => Reason::NetworkInvalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named_by_its_part() {
        for (text, reason) in [
            ("192.168.10。7/32", Reason::NetworkCharacter { found: '。' }),
            ("１92.168.10.7/32", Reason::NetworkCharacter { found: '１' }),
            ("192.168.10.7-192.168.10.9/32", Reason::NetworkCharacter { found: '-' }),
            ("192.168.10.300/32", Reason::NetworkNumber { found: 300 }),
            ("192.168.10.300", Reason::NetworkNumber { found: 300 }),
            ("192.168.10.0/33", Reason::NetworkLength { found: 33, max: 32 }),
            ("fd00::/129", Reason::NetworkLength { found: 129, max: 128 }),
        ] {
            assert_eq!(network(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_at_all_is_told_what_one_looks_like() {
        for text in [
            "",
            "/",
            "x",
            "word",
            "printer-2",
            "192.168.10.7",
            "192.168.10.7/",
            "192.168.10.7/08",
            "192.168.10/24",
            "1.2.3.4.5/32",
            "192.168.10.99999999999/32",
            "fd00::/x",
            "fd00::1::2/64",
            "192.168.10.7\u{7}/32",
            "192.168.10.7\u{202e}/32",
            "192.168.10.7 /32",
            "192.168.010.7/32",
            "/32",
        ] {
            assert_eq!(network(text), Err(Reason::NetworkInvalid), "{text}");
        }
    }
}
