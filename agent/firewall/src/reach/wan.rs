//! What comes in from WAN: nothing may.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::Trial;
use super::finding::{Finding, Place, Sender};
use super::here::Here;
use super::probe::Probe;
use crate::ir::InterfaceName;

pub(super) fn findings(trial: &Trial<'_>) -> Vec<Finding> {
    let zones = trial.after.settings.zones.keys().cloned().map(Place::Zone);
    let places = zones.chain([Place::Crm]);
    let mut findings: Vec<Finding> = places
        .filter(|place| gets_to(trial, place))
        .map(|to| Finding::InternetReachesInside { to })
        .collect();
    let (mut opened, mut closed) = (BTreeSet::new(), BTreeSet::new());
    let fares = |probe: &Probe| {
        let passes = |side: &Here<'_>| {
            let mut ways = to_box(trial, side).into_iter();
            ways.any(|(input, from, to)| probe.to_box(side, input, from, to))
        };
        (*probe, (passes(trial.before), passes(trial.after)))
    };
    let fared: Vec<_> = trial.to_box.iter().map(fares).collect();
    let called = trial.services.called(&fared, &Place::Box);
    for ((_, fared), traffic) in fared.iter().zip(called) {
        match fared {
            (false, true) => opened.insert(traffic),
            (true, false) => closed.insert(traffic),
            _ => false,
        };
    }
    let (from, to) = (Sender::Internet, vec![Place::Box]);
    if !opened.is_empty() {
        let (from, to, except) = (from.clone(), to.clone(), BTreeSet::new());
        findings.push(Finding::Opened { from, to, what: opened, except });
    }
    if !closed.is_empty() {
        findings.push(Finding::Closed { from, to, what: closed, except: BTreeSet::new() });
    }
    findings
}

/// Whether a packet from WAN gets to the place, with an address of the internet or a forged one.
fn gets_to(trial: &Trial<'_>, place: &Place) -> bool {
    let side = trial.after;
    let Some(wan) = &side.context.wan else { return false };
    [false, true].into_iter().any(|v6| {
        let Some((output, to)) = side.way(place, v6, &trial.outside) else { return false };
        // Its own address stands for those of all zones.
        [trial.outside.address(v6), to].into_iter().any(|from| {
            let mut probes = trial.through.iter();
            probes.any(|probe| probe.through(side, wan.clone(), output.clone(), from, to))
        })
    })
}

/// Ways from WAN to the box: to its addresses in zones, and to one that its provider gave it.
fn to_box(trial: &Trial<'_>, side: &Here<'_>) -> Vec<(InterfaceName, IpAddr, IpAddr)> {
    let Some(wan) = &side.context.wan else { return Vec::new() };
    let own = side.settings.zones.keys().flat_map(|zone| side.routers(zone));
    let provided = [IpAddr::from([100, 64, 0, 2]), IpAddr::from([0x2620, 0xfe, 0, 0, 0, 0, 0, 2])];
    own.chain(provided).map(|to| (wan.clone(), trial.outside.address(to.is_ipv6()), to)).collect()
}
