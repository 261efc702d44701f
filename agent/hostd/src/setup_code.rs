//! The door of the set-up: its code, and the tries at it. It opens as often as it is asked with the
//! right code, until there is an admin; then the code dies. Should the admins be lost, there is a new
//! one.

mod tries;

use std::io;
use std::net::IpAddr;
use std::time::Instant;

use host_api::SetupTried;
use systemd::log::chain;

use crate::identity::{self, IdentityError, SetupCode};
use crate::store::directory::{Directory, Real};
use crate::store::sha256;
use tries::Tries;

/// Remembers that there is an admin.
const DONE: &str = "setup-done";
/// Remembers that there was one, whom the admin application has lost.
const AGAIN: &str = "setup-again";
/// Wrong tries at this code, for the console.
const TRIED: &str = "setup-tries";

/// The door.
pub struct Door {
    /// None when there is an admin, or when the state partition gives none.
    code: Option<SetupCode>,
    done: bool,
    again: bool,
    tries: Tries,
    wrong: u32,
    /// As many of them are on the disk.
    kept: u32,
}

impl Door {
    /// Reads what the state partition holds; makes the code on a box that has none.
    pub fn open(state: &Real) -> Result<Self, IdentityError> {
        let done = is_there(state, DONE)?;
        let again = !done && is_there(state, AGAIN)?;
        let code = if done { None } else { Some(identity::setup_code(state)?) };
        let kept = state.read(TRIED).ok();
        let kept = kept.and_then(|text| String::from_utf8_lossy(&text).trim_end().parse().ok());
        let kept = kept.unwrap_or_default();
        Ok(Self { code, done, again, tries: Tries::default(), wrong: kept, kept })
    }

    /// A door without a code: the state partition cannot be used.
    pub fn walled_up() -> Self {
        Self { code: None, done: false, again: false, tries: Tries::default(), wrong: 0, kept: 0 }
    }

    /// The code, for the console.
    pub fn code(&self) -> Option<&SetupCode> {
        self.code.as_ref()
    }

    /// Whether there is an admin.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Whether there was an admin before, who is lost.
    pub fn is_again(&self) -> bool {
        self.again
    }

    /// Wrong tries at this code, as far as they are on the disk.
    pub fn wrong_tries(&self) -> u32 {
        self.kept
    }

    /// Takes the code that the owner chose.
    pub fn choose(&mut self, state: &Real, code: &SetupCode) -> Result<(), IdentityError> {
        if !self.done {
            identity::set_setup_code(state, code)?;
            self.code = Some(code.clone());
        }
        Ok(())
    }

    /// Judges what a person at this address typed.
    pub fn try_code(
        &mut self,
        state: &Real,
        typed: &str,
        from: IpAddr,
        now: Instant,
    ) -> SetupTried {
        let Some(code) = &self.code else { return SetupTried::SetUp };
        let left = match self.tries.charge(from, now) {
            Ok(left) => left,
            Err(rest) => return SetupTried::Wait { seconds: rest.as_secs() + 1 },
        };
        // Digests: how long the comparison takes says nothing about the code.
        let right = typed.parse::<SetupCode>().is_ok_and(|typed| {
            sha256(typed.to_string().as_bytes()) == sha256(code.to_string().as_bytes())
        });
        if right {
            self.tries.forget(from);
            return SetupTried::Right;
        }
        self.wrong = self.wrong.saturating_add(1);
        if let Err(error) = self.keep_count(state, from) {
            tracing::error!(error = chain(&error), "wrong setup codes are not counted on the disk");
        }
        SetupTried::Wrong { left }
    }

    /// Each of the first twenty, then whenever a twentieth was added: a stranger must not wear out the
    /// disk, nor fill the journal.
    fn keep_count(&mut self, state: &Real, from: IpAddr) -> Result<(), IdentityError> {
        if self.wrong - self.kept >= (self.kept / 20).max(1) {
            identity::write(state, TRIED, &self.wrong.to_string())?;
            self.kept = self.wrong;
            tracing::warn!(wrong = self.wrong, last = %from, "wrong setup codes");
        }
        Ok(())
    }

    /// There is an admin: the code dies, for good.
    pub fn close(&mut self, state: &Real) -> Result<(), IdentityError> {
        identity::write(state, DONE, "done")?;
        (self.done, self.again) = (true, false);
        self.code = None;
        identity::forget_setup_code(state)?;
        identity::forget(state, AGAIN)
    }

    /// The admins are lost: there is a new code. A power cut leaves the door shut, for the admin
    /// application to ask again, or open for the new code; never for a former one.
    pub fn reopen(&mut self, state: &Real) -> Result<(), IdentityError> {
        if !self.done {
            return Ok(());
        }
        let code = identity::new_setup_code(state)?;
        identity::write(state, TRIED, "0")?;
        identity::write(state, AGAIN, "again")?;
        identity::forget(state, DONE)?;
        *self = Self { code: Some(code), again: true, ..Self::walled_up() };
        Ok(())
    }
}

