//! Targets of alerts: whom the box tells, how it reaches them, and how they do. To let the box go there is a
//! change of the settings like any other; it asks for it when a target is saved.

mod given;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post, put};
use host_api::egress::EgressAsked;
use host_api::{Request, Response};
use notify::{Chosen, MAX_TARGETS, RelaySecurity, RobotKind, Way};
use seal::numbers::action;
use seal::{RecordId, Version};
use settings::Settings;

use super::alerts::severity;
use super::bell::{NotChanged, Said, Shown};
use super::document::refused_fields;
use super::state::Admin;
use crate::caller::{At, Caller, Sent};
use crate::problem::{Code, Field, Problem};
use crate::realm::Who;
use crate::reply::{self, Reply};
use crate::shape::plain::{Id, Time};
use crate::shape::shared::Language;
use crate::shape::targets as shape;
use crate::version::if_match;
use given::{Reached, chosen, quiet_told};

pub(super) fn routes() -> Router<Admin> {
    Router::new()
        .route("/api/v1/alerts/targets", get(list).post(add))
        .route("/api/v1/alerts/targets/{id}", put(change).delete(remove))
        .route("/api/v1/alerts/targets/{id}/test", post(test))
}

async fn list(State(admin): State<Admin>, _: Who, caller: Caller) -> Reply {
    let ways = admin.ways().await;
    let targets = admin.bell().targets().await;
    let items = targets.iter().map(|one| told(one, &ways, caller.language)).collect();
    reply::json(&shape::AlertTargets { items, most: MAX_TARGETS })
}

async fn add(
    State(admin): State<Admin>,
    who: Who,
    caller: Caller,
    Sent(given): Sent<shape::AlertTargetGiven>,
) -> Reply {
    admin.save(who, caller.language, None, given, StatusCode::CREATED).await
}

async fn change(
    State(admin): State<Admin>,
    who: Who,
    caller: Caller,
    At(id): At,
    headers: HeaderMap,
    Sent(given): Sent<shape::AlertTargetGiven>,
) -> Reply {
    let former = (id, Version(if_match(&headers)?));
    admin.save(who, caller.language, Some(former), given, StatusCode::OK).await
}

async fn remove(State(admin): State<Admin>, who: Who, At(id): At, headers: HeaderMap) -> Reply {
    let version = Version(if_match(&headers)?);
    let name =
        admin.bell().targets().await.into_iter().find(|it| it.id == id).map(|it| called(&it));
    let what = action::ALERT_TARGET_REMOVED;
    let work = async {
        let removed = admin.bell().remove_target(&who.signed, id, version, Said::done(what, name));
        removed.await.map_err(Problem::from)
    };
    admin.in_turn(&who, what, work).await?;
    reply::nothing()
}

/// It is sent shortly after; the list says what came of it.
async fn test(State(admin): State<Admin>, who: Who, At(id): At) -> Reply {
    let name =
        admin.bell().targets().await.into_iter().find(|it| it.id == id).map(|it| called(&it));
    let what = action::ALERT_TARGET_TESTED;
    let work = async {
        let tested = admin.bell().test_target(&who.signed, id, Said::done(what, name));
        tested.await.map_err(Problem::from)
    };
    admin.in_turn(&who, what, work).await?;
    reply::nothing()
}

fn called(one: &Shown) -> String {
    one.known.chosen.target.name.as_str().to_owned()
}

impl From<NotChanged> for Problem {
    fn from(why: NotChanged) -> Self {
        match why {
            NotChanged::Missing => Code::NotFound.into(),
            NotChanged::Meanwhile => Code::ChangedMeanwhile.into(),
            NotChanged::Full => {
                Self::fields_refused(vec![Field::new("", "too-many").with("most", MAX_TARGETS)])
            }
            NotChanged::Taken => Self::field("/name", "target-taken"),
            NotChanged::Not(error) => error.into(),
        }
    }
}

/// What is known of where the box may go.
struct Ways {
    settings: Option<Settings>,
    /// What it asks for, with whether that was declined; none when nobody knows.
    asked: Option<Vec<(String, bool)>>,
}

impl Admin {
    async fn ways(&self) -> Ways {
        let settings = self.settings().await.ok().map(|now| now.settings);
        let asked = match self.ask(Request::Egress).await {
            Ok(Response::Egress(told)) => {
                Some(told.wanted.into_iter().map(|it| (it.id, it.declined.is_some())).collect())
            }
            _ => None,
        };
        Ways { settings, asked }
    }

