//! A look into a copy, for managers: it is restored beside the CRM and compared with what is now, and what was changed or
//! deleted since is brought back by ordinary changes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::Uri;
use axum::routing::{get, post};
use axum::{Extension, Router};
use backup::Id as CopyId;
use backup::service::{Around, Chosen, Found, Why, has_room};
use crm::{Differing, Refused, Since, ThenAndNow};
use identity::Manager;
use records::{LIMIT_MOST, SEARCH_MOST};
use seal::RecordId;
use seal::numbers::action;

use super::{Crm, Open, copied};
use crate::caller::{At, Sent};
use crate::copies::{apart, copies_found, why};
use crate::parameters::Parameters;
use crate::problem::{Code, Field, Problem};
use crate::realm::As;
use crate::reply::{self, Builds, Reply, off};
use crate::shape::past as shape;
use crate::shape::plain::{Id, Time};

/// It is closed when nobody used it for so long, ms.
const UNUSED: u64 = 30 * 60_000;
/// How many bring contacts back at once: they share what a commit costs.
const LANES: usize = 16;

pub(super) fn routes() -> Router<Crm> {
    Router::new()
        .route("/api/v1/copies/{id}/made", get(made))
        .route("/api/v1/past", get(now).post(begin).delete(close))
        .route("/api/v1/past/restore", post(restore_all))
        .route("/api/v1/past/contacts", get(contacts))
        .route("/api/v1/past/contacts/{id}", get(contact))
        .route("/api/v1/past/contacts/{id}/restore", post(restore))
        .layer(Extension(Builds::default()))
}

/// The look of an open vault.
#[derive(Debug, Default)]
pub(super) struct Past(Mutex<Option<Look>>);

/// How a look goes.
#[derive(Clone, Debug)]
enum Look {
    Restoring { target: String, at: u64 },
    Failed { target: String, why: Why, at: u64 },
    Open(Arc<Looked>),
}

/// A copy that is open.
#[derive(Debug)]
struct Looked {
    target: (RecordId, String),
    /// When it was made.
    copy: u64,
    /// Its files are closed before they are taken away: fields end in their order.
    past: crm::Past,
    _scratch: Scratch,
    used: AtomicU64,
    all: Mutex<Option<Arc<All>>>,
}

/// How it goes with bringing many back.
#[derive(Debug)]
struct All {
    of: usize,
    done: AtomicUsize,
    failed: AtomicUsize,
    /// Nothing is done any more.
    over: AtomicBool,
}

impl Past {
    /// Takes away what an earlier process left. Blocks.
    pub(super) fn clear(scratch: &Path) {
        match fs::remove_dir_all(scratch) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "what was restored to look into is still there");
            }
            _ => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Look>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self, now: u64) -> Result<Arc<Looked>, Problem> {
        let Some(Look::Open(looked)) = &*self.lock() else { return Err(Code::OutOfOrder.into()) };
        looked.used.store(now, Ordering::Relaxed);
        Ok(Arc::clone(looked))
    }

    /// Makes way for what comes next, unless something is under way.
    fn make_way(&self, next: Option<Look>) -> Result<Option<Look>, Problem> {
        let mut look = self.lock();
        let busy = match &*look {
            Some(Look::Restoring { .. }) => true,
            Some(Look::Open(looked)) => looked.is_restoring(),
            _ => false,
        };
        if busy { Err(Code::OutOfOrder.into()) } else { Ok(std::mem::replace(&mut *look, next)) }
    }
}

impl Looked {
    fn all(&self) -> MutexGuard<'_, Option<Arc<All>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_restoring(&self) -> bool {
        self.all().as_ref().is_some_and(|all| !all.over.load(Ordering::Relaxed))
    }
}

/// Where a copy is restored, taken away with it.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        Past::clear(&self.0);
    }
}

/// Which copies are at a target.
async fn made(State(crm): State<Crm>, _: As<Manager>, At(id): At) -> Reply {
    let chosen = crm.open()?.copies.target(id).await?.known.chosen;
    let around = copied::around(&crm.0.parts);
    let find = move || Found::open(&around, &chosen.place, &chosen.key)?.copies();
    reply::json(&copies_found(apart(find).await?))
}

async fn now(State(crm): State<Crm>, _: As<Manager>) -> Reply {
    let open = crm.open()?;
    let look = open.past.lock().clone();
    reply::json(&told(look))
}

fn told(look: Option<Look>) -> shape::Past {
    let none = shape::Past {
        state: shape::PastState::None,
        target: None,
        at: None,
        why: None,
        differs: None,
        all: None,
    };
    match look {
        None => none,
        Some(Look::Restoring { target, at }) => shape::Past {
            state: shape::PastState::Restoring,
            target: Some(target),
            at: Some(Time(at)),
            ..none
        },
        Some(Look::Failed { target, why: because, at }) => shape::Past {
            state: shape::PastState::Failed,
            target: Some(target),
            at: Some(Time(at)),
            why: Some(why(because)),
            ..none
        },
        Some(Look::Open(looked)) => shape::Past {
            state: shape::PastState::Open,
            target: Some(looked.target.1.clone()),
            at: Some(Time(looked.copy)),
            differs: Some(counted(looked.past.counts())),
            all: looked.all().as_ref().map(|all| shape::PastAll {
                of: all.of,
                done: all.done.load(Ordering::Relaxed),
                failed: all.failed.load(Ordering::Relaxed),
                over: all.over.load(Ordering::Relaxed),
            }),
            ..none
        },
    }
}

