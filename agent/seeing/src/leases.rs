//! Names and addresses of devices, from what dnsmasq lent.

pub use network::leases::Lease;

/// Reads a file, whatever is over in it; a name is what can be shown.
pub fn read(text: &str) -> Vec<Lease> {
    let shown = |lease: Lease| Lease { name: lease.name.filter(|name| is_name(name)), ..lease };
    network::leases::lines(text).map(shown).collect()
}

/// What a device may be called: letters, digits, dashes and dots, or any other script; nothing that could
/// be taken for something else on a page or in a log.
fn is_name(name: &str) -> bool {
    (1..=63).contains(&name.len())
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
        let until: Vec<_> = leases.iter().map(|lease| lease.expires).collect();
        assert_eq!(until, [Some(1_764_454_000), None, Some(1)]);
    }
}
