//! HTTP of both applications: shapes, the routes' contract, problems, limits, CSRF, headers.
//!
//! [`contract`] lists every route once: its OpenAPI document comes from there. [`shape`] is what goes
//! over the wire. A problem is a [`problem::Code`], its words are in `locales/`.

pub mod admin;
pub mod assets;
pub mod caller;
mod catalogue;
pub mod contract;
pub mod cookie;
pub mod copies;
pub mod crm;
pub mod door;
pub mod json;
pub mod language;
pub mod leaving;
mod parameters;
pub mod problem;
pub mod realm;
mod refuse;
mod reply;
pub mod shape;
mod shared;
pub mod site;
mod time_of_day;
pub mod version;
