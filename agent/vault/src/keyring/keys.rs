//! The keys themselves, found by their id or by their person.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use seal::{Key, KeyId, RecordId};

use super::Owner;

/// Keys by their id, and a person's by the person. There is one for each record of a person: maps with
/// the ids in them would be larger than the keys.
#[derive(Default)]
pub(super) struct Keys {
    all: Vec<Option<(Owner, Key)>>,
    hasher: RandomState,
    /// Places in `all`.
    by_id: HashTable<u32>,
    by_person: HashTable<u32>,
}

impl Keys {
    fn at(&self, place: u32) -> Option<&(Owner, Key)> {
        self.all.get(place as usize)?.as_ref()
    }

    fn place(&self, id: KeyId) -> Option<u32> {
        let is = |place: &u32| self.at(*place).is_some_and(|(_, key)| key.id() == id);
        self.by_id.find(self.hasher.hash_one(id), is).copied()
    }

    pub(super) fn get(&self, id: KeyId) -> Option<&(Owner, Key)> {
        self.at(self.place(id)?)
    }

    /// The key of a person that came last.
    pub(super) fn of(&self, person: RecordId) -> Option<&Key> {
        let place = self.by_person.find(self.hasher.hash_one(person), self.is_of(person))?;
        self.at(*place).map(|(_, key)| key)
    }

    fn is_of(&self, person: RecordId) -> impl Fn(&u32) -> bool + '_ {
        move |place| self.at(*place).is_some_and(|(owner, _)| *owner == Owner::Person(person))
    }

    pub(super) fn insert(&mut self, owner: Owner, key: Key) {
        let id = key.id();
        if let Some(known) = self.place(id).and_then(|place| self.all.get_mut(place as usize)) {
            *known = Some((owner, key));
            return;
        }
        // A store's keys fit memory long before their places fill 32 bits.
        let place = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(Some((owner, key)));
        let Self { all, hasher, by_id, by_person } = self;
        let at = |place: &u32| all.get(*place as usize).and_then(Option::as_ref);
        let of_id = |place: &u32| at(place).map_or(0, |(_, key)| hasher.hash_one(key.id()));
        by_id.insert_unique(hasher.hash_one(id), place, of_id);
        if let Owner::Person(person) = owner {
            let hash = hasher.hash_one(person);
            let is_of = |place: &u32| at(place).is_some_and(|(of, _)| *of == owner);
            let of_person = |place: &u32| match at(place) {
                Some((Owner::Person(person), _)) => hasher.hash_one(person),
                _ => 0,
            };
            match by_person.find_mut(hash, is_of) {
                Some(former) => *former = place,
                None => drop(by_person.insert_unique(hash, place, of_person)),
            }
        }
    }

    /// A person has no key from now on; one that is still there opens what it sealed.
    pub(super) fn forget(&mut self, person: RecordId) {
        let is = |place: &u32| {
            let owner =
                self.all.get(*place as usize).and_then(Option::as_ref).map(|(owner, _)| owner);
            owner == Some(&Owner::Person(person))
        };
        if let Ok(entry) = self.by_person.find_entry(self.hasher.hash_one(person), is) {
            entry.remove();
        }
    }

    /// Drops, and so zeroes, a key.
    pub(super) fn remove(&mut self, id: KeyId) {
        let Some(place) = self.place(id) else { return };
        let is = |other: &u32| *other == place;
        if let Ok(entry) = self.by_id.find_entry(self.hasher.hash_one(id), is) {
            entry.remove();
        }
        if let Some(Owner::Person(person)) = self.at(place).map(|(owner, _)| *owner)
            && let Ok(entry) = self.by_person.find_entry(self.hasher.hash_one(person), is)
        {
            entry.remove();
        }
        if let Some(key) = self.all.get_mut(place as usize) {
            *key = None;
        }
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("all", &self.all.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use seal::TableId;

    use super::*;

    /// Few of each, so that they meet.
    fn key(number: u8) -> Key {
        Key::from_bytes([number; 32])
    }

    proptest! {
        #[test]
        fn finds_what_two_maps_find(acts in prop::collection::vec((0..4_u8, 0..12_u8, 0..4_u8), 0..60)) {
            let mut keys = Keys::default();
            let mut by_id: HashMap<KeyId, (Owner, u8)> = HashMap::new();
            let mut by_person: HashMap<RecordId, KeyId> = HashMap::new();
            for (act, number, person) in acts {
                // A key is one person's, as its wrapping has it.
                let person = RecordId([if number < 6 { person } else { number }; 16]);
                let id = key(number).id();
                match act {
                    0 | 1 if by_id.contains_key(&id) => {}
                    0 => {
                        keys.insert(Owner::Person(person), key(number));
                        by_id.insert(id, (Owner::Person(person), number));
                        by_person.insert(person, id);
                    }
                    1 => {
                        keys.insert(Owner::Table(TableId(3)), key(number));
                        by_id.insert(id, (Owner::Table(TableId(3)), number));
                    }
                    2 => {
                        keys.remove(id);
                        by_id.remove(&id);
                        by_person.retain(|_, of| *of != id);
                    }
                    _ => {
                        keys.forget(person);
                        by_person.remove(&person);
                    }
                }
                for number in 0..12 {
                    let id = key(number).id();
                    let found = keys.get(id).map(|(owner, key)| (*owner, *key.as_bytes()));
                    prop_assert_eq!(found, by_id.get(&id).map(|(owner, number)| (*owner, [*number; 32])));
                }
                for number in 0..12 {
                    let person = RecordId([number; 16]);
                    prop_assert_eq!(keys.of(person).map(Key::id), by_person.get(&person).copied());
                }
            }
        }
    }
}
