//! What a password must be, and why one is refused.
//!
//! Length and resistance to guessing (zxcvbn), no rules on kinds of characters: NIST SP 800-63B
//! §5.1.1.2. Normalised by NFKC, so that it can be typed on any keyboard.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_public_assigned;
use zeroize::Zeroizing;
use zxcvbn::feedback::Warning;

use crate::common_passwords;
use crate::sequences;
use crate::text::{name_key, position};

/// A password has at least this many characters.
pub const PASSWORD_LEAST: usize = 12;
/// And at most this many: more is not safer, only slower.
pub const PASSWORD_MOST: usize = 256;

/// A password as typed. Wiped from memory when dropped, never printed.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl From<String> for Password {
    fn from(typed: String) -> Self {
        let typed = Zeroizing::new(typed);
        // Longer than any accepted one in any normal form: not worth normalising.
        if typed.len() > PASSWORD_MOST * 16 {
            return Self(typed);
        }
        Self(Zeroizing::new(typed.nfkc().collect()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Why a password is refused. Places count characters from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// Too few characters.
    #[error("a password has at least {least} characters, this one has {has}")]
    TooShort {
        /// Lowest number of characters.
        least: usize,
        /// Characters of this one.
        has: usize,
    },
    /// Too many characters.
    #[error("a password has at most {most} characters, this one has {has}")]
    TooLong {
        /// Highest number of characters.
        most: usize,
        /// Characters of this one.
        has: usize,
    },
    /// A control character, which many keyboards cannot type.
    #[error("character {at} is a control character")]
    Control {
        /// Which character.
        at: usize,
    },
    /// A character that Unicode has not defined: it may be normalised differently one day.
    #[error("character {at} is not defined")]
    Unassigned {
        /// Which character.
        at: usize,
    },
    /// In the lists that attackers try first.
    #[error("this password is in the lists that attackers try first")]
    Common,
    /// Little more than the person's own name or the organisation's.
    #[error("this password is little more than a name that everyone knows")]
    ContainsName,
    /// A program would guess it.
    #[error("this password can be guessed: {why}")]
    Guessable {
        /// What makes it so.
        why: Why,
    },
}

/// What makes a password easy to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Neighbouring keys.
    Keyboard,
    /// The same again and again.
    Repeats,
    /// `abc`, `6543`.
    Sequence,
    /// A year.
    Year,
    /// A date.
    Date,
    /// A single word.
    Word,
    /// A person's name.
    Name,
    /// Nearly a common password.
    Similar,
    /// Too few parts that cannot be foreseen.
    Predictable,
}

impl Why {
    /// Stable code for catalogues.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Keyboard => "keyboard",
            Self::Repeats => "repeats",
            Self::Sequence => "sequence",
            Self::Year => "year",
            Self::Date => "date",
            Self::Word => "word",
            Self::Name => "name",
            Self::Similar => "similar",
            Self::Predictable => "predictable",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl PasswordRefused {
    /// Stable code for catalogues.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too-short",
            Self::TooLong { .. } => "too-long",
            Self::Control { .. } => "control-character",
            Self::Unassigned { .. } => "unassigned-character",
            Self::Common => "common",
            Self::ContainsName => "contains-name",
            Self::Guessable { why: Why::Keyboard } => "keyboard",
            Self::Guessable { why: Why::Repeats } => "repeats",
            Self::Guessable { why: Why::Sequence } => "sequence",
            Self::Guessable { .. } => "guessable",
        }
    }
}

impl Password {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// It is longer than any that was ever accepted, so it is wrong without trying.
    pub(crate) fn is_absurd(&self) -> bool {
        self.0.len() > PASSWORD_MOST * 16
    }

    /// Checks a password that somebody wants to set. `known` are words that everyone knows of
    /// them: their name, the organisation's.
    ///
    /// # Errors
    /// [`PasswordRefused`] says what is wrong.
    pub fn check(&self, known: &[&str]) -> Result<(), PasswordRefused> {
        let has = self.0.chars().count();
        if has > PASSWORD_MOST {
            return Err(PasswordRefused::TooLong { most: PASSWORD_MOST, has });
        }
        if let Some(at) = position(&self.0, char::is_control) {
            return Err(PasswordRefused::Control { at });
        }
        if let Some(at) = position(&self.0, |c| !is_public_assigned(c)) {
            return Err(PasswordRefused::Unassigned { at });
        }
        if has < PASSWORD_LEAST {
            return Err(PasswordRefused::TooShort { least: PASSWORD_LEAST, has });
        }
        let folded = Zeroizing::new(name_key(&self.0));
        let squeezed = Zeroizing::new(squeeze(&folded));
        if common_passwords::is_common(&folded)
            || common_passwords::is_common(&squeezed)
            || is_mostly(&squeezed, common_passwords::PHRASES)
        {
            return Err(PasswordRefused::Common);
        }
        let words = words_of(known);
        if is_mostly(&squeezed, &words) || is_mostly(&squeeze(&sequences::unleet(&folded)), &words)
        {
            return Err(PasswordRefused::ContainsName);
        }
        let inputs: Vec<&str> = known
            .iter()
            .copied()
            .chain(words.iter().map(String::as_str))
            .chain(common_passwords::WORDS.iter().copied())
            .collect();
        resists(&self.0, &inputs)?;
        if sequences::surprises(&folded) <= PASSWORD_LEAST / 3 {
            return Err(PasswordRefused::Guessable { why: Why::Sequence });
        }
        // Numbers written out are as easy to guess as figures.
        match sequences::in_figures(&self.0) {
            Some(figures) => resists(&figures, &inputs),
            None => Ok(()),
        }
    }
}

