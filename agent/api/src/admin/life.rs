//! What the process asks of this application's state besides requests: what to tell hostd and the CRM, and
//! what the CRM's events mean here.

use data_encoding::HEXLOWER;
use events::{CrmState, Event, Order};
use host_api::seeing::{self, DevicesShown, Look, MAX_PAGE, Page, Seen};
use host_api::{Request, Response};
use identity::KeptCode;
use notify::{Alert, Count, HeadLine, Mac, Part, Zone};
use seal::numbers::{action, outcome};
use vault::Actor;

use super::ask::unexpected;
use super::state::{Admin, Noise, entry};
use crate::problem::{Code, Problem};
use crate::reply;

impl Admin {
    /// What is to be settled with hostd, now and then: whether there is an admin, what became of settings
    /// that were tried, whether the network holds.
    pub async fn settle(&self) {
        self.settle_admin().await;
        self.note_new_devices().await;
        self.try_the_network().await;
        let _alone = self.changing().await;
        if let Err(problem) = self.settle_changes().await {
            let problem = problem.code().as_str();
            tracing::warn!(problem, "what became of a change is written down later");
        }
        self.keep_settings_in_time().await;
        if let Err(problem) = self.learn_of_console().await {
            let problem = problem.code().as_str();
            tracing::warn!(problem, "what the console did is written down later");
        }
        // One may run since before this process began.
        if self.settings().await.is_ok_and(|now| now.trial.is_some()) {
            self.look_after_trial();
        }
    }

    /// Writes down that devices came that were not known, those of a minute together: who makes up one after
    /// the other must not fill the disk. What came before this process began is on the page alone.
    async fn note_new_devices(&self) {
        let show = DevicesShown::New;
        let page = Page { show, limit: MAX_PAGE, ..Page::default() };
        let Ok(Seen::Devices { rows, counts }) = self.look(Look::Devices(page)).await else {
            return;
        };
        let newest = rows.iter().map(|row| row.first_seen).max().unwrap_or(0);
        let Some(before) = self.devices_noted(newest) else { return };
        let new: Vec<_> = rows.iter().filter(|row| row.first_seen > before).collect();
        let came = new.len();
        let told = new.iter().take_while(|_| self.hears(Noise::Devices));
        let told =
            told.filter_map(|row| new_device(row)).map(|alert| self.bell().tell(alert)).count();
        // A full page of new ones: all that are new, as far as anybody can tell.
        let count = if came == MAX_PAGE { counts.new } else { came };
        if count == 0 {
            return;
        }
        if count > told {
            self.bell().overlook((count - told) as u64);
        }
        let count = i64::try_from(count).ok();
        let happened = entry(Actor::default(), action::DEVICE_NEW, outcome::ALLOWED, None);
        if let Err(problem) = self.log(vault::Access { count, ..happened }).await {
            self.failed(&problem);
        }
    }

    /// Tells hostd whether there is an admin, when it knows something else: then the setup code dies, or
    /// there is a new one. What hostd cannot do it is asked for again. No request ever takes the last admin
    /// away.
    pub(super) async fn settle_admin(&self) {
        if let Err(problem) = self.tell_of_admin().await {
            tracing::warn!(problem = problem.code().as_str(), "hostd was not told of the admin");
        }
    }

