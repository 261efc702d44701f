//! Block lists: fetched once a day, or when an admin says so, one after the other, and handed to hostd, which
//! keeps them. hostd speaks no HTTP; this does, and only where the settings let the admin application go.

mod fetch;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use api::admin::blocking::FetchOrder;
use api::shape::blocking::{FetchFailure, FetchProblem, FetchState};
use api::shape::plain::Time;
use data_encoding::HEXLOWER;
use host_api::blocking::{ListHeld, ListPiece, ListWhole};
use host_api::{Request, Response};
use settings::{ListAddress, Settings};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::host::Host;
use fetch::{Fetched, Fetcher};

/// How often it is looked whether a list is due.
const LOOK: Duration = Duration::from_secs(10);
/// After how many seconds a list that is up to date is asked for again, and how much later at most: boxes of
/// the same make must not all come at once.
const DAY: u64 = 24 * 3600;
const LATER: u64 = 3 * 3600;
/// After how long what failed is tried again; the last for good. A way that was just allowed takes a moment.
const AGAIN: [u64; 5] = [10, 60, 600, 3600, 6 * 3600];

/// The lists.
pub struct Lists {
    host: Host,
    fetcher: Fetcher,
    told: watch::Sender<BTreeMap<String, FetchState>>,
    tries: BTreeMap<String, Tries>,
    orders: VecDeque<FetchOrder>,
    later: u64,
}

/// How it went with a list, in this process.
#[derive(Default)]
struct Tries {
    failed: usize,
    next: Option<Instant>,
}

impl Lists {
    /// With the certificates that servers' must come from.
    pub fn new(
        host: Host,
        authorities: PathBuf,
        told: watch::Sender<BTreeMap<String, FetchState>>,
    ) -> Self {
        let mut chance = [0; 4];
        // Without chance it is the same time every day, no worse.
        let _ = getrandom::fill(&mut chance);
        let later = u64::from(u32::from_ne_bytes(chance)) % LATER;
        let fetcher = Fetcher::new(authorities);
        Self { host, fetcher, told, tries: BTreeMap::new(), orders: VecDeque::new(), later }
    }

    /// Fetches what is due, for ever.
    pub async fn run(mut self, mut orders: mpsc::Receiver<FetchOrder>) {
        loop {
            match tokio::time::timeout(LOOK, orders.recv()).await {
                Ok(Some(order)) => self.orders.push_back(order),
                Ok(None) => return,
                Err(_) => {}
            }
            while let Ok(order) = orders.try_recv() {
                self.orders.push_back(order);
            }
            self.look().await;
        }
    }

    /// One look: what was ordered, and what is due.
    async fn look(&mut self) {
        let (Some(settings), Some(held)) = (self.host.settings().await, self.held().await) else {
            return;
        };
        let wanted: Vec<ListAddress> = settings.blocking.lists.values().cloned().collect();
        self.tries.retain(|known, _| wanted.iter().any(|list| list.as_str() == known));
        self.told.send_if_modified(|told| {
            let before = told.len();
            told.retain(|known, _| wanted.iter().any(|list| list.as_str() == known));
            told.len() != before
        });
        for address in wanted {
            let order = self.orders.iter().position(|it| it.address == address.as_str());
            let order = order.and_then(|at| self.orders.remove(at));
            let held = held.iter().find(|list| list.address == address.as_str());
            if order.is_some() || self.is_due(&address, held) {
                let may_shrink = order.is_some_and(|order| order.may_shrink);
                self.fetch(&address, held, &settings, may_shrink).await;
            }
        }
        // Of lists that there are no more.
        self.orders.clear();
    }

    fn is_due(&self, address: &ListAddress, held: Option<&ListHeld>) -> bool {
        let tries = self.tries.get(address.as_str());
        match (tries.and_then(|tries| tries.next), held) {
            (Some(next), _) => next <= Instant::now(),
            (None, None) => true,
            (None, Some(held)) => now().saturating_sub(held.checked) >= DAY + self.later,
        }
    }

