//! The power is cut at every step of saving, and of what was not synced anything may be lost or
//! torn: afterwards the old document is in force or the new one, never neither.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;

use host_api::SettingsSource;
use settings::Settings;

use super::directory::Directory;
use super::{CONFIRMED, PREVIOUS, Place, Store};

type Inode = usize;

#[derive(Clone, Debug)]
enum Change {
    Name(String, Inode),
    Rename(String, String),
    Remove(String),
}

/// Names and contents, each as they are on the disk and as the programs see them.
#[derive(Clone, Default)]
struct Disk {
    names: BTreeMap<String, Inode>,
    seen_names: BTreeMap<String, Inode>,
    changes: Vec<Change>,
    contents: Vec<Vec<u8>>,
    seen_contents: Vec<Vec<u8>>,
}

#[derive(Default)]
struct Cut {
    disk: RefCell<Disk>,
    steps: Cell<usize>,
    /// The power goes before this step.
    at: Option<usize>,
}

fn apply(names: &mut BTreeMap<String, Inode>, change: &Change) {
    match change {
        Change::Name(name, inode) => {
            names.insert(name.clone(), *inode);
        }
        Change::Rename(from, to) => {
            if let Some(inode) = names.remove(from) {
                names.insert(to.clone(), inode);
            }
        }
        Change::Remove(name) => {
            names.remove(name);
        }
    }
}

impl Disk {
    fn change(&mut self, change: Change) {
        apply(&mut self.seen_names, &change);
        self.changes.push(change);
    }

    /// Everything that the disk may hold after the power went.
    fn outcomes(&self) -> Vec<Self> {
        let mut outcomes = Vec::new();
        for subset in 0..1usize << self.changes.len() {
            for torn in 0..3 {
                let mut names = self.names.clone();
                for (at, change) in self.changes.iter().enumerate() {
                    if subset & (1 << at) != 0 {
                        apply(&mut names, change);
                    }
                }
                let mut contents = self.contents.clone();
                for (on_disk, seen) in contents.iter_mut().zip(&self.seen_contents) {
                    if on_disk != seen {
                        match torn {
                            0 => {}
                            1 => *on_disk = seen[..seen.len() / 2].to_vec(),
                            _ => *on_disk = seen.clone(),
                        }
                    }
                }
                outcomes.push(Self {
                    seen_names: names.clone(),
                    names,
                    changes: Vec::new(),
                    seen_contents: contents.clone(),
                    contents,
                });
            }
        }
        outcomes
    }
}

impl Cut {
    fn on(disk: Disk, at: Option<usize>) -> Self {
        Self { disk: RefCell::new(disk), steps: Cell::new(0), at }
    }

    fn step(&self) -> io::Result<()> {
        if Some(self.steps.get()) == self.at {
            return Err(io::Error::other("the power is cut"));
        }
        self.steps.set(self.steps.get() + 1);
        Ok(())
    }

    fn inode(&self, name: &str) -> io::Result<Inode> {
        self.disk.borrow().seen_names.get(name).copied().ok_or(io::ErrorKind::NotFound.into())
    }
}

impl Directory for &Cut {
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let inode = self.inode(name)?;
        Ok(self.disk.borrow().seen_contents[inode].clone())
    }

    fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        self.step()?;
        let found = self.inode(name);
        let mut disk = self.disk.borrow_mut();
        let inode = found.unwrap_or_else(|_| {
            disk.contents.push(Vec::new());
            disk.seen_contents.push(Vec::new());
            let inode = disk.contents.len() - 1;
            disk.change(Change::Name(name.to_owned(), inode));
            inode
        });
        disk.seen_contents[inode] = content.to_vec();
        Ok(())
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        self.step()?;
        let inode = self.inode(name)?;
        let mut disk = self.disk.borrow_mut();
        disk.contents[inode] = disk.seen_contents[inode].clone();
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.step()?;
        // Two names of one file: nothing happens (rename(2)).
        if self.inode(from)? != self.inode(to).unwrap_or(Inode::MAX) {
            self.disk.borrow_mut().change(Change::Rename(from.to_owned(), to.to_owned()));
        }
        Ok(())
    }

    fn link(&self, from: &str, to: &str) -> io::Result<()> {
        self.step()?;
        if self.inode(to).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let inode = self.inode(from)?;
        self.disk.borrow_mut().change(Change::Name(to.to_owned(), inode));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.step()?;
        self.inode(name)?;
        self.disk.borrow_mut().change(Change::Remove(name.to_owned()));
        Ok(())
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.step()?;
        let mut disk = self.disk.borrow_mut();
        disk.names = disk.seen_names.clone();
        disk.changes.clear();
        Ok(())
    }
}

