//! A signed head of a log, as an alert carries it.

use serde::{Deserialize, Serialize};

use crate::value::Value;

/// A signed head as one line of text (docs/audit-format.md).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HeadLine(String);

impl HeadLine {
    /// Longest line.
    pub const MAX: usize = 1024;
}

impl TryFrom<String> for HeadLine {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let fits = fits && (1..=Self::MAX).contains(&text.len());
        if fits { Ok(Self(text)) } else { Err("a signed head is one line of ASCII") }
    }
}

impl From<HeadLine> for String {
    fn from(line: HeadLine) -> Self {
        line.0
    }
}

impl Value for HeadLine {
    fn data(&self) -> serde_json::Value {
        self.0.clone().into()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self("gatehouse-head AAAA".to_owned())
    }
}
