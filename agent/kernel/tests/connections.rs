//! Connections are forgotten: what only an old one may send is refused.

#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod common;

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::time::Duration;

use common::{in_new_namespace, nft_load, run};
use kernel::connections::forget_connections;

fn rules(states: &str) -> String {
    format!(
        "table inet t\ndelete table inet t\ntable inet t {{ chain out {{\n\
         type filter hook output priority 0; policy drop;\nct state {states} accept\n}}\n}}\n"
    )
}

/// Two sockets that have sent to each other.
fn connected(address: &str) -> (UdpSocket, UdpSocket) {
    let open = || {
        let socket = UdpSocket::bind(address).expect("binds");
        socket.set_read_timeout(Some(Duration::from_secs(5))).expect("sets");
        socket
    };
    let (one, other) = (open(), open());
    one.connect(other.local_addr().expect("bound")).expect("connects");
    other.connect(one.local_addr().expect("bound")).expect("connects");
    for (from, to) in [(&one, &other), (&other, &one)] {
        from.send(b"x").expect("it may");
        to.recv(&mut [0; 1]).expect("it arrives");
    }
    (one, other)
}

#[test]
fn an_old_connection_is_judged_anew() {
    in_new_namespace(|| {
        run(&["ip", "link", "set", "lo", "up"]);
        nft_load(&rules("new,established"));
        let connections = ["127.0.0.1:0", "[::1]:0"].map(connected);
        nft_load(&rules("established"));
        for (one, _) in &connections {
            one.send(b"x").expect("the connection is known");
        }
        forget_connections().expect("forgets");
        for (one, _) in &connections {
            let error = one.send(b"x").expect_err("the connection is not known any more");
            assert_eq!(error.kind(), ErrorKind::PermissionDenied);
        }
        forget_connections().expect("there need not be any");
    });
}
