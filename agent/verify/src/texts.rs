//! Every sentence that the program says, in one place and in plain English.

use std::fmt;
use std::path::PathBuf;

use crate::frame::FrameError;
use crate::time::Time;
use crate::{MAX_ITEM, Report};

/// How the program is called.
pub const USAGE: &str = "\
gatehouse-verify EXPORT [--head LINE]... [--parts]

Checks the exported log of a Gatehouse store: that no entry is missing, changed or moved.

  EXPORT       the file that was exported
  --head LINE  a line \"gatehouse-head-1 ...\" that left the box earlier and was kept elsewhere;
               may be given again. Without one, an end that was cut off cannot be noticed.
  --parts      also refuse when the sealed content of an entry is not in the file

Exit code: 0 whole up to the highest head given
           3 consistent, but no head that was given covers it: the end is not proven
           1 refused
           2 the file or a head could not be read
";

/// Why the program does not begin.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// No EXPORT.
    #[error("Not readable: no file was named.\n\n{USAGE}")]
    NoFile,
    /// The file cannot be opened.
    #[error("Not readable: {} cannot be opened.", .path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A `--head` is none.
    #[error("Not readable: \"{line}\" is no head.")]
    Head {
        /// As given.
        line: String,
        /// Why.
        source: LineError,
    },
}

/// Why a line is no head.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LineError {
    /// It begins otherwise.
    #[error("It does not begin with \"gatehouse-head-1 \".")]
    Prefix,
    /// What follows is no base64url, or has padding.
    #[error("What follows \"gatehouse-head-1 \" is not base64url without padding.")]
    Encoding,
    /// What it encodes is no head.
    #[error("What it encodes is not a head of 168 bytes.")]
    Form,
}

/// Why there is no [`Report`].
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The input ends with an error.
    #[error("Not readable: the file cannot be read.")]
    Unreadable(#[source] std::io::Error),
    /// No header.
    #[error("Not readable: this is not an export of a log (it does not begin with GHX1).")]
    NotAnExport,
    /// A rule is broken.
    #[error("Refused. {refusal}{}", SignedUpTo(*.signed))]
    Refused {
        /// Which one, and where.
        refusal: Refusal,
        /// The last entry that a valid signed head covers.
        signed: Option<u64>,
    },
}

/// The rule that an export breaks. `seq` is the number of the entry at which it is noticed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence says it")]
pub enum Refusal {
    #[error("The file ends before entry {seq}, without the mark that ends an export.")]
    Truncated { seq: u64 },
    #[error("Before entry {seq} stands something of the unknown kind {kind}.")]
    UnknownItem { seq: u64, kind: u8 },
    #[error("Before entry {seq} stands something of {length} bytes; {MAX_ITEM} is the most.")]
    TooLong { seq: u64, length: u32 },
    #[error("The file holds no entry; it should begin with entry {first}.")]
    Empty { first: u64 },
    #[error("Bytes follow after the end of the export, behind entry {}.", .seq.saturating_sub(1))]
    Trailing { seq: u64 },
    #[error("The mark after entry {seq}, which ends the export, has the wrong length.")]
    EndForm { seq: u64 },
    #[error(
        "After entry {seq} the export says that it holds {told} entries, but it holds {found}."
    )]
    Count { seq: u64, told: u64, found: u64 },

    #[error("Entry {seq} does not begin as an entry (GHA1).")]
    FrameMagic { seq: u64 },
    #[error("Entry {seq} has the wrong length for what it says it holds.")]
    FrameLength { seq: u64 },
    #[error("Entry {seq} says it has {count} parts; 64 is the most.")]
    FrameParts { seq: u64, count: u16 },
    #[error("Entry {seq} has the unknown mark {mark}: a newer program may know it.")]
    FrameMark { seq: u64, mark: u16 },
    #[error("Where entry {expected} should be stands entry {found}.")]
    Seq { expected: u64, found: u64 },
    #[error("Entry {seq} does not follow from the one before it: one of them was changed.")]
    Before { seq: u64 },
    #[error("Entry {seq} has the highest number there is.")]
    Overflow { seq: u64 },

    #[error("Entry 0 does not begin a chain: it names no signing key.")]
    NoGenesis,
    #[error("Entry {seq} says that the chain begins there, but it does not.")]
    SecondGenesis { seq: u64 },
    #[error("Entry {seq} tells of a restore whose generation is not above the former.")]
    Generation { seq: u64 },
    #[error("Entry {seq} brings a signing key that anyone could sign for, or that is none.")]
    UnusableKey { seq: u64 },
    #[error("Entry {seq} brings a new signing key that the former key did not sign.")]
    KeyChange { seq: u64 },
    #[error("Entry {seq} names a range of removed parts that is turned round or not in the past.")]
    Retention { seq: u64 },

    #[error("Part {} of entry {seq} is not the one that was logged.", index + 1)]
    Part { seq: u64, index: usize },
    #[error("Entry {seq} has {expected} parts, but {found} stand behind it.")]
    PartItems { seq: u64, expected: usize, found: usize },
    #[error("Before entry {seq} stands a part that belongs to no entry.")]
    UnexpectedPart { seq: u64 },
    #[error("Parts of entry {seq} are missing, and no later entry says that they were removed.")]
    MissingPart { seq: u64 },
    #[error("Up to entry {seq} parts are missing in too many places to be a store's doing.")]
    TooManyMissing { seq: u64 },

    #[error("Behind entry {seq} stands a head that is broken.")]
    HeadForm { seq: u64 },
    #[error("At entry {seq} stands a signed head that is not over this entry.")]
    HeadPlace { seq: u64 },
    #[error("The head over entry {seq} is of another store.")]
    HeadStore { seq: u64 },
    #[error("The head over entry {seq} is of generation {found}; it should be {expected}.")]
    HeadGeneration { seq: u64, found: u32, expected: u32 },
    #[error("The head over entry {seq} is not signed with the key in force there.")]
    HeadKey { seq: u64 },
    #[error("The signature of the head over entry {seq} is not valid.")]
    HeadSignature { seq: u64 },
    #[error("No head in the export covers its last entry, {seq}.")]
    Uncovered { seq: u64 },

    #[error("The given head of entry {seq} is of another store.")]
    GivenStore { seq: u64 },
    #[error("The signature of the given head of entry {seq} is not valid.")]
    GivenSignature { seq: u64 },
    #[error(
        "The export begins with entry {first}: the head of entry {} is needed, and none that was \
         given has the hash that the export begins with.", .first.saturating_sub(1)
    )]
    NoStart { first: u64 },
    #[error(
        "Entry {seq} is another than the one that the given head covers: the log was rewritten."
    )]
    Fork { seq: u64 },
    #[error(
        "The given head covers entry {head}, but the chain ends with entry {last}: its end was cut \
         off, or the store was put back."
    )]
    Cut { head: u64, last: u64 },
}

