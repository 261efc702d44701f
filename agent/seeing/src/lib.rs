//! What is seen of the network, as data: who is there (`devices`), who talks to whom (`connections`), what
//! was refused and why (`refusals`), how much passes (`traffic`). Pure: no I/O, no clock. What strangers can
//! fill has a bound, and what one of them fills does not push out the others'.

pub mod connections;
pub mod devices;
pub mod leases;
mod page;
pub mod refusals;
pub mod traffic;
pub mod vendors;
mod view;
mod why;

pub use view::{Port, View};
