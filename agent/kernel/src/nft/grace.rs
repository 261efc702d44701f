//! Waits until every packet that was on its way through netfilter's hooks has left them.

use nix::errno::Errno;
use nix::libc;

/// `MEMBARRIER_CMD_GLOBAL` of linux/membarrier.h: an RCU grace period. Hooks run inside a read-side
/// section, so none that began before the call goes on after it.
const GLOBAL: libc::c_int = 1;

pub(super) fn wait() -> Result<(), Errno> {
    // SAFETY: membarrier(2) takes three numbers and touches no memory of ours.
    #[allow(unsafe_code, reason = "nix has no membarrier")]
    let result = unsafe { libc::syscall(libc::SYS_membarrier, GLOBAL, 0_u32, 0) };
    Errno::result(result).map(drop)
}
