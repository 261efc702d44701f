//! Why bytes are not of the format, and why something cannot be sealed or opened.

/// Why bytes are refused before any key is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// They are too few, too many, or a length in them is wrong.
    #[error("wrong length")]
    Length,
    /// They begin otherwise.
    #[error("another format")]
    Magic,
    /// Sealed by an algorithm that this program does not know.
    #[error("unknown algorithm {0}")]
    Algorithm(u8),
    /// A reserved byte, or one that must be zero here, is not.
    #[error("a reserved byte is set")]
    Reserved,
    /// A kind, state or mark that is none.
    #[error("unknown kind {0}")]
    Kind(u16),
    /// A number outside its range; the field's name.
    #[error("{0} is out of range")]
    Range(&'static str),
    /// The check sum is another one.
    #[error("wrong check sum")]
    Sum,
    /// Fields of a body are not in ascending order, or one is there twice.
    #[error("field {0} is out of order")]
    Order(u32),
    /// The value of a field is not in its one encoding.
    #[error("field {0} has a value that is none")]
    Value(u32),
}

/// Why something sealed does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It is not of the format.
    #[error("it is not of the format")]
    Format(#[from] FormatError),
    /// It was sealed under another key, or holds another key than it says.
    #[error("it names another key")]
    Key,
    /// Its seal does not hold: altered, of another place, or of another store.
    #[error("it was altered")]
    Altered,
    /// It opens, but is padded otherwise than the format says.
    #[error("wrong padding")]
    Padding,
}

/// Why something cannot be sealed or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Longer than the format allows, or a part that is not the last and not full.
    #[error("wrong length for the format")]
    Length,
    /// The header names another key.
    #[error("the header names another key")]
    Key,
    /// The format has no such thing; the field's name.
    #[error("{0} is not of the format")]
    Field(&'static str),
    /// The cipher refused.
    #[error("the cipher refused")]
    Cipher,
}
