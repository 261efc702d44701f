//! A thread that owns something which may panic or hang, and calls into it that always come back:
//! with what they gave, that they panicked, or that they are late.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

type Job<T> = Box<dyn FnOnce(&mut Option<T>) + Send>;

/// The thread's end that calls are handed to. Dropped, it ends the thread, which drops its `T`.
#[derive(Debug)]
pub struct Owner<T> {
    jobs: Sender<Job<T>>,
}

/// A call that gave nothing.
#[derive(Debug, PartialEq, Eq)]
pub enum Lost {
    /// It panicked, saying this.
    Panicked(String),
    /// It did not come back in time; it may still be going on.
    Late,
}

impl<T: 'static> Owner<T> {
    /// A thread that owns nothing yet: the first calls put it there.
    pub fn start(name: &str) -> std::io::Result<Self> {
        let (jobs, next) = mpsc::channel::<Job<T>>();
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            let mut owned = None;
            for job in next {
                job(&mut owned);
            }
            // A panic while dropping ends this thread only; nobody waits for it any more.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(owned)));
        })?;
        Ok(Self { jobs })
    }

    /// Runs `work` on the thread, after all calls before it, and waits for at most `limit`.
    pub fn call<R: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&mut Option<T>) -> R + Send + 'static,
    ) -> Result<R, Lost> {
        let (answer, answered) = mpsc::sync_channel(1);
        let job: Job<T> = Box::new(move |owned| {
            let result = catch_unwind(AssertUnwindSafe(|| work(owned)));
            // Nobody is there any more when the call was late.
            let _ = answer.send(result);
        });
        self.jobs.send(job).map_err(|_| Lost::Panicked("its thread has ended".to_owned()))?;
        match answered.recv_timeout(limit) {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(panic)) => Err(Lost::Panicked(message(&*panic))),
            Err(RecvTimeoutError::Timeout) => Err(Lost::Late),
            Err(RecvTimeoutError::Disconnected) => {
                Err(Lost::Panicked("its thread has ended".to_owned()))
            }
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_call_gives_its_result_and_sees_what_earlier_ones_left() {
        let owner = Owner::<u32>::start("test").unwrap();
        owner.call(LONG, |owned| *owned = Some(7)).unwrap();
        assert_eq!(owner.call(LONG, |owned| owned.unwrap() + 1), Ok(8));
    }

    #[test]
    fn a_panic_is_an_answer_and_the_thread_goes_on() {
        let owner = Owner::<u32>::start("test").unwrap();
        let lost = owner.call(LONG, |_| -> u32 { panic!("page {} is torn", 3) });
        assert_eq!(lost, Err(Lost::Panicked("page 3 is torn".to_owned())));
        assert_eq!(owner.call(LONG, |_| 1), Ok(1));
    }

    #[test]
    fn a_call_that_hangs_is_late() {
        let owner = Owner::<u32>::start("test").unwrap();
        let (release, released) = mpsc::channel::<()>();
        let lost = owner.call(Duration::from_millis(20), move |_| released.recv());
        assert_eq!(lost, Err(Lost::Late));
        drop(release);
    }

    #[test]
    fn a_panic_while_dropping_reaches_nobody() {
        struct Bad(mpsc::Sender<()>);
        impl Drop for Bad {
            fn drop(&mut self) {
                self.0.send(()).unwrap();
                panic!("cannot be dropped");
            }
        }
        let (dropped, seen) = mpsc::channel();
        let owner = Owner::<Bad>::start("test").unwrap();
        owner.call(LONG, move |owned| *owned = Some(Bad(dropped))).unwrap();
        drop(owner);
        seen.recv_timeout(LONG).unwrap();
    }
}
