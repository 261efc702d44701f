//! What the two applications say to each other. `order` is what the admin application tells the CRM's,
//! `event` what the CRM's tells the admin's (never customer data), `line` how either lies on its socket.
//! Types only: who may speak is decided by the sockets' credentials.

mod event;
mod line;
mod order;
mod secret;

pub use event::{Copies, CrmState, EgressProtocol, Event};
pub use line::{LineError, Lines, MAX_BYTES, encode};
pub use order::Order;
pub use secret::Secret;
