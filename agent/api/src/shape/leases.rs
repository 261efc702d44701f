//! Addresses that the box lent.

use serde::Serialize;
use utoipa::ToSchema;

use super::plain::Time;

/// Some of the addresses that are lent, by zone and address.
#[derive(Serialize, ToSchema)]
pub struct LeasesPage {
    /// A page of them.
    pub items: Vec<Lease>,
    /// How many there are with what was searched for.
    pub total: usize,
    /// Where the next page begins.
    #[schema(required = true)]
    pub next: Option<String>,
}

/// An address that DHCP lent to a device.
#[derive(Serialize, ToSchema)]
pub struct Lease {
    /// Name of the zone.
    pub zone: String,
    /// What is lent.
    pub address: String,
    /// MAC address of the device's card.
    pub mac: String,
    /// What the device is called; its own word unless it is fixed.
    #[schema(required = true)]
    pub name: Option<String>,
    /// Until when; none for ever.
    #[schema(required = true)]
    pub expires: Option<Time>,
    /// Whether the settings say which address the device gets.
    pub fixed: bool,
}
