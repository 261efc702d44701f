//! The CRM as the admin application knows it, and the code for its first manager.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use identity::Signed;
use seal::numbers::{action, outcome};

use super::life;
use super::state::{Admin, entry};
use crate::contract::App;
use crate::problem::{Code, Problem};
use crate::realm::Who;
use crate::reply::{self, Reply};
use crate::shape::admin::{CrmReach, CrmStatus, ManagerCode, ManagerCodeLife};
use crate::shape::plain::Time;

pub(super) fn routes() -> Router<Admin> {
    Router::new().route("/api/v1/crm", get(crm)).route("/api/v1/crm/manager-code", post(make_code))
}

async fn crm(State(admin): State<Admin>, _: Who) -> Reply {
    let (state, since) = *admin.parts().crm.reach.borrow();
    let code = match state {
        CrmReach::Unclaimed | CrmReach::Unreachable => admin.kept_code().await?,
        CrmReach::Locked | CrmReach::Open | CrmReach::DiskFailed => None,
    };
    reply::json(&CrmStatus {
        state,
        since: Time(since),
        url: url(),
        manager_code: code.map(|code| ManagerCodeLife { expires: Time(code.expires) }),
    })
}

async fn make_code(State(admin): State<Admin>, who: Who) -> Reply {
    let made = reply::off(async move {
        let _alone = admin.changing().await;
        let made = admin.code_while_unclaimed(&who.signed).await;
        if let Err(problem) = &made {
            let (by, why) = (who.signed.actor(), problem.code().as_str());
            admin.log(entry(by, action::CODE_MADE, outcome::REFUSED, Some(why))).await?;
        }
        made
    });
    reply::json(&told(&made.await??))
}

impl Admin {
    async fn code_while_unclaimed(&self, by: &Signed) -> Result<identity::ManagerCode, Problem> {
        let (state, _) = *self.parts().crm.reach.borrow();
        match state {
            CrmReach::Unclaimed => self.new_manager_code(by).await,
            CrmReach::Locked | CrmReach::Open => Err(Code::AlreadySetUp.into()),
            CrmReach::DiskFailed => Err(Code::DiskFailed.into()),
            CrmReach::Unreachable => Err(Code::CrmAway.into()),
        }
    }

    /// Makes a code, and tells the CRM; a former one opens nothing any more. Blocks on the disk; whoever
    /// calls it is [`Admin::changing`].
    pub(super) async fn new_manager_code(
        &self,
        by: &Signed,
    ) -> Result<identity::ManagerCode, Problem> {
        let by = by.admin().ok_or(Code::NotAllowed)?;
        let code = self.parts().identity.make_manager_code(&by).await?;
        self.order(life::order(code.kept));
        Ok(code)
    }
}

/// As it goes over the wire, once.
pub(super) fn told(code: &identity::ManagerCode) -> ManagerCode {
    ManagerCode {
        manager_code: code.code.to_string(),
        crm_url: url(),
        expires: Time(code.kept.expires),
    }
}

fn url() -> String {
    format!("https://{}", App::Crm.host())
}
