//! The services beside us: their files are written from the settings, and one whose files changed is
//! restarted by systemctl with fixed words, never through a shell. None of them is needed for the
//! firewall: what fails is reported and tried again. Without systemd dnsmasq is a child.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use firewall::ir::InterfaceName;
use network::{chrony, dnsmasq, networkd};
use settings::{Settings, SitePrefix};
use tokio::process::{Child, Command};

use crate::files::{self, Readers};

const DNSMASQ: &str = "gatehouse-dnsmasq.service";
const CHRONY: &str = "gatehouse-chrony.service";
const NETWORKD: &str = "systemd-networkd.service";
const ADMIN: &str = "gatehouse-admin.service";
const CRM: &str = "gatehouse-crm.service";

/// systemctl only hands a job over (`--no-block`): that is quick, or something is wrong.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The services.
pub struct Services {
    run: PathBuf,
    kind: Kind,
    /// Units with new files that no systemctl has taken yet.
    due: Due,
}

enum Kind {
    Units,
    Child { leases: PathBuf, dnsmasq: Option<Box<Child>> },
}

#[derive(Default)]
struct Due {
    /// Not known to have been started: a start does nothing to one that runs.
    start_dnsmasq: bool,
    dnsmasq: bool,
    chrony: bool,
    networkd: bool,
}

impl Services {
    /// Services as units.
    pub fn units(run: &Path) -> Self {
        Self { run: run.to_owned(), kind: Kind::Units, due: Due::first() }
    }

    /// dnsmasq as a child, the others not at all.
    pub fn child(run: &Path, state: &Path) -> Self {
        let kind = Kind::Child { leases: state.join("leases"), dnsmasq: None };
        Self { run: run.to_owned(), kind, due: Due::first() }
    }

    /// Where dnsmasq finds the name servers of WAN.
    pub fn resolv(&self) -> PathBuf {
        self.run.join("resolv.conf")
    }

    /// Writes the files, and restarts whose files are new.
    pub async fn apply(
        &mut self,
        settings: &Settings,
        site: SitePrefix,
        wan: Option<&InterfaceName>,
    ) -> io::Result<()> {
        self.write(settings, site, wan)?;
        self.restart_due().await
    }

    fn write(
        &mut self,
        settings: &Settings,
        site: SitePrefix,
        wan: Option<&InterfaceName>,
    ) -> io::Result<()> {
        let leases = match &self.kind {
            Kind::Units => Path::new("/var/lib/gatehouse/dnsmasq/leases"),
            Kind::Child { leases, .. } => leases,
        };
        let resolv = self.resolv();
        let files = dnsmasq::Files {
            leases: leases.to_str().unwrap_or_default(),
            resolv: resolv.to_str().unwrap_or_default(),
        };
        let put = |path: &Path, text: &str| files::put(path, text, Readers::All);
        let text = dnsmasq::text(settings, site, files);
        self.due.dnsmasq |= put(&self.run.join("dnsmasq.conf"), &text)?;
        if let Kind::Units = self.kind {
            let allow = chrony::allow(settings, site);
            self.due.chrony |= put(&self.run.join("chrony.allow.conf"), &allow)?;
            let sources = self.run.join("chrony.sources.d/gatehouse.sources");
            self.due.chrony |= put(&sources, chrony::sources())?;
            let directory = Path::new("/run/systemd/network");
            self.due.networkd |= put(&directory.join(networkd::REST_FILE), networkd::REST)?;
            let wan_file = directory.join(networkd::WAN_FILE);
            self.due.networkd |= match wan.and_then(networkd::wan) {
                Some(text) => put(&wan_file, &text)?,
                None => files::remove(&wan_file)?,
            };
        }
        Ok(())
    }

