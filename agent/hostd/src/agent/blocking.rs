//! Names that are not answered: what clients ask of it, and what dnsmasq tells.

use std::time::SystemTime;

use blocklist::Refusal;
use host_api::Response;
use host_api::blocking::{BlockingTold, ListPiece};
use settings::DomainName;

use super::Agent;
use super::requests::failed;
use crate::blocking::{ListError, Refused};

impl Agent {
    /// An instance refused a name.
    pub fn refused_name(&mut self, refused: &Refused) {
        let Some(in_force) = &self.in_force else { return };
        if let Some(zone) = network::blocking::zone_at(&in_force.settings, refused.from) {
            self.blocking.lately.add(zone.as_str(), &refused.name, SystemTime::now());
        }
    }

    pub(super) fn blocking_told(&mut self) -> Response {
        let Some(in_force) = &self.in_force else {
            return Response::Blocking(Box::default());
        };
        let settings = &in_force.settings;
        let down = |instance: &str| self.services_down.contains(&crate::services::shown(instance));
        Response::Blocking(Box::new(BlockingTold {
            lists: self.blocking.lists.told(),
            zones: self.blocking.zones(settings, down),
            lately: self.blocking.lately(settings),
            since: self.blocking.lately.since(),
        }))
    }

    pub(super) fn judge_name(&self, name: &str) -> Response {
        let judged = match (&self.in_force, name.parse::<DomainName>()) {
            (Some(in_force), Ok(name)) => self.blocking.judged(&name, &in_force.settings),
            _ => Vec::new(),
        };
        Response::NameJudged(judged)
    }

    /// A list that is whole is in force at once.
    pub(super) async fn block_list(&mut self, piece: ListPiece) -> Response {
        let Some(in_force) = &self.in_force else { return answer(Err(ListError::Unknown)) };
        match self.blocking.take(piece, &in_force.settings) {
            Ok(is_whole) => {
                if is_whole {
                    self.tell_services().await;
                }
                Response::Accepted
            }
            Err(error) => answer(Err(error)),
        }
    }

    pub(super) fn block_list_same(&mut self, address: &str) -> Response {
        let Some(in_force) = &self.in_force else { return answer(Err(ListError::Unknown)) };
        answer(self.blocking.is_same(address, &in_force.settings))
    }
}

fn answer(done: Result<(), ListError>) -> Response {
    let code = match &done {
        Ok(()) => return Response::Accepted,
        Err(ListError::Unknown) => "list_unknown",
        Err(ListError::OutOfOrder) => "list_out_of_order",
        Err(ListError::Broken) => "list_broken",
        Err(ListError::Refused(Refusal::Shrank { .. })) => "list_shrank",
        Err(ListError::Refused(Refusal::NoRoom)) => "list_no_room",
        Err(ListError::Store(_)) => "store_failed",
    };
    match done {
        Ok(()) => Response::Accepted,
        Err(error @ ListError::Store(_)) => failed(code, &error),
        // Nothing that a person has to look at in the journal.
        Err(error) => {
            tracing::info!(%error, code, "a block list was not taken");
            let (code, detail) = (code.to_owned(), error.to_string());
            Response::Failed(host_api::Failure { code, detail })
        }
    }
}
