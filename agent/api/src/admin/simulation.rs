//! What the rules do with a packet, those in force or those of a document that is not: where it goes, what
//! becomes of it, by which rule, and why in words.

use std::net::IpAddr;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use firewall::ir::{Action, CtState, InterfaceName, Ruleset};
use firewall::simulate::{Addresses, Decision, Outcome, Packet, Path, Step, Transport};
use serde_json::Value;
use settings::{MacAddress, Publication, Settings, SitePrefix, ZoneName, fill};

use super::document::{refused_fields, zone_called};
use super::matrix::BOX;
use super::preview::Resolved;
use super::state::Admin;
use super::zones::WAN;
use crate::caller::{Caller, Sent};
use crate::catalogue;
use crate::problem::{Field, Problem};
use crate::realm::Who;
use crate::reply::{self, Reply, broken, off};
use crate::shape::packet::{
    PacketAsked, PacketJudged, PacketProtocol, PacketRule, PacketSender, PacketState, PacketStep,
    PacketVerdict,
};
use crate::shape::shared::Language;

/// The sender's port when nobody says one.
const SOURCE_PORT: u16 = 40_000;
/// GRE stands for what no rule names.
const GRE: u8 = 47;
const HOPS: u8 = 64;

pub(super) fn routes() -> Router<Admin> {
    Router::new().route("/api/v1/simulations", post(simulate))
}

async fn simulate(
    State(admin): State<Admin>,
    _: Who,
    caller: Caller,
    Sent(asked): Sent<PacketAsked>,
) -> Reply {
    let language = caller.language;
    let settings = match &asked.document {
        None => admin.settings().await?.settings,
        Some(document) => {
            let pointer = |field: &str| format!("/document{field}");
            let parsed = settings::parse(document.get().as_bytes())
                .map_err(|problems| refused_fields(problems, language, pointer))?;
            admin.check(parsed.to_json(), pointer).await?;
            parsed
        }
    };
    let question = question(&asked, &settings)?;
    let status = admin.status().await?;
    let own: Vec<IpAddr> = status.wan.map(|wan| wan.addresses).unwrap_or_default();
    let of = admin.resolved(settings).await?;
    reply::json(&off(async move { judged(&of, &own, &question, language) }).await??)
}

/// Where packets are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum From {
    Zone(ZoneName),
    Wan,
    Box,
}

/// A packet, read.
pub(super) struct Question {
    pub(super) from: From,
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) transport: Transport,
    pub(super) hops: u8,
    pub(super) state: PacketState,
    pub(super) sender: PacketSender,
    /// The card that sends it, when rules are to know it.
    pub(super) card: Option<MacAddress>,
}

fn question(asked: &PacketAsked, settings: &Settings) -> Result<Question, Problem> {
    let mut refused = Vec::new();
    let from = from(&asked.from, settings);
    if from.is_none() {
        refused.push(Field::new("/from", "no-zone"));
    }
    let address = |text: &str| text.trim().parse::<IpAddr>().ok().map(|it| it.to_canonical());
    let (source, destination) = (address(&asked.source), address(&asked.destination));
    for (pointer, address) in [("/source", source), ("/destination", destination)] {
        if address.is_none() {
            refused.push(Field::new(pointer, "address"));
        }
    }
    if let (Some(source), Some(destination)) = (source, destination)
        && source.is_ipv4() != destination.is_ipv4()
    {
        refused.push(Field::new("/destination", "other-version"));
    }
    let card = match asked.card.as_deref().map(str::trim) {
        None => None,
        // Whatever comes from WAN or from the box itself comes from no device in a zone.
        Some(_) if !matches!(from, Some(From::Zone(_)) | None) => {
            refused.push(Field::new("/card", "card-in-zone"));
            None
        }
        Some(text) => {
            let card = text.parse::<MacAddress>().ok();
            if card.is_none() {
                refused.push(Field::new("/card", "mac"));
            }
            card
        }
    };
    let state = asked.state.unwrap_or_default();
    let v6 = source.is_some_and(|source| source.is_ipv6());
    let transport = transport(asked, v6).map_err(|field| refused.push(field)).ok();
    if state == PacketState::Error && asked.protocol != PacketProtocol::Icmp {
        refused.push(Field::new("/state", "icmp-only"));
    }
    let (Some(from), Some(source), Some(destination), Some(transport), true) =
        (from, source, destination, transport, refused.is_empty())
    else {
        return Err(Problem::fields_refused(refused));
    };
    let sender = asked.sender.unwrap_or(PacketSender::System);
    let hops = hops(transport);
    Ok(Question { from, source, destination, transport, hops, state, sender, card })
}

