//! A made-up hostd: its settings, its code and its tries are those of the real one, without a kernel.

use std::io;
use std::mem;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard};

use api::admin::{Host, HostFuture, Unanswered};
use host_api::seeing::{
    Connection, ConnectionKey, Device, DeviceCounts, End, Link, Look, Refused, Seen, Why,
};
use host_api::{
    ByConsole, Ended, Failure, HowEnded, NoProbe, NotNow, PortStatus, Probe, ProbePlace,
    ProbeReport, Request, Response, SettingsSource, SetupTried, Shown, State, Status, Trial,
    UnknownPort, WanStatus, ZoneStatus,
};
use settings::{DiscoveredPort, Language, Settings};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

pub const CODE: &str = "7F3K-92QD-XM4T";
/// An address that the box has during a trial only.
pub const FORMER: Ipv4Addr = Ipv4Addr::new(192, 168, 99, 1);
/// A device that reaches the box only as long as that is kept.
pub const LEFT_BEHIND: Ipv4Addr = Ipv4Addr::new(192, 168, 99, 50);
pub const EXAMPLE: &str = include_str!("../../../settings/tests/example.json");

#[derive(Clone)]
pub struct Hostd(Arc<Mutex<Now>>);

type Listener = Box<dyn Fn(&Request) + Send>;

pub struct Now {
    pub settings: Settings,
    pub source: SettingsSource,
    pub set_up: bool,
    /// What is being tried, and the settings and the source that come back.
    pub trial: Option<(Trial, String, Settings, SettingsSource)>,
    pub ended: Option<Ended>,
    pub by_console: Option<ByConsole>,
    /// What its rules did.
    pub hits: Vec<host_api::RuleHits>,
    pub arrivals: Vec<host_api::Arrivals>,
    pub tried: u32,
    /// It does not answer at all.
    pub away: bool,
    /// What becomes of its next answer to new settings.
    pub loses: Option<Loses>,
    /// What it cannot do.
    pub fails: Option<Fails>,
    /// How it is, it says when this comes or is dropped, the next time it is asked.
    pub holds: Option<oneshot::Receiver<()>>,
    /// The same of the next settings that are to be tried.
    pub holds_try: Option<oneshot::Receiver<()>>,
    /// Told what it is asked, before it does that.
    pub listens: Option<Listener>,
    /// What it lent, by zone.
    pub leases: Vec<(String, host_api::Lease)>,
    /// Why it cannot try a packet.
    pub no_probe: Option<NoProbe>,
    /// After how many microseconds packets arrive.
    pub arrives: Option<u64>,
    /// From where to where they do.
    pub passing: Vec<(&'static str, &'static str)>,
    /// What it was asked, besides how it is.
    pub asked: Vec<&'static str>,
    /// What somebody wanted to see.
    pub looks: Vec<Look>,
    /// Devices that it sees.
    pub devices: Vec<Device>,
    /// What it says of itself.
    pub notices: Vec<host_api::Notice>,
    /// What became of destinations.
    pub egress: host_api::egress::EgressTold,
    /// What is blocked.
    pub blocking: host_api::blocking::BlockingTold,
    /// Destinations that were asked for, and those that were declined.
    pub egress_asked: Vec<host_api::egress::EgressAsked>,
    pub egress_declined: Vec<String>,
}

/// The answer to new settings is lost: after they are in force, before, or with hostd itself.
#[derive(Clone, Copy, PartialEq)]
pub enum Loses {
    Done,
    Undone,
    Itself,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Fails {
    Apply,
    SetupDone,
    AdminsLost,
}

impl Hostd {
    fn of(settings: Settings, source: SettingsSource) -> Self {
        Self(Arc::new(Mutex::new(Now {
            settings,
            source,
            set_up: false,
            trial: None,
            ended: None,
            by_console: None,
            hits: Vec::new(),
            arrivals: Vec::new(),
            tried: 0,
            away: false,
            loses: None,
            fails: None,
            holds: None,
            holds_try: None,
            listens: None,
            leases: Vec::new(),
            no_probe: None,
            arrives: None,
            passing: Vec::new(),
            asked: Vec::new(),
            looks: Vec::new(),
            devices: Vec::new(),
            notices: Vec::new(),
            egress: host_api::egress::EgressTold::default(),
            blocking: host_api::blocking::BlockingTold::default(),
            egress_asked: Vec::new(),
            egress_declined: Vec::new(),
        })))
    }

    /// A box with two cards that nobody has set up.
    pub fn factory() -> Self {
        let card = |mac: &str| DiscoveredPort { mac: mac.parse().unwrap(), path: None };
        let cards = [card("52:54:00:67:00:01"), card("52:54:00:67:00:02")];
        Self::of(Settings::factory(&cards).unwrap(), SettingsSource::Factory)
    }

