//! What is sent when, case by case.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod bench;

use bench::{Bench, HOUR, MINUTE, NOON, SECOND, id, new_device, night, one, rogue, target};
use notify::{
    Alert, Count, Failure, Input, Kind, MAX_PIECES, MAX_TARGETS, MAX_WAITING, Moment, Mute,
    Reading, Realm, Severity, State, Target, Unreadable, step,
};

#[test]
fn alerts_of_a_kind_become_one_message() {
    let mut bench = Bench::new([("a", target())]);
    assert_eq!(bench.report(rogue(3)), []);
    assert_eq!(bench.look, Some(Moment(NOON.0 + 15 * SECOND)));
    bench.now.0 += 5 * SECOND;
    bench.report(rogue(4));
    let first = one(bench.wait());
    assert_eq!((first.message.times, &first.message.alert), (2, &rogue(7)));
    assert_eq!((first.message.first, first.message.last.0), (NOON, NOON.0 + 5 * SECOND));
    bench.sent(&first);
    // Others wait until an hour is over; another kind does not.
    for _ in 0..3 {
        bench.now.0 += MINUTE;
        bench.report(rogue(1));
    }
    bench.report(new_device(1));
    let other = one(bench.wait());
    assert_eq!(other.message.alert.kind(), Kind::NewDevice);
    bench.sent(&other);
    let second = one(bench.wait());
    assert_eq!((second.message.times, &second.message.alert), (3, &rogue(3)));
    assert_eq!(bench.now.0, NOON.0 + HOUR + 15 * SECOND);
    assert_ne!(second.message.id, first.message.id);
}

#[test]
fn what_is_critical_waits_less_for_others() {
    let mut bench = Bench::new([("a", target())]);
    bench.report(Alert::CrmFailed {});
    let first = one(bench.wait());
    assert_eq!(bench.now.0, NOON.0 + 2 * SECOND);
    bench.sent(&first);
    bench.report(Alert::CrmFailed {});
    one(bench.wait());
    assert_eq!(bench.now.0, NOON.0 + 2 * SECOND + 10 * MINUTE);
}

#[test]
fn no_more_targets_than_there_may_be_get_anything() {
    let mut bench = Bench::new([]);
    let all = (0..MAX_TARGETS + 3).map(|number| (id(&number.to_string()), target()));
    bench.policy.targets = all.collect();
    bench.report(rogue(1));
    assert_eq!(bench.wait().len(), MAX_TARGETS);
}

#[test]
fn a_target_gets_what_matters_enough_for_it() {
    let warned = Target { from: Severity::Warning, ..target() };
    let called = Target { from: Severity::Critical, ..target() };
    let mut bench = Bench::new([("a", target()), ("b", warned), ("c", called)]);
    bench.report(new_device(1));
    assert_eq!(bench.wait().iter().map(|it| it.target.as_str()).collect::<Vec<_>>(), ["a"]);
    bench.report(Alert::CrmFailed {});
    let critical = bench.after(2 * SECOND);
    assert_eq!(critical.iter().map(|it| it.target.as_str()).collect::<Vec<_>>(), ["b", "c"]);
}

#[test]
fn quiet_hours_hold_all_but_what_is_critical_and_a_test() {
    let soft = Target { quiet: night(true), ..target() };
    let hard = Target { quiet: night(false), ..target() };
    let mut bench = Bench::new([("hard", hard), ("soft", soft)]);
    bench.now.0 = NOON.0 + 11 * HOUR;
    bench.report(rogue(1));
    assert_eq!(bench.look, Some(Moment(NOON.0 + 19 * HOUR)));
    bench.report(Alert::CrmFailed {});
    let critical = one(bench.after(2 * SECOND));
    assert_eq!(critical.target, id("soft"));
    bench.sent(&critical);
    let test = one(bench.step(Input::Test { target: id("hard"), by: "Zhou".into() }));
    assert_eq!(test.message.alert.kind(), Kind::Test);
    assert_eq!(bench.sent(&test), []);
    // In the morning what is critical goes first.
    let morning = bench.wait();
    assert_eq!(bench.now.0, NOON.0 + 19 * HOUR);
    let kinds: Vec<Kind> = morning.iter().map(|it| it.message.alert.kind()).collect();
    assert_eq!(kinds, [Kind::CrmFailed, Kind::RogueDhcp]);
}

