//! Rules of names and passwords that are about characters, not about meaning.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_public_assigned;
use unicode_script::{Script, ScriptExtension, UnicodeScript};

/// A name has at most this many characters.
pub const NAME_MOST: usize = 60;

/// Why a name is refused. Places count characters from 1, as people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameRefused {
    /// Nothing, or white space only.
    #[error("a name is needed")]
    Empty,
    /// Too many characters.
    #[error("a name has at most {most} characters, this one has {has}")]
    TooLong {
        /// Highest number of characters.
        most: usize,
        /// Characters of the name.
        has: usize,
    },
    /// A control character.
    #[error("character {at} is a control character")]
    Control {
        /// Which character.
        at: usize,
    },
    /// A character that nobody sees and that makes the text look like another one.
    #[error("character {at} is invisible and misleads")]
    Hidden {
        /// Which character.
        at: usize,
    },
    /// A character that Unicode has not defined.
    #[error("character {at} is not defined")]
    Unassigned {
        /// Which character.
        at: usize,
    },
    /// A letter of another script than those before it: many look alike.
    #[error("character {at} is of another script than the letters before it")]
    MixedScripts {
        /// Which character.
        at: usize,
    },
}

impl NameRefused {
    /// Stable code for catalogues.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong { .. } => "too-long",
            Self::Control { .. } => "control-character",
            Self::Hidden { .. } => "hidden-character",
            Self::Unassigned { .. } => "unassigned-character",
            Self::MixedScripts { .. } => "mixed-scripts",
        }
    }
}

/// Checks a person's name and gives it as it is kept: NFC, white space at the ends cut and inside
/// joined. Its letters are of one script, or of those that are written together: an `а` of Cyrillic
/// in a Latin name makes another person who looks the same.
///
/// # Errors
/// [`NameRefused`] says why not.
pub fn name(text: &str) -> Result<String, NameRefused> {
    let name = line(text, NAME_MOST)?;
    match foreign_letter(&name) {
        Some(at) => Err(NameRefused::MixedScripts { at }),
        None => Ok(name),
    }
}

/// The same for a name of something else, with at most this many characters.
///
/// # Errors
/// [`NameRefused`] says why not.
pub fn line(text: &str, most: usize) -> Result<String, NameRefused> {
    let cut = text.trim();
    if let Some(at) = position(cut, char::is_control) {
        return Err(NameRefused::Control { at });
    }
    if let Some(at) = position(cut, is_hidden) {
        return Err(NameRefused::Hidden { at });
    }
    if let Some(at) = position(cut, |c| !is_public_assigned(c)) {
        return Err(NameRefused::Unassigned { at });
    }
    let name = cut.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect::<String>();
    match name.chars().count() {
        _ if !is_seen(&name) => Err(NameRefused::Empty),
        has if has > most => Err(NameRefused::TooLong { most, has }),
        _ => Ok(name),
    }
}

/// Two names with the same key are the same login name: width, case and spaces at the ends or
/// doubled count for nothing; accents do.
#[must_use]
pub fn name_key(text: &str) -> String {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let folded = folded.replace('ß', "ss").replace('ς', "σ");
    folded.split_whitespace().collect::<Vec<_>>().join(" ").nfkc().collect()
}

/// Place, from 1, of the first character of a kind.
pub(crate) fn position(text: &str, is: impl FnMut(char) -> bool) -> Option<usize> {
    text.chars().position(is).map(|at| at + 1)
}

/// Scripts that are written together: UTS 39, section 5.2, "Highly Restrictive".
const TOGETHER: [&[Script]; 3] = [
    &[Script::Latin, Script::Han, Script::Hiragana, Script::Katakana],
    &[Script::Latin, Script::Han, Script::Bopomofo],
    &[Script::Latin, Script::Han, Script::Hangul],
];

/// Place, from 1, of the first letter whose script is not written together with those before it.
fn foreign_letter(name: &str) -> Option<usize> {
    let (mut one, mut sets) = (ScriptExtension::default(), TOGETHER.to_vec());
    position(name, |letter| {
        let scripts = letter.script_extension();
        one = one.intersection(scripts);
        sets.retain(|set| set.iter().any(|script| scripts.contains_script(*script)));
        one.is_empty() && sets.is_empty()
    })
}

