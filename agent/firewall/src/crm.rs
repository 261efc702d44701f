//! Who may reach the CRM: for each zone its addresses, to the CRM's address, on TCP 80 and 443.
//! A list with only IPv4 addresses leaves the IPv6 set empty, and an empty set matches nobody.

use std::net::{Ipv4Addr, Ipv6Addr};

use settings::Source;

use crate::build::{set4, set6, when};
use crate::forward::Pair;
use crate::icmp;
use crate::input::web_ports;
use crate::ir::{Direction, Name, Rule};
use crate::tracking::judged;
use crate::zones::{Scope, ZoneView};

pub(crate) fn pairs(scope: &Scope<'_>) -> Vec<Pair> {
    let crm = &scope.settings.crm;
    let Some(crm_zone) = scope.zone(&crm.zone) else { return Vec::new() };
    crm.reachable_from
        .iter()
        .filter(|source| source.zone != crm.zone)
        .filter(|source| {
            source.schedule.as_ref().is_none_or(|name| scope.context.on.contains(name))
        })
        .filter_map(|source| Some(pair(scope, scope.zone(&source.zone)?, crm_zone, source)))
        .collect()
}

fn pair(scope: &Scope<'_>, from: &ZoneView<'_>, to: &ZoneView<'_>, source: &Source) -> Pair {
    let (networks4, networks6) = from.networks(source);
    let (from4, from6) = (from.named("crm4"), from.named("crm6"));
    let (address4, address6) = scope.settings.crm.addresses(scope.settings, scope.context.site);
    let v4 = address4.map(|address| judged().opener4_in(&from4).opened_to4(address));
    let v6 = address6.map(|address| judged().opener6_in(&from6).opened_to6(address));
    let rules = v4
        .into_iter()
        .chain(v6)
        .map(|way| way.tcp().opened_to_port_in(&web_ports()).admit("may reach the CRM"));
    Pair {
        chain: Name::made(format!("forward_{}_{}", from.name, to.name)),
        from: from.interface.clone(),
        to: to.interface.clone(),
        rules: rules.collect(),
        errors: errors(&from4, &from6, address4, address6),
        sets: vec![set4(from4.clone(), &networks4), set6(from6.clone(), &networks6)],
    }
}

/// Of a connection with the CRM only its two ends tell errors: there is no router between them but the box.
fn errors(
    from4: &Name,
    from6: &Name,
    address4: Option<Ipv4Addr>,
    address6: Option<Ipv6Addr>,
) -> Vec<Rule> {
    let (to, back) = (|| when().way(Direction::Original), || when().way(Direction::Reply));
    let v4 = address4.map(|crm| [to().source4_in(from4), back().source4(crm)]);
    let v6 = address6.map(|crm| [to().source6_in(from6), back().source6(crm)]);
    let ends = v4.into_iter().chain(v6).flatten();
    ends.map(|end| end.jump(&icmp::errors_chain(), "an end of the connection tells it")).collect()
}
