//! Which entries' parts are not in the export, as ranges, until a later mark 5 names them.

/// More separate ranges than any store leaves behind; keeps the memory bounded.
const MAX_RANGES: usize = 65_536;

/// Ranges of seqs, ascending, inclusive.
#[derive(Default)]
pub struct Missing {
    ranges: Vec<(u64, u64)>,
    /// Whether the last range goes on: no entry with all its parts came since.
    open: bool,
}

/// Too many ranges.
pub struct TooMany;

impl Missing {
    /// Notes an entry that has parts; `whole` when all of them are here. Seqs ascend.
    pub fn note(&mut self, seq: u64, whole: bool) -> Result<(), TooMany> {
        if whole {
            self.open = false;
            return Ok(());
        }
        let full = self.ranges.len() == MAX_RANGES;
        match self.ranges.last_mut() {
            Some((_, last)) if self.open => *last = seq,
            _ if full => return Err(TooMany),
            _ => self.ranges.push((seq, seq)),
        }
        self.open = true;
        Ok(())
    }

    /// Parts of `first` to `last` were removed on purpose.
    pub fn excuse(&mut self, first: u64, last: u64) {
        let start = self.ranges.partition_point(|&(_, to)| to < first);
        let end = self.ranges.partition_point(|&(from, _)| from <= last).max(start);
        let below = self.ranges.get(start).filter(|_| start < end).map(|&(from, _)| from);
        let above = self.ranges.get(end.wrapping_sub(1)).filter(|_| start < end).map(|&(_, to)| to);
        let below = below.filter(|&from| from < first).map(|from| (from, first - 1));
        let above = above.filter(|&to| to > last).map(|to| (last + 1, to));
        self.ranges.splice(start..end, below.into_iter().chain(above));
        self.open = false;
    }

    /// The first entry whose parts are missing for no reason.
    pub fn first(&self) -> Option<u64> {
        self.ranges.first().map(|&(from, _)| from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(seqs: impl IntoIterator<Item = (u64, bool)>) -> Missing {
        let mut missing = Missing::default();
        for (seq, whole) in seqs {
            assert!(missing.note(seq, whole).is_ok());
        }
        missing
    }

    #[test]
    fn entries_without_parts_do_not_split_a_range() {
        let missing = with([(1, false), (5, false), (6, true), (8, false)]);
        assert_eq!(missing.ranges, [(1, 5), (8, 8)]);
    }

    #[test]
    fn an_excuse_cuts_a_range_in_two() {
        let mut missing = with([(1, false), (9, false)]);
        missing.excuse(3, 4);
        assert_eq!(missing.ranges, [(1, 2), (5, 9)]);
        missing.excuse(0, u64::MAX - 1);
        assert_eq!(missing.first(), None);
    }

    #[test]
    fn an_excuse_of_everything_does_not_overflow() {
        let mut missing = with([(0, false), (3, true), (u64::MAX, false)]);
        missing.excuse(0, u64::MAX);
        assert_eq!(missing.first(), None);
    }

    #[test]
    fn ranges_are_bounded() {
        let mut missing = Missing::default();
        let results: Vec<bool> =
            (0..200_000).map(|seq| missing.note(seq, seq % 2 == 0).is_ok()).collect();
        assert!(results.contains(&false));
        assert_eq!(missing.ranges.len(), MAX_RANGES);
    }
}
