//! What of the published services the internet reaches, found as all else is: by a packet to the box's address
//! on the internet, and over IPv6 by one to the device.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;
use settings::{Comers, PortRange, Publication, Sources, Way, ZoneName};

use super::Trial;
use super::finding::{Answer, Finding, Sender};
use super::here::Here;
use super::probe::Probe;
use super::side::Outside;
use crate::simulate::Path;
use crate::zones::interface;

/// A stand-in for the box's address on the internet, which rules do not name.
const OWN: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(100, 64, 0, 2));

pub(super) fn findings(trial: &Trial<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for way in pieces(trial) {
        for v6 in [false, true] {
            way_findings(trial, way, v6).into_iter().for_each(|one| add(&mut found, one));
            let reached = |side| Served::at(side, way)?.answer(side, v6, &trial.outside);
            if let (Some(to), None) = (reached(trial.before), reached(trial.after)) {
                add(&mut found, Finding::PublishedClosed { way, to });
            }
        }
        from_inside(trial, way).into_iter().for_each(|one| add(&mut found, one));
    }
    for one in &trial.after.settings.publish {
        let known = trial.before.settings.publish.iter().any(|before| before == one);
        if one.enabled && !known {
            let label = one.label.clone();
            let risks = one.risks().into_iter();
            found.extend(risks.map(|risk| Finding::Risk { label: label.clone(), risk }));
            let sources = trial.after.settings.sources(one, trial.after.context.site);
            found.extend(from_elsewhere(one, sources));
        }
    }
    found
}

/// Ports that either side publishes, cut wherever one of its ranges begins or ends.
fn pieces(trial: &Trial<'_>) -> Vec<Way> {
    let all = || [trial.before, trial.after].into_iter().flat_map(|side| &side.settings.publish);
    let mut pieces = Vec::new();
    for udp in [false, true] {
        let ranges: Vec<PortRange> = all().flat_map(|one| one.outside(udp)).collect();
        let after = ranges.iter().filter_map(|range| range.last.checked_add(1));
        let cuts: BTreeSet<u16> = ranges.iter().map(|range| range.first).chain(after).collect();
        let ends = cuts.iter().skip(1).map(|next| next - 1).chain([u16::MAX]);
        let between = cuts.iter().zip(ends).map(|(first, last)| PortRange { first: *first, last });
        let published = between.filter(|piece| ranges.iter().any(|range| range.covers(*piece)));
        pieces.extend(published.map(if udp { Way::Udp } else { Way::Tcp }));
    }
    pieces
}

/// What is true of ports beside each other is said once.
fn add(found: &mut Vec<Finding>, one: Finding) {
    let goes_on = |known: &mut Finding| match (known, &one) {
        (
            Finding::PublishedOpened { way, to, listed },
            Finding::PublishedOpened { way: next, to: at, listed: same },
        ) => listed == same && lengthen((way, to), (*next, at)),
        (Finding::PublishedClosed { way, to }, Finding::PublishedClosed { way: next, to: at })
        | (
            Finding::PublishedForFewer { way, to },
            Finding::PublishedForFewer { way: next, to: at },
        ) => lengthen((way, to), (*next, at)),
        (
            Finding::PublishedInside { way, to, from, opens },
            Finding::PublishedInside { way: next, to: at, from: who, opens: same },
        ) => opens == same && from == who && lengthen((way, to), (*next, at)),
        _ => false,
    };
    if !found.iter_mut().any(goes_on) {
        found.push(one);
    }
}

/// Makes the way longer by the next one, when that goes on where it ends, to the same device.
fn lengthen((way, to): (&mut Way, &Answer), (next, at): (Way, &Answer)) -> bool {
    let (range, next) = match (way, next) {
        (Way::Tcp(range), Way::Tcp(next)) | (Way::Udp(range), Way::Udp(next)) => (range, next),
        _ => return false,
    };
    let goes_on = range.last.checked_add(1) == Some(next.first)
        && (&to.zone, to.address) == (&at.zone, at.address)
        && u32::from(to.port) + u32::from(next.first - range.first) == u32::from(at.port);
    if goes_on {
        range.last = next.last;
    }
    goes_on
}

/// Which zones reach a device in another one by way of the box's address on the internet, and did not, or do no more.
fn from_inside(trial: &Trial<'_>, way: Way) -> Vec<Finding> {
    let sides = [trial.before, trial.after];
    let mut who: BTreeMap<(bool, ZoneName, IpAddr, u16), Vec<Sender>> = BTreeMap::new();
    for zone in trial.zones() {
        let in_zone = |net: &IpNet| {
            sides.iter().any(|side| side.subnets(zone).iter().any(|own| own.contains(net)))
        };
        let served = sides.iter().filter_map(|side| Served::at(side, way));
        let listed: BTreeSet<IpNet> =
            served.flat_map(|it| it.sources.own).filter(|net| in_zone(net)).collect();
        let listed = listed.into_iter().filter(|net| net.addr().is_ipv4());
        // Whoever is in the zone comes before those whom a list names.
        let anybody = sides.iter().find_map(|side| side.host(zone, false));
        let senders = anybody.map(|host| (host, None)).into_iter();
        for (source, net) in senders.chain(listed.map(|net| (net.addr(), Some(net)))) {
            let answer = |side| Served::at(side, way)?.answer_inside(side, zone, source);
            let (opens, to) = match sides.map(answer) {
                [None, Some(to)] => (true, to),
                [Some(to), None] => (false, to),
                _ => continue,
            };
            let who = who.entry((opens, to.zone, to.address, to.port)).or_default();
            match (who.last_mut(), net) {
                (_, None) => who.push(Sender::Zone(zone.clone())),
                // What is so of all of the zone is so of whom a list names.
                (Some(Sender::Zone(all)), _) if all == zone => {}
                (Some(Sender::Part { zone: same, addresses }), Some(net)) if same == zone => {
                    addresses.push(net);
                }
                (_, Some(net)) => {
                    who.push(Sender::Part { zone: zone.clone(), addresses: vec![net] });
                }
            }
        }
    }
    let finding = |((opens, zone, address, port), from)| {
        let to = Answer { zone, address, port };
        Finding::PublishedInside { way, to, from, opens }
    };
    who.into_iter().map(finding).collect()
}

