//! Rules of the settings: the first that fits decides, and where none does the policy. What they say is
//! worked out here without the compiler, and asked of what it made.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::collections::BTreeSet;
use std::net::IpAddr;

use common::{Shape, context, example, ip, mark, packet, passes, tcp, udp};
use firewall::ir::CtState;
use firewall::simulate::{Outcome, Packet, Path, Transport};
use firewall::{CheckedRuleset, Context, compile, simulate};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use settings::{Allow, Member, Rule, RuleAction, Settings, Target, Way, Which};

const CARD: [u8; 6] = [0x52, 0x54, 0, 0x67, 0, 0x99];

/// The example with these rules and what they name.
fn with(rules: &[Value]) -> Settings {
    let mut document: Value = serde_json::from_str(&example().to_json()).unwrap();
    document["policies"] = json!([
        {"from": "office", "to": "wan", "allow": "all"},
        {"from": "guest", "to": "wan", "allow": "web"},
        {"from": "office", "to": "guest", "allow": "web"},
    ]);
    document["rules"] = json!(rules);
    document["time_zone"] = json!("UTC");
    let whole = json!([{"days": ["mon"], "from": "08:00", "to": "18:00"}]);
    document["schedules"] = json!({"on": whole, "off": whole});
    document["services"] = json!({"Till": ["tcp/7000-7009", "tcp/7011", "udp/7000"]});
    document["groups"] = json!({
        "Desk": ["192.168.10.20", "fd12:3456:789a:a::20"],
        "Both": [{"group": "Desk"}, "192.168.10.30-192.168.10.39"],
    });
    settings::parse(document.to_string().as_bytes()).unwrap()
}

fn on() -> Context {
    Context { on: BTreeSet::from(["on".parse().unwrap()]), ..context() }
}

fn rules() -> impl Strategy<Value = Vec<Value>> {
    let who = vec![
        json!("all"),
        json!([{"group": "Both"}]),
        json!(["192.168.10.0/24"]),
        json!(["fd12:3456:789a:a::/64", "192.168.20.20"]),
        json!(["52:54:00:67:00:99"]),
        json!(["52:54:00:67:00:99", "192.168.20.0/24"]),
    ];
    let to = vec![json!("all"), json!("all"), json!(["192.168.20.20", "9.9.9.9"])];
    let zones = vec![json!("all"), json!(["office"]), json!(["guest"])];
    let targets = vec![json!("all"), json!(["wan"]), json!(["guest"]), json!(["office", "wan"])];
    let services =
        vec![json!("all"), json!(["web"]), json!(["Till", "dns"]), json!(["ping", "ssh"])];
    let ends = (select(zones), select(who), select(targets), select(to));
    let rest = (select(vec!["allow", "block", "reject"]), 0..8_u8, select(services));
    let rule = (ends, rest).prop_filter_map("none", |((zones, who, targets, to), rest)| {
        let (action, dice, services) = rest;
        let mut rule = json!({
            "id": 1, "action": action, "enabled": dice != 0, "log": false,
            "from": {"zones": zones, "addresses": who},
            "to": {"zones": targets, "addresses": to},
            "services": services,
        });
        match dice {
            1 => rule["schedule"] = json!("off"),
            2 => rule["schedule"] = json!("on"),
            _ => {}
        }
        let itself = rule["from"]["zones"] == rule["to"]["zones"];
        (!itself).then_some(rule)
    });
    proptest::collection::vec(rule, 0..5).prop_map(|mut rules| {
        for (id, rule) in (1..).zip(&mut rules) {
            rule["id"] = json!(id);
        }
        rules
    })
}

/// A connection of a device to another.
#[derive(Clone, Debug)]
struct Tried {
    from: &'static str,
    source: IpAddr,
    card: Option<[u8; 6]>,
    to: &'static str,
    destination: IpAddr,
    kind: Transport,
}

