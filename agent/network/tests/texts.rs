//! The services' own programs read the texts; no accepted document yields a foreign directive.

use std::process::Command;

use network::{chrony, dnsmasq};
use proptest::prelude::*;
use settings::{Settings, SitePrefix};

const FILES: dnsmasq::Files<'_> =
    dnsmasq::Files { leases: "/var/lib/misc/leases", resolv: "/run/gatehouse/resolv.conf" };

fn site() -> SitePrefix {
    SitePrefix::from_random([1, 2, 3, 4, 5])
}

fn example() -> String {
    include_str!("../../settings/tests/example.json").to_owned()
}

/// Every line begins with one of the words that this crate knows.
fn check(settings: &Settings) {
    let known = [
        "bind-dynamic",
        "no-hosts",
        "no-ping",
        "dhcp-authoritative",
        "dhcp-ignore-names",
        "domain=internal",
        "local=/internal/",
        "domain-needed",
        "bogus-priv",
        "stop-dns-rebind",
        "localise-queries",
        "cache-size=2000",
        "dns-forward-max=300",
        "edns-packet-max=1232",
        "max-tcp-connections=20",
        "dhcp-lease-max=2000",
        "quiet-ra",
        "enable-ra",
        "dhcp-leasefile=/var/lib/misc/leases",
        "resolv-file=/run/gatehouse/resolv.conf",
    ];
    let variable = [
        "interface=z-",
        "dhcp-range=",
        "dhcp-option=tag:z-",
        "interface-name=gatehouse.internal,z-",
        "host-record=crm.gatehouse.internal,",
    ];
    let text = dnsmasq::text(settings, site(), FILES);
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let ok = known.contains(&line)
            || variable.iter().any(|start| {
                line.strip_prefix(start).is_some_and(|rest| {
                    rest.bytes().all(|b| b.is_ascii_alphanumeric() || b".:,-/[]".contains(&b))
                })
            });
        assert!(ok, "{line:?}");
        assert!(
            !line.contains(&settings.crm.zone.interface()),
            "the CRM's zone is served: {line:?}"
        );
    }
    for line in chrony::allow(settings, site()).lines().skip(1) {
        assert!(
            line.strip_prefix("allow ").is_some_and(|n| n.parse::<ipnet::IpNet>().is_ok()),
            "{line:?}"
        );
    }
}

#[test]
fn dnsmasq_reads_it() {
    let settings = settings::parse(example().as_bytes()).unwrap();
    check(&settings);
    let file = std::env::temp_dir().join(format!("gatehouse-dnsmasq-{}.conf", std::process::id()));
    std::fs::write(&file, dnsmasq::text(&settings, site(), FILES)).unwrap();
    let output = Command::new("dnsmasq")
        .arg("--test")
        .arg(format!("--conf-file={}", file.display()))
        .output();
    std::fs::remove_file(&file).unwrap();
    match output {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && said.contains("syntax check OK"), "{said}");
        }
        Err(error) => eprintln!("dnsmasq is not here, its own check is left out: {error}"),
    }
}

#[test]
fn nobody_is_told_of_a_crm_that_nobody_may_reach() {
    let text = example();
    let at = text.find("\"reachable_from\"").unwrap();
    let closed = format!("{}\"reachable_from\": [] }} }}", &text[..at]);
    let settings = settings::parse(closed.as_bytes()).unwrap();
    assert!(!dnsmasq::text(&settings, site(), FILES).contains("crm.gatehouse.internal"));
}

proptest! {
    /// Bytes of the document are changed at random; whatever is still accepted gives clean texts.
    #[test]
    fn accepted_documents_give_no_foreign_directive(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)
    ) {
        let mut bytes = example().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(settings) = settings::parse(&bytes) {
            check(&settings);
        }
    }

    /// Hostile names either fail to parse or stay one word.
    #[test]
    fn hostile_zone_names_stay_one_word(name in "\\PC{0,14}|[a-z\\n=,#]{1,12}") {
        let quoted = serde_json::to_string(&name).unwrap();
        let document = example().replace("\"guest\"", &quoted);
        if let Ok(settings) = settings::parse(document.as_bytes()) {
            check(&settings);
        }
    }
}
