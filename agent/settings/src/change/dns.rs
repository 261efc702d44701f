//! Who is asked for names, compared.

use std::collections::BTreeSet;

use super::Change;
use crate::{Dns, TlsServer, Upstream};

pub(super) fn compare(before: &Dns, now: &Dns) -> Vec<Change> {
    let list = |servers: &[TlsServer]| servers.to_vec();
    let upstream = match (&before.upstream, &now.upstream) {
        (Upstream::Provider, Upstream::Provider) => None,
        (Upstream::Provider, Upstream::Tls(servers)) => {
            Some(Change::DnsTlsNew { servers: list(servers) })
        }
        (Upstream::Tls(before), Upstream::Provider) => {
            Some(Change::DnsTlsGone { before: list(before) })
        }
        (Upstream::Tls(before), Upstream::Tls(servers)) if set(before) != set(servers) => {
            Some(Change::DnsTls { servers: list(servers), before: list(before) })
        }
        (Upstream::Tls(_), Upstream::Tls(_)) => None,
    };
    let dnssec = match (before.dnssec, now.dnssec) {
        (false, true) => Some(Change::DnssecNew),
        (true, false) => Some(Change::DnssecGone),
        _ => None,
    };
    upstream.into_iter().chain(dnssec).collect()
}

fn set(servers: &[TlsServer]) -> BTreeSet<&TlsServer> {
    servers.iter().collect()
}
