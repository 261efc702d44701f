//! What the CRM says of its copies, for the row of the data: that they are there, that nobody deletes them, that one
//! was restored. A captured CRM can say what it likes here; what it says opens nothing.

use events::Copies;

use super::protection::Finding;
use crate::catalogue;
use crate::shape::admin::{Proof, ProtectionState};
use crate::shape::plain::Time;
use crate::shape::shared::Language;

/// What the row says: how it is, why a person has to do something, and the proof.
pub(super) struct Said {
    pub(super) state: ProtectionState,
    pub(super) todo: Option<&'static str>,
}

/// What is to be done first comes first.
pub(super) fn judged(copies: &Copies) -> Said {
    let open = |todo| Said { state: ProtectionState::Open, todo: Some(todo) };
    let look = |todo| Said { state: ProtectionState::NeedsYou, todo: Some(todo) };
    match *copies {
        Copies { targets: 0, .. } => open("todo.no-copies"),
        Copies { good: 0, .. } => open("todo.copies-late"),
        Copies { targets, printed, .. } if printed < targets => open("todo.sheet-unprinted"),
        Copies { restored: 0, .. } => look("todo.copies-not-restored"),
        Copies { kept: 0, .. } => look("todo.copies-deletable"),
        Copies { targets, good, .. } if good < targets => look("todo.some-copies-late"),
        _ => Said { state: ProtectionState::Proven, todo: None },
    }
}

/// The same with its proof, where a copy was tried.
pub(super) fn finding(copies: &Copies, language: Language) -> Option<Finding> {
    let at = Time(copies.tried.filter(|_| copies.restored > 0)?);
    let text = |key| catalogue::text(language, key);
    let result = text(if copies.kept > 0 { "copies.kept" } else { "copies.restored" });
    let proof = Proof { tried: text("copies.tried"), from: text("copies.from"), at, result };
    Some(Finding { state: judged(copies).state, proof })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_is_green_only_when_a_copy_came_back_and_nobody_deletes_it() {
        let all = Copies { targets: 2, good: 2, printed: 2, kept: 1, restored: 1, tried: Some(7) };
        assert!(matches!(judged(&all), Said { state: ProtectionState::Proven, todo: None }));
        for (copies, state, todo) in [
            (Copies::default(), ProtectionState::Open, "todo.no-copies"),
            (Copies { good: 0, ..all }, ProtectionState::Open, "todo.copies-late"),
            (Copies { printed: 1, ..all }, ProtectionState::Open, "todo.sheet-unprinted"),
            (Copies { restored: 0, ..all }, ProtectionState::NeedsYou, "todo.copies-not-restored"),
            (Copies { kept: 0, ..all }, ProtectionState::NeedsYou, "todo.copies-deletable"),
            (Copies { good: 1, ..all }, ProtectionState::NeedsYou, "todo.some-copies-late"),
        ] {
            let said = judged(&copies);
            assert_eq!((said.state, said.todo), (state, Some(todo)), "{copies:?}");
        }
        assert!(finding(&Copies { restored: 0, ..all }, Language::En).is_none());
        assert_eq!(finding(&all, Language::En).unwrap().proof.at.0, 7);
    }
}