fn tried() -> Vec<Tried> {
    let senders = [
        ("office", ["192.168.10.20", "fd12:3456:789a:a::20"]),
        ("office", ["192.168.10.39", "fd12:3456:789a:a::40"]),
        ("guest", ["192.168.20.20", "fd12:3456:789a:14::20"]),
    ];
    let targets = [
        ("wan", ["9.9.9.9", "2620:fe::9"]),
        ("guest", ["192.168.20.20", "fd12:3456:789a:14::20"]),
        ("office", ["192.168.10.50", "fd12:3456:789a:a::50"]),
    ];
    let mut all = Vec::new();
    for (from, sources) in senders {
        for (to, destinations) in targets.iter().filter(|(to, _)| *to != from) {
            for (source, destination) in sources.iter().zip(destinations) {
                let (source, destination) = (ip(source), ip(destination));
                let echo =
                    if source.is_ipv4() { Transport::Icmp(8) } else { Transport::Icmpv6(128) };
                let kinds = [
                    tcp(443),
                    tcp(22),
                    tcp(7000),
                    tcp(7009),
                    tcp(7010),
                    tcp(7011),
                    tcp(6999),
                    udp(40_000, 7000),
                    udp(40_000, 53),
                    udp(40_000, 22),
                    echo,
                    Transport::Other(47),
                ];
                for (kind, card) in kinds.iter().flat_map(|kind| [(kind, None), (kind, Some(CARD))])
                {
                    let kind = *kind;
                    all.push(Tried { from, source, card, to, destination, kind });
                }
            }
        }
    }
    all
}

impl Tried {
    fn packet(&self) -> Packet {
        let output = if self.to == "wan" { "wan0".to_owned() } else { format!("z-{}", self.to) };
        let sent = packet(self.source, self.destination, self.kind)
            .from(&format!("z-{}", self.from))
            .to(&output);
        Packet { card: self.card.or(Some([2, 0, 0, 0, 0, 1])), ..sent }
    }

    fn fits(&self, settings: &Settings, rule: &Rule) -> bool {
        let target: Target = self.to.parse().unwrap();
        let in_time = rule.schedule.as_ref().is_none_or(|name| name.as_str() == "on");
        rule.enabled
            && in_time
            && rule.from.zones.holds(&self.from.parse().unwrap())
            && rule.to.zones.holds(&target)
            && self.is_one_of(settings, &rule.from.addresses, self.source, self.card)
            && self.is_one_of(settings, &rule.to.addresses, self.destination, None)
            && self.is_for(settings, rule)
    }

    fn is_one_of(
        &self,
        settings: &Settings,
        which: &Which<Member>,
        address: IpAddr,
        card: Option<[u8; 6]>,
    ) -> bool {
        *which == Which::All
            || settings.members(which.named()).into_iter().any(|member| match member {
                Member::Mac(mac) => card == Some(mac.octets()),
                Member::Network(network) => network.contains(&address),
                Member::Range(range) => {
                    range.networks().iter().any(|network| network.contains(&address))
                }
                Member::Group(_) => false,
            })
    }

    fn is_for(&self, settings: &Settings, rule: &Rule) -> bool {
        let Which::These(services) = &rule.services else { return true };
        let mut ways = services.iter().flat_map(|service| settings.ways(service).unwrap());
        ways.any(|way| match (way, self.kind) {
            (Way::Tcp(range), Transport::Tcp { destination, .. })
            | (Way::Udp(range), Transport::Udp { destination, .. }) => {
                (range.first..=range.last).contains(&destination)
            }
            (Way::Ping, Transport::Icmp(8) | Transport::Icmpv6(128)) => true,
            _ => false,
        })
    }

    /// What the settings say.
    fn want(&self, settings: &Settings) -> Outcome {
        let rule = settings.rules.iter().find(|rule| self.fits(settings, rule));
        match rule.map(|rule| rule.action) {
            Some(RuleAction::Allow) => Outcome::Passed,
            Some(RuleAction::Block) => Outcome::Dropped,
            Some(RuleAction::Reject) => Outcome::Rejected,
            None => {
                let target = self.to.parse().unwrap();
                let web = self.kind == tcp(443);
                match settings.policy(&self.from.parse().unwrap(), &target) {
                    Some(Allow::All) => Outcome::Passed,
                    Some(Allow::Web) if web => Outcome::Passed,
                    _ => Outcome::Dropped,
                }
            }
        }
    }
}

