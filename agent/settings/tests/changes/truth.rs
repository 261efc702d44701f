//! What is told of who reaches the CRM and the admin pages is true of every address, and complete. It is
//! judged here address by address, in another way than by the crate.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use proptest::prelude::*;
use settings::{Addresses, Change, Door, Settings, Source, ZoneName};

use crate::documents::pair;

proptest! {
    #![proptest_config(ProptestConfig {
        max_global_rejects: 1_000_000,
        ..ProptestConfig::with_cases(500)
    })]

    #[test]
    fn who_is_let_in_and_who_is_shut_out_is_told((before, after) in pair()) {
        let told = before.changes(&after);
        for door in [Door::Crm, Door::AdminPages] {
            for zone in ["office", "guest"] {
                let zone: ZoneName = zone.parse().expect("zone");
                let told: Vec<Told<'_>> =
                    told.iter().filter_map(|change| of(change, door, &zone)).collect();
                for address in addresses() {
                    let was = reaches(sources(&before, door), &zone, address);
                    let is = reaches(sources(&after, door), &zone, address);
                    check(&told, address, was, is)?;
                }
            }
        }
    }
}

/// What a change says of a zone at a door.
enum Told<'c> {
    AllIn,
    In(&'c [IpNet]),
    Only(&'c [IpNet]),
    Out(&'c [IpNet]),
    Still(&'c [IpNet], &'c [IpNet]),
    NobodyIn,
    Same,
}

fn of<'c>(change: &'c Change, at: Door, of: &ZoneName) -> Option<Told<'c>> {
    let (door, zone, told) = match change {
        Change::NowAll { door, zone } | Change::All { door, zone, .. } => (door, zone, Told::AllIn),
        Change::NowSome { door, zone, networks } => (door, zone, Told::In(networks)),
        Change::Only { door, zone, networks } => (door, zone, Told::Only(networks)),
        Change::Lost { door, zone, networks } => (door, zone, Told::Out(networks)),
        Change::Still { door, zone, networks, kept } => (door, zone, Told::Still(networks, kept)),
        Change::Nobody { door, zone, .. } => (door, zone, Told::NobodyIn),
        Change::Spelled { door, zone } => (door, zone, Told::Same),
        _ => return None,
    };
    (*door == at && zone == of).then_some(told)
}

fn check(told: &[Told<'_>], address: IpAddr, was: bool, is: bool) -> Result<(), TestCaseError> {
    let among = |networks: &[IpNet]| networks.iter().any(|network| network.contains(&address));
    let (mut let_in, mut shut_out) = (false, false);
    for told in told {
        match told {
            Told::AllIn => {
                prop_assert!(is, "{} is not let in", address);
                let_in = true;
            }
            Told::In(networks) if among(networks) => {
                prop_assert!(is, "{} is not let in", address);
                let_in = true;
            }
            Told::Only(networks) => {
                prop_assert_eq!(is, among(networks), "{}", address);
                shut_out = !is;
            }
            Told::Out(networks) if among(networks) => {
                prop_assert!(was && !is, "{} is not shut out", address);
                shut_out = true;
            }
            Told::Still(networks, kept) if among(networks) => {
                prop_assert!(was, "{} was not let in", address);
                prop_assert_eq!(is, among(kept), "{}", address);
                shut_out |= !is;
            }
            Told::NobodyIn => {
                prop_assert!(!is, "{} is let in", address);
                shut_out = true;
            }
            Told::Same => prop_assert_eq!(was, is, "{}", address),
            Told::In(_) | Told::Out(_) | Told::Still(..) => {}
        }
    }
    prop_assert!(was || !is || let_in, "{} is let in untold", address);
    prop_assert!(!was || is || shut_out, "{} is shut out untold", address);
    Ok(())
}

fn sources(settings: &Settings, door: Door) -> &[Source] {
    match door {
        Door::Crm => &settings.crm.reachable_from,
        Door::AdminPages => &settings.management.from,
    }
}

fn reaches(sources: &[Source], zone: &ZoneName, address: IpAddr) -> bool {
    sources.iter().filter(|source| source.zone == *zone).any(|source| match &source.addresses {
        Addresses::All => true,
        Addresses::List(networks) => networks.iter().any(|network| network.contains(&address)),
    })
}

/// Some inside and some outside of every network that the documents name.
fn addresses() -> impl Iterator<Item = IpAddr> {
    let hosts = [0, 4, 5, 6, 31, 32, 47, 48, 63, 64, 127, 128, 255];
    let v4 = [10, 20].into_iter().flat_map(move |net| {
        hosts.into_iter().map(move |host| IpAddr::from(Ipv4Addr::new(192, 168, net, host)))
    });
    let v6 = ["fd00::1", "fd00::2", "fe80::1"];
    let v6 = v6.into_iter().filter_map(|text| text.parse::<Ipv6Addr>().ok()).map(IpAddr::from);
    v4.chain(v6).chain([IpAddr::from(Ipv4Addr::new(8, 8, 8, 8))])
}
