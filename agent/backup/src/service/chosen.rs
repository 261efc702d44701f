//! A target as somebody chose it, and how it is written down.

use serde::{Deserialize, Serialize};

use super::place::{InvalidPlace, Place};
use crate::keep::Keep;
use crate::pace::Limit;
use crate::sheet::{Sheet, SheetKey};

/// A target of copies.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// What opens the copies.
    pub key: SheetKey,
    /// How long copies stay.
    pub keep: Keep,
    /// How fast they may go out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// When the target was chosen, ms since 1970.
    pub made: u64,
    /// When somebody proved that the sheet in force is printed, ms since 1970.
    pub sheet: Option<u64>,
}

/// What cannot be of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidChosen {
    /// Where it is.
    #[error(transparent)]
    Place(#[from] InvalidPlace),
    /// It is not written down as this program does.
    #[error("this is no target that was written down")]
    Written,
}

impl Chosen {
    /// As it is written down.
    ///
    /// # Errors
    /// [`InvalidChosen::Written`] never, in practice.
    pub fn to_bytes(&self) -> Result<Vec<u8>, InvalidChosen> {
        serde_json::to_vec(self).map_err(|_| InvalidChosen::Written)
    }

    /// Reads it.
    ///
    /// # Errors
    /// See [`InvalidChosen`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidChosen> {
        let chosen: Self = serde_json::from_slice(bytes).map_err(|_| InvalidChosen::Written)?;
        chosen.place.check()?;
        Ok(chosen)
    }

    /// What is printed.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        self.place.sheet(self.key.clone())
    }

    /// Whether a sheet of this one says of the other where it is and how it opens.
    #[must_use]
    pub fn has_sheet_of(&self, other: &Self) -> bool {
        self.key == other.key && self.sheet().text() == other.sheet().text()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use events::Secret;

    use super::super::place::{Rest, tests::bucket};
    use super::*;

    pub fn chosen(address: &str, authority: Option<String>) -> Chosen {
        let rest = Rest {
            address: address.to_owned(),
            user: "shop".to_owned(),
            password: Secret::new("s3cret".to_owned()),
            authority,
        };
        let (key, keep) = (SheetKey::new().unwrap(), Keep::default());
        let (name, place) = ("NAS".to_owned(), Place::Rest(rest));
        Chosen { name, place, key, keep, limit: None, made: 1, sheet: None }
    }

    #[test]
    fn what_was_written_down_is_read_and_what_cannot_be_is_not() {
        let one = chosen("https://nas.example/shop", None);
        let bytes = one.to_bytes().unwrap();
        let read = Chosen::from_bytes(&bytes).unwrap();
        assert!(read.has_sheet_of(&one) && read.name == "NAS" && read.made == 1);
        let text = String::from_utf8(bytes).unwrap();
        for (from, to) in [
            ("https://nas", "http://nas"),
            ("\"shop\"", "\"a:b\""),
            ("\"made\":1", "\"made\":1,\"more\":1"),
        ] {
            let altered = text.replacen(from, to, 1);
            assert_ne!(altered, text);
            assert!(Chosen::from_bytes(altered.as_bytes()).is_err(), "{to}");
        }
        assert!(!format!("{one:?}").contains("s3cret"));
    }

    #[test]
    fn another_name_needs_no_new_sheet() {
        let one = chosen("https://nas.example/shop", None);
        let renamed = Chosen { name: "Cellar".to_owned(), sheet: Some(7), ..one.clone() };
        assert!(renamed.has_sheet_of(&one));
        let moved =
            Chosen { place: chosen("https://nas.example/shop2", None).place, ..one.clone() };
        assert!(!moved.has_sheet_of(&one));
        let elsewhere = Chosen { place: Place::S3(bucket()), ..one.clone() };
        assert!(!elsewhere.has_sheet_of(&one));
        let read = Chosen::from_bytes(&elsewhere.to_bytes().unwrap()).unwrap();
        assert!(read.place == elsewhere.place && read.has_sheet_of(&elsewhere));
    }
}
