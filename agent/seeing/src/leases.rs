//! dnsmasq's file of leases: `1764454000 52:54:00:00:00:01 192.168.10.101 printer 01:52:…` a line, `*` for
//! no name. DHCPv6 gives no addresses here.

use std::net::IpAddr;

use settings::MacAddress;

/// A lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Who has it.
    pub mac: MacAddress,
    /// The address.
    pub address: IpAddr,
    /// What the device calls itself, as far as names of hosts go.
    pub name: Option<String>,
    /// Seconds since 1970 when it ends; none for one without end.
    pub until: Option<u64>,
}

/// Reads a file; lines that are no leases are left out.
pub fn read(text: &str) -> Vec<Lease> {
    text.lines().filter_map(lease).collect()
}

fn lease(line: &str) -> Option<Lease> {
    let mut words = line.split_ascii_whitespace();
    let until: u64 = words.next()?.parse().ok()?;
    let mac = words.next()?.parse().ok()?;
    let address = words.next()?.parse().ok()?;
    let name = words.next().filter(|name| is_name(name)).map(str::to_owned);
    Some(Lease { mac, address, name, until: Some(until).filter(|until| *until > 0) })
}

/// What a device may be called: letters, digits, dashes and dots, or any other script; nothing that could
/// be taken for something else on a page or in a log.
fn is_name(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name != "*"
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_dnsmasq_writes() {
        let text = "1764454000 52:54:00:00:00:01 192.168.10.101 printer 01:52:54:00:00:00:01\n\
                    0 52:54:00:00:00:02 192.168.10.102 * *\n\
                    duid 00:01:00:01\nnonsense\n\
                    1 52:54:00:00:00:03 192.168.10.103 <script> *\n";
        let leases = read(text);
        let names: Vec<_> = leases.iter().map(|lease| lease.name.as_deref()).collect();
        assert_eq!(names, [Some("printer"), None, None]);
        let until: Vec<_> = leases.iter().map(|lease| lease.until).collect();
        assert_eq!(until, [Some(1_764_454_000), None, Some(1)]);
    }
}
