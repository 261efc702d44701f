//! All live records of one table, decrypted, in memory.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

use hashbrown::HashTable;
use seal::{RecordId, Version};

use crate::arena::Arena;
use crate::bits::Bits;
use crate::field::{Cell, Field, Kind, Row};
use crate::fold::{fold, fold_phone};
use crate::key::key;
use crate::order::{Order, compare};
use crate::phonetic;

/// A resident table. Reads never touch the disk; one writer changes it.
#[derive(Debug)]
pub struct Table<R> {
    slots: Vec<Option<Live<R>>>,
    free: Vec<u32>,
    hasher: RandomState,
    /// Slots by the id in them: with the ids once more it would be four times as large.
    by_id: HashTable<u32>,
    pub(crate) live: Bits,
    columns: Vec<Column>,
}

/// One live row.
#[derive(Debug)]
pub(crate) struct Live<R> {
    pub(crate) id: RecordId,
    pub(crate) version: Version,
    pub(crate) row: R,
}

/// What is kept of one field for all rows.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) field: Field,
    /// Folded text.
    pub(crate) text: Arena,
    /// Its sound, where it has one.
    pub(crate) sound: Arena,
    /// Order by this field, once somebody asked for it.
    order: OnceLock<Order>,
}

impl<R: Row> Default for Table<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R: Row> Table<R> {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        let column = |field: &Field| Column {
            field: *field,
            text: Arena::default(),
            sound: Arena::default(),
            order: OnceLock::new(),
        };
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            hasher: RandomState::new(),
            by_id: HashTable::new(),
            live: Bits::default(),
            columns: R::fields().iter().map(column).collect(),
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Has it no row?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// One row with its version, unmasked: for rules, and for readers through
    /// [`crate::FieldMask::applied`].
    #[must_use]
    pub fn get(&self, id: RecordId) -> Option<(Version, &R)> {
        let live = self.at(self.slot(id)?)?;
        Some((live.version, &live.row))
    }

    /// All rows in no particular order, unmasked: for rules.
    pub fn iter(&self) -> impl Iterator<Item = (RecordId, Version, &R)> {
        self.slots.iter().flatten().map(|live| (live.id, live.version, &live.row))
    }

    /// Puts a row in, or in place of its former self.
    pub fn put(&mut self, id: RecordId, version: Version, row: R) {
        self.remove(id);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            // Ids of rows fit memory long before they fit 32 bits.
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        });
        for column in &mut self.columns {
            column.write(slot, &row);
        }
        if let Some(place) = self.slots.get_mut(slot as usize) {
            *place = Some(Live { id, version, row });
        }
        let Self { slots, hasher, by_id, .. } = self;
        let hash = |slot: &u32| hasher.hash_one(id_in(slots, *slot));
        by_id.insert_unique(hasher.hash_one(Some(id)), slot, hash);
        self.live.set(slot);
        self.reorder(slot, Order::insert);
    }

    /// Takes a row out.
    pub fn remove(&mut self, id: RecordId) -> Option<R> {
        let Self { slots, hasher, by_id, .. } = self;
        let is = |slot: &u32| id_in(slots, *slot) == Some(id);
        let (slot, _) = by_id.find_entry(hasher.hash_one(Some(id)), is).ok()?.remove();
        self.reorder(slot, Order::remove);
        self.live.unset(slot);
        for column in &mut self.columns {
            column.text.clear(slot);
            column.sound.clear(slot);
        }
        self.free.push(slot);
        self.slots.get_mut(slot as usize)?.take().map(|live| live.row)
    }

    /// Gives back what loading left over, and makes the orders that the first lists will ask for.
    pub fn settle(&mut self, warm: &[u32]) {
        self.slots.shrink_to_fit();
        for column in &mut self.columns {
            column.text.shrink();
            column.sound.shrink();
        }
        for field in warm {
            self.order(*field);
        }
    }

    fn slot(&self, id: RecordId) -> Option<u32> {
        let is = |slot: &u32| id_in(&self.slots, *slot) == Some(id);
        self.by_id.find(self.hasher.hash_one(Some(id)), is).copied()
    }

    pub(crate) fn at(&self, slot: u32) -> Option<&Live<R>> {
        self.slots.get(slot as usize)?.as_ref()
    }

    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub(crate) fn column(&self, field: u32) -> Option<&Column> {
        self.columns.iter().find(|column| column.field.id == field)
    }

    /// The order by a field, made now if nobody asked before.
    pub(crate) fn order(&self, field: u32) -> Option<&Order> {
        let column = self.column(field)?;
        Some(column.order.get_or_init(|| {
            Order::build(self.by_id.iter().filter_map(|slot| {
                let live = self.at(*slot)?;
                Some((*slot, live.id, key(column.field.kind, live.row.cell(field))))
            }))
        }))
    }

    /// Puts a slot into, or takes it out of, every order that exists. The row is in its slot.
    fn reorder(&mut self, slot: u32, change: impl Fn(&mut Order, u32, bool, &dyn Fn(u32) -> bool)) {
        let (slots, columns) = (&self.slots, &mut self.columns);
        let at = |slot: u32| slots.get(slot as usize).and_then(Option::as_ref);
        let Some(this) = at(slot) else { return };
        for column in columns {
            let Field { id, kind, .. } = column.field;
            let Some(order) = column.order.get_mut() else { continue };
            let mine = key(kind, this.row.cell(id));
            let before = |other: u32| {
                at(other).is_some_and(|other| {
                    let theirs = key(kind, other.row.cell(id));
                    compare((theirs.as_deref(), other.id), (mine.as_deref(), this.id)).is_lt()
                })
            };
            change(order, slot, mine.is_some(), &before);
        }
    }
}

fn id_in<R>(slots: &[Option<Live<R>>], slot: u32) -> Option<RecordId> {
    slots.get(slot as usize)?.as_ref().map(|live| live.id)
}

impl Column {
    fn write<R: Row>(&mut self, slot: u32, row: &R) {
        let Cell::Text(text) = row.cell(self.field.id) else { return };
        if !self.field.kind.is_text() {
            return;
        }
        self.text.set(slot, folded(self.field.kind, text).as_bytes());
        if self.field.kind.has_pinyin() {
            self.sound.set(slot, &phonetic::encode(text, self.field.kind == Kind::Name));
        }
    }
}

/// Text as the column of this kind keeps it.
pub(crate) fn folded(kind: Kind, text: &str) -> String {
    if kind == Kind::Phone { fold_phone(text) } else { fold(text) }
}