#[test]
fn a_target_that_fails_is_tried_again_less_and_less_often() {
    let mut bench = Bench::new([("a", target())]);
    bench.report(rogue(1));
    let mut outgoing = one(bench.wait());
    let mut waits = Vec::new();
    for _ in 0..8 {
        let before = bench.now.0;
        bench.failed(&outgoing, Failure::Unreachable);
        let told = bench.state.told(&id("a"));
        assert_eq!(told.failing.unwrap().why, Failure::Unreachable);
        bench.now = told.next.unwrap();
        let again = one(bench.step(Input::Look));
        assert_eq!(again.message, outgoing.message);
        waits.push((bench.now.0 - before) / SECOND);
        outgoing = again;
    }
    assert_eq!(waits, [10, 30, 120, 300, 900, 1800, 3600, 3600]);
    bench.sent(&outgoing);
    let told = bench.state.told(&id("a"));
    assert_eq!((told.failing, told.sent, told.waiting), (None, Some(bench.now), 0));
}

#[test]
fn what_waits_is_sent_at_once_when_the_internet_is_back() {
    let mut bench = Bench::new([("a", target())]);
    assert_eq!(bench.step(Input::InternetGone), []);
    bench.report(Alert::CrmFailed {});
    let mut outgoing = one(bench.wait());
    for _ in 0..6 {
        bench.failed(&outgoing, Failure::Unreachable);
        outgoing = one(bench.wait());
    }
    bench.failed(&outgoing, Failure::Unreachable);
    bench.now.0 += MINUTE;
    assert_eq!(bench.state.away(), Some(NOON));
    let back = one(bench.step(Input::InternetBack));
    assert_eq!(back.message, outgoing.message);
    bench.sent(&back);
    let told = one(bench.wait());
    let Alert::InternetBack { gone, minutes } = told.message.alert else { panic!("{told:?}") };
    assert_eq!((gone, u64::from(minutes)), (NOON, (told.message.first.0 - NOON.0) / MINUTE));
    // The bell rang when it went.
    let kinds: Vec<Kind> = bench.state.bell().map(|it| it.alert.kind()).collect();
    assert_eq!(kinds, [Kind::InternetBack, Kind::CrmFailed, Kind::InternetGone]);
}

#[test]
fn a_short_absence_is_no_news() {
    let mut bench = Bench::new([("a", target())]);
    bench.step(Input::InternetGone);
    bench.now.0 += MINUTE;
    bench.step(Input::InternetBack);
    assert_eq!((bench.state.away(), bench.look), (None, None));
}

#[test]
fn a_wrong_password_is_not_tried_often_and_others_are_told_once() {
    let mut bench = Bench::new([("a", target()), ("b", target())]);
    bench.report(rogue(1));
    let both = bench.wait();
    bench.sent(&both[1]);
    bench.failed(&both[0], Failure::SignInRefused);
    let told = one(bench.wait());
    assert_eq!(told.target, id("b"));
    let Alert::TargetUnreachable { why, .. } = &told.message.alert else { panic!("{told:?}") };
    assert_eq!(*why, Failure::SignInRefused);
    bench.sent(&told);
    assert_eq!(bench.step(Input::InternetBack), []);
    let again = one(bench.wait());
    assert_eq!(again.message.id, both[0].message.id);
    assert!(bench.now.0 >= NOON.0 + HOUR);
    assert_eq!(bench.failed(&again, Failure::SignInRefused), []);
    // An admin corrects it: at once.
    let corrected = one(bench.step(Input::Changed(id("a"))));
    assert_eq!(corrected.message.id, both[0].message.id);
}

