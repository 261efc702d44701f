//! What the simulator found: typed, and weighed for a page.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};
use settings::{MacAddress, PortName, Risk, Title, Way, ZoneName};

/// One thing that is otherwise with the new rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The admin who asks still reaches the admin pages.
    KeepsWayIn {
        /// Where it is asked from.
        address: IpAddr,
    },
    /// The admin who asks does not reach the admin pages with the new rules.
    LosesWayIn {
        /// Where it is asked from.
        address: IpAddr,
    },
    /// The network of the admin who asks gets smaller, and its own address is in it no more.
    LeftOut {
        /// Where it is asked from.
        address: IpAddr,
        /// The zone.
        zone: ZoneName,
        /// What the zone keeps.
        network: Ipv4Net,
    },
    /// The port that the admin who asks is plugged in at leaves the zone.
    CutOff {
        /// Where it is asked from.
        address: IpAddr,
        /// The port, as it is called now.
        port: PortName,
        /// The zone.
        zone: ZoneName,
    },
    /// The device of the admin who asks goes into quarantine.
    Quarantined {
        /// Where it is asked from.
        address: IpAddr,
        /// No other may open the admin pages.
        only: bool,
    },
    /// The internet's port has an address of a network that the settings say is inside.
    ProvidersNetwork {
        /// The zone of that name, or that the way to the network leads to.
        zone: ZoneName,
        /// The network inside.
        network: Ipv4Net,
        /// What the provider gave.
        address: Ipv4Addr,
    },
    /// A packet from WAN gets inside with the new rules, whatever it did before.
    InternetReachesInside {
        /// Where it gets to.
        to: Place,
    },
    /// Somebody reached the CRM, and nobody does any more.
    NobodyReachesCrm,
    /// A zone that stays has other addresses. An old one reaches nothing; a new one reaches what the old
    /// ones did, as far as no other finding says more.
    Moved {
        /// The zone.
        zone: ZoneName,
        /// Its subnet of one IP version; none when it had none.
        before: Option<IpNet>,
        /// The new one; none when it has none any more.
        after: Option<IpNet>,
    },
    /// The box has another address in a zone that keeps addresses of its devices: what they know as their
    /// router and name server is gone.
    RouterMoved {
        /// The zone.
        zone: ZoneName,
        /// The box's address.
        before: Ipv4Addr,
        /// The new one.
        after: Ipv4Addr,
        /// Devices learn of it when their address is lent to them anew.
        lends: bool,
    },
    /// The internet reaches a published service that it did not reach.
    PublishedOpened {
        /// Ports at the box's address.
        way: Way,
        /// Who answers.
        to: Answer,
        /// Only addresses of a list may come.
        listed: bool,
    },
    /// The internet reached a published service, and does no more.
    PublishedClosed {
        /// Ports at the box's address.
        way: Way,
        /// Who answered.
        to: Answer,
    },
    /// Fewer on the internet reach a published service than before.
    PublishedForFewer {
        /// Ports at the box's address.
        way: Way,
        /// Who answers.
        to: Answer,
    },
    /// Devices of other zones reach a published service by the box's address on the internet, and did not; or do
    /// no more.
    PublishedInside {
        /// Ports at the box's address.
        way: Way,
        /// Who answers.
        to: Answer,
        /// Who they are.
        from: Vec<Sender>,
        /// They do now.
        opens: bool,
    },
    /// What is published there is attacked wherever the internet reaches it.
    Risk {
        /// What it is called.
        label: Title,
        /// What answers there.
        risk: Risk,
    },
    /// A published service lets only devices of our own come.
    OnlyOwnCome {
        /// What it is called.
        label: Title,
        /// Their addresses.
        addresses: Vec<IpNet>,
    },
    /// A published service lets addresses come that are no place on the internet.
    NobodyComes {
        /// What it is called.
        label: Title,
        /// These addresses.
        addresses: Vec<IpNet>,
        /// No others may come.
        only: bool,
    },
    /// Devices of two zones find each other that did not.
    RelayOpened {
        /// One zone.
        zone: ZoneName,
        /// The other.
        other: ZoneName,
    },
    /// Devices of two zones do not find each other any more.
    RelayClosed {
        /// One zone.
        zone: ZoneName,
        /// The other.
        other: ZoneName,
    },
    /// Devices get an address and names, and reach nobody any more.
    ShutOff {
        /// By their cards.
        devices: Vec<MacAddress>,
    },
    /// Devices that reached nobody reach what others of their zone do.
    LetOut {
        /// By their cards.
        devices: Vec<MacAddress>,
    },
    /// A rule that was for somebody, or was not there, names addresses that nobody in its zones can have.
    RuleForNobody {
        /// Its number.
        rule: u16,
        /// It lets nobody pass: what it stopped is not stopped any more.
        stops: bool,
    },
    /// Rules tell more apart than can be tried while somebody waits.
    Incomplete,
    /// What was stopped passes now.
    Opened {
        /// Who opens the connection.
        from: Sender,
        /// Where to, all of these alike.
        to: Vec<Place>,
        /// What passes.
        what: BTreeSet<Traffic>,
        /// Services that do not pass all the same, when it is everything else.
        except: BTreeSet<Traffic>,
    },
    /// What passed is stopped now.
    Closed {
        /// Who opens the connection.
        from: Sender,
        /// Where to, all of these alike.
        to: Vec<Place>,
        /// What is stopped.
        what: BTreeSet<Traffic>,
        /// Services that pass all the same, when it is everything else.
        except: BTreeSet<Traffic>,
    },
}

