//! The kernel as the agent uses it: which cards there are, links brought about, and their events.

use std::collections::BTreeMap;
use std::io;

use kernel::ports::{self, Kinds};
use network::links::LinkPlan;
use network::{LinkMode, PresentPort};
use settings::MacAddress;
use tokio::io::unix::AsyncFd;

/// What can fail here.
pub type MachineError = kernel::links::LinkError;

/// What is shown of a card.
#[derive(Clone, Debug, Default)]
pub struct Card {
    /// Permanent MAC address.
    pub mac: Option<MacAddress>,
    /// Whether something is plugged in that runs.
    pub linked: bool,
}

fn kinds(mode: LinkMode) -> Kinds {
    match mode {
        LinkMode::VlanBridge => Kinds::Hardware,
        LinkMode::Plain => Kinds::HardwareAndVeth,
    }
}

/// The cards that are there. A developer's run, with plain bridges, has ends of veth pairs for them.
pub fn present_ports(mode: LinkMode) -> Result<Vec<PresentPort>, MachineError> {
    let present = |card: ports::Card| PresentPort {
        interface: card.interface,
        mac: card.mac.and_then(MacAddress::new),
        path: card.path.and_then(|path| path.parse().ok()),
    };
    Ok(ports::list(kinds(mode))?.into_iter().map(present).collect())
}

/// MAC address and link of each card, by the kernel's name; empty when they cannot be listed.
pub fn cards(mode: LinkMode) -> BTreeMap<String, Card> {
    let cards = ports::list(kinds(mode)).unwrap_or_else(|error| {
        tracing::warn!(error = systemd::log::chain(&error), "network cards cannot be listed");
        Vec::new()
    });
    let card = |card: ports::Card| {
        let mac = card.mac.and_then(MacAddress::new);
        (card.interface.to_string(), Card { mac, linked: card.carrier })
    };
    cards.into_iter().map(card).collect()
}

/// Brings the links about, and tells the journal that it changed something (each change is a DEBUG event).
pub fn apply(plan: &LinkPlan) -> Result<(), MachineError> {
    let changes = kernel::links::apply(plan)?;
    if let (Some(first), Some(last)) = (changes.first(), changes.last()) {
        tracing::info!(count = changes.len(), %first, %last, "links changed");
    }
    Ok(())
}

/// Events of links.
pub struct Events(AsyncFd<ports::Events>);

impl Events {
    /// Begins to listen.
    pub fn open() -> io::Result<Self> {
        let events = ports::Events::open().map_err(io::Error::other)?;
        #[allow(deprecated, reason = "`Events` owns its descriptor and always gives the same one")]
        let events = AsyncFd::new(events)?;
        Ok(Self(events))
    }

    /// Returns when something has happened since the last call.
    pub async fn changed(&mut self) -> io::Result<()> {
        loop {
            let mut guard = self.0.readable_mut().await?;
            let events = guard.get_inner_mut().take().map_err(io::Error::other)?;
            guard.clear_ready();
            if !events.is_empty() {
                return Ok(());
            }
        }
    }
}
