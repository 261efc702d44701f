//! Services by the names that people have for them; the admin's own as they are called.

use std::cell::RefCell;

use super::speech::{Said, Speech, Word};
use crate::{Language, Title};

/// A service that a rule names.
pub(super) struct Service<'t>(pub(super) &'t Title);

/// Words for the services that need no definition.
const WORDS: &[(&str, Word)] = &[
    ("web", Word::ServiceWeb),
    ("mail", Word::ServiceMail),
    ("dns", Word::ServiceDns),
    ("time", Word::ServiceTime),
    ("ping", Word::ServicePing),
    ("ssh", Word::ServiceSsh),
    ("remote-desktop", Word::ServiceRemoteDesktop),
    ("vnc", Word::ServiceVnc),
    ("file-sharing", Word::ServiceFileSharing),
    ("ftp", Word::ServiceFtp),
    ("printing", Word::ServicePrinting),
    ("sip", Word::ServiceSip),
    ("camera", Word::ServiceCamera),
    ("mqtt", Word::ServiceMqtt),
    ("mysql", Word::ServiceMysql),
    ("postgresql", Word::ServicePostgresql),
    ("sql-server", Word::ServiceSqlServer),
];

impl Said for Service<'_> {
    fn said(&self, speech: &Speech<'_>) -> String {
        let known = WORDS.iter().find(|(name, _)| *name == self.0.as_str());
        known.map_or_else(|| self.0.to_string(), |(_, word)| speech.word(*word))
    }
}

impl Title {
    /// What people call the service of this name.
    pub fn as_service(&self, language: Language) -> String {
        Service(self).said(&Speech { language, name: &|_| None, cut: RefCell::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KNOWN_SERVICES;

    #[test]
    fn every_service_that_needs_no_definition_has_a_word() {
        let known: Vec<&str> = KNOWN_SERVICES.iter().map(|(name, _)| *name).collect();
        let said: Vec<&str> = WORDS.iter().map(|(name, _)| *name).collect();
        assert_eq!(said, known);
    }
}
