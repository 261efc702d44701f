//! What differs is shown, all of it and nothing else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::documents::documents;
use common::{context, example};
use firewall::difference::MAX_LINES;
use firewall::ir::Ruleset;
use firewall::{Difference, Kind, Line, compile, difference};
use proptest::prelude::*;
use settings::{Addresses, Allow, Policy, Settings, Target};

fn ruleset(settings: &Settings) -> Ruleset {
    compile(settings, &context())
}

fn guest_reaches_office() -> Settings {
    let mut settings = example();
    settings.policies.push(Policy {
        from: "guest".parse().unwrap(),
        to: Target::Zone("office".parse().unwrap()),
        allow: Allow::Web,
    });
    settings
}

fn shown(difference: &Difference) -> Vec<String> {
    let sign = |kind| match kind {
        Kind::Same => ' ',
        Kind::Added => '+',
        Kind::Removed => '-',
    };
    difference.lines.iter().map(|line| format!("{}{}", sign(line.kind), line.text)).collect()
}

#[test]
fn equal_rulesets_give_nothing() {
    let one = ruleset(&example());
    assert_eq!(difference(&one, &one.clone()), Difference::default());
    assert_eq!(difference(&Ruleset::default(), &Ruleset::default()), Difference::default());
}

#[test]
fn a_policy_is_shown_with_exactly_its_lines() {
    let (before, after) = (ruleset(&example()), ruleset(&guest_reaches_office()));
    assert_ne!(before.hash(), after.hash());
    let expected = [
        " table inet gatehouse {",
        " \tmap errors_by_pair {",
        " \t\telements = {",
        " \t\t\t\"z-guest\" . \"wan0\" : jump errors_forward_guest_wan,",
        "+\t\t\t\"z-guest\" . \"z-office\" : jump errors_forward_guest_office,",
        " \t\t\t\"z-office\" . \"wan0\" : jump errors_forward_office_wan,",
        " \t\t\t\"z-office\" . \"z-crm\" : jump errors_forward_office_crm,",
        " \tmap forward {",
        " \t\telements = {",
        " \t\t\t\"z-guest\" . \"wan0\" : jump forward_guest_wan,",
        "+\t\t\t\"z-guest\" . \"z-office\" : jump forward_guest_office,",
        " \t\t\t\"z-office\" . \"wan0\" : jump forward_office_wan,",
        " \t\t\t\"z-office\" . \"z-crm\" : jump forward_office_crm,",
        "+\tchain errors_forward_guest_office {",
        "+\t\tmeta nfproto ipv4 ct original ip daddr 192.168.10.0/24 jump errors \
         comment \"tells of a connection of these two\"",
        "+\t\tmeta nfproto ipv6 ct original ip6 daddr fd12:3456:789a:a::/64 jump errors \
         comment \"tells of a connection of these two\"",
        "+\t}",
        "+\tchain forward_guest_office {",
        "+\t\tct state new,established meta l4proto tcp ct reply proto-src @web_ports \
         counter jump admitted comment \"policy: web, HTTP and HTTPS\"",
        "+\t\tct state new,established meta l4proto udp ct reply proto-src 443 \
         counter jump admitted comment \"policy: web, HTTP/3\"",
        "+\t}",
    ];
    let found = difference(&before, &after);
    assert_eq!(shown(&found), expected);
    assert_eq!(found.left_out, 0);
    // And back: the same lines go.
    let back = difference(&after, &before);
    let turned = shown(&found).into_iter().map(|line| line.replacen('+', "-", 1));
    assert_eq!(shown(&back), turned.collect::<Vec<_>>());
}

#[test]
fn changes_far_apart_in_a_chain_each_name_it() {
    let (before, mut after) = (ruleset(&example()), ruleset(&example()));
    let chains = after.tables.iter_mut().flat_map(|table| &mut table.chains);
    for chain in chains.filter(|chain| chain.name.as_str() == "input_guest") {
        chain.rules.remove(0);
        chain.rules.pop();
    }
    let found = shown(&difference(&before, &after));
    assert_eq!(found.iter().filter(|line| line.contains("chain input_guest {")).count(), 2);
    assert_eq!(found.iter().filter(|line| line.starts_with('-')).count(), 2);
    // Table, twice the chain; two lines below the first change, two above and one below the other.
    assert_eq!(found.iter().filter(|line| line.starts_with(' ')).count(), 3 + 2 + 3);
}

