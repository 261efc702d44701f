//! The services' own programs read the texts; no accepted document yields a foreign directive.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::process::Command;

use firewall::ir::InterfaceName;
use network::{blocking, chrony, dnsmasq, relay, resolver};
use proptest::prelude::*;
use settings::{Settings, SitePrefix};

const FILES: dnsmasq::Files<'_> = dnsmasq::Files {
    leases: "/var/lib/misc",
    resolv: "/run/gatehouse/resolv.conf",
    allowed: "/run/gatehouse/egress",
    blocked: "/run/gatehouse/blocking",
};

fn site() -> SitePrefix {
    SitePrefix::from_random([1, 2, 3, 4, 5])
}

fn example() -> String {
    let reservations = r#""reservations": [
        {"mac": "52:54:00:00:00:0a", "address": "192.168.10.20", "name": "printer-1"},
        {"mac": "52:54:00:00:00:0b", "address": "192.168.10.21"}], "vlan": 10,"#;
    include_str!("../../settings/tests/example.json").replace("\"vlan\": 10,", reservations)
}

fn texts(settings: &Settings) -> BTreeMap<String, String> {
    dnsmasq::texts(settings, site(), FILES)
}

/// Every line begins with one of the words that this crate knows, and names no zone but its own.
fn check(settings: &Settings) {
    let known = [
        "bind-dynamic",
        "no-hosts",
        "no-ping",
        "dhcp-authoritative",
        "dhcp-ignore-names=tag:refused",
        "domain=internal",
        "local=/internal/",
        "local=/use-application-dns.net/",
        "domain-needed",
        "bogus-priv",
        "stop-dns-rebind",
        "cache-size=2000",
        "dns-forward-max=300",
        "edns-packet-max=1232",
        "max-tcp-connections=20",
        "dhcp-lease-max=10000",
        "quiet-ra",
        "enable-ra",
        "resolv-file=/run/gatehouse/resolv.conf",
        "no-resolv",
        "server=127.0.0.1#5335",
        "proxy-dnssec",
    ];
    let texts = texts(settings);
    assert!(!texts.contains_key(&settings.crm.zone.interface()), "the CRM's zone is served");
    assert_eq!(texts.len(), settings.zones.len(), "one of each zone but the CRM's, and the box's");
    for (instance, text) in texts {
        let variable = match instance.as_str() {
            dnsmasq::FOR_BOX => vec!["interface=lo".to_owned()],
            zone => vec![
                "except-interface=lo".to_owned(),
                format!("interface={zone}"),
                format!("dhcp-leasefile=/var/lib/misc/{zone}.leases"),
                "dhcp-range=".to_owned(),
                "dhcp-option=option".to_owned(),
                "host-record=gatehouse.internal,".to_owned(),
                "host-record=crm.gatehouse.internal,".to_owned(),
                "host-record=".to_owned(),
                "dhcp-host=".to_owned(),
                "dhcp-name-match=set:refused,".to_owned(),
            ],
        };
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let ok = known.contains(&line)
                || variable.iter().any(|start| {
                    line.strip_prefix(start.as_str()).is_some_and(|rest| {
                        rest.bytes().all(|b| b.is_ascii_alphanumeric() || b".:,-/[]*".contains(&b))
                    })
                });
            assert!(ok, "{instance}: {line:?}");
        }
        for only in ["interface=", "except-interface="] {
            assert!(text.lines().filter(|line| line.starts_with(only)).count() <= 1, "{text}");
        }
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
    for (instance, text) in texts(&settings) {
        let name = format!("gatehouse-dnsmasq-{}-{instance}.conf", std::process::id());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, text).unwrap();
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
}

fn relayed(relays: &str, office_ipv6: &str) -> BTreeMap<String, String> {
    let with =
        example().replacen("\"language\"", &format!("\"relays\": {relays}, \"language\""), 1);
    let mut document: serde_json::Value = serde_json::from_str(&with).unwrap();
    document["zones"]["office"]["ipv6"] = office_ipv6.into();
    relay::texts(&settings::parse(document.to_string().as_bytes()).unwrap())
}

