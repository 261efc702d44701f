//! What the simulator found: typed, in words of both languages, and weighed for a page.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use settings::{Language, Risk, Title, Way, ZoneName};

use crate::message;

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
    /// What is published there is attacked wherever the internet reaches it.
    Risk {
        /// What it is called.
        label: Title,
        /// What answers there.
        risk: Risk,
    },
    /// What was stopped passes now.
    Opened {
        /// Who opens the connection.
        from: Sender,
        /// Where to, all of these alike.
        to: Vec<Place>,
        /// What passes.
        what: BTreeSet<Traffic>,
    },
    /// What passed is stopped now.
    Closed {
        /// Who opens the connection.
        from: Sender,
        /// Where to, all of these alike.
        to: Vec<Place>,
        /// What is stopped.
        what: BTreeSet<Traffic>,
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
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
            | Self::InternetReachesInside { .. }
            | Self::NobodyReachesCrm => Weight::Warning,
            Self::Opened { to, .. } if to.contains(&Place::Crm) => Weight::Warning,
            Self::PublishedOpened { .. }
            | Self::PublishedClosed { .. }
            | Self::Opened { .. }
            | Self::Closed { .. }
            | Self::Moved { .. } => Weight::Note,
        }
    }

    /// The finding in words.
    pub fn text(&self, language: Language) -> String {
        self.text_naming(language, |_| None)
    }

    /// The finding in words, for a reader who knows zones by these names.
    pub fn text_naming(&self, language: Language, name: impl Fn(&str) -> Option<String>) -> String {
        let words = Words { language, name: &name };
        match self {
            Self::KeepsWayIn { address } => {
                words.say("keeps_way_in", &[("address", address.to_string())])
            }
            Self::LosesWayIn { address } => {
                words.say("loses_way_in", &[("address", address.to_string())])
            }
            Self::InternetReachesInside { to: Place::Crm } => words.say("internet_inside_crm", &[]),
            Self::InternetReachesInside { to } => {
                words.say("internet_inside", &[("to", words.place(to))])
            }
            Self::PublishedOpened { way, to, listed } => {
                let code = if *listed { "published_opened_listed" } else { "published_opened" };
                words.published(code, *way, to)
            }
            Self::PublishedClosed { way, to } => words.published("published_closed", *way, to),
            Self::Risk { label, risk } => {
                words.say(risk_code(*risk), &[("label", label.to_string())])
            }
            Self::NobodyReachesCrm => words.say("nobody_reaches_crm", &[]),
            Self::Moved { zone, before, after } => words.moved(zone, *before, *after),
            Self::Opened { from, to, what } => words.change("opened", from, to, what),
            Self::Closed { from, to, what } => words.change("closed", from, to, what),
        }
    }
}

/// Networks named in a text; the others are counted.
const NAMED: usize = 3;

/// All that can go to a zone or outside.
const EVERYTHING: [Traffic; 7] = [
    Traffic::Https,
    Traffic::Http,
    Traffic::Http3,
    Traffic::Tcp,
    Traffic::Udp,
    Traffic::Ping,
    Traffic::Other,
];

/// What a policy calls web.
const WEB: [Traffic; 3] = [Traffic::Https, Traffic::Http, Traffic::Http3];

/// What the CRM's list allows.
const PAGES: [Traffic; 2] = [Traffic::Https, Traffic::Http];

struct Words<'n> {
    language: Language,
    name: &'n dyn Fn(&str) -> Option<String>,
}

