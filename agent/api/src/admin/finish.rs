//! The last page of the set-up. In this order, so that a power cut anywhere leaves a box that can be gone
//! on with: the choices are checked, the first admin is on the disk, the settings are in force, the setup
//! code dies, the manager's code is made. Once there is an admin every answer signs in, and the same
//! request again does what is still to be done.

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use axum::response::IntoResponse;
use identity::ManagerCode;
use seal::numbers::{action, outcome};

use super::crm::told;
use super::document::{keeps, set_up, setup_pointer, site};
use super::setup::Entered;
use super::somebody;
use super::state::{Admin, entry};
use crate::caller::{Caller, Entrant, Sent, StepSecret};
use crate::contract::App;
use crate::cookie::Cookie;
use crate::problem::{Code, Field, Problem};
use crate::reply::{self, Reply};
use crate::shape::setup::SetupFinish;
use crate::shape::shared::Language;

/// What the choices come to.
struct Chosen {
    document: String,
    changes_crm: bool,
    language: Language,
}

pub(super) async fn finish(
    State(admin): State<Admin>,
    Entrant { caller, device }: Entrant,
    StepSecret(step): StepSecret,
    Sent(choice): Sent<SetupFinish>,
) -> Reply {
    // Nobody without a step takes a place in the row.
    admin.setup(&step, |_| ())?;
    // Goes on when the connection ends: new settings may cut it.
    let done = reply::off(async move { admin.finish(&caller, &step, &choice).await }).await?;
    reply::with_cookie(done, App::Admin, Cookie::Device, device.expose())
}

impl Admin {
    async fn finish(&self, caller: &Caller, step: &str, choice: &SetupFinish) -> Reply {
        let _alone = self.changing().await;
        let before = self.setup(step, |setup| setup.entered.clone())?;
        let is_applied = before.as_ref().is_some_and(|entered| entered.applied);
        let chosen = match is_applied {
            true => None,
            false => Some(self.chosen(caller, step, before.is_some(), choice).await),
        };
        let (mut entered, chosen) = match (before, chosen.transpose()) {
            (Some(entered), chosen) => (entered, chosen),
            (None, chosen) => {
                let chosen = chosen?;
                (self.enter(caller, step).await?, Ok(chosen))
            }
        };
        let done = match chosen {
            Ok(chosen) => self.rest(step, &mut entered, chosen).await,
            Err(problem) => Err(problem),
        };
        let answer = match done {
            Ok(code) => reply::without_cookie(reply::json(&told(&code)), App::Admin, Cookie::Step),
            Err(problem) => Ok(problem.into_response()),
        };
        signed_in(answer, &entered)
    }

    /// What is to be in force, checked by hostd; nothing is written.
    async fn chosen(
        &self,
        caller: &Caller,
        step: &str,
        has_entered: bool,
        choice: &SetupFinish,
    ) -> Result<Chosen, Problem> {
        if !has_entered && self.parts().identity.has_accounts() {
            return Err(Code::AlreadySetUp.into());
        }
        // Its accounts take the place of those that would be made now.
        if self.is_restoring() {
            return Err(Code::OutOfOrder.into());
        }
        let enrolment = self.setup(step, |setup| setup.enrolment.clone())?;
        let enrolment = enrolment.filter(|it| it.proven).ok_or(Code::OutOfOrder)?;
        let language = enrolment.language;
        let (now, status) = (self.settings().await?, self.status().await?);
        let new = set_up(&now.settings, now.source, choice, language, caller.language)?;
        somebody::names_some(&new, site(&status), setup_pointer)?;
        let address = caller.peer.address.to_canonical();
        if !keeps(&new, site(&status), address) {
            let field = Field::new("/management/from", "locks-you-out").with("address", address);
            return Err(Problem::fields_refused(vec![field]));
        }
        let document = new.to_json();
        self.check(document.clone(), setup_pointer).await?;
        let changes_crm = new.crm != now.settings.crm;
        Ok(Chosen { document, changes_crm, language })
    }

    /// The first admin, on the disk and signed in.
    async fn enter(&self, caller: &Caller, step: &str) -> Result<Entered, Problem> {
        let enrolment = self.setup(step, |setup| setup.enrolment.clone())?;
        let enrolment = enrolment.ok_or(Code::OutOfOrder)?;
        let made = self.parts().identity.enrol_finish(enrolment.secret.expose(), &caller.peer);
        let (token, signed) = made.await?;
        let entered = Entered { token, signed, applied: false };
        self.remember(step, &entered);
        let done = entry(entered.signed.actor(), action::SETUP_DONE, outcome::ALLOWED, None);
        self.log(done).await?;
        Ok(entered)
    }

    /// What follows once there is an admin.
    async fn rest(
        &self,
        step: &str,
        entered: &mut Entered,
        chosen: Option<Chosen>,
    ) -> Result<ManagerCode, Problem> {
        let applied = match &chosen {
            Some(chosen) => self.bring_about(step, entered, chosen).await,
            None => Ok(()),
        };
        // Whatever came of the settings, there is an admin.
        self.settle_admin().await;
        applied?;
        if let Some(code) = self.setup(step, |setup| setup.done.clone()).ok().flatten() {
            // Used, or another one was made since: what this one opens is nothing.
            let is_good = self.kept_code().await? == Some(code.kept);
            return if is_good { Ok(code) } else { Err(Code::AlreadySetUp.into()) };
        }
        let code = self.new_manager_code(&entered.signed).await?;
        // Over by now: then there is no request to be repeated.
        let _ = self.setup(step, |setup| setup.done = Some(code.clone()));
        Ok(code)
    }

    async fn bring_about(
        &self,
        step: &str,
        entered: &mut Entered,
        chosen: &Chosen,
    ) -> Result<(), Problem> {
        // On a second try the session may have been ended from elsewhere.
        self.parts().identity.confirm(&entered.signed).await?;
        let done = self.apply(chosen.document.clone(), setup_pointer).await;
        let by = entered.signed.actor();
        if let Err(problem) = done {
            let why = Some(problem.code().as_str());
            self.log(entry(by, action::SETTINGS_CHANGED, outcome::REFUSED, why)).await?;
            return Err(problem);
        }
        entered.applied = true;
        self.remember(step, entered);
        self.parts().language.set(chosen.language);
        self.log(entry(by.clone(), action::SETTINGS_CHANGED, outcome::ALLOWED, None)).await?;
        if chosen.changes_crm {
            self.log(entry(by, action::CRM_ACCESS_CHANGED, outcome::ALLOWED, None)).await?;
        }
        Ok(())
    }

    fn remember(&self, step: &str, entered: &Entered) {
        // Over by now: then the admin signs in with name, password and code.
        let _ = self.setup(step, |setup| setup.entered = Some(entered.clone()));
    }
}

fn signed_in(answer: Result<Response<Body>, Problem>, entered: &Entered) -> Reply {
    reply::with_cookie(answer, App::Admin, Cookie::Session, entered.token.expose())
}
