//! The instances of a program that runs several times: their files, and what is due to each.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use tokio::process::Child;

use super::systemctl;
use crate::files::{self, Readers};

/// Ending of an instance's file; before it stands its name.
const ENDING: &str = "conf";

/// A program that runs several times.
#[derive(Clone, Copy)]
pub struct Program {
    /// The unit of an instance, as it is called before the `@`.
    pub template: fn(&str) -> &'static str,
    /// The name by which people are told of an instance.
    pub shown: fn(&str) -> String,
    /// Starts one as a child, with its file.
    pub start: fn(&str, &Path) -> io::Result<Child>,
}

/// The instances.
pub struct Instances {
    program: Program,
    directory: PathBuf,
    kind: Kind,
    due: BTreeMap<String, Turn>,
    /// Known to have been started.
    started: BTreeSet<String>,
}

enum Kind {
    Units,
    Children(BTreeMap<String, Child>),
}

/// What is due to an instance.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// It is wanted no more; its file goes afterwards.
    Stop,
    /// It has another file.
    Restart,
    /// Not known to have been started: this does nothing to one that runs.
    Start,
}

impl Instances {
    /// Instances as units; their files are in a directory of their own.
    pub fn units(program: Program, directory: PathBuf) -> Self {
        Self::new(program, directory, Kind::Units)
    }

    /// Instances as children.
    pub fn children(program: Program, directory: PathBuf) -> Self {
        Self::new(program, directory, Kind::Children(BTreeMap::new()))
    }

    fn new(program: Program, directory: PathBuf, kind: Kind) -> Self {
        Self { program, directory, kind, due: BTreeMap::new(), started: BTreeSet::new() }
    }

    /// Writes the files.
    pub fn write(&mut self, texts: &BTreeMap<String, String>) -> io::Result<()> {
        for (instance, text) in texts {
            let is_new = files::put(&self.file(instance), text, Readers::All)?;
            if is_new {
                self.due.insert(instance.clone(), Turn::Restart);
            } else if !self.started.contains(instance) {
                self.due.entry(instance.clone()).or_insert(Turn::Start);
            }
        }
        let gone = self.written()?.into_iter().filter(|instance| !texts.contains_key(instance));
        self.due.extend(gone.map(|instance| (instance, Turn::Stop)));
        Ok(())
    }

    /// Does what is due. What cannot be done stays due.
    pub async fn bring_about(&mut self) -> io::Result<()> {
        for turn in [Turn::Stop, Turn::Restart, Turn::Start] {
            let due = self.due.iter().filter(|(_, due)| **due == turn);
            let instances: Vec<String> = due.map(|(instance, _)| instance.clone()).collect();
            if instances.is_empty() {
                continue;
            }
            match &mut self.kind {
                Kind::Units => tell(self.program, turn, &instances).await?,
                Kind::Children(children) => {
                    for instance in &instances {
                        if let Some(mut former) = children.remove(instance) {
                            former.kill().await?;
                        }
                        if turn != Turn::Stop {
                            let file = file(&self.directory, instance);
                            let child = (self.program.start)(instance, &file)?;
                            children.insert(instance.clone(), child);
                        }
                    }
                }
            }
            for instance in instances {
                if turn == Turn::Stop {
                    files::remove(&self.file(&instance))?;
                    self.started.remove(&instance);
                } else {
                    self.started.insert(instance.clone());
                }
                self.due.remove(&instance);
            }
        }
        Ok(())
    }

    /// The units, with the name by which people are told of each.
    pub fn as_units(&self) -> Vec<(String, String)> {
        let program = self.program;
        let told = |instance: &String| (program.unit(instance), (program.shown)(instance));
        self.started.iter().map(told).collect()
    }

    /// Names of the children that ended; they are to be started again.
    pub fn ended(&mut self) -> Vec<String> {
        let Kind::Children(children) = &mut self.kind else { return Vec::new() };
        let mut ended = Vec::new();
        for (instance, child) in children {
            if !matches!(child.try_wait(), Ok(None)) {
                self.due.insert(instance.clone(), Turn::Restart);
                ended.push((self.program.shown)(instance));
            }
        }
        ended
    }

    fn file(&self, instance: &str) -> PathBuf {
        file(&self.directory, instance)
    }

    /// Instances that have a file, those of a former run of ours included.
    fn written(&self) -> io::Result<Vec<String>> {
        let mut written = Vec::new();
        // There is a directory once there was an instance.
        if !self.directory.try_exists()? {
            return Ok(written);
        }
        for entry in self.directory.read_dir()? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == ENDING) {
                written.extend(path.file_stem().and_then(|name| name.to_str()).map(str::to_owned));
            }
        }
        Ok(written)
    }
}

fn file(directory: &Path, instance: &str) -> PathBuf {
    directory.join(format!("{instance}.{ENDING}"))
}

impl Program {
    fn unit(self, instance: &str) -> String {
        format!("{}@{instance}.service", (self.template)(instance))
    }
}

async fn tell(program: Program, turn: Turn, instances: &[String]) -> io::Result<()> {
    let word = match turn {
        Turn::Stop => "stop",
        Turn::Restart => "restart",
        Turn::Start => "start",
    };
    let units: Vec<String> = instances.iter().map(|instance| program.unit(instance)).collect();
    let units = units.iter().map(String::as_str);
    systemctl(&["--no-block", word].into_iter().chain(units).collect::<Vec<_>>()).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(of: &[(&str, &str)]) -> BTreeMap<String, String> {
        of.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    fn due(of: &Instances) -> Vec<(&str, &str)> {
        let word = |turn: &Turn| match turn {
            Turn::Stop => "stop",
            Turn::Restart => "restart",
            Turn::Start => "start",
        };
        of.due.iter().map(|(instance, turn)| (instance.as_str(), word(turn))).collect()
    }

    #[test]
    fn only_what_changed_is_restarted_and_a_zone_that_is_gone_is_stopped() {
        let directory = tempfile::tempdir().unwrap();
        let program = Program {
            template: |_| "t",
            shown: str::to_owned,
            start: |_, _| Err(io::Error::other("no")),
        };
        let new = || Instances::units(program, directory.path().join("there"));
        let mut none = new();
        none.write(&texts(&[])).unwrap();
        assert_eq!(due(&none), []);
        let mut first = new();
        first.write(&texts(&[("box", "a"), ("z-guest", "a"), ("z-office", "a")])).unwrap();
        let all = [("box", "restart"), ("z-guest", "restart"), ("z-office", "restart")];
        assert_eq!(due(&first), all);
        // A new run of ours: what stood there before is known by its file.
        let mut second = new();
        second.write(&texts(&[("box", "a"), ("z-office", "b")])).unwrap();
        let changed = [("box", "start"), ("z-guest", "stop"), ("z-office", "restart")];
        assert_eq!(due(&second), changed);
        // The zone is there again before it was stopped, and what is due already stays.
        second.write(&texts(&[("box", "a"), ("z-guest", "b"), ("z-office", "b")])).unwrap();
        assert_eq!(
            due(&second),
            [("box", "start"), ("z-guest", "restart"), ("z-office", "restart")]
        );
    }
}
