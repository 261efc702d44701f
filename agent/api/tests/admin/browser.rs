//! The application behind its door, and a browser with one jar of cookies.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::admin::blocking::{FetchOrder, ListsLink};
use api::admin::{self, Admin, Authority, Bell, Connections, CrmLink, Home, Parts};
use api::caller::{Line, Remote};
use api::contract::App;
use api::copies::{Copies, opens};
use api::language::BoxLanguage;
use api::shape::admin::{Certificates, CrmReach, Leaf};
use api::shape::blocking::FetchState;
use api::shape::plain::Time;
use api::site::{self, Reports};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use backup::service::Said;
use data_encoding::BASE32_NOPAD;
use events::Order;
use http_body_util::BodyExt;
use identity::{Identity, Realm, STEP_MS, TotpSecret};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Notify, mpsc, watch};
use tower::ServiceExt;
use vault::engine::{Engine, Options, SledEngine};
use vault::{Clock, Moment, Store, Unlock};

use crate::hostd::{CODE, Hostd};
use crate::listed;

pub const EPOCH: u64 = 1_800_000_000_000;
pub const PASSWORD: &str = "lampe-wolke-7-fahrrad";
/// A PC of the office.
pub const HERE: &str = "192.168.10.50";

/// A clock that tests turn by hand.
#[derive(Debug)]
pub struct Hands(Mutex<Moment>);

impl Hands {
    pub fn forward(&self, seconds: u64) {
        let mut now = self.0.lock().unwrap();
        now.wall += seconds * 1_000;
        now.since_start += Duration::from_secs(seconds);
    }
}

impl Clock for Hands {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}

/// The connections that there were, and which were let go; a browser's own is the number it has taken.
#[derive(Clone)]
pub struct Lines(Arc<Mutex<u64>>, Arc<Mutex<Vec<u64>>>);

impl Connections for Lines {
    fn renew(&self) -> u64 {
        *self.0.lock().unwrap()
    }

    fn leave(&self, number: u64) {
        self.1.lock().unwrap().push(number);
    }
}

/// What outlives the process.
pub struct Disk {
    directory: Arc<TempDir>,
    pub hostd: Hostd,
    pub clock: Arc<Hands>,
}

/// The process.
pub struct Site {
    pub admin: Admin,
    pub bell: Bell,
    pub hostd: Hostd,
    pub clock: Arc<Hands>,
    pub store: Store,
    pub reach: watch::Sender<(CrmReach, u64)>,
    pub orders: Mutex<mpsc::Receiver<Order>>,
    /// How lists are fetched, and which are to be.
    pub fetches: watch::Sender<std::collections::BTreeMap<String, FetchState>>,
    pub fetching: Mutex<mpsc::Receiver<FetchOrder>>,
    /// Copies of the store, what they say, and whether the process is to end.
    pub copies: Arc<Copies>,
    pub said: Mutex<std::sync::mpsc::Receiver<Said>>,
    pub over: Arc<Notify>,
    lines: Lines,
    router: Router,
    _directory: Arc<TempDir>,
    /// Keeps the certificates in force.
    _certificates: watch::Sender<Authority>,
}

impl Disk {
    pub fn new(hostd: Hostd) -> Self {
        Self::with_key(hostd, [7; 32])
    }

