//! A packet that is really sent, what became of it, and whether the rules say the same.

use std::net::IpAddr;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use firewall::simulate::Transport;
use host_api::{NoProbe, Probe, ProbePlace, ProbeReport, ProbeTraffic, Request, Response};
use seal::numbers::{action, outcome};
use settings::{Settings, fill};

use super::ask::unexpected;
use super::document::zone_called;
use super::matrix::BOX;
use super::simulation::{From, Question, from, judged};
use super::state::{Admin, entry};
use super::zones::WAN;
use crate::caller::{Caller, Sent};
use crate::catalogue;
use crate::problem::{Code, Field, Problem};
use crate::realm::Who;
use crate::reply::{self, Reply, off};
use crate::shape::packet::{
    PacketJudged, PacketSender, PacketState, PacketVerdict, ProbeAsked, ProbeProtocol, ProbeResult,
};
use crate::shape::plain::Time;
use crate::shape::shared::Language;

/// The CRM, whatever its zone is called.
const CRM: &str = "crm";

pub(super) fn routes() -> Router<Admin> {
    Router::new().route("/api/v1/probes", post(probe))
}

/// What is to be sent, read.
#[derive(Clone)]
pub(super) struct Wanted {
    pub(super) from: From,
    pub(super) to: From,
    pub(super) protocol: ProbeProtocol,
    pub(super) port: Option<u16>,
    pub(super) v6: bool,
}

/// Why nothing can be said.
#[derive(Debug)]
pub(super) enum Unsent {
    /// hostd sends no such packet, or not now.
    Refused(NoProbe),
    /// Something else.
    Failed(Problem),
}

