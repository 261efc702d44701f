//! Settings and present ports to links, addresses and the configuration of dnsmasq, unbound,
//! chrony and networkd. Pure: it makes data and text, it touches nothing. [`bind`] says which card is which
//! port, [`plan`] what links there are to be; one module for each service's text.

mod bind;
pub mod chrony;
pub mod dns;
pub mod dnsmasq;
pub mod leases;
pub mod links;
pub mod networkd;
mod plan;
pub mod probe;
pub mod resolv;
pub mod resolver;

pub use bind::{Binding, BoundPort, PresentPort, bind};
pub use plan::{BRIDGE, CRM_NAMESPACE, LinkMode, forwards, isolated, plan};
