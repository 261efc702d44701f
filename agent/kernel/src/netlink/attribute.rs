//! Attributes: length, type, value, padding; a value may hold attributes in turn (nest).
//! Written and read by hand, for nf_tables has parts that no library knows.

use super::aligned;

/// Length of an attribute's head.
const HEAD: usize = 4;
/// `NLA_F_NESTED`: the value holds attributes.
const NESTED: u16 = 0x8000;
/// `NLA_TYPE_MASK`.
const TYPE: u16 = 0x3fff;

/// Attributes being written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attributes {
    bytes: Vec<u8>,
    /// A value was longer than an attribute can be: what is written must not be sent.
    too_long: bool,
}

impl Attributes {
    /// Appends an attribute.
    pub(crate) fn put(&mut self, kind: u16, value: &[u8]) {
        match u16::try_from(value.len() + HEAD) {
            Ok(length) => {
                self.bytes.extend_from_slice(&length.to_ne_bytes());
                self.bytes.extend_from_slice(&kind.to_ne_bytes());
                self.bytes.extend_from_slice(value);
                self.bytes.resize(aligned(self.bytes.len()), 0);
            }
            Err(_) => self.too_long = true,
        }
    }

    /// Appends a number in network order, as nf_tables has them.
    pub(crate) fn put_be32(&mut self, kind: u16, value: u32) {
        self.put(kind, &value.to_be_bytes());
    }

    /// Appends a text with its terminating zero.
    pub(crate) fn put_text(&mut self, kind: u16, text: &str) {
        let mut value = text.as_bytes().to_vec();
        value.push(0);
        self.put(kind, &value);
    }

    /// Appends a nest with what `write` puts into it.
    pub(crate) fn nest(&mut self, kind: u16, write: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        write(&mut inner);
        self.too_long |= inner.too_long;
        self.put(kind | NESTED, &inner.bytes);
    }

    /// Bytes written so far.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// All bytes; `None` when a value did not fit its attribute.
    pub(crate) fn finish(self) -> Option<Vec<u8>> {
        (!self.too_long).then_some(self.bytes)
    }
}

/// One attribute that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attribute<'b> {
    /// Type, without flags.
    pub(crate) kind: u16,
    /// Value, without padding.
    pub(crate) value: &'b [u8],
}

impl<'b> Attribute<'b> {
    /// The attributes in it.
    pub(crate) fn nested(&self) -> Iter<'b> {
        read(self.value)
    }

    /// The value as a number in network order.
    pub(crate) fn be32(&self) -> Option<u32> {
        Some(u32::from_be_bytes(self.value.try_into().ok()?))
    }

    /// The value as text, up to its terminating zero.
    pub(crate) fn text(&self) -> Option<&'b str> {
        let text = self.value.split(|byte| *byte == 0).next()?;
        std::str::from_utf8(text).ok()
    }
}

/// Reads attributes; ends at the first that is cut short.
pub(crate) fn read(bytes: &[u8]) -> Iter<'_> {
    Iter { bytes }
}

/// The first attribute of a type.
pub(crate) fn find(bytes: &[u8], kind: u16) -> Option<Attribute<'_>> {
    read(bytes).find(|attribute| attribute.kind == kind)
}

/// See [`read`].
#[derive(Clone, Debug)]
pub(crate) struct Iter<'b> {
    bytes: &'b [u8],
}

impl<'b> Iterator for Iter<'b> {
    type Item = Attribute<'b>;

    fn next(&mut self) -> Option<Attribute<'b>> {
        let (length, rest) = self.bytes.split_first_chunk::<2>()?;
        let kind = u16::from_ne_bytes(*rest.first_chunk::<2>()?) & TYPE;
        let length = usize::from(u16::from_ne_bytes(*length));
        let value = self.bytes.get(HEAD..length)?;
        self.bytes = self.bytes.get(aligned(length)..).unwrap_or_default();
        Some(Attribute { kind, value })
    }
}
