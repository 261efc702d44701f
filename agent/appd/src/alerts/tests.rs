//! With a made-up hostd and a real store: what hostd says is on the disk, once.

use host_api::{Notice, Status};
use vault::{Actor, Clock, Store, SystemClock, Unlock};

use super::*;
use crate::made_up::MadeUp;

#[tokio::test]
async fn what_hostd_says_is_on_the_disk_and_told_once() {
    let made = MadeUp::new().await;
    let status = Status {
        notices: vec![Notice::new("service_down", [("service", "dnsmasq".to_owned())])],
        ..Status::default()
    };
    made.hostd(move |request| match request {
        Request::Status => Response::Status(Box::new(status.clone())),
        _ => Response::Accepted,
    });
    let mut alerts = made.alerts();
    for _ in 0..2 {
        alerts.look().await;
        alerts.bell.ring().await.unwrap();
    }
    let kept = made.kept_alerts();
    let told = kept.iter().filter(|piece| piece.contains("service-down")).collect::<Vec<_>>();
    assert_eq!(told.len(), 1, "{kept:?}");
    assert!(told[0].contains("\"times\":1"), "{told:?}");
}

#[tokio::test]
async fn a_bell_outlives_a_restart_and_a_damaged_piece_is_told_and_stops_nothing() {
    let place = tempfile::tempdir().unwrap();
    let clock: std::sync::Arc<dyn Clock> = std::sync::Arc::new(SystemClock::default());
    std::fs::write(place.path().join("key"), [7; 32]).unwrap();
    let (path, unlock) = (place.path().join("store"), Unlock::Machine(place.path().join("key")));
    let start = async |first: bool| {
        let store = match first {
            true => Store::create(&path, &unlock, clock.clone()).unwrap(),
            false => Store::open(&path, &unlock, clock.clone()).unwrap(),
        };
        let bell = Bell::open(store.clone(), clock.clone()).await.unwrap();
        bell.ring().await.unwrap();
        (store, bell)
    };
    let kinds = |store: &Store| {
        let mut kinds = Vec::new();
        let each = |_, _, body: std::sync::Arc<seal::body::Body>| {
            let Some(seal::body::Value::Bytes(piece)) =
                body.fields.get(&seal::numbers::alerts::PIECE)
            else {
                return;
            };
            let text = String::from_utf8(piece.clone()).unwrap();
            let known = ["crm-failed", "settings-lost", "alerts-damaged"];
            kinds.extend(known.into_iter().find(|kind| text.contains(kind)));
        };
        store.load(seal::numbers::table::ALERTS, each).unwrap();
        kinds.sort_unstable();
        kinds
    };
    let (store, bell) = start(true).await;
    bell.tell(Alert::CrmFailed {});
    bell.ring().await.unwrap();
    bell.tell(Alert::SettingsLost {});
    bell.ring().await.unwrap();
    store.close(Actor::default()).await.unwrap();
    drop((store, bell));

    let (store, bell) = start(false).await;
    assert_eq!(kinds(&store), ["crm-failed", "settings-lost"]);
    store.close(Actor::default()).await.unwrap();
    drop((store, bell));

    damage(&path);
    for _ in 0..2 {
        let (store, bell) = start(false).await;
        let found = kinds(&store);
        assert!(found.contains(&"alerts-damaged"), "{found:?}");
        assert!(found.contains(&"settings-lost") || found.contains(&"crm-failed"), "{found:?}");
        let log = store.audit(None, 20).unwrap();
        let named = seal::numbers::action::DAMAGE_FOUND;
        assert!(log.iter().any(|entry| entry.action == Some(named)));
        // What is new is kept beside it.
        bell.tell(Alert::ClockNotSet {});
        bell.ring().await.unwrap();
        store.close(Actor::default()).await.unwrap();
    }
}

