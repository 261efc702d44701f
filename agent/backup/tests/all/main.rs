//! Copies of a store of a shop, on a disk and on a NAS.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "tests"
)]

mod bucket;
mod burnt;
mod clearing;
mod copies;
mod cuts;
mod damage;
mod drilled;
mod forged;
mod forged_s3;
mod forger;
mod keys;
mod nas;
mod object;
mod rest;
mod s3;
mod service;
mod sftp;
mod shop;
mod sshd;
mod stock;
mod store;
mod stream;
mod trial;
mod vault;
