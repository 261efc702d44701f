//! Settings and present ports to links, addresses and the configuration of dnsmasq, unbound,
//! avahi, chrony and networkd. Pure: it makes data and text, it touches nothing. [`bind`] says which card is which
//! port, [`plan`] what links there are to be; one module for each service's text.

mod bind;
pub mod blocking;
pub mod chrony;
pub mod dns;
pub mod dnsmasq;
mod inside;
pub mod leases;
pub mod links;
pub mod networkd;
mod plan;
pub mod probe;
pub mod relay;
pub mod resolv;
pub mod resolver;

pub use bind::{Binding, BoundPort, PresentPort, bind};
pub use inside::Inside;
pub use plan::{BRIDGE, CRM_NAMESPACE, LinkMode, forwards, isolated, plan};
