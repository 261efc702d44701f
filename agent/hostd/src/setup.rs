//! `gatehouse-setup.json` on the EFI system partition: the settings of a box that nobody has set up
//! yet, for its owner's CI and fleets. It is taken once; an invalid one changes nothing, and the
//! console says at which field it fails until it is corrected.

use std::io;
use std::path::Path;

use host_api::Notice;
use serde::Deserialize;
use serde_json::value::RawValue;
use settings::{Language, Problem, Settings};

use crate::identity::SetupCode;
use crate::store::directory::read_bounded;

/// Largest file, in bytes: the largest document and room for the rest.
const MAX_BYTES: u64 = settings::MAX_BYTES as u64 + 64 * 1024;

/// What the file asks for.
#[derive(Debug, PartialEq)]
pub struct Setup {
    /// The settings.
    pub settings: Settings,
    /// The setup code, when the owner wants to know it beforehand.
    pub setup_code: Option<SetupCode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    #[serde(borrow)]
    settings: &'a RawValue,
    setup_code: Option<String>,
}

/// Reads the file. `None` when there is none; a notice when it cannot be used.
pub fn read(path: &Path) -> Result<Option<Setup>, Notice> {
    match read_bounded(path, MAX_BYTES) {
        Ok(content) => parse(&content).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            tracing::error!(file = %path.display(), %error, "the setup file cannot be read");
            Err(Notice::new("setup_unreadable", [("reason", error.to_string())]))
        }
    }
}

fn parse(content: &[u8]) -> Result<Setup, Notice> {
    // Editors of some systems put a byte order mark first.
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let file: File<'_> = serde_json::from_slice(content)
        .map_err(|error| Notice::new("setup_unreadable", [("reason", error.to_string())]))?;
    let settings = settings::parse(file.settings.get().as_bytes()).map_err(|p| refused(&p))?;
    let setup_code = match file.setup_code.as_deref().map(str::parse) {
        None => None,
        Some(Ok(code)) => Some(code),
        Some(Err(())) => return Err(Notice::new("setup_code_invalid", [])),
    };
    Ok(Setup { settings, setup_code })
}

/// Field and reason of the first problem, and how many there are.
fn refused(problems: &[Problem]) -> Notice {
    for problem in problems {
        tracing::error!(field = problem.field, reason = problem.reason.code(), "setup refused");
    }
    let first = problems.first();
    let reason = |language| first.map(|problem| problem.reason.text(language)).unwrap_or_default();
    let field = first.map(|problem| problem.field.as_str()).unwrap_or_default();
    Notice::new(
        "setup_refused",
        [
            ("field", format!("/settings{field}")),
            ("code", first.map(|problem| problem.reason.code().to_owned()).unwrap_or_default()),
            ("reason", reason(Language::English)),
            ("reason_zh-CN", reason(Language::Chinese)),
            ("count", problems.len().to_string()),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(settings: &str, more: &str) -> Vec<u8> {
        format!("{{ \"settings\": {settings}{more} }}").into_bytes()
    }

    const EXAMPLE: &str = include_str!("../../settings/tests/example.json");

    #[test]
    fn takes_settings_and_code() {
        let setup = parse(&file(EXAMPLE, ", \"setup_code\": \"7F3K-92QD-XM4T\"")).unwrap();
        assert_eq!(setup.setup_code.unwrap().to_string(), "7F3K-92QD-XM4T");
        let marked = [b"\xef\xbb\xbf".as_slice(), &file(EXAMPLE, "")].concat();
        assert!(parse(&marked).is_ok());
    }

    #[test]
    fn names_field_and_reason() {
        let broken = EXAMPLE.replace("\"vlan\": 20", "\"vlan\": 10");
        assert_ne!(broken, EXAMPLE);
        let notice = parse(&file(&broken, "")).unwrap_err();
        assert_eq!(notice.code, "setup_refused");
        assert_eq!(notice.values["code"], "vlan_used");
        assert!(notice.values["field"].starts_with("/settings/zones/"), "{notice:?}");
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for content in [
            b"".to_vec(),
            b"{}".to_vec(),
            file(EXAMPLE, ", \"admin\": {}"),
            file(EXAMPLE, ", \"setup_code\": \"guess\""),
            file(EXAMPLE, &format!(", \"settings\": {EXAMPLE}")),
        ] {
            assert!(parse(&content).is_err());
        }
    }
}
