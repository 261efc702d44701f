//! dnsmasq, which runs for each zone, for the box and for each choice of block lists: as which units, and as a child.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use network::blocking::PREFIX;
use tokio::process::Child;

use super::child;
use super::instances::Program;

/// dnsmasq.
pub const DNSMASQ: Program = Program { template, shown, start };

fn has_lists(instance: &str) -> bool {
    instance.starts_with(PREFIX)
}

/// One that has but lists needs no privilege, and logs to us.
fn template(instance: &str) -> &'static str {
    if has_lists(instance) { "gatehouse-blocking" } else { "gatehouse-dnsmasq" }
}

/// `dnsmasq (guest)`; `dnsmasq (lists: guest)` of one that has lists.
pub fn shown(instance: &str) -> String {
    if let Some(zone) = instance.strip_prefix(PREFIX) {
        return format!("dnsmasq (lists: {zone})");
    }
    format!("dnsmasq ({})", instance.strip_prefix("z-").unwrap_or(instance))
}

fn start(instance: &str, configuration: &Path) -> io::Result<Child> {
    let mut file = OsString::from("--conf-file=");
    file.push(configuration);
    let facility = (!has_lists(instance)).then_some("--log-facility=-");
    let words = ["dnsmasq", "--keep-in-foreground", "--pid-file=", "--user=root", "--group=root"];
    child(&words).args(facility).arg(file).spawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_with_lists_is_another_unit() {
        assert_eq!(
            (template("l-guest"), template("z-guest")),
            ("gatehouse-blocking", "gatehouse-dnsmasq")
        );
    }

    #[test]
    fn people_are_told_the_zone() {
        assert_eq!(
            (shown("z-guest"), shown("box"), shown("l-guest")),
            ("dnsmasq (guest)".into(), "dnsmasq (box)".into(), "dnsmasq (lists: guest)".into())
        );
    }
}
