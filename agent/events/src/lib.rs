//! The typed security events and orders between the two applications. Types only.
