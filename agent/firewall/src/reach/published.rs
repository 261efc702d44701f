//! What of the published services the internet reaches, found as all else is: by a packet to the box's address
//! on the internet, and over IPv6 by one to the device.

use std::collections::BTreeSet;
use std::net::IpAddr;

use settings::{Publication, Way, Which};

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
                let reached = |side| answer(side, *way, v6, &trial.outside);
                let (was, is) = (reached(trial.before), reached(trial.after));
                let listed = one.from != Which::All;
                if was != is
                    && let Some(to) = is
                {
                    found.push(Finding::PublishedOpened { way: *way, to, listed });
                }
            }
        }
        let known = trial.before.settings.publish.iter().any(|before| before == one);
        if one.enabled && !known {
            let label = one.label.clone();
            let risks = one.risks().into_iter();
            found.extend(risks.map(|risk| Finding::Risk { label: label.clone(), risk }));
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
    let members = side.settings.members(one.from.named());
    let inside =
        |address: &IpAddr| side.settings.zones.keys().any(|zone| side.has(zone, *address, false));
    let addresses: BTreeSet<IpAddr> = members
        .into_iter()
        .flat_map(|member| {
            let (networks4, networks6) = member.networks();
            let v4 = networks4.into_iter().map(|net| IpAddr::V4(net.addr()));
            v4.chain(networks6.into_iter().map(|net| IpAddr::V6(net.addr()))).collect::<Vec<_>>()
        })
        .collect();
    addresses.into_iter().find(|address| address.is_ipv6() == v6 && !inside(address))
}
