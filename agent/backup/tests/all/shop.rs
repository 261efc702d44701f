//! A store as the vault has it (decision 0002, Engine), with noise for sealed bytes; and where its
//! copies go.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use backup::{
    Change, Copied, Directory, Extent, Kind, Names, Object, OpenError, Page, Password, Repository,
    Restic, Since, Source, SourceError, Target, TargetError,
};

/// Noise that is the same at each run.
#[derive(Clone, Debug)]
pub struct Noise(pub u64);

impl Noise {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }

    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap()
    }
}

pub type State = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Debug)]
pub struct Shop {
    pub state: State,
    pub noise: Noise,
    kept: Option<Vec<Change>>,
    seq: u64,
    /// Edits that people make between two pages of a copy.
    pub busy: usize,
    /// From this page on the disk does not read.
    pub broken_from: Option<usize>,
    pages: usize,
    /// It does not keep what is changed.
    pub loses: bool,
    /// Items of a page.
    pub page: usize,
}

fn contact(id: &[u8]) -> Vec<u8> {
    [&[0x10, 0, 16], id, &[0, 0]].concat()
}

impl Shop {
    /// With so many contacts of about so many bytes, entered over three years.
    pub fn new(contacts: usize, size: usize) -> Self {
        let (noise, state) = (Noise(0x00C0_FFEE_1234_5678), State::new());
        let (kept, seq, busy, broken_from, pages, page) = (None, 0, 0, None, 0, 900);
        let loses = false;
        let mut shop = Self { state, noise, kept, seq, busy, broken_from, pages, loses, page };
        for number in 0..contacts {
            let time = 1_700_000_000_000 + number as u64 * 94_608_000_000 / contacts.max(1) as u64;
            shop.enter(time, size);
        }
        shop
    }

    fn enter(&mut self, time: u64, size: usize) {
        let id = [&time.to_be_bytes()[2..], &self.noise.bytes(10)].concat();
        let length = 144 + (self.noise.below(2 * size - 250) / 64) * 64;
        let sealed = self.noise.bytes(length);
        self.set(contact(&id), Some(sealed));
    }

    fn set(&mut self, place: Vec<u8>, sealed: Option<Vec<u8>>) {
        if let Some(kept) = &mut self.kept {
            kept.push((place.clone(), sealed.clone()));
        }
        match sealed {
            Some(sealed) => self.state.insert(place, sealed),
            None => self.state.remove(&place),
        };
    }

    pub fn contacts(&self) -> Vec<Vec<u8>> {
        self.state.range(vec![0x10]..vec![0x11]).map(|(place, _)| place.clone()).collect()
    }

    /// What the vault writes for one act: the record, its former version, the log, the head.
    pub fn edit(&mut self, place: &[u8]) {
        self.seq += 1;
        let seq = self.seq.to_be_bytes();
        let former = self.state.get(place).unwrap().clone();
        // Most edits leave the padded length as it was.
        let length = if self.noise.below(4) == 0 { former.len() + 64 } else { former.len() };
        let (new, entry) = (self.noise.bytes(length.min(5_200)), self.noise.bytes(90));
        let (part, head) = (self.noise.bytes(464), self.noise.bytes(208));
        self.set(place.to_vec(), Some(new));
        self.set([&[0x11][..], &seq, &[0, 0, 0, 0]].concat(), Some(former));
        self.set([&[0x12][..], &seq].concat(), Some(entry));
        self.set([&[0x13][..], &seq, &[0, 0]].concat(), Some(part));
        self.set(vec![1, 0], Some(head));
    }

    /// Contacts that are edited, deleted and entered.
    pub fn work(&mut self, edits: usize) {
        let contacts = self.contacts();
        for number in 0..edits {
            let place = contacts[self.noise.below(contacts.len())].clone();
            if !self.state.contains_key(&place) {
                continue;
            }
            match number % 10 {
                8 => self.set(place, None),
                9 => self.enter(1_800_000_000_000 + number as u64, 1_100),
                _ => self.edit(&place),
            }
        }
    }

    /// Edits of so many contacts, anywhere.
    pub fn edits(&mut self, edits: usize) {
        let contacts = self.contacts();
        for _ in 0..edits {
            let place = contacts[self.noise.below(contacts.len())].clone();
            self.edit(&place);
        }
    }
}

impl Source for Shop {
    fn begin(&mut self) -> Result<(), SourceError> {
        self.kept = Some(Vec::new());
        self.pages = 0;
        Ok(())
    }

