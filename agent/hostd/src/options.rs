//! Command line. The defaults are those of the box; a developer's run names other places.

use std::path::PathBuf;

use anyhow::{Context, bail};
use lexopt::prelude::*;
use network::LinkMode;

use crate::services::Trust;

const HELP: &str = "\
gatehouse-hostd run [OPTION…]      brings the settings about and keeps them so
gatehouse-hostd console [OPTION…]  draws the screen on this terminal
gatehouse-hostd machine-key FILE   makes the key of the system store, if there is none

  --run DIR         status, socket and services' configuration (/run/gatehouse)
run only:
  --state DIR       what makes the box this box (/state)
  --setup-file FILE read once on a box that is not set up (/efi/gatehouse-setup.json)
  --links plain     one plain bridge for each zone, for kernels without VLAN filtering
  --no-systemd      no units: dnsmasq, unbound and avahi run as children, WAN is left alone
  --anchor FILE     keys of the root of all names (/usr/share/dns/root.key)
  --authorities FILE  who is believed about name servers (/etc/ssl/certs/ca-certificates.crt)
";

/// What is to be done.
pub enum Command {
    /// The agent.
    Run(RunOptions),
    /// The screen.
    Console(ConsoleOptions),
    /// The key of the system store.
    MachineKey(PathBuf),
    /// Help or version.
    Print(String),
}

/// Options of `run`.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// `/state`.
    pub state: PathBuf,
    /// `/run/gatehouse`.
    pub run: PathBuf,
    /// The setup file.
    pub setup_file: PathBuf,
    /// How zones are kept apart.
    pub links: LinkMode,
    /// Whether services are units.
    pub systemd: bool,
    /// Whom the resolver believes.
    pub trust: Trust,
}

/// Options of `console`.
pub struct ConsoleOptions {
    /// `/run/gatehouse`.
    pub run: PathBuf,
}

/// Reads the command line.
pub fn read() -> anyhow::Result<Command> {
    let mut options = RunOptions {
        state: "/state".into(),
        run: "/run/gatehouse".into(),
        setup_file: "/efi/gatehouse-setup.json".into(),
        links: LinkMode::VlanBridge,
        systemd: true,
        trust: Trust {
            anchor: "/usr/share/dns/root.key".into(),
            authorities: "/etc/ssl/certs/ca-certificates.crt".into(),
        },
    };
    let mut command = None;
    let mut file = None;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(word) if command.is_none() => command = Some(word),
            Value(word) if file.is_none() => file = Some(PathBuf::from(word)),
            Long("run") => options.run = parser.value()?.into(),
            Long("state") => options.state = parser.value()?.into(),
            Long("setup-file") => options.setup_file = parser.value()?.into(),
            Long("links") => match parser.value()?.to_str() {
                Some("plain") => options.links = LinkMode::Plain,
                Some("vlan") => options.links = LinkMode::VlanBridge,
                _ => bail!("--links is plain or vlan"),
            },
            Long("anchor") => options.trust.anchor = parser.value()?.into(),
            Long("authorities") => options.trust.authorities = parser.value()?.into(),
            Long("no-systemd") => options.systemd = false,
            Long("help") | Short('h') => return Ok(Command::Print(HELP.to_owned())),
            Long("version") => {
                return Ok(Command::Print(format!("gatehouse-hostd {}\n", crate::VERSION)));
            }
            _ => return Err(argument.unexpected().into()),
        }
    }
    match command.context("what is to be done?")?.to_str() {
        Some("run") if file.is_none() => Ok(Command::Run(options)),
        Some("console") if file.is_none() => {
            Ok(Command::Console(ConsoleOptions { run: options.run }))
        }
        Some("machine-key") => Ok(Command::MachineKey(file.context("which file?")?)),
        _ => bail!("the commands are run, console and machine-key FILE"),
    }
}
