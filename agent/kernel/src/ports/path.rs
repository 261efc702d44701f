//! Where a card is plugged in, in the words of udev's `ID_PATH` (systemd, udev-builtin-path_id.c): from
//! the device upwards, each bus once, joined by `-`.

use std::fs;
use std::path::Path;

/// Path of the card behind an interface; none for a virtual one.
pub(super) fn of_interface(name: &str) -> Option<String> {
    let device = fs::canonicalize(Path::new("/sys/class/net").join(name).join("device")).ok()?;
    let mut buses = Vec::new();
    for directory in device.ancestors().take_while(|path| path.starts_with("/sys/devices/")) {
        let Ok(subsystem) = fs::read_link(directory.join("subsystem")) else { continue };
        let (Some(subsystem), Some(name)) = (subsystem.file_name(), directory.file_name()) else {
            continue;
        };
        buses.push((subsystem.to_str()?.to_owned(), name.to_str()?.to_owned()));
    }
    of_buses(&buses)
}

/// The path, from the buses' and devices' names, the card's own first.
fn of_buses(buses: &[(String, String)]) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut last = "";
    for (subsystem, device) in buses {
        // A bridge above a card on the same bus says nothing more.
        if subsystem == last {
            continue;
        }
        let part = match subsystem.as_str() {
            "pci" => format!("pci-{device}"),
            "platform" => format!("platform-{device}"),
            // An interface of a USB device: bus-port.port:configuration.interface.
            "usb" => match device.split_once('-') {
                Some((_, port)) => format!("usb-0:{port}"),
                None => continue,
            },
            // virtio and the like: the bus above says where it is.
            _ => continue,
        };
        last = subsystem;
        parts.insert(0, part);
    }
    (!parts.is_empty()).then(|| parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(buses: &[(&str, &str)]) -> Option<String> {
        let owned = |(bus, device): &(&str, &str)| ((*bus).to_owned(), (*device).to_owned());
        of_buses(&buses.iter().map(owned).collect::<Vec<_>>())
    }

    #[test]
    fn says_what_udev_says() {
        let virtio = path(&[("virtio", "virtio2"), ("pci", "0000:00:03.0")]);
        assert_eq!(virtio.as_deref(), Some("pci-0000:00:03.0"));
        let behind_bridge = path(&[("pci", "0000:03:00.0"), ("pci", "0000:00:1c.0")]);
        assert_eq!(behind_bridge.as_deref(), Some("pci-0000:03:00.0"));
        let usb = path(&[
            ("usb", "1-1.2:1.0"),
            ("usb", "1-1.2"),
            ("usb", "1-1"),
            ("usb", "usb1"),
            ("pci", "0000:00:14.0"),
        ]);
        assert_eq!(usb.as_deref(), Some("pci-0000:00:14.0-usb-0:1.2:1.0"));
        let board = path(&[("platform", "fd580000.ethernet"), ("platform", "scb")]);
        assert_eq!(board.as_deref(), Some("platform-fd580000.ethernet"));
        let board = path(&[("pci", "0000:01:00.0"), ("platform", "fd500000.pcie")]);
        assert_eq!(board.as_deref(), Some("platform-fd500000.pcie-pci-0000:01:00.0"));
        assert_eq!(path(&[]), None);
    }
}
