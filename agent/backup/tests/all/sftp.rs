//! Copies on Debian's OpenSSH server; stock restic reads them over it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use backup::{
    BoxKey, CopyError, Extent, Former, Id, Kind, Object, Patience, Protection, Repository, SignIn,
    SshLogin, Target, TargetError,
};
use outbound::Fault;

use crate::nas::Relay;
use crate::object;
use crate::shop::{self, Shop, restored};
use crate::sshd::{self, FOLDER, PASSWORD, Sshd, login};
use crate::stock::{self, OURS};

#[test]
fn an_object_is_written_read_in_parts_and_taken_away() {
    let nas = Sshd::start();
    let target = nas.target();
    object::is_written_read_in_parts_and_taken_away(&*target);
    let folder = nas.folder(FOLDER);
    // One that a cut left short is written anew.
    std::fs::create_dir_all(folder.join("locks")).unwrap();
    std::os::unix::fs::chown(folder.join("locks"), Some(1_500), None).unwrap();
    let (lock, bytes) = object::made(Kind::Lock, 200);
    std::fs::write(folder.join(lock.to_string()), &bytes[..7]).unwrap();
    target.write(lock, &bytes).unwrap();
    assert_eq!(target.read(lock, None).unwrap(), bytes);
    target.write(Object::Config, b"short").unwrap();
    target.write(Object::Config, b"longer").unwrap();
    assert_eq!(target.read(Object::Config, None).unwrap(), b"longer");
    // What lies there and is no object.
    std::fs::write(folder.join("locks/x"), "x").unwrap();
    std::os::unix::fs::symlink("x", folder.join("locks").join("b".repeat(64))).unwrap();
    std::fs::create_dir(folder.join("locks").join("c".repeat(64))).unwrap();
    assert_eq!(target.list(Kind::Lock).unwrap(), [(lock, 200)]);
    let (pack, bytes) = object::made(Kind::Pack, 99);
    target.write(pack, &bytes).unwrap();
    let name = pack.to_string().replace("data/", "");
    let wrong = folder.join("data").join(if name.starts_with("ab") { "ac" } else { "ab" });
    std::fs::create_dir(&wrong).unwrap();
    std::fs::write(wrong.join(&name), "x").unwrap();
    std::fs::write(folder.join("data/ff"), "x").unwrap();
    assert_eq!(target.list(Kind::Pack).unwrap(), [(pack, 99)]);
    // Nothing is left where objects are written.
    assert_eq!(std::fs::read_dir(folder.join("unfinished")).unwrap().count(), 0);
}

#[test]
fn what_was_left_unfinished_is_taken_away_and_is_no_object() {
    let nas = Sshd::start();
    let target = nas.target();
    target.write(Object::Config, b"x").unwrap();
    drop(target);
    let unfinished = nas.folder(FOLDER).join("unfinished");
    for number in 0..40 {
        std::fs::write(unfinished.join(format!("{number:032x}")), vec![7; 1_000]).unwrap();
    }
    std::fs::write(unfinished.join("somebody's"), "x").unwrap();
    let target = nas.target();
    target.write(Object::Config, b"longer").unwrap();
    let left: Vec<_> =
        std::fs::read_dir(&unfinished).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["somebody's"]);
}

#[test]
fn more_than_a_packet_is_listed() {
    let nas = Sshd::start();
    let target = nas.target();
    target.write(Object::Config, b"x").unwrap();
    let folder = nas.folder(FOLDER).join("index");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let expected: Vec<_> = (0..5_000_u64)
        .map(|n| {
            let id = format!("{n:064x}");
            let length = usize::try_from(n % 7).unwrap();
            std::fs::write(folder.join(&id), vec![1; length]).unwrap();
            (Object::Named(Kind::Index, Id::parse(&id).unwrap()), n % 7)
        })
        .collect();
    assert_eq!(target.list(Kind::Index).unwrap(), expected);
}

#[test]
fn stock_restic_lists_checks_restores_and_prunes_over_it() {
    let nas = Sshd::start();
    let relay = Relay::before(nas.port);
    let target = sshd::at(relay.port, FOLDER, &nas.host_key(), login("box", PASSWORD));
    let restic = |arguments: &[&str]| nas.restic(OURS, arguments);
    stock::reads_what_went_over(Arc::new(target), nas.target(), restic);
    assert_eq!(relay.connections(), 1, "one handshake for all of it");
}