    fn page(&mut self, from: &[u8]) -> Result<Page, SourceError> {
        self.pages += 1;
        if self.broken_from.is_some_and(|page| self.pages >= page) {
            return Err("the disk does not read".into());
        }
        let mut items = self.state.range(from.to_vec()..);
        let page: Vec<_> =
            items.by_ref().take(self.page).map(|(a, b)| (a.clone(), b.clone())).collect();
        let next = items.next().map(|(place, _)| place.clone());
        self.work(self.busy);
        Ok(Page { items: page, next })
    }

    fn since(&mut self) -> Result<Since, SourceError> {
        if self.loses {
            self.kept = None;
        }
        Ok(self.kept.as_mut().map_or(Since::Lost, |kept| Since::Changes(std::mem::take(kept))))
    }
}

/// All of a copy, applied.
pub fn restored(
    repository: &dyn Repository,
    copy: backup::Id,
) -> Result<State, backup::RestoreError> {
    let mut state = State::new();
    repository.restore(copy, &mut |changes| {
        for (place, sealed) in changes {
            match sealed {
                Some(sealed) => state.insert(place, sealed),
                None => state.remove(&place),
            };
        }
        Ok(())
    })?;
    Ok(state)
}

pub fn password() -> Password {
    Password::new("a recovery sheet's 160 bits".to_owned())
}

pub fn names() -> Names {
    Names { host: "gatehouse".to_owned(), store: "/gatehouse/crm".to_owned(), sheet: None }
}

/// A clock that every look moves on by a second.
pub fn clock() -> Arc<backup::Clock> {
    let now = AtomicU64::new(1_796_000_000_000);
    Arc::new(move || now.fetch_add(1_000, Ordering::SeqCst))
}

pub fn disk(path: &Path) -> Arc<dyn Target> {
    Arc::new(Directory::open(path).unwrap())
}

pub fn create(target: Arc<dyn Target>) -> Result<Restic, OpenError> {
    Restic::create(target, &password(), names(), clock())
}

pub fn open(target: Arc<dyn Target>) -> Result<Restic, OpenError> {
    Restic::open(target, &password(), names(), clock())
}

pub fn whole(repository: &mut Restic, shop: &mut Shop) -> Copied {
    repository.copy(Extent::Whole, shop).unwrap()
}

/// What a target does at one of its writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The power goes before anything is written.
    Before,
    /// The power goes when the object is there, before the answer.
    After,
    /// It is full from then on, but for short ones.
    Full,
}

/// A disk with an accident at its n-th write. After a cut nothing answers.
#[derive(Debug)]
pub struct Accident {
    pub disk: Arc<dyn Target>,
    pub at: At,
    pub write: AtomicU64,
    pub writes: AtomicU64,
    pub bytes: AtomicU64,
}

impl Accident {
    pub fn new(path: &Path, at: At, write: u64) -> Arc<Self> {
        let (disk, write) = (disk(path), AtomicU64::new(write));
        let (writes, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        Arc::new(Self { disk, at, write, writes, bytes })
    }

    pub fn there_is_room(&self) {
        self.write.store(u64::MAX, Ordering::SeqCst);
    }

    fn alive(&self) -> Result<(), TargetError> {
        let cut = self.at != At::Full
            && self.writes.load(Ordering::SeqCst) >= self.write.load(Ordering::SeqCst);
        let gone = || TargetError::Unreachable(std::io::ErrorKind::TimedOut.into());
        if cut { Err(gone()) } else { Ok(()) }
    }
}

impl Target for Accident {
    fn list(&self, kind: Kind) -> Result<Vec<(Object, u64)>, TargetError> {
        self.alive()?;
        self.disk.list(kind)
    }

    fn read(&self, object: Object, range: Option<(u64, u64)>) -> Result<Vec<u8>, TargetError> {
        self.alive()?;
        self.disk.read(object, range)
    }

    fn write(&self, object: Object, bytes: &[u8]) -> Result<(), TargetError> {
        self.alive()?;
        let number = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        if number >= self.write.load(Ordering::SeqCst) {
            match self.at {
                At::Before => return self.alive(),
                At::After => {}
                At::Full if bytes.len() < 1_000 => {}
                At::Full => {
                    let full = std::io::ErrorKind::StorageFull.into();
                    return Err(TargetError::Full(full));
                }
            }
        }
        self.disk.write(object, bytes)?;
        self.bytes.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        self.alive()
    }

    fn remove(&self, object: Object) -> Result<(), TargetError> {
        self.alive()?;
        self.disk.remove(object)
    }
}