    /// A box that got its settings from a file.
    pub fn example() -> Self {
        let settings = settings::parse(EXAMPLE.as_bytes()).unwrap();
        Self::of(settings, SettingsSource::Confirmed)
    }

    /// The settings that it began with are in force, with the guests that the set-up leaves out.
    pub fn forget(&self) {
        self.now().settings = settings::parse(EXAMPLE.as_bytes()).unwrap();
    }

    pub fn now(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap()
    }
}

impl Host for Hostd {
    fn ask(&self, request: Request) -> HostFuture<'_> {
        let held = match request {
            Request::Status => self.now().holds.take(),
            Request::Try { .. } => self.now().holds_try.take(),
            _ => None,
        };
        Box::pin(async move {
            if let Some(held) = held {
                let _ = held.await;
            }
            self.asked(request)
        })
    }
}

impl Hostd {
    fn asked(&self, request: Request) -> Result<Response, Unanswered> {
        let mut now = self.now();
        if let Some(listens) = &now.listens {
            listens(&request);
        }
        let changes = matches!(
            request,
            Request::Apply { .. } | Request::Try { .. } | Request::Confirm { .. } | Request::Undo
        );
        let loses = changes.then(|| mem::take(&mut now.loses));
        match loses.flatten() {
            _ if now.away => Err(Unanswered::NotAsked(io::ErrorKind::ConnectionRefused.into())),
            None => Ok(now.answer(request)),
            Some(loses) => {
                if loses == Loses::Done {
                    now.answer(request);
                }
                now.away = loses == Loses::Itself;
                Err(Unanswered::Lost(io::ErrorKind::ConnectionReset.into()))
            }
        }
    }
}

impl Now {
    fn answer(&mut self, request: Request) -> Response {
        match request {
            Request::Status => return Response::Status(Box::new(self.status())),
            Request::Look(look) => return Response::Seen(self.look(look)),
            Request::Settings => {
                return Response::Settings {
                    document: Some(self.settings.to_json()),
                    source: self.source,
                    trial: self.trial.as_ref().map(|(trial, ..)| trial.clone()),
                    ended: self.ended.clone(),
                    by_console: self.by_console.clone(),
                };
            }
            _ => {}
        }
        self.asked.push(match request {
            Request::Check { .. } => "check",
            Request::Apply { .. } => "apply",
            Request::Try { .. } => "try",
            Request::Confirm { .. } => "confirm",
            Request::Undo => "undo",
            Request::Facts { .. } => "facts",
            Request::Leases { .. } => "leases",
            Request::Probe(_) => "probe",
            Request::SetupDone => "done",
            Request::AdminsLost => "lost",
            _ => "other",
        });
        match request {
            Request::Check { document } => match settings::parse(document.as_bytes()) {
                Ok(_) => Response::Accepted,
                Err(problems) => self.refused(&problems),
            },
            Request::Apply { document } => match settings::parse(document.as_bytes()) {
                Ok(_) if self.fails == Some(Fails::Apply) => failed("links_failed"),
                Ok(settings) => {
                    (self.settings, self.source) = (settings, SettingsSource::Confirmed);
                    Response::Accepted
                }
                Err(problems) => self.refused(&problems),
            },
            Request::Facts { .. } => Response::Facts {
                wan: Some("e-wan".to_owned()),
                site: "fd12:3456:789a::/48".parse().unwrap(),
                uids: [901, 902, 903, 904, 906, 909],
                names: std::collections::BTreeMap::new(),
                isolated: Vec::new(),
            },
            Request::Blocking => Response::Blocking(Box::new(self.blocking.clone())),
            Request::BlockLists => Response::BlockLists(self.blocking.lists.clone()),
            Request::JudgeName { name } => {
                Response::NameJudged(vec![host_api::blocking::NameInZone {
                    zone: "guest".to_owned(),
                    why: host_api::blocking::WhyBlocked::Own(name),
                }])
            }
            Request::BlockList(_) | Request::BlockListSame { .. } => Response::Accepted,
            Request::Egress => Response::Egress(self.egress.clone()),
            Request::EgressAsk(asked) => {
                self.egress_asked.push(asked);
                Response::Accepted
            }
            Request::EgressDecline { id } => {
                self.egress_declined.push(id);
                Response::Accepted
            }
            Request::Hits => Response::Hits(self.hits.clone()),
            Request::Arrivals => Response::Arrivals(self.arrivals.clone()),
            Request::Leases { zone, from } => {
                let all = self.leases.iter().filter(|(of, _)| *of == zone).map(|(_, one)| one);
                let page = all.filter(|one| one.address >= from).take(host_api::Lease::MAX);
                Response::Leases { leases: page.cloned().collect() }
            }
            Request::Probe(probe) => match self.no_probe {
                Some(why) => Response::NoProbe(why),
                None => Response::Probed(self.report(&probe)),
            },
            Request::Try { .. } if self.trial.is_some() => Response::NotNow(NotNow::Trial),
            Request::Try { .. } if self.fails == Some(Fails::Apply) => failed("links_failed"),
            Request::Try { document, base, seconds, token, by, .. } => {
                if base != sha256(&self.settings.to_json()) {
                    return Response::NotNow(NotNow::Stale);
                }
                let settings = settings::parse(document.as_bytes()).unwrap();
                let (document, former) = (sha256(&document), vec![FORMER]);
                let trial = Trial { left: seconds, by, document, former };
                let former = mem::replace(&mut self.settings, settings);
                self.trial = Some((trial.clone(), token, former, self.source));
                self.source = SettingsSource::Trial;
                Response::Trying(trial)
            }
            Request::Confirm { token, at, from } => match &self.trial {
                None => Response::NotNow(NotNow::NoTrial),
                Some((_, kept, ..)) if *kept != sha256(&token) => Response::NotNow(NotNow::Token),
                Some(_) if at == FORMER => Response::NotNow(NotNow::Address),
                Some(_) if from == LEFT_BEHIND => Response::NotNow(NotNow::FormerNetwork),
                Some(_) => {
                    (self.trial, self.source) = (None, SettingsSource::Confirmed);
                    Response::Accepted
                }
            },
            Request::Undo if self.trial.is_none() => Response::NotNow(NotNow::NoTrial),
            Request::Undo => {
                self.end(HowEnded::Undone);
                Response::Accepted
            }
            Request::TrySetupCode { code, .. } => Response::SetupTried(self.try_code(&code)),
            Request::SetupDone if self.fails == Some(Fails::SetupDone) => failed("store_failed"),
            Request::SetupDone => {
                self.set_up = true;
                Response::Accepted
            }
            Request::AdminsLost if self.fails == Some(Fails::AdminsLost) => failed("store_failed"),
            Request::AdminsLost => {
                self.set_up = false;
                Response::Accepted
            }
            _ => failed("unknown"),
        }
    }

