//! Settings and present ports to links, addresses and the configuration of dnsmasq, chrony and
//! networkd. Pure: it makes data and text, it touches nothing.

pub mod links;
