//! From an invitation to an account: who has the link chooses name and password.

use std::sync::PoisonError;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use identity::{Refused, Secret};
use zeroize::Zeroizing;

use super::Crm;
use crate::caller::{Caller, Entrant, Sent, StepSecret};
use crate::contract::App;
use crate::cookie::Cookie;
use crate::problem::{Code, Problem};
use crate::refuse::step_over;
use crate::reply::{self, Reply, broken, off};
use crate::shape::claim::Invited;
use crate::shape::shared::{NewAccount, TypedCode};
use crate::shared::{new_account, signed_in, totp_setup};

/// Somebody who showed an invitation.
#[derive(Debug)]
pub(super) struct Invitee {
    code: Zeroizing<String>,
    /// The account, once it was named.
    enrolment: Option<Secret>,
}

pub(super) fn routes() -> Router<Crm> {
    Router::new()
        .route("/api/v1/enrol/code", post(code))
        .route("/api/v1/enrol/account", post(named))
        .route("/api/v1/enrol/totp", post(totp))
}

async fn code(
    State(crm): State<Crm>,
    caller: Caller,
    before: Result<StepSecret, Problem>,
    Sent(typed): Sent<TypedCode>,
) -> Reply {
    let open = crm.open()?;
    let code = Zeroizing::new(typed.code.trim().to_owned());
    let (asked, peer) = (code.clone(), caller.peer.clone());
    let identity = open.identity.clone();
    let invited = off(async move { identity.invited(&asked, &peer) }).await?;
    let invitation = invited.inspect_err(|refused| {
        if matches!(refused, Refused::InvitationGone | Refused::Door(_)) {
            open.identity.note_enrol_refused("invitation", &caller.peer);
        }
    })?;
    let step = {
        let now = crm.0.parts.clock.now();
        let mut invitees = crm.0.invitees.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever comes with the same link again keeps what they have named.
        let own = before.ok().and_then(|StepSecret(step)| invitees.end(&step));
        let enrolment = own.filter(|own| *own.code == *code).and_then(|own| own.enrolment);
        let begun = invitees.begin(Invitee { code, enrolment }, now);
        begun.map_err(|error| broken(&error))?
    };
    let organisation = crm.seen().front.organisation.unwrap_or_default();
    let invited = reply::json(&Invited { organisation, invited_name: invitation.name });
    reply::with_cookie(invited, App::Crm, Cookie::Step, step.expose())
}

async fn named(
    State(crm): State<Crm>,
    StepSecret(step): StepSecret,
    caller: Caller,
    Sent(new): Sent<NewAccount>,
) -> Reply {
    let open = crm.open()?;
    let (code, former) =
        crm.invitee(&step, |invitee| (invitee.code.clone(), invitee.enrolment.clone()))?;
    let (identity, new) = (open.identity.clone(), new_account(new));
    let begun =
        off(async move { identity.begin_invited(&code, new, former.as_ref(), &caller.peer).await });
    let (enrolment, setup) = begun.await??;
    let now = crm.0.parts.clock.now();
    crm.invitee(&step, |invitee| invitee.enrolment = Some(enrolment))?;
    crm.0.invitees.lock().unwrap_or_else(PoisonError::into_inner).refresh(&step, now);
    reply::with_cookie(totp_setup(&setup), App::Crm, Cookie::Step, &step)
}

async fn totp(
    State(crm): State<Crm>,
    StepSecret(step): StepSecret,
    Entrant { caller, device }: Entrant,
    Sent(typed): Sent<TypedCode>,
) -> Reply {
    let open = crm.open()?;
    let enrolment = crm.invitee(&step, |invitee| invitee.enrolment.clone())?;
    let enrolment = enrolment.ok_or(Code::OutOfOrder)?;
    open.identity.enrol_code(enrolment.expose(), &typed.code, &caller.peer)?;
    let (token, signed) = open.identity.enrol_finish(enrolment.expose(), &caller.peer).await?;
    crm.0.invitees.lock().unwrap_or_else(PoisonError::into_inner).end(&step);
    signed_in(App::Crm, &token, &signed, &device)
}

impl Crm {
    /// What a step of the enrolment knows.
    fn invitee<T>(&self, step: &str, with: impl FnOnce(&mut Invitee) -> T) -> Result<T, Problem> {
        let now = self.0.parts.clock.now();
        let mut invitees = self.0.invitees.lock().unwrap_or_else(PoisonError::into_inner);
        let over = step_over(&invitees, step, now);
        Ok(with(invitees.get_mut(step, now).ok_or(over)?))
    }
}
