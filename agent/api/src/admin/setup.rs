//! The set-up up to its last page: the console's code, what there is, the first admin and the
//! authenticator app. Nothing is written.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use host_api::{Request, Response, SetupTried, Status};
use identity::{ManagerCode, Secret, Signed};
use seal::numbers::{action, outcome};
use settings::{PortRole, Settings};
use vault::Actor;

use super::ask::unexpected;
use super::document::{crm_address, reach, site};
use super::finish;
use super::state::{Admin, Noise, entry};
use super::zones::WAN;
use crate::caller::{Caller, Sent, StepSecret};
use crate::contract::App;
use crate::cookie::Cookie;
use crate::problem::{Code, Problem};
use crate::reply::{self, Reply};
use crate::shape::setup::{ManagementAccess, Setup, SetupCrm, SetupPort, SetupStep, SetupZone};
use crate::shape::shared::{Language, NewAccount, TypedCode};
use crate::shared::{new_account, told_totp, totp_setup};

/// What a set-up has come to; behind the secret of its step.
#[derive(Debug, Default)]
pub(super) struct SetUp {
    /// The first admin on the way.
    pub(super) enrolment: Option<Enrolment>,
    /// The first admin is on the disk and signed in.
    pub(super) entered: Option<Entered>,
    /// All is done; for the same request again, whose answer may have been lost.
    pub(super) done: Option<ManagerCode>,
}

