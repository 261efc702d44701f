//! Signing in through the door, as a driver without a disk does it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::time::Duration;

use identity::{
    Account, Acquainted, Credentials, Door, DoorRefused, Entry, Language, Peer, Realm, Role,
    Secret, Signed, TotpSecret,
};
use seal::{RecordId, Version};
use vault::Moment;

const EPOCH: u64 = 1_800_000_000_000;
/// Stands for a hash: judging is the driver's, these tests say themselves what is right.
const HASH: &str = "hash of the right one";

fn at(seconds: u64) -> Moment {
    Moment { wall: EPOCH + seconds * 1_000, since_start: Duration::from_secs(seconds) }
}

fn peer(last: u8) -> Peer {
    Peer::new(std::net::Ipv4Addr::new(192, 168, 8, last).into(), "Firefox")
}

fn id(n: u8) -> RecordId {
    RecordId([n; 16])
}

fn secret() -> TotpSecret {
    TotpSecret::from_bytes(b"12345678901234567890").unwrap()
}

fn code(now: Moment) -> String {
    String::from_utf8(secret().code(now.wall / identity::STEP_MS).to_vec()).unwrap()
}

fn account(n: u8, name: &str, role: Role) -> Account {
    Account {
        id: id(n),
        version: Version(1),
        name: name.to_owned(),
        language: Language::ZhCn,
        time_zone: "Asia/Shanghai".to_owned(),
        role,
        disabled: false,
    }
}

fn credentials() -> Credentials {
    let password = HASH.to_owned();
    let known = Acquainted::default();
    Credentials { password, totp: secret(), used_step: None, known, seen: None }
}

fn door() -> Door {
    let mut door = Door::new(Realm::Crm);
    door.put(account(1, "Anna", Role::Manager), credentials());
    door.put(account(2, "王芳", Role::Staff), credentials());
    door
}

fn password(door: &mut Door, name: &str, from: &Peer, now: Moment) -> Result<Secret, DoorRefused> {
    let knock = door.knock(name, from, now)?;
    let right = knock.hash() == Some(HASH);
    door.judged(&knock, right, now)
}

/// The disk has it, and it is taken in.
fn enter(door: &mut Door, entry: Entry, now: Moment) -> Option<(Secret, Signed)> {
    door.sessions().put(entry.token_sha256, entry.session.clone());
    door.enter(entry, now)
}

fn entry(door: &mut Door, name: &str, from: &Peer, now: Moment) -> Result<Entry, DoorRefused> {
    let step = password(door, name, from, now)?;
    door.code(step.expose(), &code(now), from, id(99), now)
}

#[test]
fn password_then_code_then_a_session_with_the_handles_of_the_role() {
    let mut door = door();
    let entry = entry(&mut door, "王芳", &peer(1), at(0)).unwrap();
    let (token, signed) = enter(&mut door, entry, at(0)).unwrap();
    assert_eq!(signed.account().name, "王芳");
    assert!(signed.reader().is_some() && signed.editor().is_some());
    assert!(signed.manager().is_none() && signed.admin().is_none());
    assert!(signed.log_reader().is_none());
    let again = door.session(token.expose(), &peer(1), at(60)).unwrap();
    assert_eq!(again.actor().account, Some(id(2)));
    assert_eq!(again.idle_expires(), at(60 + 1_800).wall);
    assert_eq!(again.absolute_expires(), at(43_200).wall);
    let manager = self::entry(&mut door, "ANNA", &peer(1), at(0)).unwrap();
    let (_, signed) = enter(&mut door, manager, at(0)).unwrap();
    assert!(signed.manager().is_some() && signed.log_reader().is_some());
}

#[test]
fn without_the_code_nothing_opens() {
    let mut door = door();
    let step = password(&mut door, "王芳", &peer(1), at(0)).unwrap();
    assert!(door.session(step.expose(), &peer(1), at(0)).is_none());
    let wrong = door.code(step.expose(), "000000", &peer(1), id(9), at(0));
    assert!(matches!(
        wrong,
        Err(DoorRefused::WrongTotp { box_time, used: false }) if box_time == at(0).wall
    ));
    let late = door.code(step.expose(), &code(at(900)), &peer(1), id(9), at(900));
    assert!(matches!(late, Err(DoorRefused::StepGone)));
}

#[test]
fn a_code_is_taken_once_even_when_the_power_was_cut_and_the_clock_is_back() {
    let mut door = door();
    let first = entry(&mut door, "王芳", &peer(1), at(100)).unwrap();
    // Twice in the same process, the first one not yet on the disk.
    let second = entry(&mut door, "王芳", &peer(1), at(101));
    assert!(matches!(second, Err(DoorRefused::WrongTotp { used: true, .. })));
    // The power is cut after the writing; a new process has what was written, 25 s earlier.
    let mut booted = Door::new(Realm::Crm);
    let kept = Credentials { used_step: Some(first.used_step), ..credentials() };
    booted.put(account(2, "王芳", Role::Staff), kept);
    let back = Moment { wall: at(75).wall, since_start: Duration::ZERO };
    let step = password(&mut booted, "王芳", &peer(1), back).unwrap();
    let again = booted.code(step.expose(), &code(at(100)), &peer(1), id(9), back);
    assert!(matches!(again, Err(DoorRefused::WrongTotp { used: true, .. })));
    let next = Moment { wall: at(130).wall, since_start: Duration::from_secs(55) };
    assert!(booted.code(step.expose(), &code(next), &peer(1), id(9), next).is_ok());
}

