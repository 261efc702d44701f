//! The authority and both certificates: read from what was stored, made where they are missing or cannot
//! be used, made anew where they are due. Nothing is stored here; the caller keeps what is new before it uses it.

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
    /// Those of them in whose place something is stored that cannot be used.
    pub damaged: Vec<Which>,
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

    /// Certificates for this time. `id` is random and used for a new authority only. One that is stored
    /// and cannot be used is made anew: of a new authority every browser warns until somebody has
    /// compared its fingerprint with the console's, but without one nobody has any page to be told by.
    pub fn ready(stored: &All, now: OffsetDateTime, id: [u8; 4]) -> Result<(Self, Made), PkiError> {
        let mut made = Made::default();
        let load = |stored: &Stored| Authority::load(&stored.der, &stored.key);
        let authority = match stored.authority.as_ref().map(load) {
            Some(Ok(authority)) => authority,
            found => {
                made.damaged.extend(found.map(|_| Which::Authority));
                made.authority = true;
                Authority::create(now, id)?
            }
        };
        let mut leaf = |name, stored: &Option<Stored>| {
            if let Some(stored) = stored.as_ref().filter(|_| !made.authority) {
                match Leaf::load(name, &stored.der, authority.der(), &stored.key) {
                    Ok(leaf) if !leaf.is_due(now) => return Ok(leaf),
                    Ok(_) => {}
                    Err(_) => made.damaged.push(Which::Leaf(name)),
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
        let all = |authority| Made { authority, leaves: Name::ALL.to_vec(), damaged: Vec::new() };
        assert_eq!(made, all(true));
        let stored = first.stored();
        let (again, made) = Certificates::ready(&stored, now(), [8; 4]).unwrap();
        assert!(made.is_empty());
        assert_eq!(again.admin.der(), first.admin.der());
        let later = now() + Duration::days(300);
        let (renewed, made) = Certificates::ready(&stored, later, [9; 4]).unwrap();
        assert_eq!(made, all(false));
        assert_eq!(renewed.authority.fingerprint(), first.authority.fingerprint());
        assert_ne!(renewed.crm.der(), first.crm.der());
        let partly = All { crm: None, ..stored.clone() };
        let (_, made) = Certificates::ready(&partly, now(), [9; 4]).unwrap();
        assert_eq!(made, Made { leaves: vec![Name::Crm], ..Made::default() });
    }

    #[test]
    fn what_cannot_be_used_is_made_anew_and_named() {
        let (first, _) = Certificates::ready(&All::default(), now(), [7; 4]).unwrap();
        let fingerprint = first.authority.fingerprint();
        // The certificate was cut off; its key is another's.
        for leaf in Name::ALL {
            let (mut cut, mut swapped) = (first.stored(), first.stored());
            cut.place(Which::Leaf(leaf)).as_mut().unwrap().der.pop();
            swapped.place(Which::Leaf(leaf)).as_mut().unwrap().key = first.authority.key_pkcs8();
            for stored in [cut, swapped] {
                let (again, made) = Certificates::ready(&stored, now(), [8; 4]).unwrap();
                let damaged = vec![Which::Leaf(leaf)];
                assert_eq!(made, Made { leaves: vec![leaf], damaged, authority: false });
                assert_eq!(
                    again.authority.fingerprint(),
                    fingerprint,
                    "nobody needs to trust anew"
                );
            }
        }
        let mut stored = first.stored();
        stored.authority.as_mut().unwrap().der.pop();
        let (again, made) = Certificates::ready(&stored, now(), [8; 4]).unwrap();
        let damaged = vec![Which::Authority];
        assert_eq!(made, Made { authority: true, leaves: Name::ALL.to_vec(), damaged });
        assert_ne!(again.authority.fingerprint(), fingerprint);
        assert_eq!(again.crm.authority_der(), again.authority.der());
    }
}