#[test]
fn where_a_person_is_needed_it_is_tried_less_and_less_often() {
    let mut bench = Bench::new([("a", target())]);
    bench.report(rogue(1));
    let mut outgoing = one(bench.wait());
    let waits = [(); 4].map(|()| {
        let before = bench.now.0;
        bench.failed(&outgoing, Failure::SignInRefused);
        outgoing = one(bench.wait());
        (bench.now.0 - before) / HOUR
    });
    assert_eq!(waits, [1, 6, 24, 24]);
}

#[test]
fn a_failing_target_is_told_after_half_an_hour_but_not_without_internet() {
    for gone in [false, true] {
        let mut bench = Bench::new([("a", target()), ("b", target())]);
        if gone {
            bench.step(Input::InternetGone);
        }
        bench.report(rogue(1));
        let both = bench.wait();
        bench.sent(&both[1]);
        bench.failed(&both[0], Failure::TooSlow { at: notify::Stage::Connect });
        for minute in 0..40 {
            for outgoing in bench.after(MINUTE) {
                if outgoing.target == id("a") {
                    bench.failed(&outgoing, Failure::Unreachable);
                } else {
                    assert!((29..32).contains(&minute) && !gone, "{minute}");
                    bench.sent(&outgoing);
                }
            }
        }
        let told = bench.state.bell().filter(|it| it.alert.kind() == Kind::TargetUnreachable);
        assert_eq!(told.count(), usize::from(!gone));
    }
}

#[test]
fn a_test_is_tried_once() {
    let mut bench = Bench::new([("a", target())]);
    let test = one(bench.step(Input::Test { target: id("a"), by: "Zhou".into() }));
    assert_eq!(bench.failed(&test, Failure::CertificateExpired), []);
    let told = bench.state.told(&id("a"));
    assert_eq!((told.failing.unwrap().why, told.waiting), (Failure::CertificateExpired, 0));
    assert_eq!(bench.step(Input::Test { target: id("none"), by: "Zhou".into() }), []);
}

#[test]
fn after_a_restart_what_was_being_sent_goes_again_with_its_id() {
    let mut bench = Bench::new([("a", target())]);
    bench.report(rogue(1));
    let outgoing = one(bench.wait());
    // What comes meanwhile is another message.
    bench.report(rogue(5));
    let again = one(bench.step(Input::Started));
    assert_eq!(again, outgoing);
    bench.sent(&again);
    let other = one(bench.wait());
    assert_eq!(other.message.alert, rogue(5));
    // The answer to the first try comes late, and twice.
    bench.sent(&again);
    assert_eq!(bench.state.told(&id("a")).waiting, 1);
}

#[test]
fn who_says_nothing_is_given_up() {
    let mut bench = Bench::new([("a", target())]);
    bench.report(rogue(1));
    let outgoing = one(bench.wait());
    assert_eq!(bench.wait(), []);
    assert_eq!(bench.state.told(&id("a")).failing.unwrap().why, Failure::Interrupted);
    assert_eq!(one(bench.wait()), outgoing);
}

#[test]
fn what_there_is_no_room_for_is_told() {
    let mut bench = Bench::new([("a", target())]);
    bench.report(Alert::CrmFailed {});
    bench.report(rogue(1));
    let extra = 7;
    for number in 0..MAX_WAITING as u32 + extra {
        bench.report(new_device(number));
    }
    assert_eq!(bench.state.told(&id("a")).waiting, MAX_WAITING + 1);
    let first = one(bench.wait());
    assert_eq!(first.message.alert, Alert::CrmFailed {});
    bench.now.0 += 15 * SECOND;
    let rogue_told = one(bench.sent(&first));
    assert_eq!(rogue_told.message.alert.kind(), Kind::RogueDhcp);
    let lost = one(bench.sent(&rogue_told));
    assert_eq!(lost.message.alert, Alert::AlertsLost { count: Count(u64::from(extra) + 2) });
    // The oldest went.
    let device = one(bench.sent(&lost));
    assert_eq!(device.message.alert, new_device(extra + 2));
}

