//! Runs every scenario against the ruleset as the product compiles it.

use libtest_mimic::{Arguments, Trial};
use netns_tests::{ALL, Rules};

fn main() {
    let arguments = Arguments::from_args();
    let trials = ALL.iter().map(|scenario| {
        Trial::test(scenario.name, || {
            (scenario.run)(Rules::default());
            Ok(())
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}
