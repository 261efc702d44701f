//! Carries what the bell hands out, several at once, and says what came of each. It goes only where the settings
//! in force let the admin application go; where they do not, it asks for that as any program does.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use api::admin::{Bell, Errand};
use delivery::{Carrier, Origin};
use host_api::egress::EgressAsked;
use host_api::{Request, Response};
use notify::{Failure, Host as Place, MessageId, Moment, TargetId, Way};
use settings::Settings;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::host::Host;
use crate::names;

/// What every box calls itself: there are no two at one receiver that it would have to tell apart by more than
/// the target's own name.
const NAME: &str = "Gatehouse";

/// How often a name is asked for again, a second apart: one that was just allowed is being looked up.
const PATIENCE: usize = 8;

/// Whoever carries.
pub struct Carrying {
    host: Host,
    carrier: Carrier,
    resolver: SocketAddr,
    under_way: JoinSet<Done>,
    /// Targets that are knocked at.
    knocked: BTreeSet<TargetId>,
}

enum Done {
    Carried(MessageId, Result<(), Failure>),
    /// Whether somebody opened.
    Knocked(TargetId, bool),
}

impl Carrying {
    /// With the file of certificates (PEM) that servers' must come from.
    pub fn new(host: Host, authorities: PathBuf) -> Self {
        let resolver = names::of_admin();
        Self {
            host,
            carrier: Carrier::new(authorities),
            resolver,
            under_way: JoinSet::new(),
            knocked: BTreeSet::new(),
        }
    }

    /// The same, with names from elsewhere.
    #[cfg(test)]
    pub fn asking(self, resolver: SocketAddr) -> Self {
        Self { resolver, ..self }
    }

    /// Sets out with them.
    pub fn set_out(&mut self, errands: Vec<Errand>) {
        for errand in errands {
            let id = errand.message.id.clone();
            let (host, carrier, resolver) =
                (self.host.clone(), self.carrier.clone(), self.resolver);
            self.under_way.spawn(async move {
                let (name, kind) = (errand.name.clone(), errand.message.alert.kind().key());
                let done = carry(&host, &carrier, resolver, errand).await;
                match &done {
                    Ok(()) => tracing::info!(target = name, kind, "an alert was sent"),
                    Err(why) => tracing::info!(
                        target = name,
                        kind,
                        why = why.key(),
                        "an alert was not sent"
                    ),
                }
                Done::Carried(id, done)
            });
        }
    }

    /// Looks whether somebody is there again, with a connection that says nothing: tries of a message are written
    /// down, this is not, so it can be done often.
    pub fn knock(&mut self, target: TargetId, way: Way) {
        if !self.knocked.insert(target.clone()) {
            return;
        }
        let resolver = self.resolver;
        self.under_way.spawn(async move {
            let addresses = addresses_of(&way, resolver).await;
            let port = way.place().port;
            let opened = outbound::connect(&addresses, port, outbound::CONNECT).await;
            Done::Knocked(target, opened.is_ok())
        });
    }

    /// Tells the bell of the next that is done; never returns while nothing is under way.
    pub async fn done(&mut self, bell: &Bell) {
        match self.under_way.join_next().await {
            Some(Ok(Done::Carried(id, done))) => bell.carried(id, done),
            Some(Ok(Done::Knocked(target, is_there))) => {
                self.knocked.remove(&target);
                if is_there {
                    bell.opened(target);
                }
            }
            // The bell loses sight of it, and has it carried again.
            Some(Err(error)) => {
                tracing::error!(%error, "an alert's way broke off");
                self.knocked.clear();
            }
            None => std::future::pending().await,
        }
    }

    /// Waits so long for what is under way.
    pub async fn finish(&mut self, bell: &Bell, patience: Duration) {
        let all = async {
            while !self.under_way.is_empty() {
                self.done(bell).await;
            }
        };
        // What is not done by then is carried again after the next start.
        let _ = timeout(patience, all).await;
    }
}

/// Whether the settings let a message go this way.
pub fn is_open(settings: &Settings, way: &Way) -> bool {
    settings.may_go(way.egress().key())
}

async fn carry(
    host: &Host,
    carrier: &Carrier,
    resolver: SocketAddr,
    errand: Errand,
) -> Result<(), Failure> {
    let Errand { mut message, way, name, language, local } = errand;
    let settings = host.settings().await.ok_or(Failure::Interrupted)?;
    if !is_open(&settings, &way) {
        want(host, &way, &name).await;
        return Err(Failure::NotAllowed);
    }
    let mut addresses = addresses_of(&way, resolver).await;
    for _ in 0..PATIENCE {
        if !addresses.is_empty() {
            break;
        }
        sleep(Duration::from_secs(1)).await;
        addresses = addresses_of(&way, resolver).await;
    }
    // Programs read zones by their names, people by their labels.
    if matches!(way, Way::Mail(_) | Way::Robot(_)) {
        message.alert.name_zones(|zone| settings.label(zone).map(ToString::to_string));
    }
    let now = Moment(crate::lists::now().saturating_mul(1000));
    let origin = Origin { name: NAME, local: &local, language, now };
    carrier.carry(&way, &addresses, &message, origin).await
}

async fn addresses_of(way: &Way, resolver: SocketAddr) -> Vec<IpAddr> {
    match &way.place().host {
        Place::Address(address) => vec![*address],
        Place::Name(name) => names::look_up(resolver, name).await,
    }
}

/// An admin took it away meanwhile, or never allowed it.
async fn want(host: &Host, way: &Way, name: &str) {
    let asked = EgressAsked::of(&way.egress(), name);
    match host.ask(&Request::EgressAsk(asked)).await {
        Ok(Response::Accepted) => {}
        Ok(other) => tracing::warn!(?other, "where a target is was not asked for"),
        Err(error) => tracing::warn!(
            error = systemd::log::chain(&error),
            "where a target is was not asked for"
        ),
    }
}
