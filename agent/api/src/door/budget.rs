//! How many bytes of bodies may be in memory: from one address, and in all. When all are taken, what still
//! arrives from where the most is goes first, so that nobody shuts others out.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use addresses::Network;
use tokio::sync::Notify;

use crate::problem::Code;

/// What a request weighs beside its body: its head, and what waits for the rest of it.
const HEAD: usize = 16 * 1024;
/// Bytes that a body is given at first.
const FIRST: usize = 1024;
/// Most from one address: 64 short bodies at once, or 13 of the longest.
const FROM_ONE: usize = 1024 * 1024;
/// Most in all.
const ALL: usize = 16 * 1024 * 1024;

/// The bytes of one application. Clones are handles of the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    next: u64,
    /// The older ones first.
    all: BTreeMap<u64, Entry>,
    bytes: usize,
    addresses: HashMap<IpAddr, usize>,
    networks: HashMap<Network, usize>,
}

#[derive(Debug)]
struct Entry {
    address: IpAddr,
    bytes: usize,
    is_arriving: bool,
    /// What there is of the body, here so that it goes with the entry.
    body: Vec<u8>,
    revoked: Arc<Notify>,
}

/// Bytes of one request, free again when dropped.
#[derive(Debug)]
pub(super) struct Reservation {
    budget: Budget,
    id: u64,
    revoked: Arc<Notify>,
}

