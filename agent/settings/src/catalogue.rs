//! Texts of a program in each language. The files are part of the program; whoever has them holds them in a
//! test against what needs them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;

use crate::Language;

/// Texts in each language: a `{placeholder}`ed text for each code, unless something else is said.
#[derive(Debug)]
pub struct Catalogue<T = BTreeMap<String, String>> {
    english: File<T>,
    chinese: File<T>,
}

/// A file, read when it is first asked for. One that cannot be read is empty.
#[derive(Debug)]
struct File<T> {
    text: &'static str,
    read: OnceLock<T>,
}

impl<T: DeserializeOwned + Default> Catalogue<T> {
    /// Of the texts of both files, JSON.
    pub const fn new(english: &'static str, chinese: &'static str) -> Self {
        Self { english: File::new(english), chinese: File::new(chinese) }
    }

    /// The texts in a language.
    pub fn of(&self, language: Language) -> &T {
        let file = match language {
            Language::English => &self.english,
            Language::Chinese => &self.chinese,
        };
        file.read.get_or_init(|| serde_json::from_str(file.text).unwrap_or_default())
    }
}

impl Catalogue {
    /// The text for a code, [filled in](fill); the bare code should it be missing.
    pub fn text(
        &self,
        language: Language,
        code: &str,
        value: impl Fn(&str) -> Option<String>,
    ) -> String {
        self.of(language)
            .get(code)
            .map_or_else(|| code.to_owned(), |template| fill(template, value))
    }
}

impl<T> File<T> {
    const fn new(text: &'static str) -> Self {
        Self { text, read: OnceLock::new() }
    }
}

/// A text with its `{placeholders}` filled in. What has no value is a brace of an example; a value is
/// never taken for a placeholder.
pub fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let found = after.split_once('}').and_then(|(name, rest)| Some((value(name)?, rest)));
        match found {
            Some((value, following)) => {
                out.push_str(&value);
                rest = following;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}
