//! Names that are not answered: the lists that are held, what dnsmasq is told of them, and what it refused
//! lately.

mod lately;
mod lists;
mod log;
mod upload;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use blocklist::{Mine, Verdict};
use host_api::blocking::{ListPiece, NameInZone, WhyBlocked, ZoneBlocking};
use network::blocking::{Group, NAMES};
use settings::{DomainName, Settings};

pub use lately::Lately;
pub use lists::{ListError, Lists};
pub use log::{Refused, listen};

use crate::files::{self, Readers};
use crate::store::directory::Real;
use upload::Upload;

/// Most names of all groups together: dnsmasq takes 90 MB for them.
const MAX_TOLD: usize = 1_000_000;

/// All of it.
pub struct Blocking {
    /// Where dnsmasq finds its names.
    directory: PathBuf,
    /// What is held.
    pub lists: Lists,
    /// What was refused.
    pub lately: Lately,
    upload: Option<Upload>,
    told: BTreeMap<String, Told>,
}

/// What a group's instance was told.
struct Told {
    of: Made,
    /// SHA-256 of its names.
    names: String,
    count: usize,
    spared: Vec<String>,
}

/// What that is made of.
#[derive(PartialEq, Eq)]
struct Made {
    /// Lists, by their name and the SHA-256 of their text.
    lists: Vec<(String, String)>,
    /// Names of lists that there is no room for.
    no_room: Vec<String>,
    own: Own,
}

impl Blocking {
    /// What was kept.
    pub fn open(state: &Real, directory: PathBuf) -> Self {
        let (lists, lately) = (Lists::open(state), Lately::new());
        Self { directory, lists, lately, upload: None, told: BTreeMap::new() }
    }

    /// Where dnsmasq finds its names.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Writes what the groups of the settings block; by instance, what its names are.
    /// What cannot be written stays as it is.
    pub fn prepare(&mut self, settings: &Settings) -> BTreeMap<String, String> {
        let mut room = MAX_TOLD;
        let mut told = BTreeMap::new();
        for group in network::blocking::groups(settings) {
            let of = self.made(settings, &group, room);
            let former = self.told.remove(&group.instance);
            let now = match former {
                Some(former) if former.of == of => former,
                former => match (self.merged(&group, of), former) {
                    (Ok(now), _) => now,
                    (Err(error), former) => {
                        tracing::error!(%error, instance = group.instance, "not written");
                        let Some(former) = former else { continue };
                        former
                    }
                },
            };
            room = room.saturating_sub(now.count);
            told.insert(group.instance, now);
        }
        self.told = told;
        if let Err(error) = self.remove_others() {
            tracing::warn!(%error, "left over");
        }
        self.told.iter().map(|(name, told)| (name.clone(), told.names.clone())).collect()
    }

    /// What a group is to be told, when there is room for so many names.
    fn made(&self, settings: &Settings, group: &Group<'_>, room: usize) -> Made {
        let held = group.lists.iter().filter_map(|title| {
            let list = self.lists.get(settings.blocking.lists.get(title)?.as_str())?;
            Some(((title.to_string(), list.sha256.clone()), list.names))
        });
        let (lists, rest) = blocklist::fitting(held, room);
        let no_room = rest.into_iter().map(|(name, _)| name).collect();
        Made { lists, no_room, own: Own::of(settings) }
    }

    fn merged(&mut self, group: &Group<'_>, of: Made) -> io::Result<Told> {
        let texts: Vec<String> =
            of.lists.iter().filter_map(|(_, sha256)| self.lists.text(sha256)).collect();
        let lists: Vec<&str> = texts.iter().map(String::as_str).collect();
        let merged = of.own.with(|mine| blocklist::merge(&lists, mine));
        let file = self.directory.join(format!("{}.{NAMES}", group.instance));
        files::put(&file, &merged.text, Readers::All)?;
        self.lately.forget_why();
        Ok(Told {
            of,
            names: lists::digest(merged.text.as_bytes()),
            count: merged.names,
            spared: merged.spared.into_iter().take(ZoneBlocking::MAX_SPARED).collect(),
        })
    }

    /// Names of instances that there are no more.
    fn remove_others(&self) -> io::Result<()> {
        let Ok(files) = self.directory.read_dir() else { return Ok(()) };
        for file in files {
            let path = file?.path();
            let of = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            if path.extension().is_some_and(|end| end == NAMES) && !self.told.contains_key(of) {
                files::remove(&path)?;
            }
        }
        Ok(())
    }

    /// Takes a piece of a list; whether it was the last, and the list is held now.
    pub fn take(&mut self, piece: ListPiece, settings: &Settings) -> Result<bool, ListError> {
        if !is_known(settings, &piece.address) {
            self.upload = None;
            return Err(ListError::Unknown);
        }
        let upload = Upload::with(self.upload.take(), piece)?;
        if !upload.is_whole() {
            self.upload = Some(upload);
            return Ok(false);
        }
        self.lists.take(upload.into_whole().ok_or(ListError::Broken)?)?;
        Ok(true)
    }

