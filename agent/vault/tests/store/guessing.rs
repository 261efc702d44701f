//! A stranger who may reach the locked page guesses for a day, as fast as he is let: he gets few
//! tries, and the owner comes in at any moment.

use std::net::IpAddr;
use std::time::Duration;

use vault::{Actor, Closed, OpenError, Unlock};

use crate::common::{Place, passphrase, recovery};

const RIGHT: &str = "six words that nobody else would say";
const STEP: Duration = Duration::from_secs(15 * 60);
const OWNER: &str = "192.168.8.20";
/// What all addresses together get within any day: their turns, those that come back, the five
/// free tries, and one for each quarter of an hour.
const A_DAY: u32 = 1_600 + 800 + 5 + 96;

/// In memory: a day of tries is synced thousands of times.
fn in_memory() -> Place {
    let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    Place { dir: dir.unwrap(), ..Place::new() }
}

fn locked(place: &Place) -> String {
    let store = place.closed().create(&passphrase(RIGHT)).unwrap();
    let key = store.add_recovery(&Actor::default()).unwrap();
    store.confirm_recovery(&Actor::default(), &recovery(&key)).unwrap();
    place.close(&store);
    key.to_string()
}

/// Too short to be a passphrase: counted like any other, and costs the test no Argon2.
fn guess() -> Unlock {
    passphrase("guess")
}

fn owner() -> Option<IpAddr> {
    Some(OWNER.parse().unwrap())
}

/// Guesses from many addresses, first from those that it tried least.
struct Stranger {
    addresses: Vec<(u32, IpAddr)>,
    judged: u32,
}

impl Stranger {
    fn at(addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        Self { addresses: addresses.into_iter().map(|address| (0, address)).collect(), judged: 0 }
    }

    /// Guesses until so many addresses in a row have to wait.
    fn guesses(&mut self, closed: &Closed) {
        let mut refused = 0;
        self.addresses.sort_unstable();
        for (tried, address) in &mut self.addresses {
            loop {
                match closed.prove(&guess(), Some(*address)) {
                    Err(OpenError::WrongSecret { .. }) => refused = 0,
                    Err(OpenError::Wait(_)) => break,
                    other => panic!("{other:?}"),
                }
                (*tried, self.judged) = (*tried + 1, self.judged + 1);
            }
            refused += 1;
            if refused == 8 {
                return;
            }
        }
    }
}

/// Every address of the owner's network but theirs, and an IPv6 one.
fn neighbours() -> Vec<IpAddr> {
    let v4 = (1..255).map(|last| IpAddr::from([192, 168, 8, last]));
    let others = v4.filter(|address| Some(*address) != owner());
    others.chain(["fd00::1".parse().unwrap()]).collect()
}

#[test]
fn a_whole_network_that_guesses_for_a_day_never_makes_the_owner_wait() {
    let place = in_memory();
    let key = locked(&place);
    let mut closed = place.closed();
    let mut stranger = Stranger::at(neighbours());
    for step in 0..96_u32 {
        stranger.guesses(&closed);
        if step % 8 == 0 {
            closed.prove(&recovery(&key), Some([192, 168, 8, 1].into())).unwrap();
        }
        if step % 16 == 1 {
            // At once, and also after a slip.
            let wrong = closed.prove(&guess(), owner());
            let Err(OpenError::WrongSecret { left, wait, .. }) = wrong else { panic!("{wrong:?}") };
            assert!(left >= 1 && wait.is_zero(), "{left} at step {step}");
            closed.prove(&passphrase(RIGHT), owner()).unwrap();
        }
        if step == 48 {
            // Power cut: who had which turns is forgotten, their number is not.
            closed = place.closed();
        }
        place.clock.forward(STEP);
    }
    assert!((1_500..=A_DAY).contains(&stranger.judged), "{}", stranger.judged);
    let store = closed.open_proved(closed.prove(&passphrase(RIGHT), owner()).unwrap()).unwrap();
    assert_eq!(store.findings().failures.count, stranger.judged + 6, "and the log says how many");
    let entries = store.audit(None, 3).unwrap();
    let from = entries.iter().find(|entry| entry.count.is_some()).and_then(|entry| entry.address);
    assert_eq!(from, owner(), "and where the right one came from");
}

#[test]
fn any_number_of_addresses_and_restarts_gets_the_same_few_tries() {
    let place = in_memory();
    let key = locked(&place);
    let mut closed = place.closed();
    let hosts = (0..3_000_u32).map(|n| IpAddr::from((0x0a00_0000 + n).to_be_bytes()));
    let mut stranger = Stranger::at(hosts);
    for step in 0..96_u32 {
        stranger.guesses(&closed);
        if step % 8 == 7 {
            closed = place.closed();
            closed.prove(&recovery(&key), owner()).unwrap();
        }
        place.clock.forward(STEP);
    }
    assert!(stranger.judged <= A_DAY, "{}", stranger.judged);
    // Counts that cannot be read give nobody a turn.
    std::fs::write(place.path().join("attempts-turns"), [1; 1024]).unwrap();
    std::fs::write(place.path().join("attempts"), [1; 1024]).unwrap();
    let closed = place.closed();
    assert!(matches!(closed.prove(&passphrase(RIGHT), owner()), Err(OpenError::Wait(_))));
    closed.open_proved(closed.prove(&recovery(&key), owner()).unwrap()).unwrap();
}

#[test]
fn who_failed_five_times_waits_and_the_next_address_does_not() {
    let place = Place::new();
    locked(&place);
    let closed = place.closed();
    let stranger = Some([192, 168, 8, 66].into());
    for number in (0..5).rev() {
        let judged = closed.prove(&guess(), stranger);
        let Err(OpenError::WrongSecret { left, wait, .. }) = judged else { panic!("{judged:?}") };
        assert_eq!((left, wait.as_secs()), (number, if number == 0 { 30 } else { 0 }));
    }
    for from in [stranger, None] {
        let wait = closed.prove(&passphrase(RIGHT), from);
        assert!(matches!(wait, Err(OpenError::Wait(wait)) if wait.as_secs() == 30), "{wait:?}");
    }
    closed.prove(&passphrase(RIGHT), owner()).unwrap();
    let closed = place.closed();
    let wait = closed.prove(&passphrase(RIGHT), owner());
    assert!(matches!(wait, Err(OpenError::Wait(wait)) if wait.as_secs() == 30), "{wait:?}");
    place.clock.forward(Duration::from_secs(30));
    closed.prove(&passphrase(RIGHT), owner()).unwrap();
}
