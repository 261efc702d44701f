//! What is seen of the network: devices, connections, what was refused, links and traffic. Every list is
//! bounded or comes in pages; texts of strangers (names of devices) are data, never words of ours.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Most rows of one page.
pub const MAX_PAGE: usize = 200;
/// Longest text that is looked for, in characters.
pub const MAX_FIND: usize = 100;
/// Minutes of traffic that are kept.
pub const MINUTES: usize = 60;

/// What somebody wants to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Look {
    /// Devices. Answer: [`Seen::Devices`].
    Devices(Page<DevicesShown>),
    /// These devices are not new any more; all of them when none is named. Answer: [`Seen::Done`].
    KnowDevices {
        /// MAC addresses.
        macs: Vec<String>,
    },
    /// Forget a device that is not there. Answer: [`Seen::Done`] with 0 when it is there or unknown.
    ForgetDevice {
        /// MAC address.
        mac: String,
    },
    /// Connections. Answer: [`Seen::Connections`].
    Connections(Page<ConnectionsShown>),
    /// End connections: their packets are refused from now on. Answer: [`Seen::Done`].
    End(Ending),
    /// What was refused. Answer: [`Seen::Refused`].
    Refused(Page<()>),
    /// Ports and links. Answer: [`Seen::Links`].
    Links,
    /// Traffic of the last hour. Answer: [`Seen::Traffic`].
    Traffic {
        /// Of this device, by its MAC address; else of every zone.
        device: Option<String>,
    },
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page<S> {
    /// Rows that have this in a name, an address or the like; all when empty. At most [`MAX_FIND`] characters.
    pub find: String,
    /// Rows of this zone; all when none.
    pub zone: Option<String>,
    /// Rows of this device, by its MAC address; all when none.
    pub device: Option<String>,
    /// What else is chosen.
    pub show: S,
    /// Rows before it.
    pub from: usize,
    /// Rows at most; no more than [`MAX_PAGE`].
    pub limit: usize,
}

/// Which devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DevicesShown {
    /// All that are known, those that are there first.
    #[default]
    All,
    /// Those that nobody has looked at yet, newest first.
    New,
    /// Those in quarantine.
    Quarantined,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionsShown {
    /// Most bytes first.
    #[default]
    Bytes,
    /// Newest first.
    Newest,
}

/// Which connections are ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Ending {
    /// This one.
    One(ConnectionKey),
    /// All of a device, by its MAC address.
    Device(String),
}

/// What is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Seen {
    /// Devices.
    Devices {
        /// The page.
        rows: Vec<Device>,
        /// How many there are in all.
        counts: DeviceCounts,
    },
    /// Connections.
    Connections {
        /// The page.
        rows: Vec<Connection>,
        /// How many are chosen.
        chosen: usize,
        /// How many there are.
        all: usize,
        /// How many the kernel has room for.
        room: usize,
    },
    /// What was refused.
    Refused {
        /// The page, latest first.
        rows: Vec<Refused>,
        /// How many are chosen.
        chosen: usize,
        /// How many there are.
        all: usize,
        /// Seconds since 1970 from when on all is told.
        since: u64,
        /// There were more than could be written down.
        lost: bool,
    },
    /// Links.
    Links(Vec<Link>),
    /// Traffic.
    Traffic {
        /// Seconds since 1970 when the last minute ended; 0 before the first.
        until: u64,
        /// One for the device asked for, or one for every zone and the internet.
        series: Vec<Traffic>,
        /// Devices with the most, most first; none when one device was asked for.
        most: Vec<DeviceTraffic>,
    },
    /// So many were changed.
    Done(usize),
}

/// A device that was seen in a zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// MAC address.
    pub mac: String,
    /// What it calls itself, or a reservation does.
    pub name: Option<String>,
    /// Who made its card.
    pub vendor: Option<String>,
    /// Its MAC address was made up by the device itself, as phones do.
    pub made_up: bool,
    /// Zone it was last seen in.
    pub zone: String,
    /// Addresses it has, or had last.
    pub addresses: Vec<IpAddr>,
    /// Port of the box it is behind, where that is known.
    pub port: Option<String>,
    /// Seconds since 1970.
    pub first_seen: u64,
    /// Seconds since 1970.
    pub last_seen: u64,
    /// It answered within the last minutes.
    pub here: bool,
    /// Nobody has looked at it yet.
    pub new: bool,
    /// It may talk to nobody.
    pub quarantined: bool,
    /// Seconds since 1970 when its lease ends, if it has one.
    pub lease: Option<u64>,
}

