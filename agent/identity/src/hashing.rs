//! Passwords are hashed off the threads that serve, few at once. One that finds no place is not judged:
//! whoever asked comes again, and nothing is counted as wrong.

use std::sync::Arc;
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
    at_once: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Hashing {
    fn default() -> Self {
        let places = |most| Arc::new(Semaphore::new(most));
        Self { at_once: places(AT_ONCE), waiting: places(WAITING) }
    }
}

impl Hashing {
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let busy = || Refused::Busy { retry_after: Duration::from_secs(2) };
        let waiting = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| busy())?;
        let one = Arc::clone(&self.at_once).acquire_owned().await.map_err(|_| busy())?;
        let hashed = tokio::task::spawn_blocking(move || {
            // Kept to the end, also when whoever asked has gone away meanwhile.
            let _places = (waiting, one);
            work()
        });
        hashed.await.map_err(|_| busy())
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

    use seal::numbers::{action, outcome};
    use vault::{Access, Actor, Clock, Store, SystemClock, Unlock};

    use super::*;
    use crate::{Language, NewAccount, Peer, Realm, STEP_MS, TotpSecret};

    const PASSWORD: &str = "lampe-wolke-7-fahrrad";

    fn password() -> Password {
        Password::from(PASSWORD.to_owned())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_goes_away_frees_no_place_that_is_still_in_use() {
        let hashing = Arc::new(Hashing::default());
        let (go_on, goes_on) = std::sync::mpsc::channel::<()>();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let asked = tokio::spawn({
            let hashing = Arc::clone(&hashing);
            async move {
                let work = move || {
                    begun.send(()).unwrap();
                    let _ = goes_on.recv();
                };
                hashing.run(work).await
            }
        });
        begins.await.unwrap();
        asked.abort();
        assert!(asked.await.unwrap_err().is_cancelled());
        assert_eq!(hashing.at_once.available_permits(), AT_ONCE - 1);
        assert_eq!(hashing.waiting.available_permits(), WAITING - 1);
        drop(go_on);
        // Both are free again once the work is done.
        let all = u32::try_from(AT_ONCE).unwrap();
        let _all = hashing.at_once.acquire_many(all).await.unwrap();
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
        // With the next entry that is waited for, those before it are on the disk.
        let store = &identity.0.store;
        store
            .read_logged(Access::new(Actor::default(), action::LOG_READ, outcome::ALLOWED))
            .await
            .unwrap();
        let log = store.audit(None, 200).unwrap();
        for wanted in [action::SIGN_IN_REFUSED, action::PASSWORD_CHANGED] {
            let busy = log.iter().find(|entry| entry.action == Some(wanted)).unwrap();
            assert_eq!(
                (busy.outcome, busy.reason.as_deref()),
                (Some(outcome::REFUSED), Some("busy"))
            );
        }
        for from in [&peer, &elsewhere] {
            identity.sign_in("Anna", password(), from).await.unwrap();
        }
    }
}