/// A place by its name.
pub(super) fn from(name: &str, settings: &Settings) -> Option<From> {
    match name {
        WAN => settings.wan_port().map(|_| From::Wan),
        BOX => Some(From::Box),
        name => {
            let zone = name.parse::<ZoneName>().ok()?;
            settings.zones.contains_key(&zone).then_some(From::Zone(zone))
        }
    }
}

fn transport(asked: &PacketAsked, v6: bool) -> Result<Transport, Field> {
    let source = || match &asked.source_port {
        None => Ok(SOURCE_PORT),
        Some(typed) => port(typed).ok_or(Field::new("/sourcePort", "port")),
    };
    let destination = || asked.port.as_ref().and_then(port).ok_or(Field::new("/port", "port"));
    let kind = |echo: u8| match &asked.icmp_type {
        None => Ok(echo),
        Some(typed) => {
            let kind = typed.as_u64().and_then(|typed| u8::try_from(typed).ok());
            kind.ok_or(Field::new("/icmpType", "icmp-type"))
        }
    };
    Ok(match asked.protocol {
        PacketProtocol::Tcp => Transport::Tcp { source: source()?, destination: destination()? },
        PacketProtocol::Udp => Transport::Udp { source: source()?, destination: destination()? },
        PacketProtocol::Icmp if v6 => Transport::Icmpv6(kind(128)?),
        PacketProtocol::Icmp => Transport::Icmp(kind(8)?),
        PacketProtocol::Other => Transport::Other(GRE),
    })
}

/// A port as somebody typed it.
pub(super) fn port(typed: &Value) -> Option<u16> {
    typed.as_u64().and_then(|typed| u16::try_from(typed).ok()).filter(|port| *port > 0)
}

/// What a packet of this kind is sent with: neighbours and routers count with 255 hops only (RFC 4861),
/// groups with one (RFC 3810).
fn hops(transport: Transport) -> u8 {
    match transport {
        Transport::Icmpv6(133..=137) => 255,
        Transport::Icmpv6(130..=132 | 143) => 1,
        _ => HOPS,
    }
}

/// Where a packet goes.
enum Goes {
    Box,
    Zone(ZoneName),
    Wan(InterfaceName),
    Nowhere,
}

