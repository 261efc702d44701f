//! Leaves out one protection after the other and demands that some scenario goes red: a suite that
//! cannot fail proves nothing. Prints which one noticed.

#![allow(clippy::print_stdout, reason = "tells which scenario noticed")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use firewall::Sabotage;
use libtest_mimic::{Arguments, Failed, Trial};
use netns_tests::{ALL, Bench, Reach, Rules};

fn main() {
    let arguments = Arguments::from_args();
    // Red is what is wanted here: no messages of panics.
    std::panic::set_hook(Box::new(|_| {}));
    let mut trials = vec![Trial::test("with all protections", || match first_red(None) {
        None => Ok(()),
        Some(red) => Err(Failed::from(format!("{red} is red without any sabotage"))),
    })];
    trials.extend(Sabotage::ALL.iter().map(|sabotage| {
        Trial::test(format!("without {}", sabotage.name()), || match first_red(Some(*sabotage)) {
            Some(red) => {
                println!("without {}: {red} is red", sabotage.name());
                Ok(())
            }
            None => Err(Failed::from("every scenario is green: nothing proves this protection")),
        })
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

fn first_red(sabotage: Option<Sabotage>) -> Option<&'static str> {
    let rules = Rules { sabotage };
    // Red is to come from a packet: a ruleset that cannot be loaded proves nothing.
    drop(Bench::new(rules, Reach::Both));
    let red = ALL.iter().find(|one| catch_unwind(AssertUnwindSafe(|| (one.run)(rules))).is_err());
    red.map(|scenario| scenario.name)
}
