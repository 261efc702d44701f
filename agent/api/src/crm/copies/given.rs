//! A target as a manager typed it: what is wrong is told of all fields at once. A password that was left out
//! stays the former one, but never goes to another place than the one that it was typed for.

use std::net::IpAddr;

use backup::service::{Chosen, Place, Rest};
use backup::{Keep, Login, Password, RestAddress, SheetKey};
use events::Secret;
use notify::{Authority, Name};

use crate::problem::{Field, Problem};
use crate::reply::broken;
use crate::shape::copies::CopyTargetGiven;

/// The target; `now` is when.
pub(in crate::crm) fn chosen(
    given: CopyTargetGiven,
    former: Option<&Chosen>,
    now: u64,
) -> Result<Chosen, Problem> {
    let mut refused = Vec::new();
    let name = name(&given.name, &mut refused);
    let before = former.map(|former| {
        let Place::Rest(rest) = &former.place;
        rest
    });
    let rest = rest(given, before, &mut refused);
    let (Some(name), Some(rest), true) = (name, rest, refused.is_empty()) else {
        return Err(Problem::fields_refused(refused));
    };
    let place = Place::Rest(rest);
    Ok(match former {
        None => Chosen {
            name,
            place,
            key: SheetKey::new().map_err(|error| broken(&error))?,
            keep: Keep::default(),
            made: now,
            sheet: None,
        },
        Some(former) => {
            let chosen = Chosen { name, place, ..former.clone() };
            // A sheet that says where the copies were, or who we were there, is no sheet.
            let sheet = former.sheet.filter(|_| chosen.has_sheet_of(former));
            Chosen { sheet, ..chosen }
        }
    })
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

/// Where it is and who we are there.
pub(in crate::crm) fn rest(
    given: CopyTargetGiven,
    before: Option<&Rest>,
    refused: &mut Vec<Field>,
) -> Option<Rest> {
    let authority = given.authority.filter(|pem| !pem.trim().is_empty());
    let authority = match authority.map(|pem| pem.parse::<Authority>()) {
        None => None,
        Some(Ok(authority)) => Some(authority.as_str().to_owned()),
        Some(Err(_)) => {
            refused.push(Field::new("/authority", "certificates"));
            None
        }
    };
    let address = given.address.trim().to_owned();
    let read: Option<RestAddress> = match address.parse() {
        _ if address.is_empty() => {
            refused.push(Field::new("/address", "empty"));
            None
        }
        Err(_) => {
            refused.push(Field::new("/address", "rest-address"));
            None
        }
        Ok(read) => Some(read),
    };
    let is_here = |host: &str| host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback());
    if read.as_ref().is_some_and(|read| is_here(read.host())) {
        refused.push(Field::new("/address", "rest-address"));
    }
    let user = given.user.trim().to_owned();
    let kept = before.filter(|before| {
        before.address == address && before.user == user && before.authority == authority
    });
    let password = given.password.filter(|it| !it.reveal().is_empty());
    let password = password.or_else(|| kept.map(|before| before.password.clone()));
    let empty = |secret: &Secret| Password::new(secret.reveal().to_owned());
    if user.is_empty() {
        refused.push(Field::new("/user", "empty"));
    } else if Login::new(user.clone(), Password::new(String::new())).is_err() {
        refused.push(Field::new("/user", "unseen"));
    }
    match &password {
        None => refused.push(Field::new("/password", "empty")),
        Some(password) if Login::new("x".to_owned(), empty(password)).is_err() => {
            refused.push(Field::new("/password", "unseen"));
        }
        Some(_) => {}
    }
    read?;
    Some(Rest { address, user, password: password?, authority })
}
