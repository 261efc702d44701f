//! A packet that is sent for a trial. The sending and waiting is done beside the agent, which goes on
//! meanwhile: it begins it with what is in force, and answers when it is over and the same rules still are.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use host_api::{NoProbe, Probe, ProbePlace, ProbeReport, ProbeTraffic, Response};
use kernel::links::probe::{ProbeError, Seen};
use network::probe::{Ask, Here, Impossible, Mac, Place, Traffic, Trial};
use settings::ZoneName;
use sha2::{Digest, Sha256};
use systemd::log::chain;
use tokio::sync::{mpsc, oneshot};

use super::Agent;
use crate::counts::boot;
use crate::wan;

/// One that is over.
pub struct Done {
    trial: Trial,
    seen: Option<Result<Seen, ProbeError>>,
    ruleset: String,
    answer: oneshot::Sender<Response>,
}

/// The cards of hosts that are made, out of what nobody elsewhere knows.
pub(super) fn cards_of_this_boot() -> [Mac; 2] {
    let hash = Sha256::digest(format!("probe {}", boot()));
    let mut five = hash.iter().copied().chain(std::iter::repeat(0));
    network::probe::cards([(); 5].map(|()| five.next().unwrap_or_default()))
}

impl Agent {
    /// Begins one; its end comes out of the channel, or the answer at once.
    pub fn begin_probe(
        &mut self,
        asked: &Probe,
        answer: oneshot::Sender<Response>,
        done: &mpsc::Sender<Done>,
    ) {
        match self.trial_of(asked) {
            // A client that went away needs no answer.
            Err(refused) => drop(answer.send(Response::NoProbe(refused))),
            Ok((trial, ruleset)) => {
                self.probing = true;
                let done = done.clone();
                tokio::spawn(async move {
                    let of = trial.clone();
                    let ran = tokio::task::spawn_blocking(move || kernel::links::probe::run(&of));
                    let over = Done { trial, seen: ran.await.ok(), ruleset, answer };
                    // The agent takes all of them until it ends.
                    let _ = done.send(over).await;
                });
            }
        }
    }

    /// Ends it.
    pub fn end_probe(&mut self, done: Done) {
        self.probing = false;
        let Done { trial, seen, ruleset, answer } = done;
        let same = self.loaded.as_ref().is_some_and(|loaded| loaded.to_string() == ruleset);
        let response = match seen {
            _ if !same => Response::NoProbe(NoProbe::Changed),
            None => Response::NoProbe(NoProbe::Failed),
            Some(Err(error)) => {
                tracing::warn!(error = chain(&error), "a packet could not be tried");
                Response::NoProbe(refusal(&error))
            }
            Some(Ok(Seen { source, destination, arrived })) => {
                tracing::info!(
                    %source, %destination, traffic = ?trial.traffic, arrived = arrived.is_some(),
                    "a packet was tried"
                );
                let arrived = arrived.map(|it| u64::try_from(it.as_micros()).unwrap_or(u64::MAX));
                let Trial { source_port, hops, .. } = trial;
                let report =
                    ProbeReport { source, destination, source_port, hops, arrived, ruleset };
                Response::Probed(report)
            }
        };
        // A client that went away needs no answer.
        let _ = answer.send(response);
    }

    /// What is to be made for it, with the rules in force.
    fn trial_of(&self, asked: &Probe) -> Result<(Trial, String), NoProbe> {
        if self.probing {
            return Err(NoProbe::Running);
        }
        let (Some(in_force), Some(loaded)) = (&self.in_force, &self.loaded) else {
            return Err(NoProbe::Changed);
        };
        let mut chance = [0; 24];
        getrandom::fill(&mut chance).map_err(|error| {
            tracing::error!(%error, "no random bits");
            NoProbe::Failed
        })?;
        let wan = in_force.binding.wan();
        let here = Here {
            settings: &in_force.settings,
            moved: &self.moved(),
            site: self.site,
            mode: self.options.links,
            wan,
            wan_addresses: &wan.map(wan::addresses).unwrap_or_default(),
            leased: &self.leased(),
            cards: self.probe_cards,
            chance,
        };
        let ask = Ask {
            from: place(&asked.from)?,
            to: place(&asked.to)?,
            traffic: match asked.traffic {
                ProbeTraffic::Tcp(port) => Traffic::Tcp(port),
                ProbeTraffic::Udp(port) => Traffic::Udp(port),
                ProbeTraffic::Ping => Traffic::Ping,
            },
            v6: asked.v6,
        };
        let trial = network::probe::trial(&here, &ask).map_err(|impossible| match impossible {
            Impossible::SamePlace => NoProbe::SamePlace,
            Impossible::NoZone => NoProbe::NoZone,
            Impossible::NoVersion => NoProbe::NoVersion,
            Impossible::NoWan => NoProbe::NoWan,
            Impossible::Full => NoProbe::NoFreeAddress,
        })?;
        Ok((trial, loaded.to_string()))
    }

    /// Addresses that DHCP has lent, as far as the files of leases can be read.
    fn leased(&self) -> BTreeSet<Ipv4Addr> {
        let files = self.services.lease_files();
        let leases = files.iter().flat_map(|text| network::leases::lines(text));
        leases.map(|lease| lease.address).collect()
    }
}

fn place(told: &ProbePlace) -> Result<Place, NoProbe> {
    Ok(match told {
        ProbePlace::Zone(name) => {
            Place::Zone(name.parse::<ZoneName>().map_err(|_| NoProbe::NoZone)?)
        }
        ProbePlace::Wan => Place::Wan,
        ProbePlace::Box => Place::Box,
    })
}

fn refusal(error: &ProbeError) -> NoProbe {
    match error {
        ProbeError::NoFreeAddress => NoProbe::NoFreeAddress,
        ProbeError::NoAnswer(_) => NoProbe::NoAnswer,
        ProbeError::NoRoute(_) => NoProbe::NoRoute,
        ProbeError::Links(_) | ProbeError::Namespace(_) | ProbeError::Socket(..) => NoProbe::Failed,
    }
}
