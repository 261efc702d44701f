//! How many connections there may be: in all, and from one address, so that no single PC can shut
//! others out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Most connections in all.
const MAX: usize = 512;
/// Most from one address: a browser opens six, a NAT may hide some PCs.
const MAX_FROM_ONE: usize = 64;

/// Counts of connections.
#[derive(Clone, Default)]
pub struct Limits(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    all: usize,
    from: HashMap<IpAddr, usize>,
}

/// A connection's place; free again when dropped.
pub struct Place {
    limits: Limits,
    address: IpAddr,
}

impl Limits {
    /// A place for a connection from this address, if there is one.
    pub fn take(&self, address: IpAddr) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = counts.from.get(&address).copied().unwrap_or(0);
        if counts.all >= MAX || from >= MAX_FROM_ONE {
            return None;
        }
        counts.all += 1;
        counts.from.insert(address, from + 1);
        drop(counts);
        Some(Place { limits: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.limits.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all -= 1;
        if let Some(from) = counts.from.get_mut(&self.address) {
            *from -= 1;
            if *from == 0 {
                counts.from.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_all_and_places_come_back() {
        let limits = Limits::default();
        let greedy: IpAddr = "192.168.10.7".parse().unwrap();
        let held: Vec<Place> = std::iter::from_fn(|| limits.take(greedy)).collect();
        assert_eq!(held.len(), MAX_FROM_ONE);
        let others = (0..).map(|n: u16| IpAddr::from([192, 168, 11, (n / 64) as u8]));
        let more: Vec<Place> = others.map_while(|address| limits.take(address)).collect();
        assert_eq!(held.len() + more.len(), MAX);
        drop(more);
        drop(held);
        assert!(limits.take(greedy).is_some());
        assert!(limits.0.lock().unwrap().from.is_empty());
    }
}
