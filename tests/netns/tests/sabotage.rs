//! Leaves out one protection after the other, and one permission after the other, and demands that
//! some scenario goes red: a suite that cannot fail proves nothing. Prints which one noticed.
#![allow(clippy::print_stdout, reason = "tells which scenario noticed")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use firewall::Sabotage;
use libtest_mimic::{Arguments, Failed, Trial};
use netns_tests::{ALL, Bench, Reach, Rules};

fn main() {
    let arguments = Arguments::from_args();
    // Red is what is wanted here: no messages of panics.
    std::panic::set_hook(Box::new(|_| {}));
    let mut trials = vec![Trial::test("with everything", || match first_red(Rules::Whole) {
        None => Ok(()),
        Some(red) => Err(Failed::from(format!("{red} is red without any sabotage"))),
    })];
    trials.extend(Sabotage::ALL.iter().map(|sabotage| {
        trial(format!("without protection {}", sabotage.name()), Rules::Without(*sabotage))
    }));
    let rules = Rules::accepting().into_iter().enumerate();
    trials.extend(
        rules.map(|(number, rule)| {
            trial(format!("without rule {rule}"), Rules::WithoutRule(number))
        }),
    );
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(name: String, rules: Rules) -> Trial {
    let title = name.clone();
    Trial::test(title, move || match first_red(rules) {
        Some(red) => {
            println!("{name}: {red} is red");
            Ok(())
        }
        None => Err(Failed::from("every scenario is green: none of them needs it")),
    })
}

fn first_red(rules: Rules) -> Option<&'static str> {
    // Red is to come from a packet: a ruleset that cannot be loaded proves nothing.
    drop(Bench::new(rules, Reach::Both));
    let red = ALL.iter().find(|one| catch_unwind(AssertUnwindSafe(|| (one.run)(rules))).is_err());
    red.map(|scenario| scenario.name)
}