fn outcome(rules: CheckedRuleset<'_>, packet: &Packet) -> Outcome {
    simulate(rules, packet, Path::Through).outcome
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_first_rule_that_fits_decides(rules in rules()) {
        let settings = with(&rules);
        let ruleset = compile(&settings, &on());
        let mark = mark(&ruleset);
        let ruleset = ruleset.check().unwrap();
        let cards = rules.iter().any(|rule| rule.to_string().contains("52:54:00:67:00:99"));
        for one in tried() {
            let (first, want) = (one.packet(), one.want(&settings));
            prop_assert_eq!(outcome(ruleset, &first), want, "{:?}", &one);
            // A connection of former rules is judged the same by its next packet.
            let old = first.clone().state(CtState::Established).marked(mark ^ 1);
            prop_assert_eq!(outcome(ruleset, &old), want, "old {:?}", &one);
            // Its answers too, unless they do not tell who opened it.
            let answer = Packet { card: Some([2, 0, 0, 0, 0, 9]), ..old.answer() };
            if !cards {
                prop_assert_eq!(outcome(ruleset, &answer), want, "answer {:?}", &one);
            } else if want == Outcome::Passed {
                prop_assert_eq!(outcome(ruleset, &answer), want, "answer {:?}", &one);
            }
        }
    }
}

/// Rules never open what is not theirs to open.
#[test]
fn no_rule_reaches_the_crm_or_the_box() {
    let open = json!({"id": 1, "action": "allow", "from": {"zones": "all", "addresses": "all"},
        "to": {"zones": "all", "addresses": "all"}, "services": "all"});
    let ruleset = compile(&with(&[open]), &on());
    let (guest, router) = (ip("192.168.20.20"), ip("192.168.20.1"));
    for kind in [tcp(443), tcp(80), tcp(22), Transport::Icmp(8)] {
        let to_crm = packet(guest, ip("192.168.30.10"), kind).from("z-guest").to("z-crm");
        assert!(!passes(&ruleset, &to_crm, Path::Through), "{kind:?}");
        let to_box = packet(guest, router, kind).from("z-guest");
        assert!(!passes(&ruleset, &to_box, Path::ToBox), "{kind:?}");
    }
    let from_wan = packet(ip("9.9.9.9"), ip("192.168.20.20"), tcp(443)).from("wan0").to("z-guest");
    assert!(!passes(&ruleset, &from_wan, Path::Through));
    let forged = packet(ip("192.168.10.9"), ip("9.9.9.9"), tcp(443)).from("z-guest").to("wan0");
    assert!(!passes(&ruleset, &forged, Path::Through), "an address of another zone");
}

/// The CRM answers a list that is bound to hours in these hours only.
#[test]
fn hours_of_the_crm() {
    let mut document: Value = serde_json::from_str(&with(&[]).to_json()).unwrap();
    document["crm"]["reachable_from"][0]["schedule"] = json!("on");
    let settings = settings::parse(document.to_string().as_bytes()).unwrap();
    let sent =
        packet(ip("192.168.10.20"), ip("192.168.30.10"), tcp(443)).from("z-office").to("z-crm");
    assert!(passes(&compile(&settings, &on()), &sent, Path::Through));
    assert!(!passes(&compile(&settings, &context()), &sent, Path::Through));
}

/// 500 rules of the largest kind are a ruleset that can be loaded.
#[test]
fn as_many_rules_as_there_may_be() {
    let one = |id: u16| {
        json!({"id": id, "action": "allow",
            "from": {"zones": "all", "addresses": [format!("192.168.10.{}", id % 250), "fd00::/16"]},
            "to": {"zones": "all", "addresses": ["10.0.0.0/8", "fd01::/16"]},
            "services": ["Till", "web", "ping", "sip"]})
    };
    let ids = 1..=u16::try_from(settings::MAX_RULES).unwrap();
    let settings = with(&ids.map(one).collect::<Vec<_>>());
    let ruleset = compile(&settings, &on());
    assert!(ruleset.check().is_ok(), "{:?}", ruleset.check());
}