/// How many devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceCounts {
    /// Chosen by what was looked for.
    pub chosen: usize,
    /// Known.
    pub all: usize,
    /// There.
    pub here: usize,
    /// New.
    pub new: usize,
    /// In quarantine.
    pub quarantined: usize,
    /// Most that are known: the one that was not seen for longest is forgotten for another.
    pub room: usize,
}

/// By what a connection is found again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionKey {
    /// The kernel's number of it.
    pub id: u32,
    /// IANA protocol number.
    pub protocol: u8,
    /// Who opened it.
    pub source: IpAddr,
    /// Source port, or what stands for it.
    pub source_port: u16,
    /// To whom.
    pub destination: IpAddr,
    /// Destination port, or what stands for it.
    pub destination_port: u16,
}

/// A connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// By what it is found again.
    pub key: ConnectionKey,
    /// Who opened it.
    pub from: End,
    /// To whom.
    pub to: End,
    /// Who answers: another than the key's destination where a service is published.
    pub answers: IpAddr,
    /// Bytes from who opened it.
    pub sent: u64,
    /// Bytes back.
    pub received: u64,
    /// Seconds since it began, where the kernel noted it.
    pub age: Option<u64>,
    /// There was an answer.
    pub answered: bool,
}

/// An end of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Its zone, `wan` for the internet, none for the box itself.
    pub zone: Option<String>,
    /// The device's MAC address, where it is known.
    pub mac: Option<String>,
    /// The device's name, where it has one.
    pub name: Option<String>,
}

/// Packets of one kind that were refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Who sent them.
    pub from: End,
    /// From which address, the last time.
    pub source: IpAddr,
    /// Port of the box that frames came in at the last time, for reasons about frames and where it is known.
    pub at: Option<String>,
    /// To whom.
    pub to: End,
    /// To which address; none for more targets of one sender than are kept apart.
    pub destination: Option<IpAddr>,
    /// IANA protocol number.
    pub protocol: u8,
    /// Destination port, or what stands for it.
    pub port: u16,
    /// Why.
    pub why: Why,
    /// What was noted at the rule that wrote them down, for [`Why::Rule`] and where something was.
    pub note: Option<String>,
    /// How often, as far as it was written down.
    pub count: u64,
    /// Seconds since 1970.
    pub first: u64,
    /// Seconds since 1970.
    pub last: u64,
}

/// Why packets were refused, or why they were written down.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
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
    /// It belongs to no connection, or to one that the rules do not allow any more.
    Stray,
    /// A rule with this id wrote it down; whether it was refused, the rule says.
    Rule(String),
}

/// A port of the box, or a link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Name of the port in the settings; none for a card that they do not name.
    pub port: Option<String>,
    /// The kernel's name; none while there is no such card.
    pub interface: Option<String>,
    /// Zones that it carries, `wan` for the internet.
    pub zones: Vec<String>,
    /// Something is plugged in that runs.
    pub linked: bool,
    /// Mbit/s, where the card says it.
    pub speed: Option<u32>,
    /// Both ways at once, where the card says it.
    pub full_duplex: Option<bool>,
    /// Bytes that came in since the box started.
    pub received: u64,
    /// Bytes that went out.
    pub sent: u64,
    /// Frames that came in broken, or could not be sent, or for which there was no room.
    pub errors: u64,
    /// Times that the link came or went.
    pub changes: Option<u32>,
    /// Devices that were seen behind it and are there.
    pub devices: usize,
}

/// Bytes by minute, the last [`MINUTES`] at most, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// The zone, `wan` for the internet; empty for a device.
    pub zone: String,
    /// To its devices; for `wan` from the internet.
    pub down: Vec<u64>,
    /// From its devices; for `wan` to the internet.
    pub up: Vec<u64>,
}

/// What a device had in the last hour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceTraffic {
    /// MAC address.
    pub mac: String,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its zone.
    pub zone: String,
    /// Bytes to it.
    pub down: u64,
    /// Bytes from it.
    pub up: u64,
}
