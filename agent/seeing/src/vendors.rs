//! Who made a card, by the first half of its MAC address: a table of lines `001122 Name`, sorted.

use settings::MacAddress;

/// The table.
#[derive(Clone, Debug, Default)]
pub struct Vendors(String);

/// Digits of a line before the name.
const PREFIX: usize = 6;

impl Vendors {
    /// Takes the text of the table; what is not sorted is not found.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Who made the card; none for an address that a device made up itself.
    pub fn of(&self, mac: MacAddress) -> Option<&str> {
        if is_made_up(mac) {
            return None;
        }
        let [a, b, c, ..] = mac.octets();
        self.find(&format!("{a:02x}{b:02x}{c:02x}"))
    }

    /// Halves the text until the line is found.
    fn find(&self, prefix: &str) -> Option<&str> {
        let (mut from, mut to) = (0, self.0.len());
        while from < to {
            let middle = from.midpoint(to);
            // The line that the middle is in.
            let start = self.bytes(from, middle)?.iter().rposition(|byte| *byte == b'\n');
            let start = start.map_or(from, |at| from + at + 1);
            let end = self.bytes(start, to)?.iter().position(|byte| *byte == b'\n');
            let end = end.map_or(to, |at| start + at);
            let line = self.0.get(start..end)?;
            match line.get(..PREFIX)?.cmp(prefix) {
                std::cmp::Ordering::Equal => return line.get(PREFIX + 1..),
                std::cmp::Ordering::Less => from = end + 1,
                std::cmp::Ordering::Greater => to = start,
            }
        }
        None
    }

    fn bytes(&self, from: usize, to: usize) -> Option<&[u8]> {
        self.0.as_bytes().get(from..to)
    }
}

/// Whether a device made its MAC address up (IEEE 802 bit 1 of the first byte): phones do, one for each
/// network.
pub fn is_made_up(mac: MacAddress) -> bool {
    let [first, ..] = mac.octets();
    first & 2 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found_and_nothing_else() {
        let lines: Vec<String> =
            (0..500_u32).map(|n| format!("{:06x} Maker {n}", n * 12)).collect();
        let vendors = Vendors::new(lines.join("\n") + "\n");
        for n in 0..6_000_u32 {
            let [_, a, b, c] = n.to_be_bytes();
            let Some(mac) = MacAddress::new([a, b, c, 0, 0, 1]) else { continue };
            if is_made_up(mac) {
                continue;
            }
            let want = (n % 12 == 0 && n / 12 < 500).then(|| format!("Maker {}", n / 12));
            assert_eq!(vendors.of(mac), want.as_deref(), "{n}");
        }
        assert_eq!(Vendors::default().of("00:11:22:00:00:01".parse().unwrap()), None);
    }

    #[test]
    fn a_made_up_address_has_no_maker() {
        let vendors = Vendors::new("da1122 Somebody\n".to_owned());
        let mac = "da:11:22:00:00:01".parse().unwrap();
        assert!(is_made_up(mac));
        assert_eq!(vendors.of(mac), None);
    }
}
