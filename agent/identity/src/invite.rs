//! Invitations: a link with a secret of 256 bits, good for a week and once.

use seal::body::{Body, Value};
use seal::numbers::{action, invitation as field, invitation_kind, outcome, table};
use seal::{RecordId, TableId, Version};
use vault::{Batch, KeyOf};

use crate::account::{Account, Role};
use crate::door::DoorRefused;
use crate::enrol::{Enrolment, NewAccount, time_zone};
use crate::realm::{Identity, people_after};
use crate::refused::Refused;
use crate::repeated::{self, Repeat};
use crate::secret::{Kept, Secret, kept};
use crate::sessions::Peer;
use crate::signed::Manager;
use crate::stored::{instant, read_instant, role_number, role_of, text};
use crate::throttle::{Attempt, Known};
use crate::totp::TotpSetup;
use crate::{Place, text as rules};

/// How long an invitation is good for, ms.
pub const INVITED_FOR: u64 = 7 * 24 * 60 * 60 * 1_000;

const TABLE: TableId = table::INVITATIONS;

/// An invitation. Its code is in the link only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: RecordId,
    /// Who is invited; they may choose another name.
    pub name: String,
    /// The role that they will have.
    pub role: Role,
    /// When it was made, ms since 1970.
    pub created: u64,
    /// Until when it is good, ms since 1970.
    pub expires: u64,
    /// Who made it.
    pub by: RecordId,
}

impl Identity {
    /// Invites somebody. The secret belongs into the link's fragment and nowhere else. The same
    /// request as one that invited somebody before gives that invitation, with a link that is good:
    /// the same one, or after a restart a new one in its place.
    ///
    /// # Errors
    /// [`Refused`]; [`Refused::NotFound`] when it was used or withdrawn since.
    pub async fn invite(
        &self,
        who: &Manager,
        name: &str,
        role: Role,
        repeat: Option<Repeat>,
    ) -> Result<(Invitation, Secret), Refused> {
        let done = self.make_invitation(who, name, role, repeat).await;
        self.logged(who, action::INVITATION_MADE, None, done).await
    }

    async fn make_invitation(
        &self,
        who: &Manager,
        name: &str,
        role: Role,
        repeat: Option<Repeat>,
    ) -> Result<(Invitation, Secret), Refused> {
        let (created, by) = (self.now().wall, who.signed().account().id);
        let made = Invitation {
            id: self.0.store.new_id(),
            name: rules::name(name).map_err(Refused::Name)?,
            role,
            created,
            expires: created.saturating_add(INVITED_FOR),
            by,
        };
        let secret = match &repeat {
            Some(repeat) => self.0.links.of_request(&repeat.key, by),
            None => Secret::new().map_err(DoorRefused::Random)?,
        };
        let (door, code) = (self.0.door.clone(), secret.kept());
        let stored = self.write_as(who, move |batch| {
            let before = repeat.map(|repeat| repeated::earlier(batch, TABLE, &repeat, by));
            batch.audit(action::INVITATION_MADE, outcome::ALLOWED);
            if let Some(before) = before.transpose()?.flatten() {
                return again(batch, before, code);
            }
            people_after(&door, batch).may_join(&made.name, made.role)?;
            batch.put(TABLE, made.id, fields(&made, code), KeyOf::Table)?;
            if let Some(repeat) = repeat {
                repeated::keep(batch, TABLE, &repeat, by, made.id, KeyOf::Table, created)?;
            }
            Ok(made)
        });
        Ok((stored.await?, secret))
    }

    /// Invitations that are still good, in the order of their making. In the log within a second.
    /// Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused::Read`].
    pub fn invitations(&self, who: &Manager) -> Result<Vec<Invitation>, Refused> {
        let mut good: Vec<_> =
            self.stored_invitations()?.into_iter().map(|(invitation, _)| invitation).collect();
        good.sort_by_key(|invitation| invitation.id);
        self.listed(who.actor(), TABLE, good.iter().map(|one| one.id));
        Ok(good)
    }

