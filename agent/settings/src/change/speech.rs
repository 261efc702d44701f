//! How the values of a sentence are said: zones by the names the reader knows, long lists cut, the
//! rest in the words of the catalogue (`word_…`).

use std::cell::RefCell;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

use crate::message;
use crate::{
    Addresses, Allow, DhcpRange, DomainName, HostName, Ipv4Zone, Ipv6Zone, Label, Language,
    ListAddress, MacAddress, PortMatch, PortName, PortPath, PortRole, Reservation, Target,
    TlsServer, VlanId, ZoneName,
};

/// A list of more entries than this is cut.
const WHOLE: usize = 4;
/// So many entries of a cut list are named.
const NAMED: usize = 2;

/// Whom we speak to.
pub(super) struct Speech<'n> {
    pub(super) language: Language,
    /// What the reader calls a zone, when it has another name than in the document.
    pub(super) name: &'n dyn Fn(&str) -> Option<String>,
    /// Lists that were cut, in whole.
    pub(super) cut: RefCell<Vec<Vec<String>>>,
}

/// A value that can be said.
pub(super) trait Said {
    fn said(&self, speech: &Speech<'_>) -> String;
}

macro_rules! words {
    ($($code:literal $name:ident $([ $($value:literal),+ ])?,)+) => {
        /// What is not a sentence of its own.
        #[derive(Clone, Copy)]
        pub(super) enum Word { $($name,)+ }

        impl Word {
            /// Key of the catalogue.
            fn code(self) -> &'static str {
                match self { $(Self::$name => concat!("word_", $code),)+ }
            }
        }

        #[cfg(test)]
        pub(crate) const WORDS: &[(&str, &[&str])] =
            &[$((concat!("word_", $code), &[$($($value),+)?])),+];
    };
}

words! {
    "zone" Zone ["zone"],
    "internet" Internet,
    "allow_all" AllowAll,
    "every_service" EveryService,
    "allow_web" AllowWeb,
    "addresses_all" AddressesAll,
    "ipv4_dhcp" Ipv4Dhcp ["address", "dhcp"],
    "ipv4_fixed" Ipv4Fixed ["address"],
    "ipv4_off" Ipv4Off,
    "ipv6_automatic" Ipv6Automatic,
    "ipv6_off" Ipv6Off,
    "range" Range ["from", "to"],
    "tagged" Tagged ["zones"],
    "card" Card ["mac"],
    "slot" Slot ["path"],
    "english" English,
    "chinese" Chinese,
    "and" And ["list", "last"],
    "more" More ["list", "count"],
    "comma" Comma,

    "rule_allow" RuleAllow ["from", "to", "services"],
    "rule_block" RuleBlock ["from", "to", "services"],
    "rule_reject" RuleReject ["from", "to", "services"],
    "rule_hours" RuleHours ["rule", "schedule"],
    "rule_logged" RuleLogged ["rule"],
    "rule_noted" RuleNoted ["rule", "comment"],
    "rule_off" RuleOff ["rule"],
    "side_only" SideOnly ["zones", "addresses"],
    "zones_all" ZonesAll,
    "targets_all" TargetsAll,
    "group" Group ["group"],
    "span" Span ["days", "from", "to"],
    "remark_shadowed" RemarkShadowed ["by"],
    "remark_redundant" RemarkRedundant ["by"],
    "remark_policy_does_it" RemarkPolicyDoesIt,
    "remark_ipv4_only" RemarkIpv4Only,
    "remark_unused" RemarkUnused,
    "remark_off_hours" RemarkOffHours,
    "remark_nobody" RemarkNobody,
    "mon" Mon, "tue" Tue, "wed" Wed, "thu" Thu, "fri" Fri, "sat" Sat, "sun" Sun,

    "service_web" ServiceWeb,
    "service_mail" ServiceMail,
    "service_dns" ServiceDns,
    "service_time" ServiceTime,
    "service_ping" ServicePing,
    "service_ssh" ServiceSsh,
    "service_remote-desktop" ServiceRemoteDesktop,
    "service_vnc" ServiceVnc,
    "service_file-sharing" ServiceFileSharing,
    "service_ftp" ServiceFtp,
    "service_printing" ServicePrinting,
    "service_sip" ServiceSip,
    "service_camera" ServiceCamera,
    "service_mqtt" ServiceMqtt,
    "service_mysql" ServiceMysql,
    "service_postgresql" ServicePostgresql,
    "service_sql-server" ServiceSqlServer,
    "device" Device ["name", "mac"],
    "server" Server ["name", "address"],

    "egress_crm" EgressCrm,
    "egress_admin" EgressAdmin,

    "publish" Publish ["label", "ports", "zone", "address"],
    "publish_port" PublishPort ["address", "port"],
    "publish_from" PublishFrom ["service", "addresses"],
    "publish_ipv6" PublishIpv6 ["service", "ending"],
    "publish_until" PublishUntil ["service", "day"],
    "publish_noted" PublishNoted ["service", "comment"],
    "publish_off" PublishOff ["service"],

    "relayed_all" RelayedAll,
    "relayed_printing" RelayedPrinting,
}

