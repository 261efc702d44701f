//! Sends blobs: each once, in packs, and the packs' index. Order: packs, index, and last the
//! snapshot, so that whatever is at the target is whole at any cut.

use std::collections::HashSet;

use crate::cipher::Key;
use crate::document::{self, Snapshot};
use crate::index::{Index, IndexFile};
use crate::lock::Held;
use crate::object::{Id, Kind, Object};
use crate::pack::{BlobKind, Pack, Packer};
use crate::repository::CopyError;
use crate::restic::{Clock, Names};
use crate::target::Target;

/// An index file after so many packs: what a cut leaves without one is found by its headers.
const PACKS: usize = 8;

/// Where things go, and what is on the way.
pub struct Writing<'a> {
    /// The target.
    pub target: &'a dyn Target,
    /// The master key.
    pub key: &'a Key,
    /// What the target has.
    pub index: &'a mut Index,
    /// Packs that are there and in no index file yet.
    pub unlisted: &'a mut IndexFile,
    /// Which box.
    pub host: &'a str,
    /// The time.
    pub clock: &'a Clock,
    lock: Held,
    data: Packer,
    trees: Packer,
    on_the_way: HashSet<Id>,
    /// Bytes sent.
    pub sent: u64,
    /// Objects sent.
    pub objects: u64,
    /// Blobs that were not there.
    pub new: u64,
}

impl<'a> Writing<'a> {
    /// Begins, under a lock.
    pub fn new(
        target: &'a dyn Target,
        key: &'a Key,
        (index, unlisted): (&'a mut Index, &'a mut IndexFile),
        host: &'a str,
        clock: &'a Clock,
        lock: Held,
    ) -> Self {
        Self {
            target,
            key,
            index,
            unlisted,
            host,
            clock,
            lock,
            data: Packer::new(BlobKind::Data),
            trees: Packer::new(BlobKind::Tree),
            on_the_way: HashSet::new(),
            sent: 0,
            objects: 0,
            new: 0,
        }
    }

    /// Sees to it that the target gets this blob.
    pub fn blob(&mut self, kind: BlobKind, text: &[u8]) -> Result<Id, CopyError> {
        let id = Id::of(text);
        if self.on_the_way.contains(&id) || self.index.find(kind, id).is_some() {
            return Ok(id);
        }
        self.new += 1;
        self.on_the_way.insert(id);
        let packer = match kind {
            BlobKind::Data => &mut self.data,
            BlobKind::Tree => &mut self.trees,
        };
        packer.add(id, text, self.key)?;
        if packer.is_full()
            && let Some(pack) = packer.close(self.key)?
        {
            self.send(&pack)?;
        }
        Ok(id)
    }

    /// Sends what is left, and the index of it.
    pub fn finish(&mut self) -> Result<(), CopyError> {
        if let Some(pack) = self.data.close(self.key)? {
            self.send(&pack)?;
        }
        if let Some(pack) = self.trees.close(self.key)? {
            self.send(&pack)?;
        }
        self.list()
    }

    fn send(&mut self, pack: &Pack) -> Result<(), CopyError> {
        self.lock.renew(self.target, self.key, self.host, (self.clock)())?;
        self.put(Object::Named(Kind::Pack, pack.id), &pack.bytes)?;
        self.unlisted.add(pack.id, &pack.entries);
        self.index.add(pack.id, &pack.entries);
        for entry in &pack.entries {
            self.on_the_way.remove(&entry.id);
        }
        if self.unlisted.len() >= PACKS { self.list() } else { Ok(()) }
    }

    fn list(&mut self) -> Result<(), CopyError> {
        if !self.unlisted.is_empty() {
            let sealed = document::seal(self.unlisted, self.key)?;
            self.put(Object::Named(Kind::Index, Id::of(&sealed)), &sealed)?;
            *self.unlisted = IndexFile::default();
        }
        Ok(())
    }

    /// Sends the snapshot, which is the copy; its name.
    pub fn snapshot(
        &mut self,
        names: &Names,
        parent: Option<Id>,
        tree: Id,
        tags: Vec<String>,
    ) -> Result<Id, CopyError> {
        let snapshot = Snapshot {
            time: document::written((self.clock)()),
            parent,
            tree,
            paths: vec![names.store.clone()],
            hostname: names.host.clone(),
            username: String::new(),
            tags: Some(tags),
            program_version: concat!("gatehouse ", env!("CARGO_PKG_VERSION")).to_owned(),
        };
        let sealed = document::seal(&snapshot, self.key)?;
        let id = Id::of(&sealed);
        self.put(Object::Named(Kind::Snapshot, id), &sealed)?;
        Ok(id)
    }

    /// Sends one object.
    pub fn put(&mut self, object: Object, bytes: &[u8]) -> Result<(), CopyError> {
        self.target.write(object, bytes)?;
        self.sent += bytes.len() as u64;
        self.objects += 1;
        Ok(())
    }

    /// Ends it, and leaves it locked.
    pub fn into_lock(self) -> Held {
        self.lock
    }

    /// Unlocks.
    pub fn release(self) {
        self.lock.release(self.target);
    }
}
