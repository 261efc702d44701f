//! Which settings a box wants when it starts, by what it finds on its disk.

use std::fs;

use network::LinkMode;
use tempfile::TempDir;

use super::*;

const EXAMPLE: &str = include_str!("../../../settings/tests/example.json");

fn box_with_setup_file() -> (TempDir, RunOptions) {
    let directory = TempDir::new().unwrap();
    let place = |name: &str| directory.path().join(name);
    for name in ["state/settings", "run"] {
        fs::create_dir_all(place(name)).unwrap();
    }
    fs::write(place("setup.json"), format!("{{ \"settings\": {EXAMPLE} }}")).unwrap();
    let options = RunOptions {
        state: place("state"),
        run: place("run"),
        setup_file: place("setup.json"),
        links: LinkMode::Plain,
        systemd: false,
        trust: crate::services::Trust { anchor: "/none".into(), authorities: "/none".into() },
    };
    (directory, options)
}

#[test]
fn a_new_box_takes_the_setup_file() {
    let (_directory, options) = box_with_setup_file();
    assert!(matches!(Agent::new(options).unwrap().wanted, Wanted::Setup(_)));
}

#[test]
fn a_box_that_took_it_once_does_not_again() {
    let (_directory, options) = box_with_setup_file();
    fs::write(options.state.join(SETUP_CONSUMED), "").unwrap();
    assert!(matches!(Agent::new(options).unwrap().wanted, Wanted::Factory));
}

#[test]
fn a_box_that_lost_its_state_is_not_set_up_by_the_file() {
    let (_directory, options) = box_with_setup_file();
    fs::write(options.run.join("state-lost"), "").unwrap();
    assert!(matches!(Agent::new(options).unwrap().wanted, Wanted::Factory));
}

#[test]
fn a_box_whose_state_was_repaired_is_not_set_up_by_the_file() {
    let (_directory, options) = box_with_setup_file();
    fs::write(options.state.join(REPAIRED), "").unwrap();
    let agent = Agent::new(options).unwrap();
    assert!(matches!(agent.wanted, Wanted::Factory));
    assert!(agent.found.iter().any(|notice| notice.code == "state_repaired"));
}