impl Speech<'_> {
    pub(super) fn word(&self, word: Word) -> String {
        self.phrase(word, &[])
    }

    pub(super) fn phrase(&self, word: Word, values: &[(&str, String)]) -> String {
        message::text(&message::CHANGES, self.language, word.code(), values)
    }

    /// "a", "a and b", "a, b and c", "a, b and 37 more".
    fn list(&self, entries: &[impl Said]) -> String {
        let said = |entries: &[_]| -> Vec<String> {
            entries.iter().map(|entry: &_| Said::said(entry, self)).collect()
        };
        let join = |entries: &[String]| entries.join(&self.word(Word::Comma));
        if let (Some(named), true) = (entries.get(..NAMED), entries.len() > WHOLE) {
            let list = join(&said(named));
            let whole = said(entries);
            self.cut.borrow_mut().push(whole);
            let count = entries.len().saturating_sub(NAMED).to_string();
            return self.phrase(Word::More, &[("list", list), ("count", count)]);
        }
        match said(entries).as_slice() {
            [before @ .., last] if !before.is_empty() => {
                let list = join(before);
                self.phrase(Word::And, &[("list", list), ("last", last.clone())])
            }
            few => join(few),
        }
    }
}

impl Said for ZoneName {
    fn said(&self, speech: &Speech<'_>) -> String {
        let name = (speech.name)(self.as_str()).unwrap_or_else(|| self.to_string());
        speech.phrase(Word::Zone, &[("zone", name)])
    }
}

/// A zone by what it is called without a label, where a sentence is about its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain(pub ZoneName);

impl Said for Plain {
    fn said(&self, speech: &Speech<'_>) -> String {
        let own = crate::shown_name(self.0.as_str(), speech.language);
        let zone = own.map_or_else(|| self.0.to_string(), str::to_owned);
        speech.phrase(Word::Zone, &[("zone", zone)])
    }
}

impl Said for Label {
    fn said(&self, speech: &Speech<'_>) -> String {
        speech.phrase(Word::Zone, &[("zone", self.to_string())])
    }
}

impl Said for Target {
    fn said(&self, speech: &Speech<'_>) -> String {
        match self {
            Self::Wan => speech.word(Word::Internet),
            Self::Zone(zone) => zone.said(speech),
        }
    }
}

impl Said for Allow {
    fn said(&self, speech: &Speech<'_>) -> String {
        speech.word(match self {
            Self::All => Word::AllowAll,
            Self::Web => Word::AllowWeb,
        })
    }
}

