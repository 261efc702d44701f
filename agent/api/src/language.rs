//! Which language an answer is in before an account says so: `Accept-Language` (RFC 9110, 12.5.4).

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use tokio::sync::watch;

use crate::shape::shared::Language;

/// The language of the box, for who asks for none. Clones are handles of the same.
#[derive(Clone, Debug, Default)]
pub struct BoxLanguage(Arc<watch::Sender<Language>>);

impl BoxLanguage {
    /// The one in force.
    pub fn get(&self) -> Language {
        *self.0.borrow()
    }

    /// Puts another one in force.
    pub fn set(&self, language: Language) {
        self.0.send_if_modified(|now| std::mem::replace(now, language) != language);
    }

    /// Tells when another one is in force.
    pub fn watch(&self) -> watch::Receiver<Language> {
        self.0.subscribe()
    }
}

impl Language {
    /// The language of a BCP 47 tag, spelt as ours.
    pub fn parse(tag: &str) -> Option<Self> {
        [Self::En, Self::ZhCn].into_iter().find(|language| language.tag() == tag)
    }

    /// Its BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        }
    }

    /// The one that the reader likes best of those there are; the box's own when none is asked for.
    pub fn choose(headers: &HeaderMap, own: Self) -> Self {
        let mut best = (0, own);
        for value in headers.get_all(header::ACCEPT_LANGUAGE) {
            for range in value.to_str().unwrap_or_default().split(',').take(20) {
                let (range, weight) = weighed(range);
                let language = match range.split('-').next() {
                    Some(main) if main.eq_ignore_ascii_case("zh") => Self::ZhCn,
                    Some(main) if main.eq_ignore_ascii_case("en") => Self::En,
                    Some("*") => own,
                    _ => continue,
                };
                if weight > best.0 {
                    best = (weight, language);
                }
            }
        }
        best.1
    }
}

/// As the box's own texts and settings have it.
impl From<Language> for settings::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::English,
            Language::ZhCn => Self::Chinese,
        }
    }
}

impl From<settings::Language> for Language {
    fn from(language: settings::Language) -> Self {
        match language {
            settings::Language::English => Self::En,
            settings::Language::Chinese => Self::ZhCn,
        }
    }
}

/// A range and its weight in thousandths.
fn weighed(range: &str) -> (&str, u32) {
    let Some((range, parameter)) = range.split_once(';') else { return (range.trim(), 1000) };
    let weight = parameter.trim().strip_prefix("q=").and_then(|text| text.parse::<f32>().ok());
    let weight = weight.filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or_default();
    (range.trim(), (weight * 1000.0).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_one_wins() {
        for (asked, expected) in [
            ("zh-CN", Language::ZhCn),
            ("zh-TW,zh;q=0.9,en;q=0.8", Language::ZhCn),
            ("de,en;q=0.9,zh;q=0.2", Language::En),
            ("en;q=0.3, zh;q=0.7", Language::ZhCn),
            ("zh;q=0,en", Language::En),
            ("fr", Language::En),
            ("zh;q=abc", Language::En),
            ("", Language::En),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, asked.parse().unwrap());
            assert_eq!(Language::choose(&headers, Language::En), expected, "{asked}");
        }
        assert_eq!(Language::choose(&HeaderMap::new(), Language::ZhCn), Language::ZhCn);
    }
}