/// Settings that differ in one number.
fn document(host: u16) -> Settings {
    let mut settings =
        settings::parse(include_bytes!("../../../settings/tests/example.json")).unwrap();
    settings.crm.host = host;
    settings.validate().unwrap();
    settings
}

fn save(cut: &Cut, settings: &Settings) -> Result<(), super::StoreError> {
    let store = Store::new(cut);
    store.prepare(settings, Place::Candidate)?;
    store.promote(Place::Candidate)
}

fn host(disk: &Disk) -> Option<u16> {
    let cut = Cut::on(disk.clone(), None);
    Store::new(&cut).load().settings.map(|settings| settings.crm.host)
}

/// All disks that a cut somewhere during the save can leave, and whether it had been acknowledged.
fn cuts(before: &Disk, settings: &Settings) -> Vec<(Disk, bool)> {
    let mut left = Vec::new();
    for at in 0.. {
        let cut = Cut::on(before.clone(), Some(at));
        let saved = save(&cut, settings).is_ok();
        left.extend(cut.disk.borrow().outcomes().into_iter().map(|disk| (disk, saved)));
        if saved {
            return left;
        }
    }
    left
}

#[test]
fn one_of_both_documents_is_there_after_every_cut() {
    let mut seen = 0;
    // The first save, a save over it, and saves on every disk that a cut one left behind.
    let (first, second, third) = (document(11), document(12), document(13));
    for (disk, saved) in cuts(&Disk::default(), &first) {
        assert!(host(&disk) == Some(11) || (!saved && host(&disk).is_none()));
    }
    let cut = Cut::on(Disk::default(), None);
    save(&cut, &first).unwrap();
    let disk = cut.disk.borrow().clone();
    for (disk, saved) in cuts(&disk, &second) {
        let found = host(&disk);
        assert!(found == Some(12) || (!saved && found == Some(11)), "{found:?}");
        let before = found;
        for (disk, saved) in cuts(&disk, &third) {
            let found = host(&disk);
            assert!(found == Some(13) || (!saved && found == before), "{found:?}");
            seen += 1;
        }
    }
    assert!(seen > 500, "{seen}");
}

#[test]
fn a_flipped_bit_gives_the_former_document_and_says_so() {
    let cut = Cut::default();
    save(&cut, &document(11)).unwrap();
    save(&cut, &document(12)).unwrap();
    let good = cut.disk.borrow().clone();
    let inode = good.names[CONFIRMED];
    for bit in 0..good.contents[inode].len() * 8 {
        let mut disk = good.clone();
        disk.seen_contents[inode][bit / 8] ^= 1 << (bit % 8);
        let broken = Cut::on(disk, None);
        let loaded = Store::new(&broken).load();
        assert_eq!(loaded.source, SettingsSource::Previous);
        assert_eq!(loaded.settings.unwrap().crm.host, 11);
        assert_eq!(loaded.notices[0].code, "previous_used");
    }
}

#[test]
fn a_damaged_document_never_replaces_the_former_one() {
    let cut = Cut::default();
    save(&cut, &document(11)).unwrap();
    save(&cut, &document(12)).unwrap();
    let inode = cut.disk.borrow().names[CONFIRMED];
    cut.disk.borrow_mut().seen_contents[inode].truncate(200);
    save(&cut, &document(13)).unwrap();
    let disk = cut.disk.borrow().clone();
    assert_eq!(host(&disk), Some(13));
    let mut without = disk;
    without.seen_names.remove(CONFIRMED);
    assert_eq!(host(&without), Some(11));
}

#[test]
fn the_first_document_has_a_second_copy_behind_it() {
    let cut = Cut::default();
    save(&cut, &document(11)).unwrap();
    let inode = cut.disk.borrow().names[CONFIRMED];
    cut.disk.borrow_mut().seen_contents[inode].truncate(200);
    let loaded = Store::new(&cut).load();
    assert_eq!(loaded.source, SettingsSource::Previous);
    assert_eq!(loaded.settings.unwrap().crm.host, 11);
}

#[test]
fn both_damaged_is_said_and_never_taken_for_a_new_box() {
    let cut = Cut::default();
    save(&cut, &document(11)).unwrap();
    save(&cut, &document(12)).unwrap();
    for name in [CONFIRMED, PREVIOUS] {
        let inode = cut.disk.borrow().names[name];
        cut.disk.borrow_mut().seen_contents[inode].clear();
    }
    let loaded = Store::new(&cut).load();
    assert_eq!(loaded.source, SettingsSource::Factory);
    assert_eq!(loaded.notices[0].code, "settings_lost");
}

#[test]
fn a_new_box_has_nothing_to_say() {
    let cut = Cut::default();
    let loaded = Store::new(&cut).load();
    assert!(loaded.settings.is_none() && loaded.notices.is_empty());
}
