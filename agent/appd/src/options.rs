//! Command line. The defaults are those of the box; a developer's run names other places.

use std::path::PathBuf;

use anyhow::{Context, bail};
use lexopt::prelude::*;

/// Text of `--help`.
pub const HELP: &str = "\
gatehouse-appd admin [OPTION…]  serves the admin application
gatehouse-appd crm [OPTION…]    serves the CRM
Listening sockets are handed in by systemd (sd_listen_fds(3)); the admin pages' come from hostd.

  --store DIR        where the store is (/var/lib/gatehouse/admin, …/crm)
  --web DIR          the web application (/usr/share/gatehouse/webui/admin, …/crm)
  --run DIR          sockets of the other processes (/run/gatehouse)
  --authorities FILE certificates that servers' must come from (/etc/ssl/certs/ca-certificates.crt)
admin only:
  --machine-key FILE opens the system store (/state/keys/machine.1)
";

/// Which application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Realm {
    /// The firewall's.
    Admin,
    /// The CRM.
    Crm,
}

/// What is to be done.
pub enum Command {
    /// Serve.
    Serve(Options),
    /// Help or version.
    Print(String),
}

/// Options of either application.
#[derive(Debug)]
pub struct Options {
    /// Which.
    pub realm: Realm,
    /// Directory of the store.
    pub store: PathBuf,
    /// Directory of the web application.
    pub web: PathBuf,
    /// Directory of sockets.
    pub run: PathBuf,
    /// Key of the system store.
    pub machine_key: PathBuf,
    /// Certificates that those of servers must come from.
    pub authorities: PathBuf,
}

/// Reads the command line.
pub fn read() -> anyhow::Result<Command> {
    read_from(lexopt::Parser::from_env())
}

fn read_from(mut parser: lexopt::Parser) -> anyhow::Result<Command> {
    let (mut realm, mut store, mut web) = (None, None, None);
    let mut run = PathBuf::from("/run/gatehouse");
    let mut machine_key = PathBuf::from("/state/keys/machine.1");
    let mut authorities = PathBuf::from("/etc/ssl/certs/ca-certificates.crt");
    while let Some(argument) = parser.next()? {
        match argument {
            Value(word) if realm.is_none() => {
                realm = Some(match word.to_str() {
                    Some("admin") => Realm::Admin,
                    Some("crm") => Realm::Crm,
                    _ => bail!("the applications are admin and crm"),
                });
            }
            Long("store") => store = Some(parser.value()?.into()),
            Long("web") => web = Some(parser.value()?.into()),
            Long("run") => run = parser.value()?.into(),
            Long("machine-key") => machine_key = parser.value()?.into(),
            Long("authorities") => authorities = parser.value()?.into(),
            Long("help") | Short('h') => return Ok(Command::Print(HELP.to_owned())),
            Long("version") => {
                let version = env!("CARGO_PKG_VERSION");
                return Ok(Command::Print(format!("gatehouse-appd {version}\n")));
            }
            _ => return Err(argument.unexpected().into()),
        }
    }
    let realm = realm.context("which application, admin or crm?")?;
    let name = realm.name();
    Ok(Command::Serve(Options {
        realm,
        store: store.unwrap_or_else(|| format!("/var/lib/gatehouse/{name}").into()),
        web: web.unwrap_or_else(|| format!("/usr/share/gatehouse/webui/{name}").into()),
        run,
        machine_key,
        authorities,
    }))
}

impl Realm {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Crm => "crm",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(words: &[&str]) -> anyhow::Result<Options> {
        match read_from(lexopt::Parser::from_args(words))? {
            Command::Serve(options) => Ok(options),
            Command::Print(text) => bail!(text),
        }
    }

    #[test]
    fn each_application_has_places_of_its_own() {
        let crm = options(&["crm"]).unwrap();
        assert_eq!(crm.store, PathBuf::from("/var/lib/gatehouse/crm"));
        let admin = options(&["admin", "--web", "/a"]).unwrap();
        assert_eq!((admin.web, admin.realm), (PathBuf::from("/a"), Realm::Admin));
        for wrong in [&[][..], &["both"], &["admin", "crm"], &["admin", "--port", "443"]] {
            assert!(options(wrong).is_err(), "{wrong:?}");
        }
    }
}