#[test]
fn a_key_of_the_box_signs_in_where_it_was_let_in() {
    let nas = Sshd::with("PasswordAuthentication no", "");
    let key = BoxKey::new().unwrap();
    let as_key = |key: &BoxKey| {
        let login = SshLogin::new("box".to_owned(), SignIn::Key(key.clone())).unwrap();
        sshd::at(nas.port, FOLDER, &nas.host_key(), login)
    };
    let refused = as_key(&key).list(Kind::Pack);
    assert!(matches!(refused, Err(TargetError::WrongBoxKey)), "{refused:?}");
    nas.authorize(&key);
    object::is_written_read_in_parts_and_taken_away(&as_key(&key));
    let other = as_key(&BoxKey::new().unwrap()).list(Kind::Pack);
    assert!(matches!(other, Err(TargetError::WrongBoxKey)), "{other:?}");
    let password = nas.target().list(Kind::Pack);
    assert!(matches!(password, Err(TargetError::WrongPassword)), "{password:?}");
}

/// Nothing is said to whoever shows another key: neither who we are, nor with which password.
#[test]
fn a_server_with_another_key_is_told_nothing() {
    let (nas, other) = (Sshd::start(), Sshd::start());
    let (object, bytes) = object::made(Kind::Pack, 70_000);
    for pinned in [other.host_key(), other.other_fingerprint()] {
        let target = sshd::at(nas.port, FOLDER, &pinned, login("box", PASSWORD));
        for tried in [
            target.list(Kind::Pack).map(|_| ()),
            target.read(Object::Config, None).map(|_| ()),
            target.write(object, &bytes),
            target.remove(object),
        ] {
            let Err(TargetError::WrongHostKey { shown }) = tried else { panic!("{tried:?}") };
            assert!(shown.starts_with("SHA256:"), "{shown}");
        }
    }
    let log = std::fs::read_to_string(nas.place.path().join("log")).unwrap();
    assert!(log.contains("Connection") && !log.contains("box") && !log.contains("Failed"), "{log}");
    // A fingerprint of any of its keys leads to it.
    let target = sshd::at(nas.port, FOLDER, &nas.other_fingerprint(), login("box", PASSWORD));
    target.write(object, &bytes).unwrap();
    assert!(target.read(object, None).unwrap() == bytes);
}

#[test]
fn who_is_wrong_is_told_in_what() {
    let nas = Sshd::start();
    let (object, bytes) = object::made(Kind::Pack, 4 << 20);
    let all = |target: &dyn Target| {
        [
            target.list(Kind::Pack).map(|_| ()),
            target.read(Object::Config, None).map(|_| ()),
            target.write(object, &bytes),
        ]
    };
    for login in [login("box", "hunter3"), login("nobody-there", PASSWORD)] {
        for tried in all(&sshd::at(nas.port, FOLDER, &nas.host_key(), login)) {
            assert!(matches!(tried, Err(TargetError::WrongPassword)), "{tried:?}");
        }
    }
    let at = |folder: &str, user: &str| {
        sshd::at(nas.port, folder, &nas.host_key(), login(user, PASSWORD))
    };
    let tried = at("/copeis/crm", "box").write(object, &bytes);
    assert!(
        matches!(&tried, Err(TargetError::WrongFolder(folder)) if folder == "/copeis/crm"),
        "{tried:?}"
    );
    assert!(!nas.folder("copeis").exists());
    // Beside what its users may write to.
    let tried = at("/crm", "box").write(object, &bytes);
    assert!(matches!(tried, Err(TargetError::Refused { doing: "make", .. })), "{tried:?}");
    for folder in [FOLDER, "/copies/new"] {
        let reader = at(folder, "reader");
        assert_eq!(reader.list(Kind::Pack).unwrap(), []);
        let tried = reader.write(object, &bytes);
        assert!(matches!(tried, Err(TargetError::Refused { .. })), "{tried:?}");
        nas.target().write(Object::Config, b"x").unwrap();
    }
    let tried = at(FOLDER, "reader").remove(Object::Config);
    assert!(matches!(tried, Err(TargetError::Refused { .. })), "{tried:?}");
    for tried in all(&at(FOLDER, "talker")) {
        let odd = matches!(
            tried,
            Err(TargetError::Broken { .. }
                | TargetError::Way(Fault::Closed(_) | Fault::NotUnderstood))
        );
        assert!(odd, "{tried:?}");
    }
    std::fs::write(nas.folder("/copies/file"), "x").unwrap();
    let tried = at("/copies/file", "box").write(object, &bytes);
    assert!(matches!(tried, Err(TargetError::Broken { .. })), "{tried:?}");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let tried = sshd::at(port, FOLDER, &nas.host_key(), login("box", PASSWORD)).list(Kind::Pack);
    assert!(matches!(tried, Err(TargetError::Unreachable(_))), "{tried:?}");
}

