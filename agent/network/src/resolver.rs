//! The configuration of unbound, which asks over TLS and checks signatures when the settings want that: it
//! is between dnsmasq's instances and whoever is asked. Every value is a typed name or address, so that no
//! line can hold a second directive.

use std::fmt::Write;
use std::net::IpAddr;

use firewall::ir::InterfaceName;
use settings::{Dns, Upstream};

use crate::chrony;
use crate::resolv::with_scope;

/// Where dnsmasq asks it.
pub const ADDRESS: &str = "127.0.0.1";
/// The port there.
pub const PORT: u16 = firewall::RESOLVER_PORT;
/// A name by which it is tried whether the servers answer: one of the root's own, there for good. No answer for it is
/// kept, so that each question is asked of the servers.
pub const TRIED: &str = "a.root-servers.net";
/// Where servers are asked over TLS (RFC 7858).
const TLS: u16 = 853;

/// What the configuration depends on beside the settings.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The name servers of WAN.
    pub provider: &'a [IpAddr],
    /// Interface of WAN, if there is one.
    pub wan: Option<&'a InterfaceName>,
    /// Whether the clock has been set since the box started. A wrong one would make every signature of
    /// every domain one of the past or of the future.
    pub clock_is_set: bool,
    /// File with the keys of the root.
    pub anchor: &'a str,
    /// File with the certificates that servers' certificates must come from.
    pub authorities: &'a str,
}

/// - Nothing is written to disk or kept over a restart, and nobody controls it but by its configuration.
/// - Addresses that only the inside has are dropped by dnsmasq, as from anybody.
/// - Servers that were silent are tried again and again, not a quarter of an hour later.
/// - The Python module, which Debian's program is linked with, is in no list of modules.
const FIXED: &str = "\
    chroot: \"\"
    username: \"\"
    directory: \"\"
    pidfile: \"\"
    use-syslog: no
    logfile: \"\"
    num-threads: 1
    so-reuseport: no
    so-sndbuf: 0
    access-control: 127.0.0.0/8 allow
    do-not-query-localhost: yes
    hide-identity: yes
    hide-version: yes
    hide-trustanchor: yes
    edns-buffer-size: 1232
    infra-keep-probing: yes
    msg-cache-size: 8m
    rrset-cache-size: 16m
    key-cache-size: 2m
    neg-cache-size: 1m
";

/// The text; none when the provider is asked and nothing is checked.
pub fn text(dns: &Dns, about: Circumstances<'_>) -> Option<String> {
    if dns.is_default() {
        return None;
    }
    let mut out =
        "# Written by gatehouse-hostd from the settings; changes here are lost.\n".to_owned();
    // Writing to a string cannot fail.
    let _ = write!(out, "server:\n    interface: {ADDRESS}\n    port: {PORT}\n{FIXED}");
    if dns.dnssec {
        let _ = writeln!(out, "    module-config: \"validator iterator\"");
        let _ = writeln!(out, "    trust-anchor-file: \"{}\"", about.anchor);
        let _ = writeln!(out, "    domain-insecure: \"{}\"", chrony::DOMAIN);
        if !about.clock_is_set {
            let _ = writeln!(out, "    val-override-date: -1");
        }
    } else {
        let _ = writeln!(out, "    module-config: \"iterator\"");
    }
    let provider: Vec<String> =
        about.provider.iter().map(|server| with_scope(*server, about.wan)).collect();
    match &dns.upstream {
        Upstream::Tls(servers) => {
            let _ = writeln!(out, "    tls-cert-bundle: \"{}\"", about.authorities);
            let all = || servers.iter().map(|one| format!("{}@{TLS}#{}", one.address, one.name));
            forward(&mut out, ".", true, all());
            forward(&mut out, TRIED, true, all());
            let _ = writeln!(out, "    forward-no-cache: yes");
            // Without the time no certificate can be judged: who tells it is always found.
            if !provider.is_empty() {
                forward(&mut out, chrony::DOMAIN, false, provider.into_iter());
            }
        }
        // By itself it would ask the root's servers: the firewall lets it, the settings do not say so.
        Upstream::Provider if provider.is_empty() => {
            let _ = writeln!(out, "    local-zone: \".\" always_refuse");
        }
        Upstream::Provider => forward(&mut out, ".", false, provider.into_iter()),
    }
    Some(out)
}

fn forward(out: &mut String, name: &str, tls: bool, servers: impl Iterator<Item = String>) {
    let word = if tls { "yes" } else { "no" };
    let _ = writeln!(out, "forward-zone:\n    name: \"{name}\"\n    forward-tls-upstream: {word}");
    for server in servers {
        let _ = writeln!(out, "    forward-addr: {server}");
    }
}
