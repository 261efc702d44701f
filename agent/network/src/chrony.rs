//! What chrony is told beside the image's fixed configuration: where it gets the time from, and
//! which zones may ask it.

use std::fmt::Write;

use settings::{Settings, SitePrefix};

/// The domain of those whom it asks.
pub(crate) const DOMAIN: &str = settings::TIME_SERVERS;

/// The sources file (`sourcedir`). The names are resolved by dnsmasq, like anybody's.
pub fn sources() -> &'static str {
    "# Written by gatehouse-hostd; changes here are lost.\npool 2.debian.pool.ntp.org iburst maxsources 4\n"
}

/// Who may ask: every zone but the CRM's.
pub fn allow(settings: &Settings, site: SitePrefix) -> String {
    let mut out =
        "# Written by gatehouse-hostd from the settings; changes here are lost.\n".to_owned();
    for (name, zone) in settings.zones.iter().filter(|(name, _)| **name != settings.crm.zone) {
        // Writing to a string cannot fail.
        if let Some(subnet) = zone.subnet_v4() {
            let _ = writeln!(out, "allow {subnet}");
        }
        if let Some(subnet) = zone.subnet_v6(site) {
            let _ = writeln!(out, "allow {subnet}");
        }
        for network in settings.routed(name) {
            let _ = writeln!(out, "allow {network}");
        }
    }
    out
}
