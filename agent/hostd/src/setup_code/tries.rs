//! How often a setup code may be tried: five times from one address, then that one waits ten minutes,
//! and nobody else does.
//!
//! What keeps guessing hopeless is the code, not the waiting: it has 60 random bits, and all addresses
//! together get at most 100 tries a second. That is less than 2^32 a year, and finds it once in 2^28
//! years. All addresses of an IPv4 /24 together get two a second, so the owner's are always among the
//! others. It is in memory: whoever can restart the box gains five tries each time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use addresses::Network;

/// Tries of one address before it waits.
pub const TRIES: u32 = 5;
/// How long it waits.
pub const PAUSE: Duration = Duration::from_secs(600);
/// Addresses remembered; beyond that the one whose last try is longest ago goes.
const PLACES_MOST: usize = 1_000;
/// Tries of all addresses at once.
const ALL: u32 = 2_000;
/// One of these comes back after this long.
const ALL_BACK: Duration = Duration::from_millis(10);

/// Wrong tries of addresses.
#[derive(Default)]
pub struct Tries {
    places: HashMap<Network, Failed>,
    /// When all tries of all addresses will have come back.
    full: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Failed {
    count: u32,
    last: Instant,
}

impl Tries {
    /// Counts a try as a wrong one, before it is judged. `Err` is how long to wait: then it must not
    /// be judged. `Ok` is how many are left after it.
    pub fn charge(&mut self, from: IpAddr, now: Instant) -> Result<u32, Duration> {
        let from = Network::of(from);
        let failed = self.places.get(&from).copied();
        let failed = failed.filter(|failed| now.saturating_duration_since(failed.last) < PAUSE);
        let count = failed.map_or(0, |failed| failed.count);
        if let Some(failed) = failed
            && count >= TRIES
        {
            return Err(PAUSE.saturating_sub(now.saturating_duration_since(failed.last)));
        }
        let full = self.full.map_or(now, |full| full.max(now)) + ALL_BACK;
        let over = full.saturating_duration_since(now).saturating_sub(ALL_BACK * ALL);
        if !over.is_zero() {
            return Err(over);
        }
        self.full = Some(full);
        self.make_room(from);
        self.places.insert(from, Failed { count: count + 1, last: now });
        Ok(TRIES.saturating_sub(count + 1))
    }

    /// The last try from there was the right one.
    pub fn forget(&mut self, from: IpAddr) {
        self.places.remove(&Network::of(from));
    }

    fn make_room(&mut self, new: Network) {
        if self.places.len() >= PLACES_MOST && !self.places.contains_key(&new) {
            let oldest = self.places.iter().min_by_key(|(_, failed)| failed.last);
            if let Some(oldest) = oldest.map(|(place, _)| *place) {
                self.places.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(last: u32) -> IpAddr {
        IpAddr::from((0xc0a8_0000 + last).to_be_bytes())
    }

    #[test]
    fn all_addresses_together_get_a_hundred_a_second() {
        let (mut tries, start, mut judged) = (Tries::default(), Instant::now(), 0);
        for second in 0..20_u32 {
            let now = start + Duration::from_secs(second.into());
            // A new address for each try.
            let hosts = (0..300).map(|n| host(second * 300 + n));
            judged += hosts.filter(|host| tries.charge(*host, now).is_ok()).count();
        }
        assert_eq!(judged, 2_000 + 19 * 100);
        assert_eq!(tries.places.len(), PLACES_MOST);
        let soon = tries.charge(host(99_999), start + Duration::from_secs(19)).unwrap_err();
        assert!(soon <= ALL_BACK, "{soon:?}");
    }

    #[test]
    fn whole_networks_that_guess_for_a_day_leave_the_owner_five_tries() {
        let (mut tries, start, owner) = (Tries::default(), Instant::now(), host(20));
        let ipv6 = (0..1_000_u32).map(|n| format!("fd00::{n:x}").parse().unwrap());
        let others: Vec<_> = (0..254).filter(|n| *n != 20).map(host).chain(ipv6).collect();
        let mut judged = 0_u64;
        for minute in 0..24 * 60_u32 {
            let now = start + Duration::from_secs(60) * minute;
            for other in &others {
                while tries.charge(*other, now).is_ok() {
                    judged += 1;
                }
            }
            if minute % 60 == 0 {
                for left in (0..5).rev() {
                    assert_eq!(tries.charge(owner, now), Ok(left), "in minute {minute}");
                }
                assert_eq!(tries.charge(owner, now), Err(PAUSE));
            }
        }
        assert_eq!(judged, 254 * 5 * 144, "253 addresses and one IPv6 network");
    }
}
