//! Sets that are filled while the rules are in force: what is put in stays for its time and no longer, over
//! a new ruleset too, and is no difference to what the ruleset asks for.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod common;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use common::{forward, in_new_namespace, name, rule, run, table_id};
use firewall::ir::*;
use kernel::nft;

/// Long enough for all that is done within it on a machine that is busy.
const SHORT: Duration = Duration::from_secs(5);

fn timed(text: &str, key: KeyType) -> Set {
    Set { name: name(text), key: vec![key], elements: Vec::new(), timed: true }
}

fn ruleset(comment: &str, sets: Vec<Set>) -> Ruleset {
    forward(vec![rule(Vec::new(), Verdict::Accept, comment)], sets)
}

fn both() -> Vec<Set> {
    vec![timed("four", KeyType::Ip4), timed("six", KeyType::Ip6)]
}

#[test]
fn what_is_put_in_stays_for_its_time_over_a_new_ruleset() {
    in_new_namespace(|| {
        let table = table_id(Family::Inet, "gatehouse");
        let (four, six) = (name("four"), name("six"));
        let addresses: [IpAddr; 3] =
            ["9.9.9.9", "1.1.1.1", "2620:fe::9"].map(|text| text.parse().unwrap());
        let first = ruleset("first", both());
        nft::replace(first.check().unwrap()).unwrap();
        assert_eq!(nft::differences(first.check().unwrap()).unwrap(), []);
        nft::hold(
            &table,
            [
                (&four, addresses[0], Duration::from_secs(600)),
                (&four, addresses[1], SHORT),
                (&six, addresses[2], Duration::from_secs(600)),
            ],
        )
        .unwrap();
        let held = |set| {
            let mut held = nft::held(&table, set).unwrap();
            held.sort();
            held
        };
        assert_eq!(held(&four).len(), 2);
        assert_eq!(nft::differences(first.check().unwrap()).unwrap(), [], "no difference");
        let listed = run(&["nft", "list", "ruleset"]);
        assert!(listed.contains("flags timeout"), "{listed}");
        // Within the kernel's first tick the whole time is left.
        let left = ["10m", "9m5"].map(|left| format!("9.9.9.9 timeout 10m expires {left}"));
        assert!(left.iter().any(|left| listed.contains(left)), "{listed}");

        // Other rules, the same sets.
        let second = ruleset("second", both());
        nft::replace(second.check().unwrap()).unwrap();
        let after = held(&four);
        assert_eq!(
            after.iter().map(|(ip, _)| *ip).collect::<Vec<_>>(),
            [addresses[1], addresses[0]]
        );
        assert!(after[0].1 <= SHORT, "got a new time: {after:?}");
        assert!(after[1].1 > Duration::from_secs(590), "{after:?}");
        assert_eq!(held(&six).len(), 1);

        // One goes when its time is over, one that is put in again stays.
        nft::hold(&table, [(&four, addresses[0], SHORT)]).unwrap();
        nft::hold(&table, [(&four, addresses[0], Duration::from_secs(300))]).unwrap();
        // Beyond the times that both had at first.
        let again = Instant::now();
        let mut after = held(&four);
        while again.elapsed() < SHORT + Duration::from_secs(1) {
            std::thread::yield_now();
            after = held(&four);
        }
        assert_eq!(after.len(), 1, "{after:?}");
        assert_eq!(after[0].0, addresses[0]);
        assert!(after[0].1 > Duration::from_secs(200) && after[0].1 <= Duration::from_secs(300));

        // A ruleset without the set takes all of it away.
        let third = ruleset("third", vec![timed("six", KeyType::Ip6)]);
        nft::replace(third.check().unwrap()).unwrap();
        assert_eq!(held(&four), []);
        assert_eq!(held(&six).len(), 1);
        assert_eq!(nft::differences(third.check().unwrap()).unwrap(), []);
    });
}

#[test]
fn an_address_for_a_set_that_is_not_there_is_refused_and_none_is_put_in() {
    in_new_namespace(|| {
        let table = table_id(Family::Inet, "gatehouse");
        let one = ruleset("first", both());
        nft::replace(one.check().unwrap()).unwrap();
        let address: IpAddr = "9.9.9.9".parse().unwrap();
        let (four, none) = (name("four"), name("none"));
        let time = Duration::from_secs(60);
        assert!(nft::hold(&table, [(&four, address, time), (&none, address, time)]).is_err());
        assert_eq!(nft::held(&table, &four).unwrap(), []);
        assert_eq!(nft::held(&table, &none).unwrap(), []);
    });
}
