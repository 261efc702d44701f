//! The box's own certificate authority and its leaves.