    /// One of everything, for whoever asks the right question; what was asked is kept.
    fn look(&mut self, look: Look) -> Seen {
        let end = |zone: &str| End { zone: Some(zone.to_owned()), mac: None, name: None };
        let pc = End {
            zone: Some("office".to_owned()),
            mac: Some("52:54:00:00:00:01".to_owned()),
            name: Some("Reception-PC".to_owned()),
        };
        let seen = match &look {
            Look::Devices(page) => Seen::Devices {
                rows: self.devices.iter().skip(page.from).take(page.limit).cloned().collect(),
                counts: DeviceCounts {
                    chosen: self.devices.len(),
                    all: self.devices.len(),
                    room: 20_000,
                    ..DeviceCounts::default()
                },
            },
            Look::Connections(_) => Seen::Connections {
                rows: vec![Connection {
                    key: ConnectionKey {
                        id: 7,
                        protocol: 6,
                        source: "192.168.10.20".parse().unwrap(),
                        source_port: 40_000,
                        destination: "2001:db8::1".parse().unwrap(),
                        destination_port: 443,
                    },
                    from: pc,
                    to: end("wan"),
                    answers: "2001:db8::1".parse().unwrap(),
                    sent: 10,
                    received: 20,
                    age: Some(5),
                    answered: true,
                }],
                chosen: 1,
                all: 9,
                room: 65_536,
            },
            Look::Refused(_) => Seen::Refused {
                rows: vec![Refused {
                    from: pc,
                    source: "192.168.10.20".parse().unwrap(),
                    at: None,
                    to: end("crm"),
                    destination: Some("192.168.30.10".parse().unwrap()),
                    protocol: 58,
                    port: 443,
                    why: Why::Rule("rule_7_reject".to_owned()),
                    note: Some("No printing here".to_owned()),
                    count: 3,
                    first: 1_800_000_000,
                    last: 1_800_000_060,
                }],
                chosen: 1,
                all: 1,
                since: 1_800_000_000,
                lost: false,
            },
            Look::Links => Seen::Links(vec![Link {
                port: Some("office".to_owned()),
                zones: vec!["office".to_owned()],
                linked: true,
                speed: Some(1000),
                ..Link::default()
            }]),
            Look::Traffic { .. } => {
                Seen::Traffic { until: 0, series: Vec::new(), most: Vec::new() }
            }
            Look::End(_) | Look::ForgetDevice { .. } => Seen::Done(1),
            Look::KnowDevices { macs } => Seen::Done(macs.len()),
        };
        self.looks.push(look);
        seen
    }