#[test]
fn each_relay_is_between_its_two_zones_and_publishes_nothing() {
    assert!(relayed("[]", "automatic").is_empty());
    let one = relayed(r#"[{"zones": ["office", "guest"]}]"#, "automatic");
    let text = &one["guest.office"];
    for line in [
        "allow-interfaces=z-guest,z-office",
        "use-ipv4=yes",
        "use-ipv6=yes",
        "disable-publishing=yes",
        "enable-dbus=no",
        "reflect-ipv=no",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}: {text}");
    }
    assert!(!text.contains("reflect-filters"), "{text}");
    let turned = relayed(r#"[{"zones": ["guest", "office"], "services": "all"}]"#, "automatic");
    assert_eq!(turned, one, "the order of zones means nothing");
    let printing = relayed(r#"[{"zones": ["guest", "office"], "services": "printing"}]"#, "off");
    let text = &printing["guest.office"];
    assert!(text.contains("\nreflect-filters=_ipp._tcp,_ipps._tcp,"), "{text}");
    assert!(text.contains("\nuse-ipv6=no\n"), "{text}");
}

const TLS: &str = r#"{"dnssec": true, "upstream": {"tls": [
    {"address": "9.9.9.9", "name": "dns.quad9.net"}, {"address": "2400:3200::1", "name": "dns.alidns.com"}]}}"#;

fn asking(dns: &str) -> Settings {
    let with = example().replacen("\"language\"", &format!("\"dns\": {dns}, \"language\""), 1);
    settings::parse(with.as_bytes()).unwrap()
}

fn resolver_text(settings: &Settings, clock_is_set: bool, provider: &[IpAddr]) -> Option<String> {
    let wan = InterfaceName::new("wan0").unwrap();
    let about = resolver::Circumstances {
        provider,
        wan: Some(&wan),
        clock_is_set,
        anchor: "/usr/share/dns/root.key",
        authorities: "/etc/ssl/certs/ca-certificates.crt",
    };
    resolver::text(&settings.dns, about)
}

#[test]
fn unbound_reads_it() {
    let provider = ["11.67.0.1", "fe80::1"].map(|address| address.parse().unwrap());
    for dns in [r#"{"dnssec": true}"#, TLS, &TLS.replace("true", "false")] {
        for (clock, provider) in [(true, &provider[..]), (false, &[])] {
            let text = resolver_text(&asking(dns), clock, provider).unwrap();
            let name = format!("gatehouse-unbound-{}.conf", std::process::id());
            let file = std::env::temp_dir().join(name);
            std::fs::write(&file, &text).unwrap();
            let output = Command::new("unbound-checkconf").arg(&file).output();
            std::fs::remove_file(&file).unwrap();
            match output {
                Ok(output) => assert!(output.status.success(), "{output:?}\n{text}"),
                Err(error) => eprintln!("unbound is not here, its own check is left out: {error}"),
            }
        }
    }
}

