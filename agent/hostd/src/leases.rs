//! Addresses that dnsmasq lent, read from its files when somebody asks.

use std::collections::BTreeMap;
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
    let all = all(directory, zone)?.into_iter();
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

/// Until when addresses of some zones are lent, at one time.
pub struct Lent(BTreeMap<(ZoneName, Ipv4Addr), u64>);

impl Lent {
    /// As it is now.
    pub fn now<'z>(
        directory: &Path,
        zones: impl Iterator<Item = &'z ZoneName>,
    ) -> io::Result<Self> {
        let mut lent = BTreeMap::new();
        for zone in zones {
            let leases = all(directory, zone)?.into_iter();
            lent.extend(
                leases.map(|it| ((zone.clone(), it.address), it.expires.unwrap_or(u64::MAX))),
            );
        }
        Ok(Self(lent))
    }

    /// Whether this address is lent, to whomever.
    pub fn has(&self, zone: &ZoneName, address: Ipv4Addr) -> bool {
        self.0.contains_key(&(zone.clone(), address))
    }

    /// Whether this address was lent, to whomever, since `before`.
    pub fn is_anew(&self, before: &Self, zone: &ZoneName, address: Ipv4Addr) -> bool {
        let place = (zone.clone(), address);
        self.0.get(&place) > before.0.get(&place)
    }
}

fn all(directory: &Path, zone: &ZoneName) -> io::Result<Vec<leases::Lease>> {
    let file = directory.join(network::dnsmasq::lease_file(zone));
    let text = match read_bounded(&file, MAX_BYTES) {
        Ok(text) => text,
        // Nothing was lent there yet.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    Ok(leases::read(&String::from_utf8_lossy(&text), now))
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

    #[test]
    fn an_address_is_lent_anew_when_its_time_grows_or_it_had_none() {
        let directory = tempfile::tempdir().unwrap();
        let office: ZoneName = "office".parse().unwrap();
        let lent = |until: &[(u8, u64)]| {
            let line = |(host, until): &(u8, u64)| {
                format!("{until} 52:54:00:00:00:{host:02x} 10.0.0.{host} * *\n")
            };
            let text: String = until.iter().map(line).collect();
            std::fs::write(directory.path().join("z-office.leases"), text).unwrap();
            Lent::now(directory.path(), [&office].into_iter()).unwrap()
        };
        let later = u64::from(u32::MAX);
        let before = lent(&[(1, later), (2, later), (4, later), (5, 0)]);
        let now = lent(&[(1, later), (2, later + 1), (3, later), (4, 1), (5, 0)]);
        let anew = |host| now.is_anew(&before, &office, Ipv4Addr::new(10, 0, 0, host));
        assert_eq!([1, 2, 3, 4, 5, 6].map(anew), [false, true, true, false, false, false]);
        let has = |host| before.has(&office, Ipv4Addr::new(10, 0, 0, host));
        assert_eq!([1, 3, 5].map(has), [true, false, true]);
    }
}
