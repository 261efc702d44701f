//! How much is held at all, and which lists that leaves room for.

use crate::MAX_NAMES;

/// Most of all lists together.
pub const MAX_HELD: Size = Size { bytes: 32 << 20, names: 1_000_000 };

/// How large a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Bytes of its text.
    pub bytes: usize,
    /// Its names.
    pub names: usize,
}

/// Why a list does not take the place of the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More than half of it is gone.
    #[error("{now} names in place of {before}")]
    Shrank {
        /// How many there were.
        before: usize,
        /// How many there are.
        now: usize,
    },
    /// There are too many names.
    #[error("no room for the list")]
    NoRoom,
}

/// Whether a list may take the place of the one before, which had so many names, beside the others.
/// One that lost more than half may only if a person said so.
pub fn admits(
    list: Size,
    before: usize,
    may_shrink: bool,
    others: impl IntoIterator<Item = Size>,
) -> Result<(), Refusal> {
    if before > 2 * list.names && !may_shrink {
        return Err(Refusal::Shrank { before, now: list.names });
    }
    let add = |sum: Size, one: Size| Size {
        bytes: sum.bytes.saturating_add(one.bytes),
        names: sum.names.saturating_add(one.names),
    };
    let all = others.into_iter().fold(list, add);
    if list.names > MAX_NAMES || all.bytes > MAX_HELD.bytes || all.names > MAX_HELD.names {
        return Err(Refusal::NoRoom);
    }
    Ok(())
}

/// Of lists with so many names each those that there is room for, the first before the others; and these.
pub fn fitting<T>(lists: impl IntoIterator<Item = (T, usize)>, room: usize) -> (Vec<T>, Vec<T>) {
    let mut room = room.min(MAX_NAMES);
    let (mut fit, mut rest) = (Vec::new(), Vec::new());
    for (list, names) in lists {
        match room.checked_sub(names) {
            Some(left) => {
                room = left;
                fit.push(list);
            }
            None => rest.push(list),
        }
    }
    (fit, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(names: usize) -> Size {
        Size { bytes: 20 * names, names }
    }

    #[test]
    fn half_of_a_list_may_go_and_no_more_unless_a_person_says_so() {
        assert_eq!(admits(size(5), 10, false, []), Ok(()));
        assert_eq!(admits(size(4), 10, false, []), Err(Refusal::Shrank { before: 10, now: 4 }));
        assert_eq!(admits(size(4), 10, true, []), Ok(()));
    }

    #[test]
    fn there_is_room_for_so_much_and_no_more() {
        let others = [size(499_990); 2];
        assert_eq!(admits(size(20), 0, false, others), Ok(()));
        assert_eq!(admits(size(21), 0, false, others), Err(Refusal::NoRoom));
        assert_eq!(admits(size(MAX_NAMES + 1), 0, false, []), Err(Refusal::NoRoom));
        let long = Size { bytes: MAX_HELD.bytes, names: 1 };
        assert_eq!(admits(size(1), 0, false, [long]), Err(Refusal::NoRoom));
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_told() {
        let lists = [("a", 300_000), ("b", 300_000), ("c", 200_000)];
        assert_eq!(fitting(lists, usize::MAX), (vec!["a", "c"], vec!["b"]));
        assert_eq!(fitting(lists, 0), (vec![], vec!["a", "b", "c"]));
    }
}
