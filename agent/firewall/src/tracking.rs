//! Connections, and what becomes of them when the rules change: each is judged anew by the next packet
//! of it, whichever way that goes, as its first packet would be. What the rules still allow goes on
//! without a loss, what they do not stops with that packet.
//!
//! A connection that was let pass carries the generation of the rules that did so, as its mark. Only
//! these rules' own connections pass without another look. Judging and marking is one walk through
//! one base chain, which the kernel does with one ruleset: no packet that the former rules let pass
//! can get the mark of the new ones.

use crate::build::{When, chain, when};
use crate::compile::Part;
use crate::ir::{
    CtState, Direction, Field, KeyType, Name, Rule, Ruleset, Value, Verdict, VerdictMap,
};
use crate::zones::Scope;
use crate::{icmp, rules};

/// What tells one ruleset from another: 32 bits of its hash, never 0, which a connection has at first, and
/// never [`ENDED`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation(u32);

impl Generation {
    /// For a ruleset that has no generation yet.
    pub(crate) const NONE: Self = Self(0);

    /// Of a ruleset made with [`Generation::NONE`].
    pub(crate) fn of(ruleset: &Ruleset) -> Self {
        let [a, b, c, d, ..] = *ruleset.hash().as_bytes();
        Self(u32::from_be_bytes([a, b, c, d]).clamp(1, ENDED - 1))
    }
}

/// What all subjects jump to.
pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let Generation(mark) = scope.generation;
    let established = (vec![Value::CtState(CtState::Established)], Verdict::Accept);
    let errors = |chain| (vec![Value::CtState(CtState::Related)], Verdict::Jump(chain));
    let map = |name: Name, entries| VerdictMap { name, key: vec![KeyType::CtState], entries };
    let marks = "these rules let the connection pass";
    let admitted = if rules::know_cards(scope) {
        // An answer is judged without the card of who opened the connection: for this packet only.
        vec![when().way(Direction::Original).mark(mark, marks), when().accept("an answer of it")]
    } else {
        vec![when().mark(mark, marks)]
    };
    let through = errors(errors_through());
    let coming = errors(icmp::errors_chain());
    Part {
        maps: vec![
            map(passing(), vec![established.clone(), through]),
            map(coming_in(), vec![established.clone(), coming]),
            map(sent(), vec![established]),
        ],
        chains: vec![chain(admitted_chain(), admitted)],
        ..Part::default()
    }
}

/// First rules of a filter chain: what these rules have let pass goes on, what is of no connection and
/// cannot start one is dropped.
pub(crate) fn known(scope: &Scope<'_>, map: &Name) -> [Rule; 2] {
    let Generation(mark) = scope.generation;
    [
        when().is(Field::CtMark, Value::Mark(mark)).look_up(
            &[Field::CtState],
            map,
            "connections that these rules let pass",
        ),
        when().state(CtState::Invalid).drop("belongs to no connection and cannot start one"),
    ]
}

/// The mark of a connection that somebody ended: it passes no more, whatever rules come. A connection that
/// was only forgotten would be a new one with its next packet.
pub const ENDED: u32 = u32::MAX;

/// What comes on a connection that somebody ended is refused: TCP is told so.
pub(crate) fn ended() -> [Rule; 2] {
    let why = "somebody ended the connection";
    [of_ended().tcp().reject(why), of_ended().drop(why)]
}

/// The box says nothing more on such a connection, but that it is over.
pub(crate) fn ended_own() -> [Rule; 2] {
    // Packets of the kernel itself have no user.
    let by_somebody = of_ended().differs(Field::SocketUid, Value::Uid(u32::MAX));
    [by_somebody.drop("somebody ended the connection"), of_ended().accept("says that it is over")]
}

fn of_ended() -> When {
    when().is(Field::CtMark, Value::Mark(ENDED))
}

/// Answers on a connection that these rules have not judged yet.
pub(crate) fn answers() -> When {
    when().state(CtState::Established).way(Direction::Reply)
}

/// States of packets that rules judge by who opened their connection.
pub(crate) fn judged() -> When {
    when().states(&[CtState::New, CtState::Established])
}

/// Where packets go that a rule lets pass for all of their connection.
pub(crate) fn admitted_chain() -> Name {
    Name::made("admitted")
}

/// Verdicts by connection state, for what passes through.
pub(crate) fn passing() -> Name {
    Name::made("connection")
}

/// Where errors of connections that pass through go.
pub(crate) fn errors_through() -> Name {
    Name::made("errors_forward")
}

/// Verdicts by connection state, for what comes in.
pub(crate) fn coming_in() -> Name {
    Name::made("connection_in")
}

/// Verdicts by connection state, for what the box sends: it sends ICMP errors to zones only.
pub(crate) fn sent() -> Name {
    Name::made("connection_own")
}
