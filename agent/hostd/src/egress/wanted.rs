//! What programs of the box ask for: kept until an admin allows it, and so few that nobody fills the disk
//! with it. Nothing is opened here.

use std::io;
use std::time::SystemTime;

use firewall::egress_id;
use host_api::egress::{EgressAsked, EgressWanted};
use serde::{Deserialize, Serialize};
use settings::{Egress, Note, Settings};

use crate::counts::seconds;
use crate::store::directory::{Directory, Real};

/// Name of the file.
const FILE: &str = "egress-wanted.json";

/// What is asked for.
pub struct Wanted {
    stored: Stored,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    wanted: Vec<EgressWanted>,
}

/// Why something that was asked for is not kept.
#[derive(Debug, thiserror::Error)]
pub enum Unwanted {
    /// Nothing that could ever be allowed.
    #[error("no destination that could be allowed: {0}")]
    Invalid(String),
    /// Too much waits for an admin.
    #[error("{max} destinations wait for an admin already", max = EgressWanted::MAX)]
    Full,
    /// It could not be written down.
    #[error("it cannot be kept")]
    Store(#[from] io::Error),
}

impl Wanted {
    /// What was kept.
    pub fn open(state: &Real) -> Self {
        let stored = match state.read(FILE) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(%error, "what programs ask for cannot be read; they will ask again");
                Stored::default()
            }),
            Err(_) => Stored::default(),
        };
        Self { stored }
    }

    /// What was allowed meanwhile waits no more.
    pub fn follow(&mut self, settings: &Settings) {
        let allowed: Vec<String> = settings.egress.iter().map(egress_id).collect();
        self.stored.wanted.retain(|wanted| !allowed.contains(&wanted.id));
    }

    /// Takes a request in; one that is known already counts up. It is judged as if it were allowed.
    pub fn ask(
        &mut self,
        state: &Real,
        settings: &Settings,
        asked: EgressAsked,
        now: SystemTime,
    ) -> Result<(), Unwanted> {
        let egress = destination(&asked)?;
        if settings.egress.iter().any(|known| known.key() == egress.key()) {
            return Ok(());
        }
        settings.judge_egress(&egress).map_err(|problems| {
            let first = problems.first().map(ToString::to_string);
            Unwanted::Invalid(first.unwrap_or_default())
        })?;
        let (id, now) = (egress_id(&egress), seconds(now));
        let wanted = &mut self.stored.wanted;
        if let Some(known) = wanted.iter_mut().find(|known| known.id == id) {
            // Not written down each time: whoever asks again and again wears no disk out.
            known.last = now;
            known.times = known.times.saturating_add(1);
            return Ok(());
        }
        let before = wanted.clone();
        if wanted.len() >= EgressWanted::MAX {
            let declined = wanted.iter().position(|known| known.declined.is_some());
            wanted.remove(declined.ok_or(Unwanted::Full)?);
        }
        wanted.push(EgressWanted { id, asked, since: now, last: now, times: 1, declined: None });
        self.keep(state, before)
    }

    /// Marks one as declined: it stays, so that asking again does not bring it back as new.
    pub fn decline(&mut self, state: &Real, id: &str, now: SystemTime) -> Result<(), Unwanted> {
        let before = self.stored.wanted.clone();
        let found = self.stored.wanted.iter_mut().find(|known| known.id == id);
        let Some(known) = found.filter(|known| known.declined.is_none()) else { return Ok(()) };
        known.declined = Some(seconds(now));
        self.keep(state, before)
    }

    /// What waits, oldest first.
    pub fn told(&self) -> Vec<EgressWanted> {
        self.stored.wanted.clone()
    }

    fn keep(&mut self, state: &Real, before: Vec<EgressWanted>) -> Result<(), Unwanted> {
        let bytes = serde_json::to_vec(&self.stored).map_err(io::Error::from);
        bytes.and_then(|bytes| state.replace(FILE, &bytes)).map_err(|error| {
            self.stored.wanted = before;
            Unwanted::Store(error)
        })
    }
}

fn destination(asked: &EgressAsked) -> Result<Egress, Unwanted> {
    let invalid = |reason: settings::Reason| Unwanted::Invalid(reason.to_string());
    let reason = asked.reason.as_deref().map(str::parse::<Note>).transpose();
    if asked.port == 0 {
        return Err(invalid(settings::Reason::PortNumberInvalid));
    }
    Ok(Egress {
        user: asked.user,
        to: asked.to.parse().map_err(invalid)?,
        protocol: asked.protocol,
        port: asked.port,
        note: None,
        reason: reason.map_err(invalid)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use settings::{EgressProtocol, EgressUser};

    use super::*;

    fn asked(to: &str) -> EgressAsked {
        let (user, protocol) = (EgressUser::Crm, EgressProtocol::Tcp);
        let reason = Some("寄账单".to_owned());
        EgressAsked { user, to: to.to_owned(), protocol, port: 465, reason }
    }

    #[test]
    fn it_is_kept_once_and_bounded_and_goes_when_it_is_allowed() {
        let directory = tempfile::tempdir().unwrap();
        let state = Real::open(directory.path()).unwrap();
        let text = include_str!("../../../settings/tests/example.json");
        let settings = settings::parse(text.as_bytes()).unwrap();
        let mut wanted = Wanted::open(&state);
        let at = |seconds| SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        for second in 1..=3 {
            wanted.ask(&state, &settings, asked("mail.example.com"), at(second)).unwrap();
        }
        let told = wanted.told();
        assert_eq!((told.len(), told[0].since, told[0].last, told[0].times), (1, 1, 3, 3));
        for bad in ["localhost", "10.0.0.1", "127.0.0.1", "192.168.30.10", "*", "a.internal", ""] {
            let refused = wanted.ask(&state, &settings, asked(bad), at(4));
            assert!(matches!(refused, Err(Unwanted::Invalid(_))), "{bad}: {refused:?}");
        }
        for number in 2..=EgressWanted::MAX {
            let name = format!("m{number}.example.com");
            wanted.ask(&state, &settings, asked(&name), at(5)).unwrap();
        }
        let more = wanted.ask(&state, &settings, asked("more.example.com"), at(6));
        assert!(matches!(more, Err(Unwanted::Full)));
        let mut wanted = Wanted::open(&state);
        assert_eq!(wanted.told().len(), EgressWanted::MAX);
        // One that was declined stays so when it is asked for again, and gives way to another.
        wanted.decline(&state, &told[0].id, at(7)).unwrap();
        wanted.ask(&state, &settings, asked("mail.example.com"), at(8)).unwrap();
        assert_eq!(Wanted::open(&state).told()[0].declined, Some(7));
        wanted.ask(&state, &settings, asked("more.example.com"), at(9)).unwrap();
        assert!(wanted.told().iter().all(|one| one.declined.is_none()));
        let mut allowing = settings.clone();
        allowing.egress = vec![destination(&asked("m2.example.com")).unwrap()];
        wanted.follow(&allowing);
        assert_eq!(wanted.told().len(), EgressWanted::MAX - 1);
        wanted.ask(&state, &allowing, asked("m2.example.com"), at(10)).unwrap();
        assert_eq!(wanted.told().len(), EgressWanted::MAX - 1, "it is allowed already");
    }
}
