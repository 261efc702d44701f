//! A target as a manager wants it: its name, its place, how fast it gets its copies, and the keys that are made for it.

use std::num::NonZeroU32;

use backup::service::{Chosen, Place};
use backup::{BoxKey, Hours, Keep, Limit, SftpSignIn, SheetKey};
use events::Secret;
use notify::Name;

use super::typed_place::place;
use crate::problem::{Field, Problem};
use crate::reply::broken;
use crate::shape::copies::{CopyHours, CopyLimit, CopySignIn, CopyTargetGiven};
use crate::time_of_day::{clock, minutes};

/// The target, as somebody wants it who lives in this time zone, at this time.
pub(super) fn chosen(
    mut given: CopyTargetGiven,
    former: Option<&Chosen>,
    (zone, now): (&str, u64),
) -> Result<Chosen, Problem> {
    let mut refused = Vec::new();
    keyed(&mut given, former.map(|former| &former.place))?;
    let name = name(&given.name, &mut refused);
    let limit = given.limit.take().and_then(|given| limit(given, zone, &mut refused));
    let place = place(given, former.map(|former| &former.place), &mut refused);
    let (Some(name), Some(place), true) = (name, place, refused.is_empty()) else {
        return Err(Problem::fields_refused(refused));
    };
    Ok(match former {
        None => Chosen {
            name,
            place,
            key: SheetKey::new().map_err(|error| broken(&error))?,
            keep: Keep::default(),
            limit,
            made: now,
            sheet: None,
        },
        Some(former) => {
            let chosen = Chosen { name, place, limit, ..former.clone() };
            // A sheet that says where the copies were, or who we were there, is no sheet.
            let sheet = former.sheet.filter(|_| chosen.has_sheet_of(former));
            Chosen { sheet, ..chosen }
        }
    })
}

/// Gives a target that the box signs in to with a key the one that it has, also where it moves: a server learns nothing
/// of it. Else a new one.
fn keyed(given: &mut CopyTargetGiven, before: Option<&Place>) -> Result<(), Problem> {
    let is_key = given.sftp.as_ref().is_some_and(|sftp| sftp.sign_in == CopySignIn::Key);
    let is_left_out = given.password.as_ref().is_none_or(|typed| typed.reveal().is_empty());
    if is_key && is_left_out {
        given.password = Some(match before {
            Some(Place::Sftp(before)) if before.sign_in == SftpSignIn::Key => before.secret.clone(),
            _ => {
                let key = BoxKey::new().map_err(|error| broken(&error))?;
                Secret::new(key.text().to_string())
            }
        });
    }
    Ok(())
}

fn limit(given: CopyLimit, zone: &str, refused: &mut Vec<Field>) -> Option<Limit> {
    let kbits = NonZeroU32::new(given.kbits).filter(|it| Limit::KBITS.contains(&it.get()));
    if kbits.is_none() {
        let (least, most) = (*Limit::KBITS.start(), *Limit::KBITS.end());
        refused.push(Field::new("/limit/kbits", "between").with("least", least).with("most", most));
    }
    let hours = match given.hours {
        None => None,
        Some(CopyHours { from, to }) => {
            let [from, to] =
                [("/limit/hours/from", from), ("/limit/hours/to", to)].map(|(at, text)| {
                    let minutes = minutes(&text);
                    refused.extend(minutes.is_none().then(|| Field::new(at, "time-of-day")));
                    minutes
                });
            let hours = Hours { from: from?, to: to?, zone: zone.to_owned() };
            if !hours.are_hours() {
                refused.push(Field::new("/limit/hours/to", "no-time"));
            }
            Some(hours)
        }
    };
    Some(Limit { kbits: kbits?, hours })
}

/// As pages show it.
pub(super) fn limit_told(limit: &Limit) -> CopyLimit {
    let hours = |hours: &Hours| CopyHours { from: clock(hours.from), to: clock(hours.to) };
    CopyLimit { kbits: limit.kbits.get(), hours: limit.hours.as_ref().map(hours) }
}

fn name(typed: &str, refused: &mut Vec<Field>) -> Option<String> {
    let typed = typed.trim();
    if typed.is_empty() {
        refused.push(Field::new("/name", "empty"));
    } else if typed.chars().count() > Name::MAX {
        refused.push(Field::new("/name", "too-long").with("most", Name::MAX));
    } else if Name::new(typed).as_str() != typed {
        refused.push(Field::new("/name", "unseen"));
    } else {
        return Some(typed.to_owned());
    }
    None
}