#[test]
fn no_more_messages_within_an_hour_than_a_target_takes() {
    let mut bench = Bench::new([("a", Target { per_hour: 8, ..target() })]);
    for number in 0..20 {
        bench.report(new_device(number));
    }
    let mut times = Vec::new();
    let mut send = bench.wait();
    for _ in 0..10 {
        let outgoing = if send.is_empty() { one(bench.wait()) } else { one(send) };
        times.push((bench.now.0 - NOON.0) / MINUTE);
        send = bench.sent(&outgoing);
        bench.now.0 += MINUTE;
    }
    assert_eq!(times[..6], [0, 1, 2, 3, 4, 5]);
    assert!(times[6] >= 60, "{times:?}");
    // A quarter is kept for what is critical.
    let mut bench = Bench::new([("a", Target { per_hour: 8, ..target() })]);
    for number in 0..20 {
        bench.report(new_device(number));
    }
    let mut send = bench.wait();
    while let Some(outgoing) = send.pop() {
        send = bench.sent(&outgoing);
    }
    bench.report(Alert::CrmFailed {});
    assert_eq!(one(bench.after(2 * SECOND)).message.alert, Alert::CrmFailed {});
}

#[test]
fn a_try_that_never_reached_anybody_uses_nothing_up() {
    let mut bench = Bench::new([("a", Target { per_hour: 2, ..target() })]);
    bench.report(rogue(1));
    let mut outgoing = one(bench.wait());
    for _ in 0..5 {
        bench.failed(&outgoing, Failure::Unreachable);
        outgoing = one(bench.wait());
    }
    assert!(bench.now.0 < NOON.0 + HOUR);
}

#[test]
fn a_mute_is_kept_until_it_ends() {
    let mut bench = Bench::new([("a", target())]);
    bench.report(rogue(1));
    let until = Moment(NOON.0 + HOUR);
    let mute = Mute { kind: Kind::RogueDhcp, subject: None, until, by: "Zhou".into() };
    bench.step(Input::Mute(mute));
    assert_eq!((bench.look, bench.state.told(&id("a")).waiting), (None, 0));
    let unread = bench.state.unread("zhou");
    bench.report(rogue(2));
    assert_eq!((bench.look, bench.state.unread("zhou")), (None, unread));
    assert_eq!(bench.state.bell().next().unwrap().alert, rogue(3));
    assert_eq!(bench.state.mutes(bench.now).count(), 1);
    bench.now = until;
    bench.report(rogue(4));
    assert_eq!(one(bench.wait()).message.alert, rogue(4));
    assert_eq!(bench.state.mutes(bench.now).count(), 0);
}

#[test]
fn a_mute_of_a_subject_is_of_no_other() {
    let mut bench = Bench::new([("a", target())]);
    let subject = Some(new_device(1).subject());
    let until = Moment(u64::MAX);
    let mute = Mute { kind: Kind::NewDevice, subject: subject.clone(), until, by: "Zhou".into() };
    bench.step(Input::Mute(mute));
    let longest = bench.state.mutes(bench.now).next().unwrap().until;
    assert_eq!(longest.0, NOON.0 + 90 * 24 * HOUR);
    bench.report(new_device(1));
    bench.report(new_device(2));
    assert_eq!(one(bench.wait()).message.alert, new_device(2));
    bench.step(Input::Unmute { kind: Kind::NewDevice, subject });
    bench.report(new_device(1));
    assert_eq!(bench.state.told(&id("a")).waiting, 2);
}

#[test]
fn what_was_muted_while_it_was_sent_is_not_sent_again() {
    let mut bench = Bench::new([("a", target())]);
    bench.report(rogue(1));
    let outgoing = one(bench.wait());
    let until = Moment(NOON.0 + HOUR);
    let mute = Mute { kind: Kind::RogueDhcp, subject: None, until, by: "Zhou".into() };
    bench.step(Input::Mute(mute));
    bench.failed(&outgoing, Failure::Unreachable);
    assert_eq!(bench.state.told(&id("a")).waiting, 0);
}

