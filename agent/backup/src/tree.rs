//! Directories of a copy, as restic writes them. Times are all zero: the same content is the same
//! tree, and has the same id.

use serde::{Deserialize, Serialize};

use crate::object::Id;

const NEVER: &str = "1970-01-01T00:00:00Z";
/// Go's `os.ModeDir`, which restic writes as Go has it.
const DIRECTORY: u32 = 1 << 31;

/// One directory.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Tree {
    /// What is in it, by name.
    pub nodes: Vec<Node>,
}

/// A file or a directory within one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Node {
    /// Its name.
    pub name: String,
    #[serde(rename = "type")]
    kind: String,
    mode: u32,
    #[serde(default = "never")]
    mtime: String,
    #[serde(default = "never")]
    atime: String,
    #[serde(default = "never")]
    ctime: String,
    #[serde(default)]
    uid: u32,
    #[serde(default)]
    gid: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    size: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    links: u64,
    /// Of a file: its pieces in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Vec<Id>>,
    /// Of a directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtree: Option<Id>,
}

fn never() -> String {
    NEVER.to_owned()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Node {
    fn new(name: String, kind: &str, mode: u32) -> Self {
        let (mtime, atime, ctime) = (never(), never(), never());
        let kind = kind.to_owned();
        let (content, subtree, size, links, uid, gid) = (None, None, 0, 0, 0, 0);
        Self { name, kind, mode, mtime, atime, ctime, uid, gid, size, links, content, subtree }
    }

    /// A file of these pieces.
    pub fn file(name: String, content: Vec<Id>, size: u64) -> Self {
        Self { content: Some(content), size, links: 1, ..Self::new(name, "file", 0o600) }
    }

    /// A directory.
    pub fn directory(name: String, subtree: Id) -> Self {
        Self { subtree: Some(subtree), ..Self::new(name, "dir", DIRECTORY | 0o700) }
    }
}

impl Tree {
    /// As restic writes it.
    pub fn to_json(&self) -> Vec<u8> {
        // Strings, numbers and lists alone: it cannot fail.
        let mut text = serde_json::to_vec(self).unwrap_or_default();
        text.push(b'\n');
        text
    }

    /// Reads one.
    pub fn from_json(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    /// What has this name.
    pub fn find(&self, name: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.name == name)
    }
}
