//! Who may reach something: zones, and addresses in them.
//! An empty list matches nobody, and a list with only IPv4 networks refuses IPv6.

use ipnet::IpNet;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use crate::{Title, ZoneName};

/// Who may reach the admin pages; never empty, never WAN (there is no such [`ZoneName`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Management {
    /// At least one of these is sure to match a host of its zone.
    pub from: Vec<Source>,
}

/// Addresses in a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The zone.
    pub zone: ZoneName,
    /// Which hosts of it.
    pub addresses: Addresses,
    /// When, for the CRM; always when absent. The admin pages can be reached at all hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Title>,
}

/// Which hosts of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// All, IPv4 and IPv6.
    All,
    /// Those in one of these networks, host bits zero; nobody when empty. Networks may contain each
    /// other, but none is listed twice.
    List(Vec<IpNet>),
}

impl Serialize for Addresses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::List(networks) => {
                let mut list = serializer.serialize_seq(Some(networks.len()))?;
                for network in networks {
                    list.serialize_element(&network.to_string())?;
                }
                list.end()
            }
        }
    }
}
