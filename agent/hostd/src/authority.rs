//! The certificate authority's fingerprint in a file, which a unit copies to the ESP as `ca.txt`: whoever
//! installs the CA in a browser can compare it there, on any computer, without this box's network.

use std::collections::BTreeMap;

use host_api::texts;
use settings::Language;

/// Name of the file in `/run/gatehouse`.
pub const FILE: &str = "ca.txt";

/// The file's text, in all languages.
pub fn text(fingerprint: &str) -> String {
    let values = BTreeMap::from([("fingerprint".to_owned(), fingerprint.to_owned())]);
    Language::ALL
        .into_iter()
        .map(|language| texts::text(language, "ca_file", &values) + "\n")
        .collect()
}
