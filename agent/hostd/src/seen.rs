//! Sees the network: who is there, who talks to whom, what was refused, how much passes. On a thread of its
//! own, for none of it may hold up the agent; it decides nothing and changes no settings. The agent tells it
//! what is in force (`View`), the socket asks it.

mod eyes;
mod file;
mod look;

use std::io;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use host_api::seeing::{Look, Seen};
use kernel::packet_log::{PacketLog, Taken};
use seeing::View;
use seeing::refusals::Rogue;
use settings::MacAddress;
use tokio::io::unix::AsyncFd;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, interval_at};

use eyes::Eyes;
use systemd::log::chain;

/// How often links are looked at.
const LOOK: Duration = Duration::from_secs(15);
/// How often traffic is counted.
const MINUTE: Duration = Duration::from_secs(60);
/// Questions that wait.
const WAITING: usize = 16;

/// Where things are.
#[derive(Clone, Debug)]
pub struct Places {
    /// Directory that keeps known devices.
    pub state: PathBuf,
    /// Directory of dnsmasq's leases.
    pub leases: PathBuf,
    /// Table of who makes cards.
    pub vendors: PathBuf,
    /// Cards of hosts that the box makes for a moment when a packet is tried.
    pub own_cards: Vec<MacAddress>,
}

/// A question on its way.
pub struct Asked {
    /// What.
    pub look: Look,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Seen>,
}

/// The way to ask.
pub type Ask = mpsc::Sender<Asked>;

/// Begins to see. The thread ends, and keeps what it knows, when the view's sender is gone.
pub fn start(
    places: Places,
    view: watch::Receiver<Option<View>>,
    rogues: watch::Sender<Vec<Rogue>>,
) -> io::Result<(Ask, JoinHandle<()>)> {
    let (sender, asked) = mpsc::channel(WAITING);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let see = move || runtime.block_on(serve(Eyes::new(places, rogues), view, asked));
    Ok((sender, thread::Builder::new().name("seen".to_owned()).spawn(see)?))
}

async fn serve(
    mut eyes: Eyes,
    mut view: watch::Receiver<Option<View>>,
    mut asked: mpsc::Receiver<Asked>,
) {
    let (mut look, mut minute) = (interval(LOOK), interval_at(Instant::now() + MINUTE, MINUTE));
    for timer in [&mut look, &mut minute] {
        timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    let mut log = PacketWatch::default();
    loop {
        tokio::select! {
            changed = view.changed() => {
                if changed.is_err() {
                    break;
                }
                eyes.view(view.borrow_and_update().clone());
                log.open();
                soon(&mut look);
            }
            Some(Asked { look, answer }) = asked.recv() => {
                // Who went away needs no answer.
                let _ = answer.send(eyes.answer(&look));
            }
            taken = log.taken() => eyes.refused(&taken),
            _ = look.tick() => {
                log.open();
                eyes.look();
            }
            _ = minute.tick() => eyes.minute(),
        }
    }
    eyes.keep();
}

/// Looks in a moment: a zone's interface has to come first.
fn soon(look: &mut Interval) {
    look.reset_after(Duration::from_secs(1));
}

/// The packet log, once it can be read: the kernel knows the group when there are rules.
#[derive(Default)]
struct PacketWatch {
    log: Option<AsyncFd<PacketLog>>,
    told: bool,
}

impl PacketWatch {
    fn open(&mut self) {
        if self.log.is_some() {
            return;
        }
        let opened = PacketLog::open(firewall::ir::Log::GROUP).map_err(io::Error::other);
        #[allow(
            deprecated,
            reason = "`PacketLog` owns its descriptor and always gives the same one"
        )]
        let opened = opened.and_then(AsyncFd::new);
        match opened {
            Ok(log) => self.log = Some(log),
            Err(error) if !self.told => {
                tracing::warn!(error = chain(&error), "what is refused cannot be read yet");
                self.told = true;
            }
            Err(_) => {}
        }
    }

    /// Returns when there is something; never when the log cannot be read.
    async fn taken(&mut self) -> Taken {
        loop {
            let Some(log) = &mut self.log else { return std::future::pending().await };
            let taken = match log.readable_mut().await {
                Ok(mut guard) => {
                    let taken = guard.get_inner_mut().take();
                    if !matches!(&taken, Ok(taken) if taken.more) {
                        guard.clear_ready();
                    }
                    taken.map_err(io::Error::other)
                }
                Err(error) => Err(error),
            };
            match taken {
                Ok(taken) if taken == Taken::default() => {}
                Ok(taken) => return taken,
                Err(error) => {
                    tracing::warn!(
                        error = chain(&error),
                        "what is refused cannot be read any more"
                    );
                    self.log = None;
                }
            }
        }
    }
}