    /// The former settings come back.
    pub fn end(&mut self, how: HowEnded) {
        let (trial, _, settings, source) = self.trial.take().unwrap();
        (self.settings, self.source) = (settings, source);
        self.ended = Some(Ended { document: trial.document, how });
    }

    /// Of a packet between hosts that lists name, with the rules that hostd would have.
    fn report(&self, probe: &Probe) -> ProbeReport {
        let site = "fd12:3456:789a::/48".parse().unwrap();
        let address = |place: &ProbePlace, last: u8| -> IpAddr {
            match place {
                ProbePlace::Zone(name) => {
                    let zone = &self.settings.zones[&name.parse().unwrap()];
                    let [a, b, c, _] = zone.router_v4().unwrap().octets();
                    let is_crm = self.settings.crm.zone.as_str() == name;
                    [a, b, c, if is_crm { 10 } else { last }].into()
                }
                ProbePlace::Wan => [192, 0, 2, 7].into(),
                ProbePlace::Box => [192, 168, 10, 1].into(),
            }
        };
        let context = firewall::Context {
            wan: firewall::ir::InterfaceName::new("e-wan"),
            site,
            uids: firewall::ServiceUids {
                dnsmasq: 901,
                chrony: 902,
                networkd: 903,
                resolver: 904,
                admin: 906,
                relay: 909,
            },
            moved: settings::Moved::new(),
            on: self.settings.schedules_on(std::time::SystemTime::now()),
            over: std::collections::BTreeSet::new(),
            isolated: Vec::new(),
        };
        ProbeReport {
            source: address(&probe.from, 100),
            destination: address(&probe.to, 101),
            source_port: 50_000,
            hops: 64,
            arrived: self.arrives.or_else(|| self.lets_pass(probe).then_some(900)),
            ruleset: firewall::compile(&self.settings, &context).hash().to_string(),
        }
    }

    fn lets_pass(&self, probe: &Probe) -> bool {
        let name = |place: &ProbePlace| match place {
            ProbePlace::Zone(name) => name.clone(),
            ProbePlace::Wan => "wan".to_owned(),
            ProbePlace::Box => "box".to_owned(),
        };
        let (from, to) = (name(&probe.from), name(&probe.to));
        self.passing.contains(&(from.as_str(), to.as_str()))
    }

    fn try_code(&mut self, typed: &str) -> SetupTried {
        if self.set_up {
            return SetupTried::SetUp;
        }
        if self.tried >= 5 {
            return SetupTried::Wait { seconds: 600 };
        }
        if typed == CODE {
            self.tried = 0;
            return SetupTried::Right;
        }
        self.tried += 1;
        SetupTried::Wrong { left: 5 - self.tried }
    }

    fn refused(&self, problems: &[settings::Problem]) -> Response {
        Response::Refused { problems: Shown::all(problems, self.settings.language) }
    }

    fn status(&self) -> Status {
        let site = "fd12:3456:789a::/48".parse().unwrap();
        let zones = self.settings.zones.iter().map(|(name, zone)| {
            let v4 = zone.ipv4.as_ref().map(|ipv4| ipnet::IpNet::V4(ipv4.address));
            let v6 = zone.router_v6(site).map(|a| ipnet::Ipv6Net::new(a, 64).unwrap().into());
            ZoneStatus { name: name.to_string(), addresses: v4.into_iter().chain(v6).collect() }
        });
        let ports = self.settings.ports.keys().map(|name| PortStatus {
            name: name.to_string(),
            interface: (name.as_str() != "guest").then(|| format!("e-{name}")),
            mac: None,
            linked: name.as_str() != "guest",
        });
        let language = match self.settings.language {
            Language::English => "en",
            Language::Chinese => "zh-CN",
        };
        Status {
            version: "0.1.0".to_owned(),
            state: State::Ready,
            language: language.to_owned(),
            settings: self.source,
            ruleset: Some("ab".repeat(32)),
            zones: zones.collect(),
            wan: Some(WanStatus {
                name: "wan".to_owned(),
                interface: "e-wan".to_owned(),
                addresses: vec!["203.0.113.10".parse().unwrap()],
            }),
            ports: ports.collect(),
            unknown: vec![UnknownPort {
                interface: "e-new".to_owned(),
                mac: Some("52:54:00:67:00:09".to_owned()),
                path: None,
                linked: true,
            }],
            set_up: self.set_up,
            notices: self.notices.clone(),
            ..Status::default()
        }
    }
}

pub fn sha256(text: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

fn failed(code: &str) -> Response {
    Response::Failed(Failure { code: code.to_owned(), detail: "made up".to_owned() })
}
