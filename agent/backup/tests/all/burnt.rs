//! Boxes that are gone from one moment to the next, with their disks, while people work and copies are made: what a
//! blank box gets back lacks at most the last quarter of an hour, and nothing before that.

use std::time::Duration;

use backup::Sheet;
use backup::service::{Found, Place};

use crate::bucket::wall;
use crate::nas::{NAME, Nas};
use crate::service::{ID, Office, around, chosen_in};
use crate::store::{START, contacts};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
/// What may be lost.
const LOST: u64 = 15 * MINUTE;
/// Longest that nobody does anything.
const PAUSE: u64 = 120 * SECOND;

/// Numbers that are the same in each run (Numerical Recipes' generator).
struct Dice(u32);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u64::from(self.0 >> 8) % most
    }
}

/// The clock stands still while the box copies, and goes on with the people. Four in the ordinary run;
/// `GATEHOUSE_ROUNDS` says how many in `make test-long`.
#[test]
fn a_box_that_is_gone_takes_a_quarter_of_an_hour_along_at_most() {
    let rounds = std::env::var("GATEHOUSE_ROUNDS").ok().and_then(|text| text.parse().ok());
    let mut dice = Dice(2_026);
    for round in 0..rounds.unwrap_or(4_u32) {
        let mut nas = Nas::start(&["--private-repos"]);
        let office = Office::looking(Duration::from_millis(2));
        let folder = format!("box-{round}");
        let chosen = chosen_in(&nas, &folder);
        office.service.put(ID, chosen.clone()).unwrap();
        office.rests();
        let (mut now, mut made) = (START, Vec::new());
        let end = START + 30 * MINUTE + dice.below(60) * MINUTE + dice.below(MINUTE);
        loop {
            office.shop.contact(&format!("{:06}", made.len()));
            made.push(now);
            let pause = SECOND + dice.below(PAUSE);
            office.shop.time.forward(pause);
            now += pause;
            if now >= end {
                break;
            }
            // As long as it takes until no copy is due.
            let is_fresh = |good: Option<u64>| {
                good.is_some_and(|at| now.saturating_sub(at) < 10 * MINUTE + PAUSE)
            };
            office.until("a copy", |told| is_fresh(told.kept.good));
        }
        // Whatever is under way is cut: the server goes first, then the box.
        nas.stop();
        office.service.end();

        nas.restart(&["--private-repos"]);
        let mut sheet = Sheet::parse(chosen.sheet().text().reveal()).unwrap();
        sheet.at = format!("https://{NAME}:{}/box/{folder}", nas.port);
        let place = Place::of_sheet(&sheet).unwrap();
        let found = Found::open(&around(wall()), &place, &sheet.key).unwrap();
        let to = office.shop.blank("again");
        found.restore(None, &to).unwrap();
        let back = contacts(&office.shop.open(&to));
        let all: Vec<String> = (0..made.len()).map(|number| format!("{number:06}")).collect();
        assert_eq!(back, all[..back.len()], "round {round}: something in the middle is missing");
        let first_lost = made.get(back.len()).copied();
        let lost = first_lost.map_or(0, |at| now - at);
        assert!(lost <= LOST, "round {round}: {} s are lost", lost / SECOND);
    }
}
