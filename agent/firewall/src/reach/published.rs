//! What of the published services the internet reaches, found as all else is: by a packet to the box's address
//! on the internet, and over IPv6 by one to the device.

use std::net::IpAddr;

use ipnet::IpNet;
use settings::{Comers, Publication, Sources, Way};

use super::Trial;
use super::finding::{Answer, Finding};
use super::here::Here;
use super::probe::Probe;
use super::side::Outside;
use crate::simulate::Path;
use crate::zones::interface;

/// A stand-in for the box's address on the internet, which rules do not name.
const OWN: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(100, 64, 0, 2));

pub(super) fn findings(trial: &Trial<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for one in &trial.after.settings.publish {
        for way in &one.ports {
            for v6 in [false, true] {
                found.extend(way_findings(trial, *way, v6));
            }
        }
        let known = trial.before.settings.publish.iter().any(|before| before == one);
        if one.enabled && !known {
            let label = one.label.clone();
            let risks = one.risks().into_iter();
            found.extend(risks.map(|risk| Finding::Risk { label: label.clone(), risk }));
            let sources = trial.after.settings.sources(one, trial.after.context.site);
            found.extend(from_elsewhere(one, sources));
        }
    }
    let closed = trial.before.settings.publish.iter().flat_map(|one| &one.ports);
    for (way, v6) in closed.flat_map(|way| [(*way, false), (*way, true)]) {
        let reached = |side| Served::at(side, way)?.answer(side, v6, &trial.outside);
        if let (Some(to), None) = (reached(trial.before), reached(trial.after)) {
            found.push(Finding::PublishedClosed { way, to });
        }
    }
    found
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