    /// networkd and chrony come after us in the boot and find their files: only one that runs
    /// already is restarted. What cannot be handed over stays due.
    async fn restart_due(&mut self) -> io::Result<()> {
        match &mut self.kind {
            Kind::Units => {
                if self.due.networkd {
                    systemctl(&["--no-block", "try-restart", NETWORKD]).await?;
                    self.due.networkd = false;
                }
                if self.due.dnsmasq {
                    systemctl(&["--no-block", "restart", DNSMASQ]).await?;
                    (self.due.dnsmasq, self.due.start_dnsmasq) = (false, false);
                }
                if self.due.start_dnsmasq {
                    systemctl(&["--no-block", "start", DNSMASQ]).await?;
                    self.due.start_dnsmasq = false;
                }
                if self.due.chrony {
                    systemctl(&["--no-block", "try-restart", CHRONY]).await?;
                    self.due.chrony = false;
                }
            }
            Kind::Child { dnsmasq, .. } => {
                if self.due.dnsmasq || self.due.start_dnsmasq {
                    if let Some(mut former) = dnsmasq.take() {
                        former.kill().await?;
                    }
                    *dnsmasq = Some(Box::new(start_dnsmasq(&self.run.join("dnsmasq.conf"))?));
                    (self.due.dnsmasq, self.due.start_dnsmasq) = (false, false);
                }
            }
        }
        Ok(())
    }

    /// Names of the services that do not run, after trying again what was due.
    pub async fn down(&mut self) -> Vec<&'static str> {
        if let Err(error) = self.restart_due().await {
            tracing::warn!(%error, "a service cannot be restarted");
        }
        match &mut self.kind {
            Kind::Units => {
                let units = [
                    (DNSMASQ, "dnsmasq"),
                    (CHRONY, "chrony"),
                    (NETWORKD, "networkd"),
                    (ADMIN, "admin"),
                    (CRM, "crm"),
                ];
                let words = ["show", "--property=SubState", "--value"];
                let words: Vec<&str> =
                    words.into_iter().chain(units.map(|(unit, _)| unit)).collect();
                match systemctl(&words).await {
                    Ok(states) => failing(&states, &units.map(|(_, name)| name)),
                    Err(error) => {
                        tracing::warn!(%error, "services cannot be looked after");
                        Vec::new()
                    }
                }
            }
            Kind::Child { dnsmasq: Some(child), .. } => match child.try_wait() {
                Ok(None) => Vec::new(),
                _ => {
                    self.due.dnsmasq = true;
                    vec!["dnsmasq"]
                }
            },
            Kind::Child { dnsmasq: None, .. } => Vec::new(),
        }
    }
}

impl Due {
    fn first() -> Self {
        Self { start_dnsmasq: true, ..Self::default() }
    }
}

/// Names of the services that end again and again, from their states in the same order.
fn failing(states: &str, names: &[&'static str]) -> Vec<&'static str> {
    let states = states.lines().filter(|line| !line.is_empty());
    let bad = |state: &str| state == "failed" || state.starts_with("auto-restart");
    names.iter().zip(states).filter(|(_, state)| bad(state)).map(|(name, _)| *name).collect()
}

/// Runs systemctl; what it says.
async fn systemctl(words: &[&str]) -> io::Result<String> {
    let mut command = Command::new("/usr/bin/systemctl");
    command.args(words).env_clear().kill_on_drop(true);
    command.stdin(Stdio::null());
    let output = tokio::time::timeout(TIMEOUT, command.output())
        .await
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "systemctl does not answer"))??;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!("systemctl {}: {}", words.join(" "), said.trim())))
    }
}

fn start_dnsmasq(configuration: &Path) -> io::Result<Child> {
    let mut file = std::ffi::OsString::from("--conf-file=");
    file.push(configuration);
    // Ends with us, even when we are killed.
    Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "dnsmasq"])
        .args([
            "--keep-in-foreground",
            "--log-facility=-",
            "--pid-file=",
            "--user=root",
            "--group=root",
        ])
        .arg(file)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_which_service_ends_again_and_again() {
        let names = ["dnsmasq", "chrony", "networkd"];
        assert_eq!(failing("running\n\nauto-restart\n\ndead\n", &names), ["chrony"]);
        assert_eq!(
            failing("failed\n\nrunning\n\nauto-restart-queued\n", &names),
            ["dnsmasq", "networkd"]
        );
        assert!(failing("", &names).is_empty());
    }
}