    async fn fetch(
        &mut self,
        address: &ListAddress,
        held: Option<&ListHeld>,
        settings: &Settings,
        may_shrink: bool,
    ) {
        self.tell(address, |state| state.fetching = true);
        // What was left on purpose is to come whole.
        let known = held.filter(|_| !may_shrink);
        let done = match self.fetcher.fetch(address, known, settings).await {
            Ok(Fetched::Same) => self.same(address).await,
            Ok(Fetched::New(new)) => self.hand_over(address, new, may_shrink).await,
            Err(failure) => Err(failure),
        };
        let tries = self.tries.entry(address.as_str().to_owned()).or_default();
        let seconds = match &done {
            Ok(()) => {
                tries.failed = 0;
                DAY + self.later
            }
            Err(_) => {
                let wait = AGAIN.get(tries.failed).or(AGAIN.last()).copied().unwrap_or(DAY);
                tries.failed += 1;
                wait
            }
        };
        tries.next = Some(Instant::now() + Duration::from_secs(seconds));
        if let Err(failure) = &done {
            tracing::info!(%address, ?failure, "a block list was not fetched; the last one is in force");
        }
        let (at, next) = (Time(now() * 1000), Time((now() + seconds) * 1000));
        self.tell(address, |state| {
            *state = FetchState {
                fetching: false,
                tried: Some(at),
                next: Some(next),
                failure: done.err(),
            };
        });
    }

    fn tell(&self, address: &ListAddress, change: impl FnOnce(&mut FetchState)) {
        self.told.send_modify(|told| change(told.entry(address.to_string()).or_default()));
    }

    async fn same(&self, address: &ListAddress) -> Result<(), FetchFailure> {
        kept(self.host.ask(&Request::BlockListSame { address: address.to_string() }).await)
    }

    /// Piece by piece, at the ends of lines.
    async fn hand_over(
        &self,
        address: &ListAddress,
        new: fetch::New,
        may_shrink: bool,
    ) -> Result<(), FetchFailure> {
        let fetch::New { list, odd, etag, modified } = new;
        let sha256 = HEXLOWER.encode(digest(&list).as_ref());
        let (mut at, mut rest) = (0, list.as_str());
        while !rest.is_empty() {
            let within = rest.get(..ListPiece::MAX.min(rest.len())).unwrap_or(rest);
            let end = within.rfind('\n').map_or(within.len(), |last| last + 1);
            let (text, after) = rest.split_at(end);
            let whole = after.is_empty().then(|| ListWhole {
                sha256: sha256.clone(),
                odd: u32::try_from(odd).unwrap_or(u32::MAX),
                etag: etag.clone(),
                modified: modified.clone(),
                may_shrink,
            });
            let (address, text) = (address.to_string(), text.to_owned());
            let piece = ListPiece { address, at, text, whole };
            kept(self.host.ask(&Request::BlockList(piece)).await)?;
            (at, rest) = (at + end as u64, after);
        }
        Ok(())
    }

    async fn held(&self) -> Option<Vec<ListHeld>> {
        match self.host.ask(&Request::BlockLists).await {
            Ok(Response::BlockLists(held)) => Some(held),
            _ => None,
        }
    }
}

fn kept(answer: Result<Response, api::admin::Unanswered>) -> Result<(), FetchFailure> {
    let why = match answer {
        Ok(Response::Accepted) => return Ok(()),
        Ok(Response::Failed(failure)) => match failure.code.as_str() {
            "list_shrank" => FetchProblem::Shrank,
            "list_no_room" => FetchProblem::NoRoom,
            code => {
                tracing::warn!(code, detail = failure.detail, "a block list was not kept");
                FetchProblem::NotKept
            }
        },
        Ok(_) => FetchProblem::NotKept,
        Err(error) => {
            tracing::warn!(error = systemd::log::chain(&error), "a block list was not kept");
            FetchProblem::NotKept
        }
    };
    Err(FetchFailure { why, detail: None })
}

/// Seconds since 1970.
pub fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

fn digest(list: &str) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(list.as_bytes()).into()
}

#[cfg(test)]
pub mod tests;
