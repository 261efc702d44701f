//! Turns of an address's own: while failed passphrases make everybody wait, an address that hardly
//! failed itself is still judged, so that no stranger can keep the owner out. What many addresses
//! gain by that is bounded by one count over all of them, which is on the disk.
//!
//! All 254 addresses of an IPv4 /24 use up 762 turns at once and no more than 762 a day after that:
//! fewer than come back, and [`ALL`] bears it twice, so also a restart, which forgets who had which.

use std::collections::HashMap;
use std::time::Duration;

use addresses::Network;

/// Turns of one address.
pub const OWN: u32 = 3;
/// One of them comes back after this long.
const OWN_BACK: Duration = Duration::from_secs(8 * 3600);
/// Turns of all addresses together.
pub const ALL: u32 = 1_600;
/// One of them comes back after this long: 800 a day.
const ALL_BACK: Duration = Duration::from_secs(108);
/// Addresses remembered; beyond that the one whose last turn is longest ago goes.
const PLACES_MOST: usize = 4_096;

/// A count of which one goes after each equal time.
#[derive(Debug, Clone, Copy)]
struct Fading {
    count: u32,
    since: Duration,
}

impl Fading {
    fn at(self, now: Duration, each: Duration) -> Self {
        let gone = now.saturating_sub(self.since).as_millis() / each.as_millis().max(1);
        let gone = u32::try_from(gone).unwrap_or(u32::MAX);
        if gone >= self.count {
            return Self { count: 0, since: now };
        }
        Self { count: self.count - gone, since: self.since + each * gone }
    }

    fn next(self, now: Duration, each: Duration) -> Duration {
        (self.since + each).saturating_sub(now)
    }
}

/// Who had which turns. In memory, by the clock that nobody can set; only the count over all
/// addresses is kept, by whoever drives this.
#[derive(Debug)]
pub struct Turns {
    places: HashMap<Network, Fading>,
    /// Since when the count that is kept fades.
    since: Duration,
}

impl Turns {
    /// Nobody had any.
    pub fn new(now: Duration) -> Self {
        Self { places: HashMap::new(), since: now }
    }

    /// Turns that a place has left, as far as it alone is concerned.
    pub fn left(&self, place: Network, now: Duration) -> u32 {
        OWN.saturating_sub(self.used(place, now).count)
    }

    /// Until a place that has none left has one again.
    pub fn wait(&self, place: Network, now: Duration) -> Duration {
        let used = self.used(place, now);
        if used.count < OWN { Duration::ZERO } else { used.next(now, OWN_BACK) }
    }

    /// Counts a try of this place, whether or not it was a turn of its own.
    pub fn tried(&mut self, place: Network, now: Duration) {
        if self.places.len() >= PLACES_MOST && !self.places.contains_key(&place) {
            let oldest = self.places.iter().min_by_key(|(_, used)| used.since);
            if let Some(oldest) = oldest.map(|(place, _)| *place) {
                self.places.remove(&oldest);
            }
        }
        let mut used = self.used(place, now);
        used.count = used.count.saturating_add(1).min(OWN);
        self.places.insert(place, used);
    }

    /// The last try of this place was none.
    pub fn take_back(&mut self, place: Network) {
        if let Some(used) = self.places.get_mut(&place) {
            used.count = used.count.saturating_sub(1);
        }
    }

    /// Until there is a turn for any place at all, with what is kept on the disk.
    pub fn wait_of_all(&self, kept: u32, now: Duration) -> Duration {
        let all = Fading { count: kept, since: self.since }.at(now, ALL_BACK);
        if all.count < ALL { Duration::ZERO } else { all.next(now, ALL_BACK) }
    }

    /// What the count over all places is with one more turn, if there is one: `kept` is what is on
    /// the disk. Else how long until there is.
    pub fn one_of_all(&mut self, kept: u32, now: Duration) -> Result<u32, Duration> {
        let all = Fading { count: kept, since: self.since }.at(now, ALL_BACK);
        if all.count >= ALL {
            return Err(all.next(now, ALL_BACK));
        }
        self.since = all.since;
        Ok(all.count + 1)
    }

    fn used(&self, place: Network, now: Duration) -> Fading {
        let used = self.places.get(&place).copied();
        used.unwrap_or(Fading { count: 0, since: now }).at(now, OWN_BACK)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn place(text: &str) -> Network {
        Network::of(text.parse().unwrap())
    }

    fn hours(hours: u64) -> Duration {
        Duration::from_secs(hours * 3600)
    }

    #[test]
    fn an_ipv6_network_is_one_place_and_an_ipv4_address_is() {
        assert_eq!(place("fd00::1"), place("fd00::ffff:0:0:1"));
        assert_ne!(place("fd00::1"), place("fd00:0:0:1::1"));
        assert_ne!(place("192.0.2.1"), place("192.0.2.2"));
        assert_eq!(place("192.0.2.1"), place("::ffff:192.0.2.1"));
    }

    #[test]
    fn a_place_has_three_and_one_comes_back_every_eight_hours() {
        let (mut turns, one) = (Turns::new(hours(0)), place("192.0.2.1"));
        for left in [2, 1, 0, 0, 0] {
            turns.tried(one, hours(1));
            assert_eq!(turns.left(one, hours(1)), left);
        }
        assert_eq!(turns.wait(one, hours(2)), hours(7));
        assert_eq!(turns.left(one, hours(9)), 1);
        assert_eq!(turns.left(one, hours(100)), 3);
        assert_eq!(turns.left(place("192.0.2.2"), hours(1)), 3);
        turns.tried(one, hours(9));
        assert_eq!(turns.wait(one, hours(9)), hours(8));
        turns.take_back(one);
        assert_eq!(turns.left(one, hours(9)), 1);
    }

    #[test]
    fn all_together_have_so_many_and_800_a_day_come_back() {
        let (mut turns, mut kept, mut given) = (Turns::new(hours(0)), 0, 0);
        for second in 0..86_400 {
            if let Ok(count) = turns.one_of_all(kept, Duration::from_secs(second)) {
                (kept, given) = (count, given + 1);
            }
        }
        assert_eq!(given, 1_600 + 799);
        // A restart gives none.
        let mut turns = Turns::new(hours(0));
        assert_eq!(turns.wait_of_all(kept, hours(0)), Duration::from_secs(108));
        assert_eq!(turns.wait_of_all(kept, Duration::from_secs(108)), Duration::ZERO);
        assert_eq!(turns.one_of_all(kept, hours(0)), Err(Duration::from_secs(108)));
        assert_eq!(turns.one_of_all(ALL, Duration::from_secs(8)), Err(Duration::from_secs(100)));
    }

    #[test]
    fn a_flood_of_addresses_costs_no_memory() {
        let mut turns = Turns::new(hours(0));
        for n in 0..4_500_u32 {
            turns.tried(Network::of(IpAddr::V4(n.into())), Duration::from_secs(n.into()));
        }
        assert_eq!(turns.places.len(), PLACES_MOST);
    }
}
