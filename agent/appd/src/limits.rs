//! How many connections there may be, in all and from one address. When there are as many, one that
//! nobody needs makes room for the newcomer, so that no single PC can shut others out.

pub mod victim;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use victim::Connection;

/// Most connections to the secure pages, and of one address: a browser opens six, a NAT may hide some PCs.
pub const SECURE: (usize, usize) = (512, 64);
/// The same of port 80.
pub const PLAIN: (usize, usize) = (128, 16);

/// The connections. Clones are handles of the same.
#[derive(Clone)]
pub struct Limits {
    most: usize,
    most_of_one: usize,
    table: Arc<Mutex<Table>>,
}

#[derive(Default)]
struct Table {
    /// Grows with all that happens.
    now: u64,
    all: HashMap<u64, Connection>,
    leave: HashMap<u64, Arc<Notify>>,
}

/// A connection's place; free again when dropped.
pub struct Place {
    activity: Activity,
    leave: Arc<Notify>,
}

/// Tells what goes on in a connection.
#[derive(Clone)]
pub struct Activity {
    limits: Limits,
    id: u64,
}

/// What goes on in a connection for one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It still arrives.
    Arriving,
    /// It is being answered, or is an event stream.
    Working,
    /// Its answer is on its way.
    Sending,
    /// It is over.
    Done,
}

impl Limits {
    /// So many in all, so many from one address.
    pub fn new((most, most_of_one): (usize, usize)) -> Self {
        Self { most, most_of_one, table: Arc::default() }
    }

    /// A place for a connection from this address; who had it before leaves. None when all others are
    /// needed.
    pub fn take(&self, address: IpAddr) -> Option<Place> {
        let mut table = self.table();
        if table.all.values().filter(|one| one.address == address).count() >= self.most_of_one {
            let victim = victim::of_address(&table.all, address)?;
            table.evict(victim);
        } else if table.all.len() >= self.most {
            let victim = victim::of_all(&table.all)?;
            table.evict(victim);
        }
        table.now += 1;
        let id = table.now;
        let connection = Connection { address, working: 0, sending: 0, touched: id };
        table.all.insert(id, connection);
        let leave = Arc::new(Notify::new());
        table.leave.insert(id, Arc::clone(&leave));
        drop(table);
        Some(Place { activity: Activity { limits: self.clone(), id }, leave })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn evict(&mut self, id: u64) {
        self.all.remove(&id);
        if let Some(leave) = self.leave.remove(&id) {
            leave.notify_one();
        }
    }
}

impl Place {
    /// Ends when another connection was given this place.
    pub async fn evicted(&self) {
        self.leave.notified().await;
    }

    /// What to tell of the connection.
    pub fn activity(&self) -> Activity {
        self.activity.clone()
    }
}

impl Activity {
    /// A request does something else than before.
    pub fn changed(&self, before: Doing, now: Doing) {
        let mut table = self.limits.table();
        table.now += 1;
        let at = table.now;
        // One that was evicted counts no more.
        let Some(one) = table.all.get_mut(&self.id) else { return };
        one.touched = at;
        match before {
            Doing::Working => one.working -= 1,
            Doing::Sending => one.sending -= 1,
            Doing::Arriving | Doing::Done => {}
        }
        match now {
            Doing::Working => one.working += 1,
            Doing::Sending => one.sending += 1,
            Doing::Arriving | Doing::Done => {}
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = self.activity.limits.table();
        table.all.remove(&self.activity.id);
        table.leave.remove(&self.activity.id);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn address(number: usize) -> IpAddr {
        IpAddr::from([192, 168, (number / 250) as u8, (number % 250) as u8 + 1])
    }

    fn is_evicted(place: &Place) -> bool {
        place.evicted().now_or_never().is_some()
    }

    #[test]
    fn the_newcomer_gets_the_place_of_one_that_nobody_needs_and_places_come_back() {
        let limits = Limits::new((8, 4));
        let greedy: Vec<Place> = (0..4).map(|_| limits.take(address(0)).unwrap()).collect();
        let others: Vec<Place> = (1..5).map(|at| limits.take(address(at)).unwrap()).collect();
        greedy[0].activity().changed(Doing::Arriving, Doing::Working);
        let newcomer = limits.take(address(9)).unwrap();
        assert!(is_evicted(&greedy[1]));
        assert!(!greedy[2..].iter().chain(&others).chain([&newcomer, &greedy[0]]).any(is_evicted));
        drop(greedy);
        drop(others);
        drop(newcomer);
        let table = limits.table();
        assert!(table.all.is_empty() && table.leave.is_empty());
    }

    #[test]
    fn an_address_with_as_many_as_it_may_have_makes_room_itself() {
        let limits = Limits::new((8, 2));
        let other = limits.take(address(1)).unwrap();
        let held = [limits.take(address(0)).unwrap(), limits.take(address(0)).unwrap()];
        held[0].activity().changed(Doing::Arriving, Doing::Sending);
        let third = limits.take(address(0)).unwrap();
        assert!(is_evicted(&held[1]) && !is_evicted(&held[0]) && !is_evicted(&other));
        for one in [&held[0], &third] {
            one.activity().changed(Doing::Done, Doing::Working);
        }
        assert!(limits.take(address(0)).is_none());
        assert!(limits.take(address(2)).is_some());
    }

    #[test]
    fn what_is_told_of_an_evicted_one_changes_nothing() {
        let limits = Limits::new((1, 1));
        let first = limits.take(address(0)).unwrap();
        let activity = first.activity();
        activity.changed(Doing::Arriving, Doing::Working);
        activity.changed(Doing::Working, Doing::Sending);
        let second = limits.take(address(1)).unwrap();
        activity.changed(Doing::Sending, Doing::Done);
        drop(first);
        assert!(!is_evicted(&second));
        assert_eq!(limits.table().all.len(), 1);
    }
}
