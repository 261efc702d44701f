//! Lists of names that are not to be answered. Pure: bytes and texts in, texts out. [`read`] makes of what
//! others write a *list*: a text with a name a line, in the order of [`compare`], none of them below another.
//! [`merge`] makes of several lists what dnsmasq is told, [`judge`] says what becomes of one name.

mod judge;
mod merge;
mod order;
mod read;
mod room;
mod script;

pub use judge::{Verdict, judge};
pub use merge::{Merged, Mine, merge};
pub use order::{compare, is_within, reduced};
pub use read::{Read, Unreadable, read};
pub use room::{MAX_HELD, Refusal, Size, admits, fitting};

/// Most names of a list, and of all lists of a zone together.
pub const MAX_NAMES: usize = 500_000;
/// Most bytes of what is read.
pub const MAX_BYTES: usize = 20 << 20;

/// Whether this is a list as [`read`] makes them; how many names it has.
pub fn count(list: &str) -> Option<usize> {
    let mut last: Option<&str> = None;
    let mut names = 0;
    if !list.is_empty() && !list.ends_with('\n') {
        return None;
    }
    for name in list.lines() {
        let is_next = last.is_none_or(|last| {
            compare(last, name) == std::cmp::Ordering::Less && !is_within(name, last)
        });
        if !is_next || name.parse::<settings::DomainName>().is_err() {
            return None;
        }
        last = Some(name);
        names += 1;
    }
    Some(names)
}