impl Refusal {
    pub(crate) fn frame(seq: u64, error: FrameError) -> Self {
        match error {
            FrameError::Magic => Self::FrameMagic { seq },
            FrameError::Length => Self::FrameLength { seq },
            FrameError::Parts(count) => Self::FrameParts { seq, count },
            FrameError::Mark(mark) => Self::FrameMark { seq, mark },
        }
    }
}

struct SignedUpTo(Option<u64>);

impl fmt::Display for SignedUpTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(seq) => write!(f, "\nUp to entry {seq} the chain is signed and consistent."),
            None => write!(f, "\nNo part of the chain is signed and consistent."),
        }
    }
}

/// What an auditor should look at in an accepted export.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the sentence says it")]
pub enum Note {
    ClockBack { seq: u64, from: Time, to: Time },
    Gap { seq: u64, from: Time, to: Time },
    Restored { seq: u64, generation: u32, copy: Time },
    NewKey { seq: u64 },
    Retention { seq: u64, first: u64, last: u64 },
    Lost { generation: u32, restore: Option<u64>, to: u64 },
    UnknownKey { seq: u64, generation: u32 },
    Below { seq: u64 },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClockBack { seq, from, to } => {
                write!(f, "Entry {seq}: the box's clock went back, from {from} to {to}.")
            }
            Self::Gap { seq, from, to } => write!(
                f,
                "Entry {seq}: the program had not ended cleanly. Views of lists between {from} and \
                 {to} may be missing from the log, at most those of one second."
            ),
            Self::Restored { seq, generation, copy } => write!(
                f,
                "Entry {seq}: the store was restored from a copy of {copy} (generation \
                 {generation}). Work after that copy is lost."
            ),
            Self::NewKey { seq } => {
                write!(f, "Entry {seq}: a new signing key, signed with the former one.")
            }
            Self::Retention { seq, first, last } => write!(
                f,
                "Entry {seq}: content of the entries {first} to {last} was removed on purpose, its \
                 time to be kept being over."
            ),
            Self::Lost { generation, restore: Some(seq), to } => write!(
                f,
                "Lost: the entries {seq} to {to} of generation {generation}, undone by the restore \
                 at entry {seq}."
            ),
            Self::Lost { generation, restore: None, to } => write!(
                f,
                "Lost: entries up to {to} of generation {generation}, undone by a restore before \
                 this export."
            ),
            Self::UnknownKey { seq, generation } => write!(
                f,
                "The given head of entry {seq}, generation {generation}, is not on the chain, and \
                 its key is none that this export knows: work lost with a change of keys, or a \
                 head of someone else."
            ),
            Self::Below { seq } => write!(
                f,
                "The given head of entry {seq} lies before this export and was not checked."
            ),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last, notes, more_notes, .. } = self;
        for note in notes {
            writeln!(f, "{note}")?;
        }
        if *more_notes > 0 {
            writeln!(f, "And {more_notes} more of the like.")?;
        }
        write!(f, "Entries {first} to {last} of store ")?;
        for byte in self.store {
            write!(f, "{byte:02x}")?;
        }
        writeln!(f, " are consistent, and the chain is signed up to entry {last}.")?;
        match self.proven {
            Some(seq) if seq == *last => {
                write!(f, "Whole: a head that was given covers the last entry.")
            }
            Some(seq) => write!(
                f,
                "Whole up to entry {seq}, which a head that was given covers. What follows rests on \
                 the head in the export alone."
            ),
            None => write!(
                f,
                "The end is not proven: no head that was given covers an entry of this export. An \
                 end that was cut off, or a store that was put back, would not be noticed."
            ),
        }
    }
}
