//! What is said of the copies of the CRM and of the box itself, for the row of the data: that they are there, that
//! nobody deletes them, that one was restored. A captured CRM can say what it likes here; what it says opens nothing.

use events::Copies;

use super::protection::Finding;
use crate::catalogue;
use crate::shape::admin::{Proof, ProtectionState};
use crate::shape::plain::Time;
use crate::shape::shared::Language;

/// What the row says: how it is, and why a person has to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) state: ProtectionState,
    pub(super) todo: Option<&'static str>,
}

/// Of the CRM's copies, and of the box's own: what is worse, and of the CRM first.
pub(super) fn judged(crm: &Copies, own: &Copies) -> Said {
    let (crm, own) = (judged_of(crm, &OF_CRM), judged_of(own, &OF_BOX));
    if rank(own.state) < rank(crm.state) { own } else { crm }
}

fn rank(state: ProtectionState) -> u8 {
    match state {
        ProtectionState::Open => 0,
        ProtectionState::NeedsYou => 1,
        _ => 2,
    }
}

/// What is to be done.
struct Todo {
    none: &'static str,
    late: &'static str,
    unprinted: &'static str,
    not_restored: &'static str,
    deletable: &'static str,
    some_late: &'static str,
}

const OF_CRM: Todo = Todo {
    none: "todo.no-copies",
    late: "todo.copies-late",
    unprinted: "todo.sheet-unprinted",
    not_restored: "todo.copies-not-restored",
    deletable: "todo.copies-deletable",
    some_late: "todo.some-copies-late",
};

const OF_BOX: Todo = Todo {
    none: "todo.no-copies-of-box",
    late: "todo.copies-of-box-late",
    unprinted: "todo.sheet-of-box-unprinted",
    not_restored: "todo.copies-of-box-not-restored",
    deletable: "todo.copies-of-box-deletable",
    some_late: "todo.some-copies-of-box-late",
};

/// What is to be done first comes first.
fn judged_of(copies: &Copies, todo: &Todo) -> Said {
    let open = |todo| Said { state: ProtectionState::Open, todo: Some(todo) };
    let look = |todo| Said { state: ProtectionState::NeedsYou, todo: Some(todo) };
    match *copies {
        Copies { targets: 0, .. } => open(todo.none),
        Copies { good: 0, .. } => open(todo.late),
        Copies { targets, printed, .. } if printed < targets => open(todo.unprinted),
        Copies { restored: 0, .. } => look(todo.not_restored),
        Copies { kept: 0, .. } => look(todo.deletable),
        Copies { targets, good, .. } if good < targets => look(todo.some_late),
        _ => Said { state: ProtectionState::Proven, todo: None },
    }
}

/// The same with its proof, where a copy of the CRM was tried.
pub(super) fn finding(copies: &Copies, own: &Copies, language: Language) -> Option<Finding> {
    let at = Time(copies.tried.filter(|_| copies.restored > 0)?);
    let text = |key| catalogue::text(language, key);
    let result = text(if copies.kept > 0 { "copies.kept" } else { "copies.restored" });
    let proof = Proof { tried: text("copies.tried"), from: text("copies.from"), at, result };
    Some(Finding { state: judged(copies, own).state, proof })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_is_green_only_when_a_copy_came_back_and_nobody_deletes_it() {
        let all = Copies { targets: 2, good: 2, printed: 2, kept: 1, restored: 1, tried: Some(7) };
        assert_eq!(judged(&all, &all), Said { state: ProtectionState::Proven, todo: None });
        for (copies, state, todo, of_box) in [
            (Copies::default(), ProtectionState::Open, "todo.no-copies", "todo.no-copies-of-box"),
            (
                Copies { good: 0, ..all },
                ProtectionState::Open,
                "todo.copies-late",
                "todo.copies-of-box-late",
            ),
            (
                Copies { printed: 1, ..all },
                ProtectionState::Open,
                "todo.sheet-unprinted",
                "todo.sheet-of-box-unprinted",
            ),
            (
                Copies { restored: 0, ..all },
                ProtectionState::NeedsYou,
                "todo.copies-not-restored",
                "todo.copies-of-box-not-restored",
            ),
            (
                Copies { kept: 0, ..all },
                ProtectionState::NeedsYou,
                "todo.copies-deletable",
                "todo.copies-of-box-deletable",
            ),
            (
                Copies { good: 1, ..all },
                ProtectionState::NeedsYou,
                "todo.some-copies-late",
                "todo.some-copies-of-box-late",
            ),
        ] {
            assert_eq!(judged(&copies, &all), Said { state, todo: Some(todo) }, "{copies:?}");
            assert_eq!(judged(&all, &copies), Said { state, todo: Some(of_box) }, "{copies:?}");
        }
        let (late, deletable) = (Copies { good: 0, ..all }, Copies { kept: 0, ..all });
        assert_eq!(judged(&deletable, &late).todo, Some("todo.copies-of-box-late"), "the worse");
        assert_eq!(judged(&late, &late).todo, Some("todo.copies-late"));
        assert!(finding(&Copies { restored: 0, ..all }, &all, Language::En).is_none());
        assert_eq!(finding(&all, &late, Language::En).unwrap().proof.at.0, 7);
    }
}
