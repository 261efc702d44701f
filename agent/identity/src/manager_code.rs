//! The code that claims the CRM: made in the admin realm, typed in the CRM, which gets its
//! SHA-256 and no more.

use seal::RecordId;
use seal::body::{Body, Value};
use seal::numbers::{action, invitation as field, invitation_kind, outcome, table};
use vault::{Actor, Batch, KeyOf};
use zeroize::Zeroizing;

use crate::code::typed_code;
use crate::door::DoorRefused;
use crate::realm::Identity;
use crate::refused::Refused;
use crate::signed::Admin;
use crate::stored::{Fields, instant, read_instant};
use crate::tick::unless_gone;

/// How long the code is good for, ms.
pub const MANAGER_CODE_FOR: u64 = 7 * 24 * 60 * 60 * 1_000;

/// A code that was made: shown once, kept nowhere.
#[derive(Clone)]
pub struct ManagerCode {
    /// `XXXX-XXXX-XXXX`, for the page.
    pub code: Zeroizing<String>,
    /// What the CRM is told.
    pub kept: KeptCode,
}

/// What is kept of a manager's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptCode {
    /// SHA-256 of the code, see [`crate::code_hash`].
    pub sha256: [u8; 32],
    /// Until when it is good, ms since 1970.
    pub expires: u64,
}

impl std::fmt::Debug for ManagerCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ManagerCode").field("kept", &self.kept).finish_non_exhaustive()
    }
}

impl Identity {
    /// Makes a new code; the one before opens nothing any more. Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn make_manager_code(&self, who: &Admin) -> Result<ManagerCode, Refused> {
        let (code, sha256) = typed_code().map_err(DoorRefused::Random)?;
        let created = self.now().wall;
        let kept = KeptCode { sha256, expires: created.saturating_add(MANAGER_CODE_FOR) };
        let by = who.signed().account().id;
        let fields = Fields::from([
            (field::KIND, Value::Choice(invitation_kind::MANAGER_CODE)),
            (field::CODE, Value::Bytes(sha256.to_vec())),
            (field::CREATED_AT, instant(created)),
            (field::EXPIRES_AT, instant(kept.expires)),
            (field::CREATED_BY, Value::Link(table::ACCOUNTS, by)),
        ]);
        let id = self.0.store.new_id();
        let former = self.codes_kept()?;
        self.write_as(who, move |batch| {
            forget(batch, former)?;
            batch.put(table::INVITATIONS, id, fields, KeyOf::Table)?;
            batch.audit(action::CODE_MADE, outcome::ALLOWED);
            Ok(())
        })
        .await?;
        Ok(ManagerCode { code, kept })
    }

    /// The code that is good now, to tell the CRM again after its start. Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused::Read`].
    pub fn manager_code(&self) -> Result<Option<KeptCode>, Refused> {
        let now = self.now().wall;
        // The newest last: ids grow with time.
        let newest = self.codes_kept()?.into_iter().last().map(|(_, kept)| kept);
        Ok(newest.filter(|kept| kept.expires > now))
    }

    /// The CRM was claimed: the code is of no more use. Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn forget_manager_code(&self) -> Result<(), Refused> {
        let former = self.codes_kept()?;
        if former.is_empty() {
            return Ok(());
        }
        self.write(Actor::default(), move |batch| {
            forget(batch, former)?;
            batch.audit(action::CODE_USED, outcome::ALLOWED);
            Ok(())
        })
        .await
    }

    fn codes_kept(&self) -> Result<Vec<(RecordId, KeptCode)>, Refused> {
        let mut found = Vec::new();
        let each = |id, _, body: std::sync::Arc<Body>| {
            found.extend(read(&body).map(|kept| (id, kept)));
        };
        self.0.store.load(table::INVITATIONS, each).map_err(Refused::Read)?;
        found.sort_by_key(|(id, _)| *id);
        Ok(found)
    }
}

fn forget(batch: &mut Batch<'_>, former: Vec<(RecordId, KeptCode)>) -> Result<(), Refused> {
    for (id, _) in former {
        unless_gone(batch.delete(table::INVITATIONS, id))?;
    }
    Ok(())
}

fn read(body: &Body) -> Option<KeptCode> {
    let Value::Choice(invitation_kind::MANAGER_CODE) = body.fields.get(&field::KIND)? else {
        return None;
    };
    let Value::Bytes(code) = body.fields.get(&field::CODE)? else { return None };
    let expires = read_instant(body, field::EXPIRES_AT)?;
    Some(KeptCode { sha256: code.as_slice().try_into().ok()?, expires })
}
