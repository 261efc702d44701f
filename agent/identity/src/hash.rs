//! Passwords as they are kept: Argon2id, 46 MiB, one pass, one lane (OWASP's recommended row of
//! the same cost), as a PHC string with its own salt.

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};

use crate::password::Password;

/// Memory in KiB.
const MEMORY: u32 = 46 * 1024;

/// Stands in for the hash of an account that does not exist.
const DECOY: &str = "$argon2id$v=19$m=47104,t=1,p=1$Z2F0ZWhvdXNlLWRlY295$\
                     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A hash could not be made: no randomness, or no memory.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashFailed;

fn argon() -> Result<Argon2<'static>, HashFailed> {
    let params = Params::new(MEMORY, 1, 1, None).map_err(|_| HashFailed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password with a new salt. About 40 ms and 46 MiB: never on a thread that serves.
///
/// # Errors
/// [`HashFailed`].
pub fn hash(password: &Password) -> Result<String, HashFailed> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| HashFailed)?;
    let hash = argon()?.hash_password_with_salt(password.as_bytes(), &salt);
    Ok(hash.map_err(|_| HashFailed)?.to_string())
}

/// Is it the password of this hash? Costs what [`hash`] costs, and the same when there is no hash
/// to compare with, so that an unknown name cannot be told from a wrong password by time.
#[must_use]
pub fn verify(password: &Password, kept: Option<&str>) -> bool {
    if password.is_absurd() {
        return false;
    }
    let Ok(argon) = argon() else { return false };
    let stored = kept.and_then(|kept| PasswordHash::new(kept).ok());
    // The same work by the same code in either case; nobody's password is that of the decoy.
    let Some(compared) = stored.clone().or_else(|| PasswordHash::new(DECOY).ok()) else {
        return false;
    };
    let same = argon.verify_password(password.as_bytes(), &compared).is_ok();
    same && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::from(text.to_owned())
    }

    #[test]
    fn only_the_same_password_passes_and_no_two_hashes_are_equal() {
        let kept = hash(&password("lampe-wolke-7")).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{kept}");
        assert!(verify(&password("lampe-wolke-7"), Some(&kept)));
        assert!(verify(&password("ｌampe-wolke-7"), Some(&kept)), "width makes no other password");
        assert!(!verify(&password("lampe-wolke-8"), Some(&kept)));
        assert_ne!(kept, hash(&password("lampe-wolke-7")).unwrap());
    }

    #[test]
    fn no_hash_or_a_broken_one_lets_nobody_in() {
        assert!(!verify(&password("x"), None));
        assert!(!verify(&password("x"), Some("")));
        assert!(!verify(&password("x"), Some("$argon2id$v=19$m=8,t=1,p=1$AAAA$")));
    }

    #[test]
    fn an_unknown_name_costs_what_a_wrong_password_costs() {
        let kept = hash(&password("lampe-wolke-7")).unwrap();
        let (kept, decoy) = (PasswordHash::new(&kept).unwrap(), PasswordHash::new(DECOY).unwrap());
        assert_eq!(decoy.params, kept.params);
        assert_eq!(decoy.algorithm, kept.algorithm);
        assert_eq!(decoy.hash.map(|h| h.len()), kept.hash.map(|h| h.len()));
    }
}
