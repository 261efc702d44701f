//! Rules as a test writes them.

use settings::{Member, Rule, RuleAction, Which};

pub fn these<T: std::str::FromStr<Err: std::fmt::Debug>>(texts: &[&str]) -> Which<T> {
    if texts.is_empty() {
        return Which::All;
    }
    Which::These(texts.iter().map(|text| text.parse().expect("a text of its kind")).collect())
}

/// `zone` or `zone: address …`, a group as `{name}`.
pub fn side<Z: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> settings::Side<Z> {
    let (zone, addresses) = text.split_once(": ").unwrap_or((text, ""));
    let member = |text: &str| match text.strip_prefix('{') {
        Some(name) => {
            Member::Group(name.trim_end_matches('}').parse().expect("a text of its kind"))
        }
        None => text.parse().expect("a text of its kind"),
    };
    let members: Vec<Member> = addresses.split_whitespace().map(member).collect();
    let addresses = if members.is_empty() { Which::All } else { Which::These(members) };
    settings::Side { zones: these(&[zone]), addresses }
}

pub fn rule(id: u16, action: RuleAction, from: &str, to: &str, services: &[&str]) -> Rule {
    Rule {
        id,
        enabled: true,
        action,
        from: side(from),
        to: side(to),
        services: these(services),
        schedule: None,
        log: false,
        comment: None,
    }
}