/// A bit of the last record flips, while nothing runs.
fn damage(path: &std::path::Path) {
    use vault::engine::{Engine, Options, SledEngine};
    let engine = SledEngine::open(&path.join("db"), Options::default()).unwrap();
    let prefix = [&[0x10][..], &seal::numbers::table::ALERTS.0.to_be_bytes()].concat();
    let (key, mut value) = engine.scan(&prefix, &[]).unwrap().items.pop().unwrap();
    value[70] ^= 1;
    engine.commit(vec![(key, Some(value))]).unwrap();
    engine.close().unwrap();
}

#[tokio::test]
async fn a_guesser_is_told() {
    let made = MadeUp::new().await;
    let identity: &Identity = made.identity();
    let peer =
        identity::Peer { device: "x".to_owned(), address: [192, 168, 10, 5].into(), browser: None };
    for _ in 0..5 {
        let password = "wrong and wrong".to_owned().into();
        assert!(identity.sign_in("nobody", password, &peer).await.is_err());
    }
    made.hostd(|_| Response::Accepted);
    let mut alerts = made.alerts();
    alerts.look().await;
    alerts.bell.ring().await.unwrap();
    let kept = made.kept_alerts();
    assert!(kept.iter().any(|piece| piece.contains("sign-ins-failed")), "{kept:?}");
}

/// An alert that somebody outside is to be told goes out by HTTPS, signed, to the address that the target's name has,
/// and only once the settings let it: before, the way is asked for and nobody is connected to.
#[tokio::test(flavor = "multi_thread")]
async fn an_alert_leaves_the_box_once_its_way_is_open() {
    use std::sync::{Arc, Mutex};

    use crate::lists::tests::{Server, resolve, serve};

    const NAME: &str = "hooks.example.net";
    let server = Server::default();
    server.says("204 No Content", "");
    let (port, authority) = serve(server.clone(), NAME, &rustls::version::TLS13).await;
    let made = MadeUp::with_webhook(&format!("https://{NAME}:{port}/in")).await;
    std::fs::write(made.place.path().join("authorities.pem"), authority).unwrap();
    let text = include_str!("../../../settings/tests/example.json");
    let way = format!(
        r#""egress": [{{"for": "admin", "to": "{NAME}", "protocol": "tcp", "port": {port}}}], "version""#
    );
    let document = Arc::new(Mutex::new(text.to_owned()));
    let in_force = Arc::clone(&document);
    let asked = made.hostd(move |request| match request {
        Request::Settings => MadeUp::in_force(&in_force.lock().unwrap()),
        _ => Response::Accepted,
    });
    let mut alerts = made.alerts();
    alerts.carrying = Carrying::new(made.host.clone(), made.place.path().join("authorities.pem"))
        .asking(resolve().await);
    alerts.bell.tell(Alert::SettingsLost {});
    assert!(server.asked().is_empty());
    // Turns the wheel until something is so.
    let until = async |alerts: &mut Alerts, done: &dyn Fn() -> bool| {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let next = alerts.ring().await.unwrap_or_else(|| Instant::now() + LOOK);
            if done() {
                return;
            }
            assert!(Instant::now() < end, "{:?}", asked.lock().unwrap());
            let bell = alerts.bell.clone();
            tokio::select! {
                () = alerts.carrying.done(&bell) => {}
                () = sleep_until(next.min(Instant::now() + Duration::from_millis(50))) => {}
            }
        }
    };
    let is_wanted = || {
        let asked = asked.lock().unwrap();
        asked
            .iter()
            .any(|it| matches!(it, Request::EgressAsk(it) if it.to == NAME && it.port == port))
    };
    let is_refused =
        || is_wanted() && made.kept_alerts().iter().any(|it| it.contains("not-allowed"));
    until(&mut alerts, &is_refused).await;
    assert!(server.asked().is_empty(), "it went where it may not");
    *document.lock().unwrap() = text.replacen("\"version\"", &way, 1);
    alerts.look().await;
    until(&mut alerts, &|| !server.asked().is_empty()).await;
    let got = server.asked();
    assert!(got[0].starts_with("POST /in HTTP/1.1\r\n"), "{got:?}");
    for header in ["webhook-id: ", "webhook-timestamp: ", "webhook-signature: v1,"] {
        assert!(got[0].contains(header), "{header}: {got:?}");
    }
    until(&mut alerts, &|| made.waiting() == 0).await;
    assert_eq!(server.asked().len(), 1, "it came twice");
}