/// Characters that nobody sees and that turn a line, or make it another one that looks the same:
/// bidi controls (UAX #9), line and paragraph separators, soft hyphens, fillers, and zero-width
/// characters but U+200C and U+200D, which Persian, Indic scripts and emoji are written with.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}'
        | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Whether anything of this is seen: not of white space, of what only joins or varies what stands
/// beside it, and of the blank of Braille alone.
#[must_use]
pub fn is_seen(text: &str) -> bool {
    let joins = |c| {
        matches!(c,
            '\u{200c}' | '\u{200d}' | '\u{2800}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
    };
    text.chars().any(|c| !c.is_whitespace() && !is_hidden(c) && !joins(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_case_and_spaces_count_for_nothing_accents_do() {
        assert_eq!(name_key("  Ａnna  Ｍüller "), name_key("anna müller"));
        assert_eq!(name_key("王芳"), "王芳");
        assert_eq!(name_key("STRAẞE"), name_key("straße"));
        assert_ne!(name_key("muller"), name_key("müller"));
        assert_eq!(name_key("mu\u{308}ller"), name_key("müller"));
    }

    #[test]
    fn a_name_is_kept_as_typed_but_for_white_space() {
        assert_eq!(name(" 王芳 "), Ok("王芳".to_owned()));
        assert_eq!(name("Anna\u{a0}  Maria"), Ok("Anna Maria".to_owned()));
        for nothing in ["", " \u{3000} ", "\u{200d}", "\u{fe0f} \u{2800}", "\u{e0020}\u{e007f}"] {
            assert_eq!(name(nothing), Err(NameRefused::Empty), "{nothing:?}");
        }
        for seen in ["葛\u{e0100}城", "❤\u{fe0f}", "⠁\u{2800}⠃"] {
            assert_eq!(name(seen), Ok(seen.to_owned()));
        }
        assert_eq!(name("a\tb"), Err(NameRefused::Control { at: 2 }));
        assert_eq!(name("ab\u{378}"), Err(NameRefused::Unassigned { at: 3 }));
        assert_eq!(name(&"张".repeat(61)), Err(NameRefused::TooLong { most: 60, has: 61 }));
    }

    #[test]
    fn a_name_mixes_no_scripts_that_look_alike() {
        for pure in [
            "Anna Müller",
            "Анна Петрова",
            "Άννα",
            "王芳 Fang (Frankie) 2",
            "王芳",
            "山田 ハナコ はな Hana",
            "김민지 Minji",
            "ㄨㄤˊ 王 Wang",
            "محمد ۷",
            "שלום",
            "सीता १",
            "O’Brien-Łukasz",
            "Ａｎｎａ ー",
        ] {
            assert_eq!(name(pure), Ok(pure.to_owned()));
        }
        for (mixed, at) in [
            ("аnnа", 2),
            ("annа", 4),
            ("Anna Мüller", 6),
            ("Αnna", 2),
            ("王芳 Анна", 4),
            ("Anna Շ", 6),
            ("ㄨㄤ はな", 4),
        ] {
            assert_eq!(name(mixed), Err(NameRefused::MixedScripts { at }), "{mixed}");
        }
        assert_eq!(line("Müller и сыновья", 60), Ok("Müller и сыновья".to_owned()));
    }

    #[test]
    fn what_deceives_is_refused_and_what_scripts_need_is_kept() {
        let bidi = ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}');
        let others = ['\u{61c}', '\u{200b}', '\u{200e}', '\u{200f}', '\u{2060}', '\u{feff}'];
        let fillers = ['\u{ad}', '\u{34f}', '\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}'];
        for c in bidi.chain(others).chain(fillers) {
            let refused = name(&format!("Anna {c}Müller"));
            assert_eq!(refused, Err(NameRefused::Hidden { at: 6 }), "{:x}", u32::from(c));
            assert_eq!(name(&format!("{c}Anna")), Err(NameRefused::Hidden { at: 1 }));
        }
        for c in ('\u{0}'..='\u{1f}').chain('\u{7f}'..='\u{9f}') {
            let refused = name(&format!("a{c}b"));
            assert_eq!(refused, Err(NameRefused::Control { at: 2 }), "{:x}", u32::from(c));
        }
        for needed in ["می\u{200c}خواهم", "क्\u{200d}ष", "👩\u{200d}👩\u{200d}👧", "مرحبا", "שלום"]
        {
            assert_eq!(name(needed), Ok(needed.to_owned()));
        }
    }
}
