//! The difference of two rulesets as a person reads one: what came and went, with the table and the
//! chain, set or map that it is in. Compared block by block, so that a new chain is shown whole and
//! never as a piece of its neighbour.

use std::collections::BTreeSet;

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use crate::ir::Ruleset;
use crate::listing::{Blocks, CLOSING, Head, Listing, opening};

/// Most lines of a difference.
pub const MAX_LINES: usize = 2_000;

/// Unchanged lines shown on each side of a change.
const AROUND: usize = 2;

/// What differs between two rulesets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// At most [`MAX_LINES`]; none when both do the same.
    pub lines: Vec<Line>,
    /// How many more there would be.
    pub left_out: usize,
}

/// A line of either ruleset's [`listing`](Ruleset::listing), without the line's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which of them has it.
    pub kind: Kind,
    /// The line, indented by tabs.
    pub text: String,
}

/// Which ruleset has a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Both.
    Same,
    /// The one after.
    Added,
    /// The one before.
    Removed,
}

/// What differs. Several changes in one chain each have its opening line above them; the generation
/// alone is no difference.
pub fn difference(before: &Ruleset, after: &Ruleset) -> Difference {
    let (before, after) = (Listing::of(before), Listing::of(after));
    let mut lines = Vec::new();
    body(&mut lines, None, &before.removed, &after.removed);
    for id in before.tables.keys().chain(after.tables.keys()).collect::<BTreeSet<_>>() {
        match (before.tables.get(id), after.tables.get(id)) {
            (Some(old), Some(new)) => {
                let mut inside = Vec::new();
                table(&mut inside, old, new);
                if !inside.is_empty() {
                    lines.push(line(Kind::Same, opening(id)));
                    lines.extend(inside);
                }
            }
            (old, new) => {
                let kind = if new.is_some() { Kind::Added } else { Kind::Removed };
                lines.push(line(kind, opening(id)));
                for (head, body) in old.or(new).into_iter().flatten() {
                    whole(&mut lines, kind, head, body);
                }
                lines.push(line(kind, CLOSING.to_owned()));
            }
        }
    }
    let left_out = lines.len().saturating_sub(MAX_LINES);
    lines.truncate(MAX_LINES);
    Difference { lines, left_out }
}

fn table(lines: &mut Vec<Line>, before: &Blocks, after: &Blocks) {
    for head in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        match (before.get(head), after.get(head)) {
            (Some(old), Some(new)) => body(lines, Some(head), old, new),
            (Some(old), None) => whole(lines, Kind::Removed, head, old),
            (None, Some(new)) => whole(lines, Kind::Added, head, new),
            (None, None) => {}
        }
    }
}

fn whole(lines: &mut Vec<Line>, kind: Kind, head: &Head, body: &[String]) {
    lines.push(line(kind, head.line()));
    lines.extend(body.iter().map(|text| line(kind, text.clone())));
}

fn body(lines: &mut Vec<Line>, head: Option<&Head>, before: &[String], after: &[String]) {
    // Lines of a block hardly ever repeat, and Patience lines up those that are there once.
    let changes = capture_diff_slices(Algorithm::Patience, before, after);
    for change in group_diff_ops(changes, AROUND) {
        lines.extend(head.map(|head| line(Kind::Same, head.line())));
        for part in change {
            let equal = matches!(part, DiffOp::Equal { .. });
            let old = before.get(part.old_range()).unwrap_or_default();
            let kind = if equal { Kind::Same } else { Kind::Removed };
            lines.extend(old.iter().map(|text| line(kind, text.clone())));
            if !equal {
                let new = after.get(part.new_range()).unwrap_or_default();
                lines.extend(new.iter().map(|text| line(Kind::Added, text.clone())));
            }
        }
    }
}

fn line(kind: Kind, text: String) -> Line {
    Line { kind, text }
}
