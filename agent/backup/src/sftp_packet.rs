//! Packets of SFTP version 3 (draft-ietf-secsh-filexfer-02), as OpenSSH speaks it, with those of its extensions that
//! are used here (OpenSSH's file PROTOCOL, section 4). What comes from a server is trusted with nothing: it is
//! bounded, and read whole or not at all. Pure.

/// Longest packet, bytes: what OpenSSH takes and gives at most.
pub const MOST_BYTES: usize = 256 << 10;
/// Longest handle, bytes (draft, section 6.2).
const LONGEST_HANDLE: usize = 256;

/// The version that is spoken.
const VERSION: u32 = 3;

/// Why a server did not do it (draft, section 7); those of later drafts that servers give all the same.
pub mod status {
    /// It was done.
    pub const OK: u32 = 0;
    /// There is no more.
    pub const EOF: u32 = 1;
    /// There is none.
    pub const NO_SUCH_FILE: u32 = 2;
    /// It does not let us.
    pub const PERMISSION_DENIED: u32 = 3;
    /// It does not know what was asked.
    pub const OP_UNSUPPORTED: u32 = 8;
    /// The file system takes no writing.
    pub const WRITE_PROTECT: u32 = 12;
    /// It has no room.
    pub const NO_SPACE: u32 = 14;
    /// This user has no room.
    pub const QUOTA_EXCEEDED: u32 = 15;
}

/// What a file that lies somewhere is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Bytes.
    File,
    /// Other files.
    Directory,
    /// A link, a pipe, a device.
    Other,
    /// The server does not say.
    Untold,
}

/// What is said of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// Its length, if that is said.
    pub length: Option<u64>,
    /// What it is.
    pub kind: FileKind,
}

/// A file of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, whatever bytes that are.
    pub name: Vec<u8>,
    /// What it is.
    pub attributes: Attributes,
}

/// Room on a file system (extension `statvfs@openssh.com`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes that are left for us.
    pub left: u64,
    /// Whether nothing can be written there.
    pub is_read_only: bool,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Whether it was done: see [`status`].
    Status(u32),
    /// An open file or directory.
    Handle(Vec<u8>),
    /// Bytes of a file.
    Data(Vec<u8>),
    /// Files of a directory.
    Names(Vec<Entry>),
    /// What is said of a file.
    Attributes(Attributes),
    /// What an extension says.
    Extended(Vec<u8>),
}

/// Extensions of a server that are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// A file takes another one's name, also where that is taken.
    pub posix_rename: bool,
    /// A file goes to the medium when that is asked for.
    pub fsync: bool,
    /// How much room there is.
    pub statvfs: bool,
}

/// No packet, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no packet of SFTP version 3: {0}")]
pub struct InvalidPacket(pub &'static str);

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// To read it.
    Read,
    /// To write into it where it is.
    Write,
    /// To make it; where one of this name is there, not.
    New,
}