    async fn save(
        &self,
        who: Who,
        language: Language,
        former: Option<(RecordId, Version)>,
        given: shape::AlertTargetGiven,
        status: StatusCode,
    ) -> Reply {
        let what = match former {
            None => action::ALERT_TARGET_ADDED,
            Some(_) => action::ALERT_TARGET_CHANGED,
        };
        let saved = async {
            let before = match former {
                None => None,
                Some((id, _)) => {
                    let all = self.bell().targets().await;
                    let found = all.into_iter().find(|it| it.id == id).ok_or(Code::NotFound)?;
                    Some(found.known.chosen)
                }
            };
            let (chosen, secret) = chosen(given, before.as_deref())?;
            self.want_way(&chosen, language).await?;
            let said = Said::done(what, Some(chosen.target.name.as_str().to_owned()));
            let put = self.bell().put_target(&who.signed, former, chosen, said).await;
            Ok((put.map_err(Problem::from)?, secret))
        };
        let (id, secret) = self.in_turn(&who, what, saved).await?;
        let ways = self.ways().await;
        let all = self.bell().targets().await;
        let one = all.iter().find(|it| it.id == id).ok_or(Code::NotFound)?;
        let (version, target) = (one.known.version.0, told(one, &ways, language));
        let secret = secret.map(|secret| secret.reveal().to_owned());
        reply::versioned(status, version, &shape::AlertTargetSaved { target, secret })
    }

    /// Asks to go where a target is, as any program asks; refuses one that could never be allowed.
    async fn want_way(&self, chosen: &Chosen, language: Language) -> Result<(), Problem> {
        let now = self.settings().await?.settings;
        let way = chosen.way.egress();
        if now.may_go(way.key()) {
            return Ok(());
        }
        let place = match Reached::of(&chosen.way) {
            Reached::Host => |_: &str| "/host".to_owned(),
            Reached::Address => |_: &str| "/address".to_owned(),
        };
        now.judge_egress(&way).map_err(|problems| {
            let ours = problems.into_iter().filter(|it| it.field.starts_with("/egress"));
            refused_fields(ours.collect(), language, place)
        })?;
        let asked = EgressAsked::of(&way, chosen.target.name.as_str());
        match self.ask(Request::EgressAsk(asked)).await? {
            Response::Accepted => {}
            // The list of what is asked for is full: the target says that it is not reached.
            other => tracing::warn!(?other, "where a target is was not asked for"),
        }
        Ok(())
    }
}

fn told(one: &Shown, ways: &Ways, language: Language) -> shape::AlertTarget {
    let Chosen { target, way } = &*one.known.chosen;
    let relay = if let Way::Mail(relay) = way { Some(relay) } else { None };
    shape::AlertTarget {
        id: Id(one.id.0),
        version: one.known.version.0,
        name: target.name.as_str().to_owned(),
        way: word(way),
        language: target.language.into(),
        from: severity(target.from),
        quiet: target.quiet.map(quiet_told),
        heads: target.heads,
        per_hour: target.per_hour,
        host: way.place().host.to_string(),
        port: way.place().port,
        security: relay.map(|relay| match relay.security {
            RelaySecurity::Tls => shape::AlertSecurity::Tls,
            RelaySecurity::StartTls => shape::AlertSecurity::StartTls,
        }),
        user: relay.and_then(|relay| relay.login.as_ref()).map(|login| login.user.clone()),
        sender: relay.map(|relay| relay.from.to_string()),
        recipients: relay
            .map_or_else(Vec::new, |relay| relay.to.iter().map(ToString::to_string).collect()),
        address: match way {
            Way::Webhook(webhook) => Some(webhook.address.clone().into()),
            _ => None,
        },
        signed: matches!(way, Way::Robot(robot) if robot.secret.is_some()),
        authority: way.authority().map(|authority| authority.as_str().to_owned()),
        egress: opened(way, ways),
        egress_id: firewall::egress_id(&way.egress()),
        waiting: one.told.waiting,
        sent: one.told.sent.map(|at| Time(at.0)),
        failing: one.told.failing.as_ref().map(|failing| shape::AlertFailing {
            why: failing.why.sentence(language.into()),
            code: failing.why.key().to_owned(),
            since: Time(failing.since.0),
            last: Time(failing.last.0),
            next: one.told.next.filter(|_| one.told.waiting > 0).map(|at| Time(at.0)),
        }),
    }
}

fn opened(way: &Way, ways: &Ways) -> shape::AlertEgress {
    let egress = way.egress();
    let (Some(settings), Some(asked)) = (&ways.settings, &ways.asked) else {
        return shape::AlertEgress::Unknown;
    };
    if settings.may_go(egress.key()) {
        return shape::AlertEgress::Allowed;
    }
    let id = firewall::egress_id(&egress);
    match asked.iter().find(|(asked, _)| *asked == id) {
        Some((_, true)) => shape::AlertEgress::Declined,
        Some((_, false)) => shape::AlertEgress::Asked,
        None => shape::AlertEgress::Missing,
    }
}

fn word(way: &Way) -> shape::AlertWay {
    match way {
        Way::Mail(_) => shape::AlertWay::Mail,
        Way::Webhook(_) => shape::AlertWay::Webhook,
        Way::Syslog(_) => shape::AlertWay::Syslog,
        Way::Robot(robot) => match robot.kind {
            RobotKind::WeCom => shape::AlertWay::Wecom,
            RobotKind::DingTalk => shape::AlertWay::Dingtalk,
            RobotKind::Feishu => shape::AlertWay::Feishu,
        },
    }
}
