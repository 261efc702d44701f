//! Holds the catalogue, which is in `host-api`, against this program.

use std::collections::BTreeSet;

use host_api::texts;
use settings::Language;

#[test]
fn every_key_of_the_program_is_there_and_none_is_unused() {
    let sources = [
        include_str!("agent.rs"),
        include_str!("agent/egress.rs"),
        include_str!("agent/former.rs"),
        include_str!("agent/requests.rs"),
        include_str!("agent/tell.rs"),
        include_str!("apply.rs"),
        include_str!("authority.rs"),
        include_str!("rogues.rs"),
        include_str!("setup.rs"),
        include_str!("status.rs"),
        include_str!("../../firewall/src/bridge.rs"),
        include_str!("store.rs"),
        include_str!("upstream.rs"),
        include_str!("console/pages.rs"),
        include_str!("console/screen.rs"),
    ];
    let keys: BTreeSet<&str> = texts::codes(Language::English).collect();
    for key in &keys {
        let quoted = format!("\"{key}\"");
        assert!(sources.iter().any(|text| text.contains(&quoted)), "{key} is not used");
    }
    for source in sources {
        for start in ["Notice::new(\"", "text(\"", "line(\""] {
            for part in source.split(start).skip(1) {
                let key = part.split('"').next().unwrap();
                assert!(keys.contains(key), "{key} is missing");
            }
        }
    }
}
