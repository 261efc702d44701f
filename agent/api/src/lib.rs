//! HTTP of both applications: shapes, the routes' contract, problems, limits, CSRF, headers.
//!
//! [`contract`] lists every route once: its OpenAPI document comes from there. [`shape`] is what goes
//! over the wire. A problem is a [`problem::Code`], its words are in `locales/`.

pub mod contract;
pub mod shape;
