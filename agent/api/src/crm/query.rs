//! What a list of contacts, or of one contact's versions, is asked for; every refusal names the parameter.

use axum::http::Uri;
use crm::field;
use records::{Cursor, Filter, LIMIT_MOST, Query, QueryRefused, SEARCH_MOST, Sort, Test};

use vault::Former;

use crate::parameters::Parameters;
use crate::problem::{Code, Field, Problem};

/// The parameters of a list.
pub(super) const PARAMETERS: [&str; 5] = ["search", "sort", COMPANY, "cursor", "limit"];
const COMPANY: &str = "filter[company]";

/// Reads the parameters.
///
/// # Errors
/// [`Code::Invalid`] with each that is refused.
pub(super) fn asked(mut given: Parameters) -> Result<Query, Problem> {
    let by_name = Sort { field: field::NAME, descending: false };
    let query = Query {
        search: given.read("search", |text| Ok(text.to_owned())).unwrap_or_default(),
        filters: given.read(COMPANY, company).into_iter().collect(),
        sort: given.read("sort", sort).unwrap_or(by_name),
        cursor: given.read("cursor", cursor),
        limit: given.limit(LIMIT_MOST),
    };
    given.settled()?;
    Ok(query)
}

/// Reads which part of a contact's versions is asked for.
///
/// # Errors
/// As [`asked`].
pub(super) fn part(uri: &Uri) -> Result<(Option<Former>, usize), Problem> {
    let mut given = Parameters::of_uri(uri, &["cursor", "limit"])?;
    let former = |text: &str| text.parse().map_err(|_| Field::new("/cursor", "cursor"));
    let part = (given.read("cursor", former), given.limit(LIMIT_MOST));
    given.settled()?;
    Ok(part)
}

fn sort(text: &str) -> Result<Sort, Field> {
    let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let field = match name {
        "name" => field::NAME,
        "company" => field::COMPANY,
        "position" => field::POSITION,
        "created" => field::CREATED_AT,
        _ => return Err(Field::new("/sort", "sort")),
    };
    Ok(Sort { field, descending })
}

fn company(text: &str) -> Result<Filter, Field> {
    if text.chars().count() > SEARCH_MOST {
        return Err(Field::new(format!("/{COMPANY}"), "too-long").with("most", SEARCH_MOST));
    }
    let test = if text.is_empty() { Test::Empty } else { Test::Is(text.to_owned()) };
    Ok(Filter { field: field::COMPANY, test })
}

fn cursor(text: &str) -> Result<Cursor, Field> {
    text.parse().map_err(|_| Field::new("/cursor", "cursor"))
}

/// A question that the table refuses.
pub(super) fn refused(refused: &QueryRefused) -> Problem {
    Problem::fields_refused(vec![match *refused {
        QueryRefused::SearchTooLong { most, words } => {
            Field::new("/search", "search-too-long").with("most", most).with("words", words)
        }
        QueryRefused::BadCursor => Field::new("/cursor", "cursor"),
        QueryRefused::Limit { most } => Field::new("/limit", "limit").with("most", most),
        // Sorting and filtering are by fields that stand above.
        QueryRefused::NoSuchField { .. }
        | QueryRefused::WrongUse { .. }
        | QueryRefused::TooManyFilters { .. } => return Code::Broken.into(),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(parameters: &[(&str, &str)]) -> Result<Query, Vec<(String, String)>> {
        let owned: Vec<_> =
            parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        asked(Parameters::of(owned, &PARAMETERS)).map_err(|problem| {
            let fields = problem.fields().iter();
            fields.map(|field| (field.pointer.clone(), field.code.clone().into_owned())).collect()
        })
    }

    #[test]
    fn nothing_said_is_by_name() {
        let query = ask(&[]).unwrap();
        assert_eq!(query.sort, Sort { field: field::NAME, descending: false });
        assert_eq!((query.limit, query.search.as_str(), query.filters.len()), (50, "", 0));
    }

    #[test]
    fn every_parameter_is_taken() {
        let given =
            [("search", "张 三"), ("sort", "-created"), (COMPANY, "上海电子"), ("limit", "200")];
        let query = ask(&given).unwrap();
        assert_eq!(query.sort, Sort { field: field::CREATED_AT, descending: true });
        assert_eq!((query.limit, query.search.as_str()), (200, "张 三"));
        let test = Test::Is("上海电子".to_owned());
        assert_eq!(query.filters, [Filter { field: field::COMPANY, test }]);
    }

    #[test]
    fn every_refusal_names_its_parameter_and_all_are_named() {
        let long = "x".repeat(201);
        for (name, value, pointer, code) in [
            ("sort", "note", "/sort", "sort"),
            ("sort", "--name", "/sort", "sort"),
            ("limit", "0", "/limit", "limit"),
            ("limit", "201", "/limit", "limit"),
            ("limit", "ten", "/limit", "limit"),
            ("cursor", "!", "/cursor", "cursor"),
            ("cursor", "", "/cursor", "cursor"),
            (COMPANY, &long, "/filter[company]", "too-long"),
            ("filter[note]", "x", "/filter[note]", "unknown"),
            ("a/b~", "x", "/a~1b~0", "unknown"),
        ] {
            let refused = vec![(pointer.to_owned(), code.to_owned())];
            assert_eq!(ask(&[(name, value)]), Err(refused), "{name}={value}");
        }
        let several = ask(&[("sort", "x"), ("limit", "0"), ("limit", "1"), ("page", "2")]);
        assert_eq!(several.unwrap_err().len(), 4);
    }
}