#[test]
fn everybody_reads_the_bell_for_themselves() {
    let mut bench = Bench::new([]);
    bench.report(new_device(1));
    bench.report(new_device(2));
    let second = bench.state.bell().next().unwrap().id;
    let read = |account: &str, entries| Input::Read { account: account.to_owned(), entries };
    bench.step(read("zhou", Reading::These(vec![second])));
    bench.step(read("li", Reading::All));
    assert_eq!(["zhou", "li", "wang"].map(|it| bench.state.unread(it).0), [1, 0, 2]);
    // It happens again: the same entry, last, and nobody has read that.
    bench.now.0 += HOUR;
    bench.report(new_device(1));
    let last = bench.state.bell().next().unwrap();
    assert_eq!((last.times, last.first, last.last), (2, NOON, bench.now));
    assert_eq!(["zhou", "li", "wang"].map(|it| bench.state.unread(it).0), [1, 1, 2]);
    bench.step(Input::ForgetReader { account: "li".to_owned() });
    assert_eq!(bench.state.unread("li").0, 2);
    bench.now.0 += 25 * HOUR;
    bench.report(new_device(1));
    assert_eq!(bench.state.bell().count(), 3);
}

#[test]
fn the_bell_is_of_one_application_and_bounded() {
    let mut bench = Bench::new([]);
    bench.state = State::new(Realm::Crm, [2; 16]);
    bench.report(rogue(1));
    assert_eq!(bench.state.bell().count(), 0);
    bench.report(Alert::CrmLocked {});
    let added = |number: u32| Alert::AccountEnded {
        realm: Realm::Crm,
        account: number.to_string().as_str().into(),
        by: "Zhou".into(),
    };
    for number in 0..notify::MAX_BELL as u32 + 4 {
        bench.report(added(number));
    }
    assert_eq!(bench.state.bell().count(), notify::MAX_BELL);
    assert_eq!(bench.state.bell().last().unwrap().alert.kind(), Kind::CrmLocked);
    assert_eq!(bench.state.bell_lost(), 5);
}

#[test]
fn signed_heads_go_to_who_wants_them_and_the_last_one_is_enough() {
    let folder = Target { heads: true, from: Severity::Critical, quiet: night(false), ..target() };
    let mut bench = Bench::new([("a", target()), ("b", folder)]);
    bench.now.0 = NOON.0 + 11 * HOUR;
    let head = |line: &str| Alert::AuditHead {
        realm: Realm::Admin,
        head: line.to_owned().try_into().unwrap(),
    };
    let first = one(bench.report(head("one")));
    assert_eq!(first.target, id("b"));
    bench.report(head("two"));
    bench.report(head("three"));
    let next = one(bench.sent(&first));
    assert_eq!(next.message.alert, head("three"));
}

#[test]
fn a_clock_that_is_put_back_holds_nothing_up() {
    let mut bench = Bench::new([("a", target())]);
    bench.report(rogue(1));
    let outgoing = one(bench.wait());
    bench.failed(&outgoing, Failure::Unreachable);
    bench.report(new_device(1));
    bench.now = Moment(NOON.0 - 10 * 365 * 24 * HOUR);
    let again = one(bench.step(Input::Look));
    assert_eq!(again, outgoing);
    assert_eq!(one(bench.sent(&again)).message.alert, new_device(1));
}

#[test]
fn a_target_that_is_gone_leaves_nothing_behind() {
    let mut bench = Bench::new([("a", target()), ("b", target())]);
    bench.report(rogue(1));
    bench.policy.targets.remove(&id("a"));
    assert_eq!(bench.wait().len(), 1);
    assert_eq!(bench.state.told(&id("a")).waiting, 0);
}

