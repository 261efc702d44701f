//! The admin application as a browser meets it: a real store, a clock turned by hand, and a made-up hostd
//! that answers as the real one does.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod alerts;
mod attempts;
mod blocking;
mod browser;
mod copied;
mod crm;
mod crm_access;
mod egress;
mod finish;
mod hostd;
mod leases;
#[path = "../common/listed.rs"]
mod listed;
#[path = "../../../backup/tests/all/nas.rs"]
#[allow(dead_code, clippy::expect_used, reason = "some of it is of other tests")]
mod nas;
mod packets;
mod pages;
mod review;
mod rules;
mod seen;
mod setup;
mod targets;
mod trial;