#[test]
fn the_resolver_is_there_when_the_settings_say_more_than_the_provider() {
    let provider = ["11.67.0.1".parse().unwrap()];
    let plain = asking(r#"{"upstream": "provider"}"#);
    assert_eq!(resolver_text(&plain, true, &provider), None);
    assert!(texts(&plain).values().all(|text| text.contains("resolv-file=")));
    let tls = asking(TLS);
    check(&tls);
    for (instance, text) in texts(&tls) {
        let asks = text.contains("\nserver=127.0.0.1#5335\nproxy-dnssec\n");
        assert!(asks && !text.contains("resolv-file="), "{instance}: {text}");
    }
    let text = resolver_text(&tls, true, &provider).unwrap();
    // Over TLS whoever is listed, by the name of the certificate; in plain text for the time servers alone.
    let zones: Vec<&str> = text.split("forward-zone:").skip(1).collect();
    let over_tls = "\n    name: \".\"\n    forward-tls-upstream: yes\n    \
                    forward-addr: 9.9.9.9@853#dns.quad9.net\n    \
                    forward-addr: 2400:3200::1@853#dns.alidns.com\n";
    let plainly = "\n    name: \"pool.ntp.org\"\n    forward-tls-upstream: no\n    \
                   forward-addr: 11.67.0.1\n";
    let tried = over_tls.replace("\".\"", "\"a.root-servers.net\"") + "    forward-no-cache: yes\n";
    assert_eq!(zones, [over_tls, &tried, plainly]);
    assert!(!text.contains("val-override-date"), "{text}");
    // A clock that nobody has set judges no signature.
    assert!(
        resolver_text(&tls, false, &provider).unwrap().contains("\n    val-override-date: -1\n")
    );
    // Nobody to ask is nobody, not the root's servers.
    let nobody = resolver_text(&asking(r#"{"dnssec": true}"#), true, &[]).unwrap();
    assert!(nobody.contains("local-zone: \".\" always_refuse"), "{nobody}");
}

/// A document in which Guest and Office have choices of their own.
fn blocking_settings(zones: &str) -> Settings {
    let with = format!(
        r#""egress": [{{"for": "admin", "to": "lists.example.net", "protocol": "tcp", "port": 443}}],
        "blocking": {{"lists": {{"广告": "https://lists.example.net/a"}}, "zones": {zones}}}, "language""#
    );
    settings::parse(example().replacen("\"language\"", &with, 1).as_bytes()).unwrap()
}

#[test]
fn a_zone_with_lists_asks_them_first_and_keeps_no_answer() {
    let settings = blocking_settings(r#"{"guest": ["广告"]}"#);
    let texts = texts(&settings);
    let ahead = "cache-size=0\nstrict-order\nfast-dns-retry=500\n\
                 server=127.1.0.20#5336@127.2.0.20\nresolv-file=/run/gatehouse/resolv.conf\n";
    assert!(texts["z-guest"].contains(ahead), "{}", texts["z-guest"]);
    for other in ["z-office", "box"] {
        let text = &texts[other];
        assert!(text.contains("cache-size=2000\n") && !text.contains("strict-order"), "{text}");
    }
    let from = "127.2.0.20".parse().unwrap();
    assert_eq!(blocking::zone_at(&settings, from).unwrap().as_str(), "guest");
    assert_eq!(blocking::zone_at(&settings, "127.1.0.20".parse().unwrap()), None);
}

#[test]
fn zones_with_the_same_lists_share_an_instance_and_other_names_are_another_text() {
    let same = blocking_settings(r#"{"guest": ["广告"], "office": ["广告"]}"#);
    let groups = blocking::groups(&same);
    assert_eq!(groups.len(), 1);
    assert_eq!((groups[0].instance.as_str(), groups[0].zones.len()), ("l-guest", 2));
    assert!(texts(&same)["z-office"].contains("server=127.1.0.20#5336@127.2.0.10\n"));
    let own = blocking_settings(r#"{"guest": ["广告"], "office": []}"#);
    let groups = blocking::groups(&own);
    assert_eq!(groups.len(), 2);
    let text = |names| blocking::text(&own, &groups[1], FILES, names);
    assert_ne!(text("one"), text("two"));
    let place = std::env::temp_dir().join(format!("gatehouse-blocking-{}", std::process::id()));
    std::fs::create_dir(&place).unwrap();
    let files = dnsmasq::Files { blocked: place.to_str().unwrap(), ..FILES };
    let file = place.join("conf");
    std::fs::write(&file, blocking::text(&own, &groups[1], files, "one")).unwrap();
    std::fs::write(place.join("l-guest.names"), "local=/a.example/\nserver=/b.a.example/#\n")
        .unwrap();
    let output = Command::new("dnsmasq")
        .arg("--test")
        .arg(format!("--conf-file={}", file.display()))
        .output();
    std::fs::remove_dir_all(&place).unwrap();
    match output {
        Ok(output) => assert!(output.status.success(), "{output:?}"),
        Err(error) => eprintln!("dnsmasq is not here, its own check is left out: {error}"),
    }
}

#[test]
fn only_a_zone_that_may_reach_the_crm_is_told_of_it() {
    let text = example();
    let told = |settings: &Settings| {
        let texts = texts(settings).into_iter();
        let told = texts.filter(|(_, text)| text.contains("crm.gatehouse.internal"));
        told.map(|(instance, _)| instance).collect::<Vec<_>>()
    };
    assert_eq!(told(&settings::parse(text.as_bytes()).unwrap()), ["z-office"]);
    let at = text.find("\"reachable_from\"").unwrap();
    let closed = format!("{}\"reachable_from\": [] }} }}", &text[..at]);
    let settings = settings::parse(closed.as_bytes()).unwrap();
    assert!(told(&settings).is_empty());
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

#[test]
fn leases_are_read_from_dnsmasqs_file() {
    let text = "1795000000 52:54:00:67:00:09 192.168.10.104 pc ff:00\nduid 00:01\n\n0 x y z\n";
    let leased: Vec<_> = network::leases::lines(text).map(|it| it.address.to_string()).collect();
    assert_eq!(leased, ["192.168.10.104"]);
}
