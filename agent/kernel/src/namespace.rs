//! Named network namespaces, as `ip netns` makes them: a file below /run/netns with the namespace
//! mounted on it, so that it lives on without a process. Work in one is done on a thread of its own,
//! for a thread that entered a namespace must not be used for anything else.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::statfs::{NSFS_MAGIC, statfs};

/// Where named namespaces are (iproute2's `NETNS_RUN_DIR`).
pub const DIRECTORY: &str = "/run/netns";

/// Why a namespace could not be made or entered.
#[derive(Debug, thiserror::Error)]
pub enum NamespaceError {
    /// A file operation failed.
    #[error("{}: cannot {action}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The name is not one: empty, with `/`, or a dot name.
    #[error("{0:?} is no name for a namespace")]
    Name(String),
    /// The thread for the work could not be started, or panicked.
    #[error("the thread in namespace {0:?} failed")]
    Thread(String),
}

/// A network namespace, held open.
#[derive(Debug)]
pub struct Namespace {
    name: String,
    file: File,
}

impl Namespace {
    /// Opens the namespace of that name, making it when it is not there. One that is there is never
    /// replaced: processes may be in it.
    pub fn ensure(name: &str) -> Result<(Self, bool), NamespaceError> {
        let path = path(name)?;
        if is_namespace(&path) {
            return Ok((Self::open(name)?, false));
        }
        share_directory()?;
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(failed("make the file", &path))?;
        let target = path.clone();
        let made = thread::Builder::new()
            .name("new-namespace".to_owned())
            .spawn(move || {
                unshare(CloneFlags::CLONE_NEWNET)?;
                let none: Option<&str> = None;
                mount(Some("/proc/thread-self/ns/net"), &target, none, MsFlags::MS_BIND, none)
            })
            .map_err(failed("start a thread for", &path))?
            .join()
            .map_err(|_| NamespaceError::Thread(name.to_owned()))?;
        made.map_err(io::Error::from).map_err(failed("mount the namespace", &path))?;
        Ok((Self::open(name)?, true))
    }

    /// Makes a namespace without a name: it ends, with the links in it, when nobody holds it open any more,
    /// however that comes about.
    pub fn nameless() -> Result<Self, NamespaceError> {
        let path = PathBuf::from("/proc/thread-self/ns/net");
        let place = path.clone();
        let made = thread::Builder::new()
            .name("new-namespace".to_owned())
            .spawn(move || {
                unshare(CloneFlags::CLONE_NEWNET)?;
                File::open(place)
            })
            .map_err(failed("start a thread for", &path))?
            .join()
            .map_err(|_| NamespaceError::Thread("nameless".to_owned()))?;
        let file = made.map_err(failed("open", &path))?;
        Ok(Self { name: "nameless".to_owned(), file })
    }

    /// Opens the namespace of that name.
    pub fn open(name: &str) -> Result<Self, NamespaceError> {
        let path = path(name)?;
        let file = File::open(&path).map_err(failed("open", &path))?;
        Ok(Self { name: name.to_owned(), file })
    }

    /// The name below [`DIRECTORY`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The open namespace, to be named in a netlink message (`IFLA_NET_NS_FD`).
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Runs the work in the namespace, on a thread of its own, and waits for it. What it returns may
    /// be a socket: it stays in the namespace.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, NamespaceError> {
        let path = Path::new(DIRECTORY).join(&self.name);
        thread::scope(|scope| {
            let thread = thread::Builder::new()
                .name("in-namespace".to_owned())
                .spawn_scoped(scope, || {
                    setns(&self.file, CloneFlags::CLONE_NEWNET)?;
                    Ok(work())
                })
                .map_err(failed("start a thread for", &path))?;
            thread
                .join()
                .map_err(|_| NamespaceError::Thread(self.name.clone()))?
                .map_err(|errno: nix::Error| failed("enter", &path)(errno.into()))
        })
    }
}

/// Makes [`DIRECTORY`] a mount of its own that is shared, as `ip netns` does: a namespace mounted
/// there is then seen in other mount namespaces too.
fn share_directory() -> Result<(), NamespaceError> {
    let directory = Path::new(DIRECTORY);
    fs::create_dir_all(directory).map_err(failed("make the directory", directory))?;
    let none: Option<&str> = None;
    let share = || mount(none, directory, none, MsFlags::MS_SHARED | MsFlags::MS_REC, none);
    if is_mount(directory)? && share().is_ok() {
        return Ok(());
    }
    let result = if is_mount(directory)? {
        share()
    } else {
        let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
        mount(Some(directory), directory, none, flags, none).and_then(|()| share())
    };
    result.map_err(io::Error::from).map_err(failed("share the mount", directory))
}

fn is_mount(directory: &Path) -> Result<bool, NamespaceError> {
    let mounts = Path::new("/proc/self/mountinfo");
    let text = fs::read_to_string(mounts).map_err(failed("read", mounts))?;
    let directory = directory.to_str();
    Ok(text.lines().any(|line| line.split(' ').nth(4) == directory))
}

fn is_namespace(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| data.ino() != 0)
        && statfs(path).is_ok_and(|fs| fs.filesystem_type() == NSFS_MAGIC)
}

fn path(name: &str) -> Result<PathBuf, NamespaceError> {
    let ok = !name.is_empty() && name.len() <= 64 && !name.contains(['/', '\0']);
    if !ok || name.starts_with('.') {
        return Err(NamespaceError::Name(name.to_owned()));
    }
    Ok(Path::new(DIRECTORY).join(name))
}

fn failed<'p>(
    action: &'static str,
    path: &'p Path,
) -> impl FnOnce(io::Error) -> NamespaceError + 'p {
    move |source| NamespaceError::File { action, path: path.to_owned(), source }
}
