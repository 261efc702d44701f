//! avahi-daemon, which runs for each two zones whose devices find each other: as which units, and as a child.

use std::io;
use std::path::Path;

use tokio::process::Child;

use super::child;
use super::instances::Program;

/// avahi-daemon.
pub const RELAY: Program = Program { template, shown, start };

/// Its directory is fixed in the program: each child has one of its own, as each unit does.
const ALONE: &str = "mkdir -p /run/avahi-daemon && mount -t tmpfs tmpfs /run/avahi-daemon && exec \
                     avahi-daemon --no-drop-root --no-chroot --no-proc-title -f \"$0\"";

fn template(_: &str) -> &'static str {
    "gatehouse-relay"
}

/// `avahi (guest, office)`.
fn shown(instance: &str) -> String {
    format!("avahi ({})", instance.replace('.', ", "))
}

fn start(_: &str, configuration: &Path) -> io::Result<Child> {
    let words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", ALONE];
    child(&words).arg(configuration).spawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_both_zones() {
        assert_eq!(shown("guest.office"), "avahi (guest, office)");
    }
}
