//! Changes of bytes, the same for the same number: a failure comes again.

/// A generator (xorshift64*, Vigna 2016); good enough to choose places, nothing else.
pub struct Random(u64);

impl Random {
    /// From a seed; 0 is taken as 1.
    pub fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    /// A number below `end`, or 0 if that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap_or(usize::MAX).checked_rem(end).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or(0)
    }
}

/// Bytes at which parsers turn: of JSON, of lengths.
const TELLING: &[u8] = b"\"\\{}[],:0-9.eE\n\0\x01\x40\x7f\x80\xff";

/// Between one and eight changes: a byte, a bit, a run cut out, doubled or taken from elsewhere.
pub fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len() + 1).min(bytes.len());
        let to = (at + random.below(24)).min(bytes.len());
        match random.below(6) {
            0 => set(bytes, at, |_| TELLING.get(random.below(TELLING.len())).copied().unwrap_or(0)),
            1 => set(bytes, at, |byte| byte ^ (1 << random.below(8))),
            2 => {
                bytes.drain(at..to);
            }
            3 => {
                let run: Vec<u8> = bytes.drain(at..to).collect();
                bytes.splice(at..at, run.iter().chain(&run).copied().collect::<Vec<_>>());
            }
            4 => {
                let run: Vec<u8> = bytes.drain(at..to).collect();
                let place = random.below(bytes.len() + 1);
                bytes.splice(place..place, run);
            }
            _ => {
                let run: Vec<u8> = (0..random.below(6)).map(|_| random.byte()).collect();
                bytes.splice(at..at, run);
            }
        }
    }
}

fn set(bytes: &mut [u8], at: usize, change: impl FnOnce(u8) -> u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = change(*byte);
    }
}
