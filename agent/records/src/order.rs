//! Slots of a table in the order of one field: 4 bytes a row, made at first use, then kept.

use std::cmp::Ordering;

use seal::RecordId;

/// Place of a row in an order: key (rows without one last), then id.
pub(crate) type Place<'a> = (Option<&'a [u8]>, RecordId);

/// Slots in ascending order: first all that have a key, then the others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order {
    slots: Vec<u32>,
    keyed: usize,
}

/// Compares places: no key is after every key.
pub(crate) fn compare(left: Place<'_>, right: Place<'_>) -> Ordering {
    match (left.0, right.0) {
        (Some(a), Some(b)) => a.cmp(b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
    .then_with(|| left.1.0.cmp(&right.1.0))
}

impl Order {
    /// Sorts all rows at once; the keys lie in one piece of memory meanwhile.
    pub(crate) fn build(rows: impl Iterator<Item = (u32, RecordId, Option<Vec<u8>>)>) -> Self {
        struct Entry {
            start: usize,
            end: usize,
            id: RecordId,
            slot: u32,
        }
        let mut keys: Vec<u8> = Vec::new();
        let mut entries = Vec::new();
        let mut others = Vec::new();
        for (slot, id, key) in rows {
            let Some(key) = key else {
                others.push((id, slot));
                continue;
            };
            let start = keys.len();
            keys.extend_from_slice(&key);
            entries.push(Entry { start, end: keys.len(), id, slot });
        }
        entries.sort_unstable_by(|a, b| {
            keys.get(a.start..a.end)
                .cmp(&keys.get(b.start..b.end))
                .then_with(|| a.id.0.cmp(&b.id.0))
        });
        others.sort_unstable_by_key(|(id, _)| id.0);
        let keyed = entries.len();
        let slots = entries.iter().map(|entry| entry.slot);
        Self { slots: slots.chain(others.iter().map(|(_, slot)| *slot)).collect(), keyed }
    }

    /// Puts a slot in. `before(slot)` says whether that slot stands before the new one.
    pub(crate) fn insert(&mut self, slot: u32, has_key: bool, before: &dyn Fn(u32) -> bool) {
        let at = self.slots.partition_point(|other| before(*other));
        self.slots.insert(at, slot);
        self.keyed += usize::from(has_key);
    }

    /// Takes a slot out. `before` as for [`Order::insert`], asked while the row is still there.
    pub(crate) fn remove(&mut self, slot: u32, has_key: bool, before: &dyn Fn(u32) -> bool) {
        let at = self.slots.partition_point(|other| before(*other));
        if self.slots.get(at) == Some(&slot) {
            self.slots.remove(at);
            self.keyed -= usize::from(has_key);
        }
    }

    /// Index where to go on after a place. `not_after(slot)`: in the direction asked for, that slot
    /// stands at the place or before it.
    pub(crate) fn start(&self, descending: bool, not_after: impl Fn(u32) -> bool) -> usize {
        let (mut low, mut high) = (0, self.slots.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.slot(middle, descending).is_some_and(&not_after) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// All slots from an index on, read in one direction or the other.
    pub(crate) fn from(&self, start: usize, descending: bool) -> impl Iterator<Item = u32> {
        (start..self.slots.len()).filter_map(move |at| self.slot(at, descending))
    }

    fn slot(&self, at: usize, descending: bool) -> Option<u32> {
        self.slots.get(self.turned(at, descending)).copied()
    }

    /// Index of what stands `at` when read in the other direction; rows without key stay last.
    fn turned(&self, at: usize, descending: bool) -> usize {
        match (descending, at < self.keyed) {
            (false, _) => at,
            (true, true) => self.keyed - 1 - at,
            (true, false) => self.slots.len() - 1 - (at - self.keyed),
        }
    }
}