impl Said for Addresses {
    fn said(&self, speech: &Speech<'_>) -> String {
        match self {
            Self::All => speech.word(Word::AddressesAll),
            Self::List(networks) => networks.said(speech),
        }
    }
}

/// One address is said without its prefix length.
impl Said for IpNet {
    fn said(&self, _: &Speech<'_>) -> String {
        if self.prefix_len() == self.max_prefix_len() {
            self.addr().to_string()
        } else {
            self.to_string()
        }
    }
}

impl<T: Said> Said for Vec<T> {
    fn said(&self, speech: &Speech<'_>) -> String {
        speech.list(self)
    }
}

impl Said for Ipv4Zone {
    fn said(&self, speech: &Speech<'_>) -> String {
        let address = self.address.to_string();
        match self.dhcp {
            None => speech.phrase(Word::Ipv4Fixed, &[("address", address)]),
            Some(dhcp) => {
                let dhcp = dhcp.said(speech);
                speech.phrase(Word::Ipv4Dhcp, &[("address", address), ("dhcp", dhcp)])
            }
        }
    }
}

impl Said for Option<Ipv4Zone> {
    fn said(&self, speech: &Speech<'_>) -> String {
        match self {
            None => speech.word(Word::Ipv4Off),
            Some(ipv4) => ipv4.said(speech),
        }
    }
}

impl Said for Ipv6Zone {
    fn said(&self, speech: &Speech<'_>) -> String {
        speech.word(match self {
            Self::Automatic => Word::Ipv6Automatic,
            Self::Off => Word::Ipv6Off,
        })
    }
}

impl Said for DhcpRange {
    fn said(&self, speech: &Speech<'_>) -> String {
        let values = [("from", self.from.to_string()), ("to", self.to.to_string())];
        speech.phrase(Word::Range, &values)
    }
}

impl Said for PortRole {
    fn said(&self, speech: &Speech<'_>) -> String {
        match self {
            Self::Wan => speech.word(Word::Internet),
            Self::Access(zone) => zone.said(speech),
            Self::Trunk(zones) => speech.phrase(Word::Tagged, &[("zones", zones.said(speech))]),
        }
    }
}

impl Said for PortMatch {
    fn said(&self, speech: &Speech<'_>) -> String {
        match self {
            Self::Mac(mac) => speech.phrase(Word::Card, &[("mac", mac.to_string())]),
            Self::Path(path) => speech.phrase(Word::Slot, &[("path", path.to_string())]),
        }
    }
}

impl Said for Language {
    fn said(&self, speech: &Speech<'_>) -> String {
        speech.word(match self {
            Self::English => Word::English,
            Self::Chinese => Word::Chinese,
        })
    }
}

/// A device as it is called: by its name, when it has one, and its MAC address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its name.
    pub name: Option<HostName>,
    /// Its card.
    pub mac: MacAddress,
}

impl Device {
    pub(super) fn of(reservation: &Reservation) -> Self {
        Self { name: reservation.name.clone(), mac: reservation.mac }
    }
}

impl Said for Device {
    fn said(&self, speech: &Speech<'_>) -> String {
        let mac = self.mac.to_string();
        match &self.name {
            None => mac,
            Some(name) => speech.phrase(Word::Device, &[("name", name.to_string()), ("mac", mac)]),
        }
    }
}

impl Said for TlsServer {
    fn said(&self, speech: &Speech<'_>) -> String {
        let values = [("name", self.name.to_string()), ("address", self.address.to_string())];
        speech.phrase(Word::Server, &values)
    }
}

macro_rules! said_as_written {
    ($($type:ty),+) => {
        $(impl Said for $type {
            fn said(&self, _: &Speech<'_>) -> String {
                self.to_string()
            }
        })+
    };
}

said_as_written!(
    DomainName,
    HostName,
    Ipv4Addr,
    Ipv4Net,
    Ipv6Addr,
    ListAddress,
    MacAddress,
    PortName,
    PortPath,
    VlanId,
    u16
);