/// What zxcvbn says.
fn resists(text: &str, inputs: &[&str]) -> Result<(), PasswordRefused> {
    let found = zxcvbn::zxcvbn(text, inputs);
    if u8::from(found.score()) >= 3 {
        return Ok(());
    }
    let warning = found.feedback().and_then(zxcvbn::feedback::Feedback::warning);
    Err(refusal(warning))
}

/// Letters and figures alone: what is written between words makes no password strong.
fn squeeze(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The words of names that everybody knows, those of this box among them, squeezed. Two letters are a word
/// in Chinese only.
fn words_of(known: &[&str]) -> Vec<String> {
    let names = known.iter().chain(common_passwords::HOSTS);
    let mut words: Vec<String> = names
        .flat_map(|name| {
            let name = name_key(name);
            let mut words: Vec<String> =
                name.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
            words.push(squeeze(&name));
            words
        })
        .filter(|word| word.chars().count() >= if word.is_ascii() { 3 } else { 2 })
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// What is left beside the words, the longest first, is a third of a password or less.
fn is_mostly(squeezed: &str, words: &[impl AsRef<str>]) -> bool {
    let mut left = Zeroizing::new(squeezed.to_owned());
    for word in words {
        *left = left.replace(word.as_ref(), "");
    }
    left.len() < squeezed.len() && left.chars().count() <= PASSWORD_LEAST / 3
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str) -> Result<(), PasswordRefused> {
        Password::from(typed.to_owned()).check(&["王芳", "Wang Fang", "Nordwind GmbH"])
    }

    #[test]
    fn good_ones_pass_in_any_script() {
        for good in [
            "lampe-wolke-7-fahrrad",
            "春风又绿江南岸边几只鸭子",
            "kX9#mQ2$vL7p",
            "tonnerre bleu sous la pluie",
            "一个人在三楼吃了两碗热干面",
            "七只青蛙跳进九月的旧抽屉",
            "gatehouse ist mein lieblingstier",
            "internal affairs of a green kettle",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn bad_ones_are_refused_with_what_is_wrong() {
        assert_eq!(check("kX9#mQ2$vL7"), Err(PasswordRefused::TooShort { least: 12, has: 11 }));
        assert_eq!(check(&"ab".repeat(129)), Err(PasswordRefused::TooLong { most: 256, has: 258 }));
        assert_eq!(check("kX9#mQ2$\u{7}vL7p"), Err(PasswordRefused::Control { at: 9 }));
        assert_eq!(check("kX9#mQ2$vL7p\u{378}"), Err(PasswordRefused::Unassigned { at: 13 }));
        assert_eq!(check("wangfang1990"), Err(PasswordRefused::Common));
        assert_eq!(check("nordwind2026"), Err(PasswordRefused::ContainsName));
        assert_eq!(check("nordwindgmbh1"), Err(PasswordRefused::ContainsName));
        for (bad, why) in [
            ("aaaaaaaaaaaaa", Why::Repeats),
            ("abcdefghijklm", Why::Sequence),
            ("zxcvbnmasdfgh", Why::Keyboard),
        ] {
            let refused = check(bad);
            assert!(
                refused == Err(PasswordRefused::Guessable { why })
                    || refused == Err(PasswordRefused::Common),
                "{bad}: {refused:?}"
            );
        }
        for bad in [
            "password1234",
            "Ｐassword1234",
            "PASSWORD1234",
            "woaini1314520",
            "qwertyuiop12",
            "1qaz2wsx3edc",
            "123456789012",
            "administrator",
            "gatehouse2026",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_everybody_would_guess_is_refused_and_says_why() {
        use PasswordRefused::{Common, ContainsName, Guessable};
        let sequence = Guessable { why: Why::Sequence };
        for (bad, why) in [
            ("correct horse battery staple", Common),
            ("Correct-Horse-Battery-Staple!", Common),
            ("correcthorsebatterystaple1", Common),
            ("To be, or not to be", Common),
            ("床前明月光，疑是地上霜", Common),
            ("好好学习天天向上123", Common),
            ("一二三四五上山打老虎", Common),
            ("gatehouse.internal", ContainsName),
            ("GateHouse-Internal-1!", ContainsName),
            ("crm.gatehouse.internal", ContainsName),
            ("https://gatehouse.internal", ContainsName),
            ("g4teh0use.1nternal", ContainsName),
            ("Nordwind-GmbH-2026!", ContainsName),
            ("王芳王芳gatehouse", ContainsName),
            ("一二三四五六七八九十十一十二", sequence),
            ("十九八七六五四三二一零", sequence),
            ("壹贰叁肆伍陆柒捌玖拾壹贰", sequence),
            ("甲乙丙丁戊己庚辛壬癸甲乙", sequence),
            ("子丑寅卯辰巳午未申酉戌亥", sequence),
            ("鼠牛虎兔龙蛇马羊猴鸡狗猪", sequence),
        ] {
            let padded = if bad.chars().count() < PASSWORD_LEAST {
                format!("{bad}。。")
            } else {
                bad.to_owned()
            };
            assert_eq!(check(&padded), Err(why), "{bad}");
        }
        for bad in [
            "abcd 1234 efgh 5678",
            "9876543210abcd",
            "一三五七九一三五七九一三",
            "one two three four five six",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn width_makes_no_other_password() {
        let one = Password::from("ｋX9#mQ2$vL7p".to_owned());
        assert_eq!(one.as_bytes(), "kX9#mQ2$vL7p".as_bytes());
        assert_eq!(format!("{one:?}"), "Password(…)");
    }

    #[test]
    fn an_absurdly_long_one_costs_nothing() {
        let absurd = Password::from("\u{fdfa}".repeat(1 << 20));
        assert!(absurd.is_absurd());
        assert!(matches!(absurd.check(&[]), Err(PasswordRefused::TooLong { .. })));
    }
}