impl Opening {
    const fn flags(self) -> u32 {
        const READ: u32 = 1;
        const WRITE: u32 = 2;
        const CREATE: u32 = 8;
        const EXCLUSIVE: u32 = 0x20;
        match self {
            Self::Read => READ,
            Self::Write => WRITE,
            Self::New => WRITE | CREATE | EXCLUSIVE,
        }
    }
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub enum Request<'a> {
    /// Opens a file.
    Open(&'a str, Opening),
    /// Closes what is open.
    Close(&'a [u8]),
    /// So many bytes from a place.
    Read(&'a [u8], u64, u32),
    /// Bytes to a place.
    Write(&'a [u8], u64, &'a [u8]),
    /// What a file is; of a link, the link itself.
    LookAt(&'a str),
    /// The same; of a link, what it leads to.
    Look(&'a str),
    /// Opens a directory.
    OpenDirectory(&'a str),
    /// Some more of a directory.
    ReadDirectory(&'a [u8]),
    /// Takes a file away.
    Remove(&'a str),
    /// Makes a directory.
    MakeDirectory(&'a str),
    /// Gives a file another name, which nobody has.
    Rename(&'a str, &'a str),
    /// Gives a file another name, also where somebody has it.
    RenameOver(&'a str, &'a str),
    /// Has a file on the medium.
    Sync(&'a [u8]),
    /// How much room there is.
    Room(&'a str),
}

impl Request<'_> {
    /// Writes it behind what is there, with its number.
    pub fn write(&self, id: u32, to: &mut Vec<u8>) {
        const FILE: u32 = 0o600;
        const DIRECTORY: u32 = 0o700;
        let mut body = Body { bytes: Vec::new(), kind: 0 };
        match *self {
            Self::Open(path, opening) => {
                body.of(3, id).text(path).number(opening.flags());
                match opening {
                    Opening::New => body.permissions(FILE),
                    Opening::Read | Opening::Write => body.number(0),
                };
            }
            Self::Close(handle) => {
                body.of(4, id).string(handle);
            }
            Self::Read(handle, from, length) => {
                body.of(5, id).string(handle).long(from).number(length);
            }
            Self::Write(handle, from, bytes) => {
                body.of(6, id).string(handle).long(from).string(bytes);
            }
            Self::LookAt(path) => {
                body.of(7, id).text(path);
            }
            Self::OpenDirectory(path) => {
                body.of(11, id).text(path);
            }
            Self::ReadDirectory(handle) => {
                body.of(12, id).string(handle);
            }
            Self::Remove(path) => {
                body.of(13, id).text(path);
            }
            Self::MakeDirectory(path) => {
                body.of(14, id).text(path).permissions(DIRECTORY);
            }
            Self::Look(path) => {
                body.of(17, id).text(path);
            }
            Self::Rename(from, to) => {
                body.of(18, id).text(from).text(to);
            }
            Self::RenameOver(from, to) => {
                body.of(200, id).text(POSIX_RENAME.0).text(from).text(to);
            }
            Self::Sync(handle) => {
                body.of(200, id).text(FSYNC.0).string(handle);
            }
            Self::Room(path) => {
                body.of(200, id).text(STATVFS.0).text(path);
            }
        }
        body.end(to);
    }
}

const POSIX_RENAME: (&str, &[u8]) = ("posix-rename@openssh.com", b"1");
const FSYNC: (&str, &[u8]) = ("fsync@openssh.com", b"1");
const STATVFS: (&str, &[u8]) = ("statvfs@openssh.com", b"2");

/// What a client says first.
#[must_use]
pub fn hello() -> [u8; 9] {
    let mut hello = [0, 0, 0, 5, 1, 0, 0, 0, 0];
    hello[5..].copy_from_slice(&VERSION.to_be_bytes());
    hello
}

/// What a server says first, without its length.
///
/// # Errors
/// For what is none, and for an older version.
pub fn parse_hello(bytes: &[u8]) -> Result<Offers, InvalidPacket> {
    let mut from = Rest(bytes);
    if from.byte()? != 2 {
        return Err(InvalidPacket("no greeting"));
    }
    if from.number()? < VERSION {
        return Err(InvalidPacket("an older version"));
    }
    let mut offers = Offers::default();
    while !from.0.is_empty() {
        let (name, version) = (from.string()?, from.string()?);
        let is = |one: (&str, &[u8])| name == one.0.as_bytes() && version == one.1;
        offers.posix_rename |= is(POSIX_RENAME);
        offers.fsync |= is(FSYNC);
        offers.statvfs |= is(STATVFS);
    }
    Ok(offers)
}

/// An answer without its length, and the number of what was asked.
///
/// # Errors
/// For what is none.
pub fn parse(bytes: &[u8]) -> Result<(u32, Reply), InvalidPacket> {
    let mut from = Rest(bytes);
    let (kind, id) = (from.byte()?, from.number()?);
    let reply = match kind {
        // The words after it are for people, and some servers leave them out.
        101 => return Ok((id, Reply::Status(from.number()?))),
        102 => {
            let handle = from.string()?;
            if handle.is_empty() || handle.len() > LONGEST_HANDLE {
                return Err(InvalidPacket("no handle"));
            }
            Reply::Handle(handle.to_vec())
        }
        103 => Reply::Data(from.string()?.to_vec()),
        104 => {
            let (count, mut entries) = (from.number()?, Vec::new());
            for _ in 0..count {
                let (name, _, attributes) = (from.string()?, from.string()?, from.attributes()?);
                entries.push(Entry { name: name.to_vec(), attributes });
            }
            Reply::Names(entries)
        }
        105 => Reply::Attributes(from.attributes()?),
        201 => return Ok((id, Reply::Extended(from.0.to_vec()))),
        _ => return Err(InvalidPacket("no answer")),
    };
    if from.0.is_empty() { Ok((id, reply)) } else { Err(InvalidPacket("more than an answer")) }
}

/// What `statvfs@openssh.com` answers.
///
/// # Errors
/// For what is something else.
pub fn parse_room(bytes: &[u8]) -> Result<Room, InvalidPacket> {
    const READ_ONLY: u64 = 1;
    let mut from = Rest(bytes);
    let mut fields = [0; 11];
    for field in &mut fields {
        *field = from.long()?;
    }
    let [_, unit, _, _, available, _, _, _, _, flags, _] = fields;
    Ok(Room { left: unit.saturating_mul(available), is_read_only: flags & READ_ONLY != 0 })
}

/// A packet that is being written.
struct Body {
    kind: u8,
    bytes: Vec<u8>,
}

impl Body {
    fn of(&mut self, kind: u8, id: u32) -> &mut Self {
        self.kind = kind;
        self.number(id)
    }

    fn number(&mut self, number: u32) -> &mut Self {
        self.bytes.extend_from_slice(&number.to_be_bytes());
        self
    }

    fn long(&mut self, number: u64) -> &mut Self {
        self.bytes.extend_from_slice(&number.to_be_bytes());
        self
    }

    fn string(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.bytes.extend_from_slice(bytes);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.string(text.as_bytes())
    }

    /// Attributes that say nothing else.
    fn permissions(&mut self, mode: u32) -> &mut Self {
        self.number(PERMISSIONS).number(mode)
    }

    fn end(self, to: &mut Vec<u8>) {
        let length = u32::try_from(self.bytes.len() + 1).unwrap_or(u32::MAX);
        to.extend_from_slice(&length.to_be_bytes());
        to.push(self.kind);
        to.extend_from_slice(&self.bytes);
    }
}

// Flags of attributes (draft, section 5).
const SIZE: u32 = 1;
const OWNER: u32 = 2;
const PERMISSIONS: u32 = 4;
const TIMES: u32 = 8;
const EXTENDED: u32 = 0x8000_0000;

/// A packet that is being read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], InvalidPacket> {
        let (taken, left) = self.0.split_at_checked(length).ok_or(InvalidPacket("too short"))?;
        self.0 = left;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], InvalidPacket> {
        self.take(N)?.try_into().map_err(|_| InvalidPacket("too short"))
    }

    fn byte(&mut self) -> Result<u8, InvalidPacket> {
        self.array().map(|[byte]| byte)
    }

    fn number(&mut self) -> Result<u32, InvalidPacket> {
        self.array().map(u32::from_be_bytes)
    }

    fn long(&mut self) -> Result<u64, InvalidPacket> {
        self.array().map(u64::from_be_bytes)
    }

    fn string(&mut self) -> Result<&'a [u8], InvalidPacket> {
        let length = self.number()?;
        self.take(usize::try_from(length).map_err(|_| InvalidPacket("too long"))?)
    }

    fn attributes(&mut self) -> Result<Attributes, InvalidPacket> {
        let flags = self.number()?;
        if flags & !(SIZE | OWNER | PERMISSIONS | TIMES | EXTENDED) != 0 {
            return Err(InvalidPacket("attributes of another version"));
        }
        let length = if flags & SIZE == 0 { None } else { Some(self.long()?) };
        if flags & OWNER != 0 {
            self.take(8)?;
        }
        let mode = if flags & PERMISSIONS == 0 { 0 } else { self.number()? };
        if flags & TIMES != 0 {
            self.take(8)?;
        }
        if flags & EXTENDED != 0 {
            for _ in 0..self.number()? {
                let _ = (self.string()?, self.string()?);
            }
        }
        let kind = match mode & 0o170_000 {
            0 => FileKind::Untold,
            0o100_000 => FileKind::File,
            0o040_000 => FileKind::Directory,
            _ => FileKind::Other,
        };
        Ok(Attributes { length, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(bytes: &[u8]) -> Vec<u8> {
        [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
    }

    fn of(kind: u8, id: u32, rest: &[&[u8]]) -> Vec<u8> {
        [&[kind][..], &id.to_be_bytes(), &rest.concat()].concat()
    }

    fn file(length: u64) -> Vec<u8> {
        let mode = 0o100_600_u32;
        [&15_u32.to_be_bytes()[..], &length.to_be_bytes(), &[0; 8], &mode.to_be_bytes(), &[0; 8]]
            .concat()
    }

    #[test]
    fn answers_are_read() {
        let status = |rest: &[&[u8]]| parse(&of(101, 7, rest));
        assert_eq!(
            status(&[&[0, 0, 0, 3], &string(b"denied"), &string(b"en")]),
            Ok((7, Reply::Status(3)))
        );
        assert_eq!(status(&[&[0, 0, 0, 3]]), Ok((7, Reply::Status(3))), "without words");
        assert_eq!(parse(&of(102, 7, &[&string(b"h")])), Ok((7, Reply::Handle(b"h".to_vec()))));
        assert_eq!(parse(&of(103, 7, &[&string(b"")])), Ok((7, Reply::Data(Vec::new()))));
        let attributes = Attributes { length: Some(9), kind: FileKind::File };
        assert_eq!(parse(&of(105, 7, &[&file(9)])), Ok((7, Reply::Attributes(attributes))));
        let extended =
            [&EXTENDED.to_be_bytes()[..], &[0, 0, 0, 1], &string(b"a"), &string(b"b")].concat();
        let untold = Attributes { length: None, kind: FileKind::Untold };
        assert_eq!(parse(&of(105, 7, &[&extended])), Ok((7, Reply::Attributes(untold))));
        let names = of(104, 7, &[&[0, 0, 0, 1], &string(b"\xff"), &string(b"-rw"), &file(9)]);
        let entry = Entry { name: vec![0xff], attributes };
        assert_eq!(parse(&names), Ok((7, Reply::Names(vec![entry]))));
        let room: Vec<u8> = [1_u64, 4_096, 0, 0, 3, 0, 0, 0, 0, 3, 255]
            .iter()
            .flat_map(|n| n.to_be_bytes())
            .collect();
        assert_eq!(parse_room(&room), Ok(Room { left: 12_288, is_read_only: true }));
    }

    #[test]
    fn nothing_else_is_an_answer() {
        let names = |count: u32| {
            of(104, 7, &[&count.to_be_bytes(), &string(b"a"), &string(b"a"), &file(9)])
        };
        for bad in [
            Vec::new(),
            vec![101],
            of(101, 7, &[]),
            of(102, 7, &[&string(b"")]),
            of(102, 7, &[&string(&[0; 257])]),
            of(103, 7, &[&[0, 0, 0, 9, 1]]),
            of(103, 7, &[&string(b"a"), b"b"]),
            of(105, 7, &[&[0, 0, 0, 16]]),
            of(105, 7, &[&EXTENDED.to_be_bytes(), &[0xff; 4]]),
            names(0),
            names(2),
            names(u32::MAX),
            of(100, 7, &[]),
        ] {
            assert!(parse(&bad).is_err(), "{bad:?}");
        }
        assert!(parse_room(&[0; 87]).is_err());
    }

    #[test]
    fn a_greeting_says_what_is_offered() {
        let extensions = [POSIX_RENAME, FSYNC, STATVFS]
            .map(|(name, version)| [string(name.as_bytes()), string(version)].concat());
        let hello = |version: u32, rest: &[u8]| [&[2][..], &version.to_be_bytes(), rest].concat();
        let all = Offers { posix_rename: true, fsync: true, statvfs: true };
        assert_eq!(parse_hello(&hello(3, &extensions.concat())), Ok(all));
        assert_eq!(parse_hello(&hello(6, &[])), Ok(Offers::default()));
        let other = [string(b"fsync@openssh.com"), string(b"2")].concat();
        assert_eq!(parse_hello(&hello(3, &other)), Ok(Offers::default()));
        for bad in [
            Vec::new(),
            hello(2, &[]),
            hello(3, &[0]),
            hello(3, &string(b"a")),
            vec![1, 0, 0, 0, 3],
        ] {
            assert!(parse_hello(&bad).is_err(), "{bad:?}");
        }
    }

    /// Byte by byte as the draft says, so that a slip of ours is not read as well as it is written.
    #[test]
    fn requests_are_written_as_the_draft_has_them() {
        let written = |request: Request<'_>| {
            let mut to = Vec::new();
            request.write(7, &mut to);
            to
        };
        assert_eq!(hello(), [0, 0, 0, 5, 1, 0, 0, 0, 3]);
        assert_eq!(
            written(Request::Open("ab", Opening::New)),
            [
                0, 0, 0, 23, 3, 0, 0, 0, 7, 0, 0, 0, 2, b'a', b'b', 0, 0, 0, 0x2a, 0, 0, 0, 4, 0,
                0, 1, 0o200
            ]
        );
        assert_eq!(
            written(Request::Read(b"h", 258, 5)),
            [0, 0, 0, 22, 5, 0, 0, 0, 7, 0, 0, 0, 1, b'h', 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 5]
        );
        assert_eq!(
            written(Request::Rename("a", "b")),
            [0, 0, 0, 15, 18, 0, 0, 0, 7, 0, 0, 0, 1, b'a', 0, 0, 0, 1, b'b']
        );
        let sync = written(Request::Sync(b"h"));
        assert_eq!(sync[..9], [0, 0, 0, 31, 200, 0, 0, 0, 7]);
        assert!(sync.ends_with(b"fsync@openssh.com\0\0\0\x01h"));
    }
}
