//! The claim: from the code of the admin to the first manager. Each step that succeeds gives fifteen
//! minutes more; who took longer gives the code again and goes on where they were.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use identity::text::{NameRefused, line};
use identity::{NewAccount, Password};
use seal::passphrase::{self, PassphraseError};
use zeroize::Zeroizing;

use super::Crm;
use super::state::stranger;
use super::words;
use crate::caller::{Caller, Entrant, Sent, StepSecret};
use crate::contract::App;
use crate::cookie::Cookie;
use crate::problem::{Code, Field, Problem};
use crate::refuse;
use crate::reply::{self, Reply, broken, off};
use crate::shape::claim::{
    ClaimSoFar, ClaimStep, FirstManager, NewVault, Proposal, RecoveryKey, TypedRecoveryKey,
};
use crate::shape::shared::TypedCode;
use crate::shared::{language_of, signed_in, totp_setup};

/// Characters of an organisation's name at most.
const ORGANISATION_MOST: usize = 200;

pub(super) fn routes() -> Router<Crm> {
    Router::new()
        .route("/api/v1/claim", get(so_far))
        .route("/api/v1/claim/code", post(code))
        .route("/api/v1/claim/passphrase-proposal", post(propose))
        .route("/api/v1/claim/vault", post(vault))
        .route("/api/v1/claim/recovery", post(recovery))
        .route("/api/v1/claim/account", post(first))
        .route("/api/v1/claim/totp", post(totp))
}

async fn code(
    State(crm): State<Crm>,
    caller: Caller,
    before: Result<StepSecret, Problem>,
    Sent(typed): Sent<TypedCode>,
) -> Reply {
    let before = before.ok().map(|StepSecret(step)| step);
    let step = crm.begin_claim(&typed.code, before.as_deref(), &caller.peer)?;
    reply::with_cookie(reply::nothing(), App::Crm, Cookie::Step, step.expose())
}

/// A page that was loaded again goes on where it was.
async fn so_far(State(crm): State<Crm>, StepSecret(step): StepSecret) -> Reply {
    let enrolment = crm.claim(&step, |claim| claim.enrolment.clone())?;
    if crm.is_restoring() {
        // Whoever restores has the turn for as long as that takes.
        let next = ClaimStep::Restore;
        return reply::json(&ClaimSoFar { next, organisation: None, totp: None });
    }
    reply::json(&crm.so_far(enrolment.as_ref()).await?)
}

async fn propose(State(crm): State<Crm>, StepSecret(step): StepSecret) -> Reply {
    crm.in_claim(&step)?;
    let words = words::propose().map_err(|error| broken(&error))?;
    crm.goes_on(&step, reply::json(&Proposal { passphrase: words.to_string() }))
}

async fn vault(
    State(crm): State<Crm>,
    StepSecret(step): StepSecret,
    caller: Caller,
    Sent(new): Sent<NewVault>,
) -> Reply {
    crm.in_claim(&step)?;
    let NewVault { organisation, passphrase } = new;
    let passphrase = Zeroizing::new(passphrase);
    let (organisation, passphrase) =
        off(async move { checked(&organisation, passphrase) }).await??;
    let (actor, of) = (stranger(&caller.peer), step.clone());
    let made = crm.change(|crm, mut life| async move {
        // Somebody else may have given the code while this one waited.
        crm.in_claim(&of)?;
        crm.make(&mut life, organisation, passphrase, actor).await
    });
    let (key, replaces) = made.await?;
    let made = RecoveryKey { recovery_key: key.to_string(), replaces };
    crm.goes_on(&step, reply::json(&made))
}

async fn recovery(
    State(crm): State<Crm>,
    StepSecret(step): StepSecret,
    caller: Caller,
    Sent(typed): Sent<TypedRecoveryKey>,
) -> Reply {
    crm.in_claim(&step)?;
    let typed = Zeroizing::new(typed.recovery_key);
    let (actor, of) = (stranger(&caller.peer), step.clone());
    let proved = crm.change(|crm, mut life| async move {
        crm.in_claim(&of)?;
        crm.prove(&mut life, typed, actor).await
    });
    proved.await?;
    crm.goes_on(&step, reply::nothing())
}

async fn first(
    State(crm): State<Crm>,
    StepSecret(step): StepSecret,
    Sent(new): Sent<FirstManager>,
) -> Reply {
    crm.in_claim(&step)?;
    let open = crm.without_people().await?;
    let account = NewAccount {
        name: new.name,
        password: new.password.into(),
        language: language_of(new.language),
        time_zone: new.time_zone,
    };
    let former = crm.claim(&step, |claim| claim.enrolment.clone())?;
    let begun =
        open.identity.begin_first_shown(account, new.show_as_unlocker, former.as_ref()).await;
    let (enrolment, setup) = begun?;
    crm.claim(&step, |claim| claim.enrolment = Some(enrolment))?;
    crm.goes_on(&step, totp_setup(&setup))
}

async fn totp(
    State(crm): State<Crm>,
    StepSecret(step): StepSecret,
    Entrant { caller, device }: Entrant,
    Sent(typed): Sent<TypedCode>,
) -> Reply {
    let enrolment = crm.claim(&step, |claim| claim.enrolment.clone())?.ok_or(Code::OutOfOrder)?;
    let finished = crm.change(move |crm, mut life| async move {
        crm.in_claim(&step)?;
        crm.finish(&mut life, &enrolment, &typed.code, &caller.peer).await
    });
    let (token, signed) = finished.await?;
    signed_in(App::Crm, &token, &signed, &device)
}

/// The organisation's name as it is kept and the passphrase, or every field that is refused.
fn checked(
    organisation: &str,
    passphrase: Zeroizing<String>,
) -> Result<(String, Zeroizing<String>), Problem> {
    let mut refused = Vec::new();
    let organisation = line(organisation, ORGANISATION_MOST).unwrap_or_else(|error| {
        refused.push(name(&error));
        String::new()
    });
    match passphrase::normalise(&passphrase) {
        Err(error) => refused.extend(no_passphrase(error)),
        Ok(text) => {
            let judged = Password::from(text.to_string()).check(&[&organisation]);
            refused.extend(judged.err().map(|error| refuse::password("/passphrase", &error)));
        }
    }
    if refused.is_empty() {
        Ok((organisation, passphrase))
    } else {
        Err(Problem::fields_refused(refused))
    }
}

fn name(error: &NameRefused) -> Field {
    refuse::name("/organisation", error)
}

fn no_passphrase(error: PassphraseError) -> Option<Field> {
    let field = |code| Field::new("/passphrase", code);
    Some(match error {
        PassphraseError::TooShort(has) => {
            field("too-short").with("least", passphrase::LEAST).with("has", has)
        }
        PassphraseError::TooLong(_) => {
            field("too-long").with("most", identity::password::PASSWORD_MOST)
        }
        PassphraseError::Control(at) => field("control-character").with("at", at),
        PassphraseError::Unassigned(at) => field("unassigned-character").with("at", at),
        PassphraseError::Costs => return None,
    })
}
