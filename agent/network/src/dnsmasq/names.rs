//! Names that devices have in their zone: a fixed one of a reservation, or the one that a device gives
//! itself when it asks for an address. A fixed one wins, and the box's own are nobody's.

use std::fmt::{self, Write};

use settings::{HostName, Reservation, Zone};

use super::DOMAIN;

/// Set on a client whose name is none for a device.
const REFUSED: &str = "refused";

/// What no client may call itself. dnsmasq compares the name as it was sent and takes the domain off
/// afterwards: so with whatever domain, too.
pub(super) fn write_refused(out: &mut String) -> fmt::Result {
    writeln!(out, "dhcp-ignore-names=tag:{REFUSED}")?;
    for name in HostName::RESERVED {
        for sent in [(*name).to_owned(), format!("{name}.*")] {
            writeln!(out, "dhcp-name-match=set:{REFUSED},{sent}")?;
        }
    }
    Ok(())
}

/// A fixed name is a record, too, and so belongs to its address while the device is away: dnsmasq gives
/// no lease a name that a record has.
pub(super) fn write_reservations(out: &mut String, zone: &Zone) -> fmt::Result {
    let dhcp = zone.ipv4.as_ref().is_some_and(|ipv4| ipv4.dhcp.is_some());
    for Reservation { mac, address, name } in &zone.reservations {
        if dhcp {
            write!(out, "dhcp-host={mac},{address}")?;
            if let Some(name) = name {
                write!(out, ",{name}")?;
            }
            writeln!(out)?;
        }
        if let Some(name) = name {
            writeln!(out, "host-record={name}.{DOMAIN},{name},{address}")?;
        }
    }
    Ok(())
}
