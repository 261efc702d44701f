//! The configuration of avahi-daemon, which passes on in one zone what devices of another ask and announce
//! over multicast DNS: one instance for each two zones, since one passes on among all its interfaces. It
//! publishes nothing of the box. Every value is the name of an interface, so that no line can hold a second
//! directive.

use std::collections::BTreeMap;

use settings::{Relay, Relayed, Settings};

/// - `disallow-other-stacks` would let one instance run only.
/// - Announcements that are cached and packets that are sent are bounded: whoever floods the one zone does not
///   flood the other, nor fill the memory.
/// - Time to live is not looked at: what is meant for the group comes from the link, no router passes it on.
const FIXED: &str = "\
host-name=gatehouse
use-iff-running=no
allow-point-to-point=no
enable-dbus=no
disallow-other-stacks=no
check-response-ttl=no
cache-entries-max=1024
ratelimit-interval-usec=1000000
ratelimit-burst=200

[wide-area]
enable-wide-area=no

[publish]
disable-publishing=yes
disable-user-service-publishing=yes
publish-addresses=no
publish-hinfo=no
publish-workstation=no
publish-domain=no

[reflector]
enable-reflector=yes
reflect-ipv=no
";

/// Types of services by which printers and scanners are found (RFC 6763; Apple's Bonjour printing, Mopria's
/// eSCL). What has none of these in its name is not passed on; addresses of names are, whosever they are.
const PRINTING: &str = "_ipp._tcp,_ipps._tcp,_printer._tcp,_pdl-datastream._tcp,_scanner._tcp,\
_uscan._tcp,_uscans._tcp";

/// The text of each instance, by its name: both zones with a dot between them, which no zone's name has.
pub fn texts(settings: &Settings) -> BTreeMap<String, String> {
    settings.relays.iter().map(|relay| (instance(relay), text(relay, settings))).collect()
}

fn instance(relay: &Relay) -> String {
    let (zone, other) = relay.pair();
    format!("{zone}.{other}")
}

fn text(relay: &Relay, settings: &Settings) -> String {
    let (zone, other) = relay.pair();
    let (v4, v6) = relay.versions(settings);
    let word = |it| if it { "yes" } else { "no" };
    let filters = match relay.what {
        Relayed::All => String::new(),
        Relayed::Printing => format!("reflect-filters={PRINTING}\n"),
    };
    format!(
        "# Written by gatehouse-hostd from the settings; changes here are lost.\n\
         [server]\nuse-ipv4={}\nuse-ipv6={}\nallow-interfaces={},{}\n{FIXED}{filters}",
        word(v4),
        word(v6),
        zone.interface(),
        other.interface(),
    )
}
