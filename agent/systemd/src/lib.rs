//! What our programs say to systemd, and how: `log` is lines that the journal understands, `notify`
//! readiness and signs of life. Without systemd they log plainly and notify nobody.

pub mod log;
pub mod notify;
