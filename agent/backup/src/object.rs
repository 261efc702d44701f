//! What lies at a target: the files of a restic repository, each named by the SHA-256 of what it
//! holds (restic's `doc/design.rst`, "Repository Layout"), but for `config`, of which there is one.

use std::fmt;

use sha2::{Digest, Sha256};

/// A SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub [u8; 32]);

impl Id {
    /// Of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads 64 lower-case hexadecimal digits; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a SHA-256"))
    }
}

/// The directories of a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Sealed pieces of the stream and of the trees, many in one file.
    Pack,
    /// Which piece lies where in which pack.
    Index,
    /// The master key, sealed by a password.
    Key,
    /// One copy: when, and the tree it leads to.
    Snapshot,
    /// Who is at work.
    Lock,
}

impl Kind {
    /// Every one of them.
    pub const ALL: [Self; 5] = [Self::Pack, Self::Index, Self::Key, Self::Snapshot, Self::Lock];

    /// Its directory.
    #[must_use]
    pub const fn directory(self) -> &'static str {
        match self {
            Self::Pack => "data",
            Self::Index => "index",
            Self::Key => "keys",
            Self::Snapshot => "snapshots",
            Self::Lock => "locks",
        }
    }
}

/// One file of a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// `config`.
    Config,
    /// One that its content names.
    Named(Kind, Id),
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config => f.write_str("config"),
            Self::Named(kind, id) => write!(f, "{}/{id}", kind.directory()),
        }
    }
}
