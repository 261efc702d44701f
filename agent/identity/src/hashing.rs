//! Passwords are hashed off the threads that serve, few at once. One that finds no place is not judged:
//! whoever asked comes again, and nothing is counted as wrong.

use std::time::Duration;

use tokio::sync::Semaphore;

use crate::hash;
use crate::password::Password;
use crate::realm::Identity;
use crate::refused::Refused;

/// Passwords judged at once: 46 MiB each.
const AT_ONCE: usize = 2;
/// Passwords judged or waiting; who comes on top is asked to come again.
const WAITING: usize = 32;

/// The places for passwords to be hashed.
#[derive(Debug)]
pub(crate) struct Hashing {
    at_once: Semaphore,
    waiting: Semaphore,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { at_once: Semaphore::new(AT_ONCE), waiting: Semaphore::new(WAITING) }
    }
}

impl Hashing {
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let busy = || Refused::Busy { retry_after: Duration::from_secs(2) };
        let _waiting = self.waiting.try_acquire().map_err(|_| busy())?;
        let _one = self.at_once.acquire().await.map_err(|_| busy())?;
        tokio::task::spawn_blocking(work).await.map_err(|_| busy())
    }
}

impl Identity {
    /// Whether this is the password of that hash; of none, whether the time it takes is the same.
    pub(crate) async fn verify(
        &self,
        password: Password,
        hash: Option<String>,
    ) -> Result<bool, Refused> {
        self.0.hashing.run(move || hash::verify(&password, hash.as_deref())).await
    }

    pub(crate) async fn hash(&self, password: Password) -> Result<String, Refused> {
        self.0.hashing.run(move || hash::hash(&password)).await?.map_err(Refused::Hash)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use vault::{Clock, Store, SystemClock, Unlock};

    use super::*;
    use crate::{Language, NewAccount, Peer, Realm, STEP_MS, TotpSecret};

    const PASSWORD: &str = "lampe-wolke-7-fahrrad";

    fn password() -> Password {
        Password::from(PASSWORD.to_owned())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_finds_no_place_is_told_so_and_was_not_wrong() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("machine"), [7; 32]).unwrap();
        let clock = Arc::new(SystemClock::default());
        let unlock = Unlock::Machine(dir.path().join("machine"));
        let store = Store::create(&dir.path().join("store.1"), &unlock, clock.clone()).unwrap();
        let identity = Identity::open(store, Realm::Crm, clock.clone()).await.unwrap();
        let peer = Peer::new("192.168.8.20".parse().unwrap(), "Firefox");
        let new = NewAccount {
            name: "Anna".to_owned(),
            password: password(),
            language: Language::En,
            time_zone: "UTC".to_owned(),
        };
        let (step, setup) = identity.begin_first(new).await.unwrap();
        let secret = data_encoding::BASE32_NOPAD.decode(setup.secret.as_bytes()).unwrap();
        let app = TotpSecret::from_bytes(&secret).unwrap();
        let code = app.code(clock.now().wall / STEP_MS);
        let code = std::str::from_utf8(&code).unwrap();
        identity.enrol_code(step.expose(), code, &peer).unwrap();
        let (_, signed) = identity.enrol_finish(step.expose(), &peer).await.unwrap();

        let all = u32::try_from(WAITING).unwrap();
        let taken = identity.0.hashing.waiting.acquire_many(all).await.unwrap();
        let elsewhere = Peer::new("192.168.8.77".parse().unwrap(), "Firefox");
        // More often than anybody may be wrong, from a known place and from a new one.
        for _ in 0..30 {
            for from in [&peer, &elsewhere] {
                let busy = identity.sign_in("Anna", password(), from).await;
                assert!(matches!(busy, Err(Refused::Busy { .. })), "{busy:?}");
            }
            let new = Password::from("tonnerre-bleu-sous-la-pluie".to_owned());
            let busy = identity.change_password(&signed, password(), new, code, &peer).await;
            assert!(matches!(busy, Err(Refused::Busy { .. })), "{busy:?}");
        }
        drop(taken);
        for from in [&peer, &elsewhere] {
            identity.sign_in("Anna", password(), from).await.unwrap();
        }
    }
}