    /// A list is as it is held.
    pub fn is_same(&mut self, address: &str, settings: &Settings) -> Result<(), ListError> {
        if is_known(settings, address) {
            self.lists.checked(address)
        } else {
            Err(ListError::Unknown)
        }
    }

    /// Forgets lists that the settings do not name any more, and a list that nobody finishes.
    pub fn tidy(&mut self, settings: &Settings, all: bool) {
        if self.upload.as_ref().is_some_and(Upload::is_over) {
            self.upload = None;
        }
        if all {
            self.lists.retain(|address| is_known(settings, address));
        }
    }

    /// What is blocked by zone; `down` says whether an instance does not run.
    pub fn zones(&self, settings: &Settings, down: impl Fn(&str) -> bool) -> Vec<ZoneBlocking> {
        let mut zones = Vec::new();
        for group in network::blocking::groups(settings) {
            let Some(told) = self.told.get(&group.instance) else { continue };
            zones.extend(group.zones.iter().map(|zone| ZoneBlocking {
                zone: zone.to_string(),
                names: u32::try_from(told.count).unwrap_or(u32::MAX),
                spared: told.spared.clone(),
                no_room: told.of.no_room.clone(),
                down: down(&group.instance),
            }));
        }
        zones
    }

    /// What becomes of a name in each zone in which names are blocked.
    pub fn judged(&self, name: &DomainName, settings: &Settings) -> Vec<NameInZone> {
        let mut all = Vec::new();
        for group in network::blocking::groups(settings) {
            let why = self.why(name.as_str(), &group, &mut BTreeMap::new());
            let one = |zone: &&settings::ZoneName| NameInZone {
                zone: zone.to_string(),
                why: why.clone(),
            };
            all.extend(group.zones.iter().map(one));
        }
        all.sort_by(|one, other| one.zone.cmp(&other.zone));
        all
    }

    /// By what the group's instance was told; `read` keeps texts that were read.
    fn why(
        &self,
        name: &str,
        group: &Group<'_>,
        read: &mut BTreeMap<String, String>,
    ) -> WhyBlocked {
        let Some(told) = self.told.get(&group.instance) else { return WhyBlocked::Not };
        let Made { lists, own, .. } = &told.of;
        for (_, sha256) in lists {
            if !read.contains_key(sha256) {
                read.insert(sha256.clone(), self.lists.read(sha256).unwrap_or_default());
            }
        }
        let texts: Vec<&str> = lists
            .iter()
            .map(|(_, sha256)| read.get(sha256).map(String::as_str).unwrap_or_default())
            .collect();
        match own.with(|mine| blocklist::judge(name, &texts, mine)) {
            Verdict::Passes => WhyBlocked::Not,
            Verdict::Allowed(name) => WhyBlocked::Allowed(name),
            Verdict::Needed(name) => WhyBlocked::Needed(name),
            Verdict::Own(name) => WhyBlocked::Own(name),
            Verdict::Listed(found) => WhyBlocked::Lists(
                found
                    .into_iter()
                    .filter_map(|(at, name)| Some((lists.get(at)?.0.clone(), name)))
                    .collect(),
            ),
        }
    }

    /// What was blocked lately, and why.
    pub fn lately(&mut self, settings: &Settings) -> Vec<host_api::blocking::BlockedName> {
        let mut lately = std::mem::take(&mut self.lately);
        let groups = network::blocking::groups(settings);
        let mut read = BTreeMap::new();
        lately.explain(|zone, name| {
            let group =
                groups.iter().find(|group| group.zones.iter().any(|it| it.as_str() == zone));
            group.map_or(WhyBlocked::Not, |group| self.why(name, group, &mut read))
        });
        let told = lately.told();
        self.lately = lately;
        told
    }
}

fn is_known(settings: &Settings, address: &str) -> bool {
    settings.blocking.lists.values().any(|list| list.as_str() == address)
}

/// What the settings say beside the lists.
#[derive(PartialEq, Eq)]
struct Own {
    block: BTreeSet<String>,
    allow: BTreeSet<String>,
    needed: BTreeSet<String>,
}

impl Own {
    fn of(settings: &Settings) -> Self {
        let names = |of: &BTreeSet<DomainName>| of.iter().map(ToString::to_string).collect();
        Self {
            block: names(&settings.blocking.block),
            allow: names(&settings.blocking.allow),
            needed: settings.needed_names().into_iter().map(str::to_owned).collect(),
        }
    }

    fn with<T>(&self, work: impl FnOnce(Mine<'_>) -> T) -> T {
        fn all(of: &BTreeSet<String>) -> BTreeSet<&str> {
            of.iter().map(String::as_str).collect()
        }
        let (block, allow, needed) = (all(&self.block), all(&self.allow), all(&self.needed));
        work(Mine { block: &block, allow: &allow, needed: &needed })
    }
}
