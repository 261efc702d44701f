//! Names for the box's own programs: an instance for each knows only where that program may go, from a file
//! that is written once the firewall lets it go there. It asks nobody: no question of the program leaves
//! the box, and a name that is not allowed is not there.

use std::collections::BTreeMap;
use std::fmt::Write;

use firewall::NAMES_OF_ADMIN;
use settings::{DomainName, Egress, EgressUser, Settings};

/// Name of the instance that answers the admin application.
pub const FOR_ADMIN: &str = "admin";

/// An address may go with the next answer: nobody keeps one for long.
const ANSWERS: &str = "\
# Written by gatehouse-hostd from the settings; changes here are lost.
no-resolv
no-hosts
local=/#/
local-ttl=10
max-tcp-connections=20
";

/// Names that a program may go to.
pub fn names(settings: &Settings, user: EgressUser) -> impl Iterator<Item = &DomainName> {
    settings.egress.iter().filter(move |one| one.user == user).filter_map(Egress::name)
}

/// The instances; none for a program that may go to no name.
pub(super) fn texts(settings: &Settings, directory: &str) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for user in EgressUser::ALL {
        if names(settings, user).next().is_none() {
            continue;
        }
        let mut out = format!("{ANSWERS}hostsdir={directory}/{user}\n");
        let name = match user {
            EgressUser::Crm => {
                let interface = settings.crm.zone.interface();
                // An interface that is made anew for another VLAN wants a new start.
                let vlan = settings.zones.get(&settings.crm.zone).map(|zone| zone.vlan);
                if let Some(vlan) = vlan {
                    // Writing to a string cannot fail.
                    let _ = writeln!(out, "# VLAN {vlan}");
                }
                let _ = writeln!(out, "bind-dynamic\ninterface={interface}\nexcept-interface=lo");
                interface
            }
            EgressUser::Admin => {
                let _ = writeln!(out, "bind-interfaces\nlisten-address={NAMES_OF_ADMIN}");
                FOR_ADMIN.to_owned()
            }
        };
        texts.insert(name, out);
    }
    texts
}
