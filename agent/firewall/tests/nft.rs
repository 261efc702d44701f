//! The text loads with nft(8), twice in a row, in a throw-away network namespace. Needs root and
//! nft, as in the builder root.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::process::Command;

use common::{context, example};
use firewall::compile;

#[test]
fn nft_loads_it_and_replaces_it() {
    loads(&compile(&example(), &context()));
}

#[test]
fn nft_loads_what_is_published() {
    let mut settings = example();
    let one = |id: u16, ports: &str, port: Option<u16>| settings::Publication {
        id,
        enabled: true,
        label: format!("Shop {id}").parse().unwrap(),
        ports: ports.split(' ').map(|it| it.parse().unwrap()).collect(),
        to: settings::Published {
            zone: "office".parse().unwrap(),
            address: [192, 168, 10, 5].into(),
            port,
            ipv6: "::5".parse().ok(),
        },
        from: settings::Which::These(vec![
            "9.9.9.0/24".parse().unwrap(),
            "2620:fe::/32".parse().unwrap(),
        ]),
        until: None,
        comment: None,
    };
    settings.publish = vec![one(1, "tcp/443 udp/443", Some(8443)), one(2, "tcp/7000-7010", None)];
    settings.relays = vec![settings::Relay {
        zones: ["office", "guest"].map(|zone| zone.parse().unwrap()),
        what: settings::Relayed::All,
    }];
    settings.validate().unwrap();
    loads(&compile(&settings, &context()));
}

fn loads(ruleset: &firewall::ir::Ruleset) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ruleset.nft");
    std::fs::write(&file, ruleset.to_string()).unwrap();
    let script = "nft -f \"$0\" && nft -f \"$0\" && nft list ruleset";
    let done = Command::new("unshare").args(["--net", "sh", "-c", script]).arg(&file).output();
    let done = done.unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let listed = String::from_utf8(done.stdout).unwrap();
    for table in &ruleset.tables {
        assert_eq!(listed.matches(&format!("table {} {{", table.id)).count(), 1, "{}", table.id);
    }
    // Every rule of ours has a comment: none is lost, none is there twice.
    let rules =
        ruleset.tables.iter().flat_map(|table| &table.chains).flat_map(|chain| &chain.rules);
    assert_eq!(listed.matches(" comment \"").count(), rules.count());
}
