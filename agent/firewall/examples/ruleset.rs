//! Prints the ruleset of a settings file as text for `nft -f`: `ruleset SETTINGS.json [WAN]`.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::io::Error;

use firewall::ir::InterfaceName;
use firewall::{Context, ServiceUids, compile};
use settings::SitePrefix;

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let file =
        arguments.next().ok_or_else(|| Error::other("usage: ruleset SETTINGS.json [WAN]"))?;
    let settings = settings::parse(&std::fs::read(&file)?)
        .map_err(|problems| Error::other(format!("{file}: {problems:#?}")))?;
    let context = Context {
        wan: arguments.next().as_deref().and_then(InterfaceName::new),
        site: SitePrefix::from_random([0x12, 0x34, 0x56, 0x78, 0x9a]),
        uids: ServiceUids {
            dnsmasq: 101,
            chrony: 102,
            networkd: 998,
            resolver: 997,
            admin: 104,
            relay: 909,
        },
        moved: settings::Moved::new(),
        on: std::collections::BTreeSet::new(),
        over: std::collections::BTreeSet::new(),
        isolated: Vec::new(),
    };
    let ruleset = compile(&settings, &context);
    ruleset.check().map_err(Error::other)?;
    print!("{ruleset}");
    Ok(())
}