/// What becomes of it.
pub(super) fn judged(
    of: &Resolved,
    own: &[IpAddr],
    question: &Question,
    language: Language,
) -> Result<PacketJudged, Problem> {
    let goes = goes(of, own, question.destination);
    let zone = |zone: &ZoneName| InterfaceName::new(&zone.interface());
    let (input, output, path) = match (&question.from, &goes) {
        (From::Zone(from), Goes::Zone(to)) if from == to => {
            return Ok(unasked(PacketVerdict::Inside, Some(to.to_string()), language));
        }
        (_, Goes::Nowhere) => return Ok(unasked(PacketVerdict::Nowhere, None, language)),
        (From::Wan, Goes::Wan(_)) | (From::Box, Goes::Box) => {
            let to = if question.from == From::Wan { WAN } else { BOX };
            return Ok(unasked(PacketVerdict::Inside, Some(to.to_owned()), language));
        }
        (From::Box, Goes::Zone(to)) => (None, zone(to), Path::FromBox),
        (From::Box, Goes::Wan(wan)) => (None, Some(wan.clone()), Path::FromBox),
        (from, goes) => {
            let input = match from {
                From::Zone(from) => zone(from),
                From::Wan | From::Box => of.context.wan.clone(),
            };
            match goes {
                Goes::Zone(to) => (input, zone(to), Path::Through),
                Goes::Wan(wan) => (input, Some(wan.clone()), Path::Through),
                Goes::Box | Goes::Nowhere => {
                    let behind = published(of, question).and_then(|one| zone(&one.to.zone));
                    (input, behind, Path::ToBox)
                }
            }
        }
    };
    let to = match &goes {
        Goes::Zone(zone) => zone.to_string(),
        Goes::Wan(_) => WAN.to_owned(),
        Goes::Box | Goes::Nowhere => BOX.to_owned(),
    };
    let uid = (path == Path::FromBox).then(|| uid(of, question.sender));
    let packet = packet(&of.rules, question, (input, output), uid);
    let Some(packet) = packet else {
        return Ok(unasked(PacketVerdict::Nowhere, Some(to), language));
    };
    let known = firewall::knowing(of.rules.clone(), &of.names);
    let rules = known.check().map_err(|error| broken(&error))?;
    let decision = firewall::simulate(rules, &packet, path);
    let behind = published(of, question).filter(|_| decision.sent_to.is_some());
    let to = behind.map_or(to, |one| one.to.zone.to_string());
    Ok(told((&of.settings, &known), &decision, to, language))
}

fn goes(of: &Resolved, own: &[IpAddr], destination: IpAddr) -> Goes {
    let (settings, site): (&Settings, SitePrefix) = (&of.settings, of.context.site);
    let is_own = own.contains(&destination)
        || settings.zones.values().any(|zone| match destination {
            IpAddr::V4(v4) => zone.router_v4() == Some(v4),
            IpAddr::V6(v6) => zone.router_v6(site) == Some(v6),
        });
    let to_all = match destination {
        IpAddr::V4(v4) => v4.is_broadcast() || v4.is_multicast(),
        IpAddr::V6(v6) => v6.is_multicast() || v6.is_unicast_link_local(),
    };
    if is_own || to_all {
        return Goes::Box;
    }
    let zone = match destination {
        IpAddr::V4(_) => settings.zone_of_address(destination.into()),
        IpAddr::V6(v6) => {
            let holds =
                |zone: &settings::Zone| zone.subnet_v6(site).is_some_and(|net| net.contains(&v6));
            settings.zones.iter().find(|(_, zone)| holds(zone)).map(|(name, _)| name)
        }
    };
    match zone {
        Some(name) => Goes::Zone(name.clone()),
        None => of.context.wan.clone().map_or(Goes::Nowhere, Goes::Wan),
    }
}

/// What is published at the port that the packet is for.
fn published<'r>(of: &'r Resolved, question: &Question) -> Option<&'r Publication> {
    let (udp, port) = match question.transport {
        Transport::Tcp { destination, .. } => (false, destination),
        Transport::Udp { destination, .. } => (true, destination),
        _ => return None,
    };
    let holds = |one: &&Publication| {
        let mut ranges = one.outside(udp).into_iter();
        ranges.any(|range| (range.first..=range.last).contains(&port))
    };
    of.settings.publish.iter().find(holds)
}

fn uid(of: &Resolved, sender: PacketSender) -> u32 {
    let uids = of.context.uids;
    match sender {
        PacketSender::Names if of.settings.dns.is_default() => uids.dnsmasq,
        PacketSender::Names => uids.resolver,
        PacketSender::Time => uids.chrony,
        PacketSender::Address => uids.networkd,
        PacketSender::Admin => uids.admin,
        PacketSender::System => 0,
    }
}

