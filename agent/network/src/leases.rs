//! What dnsmasq remembers of the addresses it lent (`dhcp-leasefile`), as data. The file is dnsmasq's,
//! its names are the devices' own: what is not understood is left out.

use std::net::Ipv4Addr;

use settings::MacAddress;

/// Longest name that is taken, as in the domain name system.
const NAME: usize = 63;

/// An address that is lent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What is lent.
    pub address: Ipv4Addr,
    /// To which card.
    pub mac: MacAddress,
    /// What the device is called, when it has a name.
    pub name: Option<String>,
    /// Until when, in seconds since 1970; none for ever.
    pub expires: Option<u64>,
}

/// The leases of a file that are not over at this time (seconds since 1970), by address. A name is one that
/// can be asked for.
pub fn read(text: &str, now: u64) -> Vec<Lease> {
    let mut leases: Vec<Lease> = lines(text).collect();
    leases.retain(|lease| lease.expires.is_none_or(|expires| expires > now));
    for lease in &mut leases {
        let name = lease.name.take().filter(|name| is_name(name));
        lease.name = name.map(|name| name.to_ascii_lowercase());
    }
    leases.sort_by_key(|lease| lease.address);
    leases.dedup_by_key(|lease| lease.address);
    leases
}

/// Each line that is a lease, with the name as the device says it:
/// `1796034009 52:54:00:00:00:0b 192.168.10.21 name client-id`, `*` for no name. Lines of IPv6 have no MAC
/// address there.
pub fn lines(text: &str) -> impl Iterator<Item = Lease> {
    text.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        let expires: u64 = words.next()?.parse().ok()?;
        let mac = words.next()?.parse().ok()?;
        let address = words.next()?.parse().ok()?;
        let name = words.next().filter(|name| *name != "*").map(str::to_owned);
        Some(Lease { address, mac, name, expires: (expires != 0).then_some(expires) })
    })
}

fn is_name(name: &str) -> bool {
    (1..=NAME).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_dnsmasq_writes_and_nothing_else() {
        let text = "\
1796034009 52:54:00:00:00:0b 192.168.10.21 MyBox 01:52:54:00:00:00:0b
1796034000 52:54:00:00:00:0c 192.168.10.3 * *
0 52:54:00:00:00:0d 192.168.10.100 for-ever *
1796033999 52:54:00:00:00:0e 192.168.10.4 over *
1796034009 52:54:00:00:00:0f 192.168.10.21 twice *
1796034009 06-52:54:00:00:00:0b 192.168.10.22 other-link *
1796034009 52:54:00:00:00:10 192.168.10.23 <b>x</b> *
duid 00:01:00:01
1796034009 5460923 fd00::1 six 00:01
half
";
        let leases = read(text, 1_796_033_999);
        let told: Vec<_> = leases
            .iter()
            .map(|lease| (lease.address.octets()[3], lease.name.as_deref(), lease.expires))
            .collect();
        let (end, last) = (Some(1_796_034_000), Some(1_796_034_009));
        let want = [
            (3, None, end),
            (21, Some("mybox"), last),
            (23, None, last),
            (100, Some("for-ever"), None),
        ];
        assert_eq!(told, want);
    }
}
