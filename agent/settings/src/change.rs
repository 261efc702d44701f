//! What differs between two documents: one variant for each sentence that a person would say about it.
//! The sentences are in `locales/changes/<language>.json` under the change's code; a test keeps them
//! complete. What is compared how is in `change/`, each part of the document in its own file.

mod blocking;
mod compare;
mod crm;
mod dns;
mod egress;
mod policies;
mod ports;
mod publish;
mod quarantine;
mod reached;
mod relays;
mod reservations;
mod routes;
mod rules;
mod services;
mod speech;
mod zones;

use std::cell::RefCell;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

pub use self::egress::EgressWay;
pub use self::speech::Plain;
use self::speech::{Said, Speech};
use crate::message;
use crate::{
    Addresses, Allow, DhcpRange, DomainName, EgressTarget, EgressUser, HostName, Ipv4Zone,
    Ipv6Zone, Label, Language, ListAddress, MacAddress, Member, Note, PortMatch, PortName,
    PortPath, PortRole, Publication, Relayed, Rule, Span, Target, TimeZone, Title, TlsServer,
    VlanId, Way, ZoneName,
};

pub use self::speech::Device;
#[cfg(test)]
pub(crate) use self::speech::WORDS;

/// A change as it is told to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// One sentence.
    pub text: String,
    /// Each list of which the sentence names the beginning only, in whole.
    pub lists: Vec<Vec<String>>,
}

/// What a list of sources opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The CRM.
    Crm,
    /// The admin pages.
    AdminPages,
}

macro_rules! changes {
    (
        doors { $($(#[$door_doc:meta])* $door_code:literal $door_name:ident
            { $($door_field:ident: $door_type:ty),+ },)+ }
        others { $($(#[$doc:meta])* $code:literal $name:ident
            $({ $($field:ident: $type:ty),+ })?,)+ }
    ) => {
        /// One thing that differs; `before` is always what was.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the fields are the values named in the sentence")]
        pub enum Change {
            $($(#[$door_doc])* $door_name { door: Door, $($door_field: $door_type),+ },)+
            $($(#[$doc])* $name $({ $($field: $type),+ })?,)+
        }

        impl Change {
            /// Codes of all changes.
            pub const CODES: &'static [&'static str] = &[
                $(concat!($door_code, "_crm"), concat!($door_code, "_admin"),)+
                $($code),+
            ];

            /// The stable code, key of the catalogue.
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$door_name { door: Door::Crm, .. } => concat!($door_code, "_crm"),
                    Self::$door_name { door: Door::AdminPages, .. } =>
                        concat!($door_code, "_admin"),)+
                    $(Self::$name { .. } => $code,)+
                }
            }

            /// Names and values that the sentence may use, as said to this reader.
            fn parameters(&self, speech: &Speech<'_>) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$door_name { door: _, $($door_field),+ } =>
                        vec![$((stringify!($door_field), $door_field.said(speech))),+],)+
                    $(Self::$name $({ $($field),+ })? =>
                        vec![$($((stringify!($field), $field.said(speech))),+)?],)+
                }
            }
        }

        #[cfg(test)]
        pub(crate) const PARAMETERS: &[(&str, &[&str])] = &[
            $((concat!($door_code, "_crm"), &[$(stringify!($door_field)),+]),
            (concat!($door_code, "_admin"), &[$(stringify!($door_field)),+]),)+
            $(($code, &[$($(stringify!($field)),+)?])),+
        ];
    };
}

