//! The written formats: sealed records, wrapped keys, unlock slots, audit frames. Pure.