/// A server that refuses to delete, and lets the same account write over what is there, keeps nothing.
#[test]
fn whoever_may_write_over_what_is_there_is_no_good_keeper() {
    let nas = Sshd::start();
    drop(shop::create(nas.target()).unwrap());
    let adder = nas.target_of("adder");
    let (object, bytes) = object::made(Kind::Index, 1_000);
    adder.write(object, &bytes).unwrap();
    let refused = adder.remove(object);
    assert!(matches!(refused, Err(TargetError::Refused { .. })), "{refused:?}");
    assert_eq!(adder.overwrite(object, &bytes).unwrap(), Former::Lost);
    let reader = nas.target_of("reader");
    assert_eq!(reader.overwrite(object, &bytes).unwrap(), Former::NotTried);
    assert!(reader.read(object, None).unwrap() == bytes);
    let tried = shop::open(nas.target()).unwrap().protection();
    assert_eq!(tried.unwrap(), Protection::Deletes);
}

#[test]
fn a_full_disk_says_so_and_is_used_again_when_there_is_room() {
    let nas = Sshd::with("", "6m");
    let mut shop = Shop::new(9_000, 1_100);
    let mut repository = shop::create(nas.target()).unwrap();
    let full = repository.copy(Extent::Whole, &mut shop).unwrap_err();
    assert!(matches!(&full, CopyError::Target(TargetError::Full(_))), "{full:?}");
    let target = nas.target();
    let (object, bytes) = object::made(Kind::Pack, 4 << 20);
    for _ in 0..3 {
        let full = target.write(object, &bytes);
        assert!(matches!(full, Err(TargetError::Full(_))), "{full:?}");
        assert!(matches!(target.read(object, None), Err(TargetError::Missing(_))));
    }
    nas.resize("200m");
    let mut repository = shop::open(nas.target()).unwrap();
    let copied = shop::whole(&mut repository, &mut shop);
    assert!(restored(&repository, copied.id).unwrap() == shop.state);
    nas.restic(OURS, &["check", "--read-data"]);
}

/// A server, or whoever stands before it, closes what nobody talks over.
#[test]
fn a_connection_closed_while_idle_costs_a_handshake_and_no_copy() {
    let nas = Sshd::start();
    let relay = Relay::before(nas.port);
    let target = sshd::at(relay.port, FOLDER, &nas.host_key(), login("box", PASSWORD));
    for kind in [Kind::Index, Kind::Pack] {
        let (object, bytes) = object::made(kind, 70_000);
        relay.cut();
        target.write(object, &bytes).unwrap();
        relay.cut();
        assert_eq!(target.list(kind).unwrap(), [(object, 70_000)]);
        relay.cut();
        assert!(target.read(object, None).unwrap() == bytes);
        relay.cut();
        target.remove(object).unwrap();
    }
    assert_eq!(relay.connections(), 8);
}

/// What a cut left unfinished is no object; whatever is there is whole.
#[test]
fn a_copy_that_is_cut_on_its_way_goes_on() {
    let nas = Sshd::start();
    let relay = Relay::before(nas.port);
    let target = || Arc::new(sshd::at(relay.port, FOLDER, &nas.host_key(), login("box", PASSWORD)));
    let mut shop = Shop::new(9_000, 1_100);
    drop(shop::create(target()).unwrap());
    for bytes in [2_000_000, 5_000_000, 4_250_000, 1_000_000] {
        let mut repository = shop::open(target()).unwrap();
        // Twice, for what is cut once is done again over a new connection.
        relay.cut_after_twice(bytes, 1_000);
        let cut = repository.copy(Extent::Whole, &mut shop).unwrap_err();
        assert!(
            matches!(&cut, CopyError::Target(TargetError::Way(Fault::Closed(_)))),
            "{bytes}: {cut:?}"
        );
        // Its lock may be there still: of another box, half an hour.
        nas.restic(OURS, &["unlock", "--remove-all"]);
        nas.restic(OURS, &["check", "--read-data"]);
    }
    let mut repository = shop::open(target()).unwrap();
    relay.cut_after(1_000_000);
    let again = shop::whole(&mut repository, &mut shop);
    assert!(again.sent < 7_000_000, "what had arrived is not sent again: {again:?}");
    assert!(restored(&repository, again.id).unwrap() == shop.state);
    assert_eq!(std::fs::read_dir(nas.folder(FOLDER).join("unfinished")).unwrap().count(), 0);
    nas.restic(OURS, &["check", "--read-data"]);
}