fn counted(counts: crm::PastCounts) -> shape::PastDiffers {
    let crm::PastCounts { same, deleted, changed, made, erased, damaged } = counts;
    shape::PastDiffers { same, deleted, changed, made, erased, damaged }
}

/// It goes on when whoever asked has gone away; how it goes is asked for.
async fn begin(State(crm): State<Crm>, who: As<Manager>, Sent(new): Sent<shape::NewPast>) -> Reply {
    let copy = CopyId::parse(&new.copy).ok_or_else(|| Problem::field("/copy", "unknown"))?;
    let open = crm.open()?;
    let id = RecordId(new.target.0);
    let chosen = open.copies.note(&who.role, id, action::COPY_LOOKED_INTO).await?.chosen;
    let target = chosen.name.clone();
    let going = Look::Restoring { target: target.clone(), at: crm.now() };
    let before = open.past.make_way(Some(going))?;
    let (around, vault) = (copied::around(&crm.0.parts), crm.0.place.vault());
    let scratch = scratch(&crm.0.parts.directory);
    tokio::spawn(async move {
        let work = {
            let open = Arc::clone(&open);
            move || {
                drop(before);
                look(&open, &around, &chosen, copy, (&vault, scratch))
            }
        };
        let looked = apart(work).await.unwrap_or(Err(Why::Store));
        let now = crm.now();
        let look = match looked {
            Ok((past, copy, scratch)) => Look::Open(Arc::new(Looked {
                target: (id, target),
                copy,
                past,
                _scratch: scratch,
                used: AtomicU64::new(now),
                all: Mutex::default(),
            })),
            Err(why) => Look::Failed { target, why, at: now },
        };
        *open.past.lock() = Some(look);
        closed_when_unused(&crm, &Arc::downgrade(&open)).await;
    });
    reply::nothing()
}

/// Where copies are restored to look into.
pub(super) fn scratch(directory: &Path) -> PathBuf {
    directory.join("past")
}

/// Restores a copy and compares it. Blocks.
fn look(
    open: &Open,
    around: &Around,
    chosen: &Chosen,
    copy: CopyId,
    (vault, scratch): (&Path, PathBuf),
) -> Result<(crm::Past, u64, Scratch), Why> {
    Past::clear(&scratch);
    if !has_room(vault, &scratch) {
        return Err(Why::NoRoom);
    }
    fs::create_dir(&scratch).map_err(|error| failed(&error, Why::Store))?;
    let scratch = Scratch(scratch);
    let to = scratch.0.join("store.1");
    let restored = Found::open(around, &chosen.place, &chosen.key)?.restore(Some(copy), &to)?;
    let glimpse = open.store.look_into(&to).map_err(|error| failed(&error, Why::Damaged))?;
    let past = open.contacts.compare(glimpse).map_err(|error| failed(&error, Why::Store))?;
    Ok((past, restored.copy.time, scratch))
}