impl Words<'_> {
    fn say(&self, code: &str, parameters: &[(&str, String)]) -> String {
        message::text(self.language, code, parameters)
    }

    fn zone(&self, zone: &ZoneName) -> String {
        (self.name)(zone.as_str()).unwrap_or_else(|| zone.to_string())
    }

    fn published(&self, code: &str, way: Way, to: &Answer) -> String {
        let at = SocketAddr::from((to.address, to.port)).to_string();
        let parameters = [("way", way.to_string()), ("at", at), ("zone", self.zone(&to.zone))];
        self.say(code, &parameters)
    }

    fn moved(&self, zone: &ZoneName, before: Option<IpNet>, after: Option<IpNet>) -> String {
        let code = match (before, after) {
            (None, _) => "addresses_gained",
            (Some(_), None) => "addresses_lost",
            (Some(_), Some(_)) => "addresses_changed",
        };
        let mut parameters = vec![("zone", self.zone(zone))];
        parameters.extend(before.map(|before| ("before", before.to_string())));
        parameters.extend(after.map(|after| ("after", after.to_string())));
        self.say(code, &parameters)
    }

    fn change(&self, verb: &str, from: &Sender, to: &[Place], what: &BTreeSet<Traffic>) -> String {
        let mut parameters = vec![("from", self.sender(from))];
        if to == [Place::Crm] {
            parameters.push(("what", self.what(what)));
            return self.say(&format!("{verb}_crm"), &parameters);
        }
        let places: Vec<String> = to.iter().map(|place| self.place(place)).collect();
        parameters.push(("to", self.list(&places)));
        if *what == BTreeSet::from(EVERYTHING) {
            return self.say(&format!("{verb}_all"), &parameters);
        }
        parameters.push(("what", self.what(what)));
        self.say(verb, &parameters)
    }

    fn sender(&self, sender: &Sender) -> String {
        match sender {
            Sender::Internet => self.say("sender_internet", &[]),
            Sender::Zone(zone) => self.say("sender_zone", &[("zone", self.zone(zone))]),
            Sender::Part { zone, addresses } => {
                let named: Vec<String> = addresses.iter().take(NAMED).map(short).collect();
                let mut shown = self.list(&named);
                if let Some(more) = addresses.len().checked_sub(NAMED).filter(|more| *more > 0) {
                    let named = named.join(&self.say("list_joint", &[]));
                    let parameters = [("addresses", named), ("count", more.to_string())];
                    shown = self.say("addresses_more", &parameters);
                }
                let parameters = [("zone", self.zone(zone)), ("addresses", shown)];
                self.say("sender_part", &parameters)
            }
        }
    }

    fn place(&self, place: &Place) -> String {
        match place {
            Place::Internet => self.say("place_internet", &[]),
            Place::Zone(zone) => self.say("place_zone", &[("zone", self.zone(zone))]),
            Place::Crm => self.say("place_crm", &[]),
            Place::Box => self.say("place_box", &[]),
        }
    }

    fn what(&self, what: &BTreeSet<Traffic>) -> String {
        let mut left = what.clone();
        let mut codes = Vec::new();
        let rest: BTreeSet<Traffic> =
            EVERYTHING.into_iter().filter(|one| !WEB.contains(one)).collect();
        if *what == BTreeSet::from(EVERYTHING) {
            (codes, left) = (vec!["traffic_everything"], BTreeSet::new());
        } else if *what == rest {
            (codes, left) = (vec!["traffic_but_web"], BTreeSet::new());
        } else if PAGES.iter().all(|one| left.contains(one)) {
            codes.push("traffic_web");
            left.retain(|one| !WEB.contains(one));
        }
        codes.extend(left.into_iter().map(Traffic::code));
        let words: Vec<String> = codes.into_iter().map(|code| self.say(code, &[])).collect();
        self.list(&words)
    }

    fn list(&self, words: &[String]) -> String {
        match words {
            [before @ .., one, last] => {
                let joint = self.say("list_joint", &[]);
                let before: String = before.iter().map(|word| format!("{word}{joint}")).collect();
                format!("{before}{one}{}{last}", self.say("list_last", &[]))
            }
            words => words.concat(),
        }
    }
}

fn risk_code(risk: Risk) -> &'static str {
    match risk {
        Risk::RemoteDesktop => "risk_remote_desktop",
        Risk::Shell => "risk_shell",
        Risk::Files => "risk_files",
        Risk::Database => "risk_database",
        Risk::Printer => "risk_printer",
        Risk::Camera => "risk_camera",
        Risk::Amplifier => "risk_amplifier",
    }
}

impl Traffic {
    fn code(self) -> &'static str {
        match self {
            Self::AdminPages => "traffic_admin_pages",
            Self::Https => "traffic_https",
            Self::Http => "traffic_http",
            Self::Http3 => "traffic_http3",
            Self::Tcp => "traffic_tcp",
            Self::Udp => "traffic_udp",
            Self::Ping => "traffic_ping",
            Self::Other => "traffic_other",
            Self::Dns => "traffic_dns",
            Self::Dhcp => "traffic_dhcp",
            Self::Time => "traffic_time",
        }
    }
}

/// A single address without its length.
fn short(network: &IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() {
        network.addr().to_string()
    } else {
        network.to_string()
    }
}