#[test]
fn a_state_comes_back_from_its_pieces_and_what_is_damaged_takes_nothing_else_with_it() {
    let mut bench = Bench::new([("a", target())]);
    for number in 0..3 {
        bench.now = Moment(NOON.0 + number);
        bench.report(new_device(u32::try_from(number).unwrap()));
    }
    let until = Moment(NOON.0 + HOUR);
    let mute = Mute { kind: Kind::RogueDhcp, subject: None, until, by: "Zhou".into() };
    bench.step(Input::Mute(mute));
    let entries = bench.state.bell().map(|entry| entry.id).collect();
    bench.step(Input::Read { account: "zhou".into(), entries: Reading::These(entries) });
    let new = || State::new(Realm::Admin, [2; 16]);
    let mut pieces = bench.state.pieces().unwrap();
    pieces.reverse();
    let (again, unreadable) = State::of_pieces(new(), pieces.iter().map(Vec::as_slice));
    assert_eq!((again, unreadable.len()), (bench.state.clone(), 0));

    // Of five pieces each is damaged once, and once of a newer program: the four others stay.
    for number in 0..pieces.len() {
        let text = String::from_utf8(pieces[number].clone()).unwrap();
        let newer = text.replacen("\"version\":1", "\"version\":2", 1).into_bytes();
        for wrong in [newer, b"{}".to_vec(), pieces[number][1..].to_vec()] {
            let mut kept = pieces.clone();
            kept[number] = wrong;
            let (state, unreadable) = State::of_pieces(new(), kept.iter().map(Vec::as_slice));
            assert_eq!(unreadable.len(), 1);
            let left = state.bell().count() + state.mutes(bench.now).count();
            let is_rest = text.contains("\"piece\":\"rest\"");
            assert_eq!(left, if is_rest { 4 } else { 3 });
            // No number is given twice, also without the piece that says which were.
            let mut state = state;
            let last = state.bell().map(|entry| entry.id).max();
            state = step(bench.now, &bench.policy, state, Input::Report(new_device(9))).state;
            assert!(state.bell().next().map(|entry| entry.id) > last);
        }
    }
    let (_, unreadable) = State::of_pieces(new(), [&b"{\"version\":2}"[..]]);
    assert!(matches!(unreadable[..], [(0, Unreadable::Newer(2))]));
}

#[test]
fn a_bell_is_as_many_pieces_as_it_may_be() {
    let mut bench = Bench::new([]);
    for number in 0..400 {
        bench.report(new_device(number));
        let (subject, until) = (Some(number.to_string()), Moment(NOON.0 + HOUR));
        bench.step(Input::Mute(Mute { kind: Kind::Test, subject, until, by: "Zhou".into() }));
    }
    bench.step(Input::Overlooked(7));
    assert_eq!(bench.state.bell_lost(), 200 + 7);
    let pieces = bench.state.pieces().unwrap();
    assert_eq!(pieces.len(), MAX_PIECES);
    let different: std::collections::BTreeSet<_> = pieces.iter().collect();
    assert_eq!(different.len(), MAX_PIECES);
    assert!(pieces.iter().all(|piece| piece.len() < 4_000));
}

#[test]
fn the_gravest_that_nobody_read_is_told() {
    let mut bench = Bench::new([]);
    bench.report(new_device(1));
    bench.report(Alert::CrmFailed {});
    assert_eq!(bench.state.unread("zhou"), (2, Some(Severity::Critical)));
    let grave = bench.state.bell().next().unwrap().id;
    let entries = Reading::These(vec![grave]);
    bench.step(Input::Read { account: "zhou".into(), entries });
    assert_eq!(bench.state.unread("zhou"), (1, Some(Severity::Info)));
    bench.step(Input::Read { account: "zhou".into(), entries: Reading::All });
    assert_eq!(bench.state.unread("zhou"), (0, None));
    assert_eq!(bench.state.unread("li"), (2, Some(Severity::Critical)));
}

#[test]
fn no_two_messages_have_one_id() {
    let policy = Bench::new([("a", target()), ("b", target())]).policy;
    let ids = |seed: [u8; 16], now: u64| {
        let state = State::new(Realm::Admin, seed);
        let then = step(Moment(now), &policy, state, Input::Report(rogue(1)));
        let sent = step(Moment(now + HOUR), &policy, then.state, Input::Look).send;
        sent.into_iter().map(|it| it.message.id).collect::<Vec<_>>()
    };
    let all = [ids([1; 16], 0), ids([2; 16], 0), ids([1; 16], 5)].concat();
    let different: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!((all.len(), different.len()), (6, 6));
}
