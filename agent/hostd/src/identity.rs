//! What makes this box this box and is made once on it: its IPv6 prefix and its setup code.
//! Two boxes of one image differ in both. Randomness comes from the kernel (getrandom).

use std::fmt;
use std::io;
use std::str::FromStr;

use settings::SitePrefix;

use crate::store::directory::{Directory, Real};

const SITE_PREFIX: &str = "site-prefix";
const SETUP_CODE: &str = "setup-code";

/// Digits that nobody takes for each other (Crockford's base 32: no I, L, O, U).
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The code that opens the set-up: twelve digits of 5 bits each, as in `7F3K-92QD-XM4T`.
#[derive(Clone, PartialEq, Eq)]
pub struct SetupCode(String);

/// Why the identity could not be had.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A file on the state partition.
    #[error("{name} on the state partition cannot be {action}")]
    File {
        /// Which.
        name: &'static str,
        /// What was tried.
        action: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The kernel gave no random bytes.
    #[error("no random bytes")]
    Random(#[source] getrandom::Error),
}

/// The box's own IPv6 prefix, made at the first call.
pub fn site_prefix(state: &Real) -> Result<SitePrefix, IdentityError> {
    once(state, SITE_PREFIX, || Ok(SitePrefix::from_random(random()?)))
}

/// A prefix for this run only, when the state partition cannot be used.
pub fn passing_site_prefix() -> SitePrefix {
    SitePrefix::from_random(random().unwrap_or_default())
}

/// The setup code, made at the first call.
pub fn setup_code(state: &Real) -> Result<SetupCode, IdentityError> {
    once(state, SETUP_CODE, || Ok(SetupCode::from_random(random()?)))
}

/// A new setup code, whatever there was before.
pub fn new_setup_code(state: &Real) -> Result<SetupCode, IdentityError> {
    let code = SetupCode::from_random(random()?);
    set_setup_code(state, &code)?;
    Ok(code)
}

/// Replaces the setup code by one that the owner chose.
pub fn set_setup_code(state: &Real, code: &SetupCode) -> Result<(), IdentityError> {
    write(state, SETUP_CODE, &code.0)
}

/// Takes the setup code off the disk.
pub fn forget_setup_code(state: &Real) -> Result<(), IdentityError> {
    forget(state, SETUP_CODE)
}

/// Takes a file off the disk, if it is there.
pub fn forget(state: &Real, name: &'static str) -> Result<(), IdentityError> {
    match state.remove(name).and_then(|()| state.sync_directory()) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(IdentityError::File { name, action: "removed", source })
        }
        _ => Ok(()),
    }
}

/// The value in the file; a new one when there is none, or none that can be read.
fn once<T: FromStr + ToString>(
    state: &Real,
    name: &'static str,
    make: impl FnOnce() -> Result<T, IdentityError>,
) -> Result<T, IdentityError> {
    match state.read(name) {
        Ok(content) => {
            let text = String::from_utf8_lossy(&content);
            if let Ok(value) = text.trim_end().parse() {
                return Ok(value);
            }
            tracing::warn!(file = name, "damaged, made anew");
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(IdentityError::File { name, action: "read", source }),
    }
    let value = make()?;
    write(state, name, &value.to_string())?;
    Ok(value)
}

/// Writes a line that a power cut leaves whole, old or new.
pub fn write(state: &Real, name: &'static str, text: &str) -> Result<(), IdentityError> {
    state.replace(name, format!("{text}\n").as_bytes()).map_err(|source| IdentityError::File {
        name,
        action: "written",
        source,
    })
}

fn random<const N: usize>() -> Result<[u8; N], IdentityError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(IdentityError::Random)?;
    Ok(bytes)
}

impl SetupCode {
    fn from_random(bytes: [u8; 12]) -> Self {
        // 256 is a multiple of 32: every digit is equally likely.
        let digit = |byte: &u8| DIGITS.get(usize::from(byte % 32)).copied().unwrap_or(b'0');
        Self(grouped(bytes.iter().map(digit).map(char::from)))
    }
}

impl FromStr for SetupCode {
    type Err = ();

    /// Takes what a person typed: small letters, other groups, full-width digits and letters, O for 0,
    /// I and L for 1.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits: Option<Vec<char>> = text
            .chars()
            .map(half_width)
            .filter(|c| !matches!(c, '-' | ' '))
            .map(|c| match c.to_ascii_uppercase() {
                'O' => Some('0'),
                'I' | 'L' => Some('1'),
                c => u8::try_from(c).is_ok_and(|b| DIGITS.contains(&b)).then_some(c),
            })
            .collect();
        match digits {
            Some(digits) if digits.len() == 12 => Ok(Self(grouped(digits.into_iter()))),
            _ => Err(()),
        }
    }
}

/// The ASCII character of a full-width one (U+FF01 to U+FF5E, and the ideographic space), as input methods
/// for Chinese type them.
fn half_width(c: char) -> char {
    match u32::from(c) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
        0x3000 => ' ',
        _ => c,
    }
}

fn grouped(digits: impl Iterator<Item = char>) -> String {
    let mut text = String::with_capacity(14);
    for (at, digit) in digits.enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

impl fmt::Display for SetupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Never in a log.
impl fmt::Debug for SetupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetupCode")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once_and_different_on_each_box() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (one, two) = (Real::open(one.path()).unwrap(), Real::open(two.path()).unwrap());
        assert_eq!(site_prefix(&one).unwrap(), site_prefix(&one).unwrap());
        assert_ne!(site_prefix(&one).unwrap(), site_prefix(&two).unwrap());
        let code = setup_code(&one).unwrap();
        assert_eq!(setup_code(&one).unwrap(), code);
        assert_ne!(setup_code(&two).unwrap(), code);
        assert_eq!(code.to_string().len(), 14);
    }

    #[test]
    fn reads_what_a_person_types() {
        let code: SetupCode = "7f3k 92qd xmOl".parse().unwrap();
        assert_eq!(code.to_string(), "7F3K-92QD-XM01");
        assert_eq!("７Ｆ３ｋ－92QD　ＸＭｏ1".parse(), Ok(code));
        for wrong in ["", "7F3K-92QD-XM4", "7F3K-92QD-XM4T7", "7F3K-92QD-XM4U", "7F3K-92QD-XM4\n"] {
            assert!(wrong.parse::<SetupCode>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_damaged_file_is_made_anew() {
        let place = tempfile::tempdir().unwrap();
        let state = Real::open(place.path()).unwrap();
        state.replace("site-prefix", b"fd\xff").unwrap();
        let made = site_prefix(&state).unwrap();
        assert_eq!(site_prefix(&state).unwrap(), made);
    }
}
