//! What the simulator found, in words of both languages.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use ipnet::IpNet;
use settings::{Language, MacAddress, Risk, Way, ZoneName};

use super::finding::{Answer, Finding, Place, Sender, Traffic};
use crate::message;

impl Finding {
    /// The finding in words.
    pub fn text(&self, language: Language) -> String {
        self.text_naming(language, &|_: &str| None)
    }

    /// The finding in words, for a reader who knows things by these names.
    pub fn text_naming(&self, language: Language, names: &dyn Names) -> String {
        let words = Words { language, names };
        match self {
            Self::KeepsWayIn { address } => {
                words.say("keeps_way_in", &[("address", address.to_string())])
            }
            Self::LosesWayIn { address } => {
                words.say("loses_way_in", &[("address", address.to_string())])
            }
            Self::LeftOut { address, zone, network } => {
                let (address, network) = (address.to_string(), network.to_string());
                let zone = words.zone(zone);
                words.say("left_out", &[("address", address), ("network", network), ("zone", zone)])
            }
            Self::CutOff { address, port, zone } => {
                let (address, port) = (address.to_string(), port.to_string());
                let zone = words.zone(zone);
                words.say("cut_off", &[("address", address), ("port", port), ("zone", zone)])
            }
            Self::Quarantined { address, only } => {
                let code = if *only { "quarantined_only" } else { "quarantined" };
                words.say(code, &[("address", address.to_string())])
            }
            Self::ProvidersNetwork { zone, network, address } => {
                let (network, address) = (network.to_string(), address.to_string());
                let zone = words.zone(zone);
                let values = [("network", network), ("address", address), ("zone", zone)];
                words.say("providers_network", &values)
            }
            Self::InternetReachesInside { to: Place::Crm } => words.say("internet_inside_crm", &[]),
            Self::InternetReachesInside { to } => {
                words.say("internet_inside", &[("to", words.place(to))])
            }
            Self::PublishedOpened { way, to, listed } => {
                let code = if *listed { "published_opened_listed" } else { "published_opened" };
                words.published(code, *way, to)
            }
            Self::PublishedForFewer { way, to } => words.published("published_for_fewer", *way, to),
            Self::PublishedClosed { way, to } => words.published("published_closed", *way, to),
            Self::PublishedInside { way, to, from, opens } => {
                let code = if *opens { "published_inside" } else { "published_inside_closed" };
                let who: Vec<String> = from.iter().map(|one| words.sender(one)).collect();
                let at = SocketAddr::from((to.address, to.port)).to_string();
                let (zone, way, from) = (words.zone(&to.zone), way.to_string(), words.list(&who));
                words.say(code, &[("from", from), ("way", way), ("at", at), ("zone", zone)])
            }
            Self::Risk { label, risk } => {
                words.say(risk_code(*risk), &[("label", label.to_string())])
            }
            Self::OnlyOwnCome { label, addresses } => {
                let (label, addresses) = (label.to_string(), words.addresses(addresses));
                words.say("only_own_come", &[("label", label), ("addresses", addresses)])
            }
            Self::NobodyComes { label, addresses, only } => {
                let code = if *only { "nobody_comes_at_all" } else { "nobody_comes" };
                let (label, addresses) = (label.to_string(), words.addresses(addresses));
                words.say(code, &[("label", label), ("addresses", addresses)])
            }
            Self::RelayOpened { zone, other } => words.relay("relay_opened", zone, other),
            Self::RelayClosed { zone, other } => words.relay("relay_closed", zone, other),
            Self::NobodyReachesCrm => words.say("nobody_reaches_crm", &[]),
            Self::Moved { zone, before, after } => words.moved(zone, *before, *after),
            Self::RouterMoved { zone, before, after, lends } => {
                let code = if *lends { "router_moved" } else { "router_moved_by_hand" };
                let (before, after) = (before.to_string(), after.to_string());
                let zone = words.zone(zone);
                words.say(code, &[("zone", zone), ("before", before), ("after", after)])
            }
            Self::ShutOff { devices } => words.devices("shut_off", devices),
            Self::LetOut { devices } => words.devices("let_out", devices),
            Self::RuleForNobody { rule, stops } => {
                let code = if *stops { "rule_for_nobody_stops" } else { "rule_for_nobody" };
                words.say(code, &[("rule", rule.to_string())])
            }
            Self::Incomplete => words.say("incomplete", &[]),
            Self::Opened { from, to, what, except } => {
                words.change("opened", from, to, (what, except))
            }
            Self::Closed { from, to, what, except } => {
                words.change("closed", from, to, (what, except))
            }
        }
    }
}

