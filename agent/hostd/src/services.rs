//! The services beside us: their files are written from the settings, and one whose files changed is
//! restarted by systemctl with fixed words, never through a shell. None of them is needed for the
//! firewall: what fails is reported and tried again. Without systemd dnsmasq, unbound and avahi are
//! children.

mod dnsmasq;
mod instances;
mod relay;
mod resolver;

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use firewall::ir::InterfaceName;
use network::resolver::Circumstances;
use network::{chrony, networkd};
use settings::{EgressUser, Settings, SitePrefix};
use tokio::process::Command;

use crate::egress;
use crate::files::{self, Readers};
use crate::store::directory::read_bounded;
use dnsmasq::DNSMASQ;
pub use dnsmasq::shown;
use instances::Instances;
use relay::RELAY;
use resolver::Resolver;
pub use resolver::SHOWN as RESOLVER_SHOWN;

/// Where dnsmasq's units remember their leases.
const LEASES: &str = "/var/lib/gatehouse/dnsmasq";
/// The resolver's file.
const RESOLVER: &str = "resolver.conf";
const CHRONY: &str = "gatehouse-chrony.service";
const NETWORKD: &str = "systemd-networkd.service";
const ADMIN: &str = "gatehouse-admin.service";
const CRM: &str = "gatehouse-crm.service";

/// systemctl only hands a job over (`--no-block`): that is quick, or something is wrong.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Largest file of leases that is read, in bytes: 2,000 leases are a tenth of it.
const MAX_LEASES: u64 = 2 << 20;

/// The services.
pub struct Services {
    run: PathBuf,
    kind: Kind,
    dnsmasq: Instances,
    relays: Instances,
    resolver: Resolver,
    trust: Trust,
    /// Units with new files that no systemctl has taken yet.
    due: Due,
}

enum Kind {
    Units,
    /// With the directory of leases.
    Children(PathBuf),
}

/// Whom the resolver believes.
#[derive(Clone, Debug)]
pub struct Trust {
    /// Keys of the root.
    pub anchor: PathBuf,
    /// Certificates that servers' certificates must come from.
    pub authorities: PathBuf,
}

/// What the WAN gave.
#[derive(Clone, Copy)]
pub struct Wan<'a> {
    /// Its interface, if there is one.
    pub interface: Option<&'a InterfaceName>,
    /// Its name servers.
    pub servers: &'a [IpAddr],
}

/// What services are told beside the settings.
pub struct Told<'a> {
    /// The box's own prefix.
    pub site: SitePrefix,
    /// What the WAN gave.
    pub wan: Wan<'a>,
    /// The clock has been set since the box started.
    pub clock_is_set: bool,
    /// What the blocked names are, by instance that has them.
    pub names: BTreeMap<String, String>,
}

#[derive(Default)]
struct Due {
    chrony: bool,
    networkd: bool,
}

impl Services {
    /// Services as units.
    pub fn units(run: &Path, trust: Trust) -> Self {
        let dnsmasq = Instances::units(DNSMASQ, run.join("dnsmasq"));
        let relays = Instances::units(RELAY, run.join("relay"));
        let resolver = Resolver::unit(run.join(RESOLVER));
        Self {
            run: run.to_owned(),
            kind: Kind::Units,
            dnsmasq,
            relays,
            resolver,
            trust,
            due: Due::default(),
        }
    }

    /// dnsmasq, unbound and avahi as children, the others not at all.
    pub fn children(run: &Path, state: &Path, trust: Trust) -> Self {
        let kind = Kind::Children(state.join("leases"));
        let dnsmasq = Instances::children(DNSMASQ, run.join("dnsmasq"));
        let relays = Instances::children(RELAY, run.join("relay"));
        let resolver = Resolver::child(run.join(RESOLVER));
        Self { run: run.to_owned(), kind, dnsmasq, relays, resolver, trust, due: Due::default() }
    }

    /// Where dnsmasq finds the name servers of WAN.
    pub fn resolv(&self) -> PathBuf {
        self.run.join("resolv.conf")
    }

    /// Where is written what each of the box's own programs may know.
    pub fn allowed(&self) -> PathBuf {
        self.run.join("egress")
    }

    /// Where the names that are blocked are written.
    pub fn blocked(&self) -> PathBuf {
        self.run.join("blocking")
    }

    /// Where dnsmasq remembers what it lent.
    pub fn leases(&self) -> &Path {
        match &self.kind {
            Kind::Units => Path::new(LEASES),
            Kind::Children(leases) => leases,
        }
    }

