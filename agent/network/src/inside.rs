//! Which addresses of an allowed name the box's programs may go to: places on the internet that are neither the
//! box's own nor in a zone. Whoever answers for a name would else lead them inside.

use std::net::IpAddr;

use ipnet::IpNet;
use settings::Settings;

/// What is inside, by the settings in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inside {
    networks: Vec<IpNet>,
}

impl Inside {
    /// Networks of zones, and those behind their routers. What the zones have of IPv6 is no place on the
    /// internet anyway.
    pub fn of(settings: &Settings) -> Self {
        let zones = settings.zones.keys();
        let networks = zones.flat_map(|name| settings.networks_v4(name)).map(IpNet::V4);
        Self { networks: networks.collect() }
    }

    /// Whether a program may go there; `own` are the box's addresses now.
    pub fn lets_out(&self, address: IpAddr, own: &[IpAddr]) -> bool {
        settings::is_on_the_internet(address)
            && !own.contains(&address)
            && !self.networks.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn nothing_leads_inside() {
        // A zone may have addresses that are places on the internet elsewhere.
        let text = include_str!("../../settings/tests/example.json");
        let text = text.replace("192.168.10.", "11.22.33.");
        let inside = Inside::of(&settings::parse(text.as_bytes()).unwrap());
        let own: [IpAddr; 2] = ["11.67.0.2", "2620:fe::2"].map(|text| text.parse().unwrap());
        let lets_out = |text: &str| inside.lets_out(text.parse().unwrap(), &own);
        for hostile in [
            "11.22.33.5",
            "192.168.20.5",
            "10.0.0.1",
            "169.254.169.254",
            "127.0.0.1",
            "::1",
            "::ffff:9.9.9.9",
            "fd12:3456:789a:a::5",
            "fe80::1",
            "11.67.0.2",
            "2620:fe::2",
            "64:ff9b::909:909",
            "0.0.0.0",
            "224.0.0.1",
        ] {
            assert!(!lets_out(hostile), "{hostile}");
        }
        for good in ["9.9.9.9", "11.22.34.5", "2620:fe::9"] {
            assert!(lets_out(good), "{good}");
        }
    }
}
