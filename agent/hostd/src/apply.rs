//! Settings to what the kernel is asked for, and the order in which that is done: the ruleset in one
//! transaction (the boot lock falls after it), read back, then links and addresses, forwarding last.
//! Open connections are judged by the ruleset itself.
//! Nothing is ever open in between; a refused ruleset leaves the former one standing.

use std::collections::BTreeSet;
use std::time::SystemTime;

use firewall::ir::Ruleset;
use firewall::{Context, RulesetHash, ServiceUids};
use network::links::LinkPlan;
use network::{Binding, LinkMode, PresentPort};
use settings::{Moved, Settings, SitePrefix, Title};

use crate::machine::{self, MachineError};

/// What the clock says of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// Schedules that are on.
    pub on: BTreeSet<Title>,
    /// Published services whose last day is over.
    pub over: BTreeSet<u16>,
}

impl Hours {
    /// At this time.
    pub fn at(settings: &Settings, at: SystemTime) -> Self {
        Self { on: settings.schedules_on(at), over: settings.publications_over(at) }
    }
}

/// What is to be brought about.
pub struct Goal {
    /// Which card is which port.
    pub binding: Binding,
    /// SHA-256 of the ruleset.
    pub hash: RulesetHash,
    plan: LinkPlan,
    ruleset: Ruleset,
}

/// Why the goal was not reached.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Our own compiler made something that cannot be loaded.
    #[error("the ruleset cannot be loaded")]
    Check(#[from] firewall::CheckError),
    /// The kernel refused the ruleset.
    #[error("the ruleset was not loaded")]
    Load(#[source] kernel::nft::NftError),
    /// The ruleset could not be read back.
    #[error("the ruleset cannot be read back")]
    ReadBack(#[source] kernel::nft::NftError),
    /// The kernel has something else.
    #[error("the kernel has other rules than it was given, in {count} places, first: {first}")]
    Differs {
        /// Number of differences.
        count: usize,
        /// The first.
        first: String,
    },
    /// Links or addresses.
    #[error("links and addresses were not brought about")]
    Links(#[source] MachineError),
}

impl ApplyError {
    /// Stable code, key of the catalogue.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Check(_) | Self::Load(_) | Self::ReadBack(_) | Self::Differs { .. } => {
                "ruleset_failed"
            }
            Self::Links(_) => "links_failed",
        }
    }

    /// Whether a card was unplugged or renamed while we were at it: the event of that is on its way.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Links(MachineError::Absent(_)))
    }
}

impl Goal {
    /// Works out what the settings mean with these cards.
    pub fn new(
        settings: &Settings,
        moved: &Moved,
        hours: &Hours,
        present: &[PresentPort],
        site: SitePrefix,
        mode: LinkMode,
        uids: ServiceUids,
    ) -> Self {
        let binding = network::bind(settings, present);
        let plan = network::plan(settings, moved, &binding, site, mode);
        let (moved, Hours { on, over }) = (moved.clone(), hours.clone());
        let isolated = network::isolated(settings, &binding);
        let wan = binding.wan().cloned();
        let context = Context { wan, site, uids, moved, on, over, isolated };
        let ruleset = firewall::compile(settings, &context);
        Self { hash: ruleset.hash(), binding, plan, ruleset }
    }

    /// Brings it about. A ruleset that is in the kernel already, whole and unchanged, is not loaded
    /// again: a restart of hostd touches nothing.
    pub fn bring_about(&self) -> Result<(), ApplyError> {
        let checked = self.ruleset.check()?;
        let differences = || kernel::nft::differences(checked).map_err(ApplyError::ReadBack);
        if !differences()?.is_empty() {
            kernel::nft::replace(checked).map_err(ApplyError::Load)?;
            let differences = differences()?;
            if let Some(first) = differences.first() {
                let (count, first) = (differences.len(), format!("{first:?}"));
                return Err(ApplyError::Differs { count, first });
            }
            tracing::info!(ruleset = %self.hash, "loaded and read back");
        }
        machine::apply(&self.plan).map_err(ApplyError::Links)
    }
}
