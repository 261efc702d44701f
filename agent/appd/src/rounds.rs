//! What is done now and then, away from the loop that gives signs of life: a slow disk must not have the
//! process killed. Never two rounds at once.

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use tokio::task::{JoinError, JoinHandle};
use tokio::time::MissedTickBehavior;

/// Rounds that go on until this is dropped.
pub struct Rounds(JoinHandle<Infallible>);

/// Does `round` now, and again each time when this long has passed and the one before is done.
pub fn every<F>(apart: Duration, mut round: impl FnMut() -> F + Send + 'static) -> Rounds
where
    F: Future<Output = ()> + Send,
{
    Rounds(tokio::spawn(async move {
        let mut times = tokio::time::interval(apart);
        times.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            times.tick().await;
            round().await;
        }
    }))
}

impl Rounds {
    /// Returns when a round broke; then there are no more.
    pub async fn broken(&mut self) -> JoinError {
        match (&mut self.0).await {
            Err(error) => error,
            Ok(never) => match never {},
        }
    }
}

impl Drop for Rounds {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_slow_round_holds_nobody_up_and_no_other_begins_meanwhile() {
        let (begun, at_once) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let counts = (Arc::clone(&begun), Arc::clone(&at_once));
        let mut rounds = every(MINUTE, move || {
            let (begun, at_once) = counts.clone();
            async move {
                begun.fetch_add(1, Relaxed);
                assert_eq!(at_once.fetch_add(1, Relaxed), 0, "two at once");
                tokio::time::sleep(MINUTE * 10).await;
                at_once.fetch_sub(1, Relaxed);
            }
        });
        let mut alive = tokio::time::interval(MINUTE / 3);
        for _ in 0..=90 {
            let late = tokio::time::timeout(Duration::from_secs(21), async {
                tokio::select! {
                    _ = alive.tick() => {}
                    error = rounds.broken() => panic!("{error}"),
                }
            });
            late.await.expect("a sign of life is late");
        }
        assert_eq!(begun.load(Relaxed), 3, "in half an hour");
    }

    #[tokio::test(start_paused = true)]
    async fn a_round_that_breaks_is_told() {
        let mut rounds = every(MINUTE, || async { panic!("made up") });
        assert!(rounds.broken().await.is_panic());
    }
}
