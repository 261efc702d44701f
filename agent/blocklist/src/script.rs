//! Names in other scripts in their ASCII form (UTS 46, RFC 5891).

use idna::AsciiDenyList;

/// The dots that input methods type (UTS 46, section 2.3).
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// The name in small letters, each label in ASCII; `None` when one has no such form.
pub fn to_ascii(name: &str) -> Option<String> {
    if name.is_ascii() {
        return Some(name.to_ascii_lowercase());
    }
    // Marks and signs that no name has, and what is not seen.
    let is_seen = |c: char| c.is_alphanumeric() || c == '-' || DOTS.contains(&c);
    name.chars().all(is_seen).then_some(())?;
    let ascii = idna::domain_to_ascii_cow(name.as_bytes(), AsciiDenyList::EMPTY).ok()?;
    Some(ascii.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names() {
        for (name, ascii) in [
            ("Ads.Example", "ads.example"),
            ("例子.测试", "xn--fsqu00a.xn--0zwm56d"),
            ("中国。cn", "xn--fiqs8s.cn"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"),
        ] {
            assert_eq!(to_ascii(name).as_deref(), Some(ascii), "{name}");
        }
        assert_eq!(to_ascii("a\u{200b}b.example"), None);
    }
}