/// Nobody is there when a message is tried; the next try would be much later, but somebody is there again.
#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_back_is_noticed_at_the_next_look() {
    use crate::lists::tests::{Server, certified, listen, resolve};

    const NAME: &str = "hooks.example.net";
    // A port that nobody has until the server takes it.
    let place = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = place.local_addr().unwrap().port();
    drop(place);
    let made = MadeUp::with_webhook(&format!("https://{NAME}:{port}/in")).await;
    let text = include_str!("../../../settings/tests/example.json");
    let way = format!(
        r#""egress": [{{"for": "admin", "to": "{NAME}", "protocol": "tcp", "port": {port}}}], "version""#
    );
    let document = text.replacen("\"version\"", &way, 1);
    made.hostd(move |request| match request {
        Request::Settings => MadeUp::in_force(&document),
        _ => Response::Accepted,
    });
    let authorities = made.place.path().join("authorities.pem");
    let server = Server::default();
    server.says("204 No Content", "");
    let (acceptor, authority) = certified(NAME, &rustls::version::TLS13);
    std::fs::write(&authorities, authority).unwrap();
    let mut alerts = made.alerts();
    alerts.carrying = Carrying::new(made.host.clone(), authorities).asking(resolve().await);
    alerts.bell.tell(Alert::SettingsLost {});
    let bell = alerts.bell.clone();
    while bell.missed().await.is_empty() {
        let next = alerts.ring().await.unwrap_or_else(|| Instant::now() + LOOK);
        tokio::select! {
            () = alerts.carrying.done(&bell) => {}
            () = sleep_until(next.min(Instant::now() + Duration::from_millis(50))) => {}
        }
        alerts.ring().await;
    }
    listen(server.clone(), acceptor, port).await;
    let end = Instant::now() + Duration::from_secs(8);
    while server.asked().iter().all(|asked| !asked.starts_with("POST /in")) {
        assert!(Instant::now() < end, "{:?}", bell.missed().await);
        alerts.look().await;
        alerts.ring().await;
        tokio::select! {
            () = alerts.carrying.done(&bell) => {}
            () = sleep_until(Instant::now() + Duration::from_millis(50)) => {}
        }
    }
}

/// hostd is busy with something else when the program is to end: what is written down is whole all the same, and soon.
#[tokio::test(flavor = "multi_thread")]
async fn the_end_waits_for_no_answer_of_hostd() {
    let made = MadeUp::new().await;
    let (held, hold) = std::sync::mpsc::channel::<()>();
    let (ask, asked) = tokio::sync::oneshot::channel();
    let ask = std::sync::Mutex::new(Some(ask));
    made.hostd(move |_| {
        ask.lock().unwrap().take().map(|ask| ask.send(()));
        let _ = hold.recv();
        Response::Accepted
    });
    let alerts = made.alerts();
    let bell = alerts.bell.clone();
    let (end, ended) = tokio::sync::oneshot::channel();
    let running = tokio::spawn(alerts.run(ended));
    asked.await.unwrap();
    bell.tell(Alert::SettingsLost {});
    end.send(()).unwrap();
    let done = tokio::time::timeout(Duration::from_secs(5), running).await;
    drop(held);
    done.unwrap().unwrap();
    assert!(made.kept_alerts().iter().any(|piece| piece.contains("settings-lost")));
}

/// Where the log stood at the end is on its way, or waits for the next start.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_leaves_at_the_end() {
    let made = MadeUp::with_heads("https://hooks.example.net/in").await;
    made.hostd(|_| Response::Accepted);
    let (end, ended) = tokio::sync::oneshot::channel();
    end.send(()).unwrap();
    made.alerts().run(ended).await;
    let kept = made.kept_alerts();
    assert!(kept.iter().any(|piece| piece.contains("gatehouse-head-1 ")), "{kept:?}");
}
