//! Addresses that dnsmasq lent, read from its files when somebody asks.

use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use host_api::Lease;
use network::leases;
use settings::ZoneName;

use crate::store::directory::read_bounded;

/// Longest file: as many leases as dnsmasq lends, with room to spare.
const MAX_BYTES: u64 = 8 << 20;

/// Leases of a zone from this address on, by address, as many as fit an answer.
pub fn read(directory: &Path, zone: &ZoneName, from: Ipv4Addr) -> io::Result<Vec<Lease>> {
    let file = directory.join(network::dnsmasq::lease_file(zone));
    let text = match read_bounded(&file, MAX_BYTES) {
        Ok(text) => text,
        // Nothing was lent there yet.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let all = leases::read(&String::from_utf8_lossy(&text), now).into_iter();
    let page = all.skip_while(|lease| lease.address < from).take(Lease::MAX);
    Ok(page
        .map(|lease| Lease {
            address: lease.address,
            mac: lease.mac.to_string(),
            name: lease.name,
            expires: lease.expires,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_zone_page_by_page_and_nothing_of_a_zone_without_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let line = |n: u32| {
            let address = Ipv4Addr::from_bits(0x0a00_0000 + n);
            format!("0 52:54:00:00:{:02x}:{:02x} {address} pc-{n} *\n", n >> 8, n & 255)
        };
        let text: String = (1..=10_000).rev().map(line).collect();
        std::fs::write(directory.path().join("z-office.leases"), text).unwrap();
        let office: ZoneName = "office".parse().unwrap();
        let (mut from, mut seen) = (Ipv4Addr::UNSPECIFIED, Vec::new());
        loop {
            let page = read(directory.path(), &office, from).unwrap();
            assert!(page.len() <= Lease::MAX);
            let Some(last) = page.last() else { break };
            from = Ipv4Addr::from_bits(last.address.to_bits() + 1);
            let answer = host_api::Response::Leases { leases: page.clone() };
            assert!(host_api::encode(&answer).is_ok(), "an answer is longer than a message");
            seen.extend(page);
        }
        assert_eq!(seen.len(), 10_000);
        assert!(seen.is_sorted_by(|one, other| one.address < other.address));
        let other = read(directory.path(), &"guest".parse().unwrap(), Ipv4Addr::UNSPECIFIED);
        assert_eq!(other.unwrap(), []);
    }
}
