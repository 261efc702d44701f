//! The texts of one field of all rows in one piece of memory, so that a search is one scan.

use memchr::memmem::Finder;

use crate::bits::Bits;

/// Texts one after the other, a zero byte after each. A text that went away is overwritten with
/// zeros; when those are the larger half, the arena is written anew.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    bytes: Vec<u8>,
    /// By slot: where its text starts.
    starts: Vec<u32>,
    /// Start and slot of every text written, starts ascending. Old ones stay until rewritten.
    owners: Vec<(u32, u32)>,
    dead: usize,
}

/// Start of no text.
const NONE: u32 = u32::MAX;

/// Below this many dead bytes rewriting is not worth it.
const REWRITE_FROM: usize = 1 << 20;

impl Arena {
    /// Puts the text of a slot in place of its former one. `text` holds no zero byte.
    pub(crate) fn set(&mut self, slot: u32, text: &[u8]) {
        self.clear(slot);
        if text.is_empty() {
            return;
        }
        // Beyond 4 GiB of text there is no room; limits on rows keep far below it.
        let Some(start) = u32::try_from(self.bytes.len()).ok().filter(|start| *start != NONE)
        else {
            return;
        };
        // An eighth more at a time: doubling would waste half of it.
        if self.bytes.capacity() < self.bytes.len() + text.len() + 1 {
            self.bytes.reserve_exact(text.len() + 1 + self.bytes.len() / 8);
        }
        self.bytes.extend_from_slice(text);
        self.bytes.push(0);
        let at = slot as usize;
        if self.starts.len() <= at {
            self.starts.resize(at + 1, NONE);
        }
        if let Some(place) = self.starts.get_mut(at) {
            *place = start;
        }
        self.owners.push((start, slot));
    }

    /// Takes the text of a slot away.
    pub(crate) fn clear(&mut self, slot: u32) {
        let Some(start) = self.starts.get_mut(slot as usize) else { return };
        let start = std::mem::replace(start, NONE) as usize;
        let length = self.starting(start).len();
        if length == 0 {
            return;
        }
        if let Some(text) = self.bytes.get_mut(start..start + length) {
            text.fill(0);
        }
        self.dead += length + 1;
        if self.dead > REWRITE_FROM && self.dead > self.bytes.len() / 2 {
            self.rewrite();
        }
    }

    /// Text of a slot, empty if it has none.
    pub(crate) fn text(&self, slot: u32) -> &[u8] {
        self.starting(self.starts.get(slot as usize).copied().unwrap_or(NONE) as usize)
    }

    /// The text that starts there, empty if none does.
    fn starting(&self, start: usize) -> &[u8] {
        let rest = self.bytes.get(start..).unwrap_or_default();
        memchr::memchr(0, rest).and_then(|end| rest.get(..end)).unwrap_or_default()
    }

    /// Marks every slot whose text holds `needle`; an empty one is nowhere.
    pub(crate) fn mark_containing(&self, needle: &[u8], found: &mut Bits) {
        if needle.is_empty() {
            return;
        }
        let finder = Finder::new(needle);
        self.each_hit(
            |rest| finder.find(rest),
            |slot, _| {
                found.set(slot);
            },
        );
    }

    /// Marks every slot whose text is `needle`.
    pub(crate) fn mark_equal(&self, needle: &[u8], found: &mut Bits) {
        if needle.is_empty() {
            return;
        }
        let finder = Finder::new(needle);
        self.each_hit(
            |rest| finder.find(rest),
            |slot, text| {
                if text == needle {
                    found.set(slot);
                }
            },
        );
    }

    /// Marks every slot whose text, beginning at a byte `first`, is accepted.
    pub(crate) fn mark_accepted(
        &self,
        first: u8,
        accept: impl Fn(&[u8]) -> bool,
        found: &mut Bits,
    ) {
        self.each_hit(
            |rest| memchr::memchr(first, rest),
            |slot, text| {
                if accept(text) {
                    found.set(slot);
                }
            },
        );
    }

    /// Gives each text with a hit once, in order of memory.
    fn each_hit(&self, find: impl Fn(&[u8]) -> Option<usize>, mut see: impl FnMut(u32, &[u8])) {
        let mut from = 0;
        let mut owner = 0;
        while let Some(hit) = self.bytes.get(from..).and_then(&find) {
            let at = from + hit;
            // Hits only go forward, so the owner is found by walking on, not by searching anew.
            while self.owners.get(owner + 1).is_some_and(|(start, _)| *start as usize <= at) {
                owner += 1;
            }
            let Some((start, slot)) = self.owners.get(owner).copied() else { return };
            let text = self.text(slot);
            from = (start as usize + text.len()).max(at) + 1;
            see(slot, text);
        }
    }

    /// Gives back what loading left over.
    pub(crate) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.starts.shrink_to_fit();
        self.owners.shrink_to_fit();
    }

    fn rewrite(&mut self) {
        let old = std::mem::take(self);
        self.bytes.reserve_exact(old.bytes.len().saturating_sub(old.dead));
        self.starts = vec![NONE; old.starts.len()];
        for (start, slot) in &old.owners {
            if old.starts.get(*slot as usize) == Some(start) {
                self.set(*slot, old.text(*slot));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(arena: &Arena, needle: &str) -> Vec<u32> {
        let mut found = Bits::default();
        arena.mark_containing(needle.as_bytes(), &mut found);
        found.iter().collect()
    }

    #[test]
    fn finds_whole_parts_and_never_across_two_texts() {
        let mut arena = Arena::default();
        arena.set(0, b"alpha");
        arena.set(2, b"beta");
        arena.set(1, b"alphabet");
        assert_eq!(slots(&arena, "alpha"), [0, 1]);
        assert_eq!(slots(&arena, "bet"), [1, 2]);
        assert!(slots(&arena, "ab").contains(&1) && !slots(&arena, "ab").contains(&0));
        let mut equal = Bits::default();
        arena.mark_equal(b"alpha", &mut equal);
        assert_eq!(equal.iter().collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn what_was_replaced_is_not_found_even_after_rewriting() {
        let mut arena = Arena::default();
        arena.set(0, b"stays");
        for round in 0..400_000_u32 {
            arena.set(1, format!("round {round}").as_bytes());
        }
        arena.clear(7);
        assert_eq!(slots(&arena, "round 5 "), [0_u32; 0]);
        assert_eq!(slots(&arena, "round 399999"), [1]);
        assert_eq!(slots(&arena, "stays"), [0]);
        assert!(arena.bytes.len() < 3 << 20, "{}", arena.bytes.len());
        arena.clear(0);
        assert_eq!(slots(&arena, "stays"), [0_u32; 0]);
    }
}
