//! The written formats: sealed records, wrapped keys, unlock slots, audit frames. Pure.
//!
//! Everything here is decision 0002, byte for byte. Nothing reads a disk, a clock or a random
//! source: nonces, salts and times are arguments. Every reader takes any bytes and never panics.
#![forbid(unsafe_code)]

pub mod attempts;
pub mod audit;
pub mod body;
mod cipher;
mod error;
mod expand;
mod fields;
mod ids;
mod key;
pub mod keys;
pub mod numbers;
pub mod passphrase;
pub mod record;
pub mod recovery;
pub mod restored;
mod value;

pub use cipher::Nonce;
pub use error::{FormatError, OpenError, SealError};
pub use ids::{KeyId, RecordId, StoreId, TableId, Version};
pub use key::Key;

/// ASCII of `gatehouse/1 x` and a zero byte: keeps apart what one key is used for.
macro_rules! label {
    ($name:literal) => {
        concat!("gatehouse/1 ", $name, "\0").as_bytes()
    };
}
pub(crate) use label;
