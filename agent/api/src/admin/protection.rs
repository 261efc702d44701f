//! What is known of the box's protections. Proven is what an attempt failed against; a ruleset that was
//! read back is none.

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use super::copies;
use super::state::Admin;
use crate::caller::Caller;
use crate::catalogue;
use crate::realm::Who;
use crate::reply::{self, Reply};
use crate::shape::admin::{
    CrmReach, Proof, Protection, ProtectionKey, ProtectionRow, ProtectionState,
};
use crate::shape::plain::Time;

const KEYS: [ProtectionKey; 7] = [
    ProtectionKey::Data,
    ProtectionKey::Access,
    ProtectionKey::Network,
    ProtectionKey::Application,
    ProtectionKey::People,
    ProtectionKey::Suppliers,
    ProtectionKey::Audit,
];

/// What attempts say of a protection.
pub(super) struct Finding {
    pub(super) state: ProtectionState,
    pub(super) proof: Proof,
}

pub(super) fn routes() -> Router<Admin> {
    Router::new().route("/api/v1/protection", get(protection))
}

async fn protection(State(admin): State<Admin>, _: Who, caller: Caller) -> Reply {
    let (crm, _) = *admin.parts().crm.reach.borrow();
    let damaged = admin.parts().identity.unreadable();
    let changed = admin.network_changed().await;
    let (targets, failing) = admin.bell().reach().await;
    let own = admin.parts().copies.counted(admin.now()).await;
    let copied = admin.copies().filter(|_| crm == CrmReach::Open).map(|crm| (crm, own));
    let row = |key| {
        let todo =
            todo(key, (crm, copied), damaged, changed, (targets, failing)).map(|(text, count)| {
                let text = catalogue::text(caller.language, text);
                settings::fill(&text, |name| (name == "count").then(|| count.to_string()))
            });
        let found = match key {
            ProtectionKey::Network if changed => None,
            ProtectionKey::Network => admin.network_proven(caller.language),
            ProtectionKey::Data => {
                copied.and_then(|(crm, own)| copies::finding(&crm, &own, caller.language))
            }
            _ => None,
        };
        let (state, proof) = match (found, key) {
            (Some(Finding { state, proof }), _) => (state, Some(proof)),
            (None, ProtectionKey::Data) => {
                let judged = copied.map(|(crm, own)| copies::judged(&crm, &own).state);
                (judged.unwrap_or(ProtectionState::Unknown), None)
            }
            // That nobody is told needs no attempt to be known.
            (None, ProtectionKey::Audit) if targets == 0 => (ProtectionState::Open, None),
            (None, ProtectionKey::Audit) if failing > 0 => (ProtectionState::NeedsYou, None),
            (None, _) => (ProtectionState::Unknown, None),
        };
        ProtectionRow { key, state, proof, todo }
    };
    let rows = KEYS.into_iter().map(row).collect();
    reply::json(&Protection { rows, checked_at: Time(admin.now()) })
}

/// What a person has to do for it, as far as that is sure, and how many there are of it.
fn todo(
    key: ProtectionKey,
    (crm, copied): (CrmReach, Option<(events::Copies, events::Copies)>),
    damaged: usize,
    changed: bool,
    (targets, failing): (usize, usize),
) -> Option<(&'static str, usize)> {
    match key {
        ProtectionKey::Network if changed => Some(("attempts.changed", 0)),
        ProtectionKey::Data if crm == CrmReach::Unclaimed => Some(("todo.crm-unclaimed", 0)),
        ProtectionKey::Data => {
            let (crm, own) = copied?;
            Some((copies::judged(&crm, &own).todo?, 0))
        }
        ProtectionKey::Access if damaged > 0 => Some(("todo.admins-damaged", damaged)),
        ProtectionKey::Audit if targets == 0 => Some(("todo.nobody-told", 0)),
        ProtectionKey::Audit if failing > 0 => Some(("todo.targets-failing", failing)),
        _ => None,
    }
}
