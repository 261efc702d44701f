//! Reads rules and what they name: services, groups, schedules.

use std::str::FromStr;

use super::{Read, Reader, single};
use crate::json::Value;
use crate::problem::Place;
use crate::{
    Member, Reason, Rule, RuleAction, Side, Span, Target, TimeOfDay, Title, Way, Weekday, Which,
    ZoneName,
};

impl Reader {
    pub(super) fn service(&mut self, value: &Value, place: &Place<'_>) -> Option<Vec<Way>> {
        self.list(value, place, Self::text)
    }

    pub(super) fn members(&mut self, value: &Value, place: &Place<'_>) -> Option<Vec<Member>> {
        self.list(value, place, Self::member)
    }

    pub(super) fn member(&mut self, value: &Value, place: &Place<'_>) -> Option<Member> {
        match (value, single(value)) {
            (Value::Text(_), _) => self.text(value, place),
            (_, Some(("group", name))) => self.text(name, &place.field("group")).map(Member::Group),
            _ => self.wrong(place, Reason::MemberInvalid),
        }
    }

    pub(super) fn schedule(&mut self, value: &Value, place: &Place<'_>) -> Option<Vec<Span>> {
        self.list(value, place, Self::span)
    }

    fn span(&mut self, value: &Value, place: &Place<'_>) -> Option<Span> {
        let fields = self.fields(value, place, &["days", "from", "to"])?;
        let days = self.required(&fields, "days", |r, v, p| r.list(v, p, Self::weekday));
        let from = self.required(&fields, "from", Self::text::<TimeOfDay>);
        let to = self.required(&fields, "to", Self::text::<TimeOfDay>);
        let mut days = days?;
        days.sort_unstable();
        Some(Span { days, from: from?, to: to? })
    }

    fn weekday(&mut self, value: &Value, place: &Place<'_>) -> Option<Weekday> {
        const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let words: Vec<(&str, Weekday)> = DAYS.into_iter().zip(Weekday::ALL).collect();
        self.word(value, place, "mon, tue, wed, thu, fri, sat, sun", &words)
    }

    pub(super) fn rule(&mut self, value: &Value, place: &Place<'_>) -> Option<Rule> {
        const KNOWN: [&str; 9] =
            ["id", "enabled", "action", "from", "to", "services", "schedule", "log", "comment"];
        let fields = self.fields(value, place, &KNOWN)?;
        let id = self.required(&fields, "id", Self::rule_id);
        let enabled = self.optional(&fields, "enabled", Self::yes_or_no);
        let action = self.required(&fields, "action", Self::rule_action);
        let from = self.required(&fields, "from", Self::side::<ZoneName>);
        let to = self.required(&fields, "to", Self::side::<Target>);
        let services =
            self.required(&fields, "services", |r, v, p| r.which(v, p, Self::text::<Title>));
        let schedule = self.optional(&fields, "schedule", Self::text);
        let log = self.optional(&fields, "log", Self::yes_or_no);
        let comment = self.optional(&fields, "comment", Self::text);
        Some(Rule {
            id: id?,
            enabled: enabled?.unwrap_or(true),
            action: action?,
            from: from?,
            to: to?,
            services: services?,
            schedule: schedule?,
            log: log?.unwrap_or(false),
            comment: comment?,
        })
    }

    pub(super) fn rule_id(&mut self, value: &Value, place: &Place<'_>) -> Option<u16> {
        let number = self.number(value, place, Reason::RuleIdInvalid)?;
        let id = u16::try_from(number).ok().filter(|id| *id != 0);
        self.noted(place, id.ok_or(Reason::RuleIdInvalid))
    }

    fn rule_action(&mut self, value: &Value, place: &Place<'_>) -> Option<RuleAction> {
        let words = [
            ("allow", RuleAction::Allow),
            ("block", RuleAction::Block),
            ("reject", RuleAction::Reject),
        ];
        self.word(value, place, "allow, block, reject", &words)
    }

    fn side<Z: FromStr<Err = Reason>>(
        &mut self,
        value: &Value,
        place: &Place<'_>,
    ) -> Option<Side<Z>> {
        let fields = self.fields(value, place, &["zones", "addresses"])?;
        let zones = self.required(&fields, "zones", |r, v, p| r.which(v, p, Self::text));
        let addresses = self.required(&fields, "addresses", |r, v, p| r.which(v, p, Self::member));
        Some(Side { zones: zones?, addresses: addresses? })
    }

    pub(super) fn which<T>(
        &mut self,
        value: &Value,
        place: &Place<'_>,
        entry: Read<T>,
    ) -> Option<Which<T>> {
        match value {
            Value::Text(text) if text == "all" => Some(Which::All),
            Value::List(_) => self.list(value, place, entry).map(Which::These),
            _ => self.wrong(place, Reason::WhichInvalid),
        }
    }

    pub(super) fn yes_or_no(&mut self, value: &Value, place: &Place<'_>) -> Option<bool> {
        match value {
            Value::Truth(truth) => Some(*truth),
            _ => self.wrong(place, Reason::NotYesOrNo),
        }
    }
}
