//! A passphrase to take or leave: six words of a list of 7,776, each as likely as any other, which is
//! 77 bits. The words are small English ones that any keyboard types, pinyin ones included.

use zeroize::Zeroizing;

/// See `words/README.md`.
const LIST: &str = include_str!("words/eff-large.txt");
/// Words of a proposal.
const WORDS: usize = 6;

/// Six words.
///
/// # Errors
/// The kernel gave no randomness.
pub(super) fn propose() -> Result<Zeroizing<String>, getrandom::Error> {
    let list: Vec<&str> = LIST.lines().collect();
    let mut proposal = Zeroizing::new(String::with_capacity(WORDS * 10));
    for at in 0..WORDS {
        if at > 0 {
            proposal.push(' ');
        }
        proposal.push_str(list.get(below(list.len())?).copied().unwrap_or_default());
    }
    Ok(proposal)
}

/// A number below this one, each as likely as any other.
fn below(limit: usize) -> Result<usize, getrandom::Error> {
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    // What lies above the last whole multiple would favour the small numbers.
    let whole = u32::MAX - u32::MAX % limit;
    loop {
        let number = getrandom::u32()?;
        if number < whole {
            return Ok((number % limit) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use identity::Password;

    use super::*;

    #[test]
    fn the_list_has_as_many_words_as_five_dice_have_throws() {
        let words: BTreeSet<&str> = LIST.lines().collect();
        assert_eq!((LIST.lines().count(), words.len()), (7_776, 7_776));
        let plain = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(words.iter().all(|word| word.len() >= 3 && word.chars().all(plain)));
    }

    #[test]
    fn a_proposal_is_six_words_that_a_vault_takes() {
        let mut seen = BTreeSet::new();
        for _ in 0..50 {
            let proposal = propose().unwrap();
            assert_eq!(proposal.split(' ').count(), WORDS);
            assert!(proposal.split(' ').all(|word| LIST.lines().any(|one| one == word)));
            Password::from(proposal.to_string()).check(&["Nordwind GmbH"]).unwrap();
            seen.insert(proposal.to_string());
        }
        assert_eq!(seen.len(), 50);
    }

    #[test]
    fn every_number_below_a_limit_comes_up() {
        let mut counts = [0_u32; 6];
        for _ in 0..6_000 {
            counts[below(6).unwrap()] += 1;
        }
        // Six times out of a million million, a fair die fails this.
        assert!(counts.iter().all(|count| (800..1_200).contains(count)), "{counts:?}");
    }
}
