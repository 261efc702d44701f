//! The CRM's own routes, and the life of its vault.

mod claim;
mod contacts;
mod copied;
mod enrol;
mod erasure;
mod events;
mod failed;
mod gate;
mod heads;
mod invitations;
mod life;
mod lock;
mod making;
mod open;
mod past;
mod people;
mod place;
mod query;
mod repeat;
mod restore;
mod start;
mod state;
mod unlock;
mod words;

use axum::Router;

pub use open::Open;
pub use state::{Crm, Parts};

use crate::{copies, shared};

/// All routes of the CRM, with whole paths.
pub fn routes(crm: Crm) -> Router {
    let own = Router::new()
        .merge(start::routes())
        .merge(claim::routes())
        .merge(unlock::routes())
        .merge(enrol::routes())
        .merge(lock::routes())
        .merge(contacts::routes())
        .merge(erasure::routes())
        .merge(events::routes())
        .merge(copies::routes::<Crm>())
        .merge(past::routes())
        .merge(restore::routes())
        .merge(people::routes())
        .merge(invitations::routes());
    own.merge(shared::routes::<Crm>()).with_state(crm)
}
