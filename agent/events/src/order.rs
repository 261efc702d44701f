//! Orders of the admin application. Nothing comes back on their socket; what they brought about shows
//! as events.

use serde::{Deserialize, Serialize};

use crate::Secret;

/// What the CRM is told to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Order {
    /// Serve with this certificate from now on.
    Certificate {
        /// The leaf, then the authority's certificate; PEM.
        chain_pem: String,
        /// The leaf's private key, PKCS #8; PEM.
        key_pem: Secret,
    },
    /// Whoever knows this code may claim the CRM. It takes the place of a former one.
    ManagerCode {
        /// SHA-256 of the code in its canonical spelling, 64 hex digits in small letters.
        sha256: String,
        /// When it ends, milliseconds since 1970.
        expires: u64,
    },
    /// Language of pages before anyone has signed in, as BCP 47 tag.
    Language {
        /// The tag.
        tag: String,
    },
}
