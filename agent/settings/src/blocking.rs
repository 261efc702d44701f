//! Names that are not answered: lists of others, which are fetched, and names of the admin's own, by zone.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{DomainName, Egress, EgressProtocol, EgressTarget, EgressUser, ListAddress, Settings};
use crate::{Title, ZoneName};

/// Most lists.
pub const MAX_BLOCK_LISTS: usize = 16;
/// Most names of the admin's own that are blocked, and most that never are.
pub const MAX_BLOCK_NAMES: usize = 1000;

/// The domain of the time servers that the box asks: without the time no certificate can be judged.
pub const TIME_SERVERS: &str = "pool.ntp.org";

/// What is blocked where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Blocking {
    /// Lists that there are, by what the admin calls each, with where it is fetched.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lists: BTreeMap<Title, ListAddress>,
    /// Zones in which names are blocked: those of the named lists, and the admin's own in each of them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub zones: BTreeMap<ZoneName, BTreeSet<Title>>,
    /// Names that no list blocks, with all below them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub allow: BTreeSet<DomainName>,
    /// Names that are blocked whatever the lists say, with all below them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub block: BTreeSet<DomainName>,
}

impl Blocking {
    /// Whether nothing is said.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Settings {
    /// Names that the box itself needs, and its lists with it: they and all below them are never blocked.
    pub fn needed_names(&self) -> BTreeSet<&str> {
        let lists = self.blocking.lists.values().map(|list| list.host().as_str());
        let ways = self.egress.iter().filter_map(Egress::name).map(DomainName::as_str);
        let servers = self.dns.tls().iter().map(|server| server.name.as_str());
        lists.chain(ways).chain(servers).chain([TIME_SERVERS]).collect()
    }

    /// Whether the admin application may fetch what is there.
    pub fn may_fetch(&self, host: &DomainName, port: u16) -> bool {
        let to = EgressTarget::Name(host.clone());
        self.may_go((EgressUser::Admin, &to, EgressProtocol::Tcp, port))
    }
}
