//! HTTP of both applications: shapes, the routes' contract, problems, limits, CSRF, headers.
//!
//! [`contract`] lists every route once: its OpenAPI document comes from there. [`shape`] is what goes
//! over the wire. A problem is a [`problem::Code`], its words are in `locales/`.

pub mod assets;
mod catalogue;
pub mod contract;
pub mod cookie;
pub mod door;
pub mod json;
mod language;
pub mod problem;
pub mod shape;
pub mod site;
pub mod version;
