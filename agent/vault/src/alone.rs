//! What the writer does alone, between groups: slots, findings that were seen, the end.

use seal::audit::Mark;
use seal::keys::Slot;
use seal::numbers::{action, outcome};

use crate::Actor;
use crate::entry::Saying;
use crate::job::CommitError;
use crate::keyring::Keyring;
use crate::load::Total;
use crate::writer::Writer;

impl Writer {
    /// Adds an entry of the box or of a person that names no record, and writes it.
    fn say(&mut self, actor: &Actor, action: u32, clean: bool) -> Result<(), CommitError> {
        let saying = Saying {
            actor,
            action,
            outcome: outcome::ALLOWED,
            touched: &[],
            count: None,
            reason: None,
            details: &[],
        };
        self.add_entry(Mark::Ordinary, Some(&saying), clean).map_err(CommitError::Seal)?;
        self.commit()
    }

    /// Writes the key file with this slot, then says so in the log.
    pub fn put_slot(&mut self, slot: Slot, who: &Actor, action: u32) -> Result<(), CommitError> {
        self.flush();
        self.may_seal(true)?;
        let put = self.keyfile.put_slot(slot, self.head.keys);
        put.map_err(|error| self.fail(&error))?;
        self.head.keys = self.keyfile.generation();
        self.head.seals += 1;
        self.say(who, action, false)
    }

    /// Begins the live digest anew with what was found at opening: a person has seen the damage.
    pub fn accept(&mut self, who: &Actor) -> Result<(), CommitError> {
        self.flush();
        self.may_seal(true)?;
        let Total { digest, parts } = self.found;
        self.head.digest.add(&digest.minus(&self.stood.digest));
        self.head.parts = self.head.parts.wrapping_add(parts.wrapping_sub(self.stood.parts));
        // Not a second time.
        self.stood.digest = digest;
        self.stood.parts = parts;
        self.say(who, action::DAMAGE_SEEN, false)
    }

    /// Writes what waits and the entry that says it ended in order, and wipes the keys.
    pub fn close(&mut self, actor: &Actor) -> Result<(), CommitError> {
        self.flush();
        let mut result = match self.shared.stopped() {
            Some(error) => Err(error),
            None => self.say(actor, action::CLOSED, true),
        };
        if let Err(error) = self.reader.engine.close()
            && result.is_ok()
        {
            result = Err(self.fail(&error));
        }
        self.shared.fail(CommitError::Closed);
        self.reader.change_keys(Keyring::wipe);
        result
    }
}
