//! Where an account signed in from: what makes somebody no stranger to it.

use crate::device::Device;
use crate::place::Place;
use crate::sessions::Peer;
use crate::throttle::Known;

/// Places, and browsers, remembered of an account: those it signed in from last.
pub const KNOWN_MOST: usize = 20;

/// Where an account signed in from, each the last one first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acquainted {
    /// Addresses.
    pub places: Vec<Place>,
    /// Browsers.
    pub browsers: Vec<Device>,
}

impl Acquainted {
    /// Whoever just signed in is known from now on.
    #[must_use]
    pub(crate) fn with(&self, peer: &Peer) -> Self {
        let mut new = self.clone();
        to_the_front(&mut new.places, Place::of(peer.address));
        if let Some(browser) = peer.browser {
            to_the_front(&mut new.browsers, browser);
        }
        new
    }

    pub(crate) fn knows(&self, peer: &Peer) -> Option<Known> {
        let browser = peer.browser.filter(|browser| self.browsers.contains(browser));
        let place = Place::of(peer.address);
        let place = self.places.contains(&place).then_some(Known::Place(place));
        browser.map(Known::Browser).or(place)
    }
}

fn to_the_front<T: PartialEq>(known: &mut Vec<T>, last: T) {
    known.retain(|known| *known != last);
    known.insert(0, last);
    known.truncate(KNOWN_MOST);
}
