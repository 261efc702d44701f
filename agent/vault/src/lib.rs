//! Sealed transactional truth: engine, keys, commit, record history, audit chain.

mod actor;
mod clock;
pub mod engine;

pub use actor::{Access, Actor};
pub use clock::{Clock, Moment, SystemClock};