/// Somebody takes the folder away while a connection is kept.
#[test]
fn directories_that_went_meanwhile_are_made_again() {
    let nas = Sshd::start();
    let target = nas.target();
    let (object, bytes) = object::made(Kind::Pack, 70_000);
    target.write(object, &bytes).unwrap();
    std::fs::remove_dir_all(nas.folder(FOLDER)).unwrap();
    target.write(object, &bytes).unwrap();
    assert_eq!(target.list(Kind::Pack).unwrap(), [(object, 70_000)]);
}

/// Whoever answers something else than SSH, too much of it, half of it, or nothing: told in time, and no panic.
#[test]
fn whatever_else_answers_is_told_apart_in_time() {
    let nas = Sshd::start();
    let key = nas.host_key();
    let endless = "x".repeat(200);
    let big_packet = [b"SSH-2.0-x\r\n".as_slice(), &[0xff; 64]].concat();
    let short_packet = [b"SSH-2.0-x\r\n".as_slice(), &[0, 0, 0, 12, 10, 20, 0, 0]].concat();
    let lists = [b"SSH-2.0-x\r\n".as_slice(), &[0, 0, 0, 28, 4, 20], &[0; 16], &[0xff; 4], &[0; 6]]
        .concat();
    let banners = "hello\r\n".repeat(100_000);
    // Messages that are to be ignored (RFC 4253, section 11.2), 1 KiB each, 2 MiB of them.
    let ignored = [&[0, 0, 3, 252, 4, 2, 0, 0, 3, 242], &[0; 1_014][..]].concat().repeat(2_048);
    let ignored = [b"SSH-2.0-x\r\n".as_slice(), &ignored].concat();
    for (said, closes) in [
        (b"".to_vec(), true),
        (b"".to_vec(), false),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), true),
        (b"220 mail.example.net ESMTP\r\n".to_vec(), false),
        (b"SSH-1.5-x\r\n".to_vec(), false),
        (endless.into_bytes(), true),
        (banners.into_bytes(), false),
        (b"SSH-2.0-x\r\n".to_vec(), true),
        (b"SSH-2.0-x\r\n".to_vec(), false),
        (big_packet, false),
        (short_packet, true),
        (lists, false),
        (ignored, false),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let saying = said.clone();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.write_all(&saying);
            if !closes {
                let _ = std::io::copy(&mut (&stream).take(1 << 20), &mut std::io::sink());
            }
        });
        let [connect, answer, step] = [2_000, 400, 400].map(Duration::from_millis);
        let patience = Patience { connect, answer, step };
        let begun = Instant::now();
        {
            let target = sshd::at(port, FOLDER, &key, login("box", PASSWORD)).with(patience);
            let told = target.list(Kind::Pack);
            let begins = String::from_utf8_lossy(&said[..said.len().min(40)]);
            let is_way = matches!(&told, Err(TargetError::Way(_) | TargetError::Broken { .. }));
            assert!(is_way, "{begins:?}: {told:?}");
            // What comes before anybody is known has an end, however fast it comes.
            let is_much = matches!(told, Err(TargetError::Way(Fault::TooMuch)));
            assert_eq!(is_much, said.len() > 1 << 20, "{begins:?}: {told:?}");
        }
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        server.join().unwrap();
    }
}

#[test]
fn what_is_sent_keeps_its_pace_until_the_limit_ends() {
    let nas = Sshd::start();
    let (rate, asked) = (NonZeroU32::new(200_000), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&asked);
    let target = nas.target_of("box");
    target.write(Object::Config, b"x").unwrap();
    // For three seconds' pieces there is a limit; small questions take some of them.
    let pace = move || rate.filter(|_| counted.fetch_add(1, Ordering::SeqCst) < 24);
    let target = nas.target_of("box").paced(Arc::new(pace));
    let (pack, bytes) = object::made(Kind::Pack, 2 << 20);
    let begun = Instant::now();
    target.write(pack, &bytes).unwrap();
    // No faster; how much slower is the machine's.
    assert!(begun.elapsed() >= Duration::from_millis(1_500), "{:?}", begun.elapsed());
    assert!(target.read(pack, None).unwrap() == bytes);
    assert!(asked.load(Ordering::SeqCst) < 60, "without a limit the pieces are large");
}
