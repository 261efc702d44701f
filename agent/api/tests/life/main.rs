//! The CRM from nothing to open, locked and open again, as browsers see it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod claim;
#[path = "../common/mod.rs"]
mod common;
mod cuts;
mod enrol;
mod front;
#[path = "../../../backup/tests/all/nas.rs"]
#[allow(dead_code, clippy::expect_used)]
mod nas;
mod past;
mod place;
mod restored;
mod unlock;