fn is_there(state: &Real, name: &'static str) -> Result<bool, IdentityError> {
    match state.read(name) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(IdentityError::File { name, action: "read", source }),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::tries::PAUSE;
    use super::*;

    const WRONG: &str = "0000-0000-0000";

    fn place() -> (tempfile::TempDir, Real) {
        let place = tempfile::tempdir().unwrap();
        let state = Real::open(place.path()).unwrap();
        (place, state)
    }

    fn pc(last: u8) -> IpAddr {
        IpAddr::from([192, 168, 10, last])
    }

    #[test]
    fn opens_to_the_code_until_there_is_an_admin() {
        let (_place, state) = place();
        let now = Instant::now();
        let mut door = Door::open(&state).unwrap();
        let code = door.code().unwrap().to_string();
        let sloppy = code.to_lowercase().replace('-', " ").replace('0', "o");
        for typed in [&code, &sloppy, &code] {
            assert_eq!(door.try_code(&state, typed, pc(1), now), SetupTried::Right);
        }
        door.close(&state).unwrap();
        for mut door in [door, Door::open(&state).unwrap()] {
            assert!(door.is_done() && door.code().is_none());
            assert_eq!(door.try_code(&state, &code, pc(1), now), SetupTried::SetUp);
        }
        assert!(state.read("setup-code").is_err(), "the code is still on the disk");
    }

    #[test]
    fn five_tries_then_ten_minutes_and_for_nobody_else() {
        let (_place, state) = place();
        let start = Instant::now();
        let mut door = Door::open(&state).unwrap();
        let code = door.code().unwrap().to_string();
        for round in 0..2 {
            let now = start + PAUSE * round;
            for typed in ["", "7F3K", WRONG, WRONG, WRONG].iter().zip((0..5).rev()) {
                let (typed, left) = typed;
                let tried = door.try_code(&state, typed, pc(66), now);
                assert_eq!(tried, SetupTried::Wrong { left });
            }
            for typed in [WRONG, &code] {
                let tried = door.try_code(&state, typed, pc(66), now + PAUSE / 2);
                assert_eq!(tried, SetupTried::Wait { seconds: 301 }, "even the right one");
            }
            let owner = door.try_code(&state, WRONG, pc(20), now + PAUSE / 2);
            assert_eq!(owner, SetupTried::Wrong { left: 4 });
            let owner = door.try_code(&state, &code, pc(20), now + PAUSE / 2);
            assert_eq!(owner, SetupTried::Right);
        }
        let later = start + PAUSE * 2;
        assert_eq!(door.try_code(&state, &code, pc(66), later), SetupTried::Right);
        assert_eq!((door.wrong_tries(), Door::open(&state).unwrap().wrong_tries()), (12, 12));
    }

    /// Counting costs the disk little, and a restart forgets a twentieth of it at most.
    #[test]
    fn a_flood_of_tries_is_counted_and_hardly_written() {
        let (_place, state) = place();
        let mut door = Door::open(&state).unwrap();
        let (start, mut writes, mut before) = (Instant::now(), 0, 0);
        for n in 0..4_000_u32 {
            let from = IpAddr::from((0x0a00_0000 + n).to_be_bytes());
            let now = start + Duration::from_millis(50) * n;
            assert_eq!(door.try_code(&state, WRONG, from, now), SetupTried::Wrong { left: 4 });
            writes += u32::from(door.kept != before);
            before = door.kept;
        }
        assert!(writes < 150, "{writes}");
        let after = Door::open(&state).unwrap().wrong_tries();
        assert!((3_800..=4_000).contains(&after), "{after}");
    }

    #[test]
    fn a_disk_that_takes_no_count_hides_no_answer() {
        let (place, state) = place();
        let now = Instant::now();
        let mut door = Door::open(&state).unwrap();
        drop(place);
        for left in (0..5).rev() {
            assert_eq!(door.try_code(&state, WRONG, pc(66), now), SetupTried::Wrong { left });
        }
        assert!(matches!(door.try_code(&state, WRONG, pc(66), now), SetupTried::Wait { .. }));
        assert_eq!(door.wrong_tries(), 0);
    }

    #[test]
    fn a_box_that_lost_its_admins_has_a_new_code() {
        let (_place, state) = place();
        let now = Instant::now();
        let mut door = Door::open(&state).unwrap();
        let first = door.code().unwrap().to_string();
        door.reopen(&state).unwrap();
        assert_eq!(door.code().unwrap().to_string(), first, "nobody was lost");
        door.try_code(&state, WRONG, pc(66), now);
        door.close(&state).unwrap();
        door.reopen(&state).unwrap();
        let second = door.code().unwrap().to_string();
        assert_ne!(second, first);
        for mut door in [door, Door::open(&state).unwrap()] {
            assert!(door.is_again() && !door.is_done() && door.wrong_tries() == 0);
            let former = door.try_code(&state, &first, pc(1), now);
            assert_eq!(former, SetupTried::Wrong { left: 4 });
            assert_eq!(door.try_code(&state, &second, pc(1), now), SetupTried::Right);
        }
        let mut door = Door::open(&state).unwrap();
        door.close(&state).unwrap();
        assert!(!door.is_again() && !Door::open(&state).unwrap().is_again());
    }

    /// Each state that a power cut can leave on the way to a new code.
    #[test]
    fn a_cut_on_the_way_to_a_new_code_leaves_no_former_one() {
        let (_place, state) = place();
        let mut door = Door::open(&state).unwrap();
        let first = door.code().unwrap().to_string();
        door.close(&state).unwrap();
        // The code was written, the rest was not.
        identity::new_setup_code(&state).unwrap();
        for _ in 0..2 {
            let mut door = Door::open(&state).unwrap();
            assert!(door.is_done() && door.code().is_none(), "shut until it is asked again");
            door.reopen(&state).unwrap();
            assert_ne!(door.code().unwrap().to_string(), first);
            // All but the last step.
            identity::write(&state, DONE, "done").unwrap();
        }
        // A cut while the door was shut had left the code on the disk.
        identity::set_setup_code(&state, &first.parse().unwrap()).unwrap();
        let mut door = Door::open(&state).unwrap();
        door.reopen(&state).unwrap();
        assert_ne!(Door::open(&state).unwrap().code().unwrap().to_string(), first);
    }
}
