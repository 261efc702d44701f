//! The admin application's own routes.

mod alerts;
mod ask;
mod attempts;
mod bell;
pub mod blocking;
mod certificate;
mod changes;
mod console;
mod copied;
mod copies;
mod crm;
mod crm_access;
mod document;
mod egress;
mod finish;
mod host;
mod kept_settings;
mod leases;
mod life;
mod matrix;
mod preview;
mod probe;
mod protection;
mod published;
mod restore;
mod rules;
mod seen;
mod settings;
mod setup;
mod simulation;
mod somebody;
mod start;
mod state;
mod targets;
mod trial;
mod zones;

use axum::Router;

pub use bell::{Bell, Errand, NotOpened, NotRung, Round};
pub use copied::Home;
pub use host::{Connections, Host, HostFuture, Unanswered};
pub use restore::take_restored;
pub use state::{Admin, Authority, CrmLink, Parts};

use crate::shared;

/// All routes of the admin application, with whole paths.
pub fn routes(admin: Admin) -> Router {
    Router::new()
        .merge(start::routes())
        .merge(setup::routes())
        .merge(restore::routes())
        .merge(protection::routes())
        .merge(zones::routes())
        .merge(published::routes())
        .merge(rules::routes())
        .merge(leases::routes())
        .merge(simulation::routes())
        .merge(probe::routes())
        .merge(matrix::routes())
        .merge(crm_access::routes())
        .merge(settings::routes())
        .merge(kept_settings::routes())
        .merge(crm::routes())
        .merge(seen::routes())
        .merge(blocking::routes())
        .merge(egress::routes())
        .merge(alerts::routes())
        .merge(targets::routes())
        .merge(certificate::routes())
        .merge(crate::copies::routes::<Admin>())
        .merge(shared::routes::<Admin>())
        .with_state(admin)
}