/// A device that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its zone.
    pub zone: ZoneName,
    /// Its address.
    pub address: IpAddr,
    /// Its port, the first of several.
    pub port: u16,
}

/// Who opens a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sender {
    /// Anybody outside.
    Internet,
    /// All addresses of the zone.
    Zone(ZoneName),
    /// Some addresses of the zone.
    Part {
        /// The zone.
        zone: ZoneName,
        /// Networks that do not overlap, at least one.
        addresses: Vec<IpNet>,
    },
    /// All addresses of the zone but these.
    Others {
        /// The zone.
        zone: ZoneName,
        /// Networks that do not overlap, at least one.
        but: Vec<IpNet>,
    },
    /// Devices in the zone that rules know by their cards.
    Devices {
        /// The zone.
        zone: ZoneName,
        /// Their cards, at least one.
        cards: Vec<MacAddress>,
    },
}

/// Where a connection goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Anywhere outside.
    Internet,
    /// Devices of a zone, other than the CRM and the box.
    Zone(ZoneName),
    /// The CRM, wherever it lives.
    Crm,
    /// The box itself.
    Box,
    /// Some addresses only.
    Part {
        /// Their zone; none outside.
        zone: Option<ZoneName>,
        /// Networks that do not overlap, at least one.
        addresses: Vec<IpNet>,
    },
    /// All but some addresses.
    Others {
        /// Their zone; none outside.
        zone: Option<ZoneName>,
        /// Networks that do not overlap, at least one.
        but: Vec<IpNet>,
    },
}

/// What a connection is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Traffic {
    /// The box's web pages: TCP 443 and 80.
    AdminPages,
    /// TCP 443.
    Https,
    /// TCP 80.
    Http,
    /// UDP 443.
    Http3,
    /// Any other TCP.
    Tcp,
    /// Any other UDP.
    Udp,
    /// ICMP and ICMPv6 echo.
    Ping,
    /// Other protocols.
    Other,
    /// The box's names: UDP and TCP 53.
    Dns,
    /// The box's addresses: UDP 67.
    Dhcp,
    /// The box's time: UDP 123.
    Time,
    /// A service that a rule names.
    Service(Title),
    /// Some ports of a service that a rule names; the others fare otherwise.
    Part(Title, Way),
}

impl Traffic {
    /// All that can go to a zone or outside, but for the services that rules name.
    pub(super) const EVERYTHING: [Self; 7] =
        [Self::Https, Self::Http, Self::Http3, Self::Tcp, Self::Udp, Self::Ping, Self::Other];

    /// Whether a rule names it.
    pub(super) fn is_named(&self) -> bool {
        matches!(self, Self::Service(_) | Self::Part(..))
    }

    /// Whether these are all that can go to a zone or outside.
    pub(super) fn is_everything(what: &BTreeSet<Self>) -> bool {
        Self::EVERYTHING.iter().all(|one| what.contains(one))
    }
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// To be looked at before it is done.
    Warning,
    /// To be known.
    Note,
    /// As it should be.
    Good,
}

impl Finding {
    /// How much it matters.
    pub fn weight(&self) -> Weight {
        match self {
            Self::KeepsWayIn { .. } => Weight::Good,
            Self::Opened { from: Sender::Internet, .. }
            | Self::PublishedOpened { listed: false, .. }
            | Self::Risk { .. }
            | Self::LosesWayIn { .. }
            | Self::CutOff { .. }
            | Self::LeftOut { .. }
            | Self::Quarantined { .. }
            | Self::NobodyComes { only: true, .. }
            | Self::RuleForNobody { stops: true, .. }
            | Self::ProvidersNetwork { .. }
            | Self::InternetReachesInside { .. }
            | Self::NobodyReachesCrm => Weight::Warning,
            Self::Opened { to, .. } if to.contains(&Place::Crm) => Weight::Warning,
            Self::PublishedOpened { .. }
            | Self::PublishedClosed { .. }
            | Self::PublishedForFewer { .. }
            | Self::PublishedInside { .. }
            | Self::NobodyComes { .. }
            | Self::RuleForNobody { .. }
            | Self::OnlyOwnCome { .. }
            | Self::RelayOpened { .. }
            | Self::RelayClosed { .. }
            | Self::Opened { .. }
            | Self::Closed { .. }
            | Self::ShutOff { .. }
            | Self::LetOut { .. }
            | Self::Incomplete
            | Self::RouterMoved { .. }
            | Self::Moved { .. } => Weight::Note,
        }
    }
}
