//! What is blocked where.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::Reader;
use crate::json::Value;
use crate::problem::Place;
use crate::{Blocking, MAX_BLOCK_LISTS, MAX_BLOCK_NAMES, Reason};

impl Reader {
    pub(super) fn blocking(&mut self, value: &Value, place: &Place<'_>) -> Option<Blocking> {
        let fields = self.fields(value, place, &["lists", "zones", "allow", "block"])?;
        let lists = self.optional(&fields, "lists", |r, v, p| r.named(v, p, Self::text));
        let zones = self.optional(&fields, "zones", |r, v, p| {
            r.named(v, p, |r, v, p| r.each_once(v, p, MAX_BLOCK_LISTS))
        });
        let names = |r: &mut Self, v: &Value, p: &Place<'_>| r.each_once(v, p, MAX_BLOCK_NAMES);
        let allow = self.optional(&fields, "allow", names);
        let block = self.optional(&fields, "block", names);
        Some(Blocking {
            lists: lists?.unwrap_or_default(),
            zones: zones?.unwrap_or_default(),
            allow: allow?.unwrap_or_default(),
            block: block?.unwrap_or_default(),
        })
    }

    /// A list whose order means nothing.
    fn each_once<T: FromStr<Err = Reason> + Ord>(
        &mut self,
        value: &Value,
        place: &Place<'_>,
        max: usize,
    ) -> Option<BTreeSet<T>> {
        let entries = self.list(value, place, Self::text)?;
        if entries.len() > max {
            return self.wrong(place, Reason::TooMany { max });
        }
        let mut set = BTreeSet::new();
        for (index, entry) in entries.into_iter().enumerate() {
            if !set.insert(entry) {
                self.problems.push(place.entry(index).problem(Reason::ListRepeats));
            }
        }
        Some(set)
    }
}
