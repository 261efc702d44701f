//! Which card is which port of the settings: by permanent MAC address or by path, never by the
//! kernel's name. What is not sure is not bound: a port that stays dark is seen, a port in the
//! wrong zone is not.

use std::collections::{BTreeMap, BTreeSet};

use firewall::ir::InterfaceName;
use settings::{MacAddress, PortMatch, PortName, PortPath, PortRole, Settings};

/// A network card that is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentPort {
    /// The kernel's name for it.
    pub interface: InterfaceName,
    /// Permanent MAC address.
    pub mac: Option<MacAddress>,
    /// Where it is plugged in, when udev knows.
    pub path: Option<PortPath>,
}

/// A port of the settings with the card that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundPort {
    /// The kernel's name for the card.
    pub interface: InterfaceName,
    /// What the port is for.
    pub role: PortRole,
}

/// Result of [`bind`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binding {
    /// Ports with their cards.
    pub bound: BTreeMap<PortName, BoundPort>,
    /// Ports of the settings without a card, or with several that claim to be it.
    pub unbound: Vec<PortName>,
    /// Cards that no port of the settings is: they carry nothing.
    pub unknown: Vec<PresentPort>,
}

impl Binding {
    /// The card of the WAN port.
    pub fn wan(&self) -> Option<&InterfaceName> {
        let wan = self.bound.values().find(|port| port.role == PortRole::Wan)?;
        Some(&wan.interface)
    }
}

/// Finds the card of each port. A port matched by MAC comes before one matched by path when one
/// card fits both. Two cards with the MAC address of one port bind neither.
pub fn bind(settings: &Settings, present: &[PresentPort]) -> Binding {
    let mut binding = Binding::default();
    let mut taken = BTreeSet::new();
    let by_mac = |matches: &PortMatch| matches!(matches, PortMatch::Mac(_));
    let (first, second): (Vec<_>, Vec<_>) =
        settings.ports.iter().partition(|(_, port)| by_mac(&port.matches));
    for (name, port) in first.into_iter().chain(second) {
        let fits = |card: &&PresentPort| match &port.matches {
            PortMatch::Mac(mac) => card.mac == Some(*mac),
            PortMatch::Path(path) => card.path.as_ref() == Some(path),
        };
        let mut cards = present.iter().filter(fits);
        match (cards.next(), cards.next()) {
            (Some(card), None) if taken.insert(card.interface.clone()) => {
                let interface = card.interface.clone();
                binding
                    .bound
                    .insert(name.clone(), BoundPort { interface, role: port.role.clone() });
            }
            _ => binding.unbound.push(name.clone()),
        }
    }
    binding.unbound.sort();
    binding.unknown =
        present.iter().filter(|card| !taken.contains(&card.interface)).cloned().collect();
    binding
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        settings::parse(include_bytes!("../../settings/tests/example.json")).unwrap()
    }

    fn card(interface: &str, mac: &str, path: Option<&str>) -> PresentPort {
        PresentPort {
            interface: InterfaceName::new(interface).unwrap(),
            mac: Some(mac.parse().unwrap()),
            path: path.map(|path| path.parse().unwrap()),
        }
    }

    fn name(name: &str) -> PortName {
        name.parse().unwrap()
    }

    #[test]
    fn binds_by_mac_and_by_path_whatever_the_kernel_calls_them() {
        let present = [
            card("eth7", "52:54:00:67:00:02", None),
            card("eth0", "52:54:00:00:00:99", Some("pci-0000:00:05.0")),
            card("eth3", "52:54:00:67:00:01", None),
            card("usb0", "52:54:00:00:00:77", None),
        ];
        let binding = bind(&settings(), &present);
        assert_eq!(binding.wan().unwrap().as_str(), "eth3");
        assert_eq!(binding.bound[&name("office")].interface.as_str(), "eth7");
        assert_eq!(binding.bound[&name("guest")].interface.as_str(), "eth0");
        assert_eq!(binding.unbound, [name("trunk")]);
        assert_eq!(binding.unknown, [present[3].clone()]);
    }

    #[test]
    fn two_cards_with_one_mac_bind_neither() {
        let present =
            [card("eth0", "52:54:00:67:00:02", None), card("eth1", "52:54:00:67:00:02", None)];
        let binding = bind(&settings(), &present);
        assert!(binding.unbound.contains(&name("office")));
        assert_eq!(binding.unknown.len(), 2);
    }

    #[test]
    fn a_card_that_fits_two_ports_is_the_one_of_its_mac() {
        let present = [card("eth0", "52:54:00:67:00:02", Some("pci-0000:00:05.0"))];
        let binding = bind(&settings(), &present);
        assert_eq!(binding.bound.keys().collect::<Vec<_>>(), [&name("office")]);
        assert!(binding.unbound.contains(&name("guest")));
    }
}
