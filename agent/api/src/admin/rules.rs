//! The rules of the settings in force: each as a sentence, what it did, and what is odd about it.

use std::collections::BTreeMap;
use std::time::SystemTime;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use host_api::{Request, Response, RuleHits};
use settings::{KNOWN_SERVICES, Remark, Rule, Settings, TimeZone};

use super::ask::unexpected;
use super::document::zone_called;
use super::state::Admin;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::realm::Who;
use crate::reply::{self, Reply};
use crate::shape::plain::Time;
use crate::shape::rules::{KnownService, RemarkKind, RuleRemark, RuleTold, Rules, TimeZones};
use crate::shape::shared::Language;

/// A rule that did nothing for so long is told as unused.
const UNUSED: u64 = 30 * 24 * 3600;

pub(super) fn routes() -> Router<Admin> {
    Router::new().route("/api/v1/rules", get(rules)).route("/api/v1/time-zones", get(time_zones))
}

/// They are many and change with the box's software alone: asked for once, not with the rules.
async fn time_zones(_: Who) -> Reply {
    reply::json(&TimeZones { items: TimeZone::names() })
}

async fn rules(State(admin): State<Admin>, _: Who, caller: Caller) -> Reply {
    let (now, hits) = (admin.settings().await?, admin.hits().await?);
    reply::json(&told(&now.settings, &hits, SystemTime::now(), caller.language))
}

impl Admin {
    async fn hits(&self) -> Result<Vec<RuleHits>, Problem> {
        match self.ask(Request::Hits).await? {
            Response::Hits(hits) => Ok(hits),
            other => Err(unexpected(&other)),
        }
    }
}

fn told(settings: &Settings, hits: &[RuleHits], now: SystemTime, language: Language) -> Rules {
    let on = settings.schedules_on(now);
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let hits: BTreeMap<u16, &RuleHits> = hits.iter().map(|hits| (hits.rule, hits)).collect();
    let remarks = settings.remarks();
    let name = |zone: &str| zone_called(&[settings], zone, language);
    let one = |rule: &Rule| {
        let hits = hits.get(&rule.id);
        let odd = remarks.iter().filter(|(id, _)| *id == rule.id).map(|(_, remark)| *remark);
        let unused = hits.is_some_and(|hits| {
            hits.last.unwrap_or(hits.since).saturating_add(UNUSED) <= seconds && rule.enabled
        });
        let in_hours = rule.schedule.as_ref().is_none_or(|name| on.contains(name));
        let off_hours = (rule.enabled && !in_hours).then_some(Remark::OffHours);
        let odd: Vec<Remark> = odd.collect();
        let unused = (unused && !odd.contains(&Remark::Nobody)).then_some(Remark::Unused);
        let odd = odd.into_iter().chain(unused).chain(off_hours);
        RuleTold {
            id: rule.id,
            sentence: rule.text_naming(language.into(), name),
            on: rule.enabled && in_hours,
            hits: hits.map_or(0, |hits| hits.hits),
            last_hit: hits.and_then(|hits| hits.last).map(|last| Time(last.saturating_mul(1000))),
            counted_since: hits.map(|hits| Time(hits.since.saturating_mul(1000))),
            remarks: odd.map(|remark| remark_told(remark, language)).collect(),
        }
    };
    let known = KNOWN_SERVICES.iter().map(|(name, ways)| KnownService {
        name: (*name).to_owned(),
        ways: ways.iter().map(ToString::to_string).collect(),
    });
    Rules { rules: settings.rules.iter().map(one).collect(), known_services: known.collect() }
}

fn remark_told(remark: Remark, language: Language) -> RuleRemark {
    let (kind, rule) = match remark {
        Remark::Shadowed { by } => (RemarkKind::Shadowed, Some(by)),
        Remark::Redundant { by } => (RemarkKind::Redundant, Some(by)),
        Remark::PolicyDoesIt => (RemarkKind::PolicyDoesIt, None),
        Remark::Ipv4Only => (RemarkKind::Ipv4Only, None),
        Remark::Unused => (RemarkKind::Unused, None),
        Remark::OffHours => (RemarkKind::OffHours, None),
        Remark::Nobody => (RemarkKind::Nobody, None),
    };
    RuleRemark { kind, rule, text: remark.text(language.into()) }
}
