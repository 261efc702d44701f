//! What is seen of the network: devices, connections, what was refused, links, traffic.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plain::Time;
use crate::json;

/// A page of the devices.
#[derive(Serialize, ToSchema)]
pub struct DevicesPage {
    /// The devices.
    pub items: Vec<Device>,
    /// Where the next page begins; none after the last.
    #[schema(required = true)]
    pub next: Option<String>,
    /// How many there are.
    pub counts: DeviceCounts,
}

/// How many devices.
#[derive(Serialize, ToSchema)]
pub struct DeviceCounts {
    /// That were looked for.
    pub chosen: usize,
    /// Known.
    pub all: usize,
    /// There now.
    pub here: usize,
    /// That nobody has looked at.
    pub new: usize,
    /// In quarantine.
    pub quarantined: usize,
    /// Most that are known at once.
    pub room: usize,
}

/// A device.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// MAC address.
    pub mac: String,
    /// What it calls itself.
    #[schema(required = true)]
    pub name: Option<String>,
    /// Who made its card.
    #[schema(required = true)]
    pub vendor: Option<String>,
    /// Its MAC address was made up by the device itself.
    pub made_up: bool,
    /// Zone it was last seen in.
    pub zone: String,
    /// Addresses that it has, or had last.
    pub addresses: Vec<String>,
    /// Port of the box that it is behind, where that is known.
    #[schema(required = true)]
    pub port: Option<String>,
    /// When it was seen first.
    pub first_seen: Time,
    /// When it was seen last.
    pub last_seen: Time,
    /// It was seen within the last minutes.
    pub here: bool,
    /// Nobody has looked at it yet.
    pub new: bool,
    /// It may talk to nobody, by the settings in force.
    pub quarantined: bool,
    /// It is where this request comes from.
    pub mine: bool,
    /// When its lease ends, if it has one.
    #[schema(required = true)]
    pub lease: Option<Time>,
}

/// Devices that are not new any more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KnownDevices {
    /// Their MAC addresses; all devices when there is none.
    pub macs: Vec<String>,
}

/// A device.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneDevice {
    /// Its MAC address.
    pub mac: String,
}

/// So many.
#[derive(Serialize, ToSchema)]
pub struct Count {
    /// How many.
    pub count: usize,
}

/// A page of the connections.
#[derive(Serialize, ToSchema)]
pub struct ConnectionsPage {
    /// The connections.
    pub items: Vec<Connection>,
    /// Where the next page begins; none after the last.
    #[schema(required = true)]
    pub next: Option<String>,
    /// How many were looked for.
    pub chosen: usize,
    /// How many there are.
    pub all: usize,
    /// How many there can be.
    pub room: usize,
}

/// A connection.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// By what it is found again.
    pub key: ConnectionKey,
    /// Who opened it.
    pub from: End,
    /// To whom.
    pub to: End,
    /// Who answers: another than the key's destination where a service is published.
    pub answers: String,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, or a protocol's number.
    pub protocol: String,
    /// Bytes from who opened it.
    pub sent: u64,
    /// Bytes back.
    pub received: u64,
    /// Seconds since it began, where that is known.
    #[schema(required = true)]
    pub age: Option<u64>,
    /// There was an answer.
    pub answered: bool,
}

/// By what a connection is found again.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionKey {
    /// The kernel's number of it.
    pub id: u32,
    /// IANA protocol number.
    pub protocol: u8,
    /// Who opened it.
    pub source: String,
    /// Source port.
    pub source_port: u16,
    /// To whom.
    pub destination: String,
    /// Destination port.
    pub destination_port: u16,
}

/// An end of a connection.
#[derive(Serialize, ToSchema)]
pub struct End {
    /// Its zone, `wan` for the internet, none for the box itself.
    #[schema(required = true)]
    pub zone: Option<String>,
    /// The device's MAC address, where it is known.
    #[schema(required = true)]
    pub mac: Option<String>,
    /// The device's name, where it has one.
    #[schema(required = true)]
    pub name: Option<String>,
}

/// Which connections are ended: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndConnections {
    /// This one.
    #[serde(default, deserialize_with = "optional_object")]
    pub connection: Option<ConnectionKey>,
    /// All of a device, by its MAC address.
    #[serde(default)]
    pub device: Option<String>,
}

/// An object, never an array in its place.
fn optional_object<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<ConnectionKey>, D::Error> {
    json::object(from).map(Some)
}

/// A page of what was refused.
#[derive(Serialize, ToSchema)]
pub struct RefusedPage {
    /// What was refused, latest first.
    pub items: Vec<Refused>,
    /// Where the next page begins; none after the last.
    #[schema(required = true)]
    pub next: Option<String>,
    /// How many were looked for.
    pub chosen: usize,
    /// How many there are.
    pub all: usize,
    /// From when on all is told.
    pub since: Time,
    /// There were more than could be written down.
    pub lost: bool,
}

