//! Messages: a head of 16 bytes (`struct nlmsghdr`), then the payload.

use super::aligned;

/// Length of a message's head.
pub(crate) const HEAD: usize = 16;
/// `NLM_F_REQUEST`.
pub(crate) const REQUEST: u16 = 0x1;
/// `NLM_F_ACK`: answer even when all went well.
pub(crate) const ACK: u16 = 0x4;
/// `NLM_F_DUMP_INTR`: the list changed while it was made.
pub(crate) const INTERRUPTED: u16 = 0x10;
/// `NLM_F_DUMP`: list all.
pub(crate) const DUMP: u16 = 0x300;
/// `NLM_F_CREATE`.
pub(crate) const CREATE: u16 = 0x400;
/// `NLM_F_APPEND`.
pub(crate) const APPEND: u16 = 0x800;
/// `NLMSG_ERROR`: an error, or the acknowledgement when its number is 0.
pub(crate) const ERROR: u16 = 2;
/// `NLMSG_DONE`: end of a list.
pub(crate) const DONE: u16 = 3;

/// One message that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message<'b> {
    /// Type.
    pub(crate) kind: u16,
    /// Flags.
    pub(crate) flags: u16,
    /// Number that the request had.
    pub(crate) sequence: u32,
    /// What follows the head.
    pub(crate) payload: &'b [u8],
}

impl Message<'_> {
    /// For [`ERROR`] and [`DONE`]: the kernel's error number, 0 for none.
    pub(crate) fn error(&self) -> Option<i32> {
        let number = i32::from_ne_bytes(*self.payload.first_chunk::<4>()?);
        number.checked_neg()
    }
}

/// Appends a message.
pub(crate) fn write(to: &mut Vec<u8>, kind: u16, flags: u16, sequence: u32, payload: &[u8]) {
    let length = u32::try_from(HEAD.saturating_add(payload.len())).unwrap_or(u32::MAX);
    to.extend_from_slice(&length.to_ne_bytes());
    to.extend_from_slice(&kind.to_ne_bytes());
    to.extend_from_slice(&flags.to_ne_bytes());
    to.extend_from_slice(&sequence.to_ne_bytes());
    to.extend_from_slice(&0_u32.to_ne_bytes());
    to.extend_from_slice(payload);
    to.resize(aligned(to.len()), 0);
}

/// Reads messages; ends at the first that is cut short.
#[derive(Clone, Debug)]
pub(crate) struct Messages<'b> {
    bytes: &'b [u8],
}

impl<'b> Messages<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }
}

impl<'b> Iterator for Messages<'b> {
    type Item = Message<'b>;

    fn next(&mut self) -> Option<Message<'b>> {
        let (length, rest) = self.bytes.split_first_chunk::<4>()?;
        let (kind, rest) = rest.split_first_chunk::<2>()?;
        let (flags, rest) = rest.split_first_chunk::<2>()?;
        let sequence = rest.first_chunk::<4>()?;
        let length = usize::try_from(u32::from_ne_bytes(*length)).ok()?;
        let payload = self.bytes.get(HEAD..length)?;
        self.bytes = self.bytes.get(aligned(length)..).unwrap_or_default();
        Some(Message {
            kind: u16::from_ne_bytes(*kind),
            flags: u16::from_ne_bytes(*flags),
            sequence: u32::from_ne_bytes(*sequence),
            payload,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::attribute::{Attributes, read};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_the_readers_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            for message in Messages::new(&bytes) {
                let _ = message.error();
                for attribute in read(message.payload) {
                    let _ = (attribute.be32(), attribute.text(), attribute.nested().count());
                }
            }
            prop_assert!(read(&bytes).count() <= bytes.len());
        }

        #[test]
        fn what_is_written_is_read(
            kind in any::<u16>(),
            values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..70), 0..6),
        ) {
            let mut attributes = Attributes::default();
            for value in &values {
                attributes.put(7, value);
            }
            let payload = attributes.finish().expect("short");
            let mut bytes = Vec::new();
            write(&mut bytes, kind, REQUEST, 5, &payload);
            write(&mut bytes, kind, REQUEST, 6, &payload);
            let messages: Vec<_> = Messages::new(&bytes).collect();
            prop_assert_eq!(messages.len(), 2);
            let read: Vec<_> = read(messages[1].payload).map(|one| one.value.to_vec()).collect();
            prop_assert_eq!(read, values);
        }

        #[test]
        fn too_long_a_value_is_refused(extra in 0_usize..10) {
            let mut attributes = Attributes::default();
            attributes.nest(1, |nest| nest.put(1, &vec![0; 65_532 + extra]));
            prop_assert_eq!(attributes.finish(), None);
        }
    }
}
