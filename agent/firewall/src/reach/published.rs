//! What of the published services the internet reaches, found as all else is: by a packet to the box's address
//! on the internet, and over IPv6 by one to the device.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use settings::{Comers, Publication, Sources, Way, Which};

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
        let sources = trial.after.settings.sources(one, trial.after.context.site);
        let comes = matches!(sources.comers, Comers::Anybody | Comers::Listed);
        for way in one.ports.iter().filter(|_| comes) {
            for v6 in [false, true] {
                let reached = |side| answer(side, *way, v6, &trial.outside);
                let (was, is) = (reached(trial.before), reached(trial.after));
                let listed = sources.comers == Comers::Listed;
                let Some(to) = is else { continue };
                // Who answers may be the same, and others come.
                let before = came(trial.before, *way).filter(|_| was.as_ref() == Some(&to));
                match before {
                    None => found.push(Finding::PublishedOpened { way: *way, to, listed }),
                    Some(before) => {
                        let of_version = |sources: &Sources| {
                            let mut of = sources.clone();
                            of.outside.retain(|net| matches!(net, IpNet::V6(_)) == v6);
                            of
                        };
                        let (before, now) = (of_version(&before), of_version(&sources));
                        if before.lets_more_come(&now) {
                            let to = to.clone();
                            found.push(Finding::PublishedForFewer { way: *way, to });
                        }
                        if now.lets_more_come(&before) {
                            found.push(Finding::PublishedOpened { way: *way, to, listed });
                        }
                    }
                }
            }
        }
        let known = trial.before.settings.publish.iter().any(|before| before == one);
        if one.enabled && !known {
            let label = one.label.clone();
            let risks = one.risks().into_iter();
            found.extend(risks.map(|risk| Finding::Risk { label: label.clone(), risk }));
            found.extend(from_elsewhere(one, sources));
        }
    }
    let closed = trial.before.settings.publish.iter().flat_map(|one| &one.ports);
    for (way, v6) in closed.flat_map(|way| [(*way, false), (*way, true)]) {
        let reached = |side| answer(side, way, v6, &trial.outside);
        if let (Some(to), None) = (reached(trial.before), reached(trial.after)) {
            found.push(Finding::PublishedClosed { way, to });
        }
    }
    found
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

/// Who could come at these ports.
fn came(side: &Here<'_>, way: Way) -> Option<Sources> {
    let (range, udp) = match way {
        Way::Tcp(range) => (range, false),
        Way::Udp(range) => (range, true),
        Way::Ping => return None,
    };
    let holds = |one: &&Publication| one.outside(udp).into_iter().any(|own| own.covers(range));
    let one = side.settings.publish.iter().find(holds)?;
    Some(side.settings.sources(one, side.context.site))
}

/// Who answers whoever may come at the first of these ports; nobody on a side that publishes it otherwise.
fn answer(side: &Here<'_>, way: Way, v6: bool, outside: &Outside) -> Option<Answer> {
    let (range, udp) = match way {
        Way::Tcp(range) => (range, false),
        Way::Udp(range) => (range, true),
        Way::Ping => return None,
    };
    let holds = |one: &&Publication| {
        let mut ranges = one.outside(udp).into_iter();
        ranges.any(|own| own.covers(range))
    };
    let one = side.settings.publish.iter().find(holds)?;
    let wan = side.context.wan.clone()?;
    let source = sender(side, one, v6, outside)?;
    let port = if v6 { one.to.port.unwrap_or(range.first) } else { range.first };
    let probe = if udp { Probe::Udp(port) } else { Probe::Tcp(port) };
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

/// Somebody outside who may come.
fn sender(side: &Here<'_>, one: &Publication, v6: bool, outside: &Outside) -> Option<IpAddr> {
    if one.from == Which::All {
        return Some(outside.address(v6));
    }
    let inside =
        |address: &IpAddr| side.settings.zones.keys().any(|zone| side.has(zone, *address, false));
    // Who is on the internet before who is elsewhere.
    let speaks = |network: IpNet| {
        let anybody = outside.address(v6);
        let first = || settings::first_on_the_internet(network).unwrap_or(network.addr());
        let address = if network.contains(&anybody) { anybody } else { first() };
        (!settings::is_on_the_internet(address), address)
    };
    let addresses: BTreeSet<(bool, IpAddr)> = networks(side, one).into_iter().map(speaks).collect();
    let mut addresses = addresses.into_iter().map(|(_, address)| address);
    addresses.find(|address| address.is_ipv6() == v6 && !inside(address))
}

/// Who may come, where that is not anybody.
fn networks(side: &Here<'_>, one: &Publication) -> Vec<IpNet> {
    let members = side.settings.members(one.from.named()).into_iter();
    let networks = members.flat_map(|member| {
        let (v4, v6) = member.networks();
        v4.into_iter().map(IpNet::V4).chain(v6.into_iter().map(IpNet::V6))
    });
    networks.collect()
}
