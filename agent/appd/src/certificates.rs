//! The authority and both certificates: read from what was stored, made where they are missing, made
//! anew where they are due. Nothing is stored here; the caller keeps what is new before it uses it.

use pki::{Authority, Leaf, Name, PkiError};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::system::Which;

/// What is stored of one certificate.
#[derive(Clone)]
pub struct Stored {
    /// DER of the certificate.
    pub der: Vec<u8>,
    /// PKCS #8 DER of its key.
    pub key: Zeroizing<Vec<u8>>,
}

/// What is stored of all.
#[derive(Clone, Default)]
pub struct All {
    /// The authority.
    pub authority: Option<Stored>,
    /// The admin application's.
    pub admin: Option<Stored>,
    /// The CRM's.
    pub crm: Option<Stored>,
}

/// What is in force.
pub struct Certificates {
    /// The authority.
    pub authority: Authority,
    /// The admin application's.
    pub admin: Leaf,
    /// The CRM's.
    pub crm: Leaf,
}

/// What was made, and is to be stored.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// The authority; then both others, too.
    pub authority: bool,
    /// Leaves.
    pub leaves: Vec<Name>,
}

impl Made {
    /// Whether there is nothing to store.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl All {
    /// Where this one is.
    pub fn place(&mut self, which: Which) -> &mut Option<Stored> {
        match which {
            Which::Authority => &mut self.authority,
            Which::Leaf(Name::Admin) => &mut self.admin,
            Which::Leaf(Name::Crm) => &mut self.crm,
        }
    }
}

impl Certificates {
    /// The certificate for this name.
    pub fn leaf(&self, name: Name) -> &Leaf {
        match name {
            Name::Admin => &self.admin,
            Name::Crm => &self.crm,
        }
    }

    /// Certificates for this time. `id` is random and used for a new authority only. What is stored and
    /// cannot be read is an error: a new authority would have to be trusted anew by everyone, so that
    /// is for a person to decide.
    pub fn ready(stored: &All, now: OffsetDateTime, id: [u8; 4]) -> Result<(Self, Made), PkiError> {
        let mut made = Made::default();
        let authority = match &stored.authority {
            Some(stored) => Authority::load(&stored.der, &stored.key)?,
            None => {
                made.authority = true;
                Authority::create(now, id)?
            }
        };
        let mut leaf = |name, stored: &Option<Stored>| {
            if let Some(stored) = stored.as_ref().filter(|_| !made.authority) {
                let leaf = Leaf::load(name, &stored.der, authority.der(), &stored.key)?;
                if !leaf.is_due(now) {
                    return Ok(leaf);
                }
            }
            made.leaves.push(name);
            authority.issue(name, now)
        };
        let admin = leaf(Name::Admin, &stored.admin)?;
        let crm = leaf(Name::Crm, &stored.crm)?;
        Ok((Self { authority, admin, crm }, made))
    }

    /// As it is to be stored.
    pub fn stored(&self) -> All {
        let leaf = |leaf: &Leaf| {
            let key = Zeroizing::new(leaf.key_pkcs8().to_owned());
            Some(Stored { der: leaf.der().to_owned(), key })
        };
        let authority =
            Stored { der: self.authority.der().to_owned(), key: self.authority.key_pkcs8() };
        All { authority: Some(authority), admin: leaf(&self.admin), crm: leaf(&self.crm) }
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    fn now() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_795_000_000).unwrap()
    }

    #[test]
    fn made_once_and_renewed_under_the_same_authority() {
        let (first, made) = Certificates::ready(&All::default(), now(), [7; 4]).unwrap();
        assert_eq!(made, Made { authority: true, leaves: Name::ALL.to_vec() });
        let stored = first.stored();
        let (again, made) = Certificates::ready(&stored, now(), [8; 4]).unwrap();
        assert!(made.is_empty());
        assert_eq!(again.admin.der(), first.admin.der());
        let later = now() + Duration::days(300);
        let (renewed, made) = Certificates::ready(&stored, later, [9; 4]).unwrap();
        assert_eq!(made, Made { authority: false, leaves: Name::ALL.to_vec() });
        assert_eq!(renewed.authority.fingerprint(), first.authority.fingerprint());
        assert_ne!(renewed.crm.der(), first.crm.der());
        let partly = All { crm: None, ..stored.clone() };
        let (_, made) = Certificates::ready(&partly, now(), [9; 4]).unwrap();
        assert_eq!(made, Made { authority: false, leaves: vec![Name::Crm] });
    }

    #[test]
    fn an_authority_that_cannot_be_read_is_not_replaced() {
        let (first, _) = Certificates::ready(&All::default(), now(), [7; 4]).unwrap();
        let mut stored = first.stored();
        stored.authority.as_mut().unwrap().der.pop();
        assert!(Certificates::ready(&stored, now(), [7; 4]).is_err());
    }
}
