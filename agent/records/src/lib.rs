//! Typed tables resident in memory: schema, and query under a field mask.
