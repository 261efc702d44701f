//! Stores on a disk: made, written, closed, opened again, broken in every way we know.

mod common;
mod damage;
mod erasure;
mod measure;
mod unlocking;
mod writing;
