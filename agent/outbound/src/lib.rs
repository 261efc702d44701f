//! Connections that the box opens itself: to addresses that the caller looked up, encrypted, the certificate
//! checked against the name. Every step has a time limit of its own, and every failure is told apart. What is
//! said over the connection is the caller's.

mod connect;
mod fault;
pub mod http;
mod trust;

pub use connect::{CONNECT, Connection, connect, encrypt};
pub use fault::{CertificateFault, Fault, Stage};
pub use trust::{Authorities, Versions, trust};

pub use rustls::ClientConfig;
