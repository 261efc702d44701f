//! Checks an exported audit chain from the written format alone.

fn main() {}