fn packet(
    rules: &Ruleset,
    question: &Question,
    (input, output): (Option<InterfaceName>, Option<InterfaceName>),
    uid: Option<u32>,
) -> Option<Packet> {
    let addresses = match (question.source, question.destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => Addresses::V4 { source, destination },
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            Addresses::V6 { source, destination, hop_limit: question.hops }
        }
        _ => return None,
    };
    let kept = mark(rules);
    let (state, reply, mark) = match question.state {
        PacketState::New => (CtState::New, false, 0),
        PacketState::Open => (CtState::Established, false, kept),
        PacketState::Answer => (CtState::Established, true, kept),
        PacketState::Former => (CtState::Established, false, 0),
        PacketState::Error => (CtState::Related, true, kept),
        PacketState::Invalid => (CtState::Invalid, false, 0),
    };
    let about =
        (question.state == PacketState::Error).then_some((question.destination, question.source));
    Some(Packet {
        input,
        output,
        addresses: Some(addresses),
        transport: Some(question.transport),
        state,
        reply,
        mark,
        about,
        uid,
        vlan: None,
        inner_tag: None,
        card_to: None,
        sent_to: None,
        card: question.card.map(MacAddress::octets),
    })
}

/// What these rules write on connections that they let pass.
fn mark(rules: &Ruleset) -> u32 {
    let mut all = rules.tables.iter().flat_map(|table| &table.chains).flat_map(|it| &it.rules);
    all.find_map(|rule| match rule.action {
        Action::Admit(mark) => Some(mark),
        _ => None,
    })
    .unwrap_or_default()
}

/// Of a packet that no rule is asked about.
fn unasked(verdict: PacketVerdict, to: Option<String>, language: Language) -> PacketJudged {
    let key = if verdict == PacketVerdict::Inside { "packet.inside" } else { "packet.nowhere" };
    let why = catalogue::text(language, key);
    PacketJudged { verdict, to, why, rule: None, new_source: false, steps: Vec::new() }
}

fn told(
    (settings, rules): (&Settings, &Ruleset),
    decision: &Decision,
    to: String,
    language: Language,
) -> PacketJudged {
    let decisive = decision.decisive();
    let steps = decision.steps.iter().map(|step| PacketStep {
        hook: step.hook.word().to_owned(),
        verdict: verdict(step.outcome),
        why: why(settings, step, language),
        rule: rule(rules, step),
        decides: decisive == Some(step),
    });
    PacketJudged {
        verdict: verdict(decision.outcome),
        to: Some(to),
        why: decisive.map(|step| why(settings, step, language)).unwrap_or_default(),
        rule: decisive.and_then(|step| rule(rules, step)),
        new_source: decision.masqueraded,
        steps: steps.collect(),
    }
}

/// A rule of the admin's in its own words, one of the box's by what it is for.
fn why(settings: &Settings, step: &Step, language: Language) -> String {
    let id = own(step);
    let Some(rule) = settings.rules.iter().find(|rule| Some(rule.id) == id) else {
        return step.why(language.into());
    };
    let name = |zone: &str| zone_called(&[settings], zone, language);
    let said = rule.text_naming(language.into(), name);
    fill(&catalogue::text(language, "packet.rule"), |name| match name {
        "id" => Some(rule.id.to_string()),
        "rule" => Some(said.clone()),
        _ => None,
    })
}

/// The rule of the settings by which it was decided.
fn own(step: &Step) -> Option<u16> {
    firewall::acting(step.reason()?.chain.as_str())
}

fn verdict(outcome: Outcome) -> PacketVerdict {
    match outcome {
        Outcome::Passed => PacketVerdict::Passes,
        Outcome::Dropped => PacketVerdict::Dropped,
        Outcome::Rejected => PacketVerdict::Refused,
    }
}

fn rule(rules: &Ruleset, step: &Step) -> Option<PacketRule> {
    let reason = step.reason()?;
    let table = rules.tables.iter().find(|table| table.id == step.table)?;
    let chain = table.chains.iter().find(|chain| chain.name == reason.chain)?;
    let text = chain.rules.get(reason.index)?.to_string();
    let number = reason.index + 1;
    Some(PacketRule { chain: chain.name.to_string(), number, text, own: own(step) })
}
