//! A network namespace that exists as long as its value does.
//! Work is done inside by a thread that enters it; the calling thread stays where it is.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::thread;

use nix::errno::Errno;
use nix::sched::{CloneFlags, setns, unshare};

use crate::command::{CommandError, run, run_with_input};

/// A network namespace without a name.
#[derive(Debug)]
pub struct Namespace {
    descriptor: File,
}

/// A namespace could not be made or entered.
#[derive(Debug, thiserror::Error)]
pub enum NamespaceError {
    /// Mostly: not root.
    #[error("cannot make a network namespace (tests with packets need root)")]
    Make(#[source] Errno),
    /// The new namespace has no descriptor.
    #[error("cannot open the new network namespace")]
    Open(#[source] io::Error),
    /// A first command failed.
    #[error("cannot prepare the new network namespace")]
    Prepare(#[source] CommandError),
    /// A setting could not be made.
    #[error("cannot set a value below /proc/sys/net")]
    Sysctl(#[source] io::Error),
}

impl Namespace {
    /// Makes an empty namespace: loopback up, no forwarding, bridged frames kept from `inet` tables.
    pub fn new() -> Result<Self, NamespaceError> {
        let make = || {
            unshare(CloneFlags::CLONE_NEWNET).map_err(NamespaceError::Make)?;
            // Of this thread, not of the process: /proc/self/ns would be the caller's namespace.
            File::open("/proc/thread-self/ns/net").map_err(NamespaceError::Open)
        };
        let descriptor = thread::scope(|scope| joined(scope.spawn(make)))?;
        let namespace = Self { descriptor };
        namespace.prepare()?;
        Ok(namespace)
    }

    /// Does the work in a thread inside; a panic there goes on here.
    pub fn inside<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        thread::scope(|scope| {
            joined(scope.spawn(|| {
                let entered = setns(&self.descriptor, CloneFlags::CLONE_NEWNET);
                assert!(entered.is_ok(), "cannot enter the network namespace: {entered:?}");
                work()
            }))
        })
    }

    /// Runs a program inside.
    pub fn run(&self, argv: &[&str]) -> Result<String, CommandError> {
        self.inside(|| run(argv))
    }

    /// Runs lines of ip(8) inside, in one go.
    pub fn ip(&self, lines: &[String]) -> Result<String, CommandError> {
        self.inside(|| run_with_input(&["ip", "-batch", "-"], &(lines.join("\n") + "\n")))
    }

    /// A path to the namespace for `ip link set … netns PATH`, valid in this process's children.
    pub fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.descriptor.as_raw_fd())
    }

    /// Sets a value below `/proc/sys/net`.
    pub fn sysctl(&self, name: &str, value: &str) -> io::Result<()> {
        self.inside(|| std::fs::write(Path::new("/proc/sys/net").join(name), value))
    }

    fn prepare(&self) -> Result<(), NamespaceError> {
        self.run(&["ip", "link", "set", "lo", "up"]).map_err(NamespaceError::Prepare)?;
        let sysctl = |name: &str, value| match self.sysctl(name, value) {
            // Bridged frames pass `inet` tables where br_netfilter is built in; where it is a
            // module, and not loaded, they do not.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result.map_err(NamespaceError::Sysctl),
        };
        for name in ["iptables", "ip6tables", "arptables"] {
            sysctl(&format!("bridge/bridge-nf-call-{name}"), "0")?;
        }
        // No link-local addresses by themselves, so that nothing is sent by itself.
        sysctl("ipv6/conf/default/addr_gen_mode", "1")
    }
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
