//! From JSON to typed settings, collecting every problem on the way. A function here gives `None`
//! only after it has noted why. Relations between values are the business of `validate`.

mod blocking;
mod dns;
mod egress;
mod publish;
mod relay;
mod reservation;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};

use crate::json::Value;
use crate::network::{net, network};
use crate::problem::Place;
use crate::quarantine;
use crate::{
    Addresses, Allow, Crm, DhcpRange, Ipv4Zone, Ipv6Zone, Language, MacAddress, Management, Policy,
    Port, PortMatch, PortRole, Problem, Reason, Route, Settings, Source, Version, VlanId, Zone,
};

/// Reads a text.
pub(crate) fn read(json: &[u8]) -> Result<Settings, Vec<Problem>> {
    let value = Value::parse(json).map_err(|reason| vec![Place::Root.problem(reason)])?;
    settings(&value)
}

/// Reads a document.
pub(crate) fn settings(value: &Value) -> Result<Settings, Vec<Problem>> {
    // Of another version nothing else can be judged.
    if let Value::Object(fields) = value
        && let Some((_, Value::Number(number))) = fields.iter().find(|(name, _)| name == "version")
        && let Err(reason) = Version::of(*number)
    {
        return Err(vec![Place::Root.field("version").problem(reason)]);
    }
    let mut reader = Reader { problems: Vec::new() };
    match reader.settings(value) {
        Some(settings) if reader.problems.is_empty() => Ok(settings),
        _ => Err(reader.problems),
    }
}

struct Reader {
    problems: Vec<Problem>,
}

/// The fields of an object, each known and there once.
struct Fields<'v, 'p> {
    place: &'p Place<'p>,
    fields: Vec<(&'v str, &'v Value)>,
}

