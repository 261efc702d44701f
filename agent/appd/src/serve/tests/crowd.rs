//! Who takes all that there is, from one address or many, and who comes after that.

use api::contract::App;
use api::language::BoxLanguage;
use api::site::{self, Reports};
use axum::http::StatusCode;
use axum::routing::post;
use futures_util::{StreamExt, stream};
use hyper::client::conn::http2::SendRequest;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::*;

/// So soon that nobody waits for another's time limit.
const SOON: Duration = Duration::from_secs(5);
const NEWCOMER: [u8; 4] = [127, 9, 9, 9];

/// A route that answers when it is told to, and both ends of that.
fn slow() -> (Router, Arc<Notify>, Arc<Notify>) {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (in_begun, in_go) = (Arc::clone(&begun), Arc::clone(&go));
    let route = get(move || async move {
        in_begun.notify_one();
        in_go.notified().await;
        "done"
    });
    (who().route("/slow", route), begun, go)
}

impl Place {
    async fn client(&self, from: [u8; 4]) -> SendRequest<Body> {
        let stream = self.connect_from(from, b"h2").await.unwrap();
        let (send, connection) =
            http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        send
    }

    async fn serves(&self, from: [u8; 4]) {
        let served = async {
            let mut client = self.client(from).await;
            let answer = client.send_request(ask("/who")).await.unwrap();
            assert_eq!(text(answer).await, IpAddr::from(from).to_string());
        };
        tokio::time::timeout(SOON, served).await.expect("a newcomer waits");
    }
}

fn ask(path: &str) -> Request<Body> {
    request(path).map(Body::new)
}

async fn is_closed(stream: &mut TcpStream) {
    let read = tokio::time::timeout(SOON, stream.read(&mut [0; 1])).await;
    assert!(matches!(read.expect("it stays open"), Ok(0) | Err(_)));
}

#[tokio::test]
async fn whoever_fills_every_place_from_many_addresses_makes_room_for_a_newcomer() {
    // Both ends of each connection are in this process.
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, most, most).unwrap();
    let (router, begun, go) = slow();
    let place = place(router).await;
    let mut honest = place.client([127, 1, 0, 1]).await;
    let asked =
        tokio::spawn(async move { text(honest.send_request(ask("/slow")).await.unwrap()).await });
    begun.notified().await;
    let mut silent = Vec::new();
    for number in 0..512 {
        silent.push(place.open([127, 0, 1, (number / 64) as u8]).await);
    }
    place.serves(NEWCOMER).await;
    is_closed(&mut silent[0]).await;
    // From one more address than there are places, one each.
    for number in 0..512_u16 {
        let [high, low] = number.to_be_bytes();
        silent.push(place.open([127, 2, high, low]).await);
    }
    place.serves(NEWCOMER).await;
    go.notify_one();
    assert_eq!(asked.await.unwrap(), "done", "what is being answered stays");
}

#[tokio::test]
async fn a_request_that_does_not_arrive_keeps_no_place() {
    let router = who().route("/take", post(|body: String| async { body }));
    let place = place_for(router, (4, 4)).await;
    let mut unfinished = Vec::new();
    for last in 1..=4 {
        let mut client = place.client([127, 0, 3, last]).await;
        let begun = stream::iter([Ok::<_, io::Error>("{")]).chain(stream::pending());
        let request = Request::post(format!("https://{NAME}/take")).body(Body::from_stream(begun));
        unfinished.push(tokio::spawn(async move { client.send_request(request.unwrap()).await }));
    }
    place.serves(NEWCOMER).await;
    let (gone, _, _) = futures_util::future::select_all(unfinished).await;
    assert!(gone.unwrap().is_err());
}

