//! What is typed at the console, on a terminal of its own, and what that does. It runs after all others: it leaves
//! other settings behind as the former ones.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use host_api::{HowEnded, Request, Response, SettingsSource};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::openpty;

use super::trial::{confirm, how, sha256, tried};
use super::{ask, document, ready, wait, work};

/// A console, and what it has drawn.
struct Console {
    terminal: File,
    shown: String,
    program: Child,
}

impl Console {
    fn open() -> Self {
        let pty = openpty(None, None).unwrap();
        let end = |fd: &OwnedFd| Stdio::from(fd.try_clone().unwrap());
        let program = Command::new(env!("CARGO_BIN_EXE_gatehouse-hostd"))
            .arg("console")
            .arg("--run")
            .arg(work().join("run"))
            .stdin(end(&pty.slave))
            .stdout(end(&pty.slave))
            .spawn()
            .unwrap();
        Self { terminal: pty.master.into(), shown: String::new(), program }
    }

    fn types(&mut self, keys: &str) {
        self.terminal.write_all(keys.as_bytes()).unwrap();
    }

    /// Reads until the last screen that was drawn says this.
    fn says(&mut self, wanted: &str) {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let screen = self.shown.rsplit("\x1b[H").next().unwrap_or_default();
            if screen.contains(wanted) {
                return;
            }
            assert!(Instant::now() < end, "{wanted:?} is not in {screen}");
            let mut ready = [PollFd::new(self.terminal.as_fd(), PollFlags::POLLIN)];
            if poll(&mut ready, PollTimeout::from(100u8)).unwrap() > 0 {
                let mut buffer = [0; 8192];
                let read = self.terminal.read(&mut buffer).unwrap();
                self.shown.push_str(&String::from_utf8_lossy(&buffer[..read]));
            }
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
#[ignore = "runs inside dev/world"]
fn goes_back_to_what_was_kept_and_not_without_the_whole_word() {
    ready();
    let former = document();
    let other = former.replace("\"vlan\": 20", "\"vlan\": 23");
    tried(&other, &former, "kept");
    assert_eq!(confirm("kept", "192.168.10.1"), Response::Accepted);
    let mut console = Console::open();
    console.says("gatehouse: ready");
    for keys in ["\r\rroot\rrestore\r", "f\x1b", "f"] {
        console.types(keys);
        console.says(if keys == "f" { "1  " } else { "gatehouse: ready" });
    }
    console.types("1");
    console.says("RESTORE");
    console.types("restor\r");
    console.says("> _");
    assert_eq!(document(), other);
    console.types("restore\r");
    console.says("Done. These");
    assert_eq!((document(), ready().settings), (former.clone(), SettingsSource::Confirmed));
    // Who did what is in the list.
    let asked = Request::Former { language: "en".to_owned() };
    let Response::Former { now, former: list } = ask(&asked).unwrap() else { panic!("no list") };
    assert_eq!(now, sha256(&former));
    let told: Vec<_> = list.iter().map(|one| (one.by.clone(), one.in_force)).collect();
    assert_eq!(told[0], (host_api::Author::Console, true));
    assert_eq!(told[1], (host_api::Author::Admin("Ruth".to_owned()), false));
    assert_eq!((list[1].reason.as_str(), list[1].changes), ("a printer", 1));
    // By the second: two may have been kept within a minute.
    let at = list[1].at.as_deref().unwrap();
    assert_eq!(at.bytes().filter(|byte| *byte == b':').count(), 2, "{at}");
    console.types(" x");
    console.says("gatehouse: ready");
}

#[test]
#[ignore = "runs inside dev/world"]
fn ends_a_trial_and_goes_nowhere_while_there_is_one() {
    ready();
    let former = document();
    let other = former.replace("\"vlan\": 20", "\"vlan\": 24");
    let request = Request::Try {
        document: other.clone(),
        base: sha256(&former),
        seconds: 60,
        token: sha256("never"),
        by: "Ruth".to_owned(),
        author: "Ruth".to_owned(),
        reason: String::new(),
    };
    assert!(matches!(ask(&request).unwrap(), Response::Trying(_)));
    wait("told", |status| status.settings == SettingsSource::Trial);
    let mut console = Console::open();
    console.says("T: end");
    console.types("tend");
    console.says("> END_");
    assert_eq!(document(), other);
    console.types("\r");
    console.says("The trial is over");
    assert_eq!((document(), how()), (former, Some(HowEnded::Console)));
}

#[test]
#[ignore = "runs inside dev/world"]
fn what_would_leave_a_port_without_its_card_is_refused_by_name() {
    ready();
    let former = document();
    let absent = former.replace("52:54:00:67:00:03", "52:54:00:67:00:7f");
    assert_ne!(absent, former);
    // Kept while nobody looked whether the card is there, and left again.
    tried(&absent, &former, "a");
    assert_eq!(confirm("a", "192.168.10.1"), Response::Accepted);
    tried(&former, &absent, "b");
    assert_eq!(confirm("b", "192.168.10.1"), Response::Accepted);
    let go = Request::GoBack { document: sha256(&absent), base: sha256(&former) };
    let Response::Failed(failure) = ask(&go).unwrap() else { panic!("it went back") };
    assert_eq!(failure.code, "cards_missing");
    assert_eq!(document(), former);
    let stale = Request::GoBack { document: sha256(&former), base: sha256(&absent) };
    assert_eq!(ask(&stale).unwrap(), Response::NotNow(host_api::NotNow::Stale));
}
