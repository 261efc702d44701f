//! Links between namespaces.

use crate::command::CommandError;
use crate::{Mac, Namespace};

/// Joins two namespaces by a veth pair; each end is an interface name and a MAC address, and up.
pub fn veth(
    (here, name, mac): (&Namespace, &str, Mac),
    (there, peer, peer_mac): (&Namespace, &str, Mac),
) -> Result<(), CommandError> {
    here.ip(&[format!(
        "link add {name} address {} type veth peer name {peer} address {} netns {}",
        text(mac),
        text(peer_mac),
        there.path()
    )])?;
    here.ip(&[format!("link set {name} up")])?;
    there.ip(&[format!("link set {peer} up")]).map(drop)
}

fn text(mac: Mac) -> String {
    let bytes: Vec<String> = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(":")
}