#[test]
fn an_unknown_name_a_wrong_password_and_a_disabled_account_look_alike() {
    let mut door = door();
    door.put(Account { disabled: true, ..account(3, "Bob", Role::Staff) }, credentials());
    let unknown = door.knock("nobody", &peer(1), at(0)).unwrap();
    let disabled = door.knock("Bob", &peer(1), at(0)).unwrap();
    let wrong = door.knock("王芳", &peer(1), at(0)).unwrap();
    assert_eq!((unknown.hash(), disabled.hash()), (None, None));
    for (knock, right) in [(&unknown, true), (&disabled, true), (&wrong, false)] {
        let refused = door.judged(knock, right, at(0));
        assert!(matches!(refused, Err(DoorRefused::WrongCredentials)));
    }
}

#[test]
fn who_has_the_password_cannot_guess_codes_without_end_not_even_at_a_known_place() {
    let mut door = door();
    let entry = entry(&mut door, "王芳", &peer(1), at(0)).unwrap();
    enter(&mut door, entry, at(0)).unwrap();
    let mut judged = 0;
    for second in 60..3_600_u64 {
        let Ok(step) = password(&mut door, "王芳", &peer(1), at(second)) else { continue };
        while let Err(DoorRefused::WrongTotp { .. }) =
            door.code(step.expose(), "000000", &peer(1), id(9), at(second))
        {
            judged += 1;
        }
    }
    assert!((5..=15).contains(&judged), "{judged} codes judged in an hour");
}

#[test]
fn five_wrong_codes_and_the_password_is_asked_again() {
    let mut door = door();
    let step = password(&mut door, "王芳", &peer(1), at(0)).unwrap();
    for _ in 0..5 {
        let wrong = door.code(step.expose(), "000000", &peer(1), id(9), at(0));
        assert!(matches!(wrong, Err(DoorRefused::WrongTotp { .. })));
    }
    let gone = door.code(step.expose(), &code(at(60)), &peer(1), id(9), at(60));
    assert!(matches!(gone, Err(DoorRefused::StepGone)));
}

#[test]
fn strangers_lock_nobody_out_of_a_known_place() {
    let mut door = door();
    let first = entry(&mut door, "王芳", &peer(1), at(0)).unwrap();
    enter(&mut door, first, at(0)).unwrap();
    for second in 0..600_u64 {
        let from = peer(u8::try_from(second % 200).unwrap() + 2);
        if let Ok(knock) = door.knock("王芳", &from, at(second)) {
            let _ = door.judged(&knock, false, at(second));
        }
    }
    let strange = door.knock("王芳", &peer(250), at(600));
    assert!(matches!(strange, Err(DoorRefused::SlowDown { .. })));
    assert!(entry(&mut door, "王芳", &peer(1), at(600)).is_ok());
}

#[test]
fn strangers_lock_no_browser_out_whose_address_changed() {
    let mut door = door();
    let cookie = Secret::new().unwrap();
    let laptop = |last| peer(last).with_cookie(&cookie);
    let first = entry(&mut door, "王芳", &laptop(1), at(0)).unwrap();
    enter(&mut door, first, at(0)).unwrap();
    for second in 0..600_u64 {
        let from = peer(u8::try_from(second % 200).unwrap() + 2);
        if let Ok(knock) = door.knock("王芳", &from, at(second)) {
            let _ = door.judged(&knock, false, at(second));
        }
    }
    // It has an address that nobody had before, and then one of those who guessed.
    for (last, second) in [(240, 600), (7, 700)] {
        let again = entry(&mut door, "王芳", &laptop(last), at(second)).unwrap();
        assert_eq!(again.known.browsers.len(), 1);
        enter(&mut door, again, at(second)).unwrap();
    }
    // For somebody else's account that browser is a stranger's, and so is another browser for hers.
    for (name, from) in
        [("Anna", laptop(240)), ("王芳", peer(251).with_cookie(&Secret::new().unwrap()))]
    {
        let tries = (0..6).map(|_| door.knock(name, &from, at(9_000)).is_ok());
        assert_eq!(tries.collect::<Vec<_>>(), [true, true, true, true, true, false], "{name}");
    }
}

#[test]
fn disabling_ends_sessions_and_half_sessions_at_once() {
    let mut door = door();
    let entry = entry(&mut door, "王芳", &peer(1), at(0)).unwrap();
    let (token, _) = enter(&mut door, entry, at(0)).unwrap();
    let half = password(&mut door, "王芳", &peer(1), at(30)).unwrap();
    let judging = door.knock("王芳", &peer(1), at(30)).unwrap();
    let on_its_way = self::entry(&mut door, "王芳", &peer(1), at(30)).unwrap();
    let off = Account { disabled: true, ..account(2, "王芳", Role::Staff) };
    assert_eq!(door.put(off, credentials()), [id(99)]);
    assert!(door.session(token.expose(), &peer(1), at(31)).is_none());
    let code = door.code(half.expose(), &code(at(60)), &peer(1), id(9), at(60));
    assert!(matches!(code, Err(DoorRefused::StepGone)));
    assert!(matches!(door.judged(&judging, true, at(31)), Err(DoorRefused::WrongCredentials)));
    assert!(enter(&mut door, on_its_way, at(31)).is_none());
}

#[test]
fn a_session_that_was_ended_before_its_answer_lets_nobody_in() {
    let mut door = door();
    let entry = entry(&mut door, "王芳", &peer(1), at(0)).unwrap();
    door.sessions().put(entry.token_sha256, entry.session.clone());
    assert_eq!(door.sessions().end_all(id(2), None), [id(99)]);
    assert!(door.enter(entry, at(0)).is_none());
    assert!(door.sessions().of(id(2), at(0)).is_empty());
}
