//! Runs work inside a named network namespace.
//! `setns` moves one thread, so the work gets a thread of its own that ends with it; what it opened
//! (sockets) or started (programs) stays in that namespace.

use std::fs::File;
use std::io;

use nix::sched::{CloneFlags, setns};

/// Where `ip netns` keeps its names.
const DIRECTORY: &str = "/run/netns";

/// Runs `work` in the namespace `name`, or in the box's own when there is none.
///
/// # Errors
/// The namespace's, else those of `work`.
pub fn within<T, W>(name: Option<&str>, work: W) -> io::Result<T>
where
    T: Send + 'static,
    W: FnOnce() -> io::Result<T> + Send + 'static,
{
    let Some(name) = name else { return work() };
    if name.is_empty() || name.contains('/') || name.starts_with('.') {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{name:?} names no namespace"),
        ));
    }
    let file = File::open(format!("{DIRECTORY}/{name}")).map_err(|error| {
        io::Error::new(error.kind(), format!("network namespace {name}: {error}"))
    })?;
    std::thread::spawn(move || {
        setns(file, CloneFlags::CLONE_NEWNET)?;
        work()
    })
    .join()
    .unwrap_or_else(|_| Err(io::Error::other("the work in the namespace panicked")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_name_the_work_runs_here() {
        assert_eq!(within(None, || Ok(5)).unwrap(), 5);
    }

    #[test]
    fn a_name_is_no_path() {
        for name in ["../../etc/passwd", "", "."] {
            let error = within(Some(name), || Ok(())).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn a_missing_namespace_is_named() {
        let error = within(Some("gh-no-such"), || Ok(())).unwrap_err();
        assert!(error.to_string().contains("gh-no-such"));
    }
}