fn failed(error: &(dyn std::error::Error + 'static), why: Why) -> Why {
    tracing::warn!(error = systemd::log::chain(error), "no copy is looked into");
    why
}

/// Nobody is at it any more: its keys and its files go.
async fn closed_when_unused(crm: &Crm, open: &std::sync::Weak<Open>) {
    let mut stretch = tokio::time::interval(Duration::from_secs(60));
    loop {
        stretch.tick().await;
        let Some(open) = open.upgrade() else { return };
        let used = match &*open.past.lock() {
            Some(Look::Open(looked)) if looked.is_restoring() => continue,
            Some(Look::Open(looked)) => looked.used.load(Ordering::Relaxed),
            Some(Look::Restoring { .. }) => continue,
            _ => return,
        };
        if crm.now().saturating_sub(used) >= UNUSED {
            let unused = open.past.lock().take();
            let _gone = apart(move || drop(unused)).await;
            return;
        }
    }
}

async fn close(State(crm): State<Crm>, who: As<Manager>) -> Reply {
    who.identity.confirm(&who.role).await?;
    let before = crm.open()?.past.make_way(None)?;
    apart(move || drop(before)).await?;
    reply::nothing()
}

async fn contacts(
    State(crm): State<Crm>,
    Extension(builds): Extension<Builds>,
    who: As<Manager>,
    uri: Uri,
) -> Reply {
    let mut given = Parameters::of_uri(&uri, &["since", "search", "offset", "limit"])?;
    let since = given.read("since", since).unwrap_or_else(|| vec![Since::Deleted, Since::Changed]);
    let search = given.read("search", search).unwrap_or_default();
    let from =
        given.read("offset", |text| text.parse().map_err(|_| Field::new("/offset", "number")));
    let limit = given.limit(LIMIT_MOST);
    given.settled()?;
    let open = crm.open()?;
    let looked = open.past.open(crm.now())?;
    let _turn = builds.turn().await?;
    let found = off(async move {
        let (part, past) = ((from.unwrap_or(0), limit), &looked.past);
        open.contacts.differing(&who.role, past, &since, &search, part)
    });
    let (items, count) = found.await??;
    reply::json(&shape::PastContacts { items: items.into_iter().map(differing).collect(), count })
}

fn since(text: &str) -> Result<Vec<Since>, Field> {
    let one = |word: &str| match word {
        "deleted" => Some(Since::Deleted),
        "changed" => Some(Since::Changed),
        "made" => Some(Since::Made),
        _ => None,
    };
    text.split(',').map(one).collect::<Option<_>>().ok_or_else(|| Field::new("/since", "unknown"))
}

fn search(text: &str) -> Result<String, Field> {
    if text.chars().count() > SEARCH_MOST {
        return Err(Field::new("/search", "too-long").with("most", SEARCH_MOST));
    }
    Ok(text.to_owned())
}

fn differing(of: Differing) -> shape::PastListed {
    let Differing { id, since, name, company } = of;
    let since = match since {
        Since::Deleted => shape::PastSince::Deleted,
        Since::Changed => shape::PastSince::Changed,
        Since::Made => shape::PastSince::Made,
    };
    shape::PastListed { id: Id(id.0), since, name, company }
}

async fn contact(State(crm): State<Crm>, who: As<Manager>, At(id): At) -> Reply {
    let open = crm.open()?;
    let looked = open.past.open(crm.now())?;
    let found = off(async move { open.contacts.then_and_now(&who.role, &looked.past, id).await });
    let ThenAndNow { then, now } = found.await??;
    let fields = |row: crm::ContactRow| {
        let crm::ContactFields { name, company, position, phone, email, note } = row.fields;
        shape::PastFields { name, company, position, phone, email, note }
    };
    reply::json(&shape::PastContact { then: then.map(fields), now: now.map(fields) })
}

async fn restore(State(crm): State<Crm>, who: As<Manager>, At(id): At) -> Reply {
    who.identity.confirm(&who.role).await?;
    let open = crm.open()?;
    let looked = open.past.open(crm.now())?;
    off(async move { open.contacts.bring_back(&who.role, &looked.past, id).await }).await??;
    reply::nothing()
}

/// It goes on when whoever asked has gone away; how it goes is asked for.
async fn restore_all(
    State(crm): State<Crm>,
    who: As<Manager>,
    Sent(what): Sent<shape::PastRestore>,
) -> Reply {
    who.identity.confirm(&who.role).await?;
    let open = crm.open()?;
    let looked = open.past.open(crm.now())?;
    open.copies.note(&who.role, looked.target.0, action::COPY_BROUGHT_BACK).await?;
    let back = looked.past.ids(&[Since::Deleted, Since::Changed]);
    let made = if what.delete_made { looked.past.ids(&[Since::Made]) } else { Vec::new() };
    let ids: Vec<(RecordId, bool)> = back
        .into_iter()
        .map(|id| (id, false))
        .chain(made.into_iter().map(|id| (id, true)))
        .collect();
    let all = Arc::new(All {
        of: ids.len(),
        done: AtomicUsize::new(0),
        failed: AtomicUsize::new(0),
        over: AtomicBool::new(false),
    });
    {
        let mut known = looked.all();
        if known.as_ref().is_some_and(|all| !all.over.load(Ordering::Relaxed)) {
            return Err(Code::OutOfOrder.into());
        }
        *known = Some(Arc::clone(&all));
    }
    tokio::spawn(async move {
        let (ids, next) = (Arc::new(ids), Arc::new(AtomicUsize::new(0)));
        let lanes: Vec<_> = (0..LANES)
            .map(|_| {
                let (open, looked, who) =
                    (Arc::clone(&open), Arc::clone(&looked), who.role.clone());
                let (ids, next, all) = (Arc::clone(&ids), Arc::clone(&next), Arc::clone(&all));
                tokio::spawn(off(async move {
                    while let Some((id, is_made)) = ids.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let (contacts, past) = (&open.contacts, &looked.past);
                        let done = if *is_made {
                            contacts.delete_made(&who, past, *id).await
                        } else {
                            contacts.bring_back(&who, past, *id).await
                        };
                        match done {
                            // Somebody erased or deleted it meanwhile: it is as it should be.
                            Ok(()) | Err(Refused::NotFound) => {
                                all.done.fetch_add(1, Ordering::Relaxed);
                            }
                            Err(refused) => {
                                all.failed.fetch_add(1, Ordering::Relaxed);
                                let error = systemd::log::chain(&refused);
                                tracing::warn!(error, "a contact is not brought back");
                                if matches!(refused, Refused::SessionEnded | Refused::Commit(_)) {
                                    next.store(ids.len(), Ordering::Relaxed);
                                }
                            }
                        }
                    }
                }))
            })
            .collect();
        for lane in lanes {
            if !matches!(lane.await, Ok(Ok(()))) {
                tracing::error!("bringing contacts back broke");
            }
        }
        all.over.store(true, Ordering::Relaxed);
    });
    reply::nothing()
}
