//! Whether the provider gives the box an address. A box that never had one misses nothing, and a moment without is no
//! absence: a lease is renewed, a cable put right.

/// So many looks in a row without an address.
const LOOKS: u8 = 3;

/// What was seen.
#[derive(Default)]
pub struct Internet {
    was_there: bool,
    missed: u8,
}

impl Internet {
    /// Takes in whether there is an address; whether the internet came or went, if it did.
    pub fn look(&mut self, is_there: bool) -> Option<bool> {
        if is_there {
            let is_back = self.was_there && self.missed >= LOOKS;
            (self.was_there, self.missed) = (true, 0);
            return is_back.then_some(true);
        }
        if !self.was_there || self.missed >= LOOKS {
            return None;
        }
        self.missed += 1;
        (self.missed == LOOKS).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absence_is_told_once_it_lasts_and_so_is_its_end() {
        let mut internet = Internet::default();
        let mut looks = |looks: &str| -> Vec<Option<bool>> {
            looks.chars().map(|look| internet.look(look == '1')).collect()
        };
        assert_eq!(looks("00000"), [None; 5]);
        assert_eq!(looks("1001"), [None; 4]);
        assert_eq!(looks("0000"), [None, None, Some(false), None]);
        assert_eq!(looks("01101"), [None, Some(true), None, None, None]);
    }
}
