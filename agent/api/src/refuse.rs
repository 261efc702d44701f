//! What identity, CRM and vault refuse, as problems.

use identity::door::DoorRefused;
use identity::{NameRefused, PasswordRefused, PeopleRefused, Steps};
use vault::{CommitError, Moment};

use crate::problem::{Code, Field, Problem};
use crate::reply::broken;
use crate::shape::plain::Time;

/// Why a step is none any more.
pub(crate) fn step_over<T>(steps: &Steps<T>, step: &str, now: Moment) -> Code {
    if steps.ran_out(step, now) { Code::StepLate } else { Code::StepGone }
}

impl From<CommitError> for Problem {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::DiskFailed => Code::DiskFailed.into(),
            CommitError::Closed => Code::Locked.into(),
            CommitError::RecoveryNotConfirmed => Code::OutOfOrder.into(),
            other => broken(&other),
        }
    }
}

impl From<DoorRefused> for Problem {
    fn from(refused: DoorRefused) -> Self {
        match refused {
            DoorRefused::WrongCredentials => Code::WrongCredentials.into(),
            DoorRefused::WrongTotp { box_time, used } => {
                let code = if used { Code::UsedTotp } else { Code::WrongTotp };
                let time = serde_json::to_value(Time(box_time)).unwrap_or_default();
                Self::from(code).with("boxTime", time)
            }
            DoorRefused::SlowDown { retry_after } => Self::slow_down(retry_after),
            DoorRefused::JustRestored { retry_after } => {
                Self::from(Code::JustRestored).after(retry_after)
            }
            DoorRefused::StepGone => Code::StepGone.into(),
            DoorRefused::Random(error) => broken(&error),
        }
    }
}

impl From<identity::Refused> for Problem {
    fn from(refused: identity::Refused) -> Self {
        use identity::Refused;
        match refused {
            Refused::Door(refused) => refused.into(),
            Refused::Busy { retry_after } => Self::slow_down(retry_after),
            Refused::Name(refused) => Self::fields_refused(vec![name("/name", &refused)]),
            Refused::Password(refused) => {
                Self::fields_refused(vec![password("/password", &refused)])
            }
            Refused::TimeZone => Self::field("/timeZone", "time-zone"),
            Refused::People(PeopleRefused::NameTaken) => Self::field("/name", "taken"),
            Refused::People(PeopleRefused::LastKeeper) => Code::LastManager.into(),
            Refused::People(PeopleRefused::NoSuchRole(_)) => Self::field("/role", "role"),
            Refused::People(PeopleRefused::NotFound) | Refused::NotFound => Code::NotFound.into(),
            Refused::KeyUsed => Code::KeyUsed.into(),
            Refused::SessionEnded => Code::SignIn.into(),
            Refused::AlreadySetUp => Code::AlreadySetUp.into(),
            Refused::InvitationGone => Code::InvitationGone.into(),
            Refused::ChangedMeanwhile { .. } => Code::ChangedMeanwhile.into(),
            Refused::Commit(error) => error.into(),
            other @ (Refused::Hash(_) | Refused::Read(_) | Refused::Batch(_)) => broken(&other),
        }
    }
}

/// A refused name of a person.
pub fn name(pointer: &str, refused: &NameRefused) -> Field {
    let field = Field::new(pointer, refused.code());
    match *refused {
        NameRefused::Empty => field,
        NameRefused::TooLong { most, .. } => field.with("most", most),
        NameRefused::Control { at }
        | NameRefused::Hidden { at }
        | NameRefused::Unassigned { at }
        | NameRefused::MixedScripts { at } => field.with("at", at),
    }
}

/// A refused new password.
pub fn password(pointer: &str, refused: &PasswordRefused) -> Field {
    let field = Field::new(pointer, refused.code());
    match *refused {
        PasswordRefused::TooShort { least, has } => field.with("least", least).with("has", has),
        PasswordRefused::TooLong { most, .. } => field.with("most", most),
        PasswordRefused::Control { at } | PasswordRefused::Unassigned { at } => {
            field.with("at", at)
        }
        PasswordRefused::Common
        | PasswordRefused::ContainsName
        | PasswordRefused::CommonWords
        | PasswordRefused::Guessable { .. } => field,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::StatusCode;

    use super::*;
    use crate::shape::shared::Language;

    #[test]
    fn who_finds_no_place_for_a_password_learns_when_to_come_again() {
        let busy = identity::Refused::Busy { retry_after: Duration::from_secs(2) };
        let problem = Problem::from(busy);
        assert_eq!(problem.code(), Code::SlowDown);
        let answer = problem.answer(Language::En);
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers()["retry-after"], "2");
    }
}