    /// Of a machine with this key.
    pub fn with_key(hostd: Hostd, key: [u8; 32]) -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        std::fs::write(directory.path().join("machine"), key).unwrap();
        let start = Moment { wall: EPOCH, since_start: Duration::ZERO };
        Self { directory, hostd, clock: Arc::new(Hands(Mutex::new(start))) }
    }

    /// The store goes, with all that is in it.
    pub fn lose_store(&self) {
        std::fs::remove_dir_all(self.directory.path().join("store.1")).unwrap();
    }

    /// A bit of every admin's account flips, while nothing runs.
    pub fn damage_admins(&self) {
        let path = self.directory.path().join("store.1/db");
        let engine = SledEngine::open(&path, Options::default()).unwrap();
        let prefix = [&[0x10][..], &seal::numbers::table::ACCOUNTS.0.to_be_bytes()].concat();
        for (key, mut value) in engine.scan(&prefix, &[]).unwrap().items {
            value[70] ^= 1;
            engine.commit(vec![(key, Some(value))]).unwrap();
        }
        engine.close().unwrap();
    }

    /// Starts the process.
    pub async fn start(&self) -> Site {
        let (hostd, clock) = (self.hostd.clone(), self.clock.clone());
        let path = self.directory.path().join("store.1");
        api::admin::take_restored(self.directory.path(), "store.1").unwrap();
        let unlock = Unlock::Machine(self.directory.path().join("machine"));
        let store = match path.exists() {
            true => Store::open(&path, &unlock, clock.clone()).unwrap(),
            false => Store::create(&path, &unlock, clock.clone()).unwrap(),
        };
        let identity = Identity::open(store.clone(), Realm::Admin, clock.clone()).await.unwrap();
        let (reach, reached) = watch::channel((CrmReach::Unclaimed, EPOCH));
        let (order, orders) = mpsc::channel(16);
        let told = Certificates {
            ca_fingerprint: "AB:CD".to_owned(),
            ca_not_after: Time(EPOCH),
            leaves: vec![Leaf { name: "gatehouse.internal".to_owned(), not_after: Time(EPOCH) }],
        };
        let fetches = watch::channel(std::collections::BTreeMap::new());
        let (fetch, fetching) = mpsc::channel(4);
        let (certificates, in_force) = watch::channel(Authority { der: vec![0x30, 0x82], told });
        let language = BoxLanguage::default();
        let lines = Lines(Arc::new(Mutex::new(1)), Arc::default());
        let bell = Bell::open(store.clone(), clock.clone()).await.unwrap();
        let home = Home {
            directory: self.directory.path().to_path_buf(),
            machine_key: self.directory.path().join("machine"),
            authorities: self.directory.path().join("authorities.pem"),
            resolve: Arc::new(|_| vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]),
            store: "store.1",
        };
        let as_clock: Arc<dyn Clock> = clock.clone();
        let opens = opens(&store).await.unwrap();
        let (say, said) = std::sync::mpsc::channel();
        let say = Arc::new(move |one| drop(say.send(one)));
        let copies = Arc::new(home.begin(store.clone(), opens, &as_clock, say).unwrap());
        let over = Arc::new(Notify::new());
        let admin = Admin::new(Parts {
            store: store.clone(),
            identity,
            clock: clock.clone(),
            language: language.clone(),
            host: Arc::new(hostd.clone()),
            connections: Arc::new(lines.clone()),
            crm: CrmLink { reach: reached, orders: order },
            lists: ListsLink { told: fetches.1, orders: fetch },
            bell: bell.clone(),
            certificates: in_force,
            home,
            copies: Arc::clone(&copies),
            over: Arc::clone(&over),
        });
        let pages = self.directory.path().to_path_buf();
        let api = admin::routes(admin.clone());
        let router = site::router(App::Admin, language, pages, Reports::default(), api);
        let (orders, fetching) = (Mutex::new(orders), Mutex::new(fetching));
        let fetches = fetches.0;
        let (_directory, _certificates) = (Arc::clone(&self.directory), certificates);
        Site {
            admin,
            bell,
            hostd,
            clock,
            store,
            reach,
            orders,
            fetches,
            fetching,
            copies,
            said: Mutex::new(said),
            over,
            lines,
            router,
            _directory,
            _certificates,
        }
    }
}

impl Site {
    /// The numbers of the connections that were let go one by one, as often as they were.
    pub fn let_go(&self) -> Vec<u64> {
        std::mem::take(&mut self.lines.1.lock().unwrap())
    }

    pub fn orders(&self) -> Vec<Order> {
        let mut orders = self.orders.lock().unwrap();
        std::iter::from_fn(|| orders.try_recv().ok()).collect()
    }

    pub fn admin_exists(&self) -> bool {
        self.log().iter().any(|entry| entry == "enrolled")
    }

    /// The log's actions, oldest first, each with its reason where there is one; `!` before refusals.
    pub fn log(&self) -> Vec<String> {
        let mut all = self.store.audit(None, 200).unwrap();
        all.reverse();
        let told = all.into_iter().map(|entry| {
            let action = entry.action.and_then(seal::numbers::action::code).unwrap_or("?");
            let refused = entry.outcome == Some(seal::numbers::outcome::REFUSED);
            let reason = entry.reason.map(|reason| format!(" {reason}")).unwrap_or_default();
            format!("{}{action}{reason}", if refused { "!" } else { "" })
        });
        told.collect()
    }
}

/// A browser.
#[derive(Clone)]
pub struct Browser {
    pub address: IpAddr,
    /// The box's address that it asks at, and the number of its connection.
    pub at: IpAddr,
    pub line: u64,
    /// Sent with each request.
    pub key: Option<&'static str>,
    pub language: &'static str,
    pub cookies: Vec<(String, String)>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The code of a problem.
    pub fn code(&self) -> &str {
        let kind = self.body["type"].as_str().unwrap_or_default();
        kind.strip_prefix("urn:gatehouse:problem:").unwrap_or(kind)
    }

    /// Refused fields with their codes.
    pub fn fields(&self) -> Vec<(&str, &str)> {
        let all = self.body["errors"].as_array().into_iter().flatten();
        all.map(|e| (e["field"].as_str().unwrap(), e["code"].as_str().unwrap())).collect()
    }
}

impl Browser {
    pub fn new() -> Self {
        let (address, at) = (HERE.parse().unwrap(), "192.168.10.1".parse().unwrap());
        Self { address, at, line: 0, key: None, language: "en", cookies: Vec::new() }
    }

