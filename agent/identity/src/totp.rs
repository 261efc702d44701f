//! Time-based one-time passwords: RFC 6238 with SHA-1, 30 seconds, six digits, as every
//! authenticator app has them.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Length of a step in ms.
pub const STEP_MS: u64 = 30_000;

/// Secret of an authenticator app: 160 random bits (RFC 4226 §4, R6).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct TotpSecret([u8; 20]);

/// What an app needs to be set up.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSetup {
    /// The secret in base32 (32 characters), to be typed where no camera is.
    pub secret: String,
    /// `otpauth://totp/…`, for the picture.
    pub uri: String,
}

/// What came of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// Right, of this step: it must be stored before anybody is let in.
    Right {
        /// Number of the step, greater than the stored one.
        step: u64,
    },
    /// Right, but of a step that was used already.
    Used,
    /// Wrong.
    Wrong,
}

impl std::fmt::Debug for TotpSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSetup(…)")
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

impl TotpSecret {
    /// A new one.
    ///
    /// # Errors
    /// The kernel gave no randomness.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 20];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// As it was kept: 20 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// As it is kept, sealed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// For the authenticator app: `issuer` is the host's name, `name` the account's.
    #[must_use]
    pub fn setup(&self, issuer: &str, name: &str) -> TotpSetup {
        let secret = data_encoding::BASE32_NOPAD.encode(&self.0);
        let (issuer, name) = (percent(issuer), percent(name));
        let uri = format!(
            "otpauth://totp/{issuer}:{name}?secret={secret}&issuer={issuer}\
             &algorithm=SHA1&digits=6&period=30"
        );
        TotpSetup { secret, uri }
    }

    /// Judges a code: one step early or late is accepted (RFC 6238 §5.2), a step at or before the
    /// stored one never is. `now` in ms since 1970.
    #[must_use]
    pub fn judge(&self, typed: &str, now: u64, stored: Option<u64>) -> Judged {
        let Some(typed) = digits(typed) else { return Judged::Wrong };
        let step = now / STEP_MS;
        let mut judged = Judged::Wrong;
        // All three are compared, always: time says nothing of which one it was.
        for candidate in [step.saturating_sub(1), step, step.saturating_add(1)] {
            if bool::from(self.code(candidate).ct_eq(&typed)) {
                if stored.is_none_or(|stored| candidate > stored) {
                    judged = Judged::Right { step: candidate };
                } else if judged == Judged::Wrong {
                    judged = Judged::Used;
                }
            }
        }
        judged
    }

    /// The code of a step (RFC 4226 §5.3), as ASCII digits.
    #[must_use]
    pub fn code(&self, step: u64) -> [u8; 6] {
        let hash = hash(&self.0, step);
        truncated(&hash)
    }
}

fn hash(secret: &[u8], step: u64) -> [u8; 20] {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return [0; 20] };
    mac.update(&step.to_be_bytes());
    mac.finalize().into_bytes().into()
}

fn truncated(hash: &[u8; 20]) -> [u8; 6] {
    let number = number(hash) % 1_000_000;
    let mut digits = [b'0'; 6];
    let mut left = number;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (left % 10) as u8;
        left /= 10;
    }
    digits
}

fn number(hash: &[u8; 20]) -> u32 {
    let at = usize::from(hash[19] & 0xf);
    let bytes =
        hash.get(at..at + 4).and_then(|b| b.first_chunk::<4>()).copied().unwrap_or_default();
    u32::from_be_bytes(bytes) & 0x7fff_ffff
}

/// Six digits as typed: spaces inside and full-width digits are fine.
fn digits(typed: &str) -> Option<[u8; 6]> {
    let mut digits = [0; 6];
    let mut count = 0;
    for c in typed.chars().take(32).filter(|c| !c.is_whitespace()) {
        let digit = match c {
            '0'..='9' => c as u32 - '0' as u32,
            '０'..='９' => c as u32 - '０' as u32,
            _ => return None,
        };
        *digits.get_mut(count)? = b'0' + u8::try_from(digit).ok()?;
        count += 1;
    }
    (count == 6).then_some(digits)
}

/// Percent-encodes all but unreserved characters (RFC 3986 §2.3).
fn percent(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&data_encoding::HEXUPPER.encode(&[byte]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890").unwrap()
    }

    /// RFC 6238 appendix B, the SHA-1 rows, last six of the eight digits.
    #[test]
    fn the_vectors_of_the_standard() {
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000_u64, "65353130"),
        ] {
            assert_eq!(secret().code(seconds / 30), code.as_bytes()[2..], "{seconds}");
            // All eight digits, by the same truncation.
            let whole = number(&hash(secret().as_bytes(), seconds / 30)) % 100_000_000;
            assert_eq!(format!("{whole:08}"), code);
        }
    }

    /// RFC 4226 appendix D.
    #[test]
    fn the_vectors_of_the_counter() {
        let codes =
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583"];
        for (counter, code) in (0..).zip(codes) {
            assert_eq!(secret().code(counter), code.as_bytes());
        }
    }

    #[test]
    fn one_step_either_way_and_never_twice() {
        let now = 1_700_000_000_000;
        let step = now / STEP_MS;
        let typed = |step: u64| String::from_utf8(secret().code(step).to_vec()).unwrap();
        for (offset, right) in [(-2_i64, false), (-1, true), (0, true), (1, true), (2, false)] {
            let step = step.checked_add_signed(offset).unwrap();
            let judged = secret().judge(&typed(step), now, None);
            assert_eq!(judged == Judged::Right { step }, right, "{offset}");
        }
        assert_eq!(secret().judge(&typed(step), now, Some(step)), Judged::Used);
        // The clock 25 s back and on: the same code stays used, the next one is taken.
        assert_eq!(secret().judge(&typed(step), now - 25_000, Some(step)), Judged::Used);
        assert_eq!(secret().judge(&typed(step - 1), now, Some(step)), Judged::Used);
        let next = step + 1;
        assert_eq!(secret().judge(&typed(next), now, Some(step)), Judged::Right { step: next });
    }

    #[test]
    fn typed_as_people_type() {
        let now = 59_000;
        for right in ["287082", " 287 082 ", "２８７０８２"] {
            assert_eq!(secret().judge(right, now, None), Judged::Right { step: 1 }, "{right}");
        }
        for wrong in ["", "28708", "2870822", "28708a", "-87082", "٢٨٧٠٨٢"] {
            assert_eq!(secret().judge(wrong, now, None), Judged::Wrong, "{wrong}");
        }
    }

    #[test]
    fn the_app_gets_all_it_needs() {
        let setup = secret().setup("crm.gatehouse.internal", "王芳 & co");
        assert_eq!(setup.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(setup.uri.starts_with(
            "otpauth://totp/crm.gatehouse.internal:%E7%8E%8B%E8%8A%B3%20%26%20co?secret=GEZD"
        ));
    }
}
