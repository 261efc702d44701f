//! A box that comes back from a copy, in place of a set-up: whoever has the code of the console and the recovery sheet
//! sees which copies are there, and has one restored. The store that comes of it waits beside the one of now; the next
//! start of this program takes it, and its admins sign in as they did.
//!
//! A box that nobody has set up lets its programs go nowhere. For a restore they may go to the server of the sheet, by
//! settings that are tried and ended again: nothing of it stays.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use backup::service::{Around, Found, Place, Why};
use backup::{Id, SheetKey};
use host_api::Request;
use seal::numbers::{action, outcome};
use settings::{Egress, EgressProtocol, EgressTarget, EgressUser};
use tokio::time::sleep;
use vault::{Actor, Clock, Closed, Unlock};

use super::copied::RESTORES;
use super::kept_settings;
use super::state::{Admin, entry};
use crate::caller::{Caller, Sent, StepSecret};
use crate::copies::{Sheeted, Whose, apart, copies_found, typed_sheet, why};
use crate::problem::{Code, Problem};
use crate::reply::{self, Reply};
use crate::shape::copies as shape;
use crate::shape::plain::Time;

/// Where a store waits that was restored, beside the one of now.
const WAITS_IN: &str = "restored";
/// The file in there that says that it is whole.
const WHOLE: &str = "whole";
/// Where the one of now makes way.
const FORMER: &str = "former";

/// How often a name is asked for again, a second apart: one that was just allowed is being looked up.
const PATIENCE: usize = 10;
/// Once a store is there, whoever asked is told so before this program ends.
const TOLD_WITHIN: Duration = Duration::from_secs(10);

/// How a restore goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Restore {
    Running(u64),
    Failed(Why, u64),
    Done(u64),
}

pub(super) fn routes() -> Router<Admin> {
    Router::new()
        .route("/api/v1/setup/copies", post(look))
        .route("/api/v1/setup/restore", get(so_far).post(begin))
}

async fn look(
    State(admin): State<Admin>,
    StepSecret(step): StepSecret,
    Sent(typed): Sent<shape::TypedSheet>,
) -> Reply {
    admin.nobody_is_admin(&step)?;
    let Sheeted { place, key, .. } = typed_sheet(typed, Whose::Box)?;
    let around = admin.around();
    let way = admin.open_way(&place).await?;
    let look = move || Found::open(&around, &place, &key).and_then(|found| found.copies());
    let found = apart(look).await;
    admin.shut_way(way).await;
    let found = copies_found(found?);
    admin.goes_on(&step, reply::json(&found))
}

/// It goes on when whoever asked has gone away; how it goes is asked for.
async fn begin(
    State(admin): State<Admin>,
    StepSecret(step): StepSecret,
    caller: Caller,
    Sent(new): Sent<shape::NewRestore>,
) -> Reply {
    admin.nobody_is_admin(&step)?;
    let copy = match new.copy.as_deref().map(Id::parse) {
        Some(None) => return Err(Problem::field("/copy", "unknown")),
        copy => copy.flatten(),
    };
    let sheeted = typed_sheet(new.sheet, Whose::Box)?;
    if !admin.begins_restore() {
        return reply::nothing();
    }
    let by = Actor {
        device: caller.peer.device.clone(),
        address: Some(caller.peer.address),
        ..Actor::default()
    };
    let going = admin.clone();
    tokio::spawn(async move {
        let restored = going.restore(sheeted, copy, by).await;
        let now = going.now();
        going.restores(match restored {
            Ok(()) => Restore::Done(now),
            Err(why) => Restore::Failed(why, now),
        });
        if restored.is_ok() {
            sleep(TOLD_WITHIN).await;
            going.parts().over.notify_one();
        }
    });
    admin.goes_on(&step, reply::nothing())
}

async fn so_far(State(admin): State<Admin>, StepSecret(step): StepSecret) -> Reply {
    admin.setup(&step, |_| ())?;
    let (state, because, at) = match admin.restore_so_far() {
        None => (shape::RestoreState::None, None, None),
        Some(Restore::Running(at)) => (shape::RestoreState::Running, None, Some(Time(at))),
        Some(Restore::Done(at)) => (shape::RestoreState::Done, None, Some(Time(at))),
        Some(Restore::Failed(because, at)) => {
            (shape::RestoreState::Failed, Some(why(because)), Some(Time(at)))
        }
    };
    admin.goes_on(&step, reply::json(&shape::RestoreSoFar { state, why: because, at }))
}