    pub fn has(&self, name: &str) -> bool {
        self.cookies.iter().any(|(cookie, _)| cookie == name)
    }

    pub async fn get(&mut self, site: &Site, path: &str) -> Answer {
        self.ask(site, "GET", path, None, None).await
    }

    pub async fn post(&mut self, site: &Site, path: &str, body: Value) -> Answer {
        self.ask(site, "POST", path, Some(body.to_string()), None).await
    }

    /// A body as it is written, which need not be what JSON in memory can hold.
    pub async fn post_text(&mut self, site: &Site, path: &str, body: String) -> Answer {
        self.ask(site, "POST", path, Some(body), None).await
    }

    pub async fn put(&mut self, site: &Site, path: &str, tag: &str, body: Value) -> Answer {
        self.ask(site, "PUT", path, Some(body.to_string()), Some(tag)).await
    }

    pub async fn delete(&mut self, site: &Site, path: &str, tag: &str) -> Answer {
        self.ask(site, "DELETE", path, None, Some(tag)).await
    }

    async fn ask(
        &mut self,
        site: &Site,
        method: &str,
        path: &str,
        body: Option<String>,
        tag: Option<&str>,
    ) -> Answer {
        let host = App::Admin.host();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("host", host)
            .header("origin", format!("https://{host}"))
            .header("sec-fetch-site", "same-origin")
            .header("accept-language", self.language)
            .header("user-agent", "Firefox");
        let cookies: Vec<_> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        if let Some(key) = self.key {
            request = request.header("idempotency-key", key);
        }
        let body = match body {
            None => Body::empty(),
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body)
            }
        };
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(Remote(self.address));
        request.extensions_mut().insert(Line { number: self.line, at: self.at });
        let (parts, body) = site.router.clone().oneshot(request).await.unwrap().into_parts();
        for set in parts.headers.get_all("set-cookie") {
            let text = set.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(cookie, _)| cookie != name);
            if !text.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        listed::check(App::Admin, method, path, parts.status.as_u16());
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body, bytes }
    }

    /// Over a new connection from now on.
    pub fn connect(&mut self, site: &Site) {
        let mut next = site.lines.0.lock().unwrap();
        self.line = *next;
        *next += 1;
    }

    /// Has something tried for a minute.
    pub async fn tries(&mut self, site: &Site, path: &str, tag: &str, mut body: Value) -> Answer {
        body["reason"] = json!("");
        body["seconds"] = json!(60);
        self.put(site, path, tag, body).await
    }

    /// Keeps it, over a new connection.
    pub async fn keeps(&mut self, site: &Site, tried: &Answer) {
        assert_eq!(tried.status, 200, "{}", tried.body);
        let token = tried.body["trial"]["token"].as_str().unwrap();
        self.connect(site);
        let kept = self.post(site, "/settings/confirm", json!({ "token": token })).await;
        assert_eq!(kept.status, 204, "{}", kept.body);
    }

    /// The version of what a path gives.
    pub async fn tag(&mut self, site: &Site, path: &str) -> String {
        self.get(site, path).await.headers["etag"].to_str().unwrap().to_owned()
    }

    /// Through the set-up up to its last page; gives the authenticator app's secret.
    pub async fn up_to_the_last_page(&mut self, site: &Site) -> TotpSecret {
        let answer = self.post(site, "/setup/code", json!({ "code": CODE })).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
        let answer = self.post(site, "/setup/account", account()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let secret = secret(&answer);
        let typed = json!({ "code": code(&secret, &site.clock) });
        let answer = self.post(site, "/setup/totp", typed).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
        secret
    }

    /// A browser whose owner has just set the box up.
    pub async fn admin(site: &Site) -> Self {
        let mut browser = Self::new();
        browser.up_to_the_last_page(site).await;
        let answer = browser.post(site, "/setup/finish", choices()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        site.orders();
        browser
    }
}

pub fn account() -> Value {
    json!({
        "name": "王芳", "password": PASSWORD, "language": "zh-CN", "timeZone": "Asia/Shanghai",
    })
}

pub fn choices() -> Value {
    json!({
        "zones": { "guest": false },
        "crm": { "reachableFrom": [{ "zone": "office", "addresses": "all" }] },
        "management": { "from": [{ "zone": "office", "addresses": "all" }] },
    })
}

pub fn secret(answer: &Answer) -> TotpSecret {
    let text = answer.body["totpSecret"].as_str().unwrap();
    TotpSecret::from_bytes(&BASE32_NOPAD.decode(text.as_bytes()).unwrap()).unwrap()
}

pub fn code(secret: &TotpSecret, clock: &Hands) -> String {
    String::from_utf8(secret.code(clock.now().wall / STEP_MS).to_vec()).unwrap()
}
