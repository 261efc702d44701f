//! The CRM from nothing to open, locked and open again, as browsers see it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod claim;
#[path = "../common/mod.rs"]
mod common;
mod cuts;
mod enrol;
mod front;
mod place;
mod unlock;