/// A way that was opened for a restore.
struct Opened;

impl Admin {
    fn around(&self) -> Around {
        self.parts().home.around(&self.parts().clock)
    }

    /// Whoever has the step of a set-up, as long as nobody was made an admin by it or another one.
    fn nobody_is_admin(&self, step: &str) -> Result<(), Problem> {
        self.setup(step, |_| ())?;
        if self.parts().identity.has_accounts() {
            return Err(Code::AlreadySetUp.into());
        }
        Ok(())
    }

    /// Lets this program go to the server, unless the settings let it already.
    async fn open_way(&self, place: &Place) -> Result<Option<Opened>, Problem> {
        let Ok((host, port)) = place.host() else { return Ok(None) };
        let Ok(to) = host.parse::<EgressTarget>() else { return Ok(None) };
        let _alone = self.changing().await;
        let now = self.settings().await?;
        let (user, protocol) = (EgressUser::Admin, EgressProtocol::Tcp);
        if now.settings.may_go((user, &to, protocol, port)) {
            return Ok(None);
        }
        let mut new = now.settings.clone();
        let reason = RESTORES.parse().ok();
        new.egress.push(Egress { user, to, protocol, port, note: None, reason });
        self.try_for_restore(&now.document, new.to_json()).await?;
        self.knows(host).await;
        Ok(Some(Opened))
    }

    /// Waits until the name of the server is known here, or cannot be.
    async fn knows(&self, host: String) {
        for _ in 0..PATIENCE {
            let (resolve, host) = (Arc::clone(&self.parts().home.resolve), host.clone());
            let found: Result<Vec<IpAddr>, _> = apart(move || resolve(&host)).await;
            if found.is_ok_and(|found| !found.is_empty()) {
                return;
            }
            sleep(Duration::from_secs(1)).await;
        }
    }

    async fn shut_way(&self, way: Option<Opened>) {
        if way.is_none() {
            return;
        }
        // It ends by itself otherwise.
        if let Err(problem) = self.ask(Request::Undo).await {
            let problem = problem.code().as_str();
            tracing::warn!(problem, "the way of a restore stays open for its time");
        }
    }

    async fn restore(&self, sheeted: Sheeted, copy: Option<Id>, by: Actor) -> Result<(), Why> {
        let Sheeted { place, key, opens } = sheeted;
        let opens = opens.ok_or(Why::OtherKey)?;
        let way = self.open_way(&place).await.map_err(|problem| {
            tracing::warn!(problem = problem.code().as_str(), "no way to the copies");
            Why::Unreachable
        })?;
        let to = self.parts().home.directory.join(WAITS_IN);
        let work = Work {
            around: self.around(),
            place,
            key,
            opens,
            copy,
            to,
            store: self.parts().home.store,
            machine_key: self.parts().home.machine_key.clone(),
            clock: Arc::clone(&self.parts().clock),
            runtime: tokio::runtime::Handle::current(),
        };
        let made = apart(move || work.run()).await;
        self.shut_way(way).await;
        let made = made.map_err(|_| Why::Store).flatten();
        let (came, reason) = match &made {
            Ok(()) => (outcome::ALLOWED, None),
            Err(_) => (outcome::REFUSED, Some("restore")),
        };
        // Of this box's own log nothing is left after it: it is for whoever looks why it failed.
        if let Err(problem) = self.log(entry(by, action::BOX_RESTORED, came, reason)).await {
            tracing::warn!(problem = problem.code().as_str(), "a restore is not in the log");
        }
        made
    }
}

/// Makes a store of a copy where it waits, opened by this machine's key. Blocks.
struct Work {
    around: Around,
    place: Place,
    key: SheetKey,
    opens: SheetKey,
    copy: Option<Id>,
    to: PathBuf,
    store: &'static str,
    machine_key: PathBuf,
    clock: Arc<dyn Clock>,
    runtime: tokio::runtime::Handle,
}

