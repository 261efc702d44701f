//! What the process gives up before it does anything: dumps of its memory, and by landlock every file
//! but the ones named, every TCP port, abstract sockets and signals to others. The unit's sandbox does
//! as much from outside; either holds without the other.

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
/// and those it starts. A place that is not there cannot be reached later either.
pub fn confine(places: &Places<'_>) -> anyhow::Result<()> {
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
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
    match ruleset.restrict_self().context("landlock cannot be put in force")?.ruleset {
        RulesetStatus::FullyEnforced => {}
        status => tracing::warn!(?status, "this kernel does not know all of landlock"),
    }
    Ok(())
}
