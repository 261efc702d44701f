//! Why the rules refused a packet, in terms of the settings that they are made of.

use std::net::IpAddr;

use host_api::seeing::Why;
use ipnet::IpNet;
use settings::{Addresses, Allow, Source, Target};

use crate::view::{Place, View, Zone};

/// A packet that was refused.
pub(crate) struct Packet {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    pub(crate) protocol: u8,
    pub(crate) port: u16,
}

const TCP: u8 = 6;
const UDP: u8 = 17;

impl View {
    /// Why a packet from this zone (none: from the internet) was refused.
    pub(crate) fn why(&self, from: Option<&Zone>, packet: &Packet) -> Why {
        let pages = packet.protocol == TCP && matches!(packet.port, 80 | 443);
        match (from, self.place(packet.destination)) {
            (Some(zone), _) if zone.is_crm => Why::CrmOpensNone,
            (Some(zone), Place::Box) => {
                let may = named(&self.settings.management.from, zone, packet.source);
                match (pages, may) {
                    (true, Some(true)) => Why::Stray,
                    (true, _) => Why::BoxPages,
                    (false, _) => Why::BoxService,
                }
            }
            (None, Place::Box) => Why::BoxService,
            (Some(zone), Place::Zone(to)) if to.is_crm => {
                match named(&self.settings.crm.reachable_from, zone, packet.source) {
                    None => Why::CrmZone,
                    Some(false) => Why::CrmAddress,
                    Some(true) if pages && self.crm.contains(&packet.destination) => Why::Stray,
                    Some(true) => Why::CrmService,
                }
            }
            (Some(zone), _) if self.keeps_apart(zone, packet.destination) => Why::Isolated,
            (Some(zone), Place::Zone(to)) if zone.name == to.name => Why::OwnZone,
            (Some(zone), to) => self.policy(zone, to, packet),
            (None, _) => Why::NoPolicy,
        }
    }

    /// What is noted at the rule that writes packets down with this prefix.
    pub(crate) fn note(&self, prefix: &str) -> Option<String> {
        let writes = firewall::writing(prefix)?;
        let rule = self.settings.rules.iter().find(|rule| (rule.id, rule.action) == writes)?;
        rule.comment.as_ref().map(ToString::to_string)
    }

    /// Whether the zone is isolated and the address is in it, or behind a router of it.
    fn keeps_apart(&self, zone: &Zone, destination: IpAddr) -> bool {
        let of_name = self.settings.zones.iter().find(|(name, _)| name.as_str() == zone.name);
        of_name.is_some_and(|(name, of)| {
            let behind =
                self.settings.routed(name).any(|net| IpNet::V4(net).contains(&destination));
            of.isolated && (behind || zone.networks.iter().any(|net| net.contains(&destination)))
        })
    }

    fn policy(&self, from: &Zone, to: Place<'_>, packet: &Packet) -> Why {
        let is_to = |target: &Target| match (target, to) {
            (Target::Wan, Place::Internet) => true,
            (Target::Zone(zone), Place::Zone(to)) => zone.as_str() == to.name,
            _ => false,
        };
        let policy = self
            .settings
            .policies
            .iter()
            .find(|policy| policy.from.as_str() == from.name && is_to(&policy.to));
        let web = matches!((packet.protocol, packet.port), (TCP, 80 | 443) | (UDP, 443));
        match policy.map(|policy| policy.allow) {
            None => Why::NoPolicy,
            Some(Allow::Web) if !web => Why::WebOnly,
            Some(_) => Why::Stray,
        }
    }
}

/// Whether a list of sources names the address; none when it does not name the zone at all.
fn named(sources: &[Source], zone: &Zone, address: IpAddr) -> Option<bool> {
    let source = sources.iter().find(|source| source.zone.as_str() == zone.name)?;
    Some(match &source.addresses {
        Addresses::All => true,
        Addresses::List(networks) => networks.iter().any(|network| network.contains(&address)),
    })
}
