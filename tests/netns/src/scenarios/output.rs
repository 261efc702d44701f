//! What the box itself sends: each service by its user, nothing else.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use nix::unistd::{Uid, setfsuid};

use crate::place::Version;
use crate::rules::UIDS;
use crate::{Bench, Place, Reach, Rules};

const DNS: u16 = 53;
const TIME: u16 = 123;

/// Sends a datagram from the router as that user. A socket's owner is its maker's file system user,
/// which a thread can change for itself alone. What the ruleset refuses ends in an error here.
fn send_as(bench: &Bench, uid: u32, from: u16, to: (IpAddr, u16)) {
    bench.router.inside(|| {
        let any: SocketAddr = match to.0 {
            IpAddr::V4(_) => ([0, 0, 0, 0], from).into(),
            IpAddr::V6(_) => ([0_u16; 8], from).into(),
        };
        // Twice: the first call only tells who it was before.
        setfsuid(Uid::from_raw(uid));
        assert_eq!(setfsuid(Uid::from_raw(uid)), Uid::from_raw(uid), "became user {uid}");
        let socket = UdpSocket::bind(any).expect("socket");
        let _ = socket.send_to(b"out", to);
    });
}

pub(super) fn services_have_their_way_out(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let server = version.internet();
        for (uid, port) in [(UIDS.dnsmasq, DNS), (UIDS.chrony, TIME)] {
            send_as(&bench, uid, 0, (server, port));
            let seen = bench.arrives(Place::Wan, |seen| seen.ports.1 == port);
            assert_eq!(seen.source(), Some(Place::Wan.gateway(version)));
        }
    }
    send_as(&bench, UIDS.networkd, 68, (Place::Wan.address(Version::V4), 67));
    bench.arrives(Place::Wan, |seen| seen.ports == (68, 67));
    for (place, uid) in [(Place::Office, 0), (Place::Guest, UIDS.dnsmasq)] {
        send_as(&bench, uid, 67, (place.address(Version::V4), 68));
        bench.arrives(place, |seen| seen.ports == (67, 68));
    }
}

pub(super) fn nobody_else_has(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let ours = [UIDS.dnsmasq, UIDS.chrony, UIDS.networkd, 0, 65534];
    for version in Version::BOTH {
        for uid in ours {
            for port in [DNS, TIME, 443, 9999] {
                let allowed =
                    (uid, port) == (UIDS.dnsmasq, DNS) || (uid, port) == (UIDS.chrony, TIME);
                if !allowed {
                    send_as(&bench, uid, 0, (version.internet(), port));
                    bench.nothing(Place::Wan, |seen| seen.ports.1 == port);
                }
            }
            // The CRM hears nothing of the box, zones nothing but answers.
            for place in [Place::Crm, Place::Office, Place::Guest] {
                send_as(&bench, uid, 0, (place.address(version), 443));
                bench.nothing(place, |seen| seen.ports.1 == 443);
            }
        }
    }
    send_as(&bench, 65534, 67, (Place::Office.address(Version::V4), 68));
    bench.nothing(Place::Office, |seen| seen.ports == (67, 68));
}

pub(super) fn box_talks_to_itself(rules: Rules) {
    let bench = Bench::new(rules, Reach::Both);
    bench.router.inside(|| {
        for version in Version::BOTH {
            let bind = || UdpSocket::bind((version.pick("127.0.0.1", "::1"), 0)).expect("socket");
            let (one, other) = (bind(), bind());
            one.set_read_timeout(Some(Duration::from_secs(3))).expect("timeout");
            other.send_to(b"in", one.local_addr().expect("address")).expect("sent");
            let mut buffer = [0; 8];
            assert_eq!(one.recv(&mut buffer).expect("received"), 2);
        }
    });
}
