//! Whether a password can be guessed: by its form, by lists, by what it is made of, and by zxcvbn.

use unicode_normalization::char::is_public_assigned;
use zeroize::Zeroizing;
use zxcvbn::feedback::{Feedback, Warning};

use super::refused::{PasswordRefused, Why};
use super::{PASSWORD_LEAST, PASSWORD_MOST, common, sequences, words};
use crate::text::{name_key, position};

/// Guesses that a password must bear: from these on zxcvbn calls it safe, its score is 3.
const GUESSES_LEAST: u64 = 100_000_000;
/// So many characters that cannot be foreseen are too few: a third of a password.
const LITTLE: usize = PASSWORD_LEAST / 3;
/// With so many common words, or fewer, and little else a password is one that is tried first. Four are
/// many enough to be judged by how common each of them is.
const COMMON_WORDS: usize = 3;

/// Accepts a password, of somebody of whom everybody knows these words.
pub(super) fn judge(password: &str, known: &[&str]) -> Result<(), PasswordRefused> {
    has_form(password)?;
    let folded = Zeroizing::new(name_key(password));
    let squeezed = squeeze(&folded);
    if common::is_common(&folded)
        || common::is_common(&squeezed)
        || is_mostly(&squeezed, common::PHRASES)
    {
        return Err(PasswordRefused::Common);
    }
    let names = names(known);
    if is_mostly(&squeezed, &names) || is_mostly(&squeeze(&sequences::unleet(&folded)), &names) {
        return Err(PasswordRefused::ContainsName);
    }
    let figures = sequences::in_figures(&folded);
    let timeless = sequences::without_years(figures.as_ref().unwrap_or(&folded));
    let (plain, unleet) = (squeeze(&timeless), squeeze(&sequences::unleet(&timeless)));
    if is_common_words(&plain, &names) || is_common_words(&unleet, &names) {
        return Err(PasswordRefused::CommonWords);
    }
    let inputs: Vec<&str> =
        known.iter().copied().chain(names.iter().map(String::as_str)).chain(words::all()).collect();
    resists(password, &inputs)?;
    if sequences::surprises(&folded) <= LITTLE {
        return Err(PasswordRefused::Guessable { why: Why::Sequence });
    }
    if costs(&squeezed, &inputs) < GUESSES_LEAST || costs(&unleet, &inputs) < GUESSES_LEAST {
        return Err(PasswordRefused::CommonWords);
    }
    // Numbers written out are as easy to guess as figures.
    match sequences::in_figures(password) {
        Some(figures) => resists(&figures, &inputs),
        None => Ok(()),
    }
}

fn has_form(password: &str) -> Result<(), PasswordRefused> {
    let has = password.chars().count();
    if has > PASSWORD_MOST {
        return Err(PasswordRefused::TooLong { most: PASSWORD_MOST, has });
    }
    if let Some(at) = position(password, char::is_control) {
        return Err(PasswordRefused::Control { at });
    }
    if let Some(at) = position(password, |c| !is_public_assigned(c)) {
        return Err(PasswordRefused::Unassigned { at });
    }
    if has < PASSWORD_LEAST {
        return Err(PasswordRefused::TooShort { least: PASSWORD_LEAST, has });
    }
    Ok(())
}

/// Letters and figures alone: what is written between words makes no password strong.
fn squeeze(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.chars().filter(|c| c.is_alphanumeric()).collect())
}

/// The words of names that everybody knows, those of this box among them, squeezed, the longest first. Two
/// letters are a word in Chinese only.
fn names(known: &[&str]) -> Vec<String> {
    let names = known.iter().chain(words::HOSTS);
    let mut words: Vec<String> = names
        .flat_map(|name| {
            let name = name_key(name);
            let mut words: Vec<String> =
                name.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
            words.push(squeeze(&name).to_string());
            words
        })
        .filter(|word| word.chars().count() >= if word.is_ascii() { 3 } else { 2 })
        .collect();
    longest_first(&mut words);
    words
}

fn longest_first(words: &mut [impl AsRef<str>]) {
    words.sort_by_key(|word| std::cmp::Reverse(word.as_ref().len()));
}

/// What is left beside the words, the longest first, is a third of a password or less.
fn is_mostly(squeezed: &str, words: &[impl AsRef<str>]) -> bool {
    let (left, found) = taken_out(squeezed, words);
    !found.is_empty() && left.chars().filter(|c| c.is_alphanumeric()).count() <= LITTLE
}

/// A few words that many take, or names, and hardly anything else. The text is without years and signs.
fn is_common_words(text: &str, names: &[String]) -> bool {
    let mut words: Vec<&str> = words::all().collect();
    longest_first(&mut words);
    let (left, named) = taken_out(text, names);
    let (left, common) = taken_out(&left, &words);
    // "Das", "ist" and the like make no phrase of it.
    let counted = common.iter().filter(|word| word.len() > 3).count();
    // Of figures that count up or repeat only the first counts, of letters each: they may be a word's.
    let figures: Zeroizing<String> =
        Zeroizing::new(left.chars().filter(char::is_ascii_digit).collect());
    let letters = left.chars().filter(|c| c.is_alphanumeric()).count() - figures.len();
    named.len() + common.len() > 0
        && counted <= COMMON_WORDS
        && letters + sequences::surprises(&figures) <= LITTLE
}

/// The text with a gap for each of the words, and those that it had.
fn taken_out<'w>(text: &str, words: &'w [impl AsRef<str>]) -> (Zeroizing<String>, Vec<&'w str>) {
    let mut left = Zeroizing::new(text.to_owned());
    let mut found = Vec::new();
    for word in words.iter().map(AsRef::as_ref).filter(|word| !word.is_empty()) {
        if left.contains(word) {
            *left = left.replace(word, " ");
            found.push(word);
        }
    }
    (left, found)
}

/// What zxcvbn says.
fn resists(text: &str, inputs: &[&str]) -> Result<(), PasswordRefused> {
    let found = zxcvbn::zxcvbn(text, inputs);
    if u8::from(found.score()) >= 3 {
        return Ok(());
    }
    Err(refusal(found.feedback().and_then(Feedback::warning)))
}

/// Guesses for whoever tries all combinations of the parts that zxcvbn sees. Its own sum adds ten thousand
/// for every further part, as though nobody began with two words and a year.
fn costs(text: &str, inputs: &[&str]) -> u64 {
    let found = zxcvbn::zxcvbn(text, inputs);
    found.sequence().iter().filter_map(|part| part.guesses).fold(1, u64::saturating_mul)
}

fn refusal(warning: Option<Warning>) -> PasswordRefused {
    let why = match warning {
        Some(
            Warning::ThisIsATop10Password
            | Warning::ThisIsATop100Password
            | Warning::ThisIsACommonPassword,
        ) => return PasswordRefused::Common,
        Some(
            Warning::StraightRowsOfKeysAreEasyToGuess
            | Warning::ShortKeyboardPatternsAreEasyToGuess,
        ) => Why::Keyboard,
        Some(
            Warning::RepeatsLikeAaaAreEasyToGuess
            | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ) => Why::Repeats,
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => Why::Sequence,
        Some(Warning::RecentYearsAreEasyToGuess) => Why::Year,
        Some(Warning::DatesAreOftenEasyToGuess) => Why::Date,
        Some(Warning::AWordByItselfIsEasyToGuess) => Why::Word,
        Some(
            Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => Why::Name,
        Some(Warning::ThisIsSimilarToACommonlyUsedPassword) => Why::Similar,
        None => Why::Predictable,
    };
    PasswordRefused::Guessable { why }
}
