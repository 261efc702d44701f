//! Stores on a disk: made, written, closed, opened again, broken in every way we know.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests are tests"
)]

mod common;
mod damage;
mod erasure;
mod feeding;
mod guessing;
mod restoring;
mod unlocking;
mod writing;