#[test]
fn what_is_too_long_is_counted() {
    let mut settings = example();
    let networks: Vec<_> = (0..u32::from(u8::MAX))
        .flat_map(|host| ["management", "crm"].map(|_| host))
        .filter(|host| host % 2 == 0)
        .map(|host| format!("192.168.10.{host}/32").parse().unwrap())
        .collect();
    settings.crm.reachable_from[0].addresses = Addresses::List(networks);
    let mut wide = ruleset(&settings);
    let copies: Vec<_> = (0..20)
        .flat_map(|_| wide.tables.first().unwrap().sets.clone())
        .filter(|set| set.name.as_str() == "crm4_office")
        .zip(0..)
        .map(|(set, number)| firewall::ir::Set {
            name: firewall::ir::Name::new(&format!("copy-{number}")).unwrap(),
            ..set
        })
        .collect();
    let before = ruleset(&settings);
    wide.tables.first_mut().unwrap().sets.extend(copies);
    let found = difference(&before, &wide);
    // The table's line, and of each copy: two lines above its elements, one around, two below.
    assert_eq!(found.lines.len() + found.left_out, 1 + 20 * (128 + 5));
    assert_eq!(found.lines.len(), MAX_LINES);
}

#[test]
fn a_table_goes_whole() {
    let (all, mut inet) = (ruleset(&example()), ruleset(&example()));
    inet.tables.truncate(1);
    let gone = difference(&all, &inet);
    assert!(gone.lines.iter().all(|line| line.kind == Kind::Removed), "{gone:?}");
    assert_eq!(gone.lines.first().unwrap().text, "table bridge gatehouse {");
    inet.removed.pop();
    let unlocked = difference(&all, &inet);
    let locked: Vec<Kind> = unlocked
        .lines
        .iter()
        .filter(|line| line.text.starts_with("delete"))
        .map(|line| line.kind)
        .collect();
    assert_eq!(locked, [Kind::Same, Kind::Removed]);
}

/// Where a line stands: its table and its block.
fn depth(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'\t').count()
}

/// Puts the difference into the old lines, as a person with a pencil would.
fn applied(old: &[String], lines: &[Line]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut rest = old.iter().peekable();
    let is_head = |text: &str| depth(text) < 2 && text.ends_with('{');
    for line in lines {
        let again = line.kind == Kind::Same
            && is_head(&line.text)
            && out.iter().rfind(|text| is_head(text)) == Some(&line.text);
        match line.kind {
            // The second change in the same block.
            Kind::Same if again => {}
            Kind::Same | Kind::Removed => {
                for text in rest.by_ref() {
                    if *text == line.text {
                        out.extend((line.kind == Kind::Same).then(|| text.clone()));
                        break;
                    }
                    out.push(text.clone());
                }
            }
            // A new block goes where its name belongs, before the next one that comes after it.
            Kind::Added if is_head(&line.text) && depth(&line.text) == 1 => {
                let order = |text: &str| {
                    let kinds = ["\tset ", "\tmap ", "\tchain "];
                    let kind = kinds.iter().position(|kind| text.starts_with(kind));
                    kind.map(|kind| (kind, text.trim_end_matches(" {").to_owned()))
                };
                while let Some(text) = rest.peek() {
                    let later = is_head(text) && order(text) > order(&line.text);
                    if later || *text == "}" {
                        break;
                    }
                    out.extend(rest.next().cloned());
                }
                out.push(line.text.clone());
            }
            Kind::Added => out.push(line.text.clone()),
        }
    }
    out.extend(rest.cloned());
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn with_the_difference_the_old_text_becomes_the_new_one(
        before in documents(),
        after in documents(),
        wan in any::<bool>(),
    ) {
        let context = firewall::Context { wan: context().wan.filter(|_| wan), ..context() };
        let (old, new) = (ruleset(&before), compile(&after, &context));
        let found = difference(&old, &new);
        prop_assert_eq!(found.left_out, 0);
        prop_assert_eq!(applied(&old.listing(), &found.lines), new.listing());
    }

    #[test]
    fn every_document_equals_itself(settings in documents()) {
        // In another order, too: the order of lists says nothing.
        let mut turned = settings.clone();
        turned.policies.reverse();
        turned.management.from.reverse();
        turned.crm.reachable_from.reverse();
        prop_assert_eq!(difference(&ruleset(&settings), &ruleset(&turned)), Difference::default());
    }
}