/// Networks named in a text; the others are counted.
const NAMED: usize = 3;

/// What a policy calls web.
const WEB: [Traffic; 3] = [Traffic::Https, Traffic::Http, Traffic::Http3];

/// What the CRM's list allows.
const PAGES: [Traffic; 2] = [Traffic::Https, Traffic::Http];

/// What a reader calls zones, devices and lists of addresses.
pub trait Names {
    /// A zone by its name in the settings.
    fn zone(&self, zone: &str) -> Option<String>;

    /// A device by its network card.
    fn device(&self, _: MacAddress) -> Option<String> {
        None
    }

    /// The group that holds all of these addresses.
    fn group(&self, _: &[IpNet]) -> Option<String> {
        None
    }
}

impl<F: Fn(&str) -> Option<String>> Names for F {
    fn zone(&self, zone: &str) -> Option<String> {
        self(zone)
    }
}

struct Words<'n> {
    language: Language,
    names: &'n dyn Names,
}

impl Words<'_> {
    fn say(&self, code: &str, parameters: &[(&str, String)]) -> String {
        message::text(self.language, code, parameters)
    }

    fn zone(&self, zone: &ZoneName) -> String {
        self.names.zone(zone.as_str()).unwrap_or_else(|| zone.to_string())
    }

    fn published(&self, code: &str, way: Way, to: &Answer) -> String {
        let at = SocketAddr::from((to.address, to.port)).to_string();
        let parameters = [("way", way.to_string()), ("at", at), ("zone", self.zone(&to.zone))];
        self.say(code, &parameters)
    }

    fn relay(&self, code: &str, zone: &ZoneName, other: &ZoneName) -> String {
        let place = |zone: &ZoneName| self.place(&Place::Zone(zone.clone()));
        self.say(code, &[("zone", place(zone)), ("other", place(other))])
    }

    fn moved(&self, zone: &ZoneName, before: Option<IpNet>, after: Option<IpNet>) -> String {
        let code = match (before, after) {
            (None, _) => "addresses_gained",
            (Some(_), None) => "addresses_lost",
            (Some(before), Some(after)) if after.contains(&before) => "addresses_grown",
            (Some(before), Some(after)) if before.contains(&after) => "addresses_fewer",
            (Some(_), Some(_)) => "addresses_changed",
        };
        let mut parameters = vec![("zone", self.zone(zone))];
        parameters.extend(before.map(|before| ("before", before.to_string())));
        parameters.extend(after.map(|after| ("after", after.to_string())));
        self.say(code, &parameters)
    }

    fn devices(&self, code: &str, devices: &[MacAddress]) -> String {
        let code = if devices.len() == 1 { code.to_owned() } else { format!("{code}_several") };
        let parameters = [("devices", self.cards(devices)), ("count", devices.len().to_string())];
        self.say(&code, &parameters)
    }

    /// Devices by name and card, the first of them.
    fn cards(&self, cards: &[MacAddress]) -> String {
        let named = cards.iter().map(|card| match self.names.device(*card) {
            Some(name) => self.say("device_named", &[("name", name), ("card", card.to_string())]),
            None => card.to_string(),
        });
        self.some(named.collect(), "devices_more")
    }

    fn change(
        &self,
        verb: &str,
        from: &Sender,
        to: &[Place],
        (what, except): (&BTreeSet<Traffic>, &BTreeSet<Traffic>),
    ) -> String {
        let mut parameters = vec![("from", self.sender(from))];
        if to == [Place::Crm] {
            parameters.push(("what", self.what(what, except)));
            return self.say(&format!("{verb}_crm"), &parameters);
        }
        let places: Vec<String> = to.iter().map(|place| self.place(place)).collect();
        parameters.push(("to", self.list(&places)));
        if Traffic::is_everything(what) && except.is_empty() {
            return self.say(&format!("{verb}_all"), &parameters);
        }
        parameters.push(("what", self.what(what, except)));
        self.say(verb, &parameters)
    }

    fn sender(&self, sender: &Sender) -> String {
        match sender {
            Sender::Internet => self.say("sender_internet", &[]),
            Sender::Zone(zone) => self.say("sender_zone", &[("zone", self.zone(zone))]),
            Sender::Part { zone, addresses } => self.part("sender", Some(zone), addresses),
            Sender::Others { zone, but } => {
                let zone = self.say("sender_zone", &[("zone", self.zone(zone))]);
                let parameters = [("place", zone), ("addresses", self.addresses(but))];
                self.say("place_others", &parameters)
            }
            Sender::Devices { zone, cards } => {
                let code = if cards.len() == 1 { "sender_device" } else { "sender_devices" };
                let parameters = [("zone", self.zone(zone)), ("devices", self.cards(cards))];
                self.say(code, &parameters)
            }
        }
    }

    fn place(&self, place: &Place) -> String {
        match place {
            Place::Internet => self.say("place_internet", &[]),
            Place::Zone(zone) => self.say("place_zone", &[("zone", self.zone(zone))]),
            Place::Crm => self.say("place_crm", &[]),
            Place::Box => self.say("place_box", &[]),
            Place::Part { zone, addresses } => self.part("place", zone.as_ref(), addresses),
            Place::Others { zone, but } => {
                let all = zone.clone().map_or(Place::Internet, Place::Zone);
                let parameters = [("place", self.place(&all)), ("addresses", self.addresses(but))];
                self.say("place_others", &parameters)
            }
        }
    }

    /// Some addresses of a zone, or of the internet.
    fn part(&self, end: &str, zone: Option<&ZoneName>, addresses: &[IpNet]) -> String {
        let mut parameters = vec![("addresses", self.addresses(addresses))];
        let Some(zone) = zone else { return self.say("place_outside", &parameters) };
        parameters.push(("zone", self.zone(zone)));
        if let Some(group) = self.names.group(addresses) {
            parameters.push(("group", group));
            return self.say("part_of_group", &parameters);
        }
        let single = addresses.iter().all(|one| one.prefix_len() == one.max_prefix_len());
        let code = if single { "part_single".to_owned() } else { format!("{end}_part") };
        self.say(&code, &parameters)
    }

    fn addresses(&self, addresses: &[IpNet]) -> String {
        self.some(addresses.iter().map(short).collect(), "addresses_more")
    }

    /// The first of them; the others are counted.
    fn some(&self, all: Vec<String>, code: &str) -> String {
        let Some(more) = all.len().checked_sub(NAMED).filter(|more| *more > 0) else {
            return self.list(&all);
        };
        let named: Vec<String> = all.into_iter().take(NAMED).collect();
        let parameters =
            [("addresses", named.join(&self.say("list_joint", &[]))), ("count", more.to_string())];
        self.say(code, &parameters)
    }

    fn what(&self, what: &BTreeSet<Traffic>, except: &BTreeSet<Traffic>) -> String {
        if Traffic::is_everything(what) {
            if except.is_empty() {
                return self.say("traffic_everything", &[]);
            }
            let except: Vec<String> = except.iter().map(|one| self.traffic(one)).collect();
            return self.say("traffic_everything_but", &[("what", self.list(&except))]);
        }
        let mut left = what.clone();
        let mut words = Vec::new();
        let but_web = Traffic::EVERYTHING.into_iter().filter(|one| !WEB.contains(one));
        if but_web.collect::<BTreeSet<_>>() == *what {
            (words, left) = (vec![self.say("traffic_but_web", &[])], BTreeSet::new());
        } else if PAGES.iter().all(|one| left.contains(one)) {
            words.push(self.say("traffic_web", &[]));
            left.retain(|one| !WEB.contains(one));
        }
        // Names before what is called "other".
        let (named, others): (Vec<_>, Vec<_>) = left.iter().partition(|one| one.is_named());
        words.extend(named.into_iter().chain(others).map(|one| self.traffic(one)));
        self.list(&words)
    }

    fn traffic(&self, one: &Traffic) -> String {
        match one {
            Traffic::Service(name) => name.as_service(self.language),
            Traffic::Part(name, way) => {
                let service = name.as_service(self.language);
                self.say("traffic_part", &[("service", service), ("way", way.to_string())])
            }
            other => self.say(other.code(), &[]),
        }
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
    fn code(&self) -> &'static str {
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
            Self::Service(_) | Self::Part(..) => "traffic_tcp",
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