type Read<T> = fn(&mut Reader, &Value, &Place<'_>) -> Option<T>;

impl Reader {
    fn settings(&mut self, value: &Value) -> Option<Settings> {
        let known = [
            "version",
            "language",
            "ports",
            "zones",
            "policies",
            "management",
            "crm",
            "rules",
            "services",
            "groups",
            "schedules",
            "time_zone",
            "quarantine",
            "routes",
            "dns",
            "blocking",
            "egress",
            "publish",
            "relays",
        ];
        let fields = self.fields(value, &Place::Root, &known)?;
        let version = self.required(&fields, "version", Self::version);
        let language = self.required(&fields, "language", Self::language);
        let ports = self.required(&fields, "ports", |r, v, p| r.named(v, p, Self::port));
        let zones = self.required(&fields, "zones", |r, v, p| r.named(v, p, Self::zone));
        let policies = self.required(&fields, "policies", |r, v, p| r.list(v, p, Self::policy));
        let management = self.required(&fields, "management", Self::management);
        let crm = self.required(&fields, "crm", Self::crm);
        let rules = self.optional(&fields, "rules", |r, v, p| r.list(v, p, Self::rule));
        let services = self.optional(&fields, "services", |r, v, p| r.named(v, p, Self::service));
        let groups = self.optional(&fields, "groups", |r, v, p| r.named(v, p, Self::members));
        let schedules =
            self.optional(&fields, "schedules", |r, v, p| r.named(v, p, Self::schedule));
        let time_zone = self.optional(&fields, "time_zone", Self::text);
        let quarantine = self.optional(&fields, "quarantine", Self::quarantine);
        let routes = self.optional(&fields, "routes", |r, v, p| r.list(v, p, Self::route));
        let dns = self.optional(&fields, "dns", Self::dns);
        let blocking = self.optional(&fields, "blocking", Self::blocking);
        let egress = self.optional(&fields, "egress", |r, v, p| r.list(v, p, Self::egress));
        let publish = self.optional(&fields, "publish", |r, v, p| r.list(v, p, Self::publication));
        let relays = self.optional(&fields, "relays", |r, v, p| r.list(v, p, Self::relay));
        Some(Settings {
            version: version?,
            language: language?,
            ports: ports?,
            zones: zones?,
            policies: policies?,
            management: management?,
            crm: crm?,
            rules: rules?.unwrap_or_default(),
            services: services?.unwrap_or_default(),
            groups: groups?.unwrap_or_default(),
            schedules: schedules?.unwrap_or_default(),
            time_zone: time_zone?,
            quarantine: quarantine?.unwrap_or_default(),
            routes: routes?.unwrap_or_default(),
            dns: dns?.unwrap_or_default(),
            blocking: blocking?.unwrap_or_default(),
            egress: egress?.unwrap_or_default(),
            publish: publish?.unwrap_or_default(),
            relays: relays?.unwrap_or_default(),
        })
    }

    fn version(&mut self, value: &Value, place: &Place<'_>) -> Option<Version> {
        let number = self.number(value, place, Reason::NotANumber)?;
        self.noted(place, Version::of(number))
    }

    fn language(&mut self, value: &Value, place: &Place<'_>) -> Option<Language> {
        let words = Language::ALL.map(|language| (language.tag(), language));
        self.word(value, place, "en, zh-CN", &words)
    }

    fn port(&mut self, value: &Value, place: &Place<'_>) -> Option<Port> {
        let fields = self.fields(value, place, &["match", "role"])?;
        let matches = self.required(&fields, "match", Self::port_match);
        let role = self.required(&fields, "role", Self::role);
        Some(Port { matches: matches?, role: role? })
    }

    fn port_match(&mut self, value: &Value, place: &Place<'_>) -> Option<PortMatch> {
        match single(value) {
            Some(("mac", mac)) => self.text(mac, &place.field("mac")).map(PortMatch::Mac),
            Some(("path", path)) => self.text(path, &place.field("path")).map(PortMatch::Path),
            _ => self.wrong(place, Reason::MatchInvalid),
        }
    }

    fn role(&mut self, value: &Value, place: &Place<'_>) -> Option<PortRole> {
        match (value, single(value)) {
            (Value::Text(text), _) if text == "wan" => Some(PortRole::Wan),
            (_, Some(("access", zone))) => {
                self.text(zone, &place.field("access")).map(PortRole::Access)
            }
            (_, Some(("trunk", zones))) => {
                self.list(zones, &place.field("trunk"), Self::text).map(PortRole::Trunk)
            }
            _ => self.wrong(place, Reason::RoleInvalid),
        }
    }

    fn zone(&mut self, value: &Value, place: &Place<'_>) -> Option<Zone> {
        let known = ["vlan", "ipv4", "ipv6", "label", "isolated", "reservations"];
        let fields = self.fields(value, place, &known)?;
        let vlan = self.required(&fields, "vlan", Self::vlan);
        let ipv4 = self.optional(&fields, "ipv4", Self::ipv4);
        let ipv6 = self.required(&fields, "ipv6", Self::ipv6);
        let label = self.optional(&fields, "label", Self::text);
        let isolated = self.optional(&fields, "isolated", Self::yes_or_no);
        let reservations = self.optional(&fields, "reservations", Self::reservations);
        Some(Zone {
            vlan: vlan?,
            ipv4: ipv4?,
            ipv6: ipv6?,
            label: label?,
            isolated: isolated?.unwrap_or_default(),
            reservations: reservations?.unwrap_or_default(),
        })
    }

    fn vlan(&mut self, value: &Value, place: &Place<'_>) -> Option<VlanId> {
        let number = self.number(value, place, Reason::VlanInvalid)?;
        let vlan = u16::try_from(number).ok().and_then(VlanId::new);
        self.noted(place, vlan.ok_or(Reason::VlanInvalid))
    }

    fn ipv4(&mut self, value: &Value, place: &Place<'_>) -> Option<Ipv4Zone> {
        let fields = self.fields(value, place, &["address", "dhcp"])?;
        let address = self.required(&fields, "address", Self::router);
        let dhcp = self.optional(&fields, "dhcp", Self::dhcp);
        Some(Ipv4Zone { address: address?, dhcp: dhcp? })
    }

    fn router(&mut self, value: &Value, place: &Place<'_>) -> Option<Ipv4Net> {
        let parsed = match net(self.string(value, place)?) {
            Some(IpNet::V4(net)) => Ok(net),
            _ => Err(Reason::RouterInvalid),
        };
        self.noted(place, parsed)
    }

    fn dhcp(&mut self, value: &Value, place: &Place<'_>) -> Option<DhcpRange> {
        let fields = self.fields(value, place, &["from", "to"])?;
        let from = self.required(&fields, "from", Self::ipv4_address);
        let to = self.required(&fields, "to", Self::ipv4_address);
        Some(DhcpRange { from: from?, to: to? })
    }

    fn port_number(&mut self, value: &Value, place: &Place<'_>) -> Option<u16> {
        let number = self.number(value, place, Reason::PortNumberInvalid)?;
        let port = u16::try_from(number).ok().filter(|port| *port != 0);
        self.noted(place, port.ok_or(Reason::PortNumberInvalid))
    }

    fn ipv4_address(&mut self, value: &Value, place: &Place<'_>) -> Option<Ipv4Addr> {
        let parsed = self.string(value, place)?.parse();
        self.noted(place, parsed.map_err(|_| Reason::Ipv4Invalid))
    }

    fn ipv6(&mut self, value: &Value, place: &Place<'_>) -> Option<Ipv6Zone> {
        let words = [("automatic", Ipv6Zone::Automatic), ("off", Ipv6Zone::Off)];
        self.word(value, place, "automatic, off", &words)
    }

    fn route(&mut self, value: &Value, place: &Place<'_>) -> Option<Route> {
        let fields = self.fields(value, place, &["network", "via"])?;
        let network = self.required(&fields, "network", Self::network4);
        let via = self.required(&fields, "via", Self::ipv4_address);
        Some(Route { network: network?, via: via? })
    }

    fn network4(&mut self, value: &Value, place: &Place<'_>) -> Option<Ipv4Net> {
        match self.network(value, place)? {
            IpNet::V4(network) => Some(network),
            IpNet::V6(_) => self.wrong(place, Reason::RouteIpv6),
        }
    }

    fn policy(&mut self, value: &Value, place: &Place<'_>) -> Option<Policy> {
        let fields = self.fields(value, place, &["from", "to", "allow"])?;
        let from = self.required(&fields, "from", Self::text);
        let to = self.required(&fields, "to", Self::text);
        let allow = self.required(&fields, "allow", |r, v, p| {
            r.word(v, p, "all, web", &[("all", Allow::All), ("web", Allow::Web)])
        });
        Some(Policy { from: from?, to: to?, allow: allow? })
    }

    fn management(&mut self, value: &Value, place: &Place<'_>) -> Option<Management> {
        let fields = self.fields(value, place, &["from"])?;
        let from = self.required(&fields, "from", |r, v, p| r.list(v, p, Self::source));
        Some(Management { from: from? })
    }

    fn crm(&mut self, value: &Value, place: &Place<'_>) -> Option<Crm> {
        let fields = self.fields(value, place, &["zone", "host", "reachable_from"])?;
        let zone = self.required(&fields, "zone", Self::text);
        let host = self.required(&fields, "host", Self::host);
        let from =
            self.required(&fields, "reachable_from", |r, v, p| r.list(v, p, Self::source_at_hours));
        Some(Crm { zone: zone?, host: host?, reachable_from: from? })
    }

    fn quarantine(&mut self, value: &Value, place: &Place<'_>) -> Option<BTreeSet<MacAddress>> {
        let list = self.list(value, place, Self::text)?;
        Some(quarantine::set(list, place, &mut self.problems))
    }

    fn host(&mut self, value: &Value, place: &Place<'_>) -> Option<u16> {
        let number = self.number(value, place, Reason::HostInvalid)?;
        let host = u16::try_from(number).ok().filter(|host| (1..=65534).contains(host));
        self.noted(place, host.ok_or(Reason::HostInvalid))
    }

    fn source(&mut self, value: &Value, place: &Place<'_>) -> Option<Source> {
        let fields = self.fields(value, place, &["zone", "addresses"])?;
        self.source_of(&fields)
    }

    fn source_of(&mut self, fields: &Fields<'_, '_>) -> Option<Source> {
        let zone = self.required(fields, "zone", Self::text);
        let addresses = self.required(fields, "addresses", Self::addresses);
        Some(Source { zone: zone?, addresses: addresses?, schedule: None })
    }

    /// One that may be bound to hours: the way in to the admin pages never is.
    fn source_at_hours(&mut self, value: &Value, place: &Place<'_>) -> Option<Source> {
        let fields = self.fields(value, place, &["zone", "addresses", "schedule"])?;
        let source = self.source_of(&fields);
        let schedule = self.optional(&fields, "schedule", Self::text);
        Some(Source { schedule: schedule?, ..source? })
    }

    fn addresses(&mut self, value: &Value, place: &Place<'_>) -> Option<Addresses> {
        match value {
            Value::Text(text) if text == "all" => Some(Addresses::All),
            Value::List(_) => self.list(value, place, Self::network).map(Addresses::List),
            _ => self.wrong(place, Reason::AddressesInvalid),
        }
    }

    fn network(&mut self, value: &Value, place: &Place<'_>) -> Option<IpNet> {
        let read = network(self.string(value, place)?);
        self.noted(place, read)
    }
}

/// What all values have in common.
impl Reader {
    fn wrong<T>(&mut self, place: &Place<'_>, reason: Reason) -> Option<T> {
        self.problems.push(place.problem(reason));
        None
    }

    fn noted<T>(&mut self, place: &Place<'_>, result: Result<T, Reason>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(reason) => self.wrong(place, reason),
        }
    }

    fn string<'v>(&mut self, value: &'v Value, place: &Place<'_>) -> Option<&'v str> {
        match value {
            Value::Text(text) => Some(text),
            _ => self.wrong(place, Reason::NotText),
        }
    }

    fn text<T: FromStr<Err = Reason>>(&mut self, value: &Value, place: &Place<'_>) -> Option<T> {
        let parsed = self.string(value, place)?.parse();
        self.noted(place, parsed)
    }

    fn number(&mut self, value: &Value, place: &Place<'_>, expected: Reason) -> Option<u64> {
        match value {
            Value::Number(number) => Some(*number),
            _ => self.wrong(place, expected),
        }
    }

    fn word<T: Copy>(
        &mut self,
        value: &Value,
        place: &Place<'_>,
        allowed: &'static str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let Value::Text(text) = value else {
            return self.wrong(place, Reason::NotOneOf { allowed });
        };
        let found = words.iter().find(|(word, _)| word == text).map(|(_, value)| *value);
        self.noted(place, found.ok_or(Reason::NotOneOf { allowed }))
    }

    /// All entries, or `None` when one of them is wrong.
    fn list<T>(&mut self, value: &Value, place: &Place<'_>, entry: Read<T>) -> Option<Vec<T>> {
        let Value::List(entries) = value else { return self.wrong(place, Reason::NotAList) };
        let read: Vec<Option<T>> = entries
            .iter()
            .enumerate()
            .map(|(index, value)| entry(self, value, &place.entry(index)))
            .collect();
        read.into_iter().collect()
    }

    /// An object whose field names are names of things.
    fn named<N: FromStr<Err = Reason> + Ord, T>(
        &mut self,
        value: &Value,
        place: &Place<'_>,
        entry: Read<T>,
    ) -> Option<BTreeMap<N, T>> {
        let fields = self.once(value, place)?;
        let mut named = BTreeMap::new();
        for (name, value) in fields {
            let place = place.field(name);
            let key = self.noted(&place, name.parse());
            if let (Some(key), Some(value)) = (key, entry(self, value, &place)) {
                named.insert(key, value);
            }
        }
        Some(named)
    }

    /// An object with these fields and no others.
    fn fields<'v, 'p>(
        &mut self,
        value: &'v Value,
        place: &'p Place<'p>,
        known: &[&str],
    ) -> Option<Fields<'v, 'p>> {
        let fields = self.once(value, place)?;
        for (name, _) in &fields {
            if !known.contains(name) {
                self.problems.push(place.field(name).problem(Reason::FieldUnknown));
            }
        }
        Some(Fields { place, fields })
    }

    /// The fields of an object, those that appear again noted and left out.
    fn once<'v>(
        &mut self,
        value: &'v Value,
        place: &Place<'_>,
    ) -> Option<Vec<(&'v str, &'v Value)>> {
        let Value::Object(fields) = value else {
            return self.wrong(place, Reason::NotAnObject);
        };
        let mut seen = BTreeSet::new();
        let mut once = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            if seen.insert(name) {
                once.push((name.as_str(), value));
            } else {
                self.problems.push(place.field(name).problem(Reason::FieldRepeated));
            }
        }
        Some(once)
    }

    fn required<T>(&mut self, fields: &Fields<'_, '_>, name: &str, read: Read<T>) -> Option<T> {
        match self.optional(fields, name, read)? {
            Some(value) => Some(value),
            None => self.wrong(&fields.place.field(name), Reason::FieldMissing),
        }
    }

    fn optional<T>(
        &mut self,
        fields: &Fields<'_, '_>,
        name: &str,
        read: Read<T>,
    ) -> Option<Option<T>> {
        match fields.fields.iter().find(|(field, _)| *field == name) {
            None => Some(None),
            Some((_, value)) => read(self, value, &fields.place.field(name)).map(Some),
        }
    }
}

/// The field of an object that has just one.
fn single(value: &Value) -> Option<(&str, &Value)> {
    match value {
        Value::Object(fields) => match fields.as_slice() {
            [(name, value)] => Some((name, value)),
            _ => None,
        },
        _ => None,
    }
}
