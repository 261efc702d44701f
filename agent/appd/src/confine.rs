//! What the process gives up before it does anything: dumps of its memory, and by landlock every file
//! but the ones named, ports of its own, abstract sockets and signals to others. Where it connects to is the
//! firewall's to say, by address. The unit's sandbox does as much from outside; either holds without the other.

use std::path::Path;

use anyhow::Context;
use landlock::{
    ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope,
};
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};

/// The newest interface of landlock that is asked for; an older kernel gives what it has.
const NEWEST: ABI = ABI::V6;

/// What the process may still reach.
pub struct Places<'a> {
    /// Directories that it writes.
    pub write: &'a [&'a Path],
    /// Files and directories that it reads.
    pub read: &'a [&'a Path],
}

/// No dump of memory, neither by a crash nor by another process of the same user.
pub fn hide_memory() -> anyhow::Result<()> {
    prctl::set_dumpable(false).context("memory can be dumped")?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0).context("core dumps cannot be forbidden")
}

/// Gives up everything else. Must be called before any thread is started: it binds the calling thread
/// and those it starts. A place that is not there cannot be reached later either. The answer says how
/// much of it this kernel knows.
pub fn confine(places: &Places<'_>) -> anyhow::Result<RulesetStatus> {
    let net = AccessNet::from_all(NEWEST) & !AccessNet::ConnectTcp;
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(net)?
        .scope(Scope::from_all(NEWEST))?
        .create()
        .context("landlock cannot be used")?;
    let all = AccessFs::from_all(NEWEST) & !AccessFs::Execute;
    let read = AccessFs::from_read(NEWEST) & !AccessFs::Execute;
    let writable = places.write.iter().map(|path| (*path, all));
    for (path, access) in writable.chain(places.read.iter().map(|path| (*path, read))) {
        let Ok(opened) = PathFd::new(path) else {
            tracing::warn!(path = %path.display(), "is not there, and stays out of reach");
            continue;
        };
        let access = if path.is_dir() { access } else { access & AccessFs::from_file(NEWEST) };
        ruleset = ruleset.add_rule(PathBeneath::new(opened, access))?;
    }
    let status = ruleset.restrict_self().context("landlock cannot be put in force")?.ruleset;
    if status != RulesetStatus::FullyEnforced {
        tracing::warn!(?status, "this kernel does not know all of landlock");
    }
    Ok(status)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::print_stderr, reason = "a test")]

    use std::fs;
    use std::net::{TcpListener, TcpStream};

    use super::*;

    /// In a thread of its own: landlock binds a thread and never lets go. `None` where the kernel has no
    /// landlock.
    fn confined<T: Send + 'static>(
        write: &Path,
        read: &Path,
        then: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (write, read) = (write.to_owned(), read.to_owned());
        let thread = std::thread::spawn(move || {
            let missing = Path::new("/no/such/place");
            let places = Places { write: &[&write, missing], read: &[&read] };
            (confine(&places).unwrap() != RulesetStatus::NotEnforced).then(then)
        });
        thread.join().unwrap()
    }

    #[test]
    fn only_the_named_places_are_left() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        for name in ["store", "web", "other"] {
            fs::create_dir(path(name)).unwrap();
            fs::write(path(name).join("file"), name).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = port.local_addr().unwrap();
        let (store, web, other) = (path("store"), path("web"), path("other"));
        let (in_store, in_web) = (store.clone(), web.clone());
        let checked = confined(&store, &web, move || {
            fs::write(in_store.join("new"), "x").unwrap();
            fs::rename(in_store.join("new"), in_store.join("file")).unwrap();
            assert_eq!(fs::read(in_web.join("file")).unwrap(), b"web");
            assert!(fs::write(in_web.join("file"), "x").is_err(), "writes what it only reads");
            assert!(fs::read(other.join("file")).is_err(), "reads another's file");
            assert!(fs::read_dir("/etc").is_err());
            assert!(TcpListener::bind("127.0.0.1:0").is_err(), "opens a port");
            TcpStream::connect(address).unwrap();
        });
        if checked.is_none() {
            eprintln!("left out: this kernel has no landlock");
        }
        assert_eq!(fs::read(path("other").join("file")).unwrap(), b"other");
    }

    #[test]
    fn memory_is_not_dumped() {
        hide_memory().unwrap();
        assert!(!prctl::get_dumpable().unwrap());
    }
}
