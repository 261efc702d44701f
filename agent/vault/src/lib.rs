//! Sealed transactional truth: engine, keys, commit, record history, audit chain.

pub mod engine;
