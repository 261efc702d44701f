//! What a broken connection means for a message.

use notify::{Failure, Stage};
use outbound::{CertificateFault, Fault};

/// `at` is what was being said when talking.
pub fn failure(fault: Fault, at: Stage) -> Failure {
    let stage = |stage| match stage {
        outbound::Stage::Connect => Stage::Connect,
        outbound::Stage::Tls => Stage::Tls,
        outbound::Stage::Talk => at,
    };
    match fault {
        Fault::Unreachable => Failure::Unreachable,
        Fault::TooSlow(at) => Failure::TooSlow { at: stage(at) },
        Fault::Closed(at) => Failure::Closed { at: stage(at) },
        Fault::NoEncryption => Failure::NoEncryption,
        Fault::CertificateWanted => Failure::CertificateWanted,
        Fault::NoAuthority => Failure::AuthorityUnusable,
        Fault::NotUnderstood => Failure::NotUnderstood,
        Fault::TooMuch => Failure::TooMuch,
        Fault::Certificate(CertificateFault::Expired) => Failure::CertificateExpired,
        Fault::Certificate(CertificateFault::NotYet) => Failure::CertificateNotYet,
        Fault::Certificate(CertificateFault::Name) => Failure::CertificateName,
        Fault::Certificate(CertificateFault::Authority) => Failure::CertificateAuthority,
        Fault::Certificate(CertificateFault::Bad) => Failure::CertificateBad,
    }
}
