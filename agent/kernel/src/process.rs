//! What hostd asks of the kernel for its own process.

use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_settime};

/// Makes the process undumpable: no core file, no reading of its memory by others of its uid.
pub fn make_undumpable() -> nix::Result<()> {
    nix::sys::prctl::set_dumpable(false)
}

/// Sets the wall clock to seconds since 1970.
pub fn set_clock(seconds: i64) -> nix::Result<()> {
    clock_settime(ClockId::CLOCK_REALTIME, TimeSpec::new(seconds, 0))
}