impl Work {
    fn run(self) -> Result<(), Why> {
        let found = Found::open(&self.around, &self.place, &self.key)?;
        let failed = |error: &dyn std::error::Error| {
            tracing::error!(error = systemd::log::chain(error), "no store was restored");
            Why::Store
        };
        clear(&self.to).map_err(|error| failed(&error))?;
        std::fs::create_dir(&self.to).map_err(|error| failed(&error))?;
        let path = self.to.join(self.store);
        let restored = found.restore(self.copy, &path)?;
        let closed = Closed::new(&path, Arc::clone(&self.clock));
        let opened = closed.open(&Unlock::Recovery(self.opens.text()));
        let store = opened.map_err(|error| {
            failed(&error);
            Why::OtherKey
        })?;
        let machine = Unlock::Machine(self.machine_key);
        store.opens_with(&Actor::default(), &machine).map_err(|error| failed(&error))?;
        self.runtime.block_on(kept_settings::are_former(&store)).map_err(|error| failed(&error))?;
        let closed = self.runtime.block_on(store.close(Actor::default()));
        closed.map_err(|error| failed(&error))?;
        drop(store);
        whole(&self.to).map_err(|error| failed(&error))?;
        let (seq, copy) = (restored.made.seq, restored.copy.time);
        tracing::info!(seq, copy, "the system store was restored from a copy");
        Ok(())
    }
}

fn clear(directory: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Says that what waits is whole, on the disk when this returns.
fn whole(directory: &Path) -> std::io::Result<()> {
    std::fs::File::create(directory.join(WHOLE))?.sync_all()?;
    std::fs::File::open(directory)?.sync_all()
}

/// A store that was restored takes the place of the one that is there, before anybody opens that. After a cut in
/// between the next start goes on. Whether one did.
///
/// # Errors
/// When the disk refuses. One of the two is there then.
pub fn take_restored(directory: &Path, store: &str) -> std::io::Result<bool> {
    let waits = directory.join(WAITS_IN);
    if !std::fs::exists(waits.join(WHOLE))? {
        return Ok(false);
    }
    let (restored, place, former) =
        (waits.join(store), directory.join(store), directory.join(FORMER));
    if std::fs::exists(&restored)? {
        clear(&former)?;
        match std::fs::rename(&place, &former) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => std::fs::rename(&restored, &place)?,
        }
        std::fs::File::open(directory)?.sync_all()?;
        tracing::info!("the store that was restored is in the place of the one before");
    }
    clear(&former)?;
    // What is remembered of targets is of the store before.
    clear(&directory.join("copies"))?;
    clear(&waits)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::fs::{create_dir_all, read_to_string, write};

    use super::*;

    const STORE: &str = "store.1";

    fn put(directory: &Path, of: &str) {
        create_dir_all(directory).unwrap();
        write(directory.join("of"), of).unwrap();
    }

    #[test]
    fn a_restored_store_is_taken_wherever_the_power_went_before() {
        // As it lies there before the first step, after the first name is changed, and after the second.
        for cut in 0..3 {
            let place = tempfile::tempdir().unwrap();
            let at = place.path();
            put(&at.join("copies"), "the blank one");
            let (here, waits) = (at.join(STORE), at.join(WAITS_IN));
            match cut {
                0 => put(&here, "the blank one"),
                _ => put(&at.join(FORMER), "the blank one"),
            }
            if cut < 2 {
                put(&waits.join(STORE), "the former box");
            } else {
                put(&here, "the former box");
            }
            create_dir_all(&waits).unwrap();
            take_restored(at, STORE).unwrap();
            if cut == 0 {
                assert_eq!(read_to_string(here.join("of")).unwrap(), "the blank one", "half of it");
            }
            whole(&waits).unwrap();
            for _ in 0..2 {
                take_restored(at, STORE).unwrap();
                assert_eq!(read_to_string(here.join("of")).unwrap(), "the former box", "{cut}");
                let left: Vec<_> = std::fs::read_dir(at).unwrap().map(|it| it.unwrap()).collect();
                assert_eq!(left.len(), 1, "{cut}: {left:?}");
            }
        }
    }
}
