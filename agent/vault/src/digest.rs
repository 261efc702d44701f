//! The live digest: one sum over all live parts, so that a record removed, doubled or set back
//! behind our back is noticed (decision 0002; Clarke et al., ASIACRYPT 2003, MSet-Add-Hash).

use hmac::{Hmac, KeyInit, Mac};
use seal::Key;
use seal::record::Header;
use sha2::Sha256;

/// Σ mod 2^256, big-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum(pub [u8; 32]);

impl Sum {
    /// Takes an element in.
    pub fn add(&mut self, element: &Self) {
        let mut carry = 0;
        for (to, from) in self.0.iter_mut().rev().zip(element.0.iter().rev()) {
            let sum = u16::from(*to) + u16::from(*from) + carry;
            *to = sum.to_be_bytes()[1];
            carry = sum >> 8;
        }
    }

    /// Takes an element out.
    pub fn subtract(&mut self, element: &Self) {
        let mut borrow = 0;
        for (to, from) in self.0.iter_mut().rev().zip(element.0.iter().rev()) {
            let difference = 0x100 + u16::from(*to) - u16::from(*from) - borrow;
            *to = difference.to_be_bytes()[1];
            borrow = 1 - (difference >> 8);
        }
    }

    /// What must be added to `other` to come to this.
    pub fn minus(mut self, other: &Self) -> Self {
        self.subtract(other);
        self
    }
}

/// Makes elements; the key's schedule is set up once.
#[derive(Clone)]
pub struct Digester(Hmac<Sha256>);

impl Digester {
    /// Under the live-digest key of the store.
    pub fn new(key: &Key) -> Option<Self> {
        Hmac::new_from_slice(key.as_bytes()).ok().map(Self)
    }

    /// One live part, with the header read from it.
    pub fn part(&self, header: &Header, part: &[u8]) -> Sum {
        let mut mac = self.0.clone();
        mac.update(&header.table.0.to_be_bytes());
        mac.update(&header.id.0);
        mac.update(&header.version.0.to_be_bytes());
        mac.update(&header.part.to_be_bytes());
        mac.update(part.last_chunk::<16>().unwrap_or(&[0; 16]));
        Sum(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_can_be_taken_out_in_any_order() {
        let one = Sum([0xff; 32]);
        let mut two = Sum([0; 32]);
        two.0[31] = 1;
        let mut sum = Sum::default();
        sum.add(&one);
        assert_eq!(sum, one);
        sum.add(&two);
        assert_eq!(sum, Sum::default(), "2^256 is 0");
        sum.subtract(&one);
        assert_eq!(sum, two);
        assert_eq!(one.minus(&two).minus(&one), Sum::default().minus(&two));
    }
}
