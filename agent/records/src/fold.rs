//! Text as search sees it: width, case and accents count for nothing.

use unicode_normalization::UnicodeNormalization;

/// Folds text for searching and comparing.
///
/// Compatibility decomposition (UAX #15, NFKD), lower case (final sigma is sigma), combining marks
/// U+0300 to U+036F left out, Latin letters that do not decompose as [`plain`] has them, every
/// control character a space. Folding twice changes nothing. The answer holds no zero byte.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        folded.extend(text.chars().map(ascii));
        return folded;
    }
    for c in text.nfkd().flat_map(char::to_lowercase).nfkd() {
        match c {
            '\u{300}'..='\u{36f}' => {}
            'ς' => folded.push('σ'),
            c if c.is_control() => folded.push(' '),
            c => match plain(c) {
                Some(letters) => folded.push_str(letters),
                None => folded.push(c),
            },
        }
    }
    folded
}

/// How people write a Latin letter on a keyboard without it: those with a stroke or a hook, and
/// two letters in one. Unicode decomposes none of them.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'æ' => "ae",
        'ɓ' => "b",
        'đ' | 'ð' | 'ɖ' | 'ɗ' => "d",
        'ǥ' => "g",
        'ħ' => "h",
        'ı' | 'ɨ' => "i",
        'ƙ' => "k",
        'ł' | 'ƚ' => "l",
        'ŋ' => "n",
        'ø' => "o",
        'œ' => "oe",
        'ß' => "ss",
        'ŧ' => "t",
        'þ' => "th",
        'ƴ' => "y",
        'ƶ' => "z",
        _ => return None,
    })
}

/// Folds a telephone number: digits and a plus remain of one, anything else is folded as text.
#[must_use]
pub fn fold_phone(text: &str) -> String {
    let mut folded = fold(text);
    folded.retain(|c| !matches!(c, ' ' | '-' | '(' | ')' | '/' | '.' | '\u{2010}'..='\u{2015}'));
    folded
}

fn ascii(c: char) -> char {
    if c.is_ascii_control() { ' ' } else { c.to_ascii_lowercase() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn width_case_and_accents_count_for_nothing() {
        assert_eq!(fold("Ｍüller ＡＧ"), "muller ag");
        assert_eq!(fold("STRASSE"), fold("straße"));
        assert_eq!(fold("ΣΊΣΥΦΟΣ"), fold("σίσυφος"));
        assert_eq!(fold("張三"), "張三");
        assert_eq!(fold("a\0b\nc"), "a b c");
        assert_eq!(fold("İstanbul"), "istanbul");
        assert_eq!(fold("Łukasz Đorđević"), "lukasz dordevic");
        assert_eq!(fold("Søren Ærø, Þór Guðrún"), "soren aero, thor gudrun");
        assert_eq!(fold("Bjørnsson Œuvre Ħal Işık Ŋ ẞ"), "bjornsson oeuvre hal isik n ss");
        assert_eq!((fold("Ǿ"), fold("ǽ")), ("o".to_owned(), "ae".to_owned()));
        assert_eq!(fold_phone("+86 (138) 1234-5678"), "+8613812345678");
        assert_eq!(fold_phone("１３８ １２３４"), "1381234");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            prop_assert!(!once.contains('\0'));
        }
    }
}
