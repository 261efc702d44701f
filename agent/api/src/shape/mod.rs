//! The shapes of requests and answers, by noun; JSON in camelCase. What a client sends refuses fields
//! it does not know; what it gets may gain fields in later versions.

pub mod admin;
pub mod alerts;
pub mod blocking;
pub mod claim;
pub mod contact;
pub mod copies;
pub mod egress;
pub mod leases;
pub mod packet;
pub mod past;
pub mod person;
pub mod plain;
pub mod rules;
pub mod seen;
pub mod settings;
pub mod setup;
pub mod shared;
pub mod targets;
