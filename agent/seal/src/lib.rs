//! The written formats: sealed records, wrapped keys, unlock slots, audit frames. Pure.

mod ids;

pub use ids::{KeyId, RecordId, StoreId, TableId, Version};
