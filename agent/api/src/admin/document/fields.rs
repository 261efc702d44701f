//! What is wrong with a settings document, as fields of the request and in words of who reads it.

use std::borrow::Cow;

use host_api::Shown;
use settings::Settings;

use crate::problem::{Field, Problem};
use crate::shape::shared::Language;

/// Refused fields of a document in the reader's words, as fields of the request.
pub(in crate::admin) fn refused_fields(
    problems: Vec<settings::Problem>,
    language: Language,
    pointer: fn(&str) -> String,
) -> Problem {
    refused_naming(problems, language, pointer, |_| None)
}

/// The same, for zones that the document calls something else.
pub(in crate::admin) fn refused_naming(
    problems: Vec<settings::Problem>,
    language: Language,
    pointer: fn(&str) -> String,
    label: impl Fn(&str) -> Option<String>,
) -> Problem {
    let told = problems.into_iter().map(|problem| {
        let name = |zone: &str| label(zone).or_else(|| zone_name(zone, language));
        let text = problem.reason.text_naming(language.into(), name);
        let code = problem.reason.code().to_owned();
        Shown { field: problem.field, code, text, language: language.into() }
    });
    refused(told.collect(), pointer)
}

/// What a zone is called in the first of these documents that has it: its label, else as the pages say.
pub(in crate::admin) fn zone_called(
    in_: &[&Settings],
    zone: &str,
    language: Language,
) -> Option<String> {
    let has = |settings: &&&Settings| settings.zones.keys().any(|name| name.as_str() == zone);
    let label = in_.iter().find(has).and_then(|settings| settings.label(zone));
    label.map(ToString::to_string).or_else(|| zone_name(zone, language))
}

fn zone_name(zone: &str, language: Language) -> Option<String> {
    settings::shown_name(zone, language.into()).map(str::to_owned)
}

/// Refused fields of a document, each with its code and words, as fields of the request.
pub(in crate::admin) fn refused(told: Vec<Shown>, pointer: fn(&str) -> String) -> Problem {
    let field = |shown: Shown| match shown.code.as_str() {
        "zone_unknown" => Field::new(pointer(&shown.field), "no-zone"),
        _ => Field {
            pointer: pointer(&shown.field),
            text: Some(sentence(&shown.text, shown.language)),
            code: Cow::Owned(shown.code),
            values: Vec::new(),
        },
    };
    Problem::fields_refused(told.into_iter().map(field).collect())
}

/// A reason, which the console puts behind a field's name, as the sentence that a page shows at the field.
fn sentence(reason: &str, language: settings::Language) -> String {
    let mut letters = reason.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = match reason.chars().last() {
        Some('.' | '。' | '?' | '？') | None => "",
        Some(_) if language == settings::Language::Chinese => "。",
        Some(_) => ".",
    };
    format!("{first}{}{end}", letters.as_str())
}

/// Where a field of the document comes from when only who reaches the CRM was sent; the request as a
/// whole for others.
pub(in crate::admin) fn crm_pointer(field: &str) -> String {
    let rest = field.strip_prefix("/crm/reachable_from");
    rest.map(|rest| format!("/reachableFrom{rest}")).unwrap_or_default()
}

/// The same for the last page of the set-up.
pub(in crate::admin) fn setup_pointer(field: &str) -> String {
    if let Some(rest) = field.strip_prefix("/crm/reachable_from") {
        return format!("/crm/reachableFrom{rest}");
    }
    if field.starts_with("/management/from") {
        return field.to_owned();
    }
    if field == "/zones/guest" || field.starts_with("/zones/guest/") {
        return "/zones/guest".to_owned();
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_as_its_language_does() {
        use settings::Language::{Chinese, English};
        assert_eq!(
            sentence("zone 办公 is called so already", English),
            "Zone 办公 is called so already."
        );
        assert_eq!(sentence("请换一个名称", Chinese), "请换一个名称。");
        assert_eq!(sentence("is it so?", English), "Is it so?");
    }

    #[test]
    fn fields_of_the_document_are_found_in_the_request() {
        for (field, set_up, crm) in [
            ("/crm/reachable_from/1/zone", "/crm/reachableFrom/1/zone", "/reachableFrom/1/zone"),
            ("/management/from/0/addresses/2", "/management/from/0/addresses/2", ""),
            ("/zones/guest/vlan", "/zones/guest", ""),
            ("/zones/guests/vlan", "", ""),
            ("", "", ""),
        ] {
            assert_eq!((setup_pointer(field), crm_pointer(field)), (set_up.into(), crm.into()));
        }
    }
}