impl Budget {
    /// Room for the beginning of a request with a body. [`Code::SlowDown`]: its address has too much
    /// already; [`Code::Busy`]: there is none.
    pub(super) fn reserve(&self, address: IpAddr) -> Result<Reservation, Code> {
        let mut table = self.table();
        table.make_room(address, HEAD, None)?;
        let id = table.next;
        table.next += 1;
        let revoked = Arc::new(Notify::new());
        let (body, signal) = (Vec::new(), Arc::clone(&revoked));
        let entry = Entry { address, bytes: 0, is_arriving: true, body, revoked: signal };
        table.all.insert(id, entry);
        table.grow(id, HEAD);
        drop(table);
        Ok(Reservation { budget: self.clone(), id, revoked })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reservation {
    /// Takes more of the body, and gives how long it is now; the same refusals. Copied together: frames
    /// of one byte each would take many times what they carry.
    pub(super) fn push(&self, data: &[u8]) -> Result<usize, Code> {
        let mut table = self.budget.table();
        let entry = table.all.get(&self.id).ok_or(Code::Busy)?;
        let (address, length) = (entry.address, entry.body.len() + data.len());
        let before = entry.body.capacity();
        let capacity = if length > before { length.next_power_of_two().max(FIRST) } else { before };
        table.make_room(address, capacity - before, Some(self.id))?;
        table.grow(self.id, capacity - before);
        if let Some(entry) = table.all.get_mut(&self.id) {
            entry.body.reserve_exact(capacity - entry.body.len());
            entry.body.extend_from_slice(data);
        }
        Ok(length)
    }

    /// Ends when another request was given these bytes.
    pub(super) async fn revoked(&self) {
        self.revoked.notified().await;
    }

    /// All of it is here: it is kept until it is answered.
    pub(super) fn arrived(&self) -> Result<Vec<u8>, Code> {
        let mut table = self.budget.table();
        let entry = table.all.get_mut(&self.id).ok_or(Code::Busy)?;
        entry.is_arriving = false;
        Ok(std::mem::take(&mut entry.body))
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.table().remove(self.id);
    }
}

impl Table {
    fn make_room(&mut self, to: IpAddr, bytes: usize, own: Option<u64>) -> Result<(), Code> {
        if weight(&self.addresses, to) + bytes > FROM_ONE {
            return Err(Code::SlowDown);
        }
        while self.bytes + bytes > ALL {
            let victim = self.victim(to, own).ok_or(Code::Busy)?;
            if let Some(entry) = self.remove(victim) {
                entry.revoked.notify_one();
            }
        }
        Ok(())
    }

    /// The oldest that still arrives, of the network with the most. It is never from one with less than
    /// the network that asks.
    fn victim(&self, to: IpAddr, own: Option<u64>) -> Option<u64> {
        let of = |address| weight(&self.networks, Network::of(address));
        let least = of(to);
        let candidates = self.all.iter().filter(|(id, entry)| {
            entry.is_arriving && Some(**id) != own && of(entry.address) >= least
        });
        // The last of the greatest, so the oldest comes last.
        candidates.rev().max_by_key(|(_, entry)| of(entry.address)).map(|(id, _)| *id)
    }

    fn grow(&mut self, id: u64, bytes: usize) {
        let Some(entry) = self.all.get_mut(&id) else { return };
        entry.bytes += bytes;
        self.bytes += bytes;
        *self.addresses.entry(entry.address).or_default() += bytes;
        *self.networks.entry(Network::of(entry.address)).or_default() += bytes;
    }

    fn remove(&mut self, id: u64) -> Option<Entry> {
        let entry = self.all.remove(&id)?;
        self.bytes -= entry.bytes;
        lighten(&mut self.addresses, entry.address, entry.bytes);
        lighten(&mut self.networks, Network::of(entry.address), entry.bytes);
        Some(entry)
    }
}

fn weight<K: Eq + Hash>(of: &HashMap<K, usize>, from: K) -> usize {
    of.get(&from).copied().unwrap_or_default()
}

fn lighten<K: Copy + Eq + Hash>(of: &mut HashMap<K, usize>, from: K, bytes: usize) {
    let left = weight(of, from).saturating_sub(bytes);
    if left == 0 {
        of.remove(&from);
    } else {
        of.insert(from, left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(last: usize) -> IpAddr {
        IpAddr::from([192, 168, 10, last as u8])
    }

    fn neighbour(last: usize) -> IpAddr {
        format!("fd00::{last:x}").parse().unwrap()
    }

    /// All that is left, by requests that have no body yet.
    fn fill(budget: &Budget, from: impl Fn(usize) -> IpAddr) -> Vec<Reservation> {
        let left = (ALL - budget.table().bytes) / HEAD;
        (0..left).map(|at| budget.reserve(from(at)).unwrap()).collect()
    }

    fn is_revoked(reservation: &Reservation) -> bool {
        reservation.push(&[]) == Err(Code::Busy)
    }

    #[test]
    fn an_address_gets_so_much_and_others_theirs() {
        let budget = Budget::default();
        let long: Vec<_> = (0..12).map(|_| budget.reserve(v4(1)).unwrap()).collect();
        for one in &long {
            assert_eq!(one.push(&vec![b'1'; 64 * 1024]), Ok(64 * 1024));
        }
        let [last, short] = [(), ()].map(|()| budget.reserve(v4(1)).unwrap());
        assert_eq!(last.push(&[b'1'; 33 * 1024]), Err(Code::SlowDown));
        assert_eq!(last.push(&[b'1'; 32 * 1024]), Ok(32 * 1024));
        assert_eq!(budget.reserve(v4(1)).err(), Some(Code::SlowDown));
        budget.reserve(v4(2)).unwrap();
        drop((long, last, short));
        budget.reserve(v4(1)).unwrap();
        let table = budget.table();
        assert!(table.all.is_empty() && table.addresses.is_empty() && table.networks.is_empty());
        assert_eq!(table.bytes, 0);
    }

    #[test]
    fn the_oldest_of_the_network_with_the_most_goes_when_all_is_taken() {
        let budget = Budget::default();
        let small = budget.reserve(v4(1)).unwrap();
        let neighbours = fill(&budget, neighbour);
        assert_eq!(budget.table().bytes, ALL);
        let newcomer = budget.reserve(v4(2)).unwrap();
        let gone: Vec<bool> = neighbours.iter().map(is_revoked).collect();
        assert_eq!(gone.iter().filter(|gone| **gone).count(), 1);
        assert!(gone[0] && !is_revoked(&small) && !is_revoked(&newcomer));
        assert_eq!(neighbours[0].arrived().err(), Some(Code::Busy));
        newcomer.push(&[b'1'; 2 * HEAD]).unwrap();
        assert!(neighbours[..3].iter().all(is_revoked) && !is_revoked(&neighbours[3]));
        assert_eq!(budget.table().bytes, ALL);
    }

    #[test]
    fn who_has_more_does_not_take_from_who_has_less() {
        let budget = Budget::default();
        let light = budget.reserve(v4(1)).unwrap();
        let heavy = fill(&budget, neighbour);
        let more = budget.reserve(v4(2)).unwrap();
        assert!(!is_revoked(&light) && !is_revoked(&more));
        for reservation in heavy.iter().filter(|reservation| !is_revoked(reservation)) {
            reservation.arrived().unwrap();
        }
        assert_eq!(budget.reserve(neighbour(0xffff)).err(), Some(Code::Busy));
        assert!(!is_revoked(&light) && !is_revoked(&more));
    }

    #[test]
    fn what_has_arrived_stays() {
        let budget = Budget::default();
        let all = fill(&budget, |at| v4(at / 64));
        all.iter().for_each(|reservation| drop(reservation.arrived().unwrap()));
        assert_eq!(budget.reserve(v4(200)).err(), Some(Code::Busy));
        assert!(!all.iter().any(is_revoked));
    }

    #[test]
    fn the_body_is_what_came() {
        let budget = Budget::default();
        let one = budget.reserve(v4(1)).unwrap();
        for (part, length) in [("ab", 2), ("", 2), ("cde", 5)] {
            assert_eq!(one.push(part.as_bytes()), Ok(length));
        }
        assert_eq!(one.arrived().unwrap(), b"abcde");
    }

    #[tokio::test]
    async fn the_revoked_learns_it() {
        let budget = Budget::default();
        let all = fill(&budget, neighbour);
        let _newcomer = budget.reserve(v4(1)).unwrap();
        all[0].revoked().await;
    }
}
