//! The resolver: unbound, there only while the settings want more than the provider's answers.

use std::io;
use std::path::PathBuf;

use tokio::process::Child;

use super::{child, systemctl};
use crate::files::{self, Readers};

const UNIT: &str = "gatehouse-resolver.service";
/// What people are told that it is.
pub const SHOWN: &str = "unbound";

/// The resolver.
pub struct Resolver {
    file: PathBuf,
    kind: Kind,
    due: Option<Turn>,
    /// Known to have been started.
    is_started: bool,
}

enum Kind {
    Unit,
    Child(Option<Child>),
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// It is wanted no more.
    Stop,
    /// It has another file.
    Restart,
    /// Not known to have been started: this does nothing to one that runs.
    Start,
}

impl Resolver {
    /// As a unit; its file is this.
    pub fn unit(file: PathBuf) -> Self {
        Self { file, kind: Kind::Unit, due: None, is_started: false }
    }

    /// As a child.
    pub fn child(file: PathBuf) -> Self {
        Self { file, kind: Kind::Child(None), due: None, is_started: false }
    }

    /// Writes the file; none: the resolver is not wanted.
    pub fn write(&mut self, text: Option<&str>) -> io::Result<()> {
        match text {
            Some(text) if files::put(&self.file, text, Readers::All)? => {
                self.due = Some(Turn::Restart);
            }
            // It was wanted no more, and is again before it was stopped.
            Some(_) if self.due == Some(Turn::Stop) => self.due = Some(Turn::Restart),
            Some(_) if !self.is_started && self.due.is_none() => self.due = Some(Turn::Start),
            Some(_) => {}
            // One of a former run of ours is known by its file.
            None if self.file.try_exists()? => self.due = Some(Turn::Stop),
            None => self.due = None,
        }
        Ok(())
    }

    /// Does what is due. What cannot be done stays due.
    pub async fn bring_about(&mut self) -> io::Result<()> {
        let Some(turn) = self.due else { return Ok(()) };
        match &mut self.kind {
            Kind::Unit => {
                let word = match turn {
                    Turn::Stop => "stop",
                    Turn::Restart => "restart",
                    Turn::Start => "start",
                };
                systemctl(&["--no-block", word, UNIT]).await?;
            }
            Kind::Child(child) => {
                if let Some(mut former) = child.take() {
                    former.kill().await?;
                }
                if turn != Turn::Stop {
                    *child = Some(start(&self.file)?);
                }
            }
        }
        if turn == Turn::Stop {
            files::remove(&self.file)?;
        }
        self.is_started = turn != Turn::Stop;
        self.due = None;
        Ok(())
    }

    /// The unit, with the name by which people are told of it.
    pub fn as_unit(&self) -> Option<(String, String)> {
        self.is_started.then(|| (UNIT.to_owned(), SHOWN.to_owned()))
    }

    /// Its name, if it was a child that ended; it is to be started again.
    pub fn ended(&mut self) -> Option<String> {
        let Kind::Child(Some(child)) = &mut self.kind else { return None };
        if matches!(child.try_wait(), Ok(None)) {
            return None;
        }
        self.due = Some(Turn::Restart);
        Some(SHOWN.to_owned())
    }
}

fn start(configuration: &std::path::Path) -> io::Result<Child> {
    child(&["unbound", "-d", "-p", "-c"]).arg(configuration).spawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_there_only_while_it_is_wanted() {
        let directory = tempfile::tempdir().unwrap();
        let file = || directory.path().join("resolver.conf");
        let mut first = Resolver::unit(file());
        first.write(None).unwrap();
        assert_eq!((first.due, first.as_unit()), (None, None));
        first.write(Some("a")).unwrap();
        assert_eq!(first.due, Some(Turn::Restart));
        // A new run of ours: it runs with this file already, or is to be stopped.
        let mut second = Resolver::unit(file());
        second.write(Some("a")).unwrap();
        assert_eq!(second.due, Some(Turn::Start));
        second.write(None).unwrap();
        assert_eq!(second.due, Some(Turn::Stop));
        second.write(Some("a")).unwrap();
        assert_eq!(second.due, Some(Turn::Restart));
    }
}
