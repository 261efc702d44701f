//! Cards and their events.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod common;

use common::{in_new_namespace, run};
use kernel::ports::{Event, Events, Kinds, list};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::os::fd::AsFd;

#[test]
fn lists_veth_ends_only_when_asked() {
    in_new_namespace(|| {
        run(&[
            "ip",
            "link",
            "add",
            "lan1",
            "address",
            "02:00:00:00:00:01",
            "type",
            "veth",
            "peer",
            "name",
            "lan2",
        ]);
        run(&["ip", "link", "add", "z-office", "type", "bridge"]);
        run(&["ip", "link", "add", "crm0", "type", "veth", "peer", "name", "inner"]);
        assert_eq!(list(Kinds::Hardware).expect("lists"), []);
        let cards = list(Kinds::HardwareAndVeth).expect("lists");
        let names: Vec<_> = cards.iter().map(|card| card.interface.as_str()).collect();
        assert_eq!(names, ["inner", "lan1", "lan2"]);
        assert_eq!(cards[1].mac, Some([2, 0, 0, 0, 0, 1]));
        assert_eq!((cards[1].path.as_deref(), cards[1].carrier), (None, false));
    });
}

#[test]
fn tells_when_a_link_comes_and_goes() {
    in_new_namespace(|| {
        let mut events = Events::open().expect("opens");
        assert_eq!(events.take().expect("reads"), []);
        run(&["ip", "link", "add", "lan1", "type", "veth", "peer", "name", "lan2"]);
        run(&["ip", "link", "del", "lan1"]);
        let mut ready = [PollFd::new(events.as_fd(), PollFlags::POLLIN)];
        assert_eq!(poll(&mut ready, PollTimeout::from(2000_u16)).expect("polls"), 1);
        let seen = events.take().expect("reads");
        let position = |event| seen.iter().position(|one| *one == event);
        let came = position(Event::Changed("lan1".to_owned())).expect("it came");
        let went = position(Event::Gone("lan1".to_owned())).expect("it went");
        assert!(came < went, "{seen:?}");
    });
}
