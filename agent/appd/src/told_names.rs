//! Names as the CRM may know them: hostd writes those that it is let go to, with their addresses, into a file. So
//! it asks no name server, and a name that is not allowed is not there.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Longest file that is read, bytes.
const MOST: u64 = 256 << 10;

/// The directory of the CRM's file, in the run directory.
pub fn directory(run: &Path) -> PathBuf {
    run.join("egress/crm")
}

/// The addresses of a host that the CRM may go to, IPv4 first; an address is its own.
pub fn look_up(directory: &Path, host: &str) -> Vec<IpAddr> {
    if let Ok(address) = host.parse() {
        return vec![address];
    }
    let file = directory.join("hosts");
    let is_long = fs::metadata(&file).is_ok_and(|meta| meta.len() > MOST);
    let text = if is_long { Ok(String::new()) } else { fs::read_to_string(&file) };
    let text = text.unwrap_or_else(|error| {
        tracing::debug!(%error, "nobody told any names");
        String::new()
    });
    let told = text.lines().filter_map(|line| line.split_once(' '));
    let of_host = told.filter(|(_, name)| name.eq_ignore_ascii_case(host));
    let mut addresses: Vec<IpAddr> =
        of_host.filter_map(|(address, _)| address.parse().ok()).collect();
    addresses.sort();
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_told_is_known() {
        let place = tempfile::tempdir().unwrap();
        let of = |host: &str| {
            look_up(place.path(), host).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(of("nas.example"), [] as [&str; 0], "nobody told anything yet");
        let hosts = "2620:fe::9 nas.example\n9.9.9.9 nas.example\nnonsense nas.example\n\n\
                     1.1.1.1 other.example\n";
        fs::write(place.path().join("hosts"), hosts).unwrap();
        assert_eq!(of("NAS.example"), ["9.9.9.9", "2620:fe::9"]);
        assert_eq!(of("example"), [] as [&str; 0]);
        assert_eq!(of("192.168.10.5"), ["192.168.10.5"]);
    }
}