#[tokio::test]
async fn an_answer_that_is_not_taken_keeps_no_place() {
    // More than a client takes unasked.
    let large = get(|| async { vec![b'x'; 8 << 20] });
    let place = place_for(who().route("/large", large), (4, 4)).await;
    let mut untaken = Vec::new();
    for last in 1..=4 {
        let mut client = place.client([127, 0, 4, last]).await;
        let answer = client.send_request(ask("/large")).await.unwrap();
        untaken.push((client, answer));
    }
    place.serves(NEWCOMER).await;
    let (_, first) = untaken.swap_remove(0);
    assert!(first.into_body().collect().await.is_err(), "the slowest makes room");
}

#[tokio::test]
async fn requests_at_work_are_kept_and_the_newcomer_is_not() {
    let (router, begun, go) = slow();
    let place = place_for(router, (2, 2)).await;
    let mut asked = Vec::new();
    for last in 1..=2 {
        let mut client = place.client([127, 0, 5, last]).await;
        asked.push(tokio::spawn(async move {
            text(client.send_request(ask("/slow")).await.unwrap()).await
        }));
        begun.notified().await;
    }
    assert!(place.connect_from(NEWCOMER, b"h2").await.is_err());
    go.notify_waiters();
    for one in asked {
        assert_eq!(one.await.unwrap(), "done");
    }
    place.serves(NEWCOMER).await;
}

#[tokio::test]
async fn one_address_replaces_its_own_connections_and_nobody_elses() {
    let place = place_for(who(), (8, 2)).await;
    let mut other = place.open([127, 0, 6, 1]).await;
    let mut first = place.open(NEWCOMER).await;
    for _ in 0..8 {
        place.serves(NEWCOMER).await;
    }
    is_closed(&mut first).await;
    let quiet = tokio::time::timeout(Duration::ZERO, other.read(&mut [0; 1])).await;
    assert!(quiet.is_err(), "another's connection was closed");
}

#[tokio::test]
async fn port_80_has_places_of_its_own() {
    let (router, begun, go) = slow();
    let place = place_for(router, (1, 1)).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = listener.local_addr().unwrap();
    tokio::spawn(place.server.accept_as(listener, true));
    let mut client = place.client([127, 0, 7, 1]).await;
    let asked = tokio::spawn(async move { client.send_request(ask("/slow")).await.unwrap() });
    begun.notified().await;
    let mut stream = TcpStream::connect(plain).await.unwrap();
    stream.write_all(b"GET /who HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(SOON, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
    go.notify_one();
    assert_eq!(asked.await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn unfinished_bodies_of_one_address_are_refused_at_once_and_others_are_served() {
    let echo = Router::new().route("/api/v1/echo", post(|body: String| async { body }));
    let pages = std::path::PathBuf::new();
    let language = BoxLanguage::default();
    let router = site::router(App::Admin, language, pages, Reports::default(), echo);
    let place = place(router).await;
    let send = |body| {
        Request::post(format!("https://{NAME}/api/v1/echo"))
            .header("origin", format!("https://{NAME}"))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/json")
            .body(body)
            .unwrap()
    };
    let unfinished = || {
        let begun = stream::iter([Ok::<_, io::Error>("{")]).chain(stream::pending());
        send(Body::from_stream(begun))
    };
    let mut waiting = Vec::new();
    for _ in 0..8 {
        let client = place.client([127, 0, 8, 1]).await;
        for _ in 0..16 {
            let mut client = client.clone();
            let request = unfinished();
            waiting.push(tokio::spawn(async move { client.send_request(request).await }));
        }
    }
    // Half of them have room; the others learn at once that they have not.
    let mut waiting = waiting.into_iter().collect::<stream::FuturesUnordered<_>>();
    for _ in 0..64 {
        let answer = tokio::time::timeout(SOON, waiting.next()).await.unwrap().unwrap();
        let answer = answer.unwrap().unwrap();
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers()["retry-after"], "2");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
    let served = async {
        let mut other = place.client(NEWCOMER).await;
        text(other.send_request(send(Body::from("{}"))).await.unwrap()).await
    };
    assert_eq!(tokio::time::timeout(SOON, served).await.unwrap(), "{}");
}
