//! One-time codes that people type, and the gate in front of one: five tries, then ten minutes.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::place::Place;
use crate::secret::{Kept, kept};
use vault::Moment;

/// Tries of one address before it has to wait.
pub const CODE_TRIES: u32 = 5;
/// How long it has to wait then.
pub const CODE_WAIT: Duration = Duration::from_secs(600);
/// Addresses remembered by one gate; beyond that, the one whose last try is longest ago goes.
const PLACES_MOST: usize = 1_000;

/// Crockford's Base32: no I, L, O, U.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new code of 60 random bits, `XXXX-XXXX-XXXX`, and its SHA-256.
///
/// # Errors
/// The kernel gave no randomness.
pub fn typed_code() -> Result<(Zeroizing<String>, [u8; 32]), getrandom::Error> {
    let mut random = Zeroizing::new([0; 12]);
    getrandom::fill(random.as_mut())?;
    let mut code = Zeroizing::new(String::with_capacity(14));
    for (at, byte) in random.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(LETTERS.get(usize::from(byte & 31)).copied().unwrap_or(b'0')));
    }
    let sha256 = code_hash(&code);
    Ok((code, sha256))
}

/// SHA-256 of a code however it was typed: width, case, spaces and hyphens count for nothing, O is
/// 0, I and L are 1.
#[must_use]
pub fn code_hash(typed: &str) -> [u8; 32] {
    let read: Zeroizing<String> = Zeroizing::new(
        typed
            .chars()
            .take(64)
            .nfkc()
            .flat_map(char::to_uppercase)
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}'))
            .map(|c| match c {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect(),
    );
    kept(&read)
}

/// Why a code does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefused {
    /// Wrong.
    #[error("this is not the code; {tries_left} tries are left")]
    Wrong {
        /// Tries before this address has to wait.
        tries_left: u32,
    },
    /// Too many wrong ones from this address.
    #[error("too many wrong codes")]
    SlowDown {
        /// Wait this long.
        retry_after: Duration,
    },
    /// Used, or over.
    #[error("this code was used or is over")]
    Gone,
}

/// Guards one code of which only the SHA-256 is known. In memory: who can restart the box to get
/// new tries still faces 2^60.
#[derive(Debug)]
pub struct CodeGate {
    sha256: Kept,
    expires: u64,
    used: bool,
    places: HashMap<Place, Failures>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Duration,
}

impl CodeGate {
    /// Guards a code until `expires`, ms since 1970.
    #[must_use]
    pub fn new(sha256: [u8; 32], expires: u64) -> Self {
        Self { sha256, expires, used: false, places: HashMap::new() }
    }

    /// Is it neither used nor over?
    #[must_use]
    pub fn is_open(&self, now: Moment) -> bool {
        !self.used && now.wall < self.expires
    }

    /// Tries a code. A right one may be tried again until [`CodeGate::use_up`]: the answer may
    /// have been lost on its way.
    ///
    /// # Errors
    /// [`CodeRefused`].
    pub fn try_code(
        &mut self,
        typed: &str,
        address: IpAddr,
        now: Moment,
    ) -> Result<(), CodeRefused> {
        let place = Place::of(address);
        let waited =
            |failures: &Failures| now.since_start.saturating_sub(failures.last) >= CODE_WAIT;
        if self.places.get(&place).is_some_and(waited) {
            self.places.remove(&place);
        }
        let failed = self.places.get(&place).copied();
        if let Some(Failures { count, last }) = failed
            && count >= CODE_TRIES
        {
            let retry_after = CODE_WAIT.saturating_sub(now.since_start.saturating_sub(last));
            return Err(CodeRefused::SlowDown { retry_after });
        }
        // After the delay: whether a code is still open is nobody's to ask without end.
        if !self.is_open(now) {
            return Err(CodeRefused::Gone);
        }
        if bool::from(code_hash(typed).ct_eq(&self.sha256)) {
            self.places.remove(&place);
            return Ok(());
        }
        let count = failed.map_or(0, |failures| failures.count) + 1;
        self.remember(place, Failures { count, last: now.since_start });
        Err(CodeRefused::Wrong { tries_left: CODE_TRIES - count })
    }

    /// The code dies: what it was for is done.
    pub fn use_up(&mut self) {
        self.used = true;
    }

    fn remember(&mut self, place: Place, failures: Failures) {
        if self.places.len() >= PLACES_MOST && !self.places.contains_key(&place) {
            let oldest = self.places.iter().min_by_key(|(_, f)| f.last).map(|(place, _)| *place);
            if let Some(oldest) = oldest {
                self.places.remove(&oldest);
            }
        }
        self.places.insert(place, failures);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 8, 20));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 8, 21));

    fn at(seconds: u64) -> Moment {
        Moment { wall: seconds * 1000, since_start: Duration::from_secs(seconds) }
    }

    #[test]
    fn a_code_opens_however_it_is_typed() {
        let (code, sha256) = typed_code().unwrap();
        assert_eq!(code.len(), 14);
        let lower = code.to_lowercase().replace('0', "o").replace('1', "l");
        let wide: String = code
            .chars()
            .map(|c| if c == '-' { ' ' } else { char::from_u32(c as u32 + 0xfee0).unwrap() })
            .collect();
        for typed in [code.as_str(), &lower, &wide, &code.replace('-', ""), &format!(" {} ", *code)]
        {
            let mut gate = CodeGate::new(sha256, 1_000_000);
            assert_eq!(gate.try_code(typed, HERE, at(1)), Ok(()), "{typed}");
        }
        assert_ne!(*code, *typed_code().unwrap().0);
    }

    #[test]
    fn five_tries_then_ten_minutes_for_that_address_only() {
        let (code, sha256) = typed_code().unwrap();
        let mut gate = CodeGate::new(sha256, 10_000_000);
        for left in (0..5).rev() {
            let refused = gate.try_code("0000-0000-0000", HERE, at(1));
            assert_eq!(refused, Err(CodeRefused::Wrong { tries_left: left }));
        }
        let wait =
            |seconds| Err(CodeRefused::SlowDown { retry_after: Duration::from_secs(seconds) });
        assert_eq!(gate.try_code(&code, HERE, at(1)), wait(600));
        assert_eq!(gate.try_code(&code, HERE, at(600)), wait(1));
        assert_eq!(gate.try_code(&code, THERE, at(600)), Ok(()));
        assert_eq!(gate.try_code("x", HERE, at(601)), Err(CodeRefused::Wrong { tries_left: 4 }));
        assert_eq!(gate.try_code(&code, HERE, at(601)), Ok(()));
    }

    #[test]
    fn used_or_over_it_opens_for_nobody() {
        let (code, sha256) = typed_code().unwrap();
        let mut gate = CodeGate::new(sha256, 5_000);
        assert_eq!(gate.try_code(&code, HERE, at(4)), Ok(()));
        assert_eq!(gate.try_code(&code, HERE, at(5)), Err(CodeRefused::Gone));
        let mut gate = CodeGate::new(sha256, 5_000);
        gate.use_up();
        assert_eq!(gate.try_code(&code, HERE, at(1)), Err(CodeRefused::Gone));
    }

    #[test]
    fn a_crowd_of_addresses_costs_no_memory() {
        let mut gate = CodeGate::new([0; 32], u64::MAX);
        for n in 0..5_000_u32 {
            let _ = gate.try_code("x", IpAddr::V4(n.into()), at(u64::from(n) / 100));
        }
        assert_eq!(gate.places.len(), PLACES_MOST);
    }
}