#[derive(Clone, Debug)]
pub(super) struct Enrolment {
    /// For [`identity::Identity::enrol_finish`].
    pub(super) secret: Secret,
    /// The account's, and so the box's.
    pub(super) language: Language,
    /// Whether the authenticator app works.
    pub(super) proven: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Entered {
    /// For the session's cookie.
    pub(super) token: Secret,
    pub(super) signed: Signed,
    /// Whether the settings chosen are in force.
    pub(super) applied: bool,
}

pub(super) fn routes() -> Router<Admin> {
    Router::new()
        .route("/api/v1/setup/code", post(code))
        .route("/api/v1/setup", get(setup))
        .route("/api/v1/setup/account", post(account))
        .route("/api/v1/setup/totp", post(totp))
        .route("/api/v1/setup/finish", post(finish::finish))
}

async fn code(
    State(admin): State<Admin>,
    caller: Caller,
    before: Result<StepSecret, Problem>,
    Sent(typed): Sent<TypedCode>,
) -> Reply {
    if admin.parts().identity.has_accounts() {
        return Err(Code::AlreadySetUp.into());
    }
    let from = caller.peer.address;
    let tried = match admin.ask(Request::TrySetupCode { code: typed.code, from }).await? {
        Response::SetupTried(tried) => tried,
        other => return Err(unexpected(&other)),
    };
    let actor = Actor {
        device: caller.peer.device.clone(),
        address: Some(caller.peer.address),
        ..Actor::default()
    };
    let refusal = entry(actor, action::ENROL_REFUSED, outcome::REFUSED, Some("setup-code"));
    match tried {
        SetupTried::Right => {
            // Whoever comes with the code to their own set-up goes on where they were.
            if let Ok(StepSecret(step)) = before
                && admin.setup(&step, |_| ()).is_ok()
            {
                return admin.goes_on(&step, reply::nothing());
            }
            let step = admin.begin_setup()?;
            reply::with_cookie(reply::nothing(), App::Admin, Cookie::Step, step.expose())
        }
        SetupTried::Wrong { left } => {
            if admin.hears(Noise::SetupCodes) {
                admin.log(refusal).await?;
            }
            Err(Problem::from(Code::WrongCode).with("triesLeft", left))
        }
        SetupTried::Wait { seconds } => {
            // Cost nothing, so it may come often: within a second on the disk.
            if admin.hears(Noise::SetupCodes) {
                admin.parts().store.note_list_read(refusal);
            }
            Err(Problem::slow_down(Duration::from_secs(seconds)))
        }
        SetupTried::SetUp => Err(Code::AlreadySetUp.into()),
    }
}

async fn setup(State(admin): State<Admin>, caller: Caller, StepSecret(step): StepSecret) -> Reply {
    let enrolment = admin.setup(&step, |setup| setup.enrolment.clone())?;
    let (in_force, status) = (admin.settings().await?, admin.status().await?);
    let settings = &in_force.settings;
    let suggested = match caller.language {
        Language::ZhCn => "Asia/Shanghai",
        Language::En => "UTC",
    };
    let crm = SetupCrm {
        address: crm_address(settings, site(&status)).map(|address| address.to_string()),
        reachable_from: reach(&settings.crm.reachable_from),
    };
    let unproven = |of: &Enrolment| admin.parts().identity.unproven(&of.secret);
    let totp = enrolment.as_ref().and_then(unproven).as_ref().map(told_totp);
    let next = match enrolment {
        _ if admin.is_restoring() => SetupStep::Restore,
        Some(Enrolment { proven: true, .. }) => SetupStep::Choices,
        Some(_) if totp.is_some() => SetupStep::Totp,
        _ => SetupStep::Account,
    };
    reply::json(&Setup {
        next,
        totp,
        languages: vec![Language::En, Language::ZhCn],
        time_zones: identity::time_zones::all().map(str::to_owned).collect(),
        suggested_time_zone: suggested.to_owned(),
        ports: ports(settings, &status),
        zones: zones(settings, &status),
        crm,
        management: ManagementAccess { from: reach(&settings.management.from) },
    })
}

fn ports(settings: &Settings, status: &Status) -> Vec<SetupPort> {
    let carried = |name: &str| {
        let port = settings.ports.iter().find(|(port, _)| port.as_str() == name);
        match port.map(|(_, port)| &port.role) {
            None => Vec::new(),
            Some(PortRole::Wan) => vec![WAN.to_owned()],
            Some(PortRole::Access(zone)) => vec![zone.to_string()],
            Some(PortRole::Trunk(zones)) => zones.iter().map(ToString::to_string).collect(),
        }
    };
    let known = status.ports.iter().map(|port| SetupPort {
        interface: port.interface.clone(),
        mac: port.mac.clone(),
        name: Some(port.name.clone()),
        zones: carried(&port.name),
        linked: port.linked,
    });
    let unknown = status.unknown.iter().map(|port| SetupPort {
        interface: Some(port.interface.clone()),
        mac: port.mac.clone(),
        name: None,
        zones: Vec::new(),
        linked: port.linked,
    });
    known.chain(unknown).collect()
}

fn zones(settings: &Settings, status: &Status) -> Vec<SetupZone> {
    let address = |name: &str| {
        let zone = status.zones.iter().find(|zone| zone.name == name)?;
        zone.addresses.first().map(ToString::to_string)
    };
    let zones = settings.zones.iter().map(|(name, zone)| SetupZone {
        name: name.to_string(),
        vlan: Some(zone.vlan.number()),
        address: address(name.as_str()),
        dhcp: zone.ipv4.as_ref().is_some_and(|ipv4| ipv4.dhcp.is_some()),
    });
    zones.collect()
}

/// A person may go back and send it again: the last one counts.
async fn account(
    State(admin): State<Admin>,
    StepSecret(step): StepSecret,
    Sent(new): Sent<NewAccount>,
) -> Reply {
    admin.setup(&step, |_| ())?;
    let language = new.language;
    let former = admin.setup(&step, |setup| setup.enrolment.clone())?.map(|former| former.secret);
    let begun =
        admin.parts().identity.begin_first_shown(new_account(new), false, former.as_ref()).await;
    let (secret, totp) = begun?;
    let enrolment = Enrolment { secret, language, proven: false };
    admin.setup(&step, |setup| setup.enrolment = Some(enrolment))?;
    admin.goes_on(&step, totp_setup(&totp))
}

async fn totp(
    State(admin): State<Admin>,
    caller: Caller,
    StepSecret(step): StepSecret,
    Sent(typed): Sent<TypedCode>,
) -> Reply {
    let enrolment = admin.setup(&step, |setup| setup.enrolment.clone())?;
    let secret = enrolment.ok_or(Code::OutOfOrder)?.secret;
    admin.parts().identity.enrol_code(secret.expose(), &typed.code, &caller.peer)?;
    admin.setup(&step, |setup| {
        // Not of an account that was sent meanwhile.
        let same = setup.enrolment.as_mut().filter(|it| it.secret.expose() == secret.expose());
        if let Some(enrolment) = same {
            enrolment.proven = true;
        }
    })?;
    admin.goes_on(&step, reply::nothing())
}