    /// Texts of the files of leases, as far as they can be read.
    pub fn lease_files(&self) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(self.leases()) else { return Vec::new() };
        let texts = files.filter_map(|file| {
            let path = file.ok()?.path();
            let bytes = read_bounded(&path, MAX_LEASES).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        });
        texts.collect()
    }

    /// Writes the files, and restarts whose files are new.
    pub async fn apply(&mut self, settings: &Settings, told: &Told<'_>) -> io::Result<()> {
        self.write(settings, told)?;
        self.write_resolver(settings, told.wan, told.clock_is_set)?;
        self.restart_due().await
    }

    fn write_resolver(
        &mut self,
        settings: &Settings,
        wan: Wan<'_>,
        clock_is_set: bool,
    ) -> io::Result<()> {
        let about = Circumstances {
            provider: wan.servers,
            wan: wan.interface,
            clock_is_set,
            anchor: self.trust.anchor.to_str().unwrap_or_default(),
            authorities: self.trust.authorities.to_str().unwrap_or_default(),
        };
        self.resolver.write(network::resolver::text(&settings.dns, about).as_deref())
    }

    fn write(&mut self, settings: &Settings, told: &Told<'_>) -> io::Result<()> {
        let Told { site, wan: Wan { interface: wan, .. }, .. } = *told;
        if let Kind::Children(leases) = &self.kind {
            std::fs::create_dir_all(leases)?;
        }
        let (resolv, allowed, blocked) = (self.resolv(), self.allowed(), self.blocked());
        for user in EgressUser::ALL {
            egress::prepare(&allowed, user)?;
        }
        let files = network::dnsmasq::Files {
            leases: self.leases().to_str().unwrap_or_default(),
            resolv: resolv.to_str().unwrap_or_default(),
            allowed: allowed.to_str().unwrap_or_default(),
            blocked: blocked.to_str().unwrap_or_default(),
        };
        let put = |path: &Path, text: &str| files::put(path, text, Readers::All);
        let mut texts = network::dnsmasq::texts(settings, site, files);
        for group in network::blocking::groups(settings) {
            if let Some(names) = told.names.get(&group.instance) {
                let text = network::blocking::text(settings, &group, files, names);
                texts.insert(group.instance, text);
            }
        }
        self.dnsmasq.write(&texts)?;
        self.relays.write(&network::relay::texts(settings))?;
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
        if self.due.networkd {
            systemctl(&["--no-block", "try-restart", NETWORKD]).await?;
            self.due.networkd = false;
        }
        self.resolver.bring_about().await?;
        self.dnsmasq.bring_about().await?;
        self.relays.bring_about().await?;
        if self.due.chrony {
            systemctl(&["--no-block", "try-restart", CHRONY]).await?;
            self.due.chrony = false;
        }
        Ok(())
    }

    /// Names of the services that do not run, after trying again what was due.
    pub async fn down(&mut self) -> Vec<String> {
        if let Err(error) = self.restart_due().await {
            tracing::warn!(%error, "a service cannot be restarted");
        }
        match &mut self.kind {
            Kind::Units => {
                let others =
                    [(CHRONY, "chrony"), (NETWORKD, "networkd"), (ADMIN, "admin"), (CRM, "crm")];
                let others = others.map(|(unit, name)| (unit.to_owned(), name.to_owned()));
                let (units, names): (Vec<_>, Vec<_>) = self
                    .dnsmasq
                    .as_units()
                    .into_iter()
                    .chain(self.relays.as_units())
                    .chain(self.resolver.as_unit())
                    .chain(others)
                    .unzip();
                let words = ["show", "--property=SubState", "--value"].into_iter();
                let words: Vec<&str> = words.chain(units.iter().map(String::as_str)).collect();
                match systemctl(&words).await {
                    Ok(states) => failing(&states, names),
                    Err(error) => {
                        tracing::warn!(%error, "services cannot be looked after");
                        Vec::new()
                    }
                }
            }
            Kind::Children(_) => {
                let ended = self.dnsmasq.ended().into_iter().chain(self.relays.ended());
                ended.chain(self.resolver.ended()).collect()
            }
        }
    }
}

/// Names of the services that end again and again, from their states in the same order.
fn failing(states: &str, names: Vec<String>) -> Vec<String> {
    let states = states.lines().filter(|line| !line.is_empty());
    let bad = |state: &str| state == "failed" || state.starts_with("auto-restart");
    names.into_iter().zip(states).filter(|(_, state)| bad(state)).map(|(name, _)| name).collect()
}

/// A program that ends with us, even when we are killed.
fn child(words: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).args(words).stdin(Stdio::null()).kill_on_drop(true);
    command
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

#[cfg(test)]
mod tests {
    #[test]
    fn tells_which_service_ends_again_and_again() {
        let failing = |states| {
            let names = ["dnsmasq (guest)", "chrony", "networkd"];
            super::failing(states, names.map(str::to_owned).into())
        };
        assert_eq!(failing("running\n\nauto-restart\n\ndead\n"), ["chrony"]);
        assert_eq!(
            failing("failed\n\nrunning\n\nauto-restart-queued\n"),
            ["dnsmasq (guest)", "networkd"]
        );
        assert!(failing("").is_empty());
    }
}
