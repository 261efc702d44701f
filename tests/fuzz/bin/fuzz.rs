//! libFuzzer over the target that GATEHOUSE_FUZZ_TARGET names: see tests/fuzz/run.
#![no_main]

use std::sync::LazyLock;

use fuzz_tests::{TARGETS, Target};
use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("GATEHOUSE_FUZZ_TARGET").unwrap_or_default();
    #[allow(clippy::expect_used, reason = "ends a fuzzing run that was called wrongly")]
    TARGETS.iter().find(|target| target.name == name).expect("GATEHOUSE_FUZZ_TARGET names a target")
});

fuzz_target!(|bytes: &[u8]| (TARGET.run)(bytes));
