//! The door of the set-up: its code, and the tries at it. It opens as often as it is asked with the
//! right code, until there is an admin; then the code dies. Wrong tries are counted on disk before the
//! code is looked at, so that no power cut gives more of them.

use std::io;
use std::time::{Duration, Instant};

use host_api::SetupTried;

use crate::identity::{self, IdentityError, SetupCode};
use crate::store::directory::{Directory, Real};
use crate::store::sha256;

/// Tries before a pause.
const TRIES: u32 = 5;
/// The pause. It begins anew at a restart: the time before is not known.
const PAUSE: Duration = Duration::from_secs(600);

/// Remembers that there is an admin.
const DONE: &str = "setup-done";
/// Wrong tries since the last pause.
const TRIED: &str = "setup-tries";

/// The door.
pub struct Door {
    /// None when there is an admin, or when the state partition gives none.
    code: Option<SetupCode>,
    done: bool,
    tried: u32,
    paused_until: Option<Instant>,
}

impl Door {
    /// Reads what the state partition holds; makes the code on a box that has none.
    pub fn open(state: &Real, now: Instant) -> Result<Self, IdentityError> {
        let done = is_there(state, DONE)?;
        let code = if done { None } else { Some(identity::setup_code(state)?) };
        // A file that cannot be read counts as full.
        let tried = match state.read(TRIED) {
            Ok(text) => String::from_utf8_lossy(&text).trim_end().parse().unwrap_or(TRIES),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(_) => TRIES,
        };
        let paused_until = (tried >= TRIES).then(|| now + PAUSE);
        Ok(Self { code, done, tried, paused_until })
    }

    /// A door without a code: the state partition cannot be used.
    pub fn walled_up() -> Self {
        Self { code: None, done: false, tried: 0, paused_until: None }
    }

    /// The code, for the console.
    pub fn code(&self) -> Option<&SetupCode> {
        self.code.as_ref()
    }

    /// Whether there is an admin.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Takes the code that the owner chose.
    pub fn choose(&mut self, state: &Real, code: &SetupCode) -> Result<(), IdentityError> {
        if !self.done {
            identity::set_setup_code(state, code)?;
            self.code = Some(code.clone());
        }
        Ok(())
    }

    /// Judges what a person typed. On an error nothing was judged.
    pub fn try_code(
        &mut self,
        state: &Real,
        typed: &str,
        now: Instant,
    ) -> Result<SetupTried, IdentityError> {
        let Some(code) = &self.code else { return Ok(SetupTried::SetUp) };
        if let Some(until) = self.paused_until {
            let rest = until.saturating_duration_since(now);
            if !rest.is_zero() {
                return Ok(SetupTried::Wait { seconds: rest.as_secs() + 1 });
            }
            self.paused_until = None;
            self.tried = 0;
        }
        self.tried += 1;
        count(state, self.tried)?;
        // Digests: how long the comparison takes says nothing about the code.
        let right = typed.parse::<SetupCode>().is_ok_and(|typed| {
            sha256(typed.to_string().as_bytes()) == sha256(code.to_string().as_bytes())
        });
        if right {
            self.tried = 0;
            count(state, 0)?;
            return Ok(SetupTried::Right);
        }
        tracing::warn!(tried = self.tried, "a wrong setup code");
        if self.tried >= TRIES {
            self.paused_until = Some(now + PAUSE);
        }
        Ok(SetupTried::Wrong { left: TRIES.saturating_sub(self.tried) })
    }

    /// There is an admin: the code dies, for good.
    pub fn close(&mut self, state: &Real) -> Result<(), IdentityError> {
        identity::write(state, DONE, "done")?;
        self.done = true;
        self.code = None;
        identity::forget_setup_code(state)
    }
}

fn is_there(state: &Real, name: &'static str) -> Result<bool, IdentityError> {
    match state.read(name) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(IdentityError::File { name, action: "read", source }),
    }
}

fn count(state: &Real, tried: u32) -> Result<(), IdentityError> {
    identity::write(state, TRIED, &tried.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRONG: &str = "0000-0000-0000";

    fn place() -> (tempfile::TempDir, Real) {
        let place = tempfile::tempdir().unwrap();
        let state = Real::open(place.path()).unwrap();
        (place, state)
    }

    #[test]
    fn opens_to_the_code_until_there_is_an_admin() {
        let (_place, state) = place();
        let now = Instant::now();
        let mut door = Door::open(&state, now).unwrap();
        let code = door.code().unwrap().to_string();
        let sloppy = code.to_lowercase().replace('-', " ").replace('0', "o");
        for typed in [&code, &sloppy, &code] {
            assert_eq!(door.try_code(&state, typed, now).unwrap(), SetupTried::Right);
        }
        door.close(&state).unwrap();
        for mut door in [door, Door::open(&state, now).unwrap()] {
            assert!(door.is_done() && door.code().is_none());
            assert_eq!(door.try_code(&state, &code, now).unwrap(), SetupTried::SetUp);
        }
        assert!(state.read("setup-code").is_err(), "the code is still on the disk");
    }

    #[test]
    fn five_tries_then_ten_minutes() {
        let (_place, state) = place();
        let start = Instant::now();
        let mut door = Door::open(&state, start).unwrap();
        let code = door.code().unwrap().to_string();
        for round in 0..2 {
            let now = start + PAUSE * round;
            for typed in ["", "7F3K", WRONG, WRONG, WRONG].iter().zip((0..5).rev()) {
                let (typed, left) = typed;
                let tried = door.try_code(&state, typed, now).unwrap();
                assert_eq!(tried, SetupTried::Wrong { left });
            }
            for typed in [WRONG, &code] {
                let tried = door.try_code(&state, typed, now + PAUSE / 2).unwrap();
                assert_eq!(tried, SetupTried::Wait { seconds: 301 }, "even the right one");
            }
        }
        let later = start + PAUSE * 2;
        assert_eq!(door.try_code(&state, &code, later).unwrap(), SetupTried::Right);
    }

    #[test]
    fn a_restart_gives_no_tries() {
        let (_place, state) = place();
        let now = Instant::now();
        let mut door = Door::open(&state, now).unwrap();
        let code = door.code().unwrap().to_string();
        for left in (0..5).rev() {
            assert_eq!(door.try_code(&state, WRONG, now).unwrap(), SetupTried::Wrong { left });
            door = Door::open(&state, now).unwrap();
        }
        let wait = SetupTried::Wait { seconds: 601 };
        assert_eq!(door.try_code(&state, &code, now).unwrap(), wait);
        // Nor does a counter that was tampered with or torn.
        state.replace(TRIED, b"\xff").unwrap();
        let mut door = Door::open(&state, now).unwrap();
        assert_eq!(door.try_code(&state, &code, now).unwrap(), wait);
        assert_eq!(door.try_code(&state, &code, now + PAUSE).unwrap(), SetupTried::Right);
    }
}
