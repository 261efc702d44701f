//! Addresses that the box lent, as it remembers them, zone by zone.

use std::net::Ipv4Addr;

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::routing::get;
use host_api::{Request, Response};
use settings::{Zone, ZoneName};

use super::ask::unexpected;
use super::state::Admin;
use crate::parameters::Parameters;
use crate::problem::{Field, Problem};
use crate::realm::Who;
use crate::reply::{self, Reply};
use crate::shape::leases::{Lease, LeasesPage};
use crate::shape::plain::Time;

/// Leases on a page at most.
const PAGE_MOST: usize = 200;
/// Characters of what is searched for.
const SEARCH_MOST: usize = 100;
/// The last second that a time can be written of, in seconds since 1970.
const LAST: u64 = 253_402_300_799;

pub(super) fn routes() -> Router<Admin> {
    Router::new().route("/api/v1/leases", get(leases))
}

/// Where a page ended.
type After = (ZoneName, Ipv4Addr);

async fn leases(State(admin): State<Admin>, _: Who, uri: Uri) -> Reply {
    let mut given = Parameters::of_uri(&uri, &["zone", "search", "cursor", "limit"])?;
    let zone = given.read("zone", |text| text.parse().map_err(|_| Field::new("/zone", "no-zone")));
    let search = given.read("search", |text| {
        let most = Field::new("/search", "too-long").with("most", SEARCH_MOST);
        if text.chars().count() > SEARCH_MOST { Err(most) } else { Ok(text.trim().to_lowercase()) }
    });
    let after =
        given.read("cursor", |text| after(text).ok_or_else(|| Field::new("/cursor", "cursor")));
    let limit = given.limit(PAGE_MOST);
    given.settled()?;
    let search = search.unwrap_or_default();
    let settings = admin.settings().await?.settings;
    let mut page = LeasesPage { items: Vec::new(), total: 0, next: None };
    let asked = |name: &ZoneName| zone.as_ref().is_none_or(|zone: &ZoneName| zone == name);
    let mut last = None;
    for (name, zone) in settings.zones.iter().filter(|(name, _)| asked(name)) {
        for lease in admin.lent(name).await? {
            if !found(&lease, &search) {
                continue;
            }
            page.total = page.total.saturating_add(1);
            let here = (name, lease.address);
            if after.as_ref().is_some_and(|(zone, address)| here <= (zone, *address)) {
                continue;
            }
            if page.items.len() < limit {
                last = Some(format!("{name}/{}", lease.address));
                page.items.push(told(name, zone, lease));
            } else {
                page.next.clone_from(&last);
            }
        }
    }
    reply::json(&page)
}

impl Admin {
    /// All that is lent in a zone.
    async fn lent(&self, zone: &ZoneName) -> Result<Vec<host_api::Lease>, Problem> {
        let (mut all, mut from) = (Vec::new(), Ipv4Addr::UNSPECIFIED);
        loop {
            let request = Request::Leases { zone: zone.to_string(), from };
            let mut page = match self.ask(request).await? {
                Response::Leases { leases } => leases,
                other => return Err(unexpected(&other)),
            };
            let next = page.last().and_then(|last| last.address.to_bits().checked_add(1));
            let is_last = page.len() < host_api::Lease::MAX;
            all.append(&mut page);
            match next {
                // Only ever onwards, whatever is answered.
                Some(next) if !is_last && next > from.to_bits() => from = Ipv4Addr::from_bits(next),
                _ => return Ok(all),
            }
        }
    }
}

fn after(text: &str) -> Option<After> {
    let (zone, address) = text.split_once('/')?;
    Some((zone.parse().ok()?, address.parse().ok()?))
}

fn found(lease: &host_api::Lease, search: &str) -> bool {
    search.is_empty()
        || lease.mac.contains(search)
        || lease.name.as_ref().is_some_and(|name| name.contains(search))
        || lease.address.to_string().contains(search)
}

fn told(name: &ZoneName, zone: &Zone, lease: host_api::Lease) -> Lease {
    let fixed = zone.reservations.iter().any(|one| one.mac.to_string() == lease.mac);
    let expires = lease.expires.filter(|expires| *expires <= LAST);
    Lease {
        zone: name.to_string(),
        address: lease.address.to_string(),
        mac: lease.mac,
        name: lease.name,
        expires: expires.map(|seconds| Time(seconds.saturating_mul(1000))),
        fixed,
    }
}