changes! {
    doors {
        /// A zone that reached nothing of it: now all of the zone.
        "now_all" NowAll { zone: ZoneName },
        /// Networks that could not reach it, or not all of them could.
        "now_some" NowSome { networks: Vec<IpNet>, zone: ZoneName },
        /// All of a zone instead of some networks.
        "all" All { zone: ZoneName, before: Vec<IpNet> },
        /// Some networks instead of all of a zone.
        "only" Only { networks: Vec<IpNet>, zone: ZoneName },
        /// Networks of which nothing reaches it any more.
        "lost" Lost { networks: Vec<IpNet>, zone: ZoneName },
        /// Networks of which only a part still reaches it.
        "still" Still { networks: Vec<IpNet>, zone: ZoneName, kept: Vec<IpNet> },
        /// Nothing of a zone reaches it any more.
        "nobody" Nobody { zone: ZoneName, before: Addresses },
        /// The same addresses, named in another way.
        "spelled" Spelled { zone: ZoneName },
    }
    others {
        // Who reaches whom.
        /// A policy where none was.
        "policy_new" PolicyNew { from: ZoneName, to: Target, allow: Allow },
        /// A policy that allows something else.
        "policy" Policy { from: ZoneName, to: Target, allow: Allow, before: Allow },
        /// A policy that is no more.
        "policy_gone" PolicyGone { from: ZoneName, to: Target },

        // Zones.
        /// A zone that was not there; also one under a new name.
        "zone_new" ZoneNew { zone: ZoneName, vlan: VlanId, ipv4: Option<Ipv4Zone>, ipv6: Ipv6Zone },
        /// A zone that is no more.
        "zone_gone" ZoneGone { zone: ZoneName },
        /// Another VLAN.
        "vlan" Vlan { zone: ZoneName, vlan: VlanId, before: VlanId },
        /// Another IPv4 address of the box, or another prefix length.
        "box_address" BoxAddress { zone: ZoneName, address: Ipv4Net, before: Ipv4Net },
        /// IPv4 where none was.
        "ipv4_new" Ipv4New { zone: ZoneName, ipv4: Ipv4Zone },
        /// No IPv4 any more.
        "ipv4_gone" Ipv4Gone { zone: ZoneName, before: Ipv4Net },
        /// DHCP where none was.
        "dhcp_new" DhcpNew { zone: ZoneName, dhcp: DhcpRange },
        /// Another range.
        "dhcp" Dhcp { zone: ZoneName, dhcp: DhcpRange, before: DhcpRange },
        /// No DHCP any more.
        "dhcp_gone" DhcpGone { zone: ZoneName, before: DhcpRange },
        /// IPv6 where none was.
        "ipv6_new" Ipv6New { zone: ZoneName },
        /// No IPv6 any more.
        "ipv6_gone" Ipv6Gone { zone: ZoneName },

        // Devices with a fixed address.
        /// One that had none.
        "reservation_new" ReservationNew { zone: ZoneName, device: Device, address: Ipv4Addr },
        /// Another address.
        "reservation_address" ReservationAddress
            { zone: ZoneName, device: Device, address: Ipv4Addr, before: Ipv4Addr },
        /// One that has none any more.
        "reservation_gone" ReservationGone { zone: ZoneName, device: Device, before: Ipv4Addr },
        /// A name where none was.
        "device_name_new" DeviceNameNew { zone: ZoneName, address: Ipv4Addr, name: HostName },
        /// Another name.
        "device_name" DeviceName
            { zone: ZoneName, address: Ipv4Addr, name: HostName, before: HostName },
        /// No name any more.
        "device_name_gone" DeviceNameGone { zone: ZoneName, address: Ipv4Addr, before: HostName },

        // What zones are called, isolation, static routes.
        /// A label where none was.
        "label_new" LabelNew { zone: Plain, label: Label },
        /// Another label.
        "label" Label { label: Label, before: Label },
        /// No label any more.
        "label_gone" LabelGone { zone: Plain, before: Label },
        /// Devices of the zone reach each other no more.
        "isolated" Isolated { zone: ZoneName },
        /// Devices of the zone reach each other again.
        "isolated_gone" IsolatedGone { zone: ZoneName },
        /// A route to a network that had none.
        "route_new" RouteNew { network: Ipv4Net, via: Ipv4Addr },
        /// Another router.
        "route" Route { network: Ipv4Net, via: Ipv4Addr, before: Ipv4Addr },
        /// No route any more.
        "route_gone" RouteGone { network: Ipv4Net, before: Ipv4Addr },

        // Where the CRM lives.
        /// Another zone.
        "crm_zone" CrmZone { zone: ZoneName, before: ZoneName },
        /// Another IPv4 address, of its own doing or its zone's.
        "crm_address" CrmAddress { address: Ipv4Addr, before: Ipv4Addr },
        /// An IPv4 address where none was.
        "crm_address_new" CrmAddressNew { address: Ipv4Addr },
        /// No IPv4 address any more.
        "crm_address_gone" CrmAddressGone { before: Ipv4Addr },
        /// Another end of the IPv6 address; how it begins is no part of the settings.
        "crm_ending" CrmEnding { ending: Ipv6Addr, before: Ipv6Addr },
        /// An IPv6 address where none was.
        "crm_ending_new" CrmEndingNew { ending: Ipv6Addr },
        /// No IPv6 address any more.
        "crm_ending_gone" CrmEndingGone { before: Ipv6Addr },
        /// Another number in a subnet that changed so that no address did.
        "crm_number" CrmNumber { number: u16, before: u16 },

        // Ports.
        /// A port that was not there; also one under a new name.
        "port_new" PortNew { port: PortName, card: PortMatch, role: PortRole },
        /// A port that is no more.
        "port_gone" PortGone { port: PortName },
        /// Another role, with no zone kept on the trunk.
        "port_role" PortRole { port: PortName, role: PortRole, before: PortRole },
        /// Zones that a trunk carries beside those it keeps.
        "port_also" PortAlso { port: PortName, zones: Vec<ZoneName> },
        /// Zones that a trunk lost while it keeps others.
        "port_less" PortLess { port: PortName, zones: Vec<ZoneName> },
        /// Another MAC address.
        "port_card" PortCard { port: PortName, card: MacAddress, before: MacAddress },
        /// Another slot.
        "port_slot" PortSlot { port: PortName, slot: PortPath, before: PortPath },
        /// By MAC address instead of slot, or the other way round; it may be the same card.
        "port_found" PortFound { port: PortName, found: PortMatch, before: PortMatch },

        // Rules, and what they name.
        /// A rule that was not there.
        "rule_new" RuleNew { number: u16, rule: Rule },
        /// A rule that says something else.
        "rule" Rule { number: u16, rule: Rule, before: Rule },
        /// A rule that is no more.
        "rule_gone" RuleGone { number: u16, before: Rule },
        /// Rules in another order, which decides which is the first that fits.
        "rule_order" RuleOrder { order: Vec<u16> },
        /// Hours in which a zone reaches the CRM, where there were none.
        "crm_hours_new" CrmHoursNew { zone: ZoneName, schedule: Title },
        /// Other hours.
        "crm_hours" CrmHours { zone: ZoneName, schedule: Title, before: Title },
        /// At all hours again.
        "crm_hours_gone" CrmHoursGone { zone: ZoneName, before: Title },
        /// A service of the admin's own.
        "service_new" ServiceNew { service: Title, ways: Vec<Way> },
        /// A service with other ports.
        "service" Service { service: Title, ways: Vec<Way>, before: Vec<Way> },
        /// A service that is no more.
        "service_gone" ServiceGone { service: Title, before: Vec<Way> },
        /// An address group.
        "group_new" GroupNew { group: Title, members: Vec<Member> },
        /// A group with other members.
        "group" Group { group: Title, members: Vec<Member>, before: Vec<Member> },
        /// A group that is no more.
        "group_gone" GroupGone { group: Title, before: Vec<Member> },
        /// Hours under a name.
        "schedule_new" ScheduleNew { schedule: Title, spans: Vec<Span> },
        /// Other hours under the same name.
        "schedule" Schedule { schedule: Title, spans: Vec<Span>, before: Vec<Span> },
        /// Hours that are no more.
        "schedule_gone" ScheduleGone { schedule: Title, before: Vec<Span> },
        /// Where the box stands, which it did not know.
        "time_zone_new" TimeZoneNew { place: TimeZone },
        /// Another place.
        "time_zone" TimeZone { place: TimeZone, before: TimeZone },
        /// No place any more.
        "time_zone_gone" TimeZoneGone { before: TimeZone },

        // Quarantine.
        /// Devices that may talk to nobody from now on.
        "quarantine_new" QuarantineNew { devices: Vec<MacAddress> },
        /// Devices that may talk as others of their zone again.
        "quarantine_gone" QuarantineGone { devices: Vec<MacAddress> },

        // Names.
        /// Asked over TLS instead of of the provider.
        "dns_tls_new" DnsTlsNew { servers: Vec<TlsServer> },
        /// Others are asked.
        "dns_tls" DnsTls { servers: Vec<TlsServer>, before: Vec<TlsServer> },
        /// The provider is asked again.
        "dns_tls_gone" DnsTlsGone { before: Vec<TlsServer> },
        /// Signatures are checked.
        "dnssec_new" DnssecNew,
        /// They no longer are.
        "dnssec_gone" DnssecGone,

        // What is blocked.
        /// A list that there was not.
        "block_list_new" BlockListNew { list: Title, address: ListAddress },
        /// A list that is fetched elsewhere.
        "block_list_address" BlockListAddress
            { list: Title, address: ListAddress, before: ListAddress },
        /// A list that is no more.
        "block_list_gone" BlockListGone { list: Title, before: ListAddress },
        /// Lists hold in a zone, where none did.
        "blocking_new" BlockingNew { zone: ZoneName, lists: Vec<Title> },
        /// Other lists do.
        "blocking_lists" BlockingLists { zone: ZoneName, lists: Vec<Title>, before: Vec<Title> },
        /// The admin's own names alone do.
        "blocking_own" BlockingOwn { zone: ZoneName },
        /// Nothing is blocked in a zone any more.
        "blocking_gone" BlockingGone { zone: ZoneName },
        /// Names of the admin's own that are blocked.
        "block_new" BlockNew { names: Vec<DomainName> },
        /// Names that are not any more.
        "block_gone" BlockGone { before: Vec<DomainName> },
        /// Names that no list blocks from now on.
        "unblock_new" UnblockNew { names: Vec<DomainName> },
        /// Names that lists may block again.
        "unblock_gone" UnblockGone { before: Vec<DomainName> },

        // Where the box's own programs may go.
        /// A destination on the internet that was closed.
        "egress_new" EgressNew { user: EgressUser, to: EgressTarget, way: EgressWay },
        /// A destination in a zone that was closed, or on the internet.
        "egress_inside" EgressInside
            { user: EgressUser, to: EgressTarget, way: EgressWay, zone: ZoneName },
        /// A destination that is open no more.
        "egress_gone" EgressGone { user: EgressUser, to: EgressTarget, way: EgressWay },
        /// Other words beside a destination.
        "egress_noted" EgressNoted
            { user: EgressUser, to: EgressTarget, way: EgressWay, words: Note },
        /// No such words any more.
        "egress_not_noted" EgressNotNoted { user: EgressUser, to: EgressTarget, way: EgressWay },

        // Published services.
        /// A service that the internet did not reach.
        "publish_new" PublishNew { service: Publication },
        /// A service that is published in another way.
        "publish" Publish { service: Publication, before: Publication },
        /// A service that is switched on again.
        "publish_on" PublishOn { service: Publication },
        /// A service that is switched off.
        "publish_off" PublishOff { service: Publication },
        /// A service that is published no more.
        "publish_gone" PublishGone { before: Publication },

        // Zones whose devices find each other.
        /// Two zones whose devices did not.
        "relay_new" RelayNew { zone: ZoneName, other: ZoneName, what: Relayed },
        /// They find something else.
        "relay" Relay { zone: ZoneName, other: ZoneName, what: Relayed, before: Relayed },
        /// They do no more.
        "relay_gone" RelayGone { zone: ZoneName, other: ZoneName },

        // The rest.
        /// Another language.
        "language" Language { language: Language, before: Language },
        /// Nothing but the order of entries, which means nothing.
        "order" Order,
    }
}

impl Change {
    /// The change as one sentence.
    pub fn text(&self, language: Language) -> String {
        self.text_naming(language, |_| None)
    }

    /// The change as one sentence, for a reader who knows zones by these names; a long list is cut.
    pub fn text_naming(&self, language: Language, name: impl Fn(&str) -> Option<String>) -> String {
        self.told_naming(language, name).text
    }

    /// The same sentence with the lists that it cuts.
    pub fn told_naming(&self, language: Language, name: impl Fn(&str) -> Option<String>) -> Told {
        let speech = Speech { language, name: &name, cut: RefCell::default() };
        let parameters = self.parameters(&speech);
        let text = message::text(&message::CHANGES, language, self.code(), &parameters);
        Told { text, lists: speech.cut.into_inner() }
    }
}