/// A rule that wrote something down.
#[derive(Serialize, ToSchema)]
pub struct RuleDid {
    /// Its number.
    pub id: u16,
    /// What it did.
    pub action: RuleDoes,
    /// What a person noted at it, while the rule of this number does the same.
    #[schema(required = true)]
    pub comment: Option<String>,
}

/// What a rule does with a connection.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleDoes {
    /// Lets it pass.
    Allow,
    /// Drops it.
    Block,
    /// Turns it away, and says so.
    Reject,
}

/// Packets of one kind that were refused, or that a rule wrote down.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    /// Who sent them.
    pub from: End,
    /// From which address, the last time.
    pub source: String,
    /// Port of the box that frames came in at the last time, for `rogue-dhcp` and `rogue-router`.
    #[schema(required = true)]
    pub at: Option<String>,
    /// To whom.
    pub to: End,
    /// To which address; none for many targets of one sender, counted together.
    #[schema(required = true)]
    pub destination: Option<String>,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, or a protocol's number.
    pub protocol: String,
    /// Destination port; of ICMP type and code.
    pub port: u16,
    /// Why.
    pub why: Why,
    /// Id of the rule that wrote it down, for `rule`.
    #[schema(required = true)]
    pub rule: Option<String>,
    /// What that rule did.
    #[schema(required = true)]
    pub rule_did: Option<RuleDid>,
    /// How often, as far as it was written down.
    pub count: u64,
    /// When first.
    pub first: Time,
    /// When last.
    pub last: Time,
}

/// Why packets were refused.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The device is in quarantine.
    Quarantined,
    /// The CRM opens no connections.
    CrmOpensNone,
    /// Nobody of the sender's zone may reach the CRM.
    CrmZone,
    /// No list of who may reach the CRM names the address.
    CrmAddress,
    /// The CRM is reached by web pages only.
    CrmService,
    /// Devices of the zone are kept apart.
    Isolated,
    /// The target is of the sender's own zone, where devices reach each other without the box.
    OwnZone,
    /// No policy lets the zone reach the target.
    NoPolicy,
    /// The policy allows web pages only.
    WebOnly,
    /// The admin pages are not for this address.
    BoxPages,
    /// The box does not offer that.
    BoxService,
    /// The sender's address is of no network of its zone.
    NoSuchNetwork,
    /// Only the box gives out addresses.
    RogueDhcp,
    /// Only the box says that it is the router.
    RogueRouter,
    /// It belongs to no connection, or to one that is not allowed any more.
    Stray,
    /// A rule of the admin's wrote it down.
    Rule,
}

/// Ports of the box.
#[derive(Serialize, ToSchema)]
pub struct Links {
    /// Each port of the settings.
    pub ports: Vec<Link>,
}

/// A port.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// Its name in the settings.
    pub name: String,
    /// The kernel's name of its card; none while there is no such card.
    #[schema(required = true)]
    pub interface: Option<String>,
    /// Zones that it carries, `wan` for the internet.
    pub zones: Vec<String>,
    /// Something is plugged in that runs.
    pub linked: bool,
    /// Mbit/s, where the card says it.
    #[schema(required = true)]
    pub speed: Option<u32>,
    /// Both ways at once, where the card says it.
    #[schema(required = true)]
    pub full_duplex: Option<bool>,
    /// Bytes that came in since the box started.
    pub received: u64,
    /// Bytes that went out.
    pub sent: u64,
    /// Broken frames, and those that could not be sent or taken.
    pub errors: u64,
    /// Times that the link came or went.
    #[schema(required = true)]
    pub changes: Option<u32>,
    /// Devices that are there behind it.
    pub devices: usize,
}

/// Traffic of the last hour.
#[derive(Serialize, ToSchema)]
pub struct Traffic {
    /// When the last minute ended; none before the first.
    #[schema(required = true)]
    pub until: Option<Time>,
    /// Of the device asked for, or of every zone and the internet.
    pub series: Vec<Series>,
    /// Devices with the most, most first; none when one device was asked for.
    pub most: Vec<DeviceTraffic>,
}

/// Bytes by minute, oldest first.
#[derive(Serialize, ToSchema)]
pub struct Series {
    /// The zone, `wan` for the internet; empty for a device.
    pub zone: String,
    /// To its devices; for `wan` from the internet.
    pub down: Vec<u64>,
    /// From its devices; for `wan` to the internet.
    pub up: Vec<u64>,
}

/// What a device had in the last hour.
#[derive(Serialize, ToSchema)]
pub struct DeviceTraffic {
    /// MAC address.
    pub mac: String,
    /// Its name, where it has one.
    #[schema(required = true)]
    pub name: Option<String>,
    /// Its zone.
    pub zone: String,
    /// Bytes to it.
    pub down: u64,
    /// Bytes from it.
    pub up: u64,
}
