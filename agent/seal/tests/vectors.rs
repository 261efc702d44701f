//! Published vectors of the parts we build on, and what people type. (SP 800-38D and RFC 5869 are
//! tried where the code is: `cipher.rs`, `expand.rs`.)
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use ed25519_dalek::{Signer, SigningKey};
use seal::Key;
use seal::audit::public_key;
use seal::keys::Argon;
use seal::passphrase::{self, PassphraseError, normalise};
use seal::recovery::{self, RecoveryError};

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    std::array::from_fn(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
}

/// RFC 9106 §5.3.
#[test]
fn argon2id_is_that_of_rfc_9106() {
    let mut params = ParamsBuilder::new();
    params.m_cost(32).t_cost(3).p_cost(4).data(AssociatedData::new(&[4; 12]).unwrap());
    let params = params.build().unwrap();
    let argon =
        Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    argon.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
    let expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";
    assert_eq!(tag, bytes(expected));
}

/// RFC 8032 §7.1, tests 1 and 2.
#[test]
fn ed25519_is_that_of_rfc_8032() {
    let cases = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            &[][..],
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155\
             5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            &[0x72],
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ];
    for (seed, key, message, signature) in cases {
        let seed = bytes(seed);
        assert_eq!(public_key(&Key::from_bytes(seed)), bytes(key));
        assert_eq!(SigningKey::from_bytes(&seed).sign(message).to_bytes(), bytes(signature));
    }
}

#[test]
fn a_passphrase_is_the_same_however_a_keyboard_makes_its_letters() {
    let form = normalise("  Übergrößen im Büro\u{3000}").unwrap();
    assert_eq!(*form, "Übergrößen im Büro");
    assert_eq!(normalise("U\u{308}bergro\u{308}ßen im Bu\u{308}ro").unwrap(), form);
    assert_eq!(*normalise("ｃｏｒｒｅｃｔ　ｈｏｒｓｅ").unwrap(), "correct horse");
    assert_eq!(*normalise("正确的马电池订书钉一二三").unwrap(), "正确的马电池订书钉一二三");
}

#[test]
fn what_cannot_be_typed_again_is_no_passphrase() {
    assert_eq!(normalise("only eleven"), Err(PassphraseError::TooShort(11)));
    assert_eq!(normalise("   only eleven   "), Err(PassphraseError::TooShort(11)));
    assert_eq!(normalise("twelve\0 letters"), Err(PassphraseError::Control(7)));
    assert_eq!(normalise("twelve\u{378} letters"), Err(PassphraseError::Unassigned(7)));
    assert_eq!(normalise(&"a".repeat(1_001)), Err(PassphraseError::TooLong(1_001)));
    assert!(normalise(&"a".repeat(1_000)).is_ok());
    assert!(normalise("private \u{e000} letters").is_ok(), "private, not unassigned");
}

#[test]
fn a_passphrase_gives_another_secret_with_another_salt_and_no_cost_that_is_not_allowed() {
    let argon = Argon { passes: 1, ..Argon::default() };
    let derive = |text, salt| passphrase::derive(text, &[salt; 16], argon).unwrap();
    let one = derive("correct horse battery", 1);
    assert_eq!(one, derive("correct horse battery", 1));
    assert_ne!(one, derive("correct horse battery", 2));
    assert_ne!(one, derive("correct horse batterz", 1));
    let cheap = Argon { memory: 1_024, ..argon };
    assert_eq!(passphrase::derive("x", &[0; 16], cheap), Err(PassphraseError::Costs));
}

#[test]
fn a_recovery_key_is_read_as_people_type_it() {
    let key = [0xff; 20];
    let shown = recovery::encode(&key);
    assert!(shown.starts_with("ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZ"));
    assert_eq!(*recovery::parse(&shown.to_lowercase()).unwrap(), key);
    assert_eq!(*recovery::parse(&shown.replace('-', "\u{2010}")).unwrap(), key);
    assert_eq!(*recovery::parse(&shown.replace('Z', "ｚ")).unwrap(), key);

    assert_eq!(recovery::parse(""), Err(RecoveryError::Length(0)));
    assert_eq!(recovery::parse(&shown[..40]), Err(RecoveryError::Length(34)));
    assert_eq!(recovery::parse(&format!("{}U", &shown[..40])), Err(RecoveryError::Symbol(35)));
    assert_eq!(recovery::parse(&shown.replacen('Z', "Y", 1)), Err(RecoveryError::Sum));
}

#[test]
fn every_slip_of_one_symbol_is_noticed() {
    let shown = recovery::encode(&std::array::from_fn(|n| u8::try_from(n * 11).unwrap()));
    for (at, symbol) in shown.char_indices().filter(|(_, symbol)| *symbol != '-') {
        for other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars().filter(|other| *other != symbol) {
            let mut typed = shown.to_string();
            typed.replace_range(at..=at, &other.to_string());
            assert_eq!(recovery::parse(&typed), Err(RecoveryError::Sum));
        }
    }
}
