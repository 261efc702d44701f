//! Rulesets in the kernel: `replace` exchanges the rules of all our tables at once, `differences`
//! reads them back. What is sent is a list of messages (`transaction`), most of them made by
//! rustables, some by hand (`rule`, `set`), and depends on what is there (`present`, `names`); reading back
//! compares with those very messages (`verify`).

mod counters;
mod expression;
mod grace;
mod listing;
mod names;
mod object;
mod present;
mod rule;
mod set;
mod timed;
mod transaction;
mod verify;

use firewall::CheckedRuleset;
use netlink_sys::protocols::NETLINK_NETFILTER;
use nix::errno::Errno;

use crate::netlink::message::ERROR;
use crate::netlink::{Messages, NetlinkError, Socket};

pub use counters::{counted, counts};
pub use object::Object;
use present::Present;
pub use timed::{held, hold};
pub use transaction::Transaction;
pub use verify::{Difference, MAX_READ_BACK};

/// Why a ruleset was not loaded, or not read back. Unless said otherwise the former one stands.
#[derive(Debug, thiserror::Error)]
pub enum NftError {
    /// The kernel refused one part, and with it the whole.
    #[error("the kernel refused {object}; the former ruleset stands")]
    Refused {
        /// The first part refused.
        object: Object,
        /// How many further parts were refused.
        others: usize,
        /// The kernel's reason for the first.
        #[source]
        source: Errno,
    },
    /// A part does not fit its message.
    #[error("{object} is too long for netlink")]
    TooLong {
        /// The part.
        object: Object,
    },
    /// The kernel neither took nor refused it.
    #[error("the kernel did not confirm the ruleset")]
    NoAnswer,
    /// Talking to the kernel failed.
    #[error("cannot talk to nf_tables")]
    Netlink(#[from] NetlinkError),
    /// The kernel did not wait for the packets on their way; the tables to be gone are still there.
    #[error("cannot wait for the packets on their way")]
    Grace(#[source] Errno),
    /// rustables could not make a rule.
    #[error("{object} cannot be encoded")]
    Encode {
        /// The part.
        object: Object,
        /// Why.
        #[source]
        source: rustables::error::BuilderError,
    },
}

/// Replaces our tables by those of the ruleset, all or nothing, in the network namespace of the calling
/// thread; then removes those to be gone (the boot lock). At no time does a packet pass a hook that neither
/// ruleset lets it pass, and none is lost that both let pass. What was filled in at run time stays, where the
/// new ruleset has a set of that name for it.
///
/// The rules are exchanged in one transaction. What they look up is there before it, and what the former ones
/// looked up goes after every packet that is on its way through the hooks at that moment has left them; the
/// tables to be gone go then, too: in the same transaction a packet could have passed the new chains while
/// they were still empty, and find the lock gone.
pub fn replace(ruleset: CheckedRuleset<'_>) -> Result<(), NftError> {
    let ruleset = ruleset.ruleset();
    let (present, wanted) = (Present::read(ruleset)?, Present::wanted(ruleset));
    let spoiled = verify::spoiled(ruleset)?;
    Transaction::preparing(ruleset, &present)?.send()?;
    let exchanged = Transaction::exchanging(ruleset, &present, &spoiled).and_then(|it| it.send());
    if let Err(error) = exchanged {
        // Nothing looks up what was prepared.
        let undone = Transaction::tidying(&wanted.beyond(&present)).and_then(|it| it.send());
        if let Err(error) = undone {
            tracing::warn!(%error, "sets of a refused ruleset are left over");
        }
        return Err(error);
    }
    let tidying = Transaction::tidying(&present.beyond(&wanted))?;
    if tidying.is_empty() && ruleset.removed.is_empty() {
        return Ok(());
    }
    grace::wait().map_err(NftError::Grace)?;
    // The new rules are in force, and what is left over is seen when they are read back.
    if let Err(error) = tidying.send() {
        tracing::warn!(%error, "sets of the former ruleset are left over");
    }
    Transaction::removing(&ruleset.removed)?.send()
}

/// Reads our tables back and tells what is not as the ruleset asks; empty when all is.
pub fn differences(ruleset: CheckedRuleset<'_>) -> Result<Vec<Difference>, NftError> {
    verify::differences(ruleset.ruleset())
}

impl Transaction {
    /// Sends it; the kernel takes all of it or nothing.
    pub fn send(&self) -> Result<(), NftError> {
        if self.is_empty() {
            return Ok(());
        }
        let mut socket = Socket::open(NETLINK_NETFILTER, 0)?;
        let sent = socket.send(self.bytes());
        // A refusal says more than the error of sending: look for it in either case.
        let mut confirmed = false;
        let mut refused = Vec::new();
        while let Some(bytes) = socket.receive_now()? {
            for message in Messages::new(bytes).filter(|message| message.kind == ERROR) {
                match message.error() {
                    Some(0) => confirmed = true,
                    Some(number) => refused.push((message.sequence, Errno::from_raw(number))),
                    None => return Err(NetlinkError::Malformed("an error without number").into()),
                }
            }
        }
        let others = refused.len().saturating_sub(1);
        match refused.first() {
            Some((sequence, source)) => {
                let object = self.object(*sequence).clone();
                Err(NftError::Refused { object, others, source: *source })
            }
            None => {
                sent?;
                if confirmed { Ok(()) } else { Err(NftError::NoAnswer) }
            }
        }
    }
}