/// What is otherwise at ports that are published afterwards: who answers, and who on the internet may come.
fn way_findings(trial: &Trial<'_>, way: Way, v6: bool) -> Vec<Finding> {
    let reached = |side| {
        let served = Served::at(side, way)?;
        Some((served.answer(side, v6, &trial.outside)?, served.sources))
    };
    let (was, is) = (reached(trial.before), reached(trial.after));
    let Some((to, sources)) = is.filter(|(_, of)| of.is_for_internet()) else { return Vec::new() };
    let listed = sources.comers == Comers::Listed;
    let opened = |to| Finding::PublishedOpened { way, to, listed };
    match was.filter(|(before, _)| *before == to) {
        None => vec![opened(to)],
        Some((_, before)) => {
            let fewer = before.lets_more_come(&sources, v6);
            let fewer = fewer.then(|| Finding::PublishedForFewer { way, to: to.clone() });
            let more = sources.lets_more_come(&before, v6).then(|| opened(to));
            fewer.into_iter().chain(more).collect()
        }
    }
}

/// Who may come and is not on the internet: our own devices, and addresses that are nowhere.
fn from_elsewhere(one: &Publication, sources: Sources) -> Vec<Finding> {
    let Sources { comers, outside: _, own, nowhere } = sources;
    let only = comers == Comers::Nobody;
    let label = || one.label.clone();
    let own =
        (comers == Comers::Own).then(|| Finding::OnlyOwnCome { label: label(), addresses: own });
    let nowhere = (!nowhere.is_empty()).then(|| Finding::NobodyComes {
        label: label(),
        addresses: nowhere,
        only,
    });
    own.into_iter().chain(nowhere).collect()
}

/// What a side publishes at some ports, the first of which speaks for all.
struct Served<'s> {
    one: &'s Publication,
    first: u16,
    udp: bool,
    sources: Sources,
}

impl<'s> Served<'s> {
    /// None on a side that publishes these ports otherwise.
    fn at(side: &'s Here<'_>, way: Way) -> Option<Self> {
        let (range, udp) = match way {
            Way::Tcp(range) => (range, false),
            Way::Udp(range) => (range, true),
            Way::Ping => return None,
        };
        let holds = |one: &&Publication| one.outside(udp).into_iter().any(|own| own.covers(range));
        let one = side.settings.publish.iter().find(holds)?;
        let sources = side.settings.sources(one, side.context.site);
        Some(Self { one, first: range.first, udp, sources })
    }

    /// Who answers whoever may come.
    fn answer(&self, side: &Here<'_>, v6: bool, outside: &Outside) -> Option<Answer> {
        let Self { one, first, udp, .. } = self;
        let wan = side.context.wan.clone()?;
        let source = self.sender(side, v6, outside)?;
        let port = if v6 { one.to.port.unwrap_or(*first) } else { *first };
        let probe = if *udp { Probe::Udp(port) } else { Probe::Tcp(port) };
        let zone = one.to.zone.clone();
        let output = interface(&zone);
        if v6 {
            let address = IpAddr::V6(one.to.address6(side.settings, side.context.site)?);
            let passes = probe.through(side, wan, output, source, address);
            return passes.then_some(Answer { zone, address, port });
        }
        let packet = probe.packet(Some(wan), Some(output), source, OWN)?;
        let decision = side.simulator.decide(&packet, Path::ToBox);
        let (address, port) = decision.sent_to.filter(|_| decision.passed())?;
        Some(Answer { zone, address: address.into(), port })
    }

    /// Who answers this address in a zone, when it is not in the device's own and does not reach it without that.
    fn answer_inside(&self, side: &Here<'_>, zone: &ZoneName, source: IpAddr) -> Option<Answer> {
        let Self { one, first, udp, .. } = self;
        if one.to.zone == *zone || !side.has(zone, source, false) {
            return None;
        }
        let probe = |port| if *udp { Probe::Udp(port) } else { Probe::Tcp(port) };
        let output = interface(&one.to.zone);
        let packet =
            probe(*first).packet(Some(interface(zone)), Some(output.clone()), source, OWN)?;
        let decision = side.simulator.decide(&packet, Path::ToBox);
        let (address, port) = decision.sent_to.filter(|_| decision.passed())?;
        let direct = probe(port).through(side, interface(zone), output, source, address.into());
        let zone = one.to.zone.clone();
        (!direct).then_some(Answer { zone, address: address.into(), port })
    }

    /// Somebody outside who may come: who is on the internet before who is nowhere.
    fn sender(&self, side: &Here<'_>, v6: bool, outside: &Outside) -> Option<IpAddr> {
        let inside = |address: &IpAddr| {
            side.settings.zones.keys().any(|zone| side.has(zone, *address, false))
        };
        let anybody = outside.address(v6);
        let Sources { outside: there, nowhere, .. } = &self.sources;
        let of_internet = there.iter().filter_map(|network| {
            let holds = network.contains(&anybody).then_some(anybody);
            holds.or_else(|| settings::first_on_the_internet(*network))
        });
        let mut all = of_internet.chain(nowhere.iter().map(IpNet::addr));
        all.find(|address| address.is_ipv6() == v6 && !inside(address))
    }
}
