//! Parameters of a query: those that a route knows, each at most once. All that is refused is told at
//! once, by the parameter's name.

use axum::extract::Query;
use axum::http::Uri;

use crate::json::escaped;
use crate::problem::{Code, Field, Problem};

/// Rows of a page when nothing is said.
const LIMIT: usize = 50;

/// What was given, and what of it is refused so far.
pub(crate) struct Parameters {
    given: Vec<(String, String)>,
    refused: Vec<Field>,
}

impl Parameters {
    /// Those of an address.
    ///
    /// # Errors
    /// [`Code::Malformed`].
    pub fn of_uri(uri: &Uri, known: &[&str]) -> Result<Self, Problem> {
        let given = Query::<Vec<(String, String)>>::try_from_uri(uri);
        let Query(given) = given.map_err(|_| Problem::from(Code::Malformed))?;
        Ok(Self::of(given, known))
    }

    /// These, of which a route knows some.
    pub fn of(given: Vec<(String, String)>, known: &[&str]) -> Self {
        let mut refused = Vec::new();
        for (at, (name, _)) in given.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                refused.push(Field::new(format!("/{}", escaped(name)), "unknown"));
            } else if given.iter().take(at).any(|(before, _)| before == name) {
                refused.push(Field::new(format!("/{name}"), "twice"));
            }
        }
        Self { given, refused }
    }

    /// The value, when there is one that is not refused.
    pub fn read<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, Field>,
    ) -> Option<T> {
        let (_, text) = self.given.iter().find(|(given, _)| given == name)?;
        read(text).map_err(|field| self.refused.push(field)).ok()
    }

    /// Rows of a page, at most this many.
    pub fn limit(&mut self, most: usize) -> usize {
        let limit = self.read("limit", |text| {
            let limit = text.parse().ok().filter(|limit| (1..=most).contains(limit));
            limit.ok_or_else(|| Field::new("/limit", "limit").with("most", most))
        });
        limit.unwrap_or(LIMIT)
    }

    /// Nothing was refused.
    ///
    /// # Errors
    /// [`Code::Invalid`] with all that was.
    pub fn settled(self) -> Result<(), Problem> {
        if self.refused.is_empty() { Ok(()) } else { Err(Problem::fields_refused(self.refused)) }
    }
}
