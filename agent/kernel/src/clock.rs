//! The kernel's clock.

use std::io;

use nix::libc;

/// Whether a time service has set the clock since the machine started and holds it right: the kernel's
/// `STA_UNSYNC` (adjtimex(2)), which chrony clears with `rtcsync` once it has a source.
#[allow(unsafe_code, reason = "nix has no adjtimex")]
pub fn is_set() -> io::Result<bool> {
    // SAFETY: `timex` is a plain C struct of integers, for which all zeros are a value; with `modes` 0 the
    // kernel changes nothing and fills in the rest.
    let (told, status) = unsafe {
        let mut timex: libc::timex = std::mem::zeroed();
        (libc::adjtimex(&raw mut timex), timex.status)
    };
    if told < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(status & libc::STA_UNSYNC == 0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_kernel_says_whether_it_is_set() {
        assert!(super::is_set().is_ok());
    }
}
