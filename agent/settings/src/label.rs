//! What people call a zone, when that is not its name in the document: one short line in any script.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::Reason;
use crate::title::shown;

/// A label of at most 32 characters, none of them invisible.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(String);

impl Label {
    /// Longest label, in characters.
    pub const MAX: usize = 32;

    /// The label as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Label {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        shown(text, Self::MAX).map(Self).ok_or(Reason::LabelInvalid { max: Self::MAX })
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_script_and_nothing_invisible() {
        let long = "三".repeat(32);
        for good in ["门店 2 楼", "Büro", "Верх", "A", "㛃䶮", long.as_str()] {
            assert_eq!(good.parse::<Label>().map(|label| label.to_string()), Ok(good.to_owned()));
        }
        let longer = "三".repeat(33);
        for bad in ["", " ", " a", "a ", "a\n", "a\u{7}b", "a\u{202e}b", "a\u{200b}b", &longer] {
            assert_eq!(bad.parse::<Label>(), Err(Reason::LabelInvalid { max: 32 }), "{bad:?}");
        }
    }
}