    async fn tell_of_admin(&self) -> Result<(), Problem> {
        // hostd first: an admin who is made meanwhile was not lost.
        let set_up = self.status().await?.set_up;
        let request = match (self.parts().identity.has_accounts(), set_up) {
            (true, false) => Request::SetupDone,
            (false, true) => {
                // First: the power may go before hostd has done it, and then this is asked again.
                if !self.knows_admins_lost() {
                    tracing::warn!(
                        "the box was set up, but its store has no admin who can sign in: set-up opens again"
                    );
                    let lost = entry(Actor::default(), action::ADMINS_LOST, outcome::ALLOWED, None);
                    self.log(lost).await?;
                }
                Request::AdminsLost
            }
            (true, true) | (false, false) => return Ok(()),
        };
        match self.ask(request).await? {
            Response::Accepted => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    /// What the CRM is to be told whenever it says that it runs.
    pub async fn orders_in_force(&self) -> Vec<Order> {
        let mut orders =
            vec![Order::Language { tag: self.parts().language.get().tag().to_owned() }];
        match self.kept_code().await {
            Ok(code) => orders.extend(code.map(order)),
            Err(problem) => {
                tracing::error!(
                    problem = problem.code().as_str(),
                    "the manager's code is not told"
                );
            }
        }
        orders
    }

    /// The manager's code in force.
    pub(super) async fn kept_code(&self) -> Result<Option<KeptCode>, Problem> {
        let identity = self.parts().identity.clone();
        Ok(reply::off(async move { identity.manager_code() }).await??)
    }

    /// Takes in what the CRM says.
    pub async fn crm_said(&self, event: &Event) {
        let is_claimed = matches!(
            event,
            Event::Claimed
                | Event::Restored
                | Event::Started { state: CrmState::Locked | CrmState::Open }
        );
        if is_claimed {
            let identity = self.parts().identity.clone();
            let forgot = reply::off(async move { identity.forget_manager_code().await }).await;
            if let Err(problem) = forgot.and_then(|forgot| Ok(forgot?)) {
                self.failed(&problem);
            }
        }
        let (what, count) = match event {
            Event::Claimed => ("claimed", None),
            Event::Unlocked => ("unlocked", None),
            Event::RecoveryKeyUsed => ("recovery-key-used", None),
            Event::Locked => ("locked", None),
            Event::Restored => ("restored", None),
            Event::UnlockFailed { count } => ("unlock-failed", Some(i64::from(*count))),
            Event::DiskFailed => ("disk-failed", None),
            Event::ClaimRefused { count } => ("claim-refused", Some(i64::from(*count))),
            Event::EgressWanted { .. } => return self.crm_wants(event).await,
            Event::Head { line } => return self.crm_head(line).await,
            Event::Copies(copies) => return self.copies_are(Some(*copies)),
            Event::CopyLate { .. } => ("copy-late", None),
            Event::CopyBad { .. } => ("copy-bad", None),
            Event::Started { state } => {
                // A locked vault copies nothing, and says so no more.
                self.copies_are(None);
                if *state == CrmState::Locked && self.hears(Noise::Crm) {
                    self.bell().tell(Alert::CrmLocked {});
                }
                return;
            }
        };
        let noise = match event {
            Event::UnlockFailed { .. } => Noise::Unlocking,
            Event::ClaimRefused { .. } => Noise::Claiming,
            _ => Noise::Crm,
        };
        if !self.hears(noise) {
            tracing::warn!(what, "the CRM says more than the log takes in an hour");
            return;
        }
        if let Some(alert) = said_by_crm(event) {
            self.bell().tell(alert);
        }
        let happened = entry(Actor::default(), action::CRM_EVENT, outcome::ALLOWED, Some(what));
        if let Err(problem) = self.log(vault::Access { count, ..happened }).await {
            self.failed(&problem);
        }
    }

    /// Where the vault's log stands, for whoever keeps it away from the box. A CRM that was captured can say only
    /// what no key of the vault signed, which `gatehouse-verify` finds.
    async fn crm_head(&self, line: &str) {
        if !self.bell().sends_heads().await {
            return;
        }
        if !self.hears(Noise::Heads) {
            tracing::warn!("the CRM tells more heads of its log than leave in an hour");
            return;
        }
        match HeadLine::try_from(line.to_owned()) {
            Ok(head) => self.bell().tell(Alert::AuditHead { realm: notify::Realm::Crm, head }),
            Err(why) => tracing::warn!(why, "the CRM tells no head of its log"),
        }
    }

    fn failed(&self, problem: &Problem) {
        let code: Code = problem.code();
        tracing::error!(problem = code.as_str(), "an event was not kept");
    }
}

fn new_device(row: &seeing::Device) -> Option<Alert> {
    let mac = Mac::try_from(row.mac.clone()).ok()?;
    let device = row.name.as_deref().unwrap_or(&row.mac).into();
    Some(Alert::NewDevice { mac, device, zone: Zone(row.zone.as_str().into()) })
}

/// What the bell tells of it.
fn said_by_crm(event: &Event) -> Option<Alert> {
    match event {
        Event::Claimed => Some(Alert::CrmClaimed {}),
        Event::UnlockFailed { count } => {
            Some(Alert::CrmUnlockFailed { count: Count((*count).into()) })
        }
        Event::ClaimRefused { count } => {
            Some(Alert::CrmClaimRefused { count: Count((*count).into()) })
        }
        Event::RecoveryKeyUsed => Some(Alert::RecoveryKeyUsed {}),
        Event::DiskFailed => Some(Alert::DiskFailed { part: Part::Crm }),
        Event::CopyLate { place, days } => Some(Alert::CopyLate {
            realm: notify::Realm::Crm,
            place: place.as_str().into(),
            days: *days,
        }),
        Event::CopyBad { place } => {
            Some(Alert::CopyBad { realm: notify::Realm::Crm, place: place.as_str().into() })
        }
        Event::Started { .. }
        | Event::Copies(_)
        | Event::Unlocked
        | Event::Locked
        | Event::Restored
        | Event::EgressWanted { .. }
        | Event::Head { .. } => None,
    }
}

/// A manager's code as the CRM is told of it.
pub(super) fn order(code: KeptCode) -> Order {
    Order::ManagerCode { sha256: HEXLOWER.encode(&code.sha256), expires: code.expires }
}
