//! Why a message was not delivered: a typed reason that becomes one sentence. It never holds a password, nor
//! what a server said, which may repeat one.

use serde::{Deserialize, Serialize};
use settings::Language;

use crate::value::Value;
use crate::{LocalTime, texts};

/// Why a message was not delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Failure {
    /// The target's name has no address, or none that is open yet.
    NoAddress,
    /// The box may not go there yet: an admin has to allow it.
    NotAllowed,
    /// Nobody answers there, or the way there is shut.
    Unreachable,
    /// It took too long.
    TooSlow {
        /// At what.
        at: Stage,
    },
    /// The server closed the connection before it was done.
    Closed {
        /// At what.
        at: Stage,
    },
    /// The server offers no encryption that is good enough.
    NoEncryption,
    /// The mail server does not offer STARTTLS: nothing was told to it.
    NoStartTls,
    /// The server's certificate has ended.
    CertificateExpired,
    /// The server's certificate is not valid yet; or the box's clock is wrong.
    CertificateNotYet,
    /// The server's certificate is for another name.
    CertificateName,
    /// The server's certificate comes from an authority that is not known here.
    CertificateAuthority,
    /// The server's certificate is bad in another way.
    CertificateBad,
    /// The authority's certificate that an admin gave cannot be used.
    AuthorityUnusable,
    /// The server wants a certificate of ours.
    CertificateWanted,
    /// The server does not speak what it should.
    NotUnderstood,
    /// The server's answer is longer than any should be.
    TooMuch,
    /// User or password was refused.
    SignInRefused,
    /// The server offers no way to sign in that the box has.
    NoSignIn,
    /// The server would not take mail of this sender.
    SenderRefused {
        /// Its answer.
        code: u16,
    },
    /// The server would not take mail for a recipient.
    RecipientRefused {
        /// Its answer.
        code: u16,
    },
    /// The server would not take the message.
    MessageRefused {
        /// Its answer.
        code: u16,
    },
    /// The server says: later.
    Later {
        /// Its answer.
        code: u16,
    },
    /// The server answers with this HTTP status.
    Status {
        /// Its answer.
        code: u16,
    },
    /// The robot would not take the message.
    RobotRefused {
        /// Its answer.
        code: i64,
    },
    /// An address of mail cannot be written in a message.
    AddressUnusable,
    /// The box stopped, or lost sight of it.
    Interrupted,
}

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Connecting.
    Connect,
    /// Agreeing on encryption.
    Tls,
    /// Greeting.
    Greeting,
    /// Signing in.
    SignIn,
    /// Handing the message over: it may have arrived.
    Message,
}

impl Failure {
    /// Its stable key.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NoAddress => "no-address",
            Self::NotAllowed => "not-allowed",
            Self::Unreachable => "unreachable",
            Self::TooSlow { .. } => "too-slow",
            Self::Closed { .. } => "closed",
            Self::NoEncryption => "no-encryption",
            Self::NoStartTls => "no-start-tls",
            Self::CertificateExpired => "certificate-expired",
            Self::CertificateNotYet => "certificate-not-yet",
            Self::CertificateName => "certificate-name",
            Self::CertificateAuthority => "certificate-authority",
            Self::CertificateBad => "certificate-bad",
            Self::AuthorityUnusable => "authority-unusable",
            Self::CertificateWanted => "certificate-wanted",
            Self::NotUnderstood => "not-understood",
            Self::TooMuch => "too-much",
            Self::SignInRefused => "sign-in-refused",
            Self::NoSignIn => "no-sign-in",
            Self::SenderRefused { .. } => "sender-refused",
            Self::RecipientRefused { .. } => "recipient-refused",
            Self::MessageRefused { .. } => "message-refused",
            Self::Later { .. } => "later",
            Self::Status { .. } => "status",
            Self::RobotRefused { .. } => "robot-refused",
            Self::AddressUnusable => "address-unusable",
            Self::Interrupted => "interrupted",
        }
    }

    /// One sentence for a person.
    pub fn sentence(&self, language: Language) -> String {
        let key = self.key();
        let template = texts::failure(language, key).unwrap_or(key);
        settings::fill(template, |name| (name == "code").then(|| self.code()).flatten())
    }

    /// Whether trying again soon would only do harm: a person has to change something first.
    pub fn needs_a_person(&self) -> bool {
        match self {
            Self::NoStartTls
            | Self::AuthorityUnusable
            | Self::CertificateWanted
            | Self::SignInRefused
            | Self::NoSignIn
            | Self::SenderRefused { .. }
            | Self::RecipientRefused { .. }
            | Self::MessageRefused { .. }
            | Self::RobotRefused { .. }
            | Self::AddressUnusable => true,
            Self::Status { code } => (400..500).contains(code) && ![408, 425, 429].contains(code),
            _ => false,
        }
    }

    /// Whether nobody was there at all: a connection that is made would be news.
    pub fn is_of_the_way(&self) -> bool {
        let at_once = Self::TooSlow { at: Stage::Connect };
        matches!(self, Self::NoAddress | Self::Unreachable) || *self == at_once
    }

    /// Whether the message may have arrived all the same.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::TooSlow { at } | Self::Closed { at } => *at == Stage::Message,
            Self::Interrupted | Self::NotUnderstood | Self::TooMuch => true,
            // Whoever passes it on may have lost the answer only.
            Self::Status { code } => *code >= 500,
            _ => false,
        }
    }

    fn code(&self) -> Option<String> {
        match self {
            Self::SenderRefused { code }
            | Self::RecipientRefused { code }
            | Self::MessageRefused { code }
            | Self::Later { code }
            | Self::Status { code } => Some(code.to_string()),
            Self::RobotRefused { code } => Some(code.to_string()),
            _ => None,
        }
    }

    /// One of each.
    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let at = Stage::Message;
        vec![
            Self::NoAddress,
            Self::NotAllowed,
            Self::Unreachable,
            Self::TooSlow { at },
            Self::Closed { at },
            Self::NoEncryption,
            Self::NoStartTls,
            Self::CertificateExpired,
            Self::CertificateNotYet,
            Self::CertificateName,
            Self::CertificateAuthority,
            Self::CertificateBad,
            Self::AuthorityUnusable,
            Self::CertificateWanted,
            Self::NotUnderstood,
            Self::TooMuch,
            Self::SignInRefused,
            Self::NoSignIn,
            Self::SenderRefused { code: 550 },
            Self::RecipientRefused { code: 550 },
            Self::MessageRefused { code: 554 },
            Self::Later { code: 451 },
            Self::Status { code: 503 },
            Self::RobotRefused { code: 19021 },
            Self::AddressUnusable,
            Self::Interrupted,
        ]
    }
}

impl Value for Failure {
    fn told(&self, language: Language, _: &LocalTime) -> String {
        self.sentence(language)
    }

    fn data(&self) -> serde_json::Value {
        self.key().into()
    }

    #[cfg(test)]
    fn sample() -> Self {
        Self::SenderRefused { code: 550 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_is_one_sentence_in_both_languages() {
        for failure in Failure::samples() {
            for language in Language::ALL {
                let sentence = failure.sentence(language);
                assert!(sentence.ends_with(['.', '。']) && !sentence.contains('{'), "{sentence}");
            }
            let stored = serde_json::to_string(&failure).unwrap();
            assert_eq!(serde_json::from_str::<Failure>(&stored).unwrap(), failure);
        }
    }
}
