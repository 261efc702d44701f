//! The agent's loop: events of links, files, clients and time, one after the other. When it ends by
//! SIGTERM everything it made stays as it is.

use std::future::pending;
use std::time::Duration;

use anyhow::Context;
use host_api::Request;
use systemd::notify;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::agent::{Agent, trial};
use crate::options::RunOptions;
use crate::server::{self, Asked};
use crate::watch::Watch;
use crate::{blocking, clock, machine, running, seen, wan};

/// Events of links come in swarms; this long after the last one they are looked at.
const SWARM: Duration = Duration::from_millis(200);
/// At the start cards are still being found; without settings their roles follow from which there are.
const SWARM_START: Duration = Duration::from_secs(3);
/// But never longer than this after the first.
const SWARM_AT_MOST: Duration = Duration::from_secs(10);
/// How often what failed is tried again.
const RETRY: Duration = Duration::from_secs(5);
/// How often the hours of rules are looked at, which the clock may jump over.
const HOURS: Duration = Duration::from_millis(500);
/// How often it is counted what rules did.
const COUNT: Duration = Duration::from_secs(10);
/// How often services are looked after.
const LOOK: Duration = Duration::from_secs(30);

/// Runs the agent.
pub fn run(options: RunOptions) -> anyhow::Result<()> {
    if let Err(error) = kernel::process::make_undumpable() {
        tracing::warn!(%error, "a memory dump would be possible");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(options))
}

async fn serve(options: RunOptions) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    std::fs::create_dir_all(&options.run).context("the run directory cannot be made")?;
    let state = options.state.clone();
    let mut agent = Agent::new(options).context("the state directory cannot be opened")?;
    agent.tell();
    let mut links = machine::Events::open().context("links cannot be watched")?;
    let files = Watch::new(wan::directories()).context("networkd cannot be watched")?;
    let (sender, mut asked) = mpsc::channel::<Asked>(8);
    let (seer, thread) = seen::start(agent.places(), agent.view(), agent.seen_rogues())
        .context("nothing is seen")?;
    let (probes, mut probed) = mpsc::channel(1);
    let (finder, mut found) = mpsc::channel(64);
    let (trier, mut tried) = mpsc::channel(1);
    let (refusing, mut refused) = mpsc::channel(256);
    // Without it names are blocked all the same.
    if let Err(error) = blocking::listen(&agent.blocked_directory(), refusing) {
        tracing::warn!(%error, "what is blocked is not seen");
    }
    if let Err(error) = kernel::links::probe::remove_left_over() {
        tracing::warn!(error = systemd::log::chain(&error), "left over");
    }
    server::start(agent.run_directory(), sender, agent.management(), seer)
        .context("the socket cannot be opened")?;
    let mut alive = interval(notify::interval());
    let mut retry = interval(RETRY);
    let mut look = interval(LOOK);
    let mut hours = interval(HOURS);
    let mut count = interval(COUNT);
    for timer in [&mut alive, &mut retry, &mut look, &mut hours, &mut count] {
        timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    let mut swarm = Swarm::default();
    swarm.event(SWARM_START);
    if !agent.wants_all_cards() {
        agent.converge().await;
    }
    loop {
        tokio::select! {
            () = trial::over(agent.trial_ends()) => agent.expire().await,
            () = swarm.over() => {
                swarm = Swarm::default();
                agent.settle();
                agent.converge().await;
            }
            event = links.changed() => {
                event.context("links cannot be watched any more")?;
                swarm.event(if agent.is_settled() { SWARM } else { SWARM_START });
            }
            event = files.changed() => {
                event.context("networkd cannot be watched any more")?;
                agent.look_at_wan().await;
            }
            Some(done) = probed.recv() => agent.end_probe(done),
            Some(found) = found.recv() => agent.found(found),
            Some(tried) = tried.recv() => agent.upstream_tried(tried),
            Some(name) = refused.recv() => agent.refused_name(&name),
            Some(Asked { request, answer }) = asked.recv() => match request {
                Request::Probe(probe) => agent.begin_probe(&probe, answer, &probes),
                request => {
                    let response = agent.answer(request).await;
                    // A client that went away needs no answer.
                    let _ = answer.send(response);
                }
            },
            _ = alive.tick() => notify::alive(),
            _ = retry.tick() => {
                agent.try_new_upstream(&trier);
                // Before all cards are there a swarm decides when it is time.
                if agent.must_retry() && agent.is_settled() {
                    agent.converge().await;
                } else if !agent.is_settled() && swarm.is_none() {
                    swarm.event(SWARM_START);
                }
            }
            _ = look.tick() => {
                agent.look_at_services().await;
                agent.try_upstream(&trier);
            }
            _ = count.tick() => agent.count_hits(),
            _ = hours.tick() => {
                agent.look_up(&finder);
                if !agent.is_on_time() {
                    tracing::info!("hours of rules begin or end");
                    agent.converge().await;
                } else if agent.has_the_time_come() {
                    tracing::info!("the clock is set");
                    agent.tell_services().await;
                }
            }
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        }
    }
    notify::stopping();
    agent.end();
    clock::save(&state);
    running::end(&state);
    // It keeps what it knows, and ends.
    drop(agent);
    if thread.join().is_err() {
        tracing::warn!("what was seen is not kept");
    }
    tracing::info!("ending; rules, links and namespace stay as they are");
    Ok(())
}

/// Events that came shortly after each other.
#[derive(Default)]
struct Swarm {
    first: Option<Instant>,
    over: Option<Instant>,
}

impl Swarm {
    fn event(&mut self, wait: Duration) {
        let now = Instant::now();
        let first = *self.first.get_or_insert(now);
        self.over = Some((now + wait).min(first + SWARM_AT_MOST));
    }

    fn is_none(&self) -> bool {
        self.over.is_none()
    }

    async fn over(&self) {
        match self.over {
            Some(over) => sleep_until(over).await,
            None => pending().await,
        }
    }
}
