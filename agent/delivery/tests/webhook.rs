//! Webhooks and robots, against Python's HTTP server, which checks the signature by itself.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod bench;

use bench::{Bench, NAME, Server, device};
use events::Secret;
use notify::{Failure, Robot, RobotKind, Way, Webhook};

fn webhook(port: u16, path: &str, secret: &Secret) -> Way {
    let address = format!("https://{NAME}:{port}{path}").parse().unwrap();
    Way::Webhook(Webhook { address, secret: secret.clone(), authority: None })
}

async fn receiver(bench: &Bench, secret: &Secret) -> (Server, u16) {
    let certified = bench.certified(NAME);
    Server::script("webhook.py", &certified, &["--secret", secret.reveal()]).await
}

#[tokio::test]
async fn a_webhook_is_signed_so_that_its_receiver_can_check_it() {
    let (bench, secret) = (Bench::new(), notify::webhook::secret(&[9; 32]));
    let (mut server, port) = receiver(&bench, &secret).await;
    let message = device();
    bench.carry(&webhook(port, "/hook?a=1", &secret), &message).await.unwrap();
    let told = server.told().await;
    assert_eq!((&told["genuine"], &told["path"]), (&true.into(), &"/hook?a=1".into()));
    assert_eq!(told["host"], format!("{NAME}:{port}"));
    assert_eq!(
        (&told["id"], &told["body"]["id"]),
        (&message.id.as_str().into(), &message.id.as_str().into())
    );
    assert_eq!(told["body"]["values"]["device"], "周-Laptop \"]\\");
    assert_eq!(told["type"], "application/json; charset=utf-8");
    // Another secret is not taken for it.
    let other = notify::webhook::secret(&[8; 32]);
    bench.carry(&webhook(port, "/hook", &other), &message).await.unwrap();
    assert_eq!(server.told().await["genuine"], false);
}

#[tokio::test]
async fn what_a_receiver_answers_is_told() {
    let (bench, secret) = (Bench::new(), notify::webhook::secret(&[9; 32]));
    let (_server, port) = receiver(&bench, &secret).await;
    for (path, answer) in [
        ("/status/204", Ok(())),
        ("/status/302", Err(Failure::Status { code: 302 })),
        ("/status/401", Err(Failure::Status { code: 401 })),
        ("/status/429", Err(Failure::Later { code: 429 })),
        ("/status/500", Err(Failure::Status { code: 500 })),
        ("/status/503", Err(Failure::Later { code: 503 })),
        ("/long", Err(Failure::TooMuch)),
    ] {
        assert_eq!(bench.carry(&webhook(port, path, &secret), &device()).await, answer, "{path}");
    }
    let elsewhere = format!("https://other.example.net:{port}/").parse().unwrap();
    let other = Way::Webhook(Webhook { address: elsewhere, secret, authority: None });
    assert_eq!(bench.carry(&other, &device()).await, Err(Failure::CertificateName));
}

#[tokio::test]
async fn a_robot_says_in_its_answer_whether_it_took_the_message() {
    let (bench, secret) = (Bench::new(), notify::webhook::secret(&[9; 32]));
    let (mut server, port) = receiver(&bench, &secret).await;
    let robot = |kind, path: &str, secret: Option<&str>| {
        let address = format!("https://{NAME}:{port}{path}").parse().unwrap();
        let secret = secret.map(|secret| Secret::new(secret.to_owned()));
        Way::Robot(Robot { kind, address, secret })
    };
    let signed = robot(RobotKind::DingTalk, "/robot/0?access_token=a", Some("SECx"));
    bench.carry(&signed, &device()).await.unwrap();
    let told = server.told().await;
    let path = told["path"].as_str().unwrap();
    assert!(path.starts_with("/robot/0?access_token=a&timestamp="), "{path}");
    assert_eq!(told["body"]["msgtype"], "text");
    let refused = bench.carry(&robot(RobotKind::WeCom, "/robot/93000", None), &device()).await;
    assert_eq!(refused, Err(Failure::RobotRefused { code: 93000 }));
    server.told().await;
    // Feishu's says something else.
    let odd = bench.carry(&robot(RobotKind::Feishu, "/robot/0", Some("x")), &device()).await;
    assert_eq!(odd, Err(Failure::NotUnderstood));
    assert!(server.told().await["body"]["sign"].is_string());
}

#[test]
fn the_receiver_checks_as_the_documentation_says() {
    let check = |text: &str| {
        let (_, from) = text.split_once("def is_genuine").unwrap();
        from.lines()
            .take_while(|line| !line.is_empty() && *line != "```")
            .collect::<Vec<_>>()
            .join("\n")
    };
    let server = check(include_str!("servers/webhook.py"));
    let without_its_words =
        server.replacen("    \"\"\"The example of docs/alerts.md.\"\"\"\n", "", 1);
    assert_eq!(without_its_words, check(include_str!("../../../docs/alerts.md")));
}
