//! Whether the box stopped without having been told to: while it runs a mark lies in the state partition that
//! names this boot, and an orderly end takes it away. One of another boot was left there by a power cut or a crash.

use std::io;
use std::path::Path;

use crate::counts::boot;
use crate::store::directory::{Directory as _, Real};

/// The mark.
const MARK: &str = "running";

/// Leaves the mark; whether one of another boot lay there.
pub fn begin(state: &Real) -> bool {
    let boot = boot();
    let left = match state.read(MARK) {
        Ok(before) => before != boot.as_bytes(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => {
            tracing::warn!(%error, "how the box stopped is not known");
            false
        }
    };
    if let Err(error) = state.replace(MARK, boot.as_bytes()) {
        tracing::warn!(%error, "if the box stops unexpectedly that will not be known");
    }
    left
}

/// Takes it away.
pub fn end(state: &Path) {
    match std::fs::remove_file(state.join(MARK)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, "this end will be taken for an unexpected one");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_another_boot_left_is_an_unexpected_end() {
        let place = tempfile::tempdir().unwrap();
        let state = Real::open(place.path()).unwrap();
        assert!(!begin(&state), "the first start");
        assert!(!begin(&state), "hostd alone was restarted");
        end(place.path());
        assert!(!begin(&state), "it was told to end");
        std::fs::write(place.path().join(MARK), "another boot").unwrap();
        assert!(begin(&state));
        assert!(!begin(&state), "told once");
        end(place.path());
        end(place.path());
    }
}
