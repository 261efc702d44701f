//! Mail, against aiosmtpd.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod bench;

use bench::{Bench, NAME, Server, device, message, relay};
use delivery::Carrier;
use events::Secret;
use notify::{Alert, Failure, RelaySecurity, Way};

#[tokio::test]
async fn a_mail_arrives_over_tls_and_after_starttls() {
    for security in [RelaySecurity::Tls, RelaySecurity::StartTls] {
        let bench = Bench::new();
        let starttls: &[&str] =
            if security == RelaySecurity::StartTls { &["--starttls"] } else { &[] };
        let certified = bench.certified(NAME);
        let (mut server, port) = Server::script("smtp.py", &certified, starttls).await;
        let message = device();
        bench.carry(&Way::Mail(relay(port, security)), &message).await.unwrap();
        let told = server.told().await;
        assert_eq!(told["from"], "box@example.net");
        assert_eq!(told["to"], serde_json::json!(["owner@example.net", "li@example.net"]));
        assert_eq!((&told["user"], &told["defects"]), (&"box".into(), &serde_json::json!([])));
        assert_eq!((&told["tls"], &told["seven_bit"]), (&true.into(), &true.into()));
        let header = |name: &str| told["headers"][name].as_str().unwrap_or_default().to_owned();
        assert_eq!(header("subject"), "【门店 1 · 提示】“访客”有新设备：周-Laptop \"]\\");
        assert_eq!(header("from"), "门店 1 <box@example.net>");
        assert_eq!(header("message-id"), format!("<{}@example.net>", message.id.as_str()));
        assert_eq!(header("auto-submitted"), "auto-generated");
        assert!(header("date").starts_with("Mon, 30 Nov 2026 11:00:"), "{}", header("date"));
        let body = told["body"].as_str().unwrap();
        assert!(
            body.contains("第一次在“访客”看到 周-Laptop \"]\\（3c:22:fb:10:20:30）。"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn login_and_tls_1_2_are_good_enough() {
    let bench = Bench::new();
    let old = ["--starttls", "--without", "PLAIN", "--most", "TLSv1_2"];
    let (mut server, port) = Server::script("smtp.py", &bench.certified(NAME), &old).await;
    let way = Way::Mail(relay(port, RelaySecurity::StartTls));
    bench.carry(&way, &message(Alert::CrmFailed {})).await.unwrap();
    let told = server.told().await;
    assert_eq!((&told["user"], &told["headers"]["importance"]), (&"box".into(), &"high".into()));
    // No way to sign in is not.
    let none = ["--without", "PLAIN", "--without", "LOGIN"];
    let (_server, port) = Server::script("smtp.py", &bench.certified(NAME), &none).await;
    let way = Way::Mail(relay(port, RelaySecurity::Tls));
    assert_eq!(bench.carry(&way, &device()).await, Err(Failure::NoSignIn));
}

#[tokio::test]
async fn what_a_relay_refuses_is_told() {
    let bench = Bench::new();
    let (mut server, port) = Server::script("smtp.py", &bench.certified(NAME), &[]).await;
    let good = relay(port, RelaySecurity::Tls);
    let mut wrong = good.clone();
    wrong.login.as_mut().unwrap().password = Secret::new("hunter2!".to_owned());
    let refused = async |relay| bench.carry(&Way::Mail(relay), &device()).await;
    assert_eq!(refused(wrong).await, Err(Failure::SignInRefused));
    let mut from = good.clone();
    from.from = "refused@example.net".parse().unwrap();
    assert_eq!(refused(from).await, Err(Failure::SenderRefused { code: 553 }));
    for (to, failure) in [
        ("refused@example.net", Failure::RecipientRefused { code: 550 }),
        ("later@example.net", Failure::Later { code: 451 }),
        ("spam@example.net", Failure::MessageRefused { code: 554 }),
    ] {
        let mut relay = good.clone();
        relay.to.push(to.parse().unwrap());
        assert_eq!(refused(relay).await, Err(failure));
    }
    // Without signing in this relay takes nothing.
    let nobody = notify::Relay { login: None, ..good.clone() };
    assert_eq!(refused(nobody).await, Err(Failure::SenderRefused { code: 530 }));
    // None of all these went to anybody.
    refused(good).await.unwrap();
    let told = server.told().await;
    assert_eq!(told["to"], serde_json::json!(["owner@example.net", "li@example.net"]));
}

#[tokio::test]
async fn an_authority_of_ones_own() {
    let (bench, other) = (Bench::new(), Bench::new());
    let (mut server, port) = Server::script("smtp.py", &other.certified(NAME), &[]).await;
    let mut relay = relay(port, RelaySecurity::Tls);
    let unknown = bench.carry(&Way::Mail(relay.clone()), &device()).await;
    assert_eq!(unknown, Err(Failure::CertificateAuthority));
    relay.authority = Some(other.authority_pem.parse().unwrap());
    bench.carry(&Way::Mail(relay.clone()), &device()).await.unwrap();
    server.told().await;
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    relay.authority = Some(broken.parse().unwrap());
    assert_eq!(bench.carry(&Way::Mail(relay), &device()).await, Err(Failure::AuthorityUnusable));
}

/// As a relay in the LAN is.
#[tokio::test]
async fn a_relay_named_by_its_address_has_a_certificate_for_it() {
    let bench = Bench::new();
    let by_address = |port| {
        let mut relay = relay(port, RelaySecurity::Tls);
        relay.place.host = "127.0.0.1".parse().unwrap();
        Way::Mail(relay)
    };
    let (mut server, port) = Server::script("smtp.py", &bench.certified("127.0.0.1"), &[]).await;
    bench.carry(&by_address(port), &device()).await.unwrap();
    server.told().await;
    let (_server, port) = Server::script("smtp.py", &bench.certified(NAME), &[]).await;
    let refused = bench.carry(&by_address(port), &device()).await;
    assert_eq!(refused, Err(Failure::CertificateName));
}

#[tokio::test]
async fn who_knows_no_authority_believes_nobody() {
    let mut bench = Bench::new();
    bench.carrier = Carrier::new(bench.place.path().join("none.pem"));
    let way = Way::Mail(relay(1, RelaySecurity::Tls));
    assert_eq!(bench.carry(&way, &device()).await, Err(Failure::CertificateAuthority));
}

#[tokio::test]
async fn a_certificate_that_has_ended_or_is_of_another_is_told_apart() {
    let bench = Bench::new();
    let now = time::OffsetDateTime::now_utc();
    let ended = bench.certified_with(NAME, |params| {
        (params.not_before, params.not_after) =
            (now - time::Duration::days(9), now - time::Duration::days(1));
    });
    let early = bench.certified_with(NAME, |params| {
        (params.not_before, params.not_after) =
            (now + time::Duration::days(1), now + time::Duration::days(9));
    });
    for (certified, failure) in [
        (early, Failure::CertificateNotYet),
        (ended, Failure::CertificateExpired),
        (bench.certified("other.example.net"), Failure::CertificateName),
    ] {
        let relay = |port| Way::Mail(relay(port, RelaySecurity::StartTls));
        let (_server, port) = Server::script("smtp.py", &certified, &["--starttls"]).await;
        assert_eq!(bench.carry(&relay(port), &device()).await, Err(failure));
    }
}