    /// Takes an invitation back: its link opens nothing when this returns.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn withdraw(&self, who: &Manager, id: RecordId) -> Result<(), Refused> {
        let withdrawn = self.write_as(who, move |batch| {
            batch.get(TABLE, id)?.ok_or(Refused::NotFound)?;
            batch.delete(TABLE, id)?;
            batch.audit(action::INVITATION_WITHDRAWN, outcome::ALLOWED);
            Ok(())
        });
        let (done, about) = (withdrawn.await, Some((TABLE, id)));
        self.logged(who, action::INVITATION_WITHDRAWN, about, done).await
    }

    /// Who is invited by this code. Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused::InvitationGone`] if it never was, was used, taken back or is over.
    pub fn invited(&self, code: &str, peer: &Peer) -> Result<Invitation, Refused> {
        // A budget of each place alone: a code of 256 bits needs none over all of them, and with
        // one a stranger could keep everyone who is invited waiting.
        let place = Place::of(peer.address);
        let attempt = Attempt::new("", place, Some(Known::Place(place)));
        let mut tries = self.0.codes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let charged = tries.charge(attempt, self.now());
        charged.map_err(|retry_after| DoorRefused::SlowDown { retry_after })?;
        let sha256 = kept(code);
        let found = self.stored_invitations()?.into_iter().find(|(_, kept)| *kept == sha256);
        let (found, _) = found.ok_or(Refused::InvitationGone)?;
        tries.half_right(attempt);
        Ok(found)
    }

    /// Begins the account of somebody invited: [`Identity::enrol_code`] and
    /// [`Identity::enrol_finish`] go on, and only the last one uses the invitation up. `former` as in
    /// [`Identity::begin_first_shown`]. Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn begin_invited(
        &self,
        code: &str,
        new: NewAccount,
        former: Option<&Secret>,
        peer: &Peer,
    ) -> Result<(Secret, TotpSetup), Refused> {
        let invitation = self.invited(code, peer)?;
        let name = rules::name(&new.name).map_err(Refused::Name)?;
        self.door().people().may_join(&name, invitation.role)?;
        self.check(&new.password, &[&name, &invitation.name])?;
        let time_zone = time_zone(&new.time_zone)?;
        let hash = self.hash(new.password).await;
        let busy = |refused: &Refused| self.note_busy(refused, action::ENROL_REFUSED, peer);
        let hash = hash.inspect_err(busy)?;
        let totp = self.totp_after(former)?;
        let account = Account {
            id: self.0.store.new_id(),
            version: Version(1),
            name,
            language: new.language,
            time_zone,
            role: invitation.role,
            disabled: false,
        };
        self.begin_enrolment(Enrolment::new(account, hash, totp, Some(invitation.id)))
    }

    /// Those still good, each with the SHA-256 of its code.
    fn stored_invitations(&self) -> Result<Vec<(Invitation, Kept)>, Refused> {
        let now = self.now().wall;
        let mut found = Vec::new();
        let each = |id, _, body: std::sync::Arc<Body>| {
            found.extend(read(id, &body).filter(|(invitation, _)| invitation.expires > now));
        };
        self.0.store.load(TABLE, each).map_err(Refused::Read)?;
        Ok(found)
    }
}

/// Uses an invitation up, if it is still there and still good.
pub(crate) fn use_up(batch: &mut Batch<'_>, id: RecordId, now: u64) -> Result<(), Refused> {
    let found = batch.get(TABLE, id)?;
    let good = found.and_then(|(_, body)| read(id, &body)).is_some_and(|(i, _)| i.expires > now);
    if !good {
        return Err(Refused::InvitationGone);
    }
    batch.delete(TABLE, id)?;
    Ok(())
}

/// The invitation of a repeated request, if it is still there; from now on this code opens it.
fn again(batch: &mut Batch<'_>, id: RecordId, code: Kept) -> Result<Invitation, Refused> {
    let (_, body) = batch.get(TABLE, id)?.ok_or(Refused::NotFound)?;
    let (invitation, former) = read(id, &body).ok_or(Refused::NotFound)?;
    if former == code {
        batch.about(TABLE, id);
    } else {
        batch.change(TABLE, id, |fields| {
            fields.insert(field::CODE, Value::Bytes(code.to_vec()));
        })?;
    }
    Ok(invitation)
}

fn fields(of: &Invitation, code: Kept) -> crate::stored::Fields {
    [
        (field::KIND, Value::Choice(invitation_kind::INVITATION)),
        (field::CODE, Value::Bytes(code.to_vec())),
        (field::NAME, Value::Text(of.name.clone())),
        (field::ROLE, Value::Choice(role_number(of.role))),
        (field::CREATED_AT, instant(of.created)),
        (field::EXPIRES_AT, instant(of.expires)),
        (field::CREATED_BY, Value::Link(table::ACCOUNTS, of.by)),
    ]
    .into()
}

fn read(id: RecordId, body: &Body) -> Option<(Invitation, Kept)> {
    let Value::Choice(invitation_kind::INVITATION) = body.fields.get(&field::KIND)? else {
        return None;
    };
    let Value::Bytes(code) = body.fields.get(&field::CODE)? else { return None };
    let Value::Choice(role) = body.fields.get(&field::ROLE)? else { return None };
    let Value::Link(_, by) = body.fields.get(&field::CREATED_BY)? else { return None };
    let invitation = Invitation {
        id,
        name: text(body, field::NAME)?,
        role: role_of(*role)?,
        created: read_instant(body, field::CREATED_AT)?,
        expires: read_instant(body, field::EXPIRES_AT)?,
        by: *by,
    };
    Some((invitation, code.as_slice().try_into().ok()?))
}
