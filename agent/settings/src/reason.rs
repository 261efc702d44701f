//! Why a value is refused: one variant for each reason, with the values a text needs.
//! The texts are in `locales/<language>.json` under the reason's code; a test keeps them complete.

use std::fmt;
use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};

use crate::message;
use crate::{DomainName, Language, MacAddress, PortName, Title, ZoneName};

macro_rules! reasons {
    ($($(#[$doc:meta])* $code:literal $name:ident $({ $($field:ident: $type:ty),+ })?,)+) => {
        /// Why a value is refused.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the fields are the values named in the text")]
        pub enum Reason {
            $($(#[$doc])* $name $({ $($field: $type),+ })?,)+
        }

        impl Reason {
            /// Codes of all reasons.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// The stable code, key of the catalogue.
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$name $({ $($field: _),+ })? => $code,)+
                }
            }

            /// Names and values that the catalogue's text may use.
            pub fn parameters(&self) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$name $({ $($field),+ })? =>
                        vec![$($((stringify!($field), $field.to_string())),+)?],)+
                }
            }
        }

        #[cfg(test)]
        pub(crate) const PARAMETERS: &[(&str, &[&str])] =
            &[$(($code, &[$($(stringify!($field)),+)?])),+];
    };
}

reasons! {
    // The document.
    /// More bytes than allowed.
    "too_large" TooLarge { max: usize },
    /// No JSON text.
    "not_json" NotJson { line: usize, column: usize },
    /// The same field twice in one object.
    "field_repeated" FieldRepeated,
    /// A field nobody knows.
    "field_unknown" FieldUnknown,
    /// A field that must be there.
    "field_missing" FieldMissing,
    /// Not `{…}`.
    "not_an_object" NotAnObject,
    /// Not `[…]`.
    "not_a_list" NotAList,
    /// Not `"…"`.
    "not_text" NotText,
    /// Not a whole number from 0 on.
    "not_a_number" NotANumber,
    /// Not one of the fixed words.
    "not_one_of" NotOneOf { allowed: &'static str },
    /// More entries than allowed.
    "too_many" TooMany { max: usize },
    /// Written for a later release.
    "version_newer" VersionNewer { found: u64, known: u64 },
    /// No version there ever was.
    "version_unknown" VersionUnknown { found: u64, known: u64 },

    // Single values.
    /// No name for a zone or a port.
    "name_invalid" NameInvalid { max: usize },
    /// `wan` where a zone of the box is meant.
    "wan_is_reserved" WanIsReserved,
    /// A word kept for later versions where a zone of the admin's own is meant.
    "name_reserved" NameReserved { name: String },
    /// No MAC address.
    "mac_invalid" MacInvalid,
    /// Zero, multicast or broadcast.
    "mac_not_one_card" MacNotOneCard,
    /// No `ID_PATH` of udev.
    "path_invalid" PathInvalid { max: usize },
    /// Neither by MAC nor by path, or both.
    "match_invalid" MatchInvalid,
    /// Neither WAN nor access nor trunk, or several.
    "role_invalid" RoleInvalid,
    /// Outside 1 to 4094.
    "vlan_invalid" VlanInvalid,
    /// No IPv4 address.
    "ipv4_invalid" Ipv4Invalid,
    /// No IPv4 address with prefix length.
    "router_invalid" RouterInvalid,
    /// Neither `all` nor a list.
    "addresses_invalid" AddressesInvalid,
    /// No network.
    "network_invalid" NetworkInvalid,
    /// A character that no address has.
    "network_character" NetworkCharacter { found: char },
    /// A number of an IPv4 address above 255.
    "network_number" NetworkNumber { found: u32 },
    /// A prefix length above what the kind of address has.
    "network_length" NetworkLength { found: u32, max: u32 },
    /// A network with host bits.
    "network_host_bits" NetworkHostBits { suggested: IpNet },
    /// An IPv4 network written as IPv6 (`::ffff:…`).
    "network_mapped" NetworkMapped,
    /// A host number outside 1 to 65534.
    "host_invalid" HostInvalid,

    // Ports.
    /// Two ports recognised by the same MAC or path.
    "match_used" MatchUsed { port: PortName },
    /// A second WAN port.
    "wan_used" WanUsed { port: PortName, other: PortName },
    /// No zone of this name.
    "zone_unknown" ZoneUnknown { zone: ZoneName },
    /// A trunk that carries nothing.
    "trunk_empty" TrunkEmpty,
    /// A trunk that names a zone twice.
    "trunk_repeats" TrunkRepeats { zone: ZoneName },

    // Zones.
    /// VLAN id of another zone.
    "vlan_used" VlanUsed { zone: ZoneName },
    /// Neither IPv4 nor IPv6.
    "zone_without_address" ZoneWithoutAddress,
    /// Prefix length outside what a zone can have.
    "prefix_bounds" PrefixBounds { min: u8, max: u8 },
    /// Loopback, link-local, multicast or reserved.
    "subnet_reserved" SubnetReserved { reserved: Ipv4Net },
    /// Router address is the subnet's network address.
    "router_is_network" RouterIsNetwork { subnet: Ipv4Net },
    /// Router address is the subnet's broadcast address.
    "router_is_broadcast" RouterIsBroadcast { subnet: Ipv4Net },
    /// Shares addresses with another zone.
    "subnet_overlap" SubnetOverlap { zone: ZoneName, subnet: Ipv4Net },
    /// DHCP address outside the subnet.
    "dhcp_outside" DhcpOutside { subnet: Ipv4Net },
    /// DHCP address is the network or the broadcast address.
    "dhcp_edge" DhcpEdge { subnet: Ipv4Net },
    /// First above last.
    "dhcp_reversed" DhcpReversed,
    /// DHCP would hand out the router's address.
    "dhcp_has_router" DhcpHasRouter { router: Ipv4Addr },

    // Devices with a fixed address.
    /// No label of a domain name.
    "host_name_invalid" HostNameInvalid { max: usize },
    /// A name of the box, or one that systems look up by themselves.
    "host_name_reserved" HostNameReserved { name: String },
    /// The CRM's zone, in which nobody is served.
    "reservation_crm" ReservationCrm { zone: ZoneName },
    /// The zone has no IPv4.
    "reservation_no_ipv4" ReservationNoIpv4,
    /// Address outside the subnet.
    "reservation_outside" ReservationOutside { subnet: Ipv4Net },
    /// Address is the network or the broadcast address.
    "reservation_edge" ReservationEdge { subnet: Ipv4Net },
    /// Address of the router.
    "reservation_router" ReservationRouter,
    /// The device has an address already.
    "reservation_mac_used" ReservationMacUsed { address: Ipv4Addr },
    /// Another device has the address.
    "reservation_address_used" ReservationAddressUsed { mac: MacAddress },
    /// Another device of the zone has the name.
    "reservation_name_used" ReservationNameUsed { address: Ipv4Addr },

    // Policies.
    /// From a zone to itself.
    "policy_same" PolicySame,
    /// A second policy for the same two zones.
    "policy_repeated" PolicyRepeated,
    /// Names the CRM's zone.
    "policy_crm" PolicyCrm { zone: ZoneName },

    // Who may reach the admin pages and the CRM.
    /// The same zone twice in one list of sources.
    "source_repeated" SourceRepeated { zone: ZoneName },
    /// The same network twice in one list.
    "network_repeated" NetworkRepeated,
    /// No host of the zone can have such an IPv4 address.
    "network_outside" NetworkOutside { zone: ZoneName, subnet: Ipv4Net },
    /// The zone has no IPv4.
    "network_no_ipv4" NetworkNoIpv4 { zone: ZoneName },
    /// The zone has no IPv6.
    "network_no_ipv6" NetworkNoIpv6 { zone: ZoneName },
    /// No host of a zone can have such an IPv6 address.
    "network_not_local" NetworkNotLocal,
    /// No host of the zone can have this IPv4 address.
    "address_outside" AddressOutside { zone: ZoneName, subnet: Ipv4Net },
    /// The zone of an address has no IPv4.
    "address_no_ipv4" AddressNoIpv4 { zone: ZoneName },
    /// The zone of an address has no IPv6.
    "address_no_ipv6" AddressNoIpv6 { zone: ZoneName },
    /// No host of a zone can have this IPv6 address.
    "address_not_local" AddressNotLocal,
    /// Nobody may reach the admin pages.
    "management_empty" ManagementEmpty,
    /// The lists are empty or match no host for certain.
    "management_nobody" ManagementNobody,
    /// The lists match hosts in quarantine alone.
    "management_quarantined" ManagementQuarantined,
    /// No port leads into the zones.
    "management_no_port" ManagementNoPort,
    /// The CRM's zone would reach the admin pages.
    "management_crm" ManagementCrm,
    /// CRM would have the router's address.
    "crm_host_is_router" CrmHostIsRouter,
    /// CRM's number does not fit into the subnet.
    "crm_host_outside" CrmHostOutside { subnet: Ipv4Net },
    /// CRM would have an address that DHCP hands out.
    "crm_host_in_dhcp" CrmHostInDhcp { address: Ipv4Addr },
    /// CRM's own zone among those who may reach it.
    "crm_from_itself" CrmFromItself,

    // Rules, and what they name.
    /// No name for a list of the admin's own.
    "title_invalid" TitleInvalid { max: usize },
    /// No note beside a rule.
    "note_invalid" NoteInvalid { max: usize },
    /// Neither true nor false.
    "not_yes_or_no" NotYesOrNo,
    /// Neither `all` nor a list of names or addresses.
    "which_invalid" WhichInvalid,
    /// A list without entries, which would mean nothing.
    "list_empty" ListEmpty,
    /// The same entry twice.
    "list_repeats" ListRepeats,
    /// No way of a service.
    "service_invalid" ServiceInvalid,
    /// First port above last.
    "ports_reversed" PortsReversed,
    /// A service of the admin's own under a name that everybody's has.
    "service_known" ServiceKnown { name: Title },
    /// No service of this name.
    "service_unknown" ServiceUnknown { name: Title },
    /// Neither address nor network, range, card or group.
    "member_invalid" MemberInvalid,
    /// First address not below the last, or not of the same IP version.
    "range_reversed" RangeReversed,
    /// No group of this name.
    "group_unknown" GroupUnknown { group: Title },
    /// A group that holds itself, by way of others.
    "group_circle" GroupCircle { group: Title },
    /// A card where a connection goes to: the box cannot know it.
    "mac_as_target" MacAsTarget,
    /// No time of day.
    "time_invalid" TimeInvalid,
    /// From a time to the same time.
    "span_empty" SpanEmpty,
    /// No schedule of this name.
    "schedule_unknown" ScheduleUnknown { schedule: Title },
    /// No time zone of this name.
    "time_zone_unknown" TimeZoneUnknown,
    /// Hours without the place where they are counted.
    "time_zone_missing" TimeZoneMissing,
    /// No number of a rule.
    "rule_id_invalid" RuleIdInvalid,
    /// Number of another rule.
    "rule_id_used" RuleIdUsed { number: u16 },

    // Quarantine.
    /// The same device twice.
    "quarantine_repeated" QuarantineRepeated,

    // Labels, isolation, static routes.
    /// No label for a zone.
    "label_invalid" LabelInvalid { max: usize },
    /// Another zone is called so.
    "label_used" LabelUsed { zone: ZoneName },
    /// What the internet or the box is called.
    "label_reserved" LabelReserved,
    /// Sentences that name several places, or a part of one, read so: this place is in it.
    "label_joins" LabelJoins { part: String },
    /// The CRM is alone in its zone.
    "isolated_crm" IsolatedCrm,
    /// A routed network of IPv6.
    "route_ipv6" RouteIpv6,
    /// Prefix length outside what a routed network can have.
    "route_bounds" RouteBounds { min: u8, max: u8 },
    /// Shares addresses with the network of another route.
    "route_overlap" RouteOverlap { network: Ipv4Net },
    /// The other router is in no zone.
    "route_via_outside" RouteViaOutside,
    /// The other router would be in the CRM's zone.
    "route_via_crm" RouteViaCrm { zone: ZoneName },
    /// No device has this address: it is the box's, or an end of the subnet.
    "route_via_unusable" RouteViaUnusable { subnet: Ipv4Net },

    // Names.
    /// No domain name.
    "domain_name_invalid" DomainNameInvalid,
    /// Neither the provider nor servers that are asked over TLS.
    "upstream_invalid" UpstreamInvalid,
    /// No IP address.
    "address_invalid" AddressInvalid,
    /// Over TLS, and of nobody.
    "tls_servers_none" TlsServersNone,
    /// The same server twice.
    "tls_server_repeated" TlsServerRepeated,
    /// No server on the internet has the address.
    "tls_server_nobody" TlsServerNobody,
    /// The address is one of a zone's.
    "tls_server_inside" TlsServerInside { zone: ZoneName },

    // What is blocked.
    /// No address of a list.
    "list_address_invalid" ListAddressInvalid { max: usize },
    /// Another list is fetched at the same address.
    "block_list_again" BlockListAgain { list: Title },
    /// The admin application may not go where the list is.
    "block_list_no_way" BlockListNoWay { host: DomainName, port: u16 },
    /// No list of this name.
    "block_list_unknown" BlockListUnknown { list: Title },
    /// The CRM's zone, in which nobody is served.
    "blocking_crm" BlockingCrm { zone: ZoneName },
    /// Blocked and allowed at once.
    "block_allowed" BlockAllowed,
    /// The box needs the name.
    "block_needed" BlockNeeded { name: DomainName, needed: String },

    // Where the box's own programs may go.
    /// A name that nobody on the internet answers for.
    "domain_name_reserved" DomainNameReserved { name: String },
    /// No place on the internet.
    "egress_not_internet" EgressNotInternet { reserved: IpNet },
    /// A network that is too large.
    "egress_bounds" EgressBounds { min: u8, max: u8 },
    /// Several addresses of a zone.
    "egress_zone_network" EgressZoneNetwork { zone: ZoneName },
    /// The box itself.
    "egress_box" EgressBox,
    /// The CRM's zone.
    "egress_crm" EgressCrm { zone: ZoneName },
    /// The same destination twice.
    "egress_repeated" EgressRepeated,

    // Published services.
    /// Number of another publication.
    "publish_id_used" PublishIdUsed { number: u16 },
    /// Another publication is called so.
    "publish_label_used" PublishLabelUsed,
    /// No port, and no range of them.
    "publish_port_invalid" PublishPortInvalid,
    /// Only TCP and UDP have ports.
    "publish_ping" PublishPing,
    /// The box is answered there by its provider.
    "publish_own_port" PublishOwnPort,
    /// Another device answers on the port.
    "publish_port_used" PublishPortUsed { label: Title },
    /// A port of another entry of the same list.
    "publish_port_twice" PublishPortTwice,
    /// Another port where several are published.
    "publish_port_range" PublishPortRange,
    /// No number of a port.
    "port_number_invalid" PortNumberInvalid,
    /// The CRM's zone.
    "publish_crm" PublishCrm { zone: ZoneName },
    /// No device has this address: it is the box's, or an end of the subnet.
    "publish_unusable" PublishUnusable { subnet: Ipv4Net },
    /// No end of a device's IPv6 address.
    "publish_ending" PublishEnding,
    /// A card where a connection comes from outside: the box cannot know it.
    "publish_mac" PublishMac,
    /// No day of the calendar.
    "day_invalid" DayInvalid,
    /// A last day without the place where it ends.
    "day_without_time_zone" DayWithoutTimeZone,

    // Relays between zones.
    /// Not two zones.
    "relay_two" RelayTwo,
    /// The same zone twice.
    "relay_same" RelaySame { zone: ZoneName },
    /// The CRM's zone.
    "relay_crm" RelayCrm { zone: ZoneName },
    /// Both zones again, in either order.
    "relay_repeated" RelayRepeated { zone: ZoneName, other: ZoneName },
    /// One has IPv4 only, the other IPv6 only.
    "relay_versions" RelayVersions { zone: ZoneName, other: ZoneName },
}

impl Reason {
    /// The reason in words.
    pub fn text(&self, language: Language) -> String {
        message::text(&message::REASONS, language, self.code(), &self.parameters())
    }

    /// The reason in words, for a reader who knows zones by these names.
    pub fn text_naming(&self, language: Language, name: impl Fn(&str) -> Option<String>) -> String {
        let mut parameters = self.parameters();
        for (parameter, value) in &mut parameters {
            if *parameter == "zone"
                && let Some(name) = name(value)
            {
                *value = name;
            }
        }
        message::text(&message::REASONS, language, self.code(), &parameters)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::English))
    }
}

impl std::error::Error for Reason {}