impl std::convert::From<Problem> for Unsent {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

async fn probe(
    State(admin): State<Admin>,
    who: Who,
    caller: Caller,
    Sent(asked): Sent<ProbeAsked>,
) -> Reply {
    let now = admin.settings().await?;
    let wanted = wanted(&asked, &now.settings)?;
    // Whose session ended meanwhile sends nothing more.
    who.identity.confirm(&who.signed).await.map_err(Problem::from)?;
    let language = caller.language;
    let (report, expected) = match send(&admin, &wanted, language).await {
        Ok(sent) => sent,
        Err(Unsent::Failed(problem)) => return Err(problem),
        Err(Unsent::Refused(why)) => {
            let problem = refused(why);
            let (by, code) = (who.signed.actor(), problem.code().as_str());
            admin.log(entry(by, action::PACKET_TRIED, outcome::REFUSED, Some(code))).await?;
            return Err(problem);
        }
    };
    let result = told(&wanted, report, expected, &now.settings, (Time(admin.now()), language));
    let summary = summary(&wanted, result.arrived);
    let tried = entry(who.signed.actor(), action::PACKET_TRIED, outcome::ALLOWED, Some(&summary));
    admin.log(tried).await?;
    reply::json(&result)
}

/// Sends it, and asks the rules that were in force what they say of the very packet that was sent. One after
/// the other: hostd sends one at a time.
pub(super) async fn send(
    admin: &Admin,
    wanted: &Wanted,
    language: Language,
) -> Result<(ProbeReport, PacketJudged), Unsent> {
    let sent = Request::Probe(Probe {
        from: place(&wanted.from),
        to: place(&wanted.to),
        traffic: match (wanted.protocol, wanted.port) {
            (ProbeProtocol::Tcp, port) => ProbeTraffic::Tcp(port.unwrap_or_default()),
            (ProbeProtocol::Udp, port) => ProbeTraffic::Udp(port.unwrap_or_default()),
            (ProbeProtocol::Icmp, _) => ProbeTraffic::Ping,
        },
        v6: wanted.v6,
    });
    let alone = admin.sending().await;
    let report = match admin.ask(sent).await? {
        Response::Probed(report) => report,
        Response::NoProbe(why) => return Err(Unsent::Refused(why)),
        other => return Err(unexpected(&other).into()),
    };
    drop(alone);
    let (now, status) = (admin.settings().await?, admin.status().await?);
    let own = status.wan.map(|wan| wan.addresses).unwrap_or_default();
    let question = question(wanted, &report);
    let of = admin.resolved(now.settings).await?;
    // Only the rules of a trial can have addresses that are kept for it, which are not known here.
    if of.rules.hash().to_string() != report.ruleset && now.trial.is_none() {
        return Err(Problem::from(Code::NotTried).into());
    }
    let expected = off(async move { judged(&of, &own, &question, language) }).await??;
    Ok((report, expected))
}

fn wanted(asked: &ProbeAsked, settings: &Settings) -> Result<Wanted, Problem> {
    let mut refused = Vec::new();
    let end = |name: &str| {
        let crm = (name == CRM).then(|| From::Zone(settings.crm.zone.clone()));
        from(name, settings).or(crm)
    };
    let (from, to) = (end(&asked.from), end(&asked.to));
    for (pointer, end) in [("/from", &from), ("/to", &to)] {
        if end.is_none() {
            refused.push(Field::new(pointer, "no-zone"));
        }
    }
    if from.is_some() && from == to {
        refused.push(Field::new("/to", "same-place"));
    }
    let typed = asked.port.as_ref().filter(|_| asked.protocol != ProbeProtocol::Icmp);
    let port = typed.and_then(super::simulation::port);
    if port.is_none() && asked.protocol != ProbeProtocol::Icmp {
        refused.push(Field::new("/port", "port"));
    }
    if !matches!(asked.version, 4 | 6) {
        refused.push(Field::new("/version", "ip-version"));
    }
    match (from, to) {
        (Some(from), Some(to)) if refused.is_empty() => {
            Ok(Wanted { from, to, protocol: asked.protocol, port, v6: asked.version == 6 })
        }
        _ => Err(Problem::fields_refused(refused)),
    }
}

fn place(of: &From) -> ProbePlace {
    match of {
        From::Zone(zone) => ProbePlace::Zone(zone.to_string()),
        From::Wan => ProbePlace::Wan,
        From::Box => ProbePlace::Box,
    }
}

fn refused(why: NoProbe) -> Problem {
    match why {
        NoProbe::Running => Code::ProbeRunning.into(),
        NoProbe::SamePlace => Problem::field("/to", "same-place"),
        NoProbe::NoZone => Problem::field("/from", "no-zone"),
        NoProbe::NoVersion => Problem::field("/version", "not-spoken"),
        NoProbe::NoWan | NoProbe::NoRoute => Code::NoWayOut.into(),
        NoProbe::NoFreeAddress => Code::NoFreeAddress.into(),
        NoProbe::Changed | NoProbe::NoAnswer | NoProbe::Failed => Code::NotTried.into(),
    }
}

fn question(wanted: &Wanted, report: &ProbeReport) -> Question {
    let (source, port) = (report.source_port, wanted.port.unwrap_or_default());
    Question {
        from: wanted.from.clone(),
        source: report.source,
        destination: report.destination,
        transport: match wanted.protocol {
            ProbeProtocol::Tcp => Transport::Tcp { source, destination: port },
            ProbeProtocol::Udp => Transport::Udp { source, destination: port },
            ProbeProtocol::Icmp if wanted.v6 => Transport::Icmpv6(128),
            ProbeProtocol::Icmp => Transport::Icmp(8),
        },
        hops: report.hops,
        state: PacketState::New,
        sender: PacketSender::System,
        card: None,
    }
}

fn told(
    wanted: &Wanted,
    report: ProbeReport,
    expected: PacketJudged,
    settings: &Settings,
    (at, language): (Time, Language),
) -> ProbeResult {
    let arrived = report.arrived.is_some();
    let agrees = arrived == (expected.verdict == PacketVerdict::Passes);
    let key = match (arrived, agrees) {
        (true, true) => "probe.arrived",
        (false, true) => "probe.stopped",
        (true, false) => "probe.arrived-against",
        (false, false) if wanted.to == From::Wan => "probe.stuck",
        (false, false) => "probe.stopped-against",
    };
    let text = fill(&catalogue::text(language, key), |name| match name {
        "from" => Some(place_name(&wanted.from, settings, language)),
        "to" => Some(place_name(&wanted.to, settings, language)),
        "what" => Some(what(wanted)),
        "time" => report.arrived.map(milliseconds),
        "why" => Some(expected.why.clone()),
        "source" => Some(report.source.to_string()),
        _ => None,
    });
    let ip = |address: IpAddr| address.to_string();
    ProbeResult {
        from: name(&wanted.from),
        to: name(&wanted.to),
        protocol: wanted.protocol,
        port: wanted.port,
        version: if wanted.v6 { 6 } else { 4 },
        source: ip(report.source),
        destination: ip(report.destination),
        arrived,
        microseconds: report.arrived,
        expected,
        agrees,
        text,
        at,
        ruleset: report.ruleset,
    }
}

fn name(of: &From) -> String {
    match of {
        From::Zone(zone) => zone.to_string(),
        From::Wan => WAN.to_owned(),
        From::Box => BOX.to_owned(),
    }
}

pub(super) fn place_name(of: &From, in_: &Settings, language: Language) -> String {
    match of {
        From::Zone(zone) => {
            zone_called(&[in_], zone.as_str(), language).unwrap_or_else(|| zone.to_string())
        }
        From::Wan => catalogue::text(language, "place.wan"),
        From::Box => catalogue::text(language, "place.box"),
    }
}

pub(super) fn what(wanted: &Wanted) -> String {
    let version = if wanted.v6 { "IPv6" } else { "IPv4" };
    match (wanted.protocol, wanted.port) {
        (ProbeProtocol::Tcp, Some(port)) => format!("TCP {port}, {version}"),
        (ProbeProtocol::Udp, Some(port)) => format!("UDP {port}, {version}"),
        _ => format!("Ping, {version}"),
    }
}

/// 1,234 µs are 1.2 ms.
fn milliseconds(microseconds: u64) -> String {
    let tenths = microseconds.saturating_add(50) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// For the log: in the same words whoever reads it.
pub(super) fn summary(wanted: &Wanted, arrived: bool) -> String {
    let protocol = match wanted.protocol {
        ProbeProtocol::Tcp => "tcp",
        ProbeProtocol::Udp => "udp",
        ProbeProtocol::Icmp => "icmp",
    };
    let port = wanted.port.map(|port| format!(" {port}")).unwrap_or_default();
    let arrived = if arrived { "arrived" } else { "stopped" };
    let (from, to) = (name(&wanted.from), name(&wanted.to));
    let version = if wanted.v6 { 6 } else { 4 };
    format!("{from} to {to}, {protocol}{port}, IPv{version}: {arrived}")
}
