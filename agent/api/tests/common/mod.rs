//! The CRM with an open vault in a directory of its own, a clock turned by hand, and browsers.

#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

pub mod listed;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::caller::{Line, Remote};
use api::contract::App;
use api::crm::{Crm, Parts, routes};
use api::language::BoxLanguage;
use api::site::{self, Reports};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use events::CrmState;
use http_body_util::BodyExt;
use identity::{Language, NewAccount, Password, Peer, STEP_MS, Secret, Signed, TotpSecret};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Notify, mpsc, watch};
use tower::ServiceExt;
use vault::{Clock, Moment};

pub const EPOCH: u64 = 1_800_000_000_000;
/// Of everybody who came by an invitation.
pub const JOINED_PASSWORD: &str = "tonnerre-bleu-sous-la-pluie";
pub const ADDRESS: [u8; 4] = [192, 168, 8, 20];

/// A clock that tests turn by hand.
#[derive(Debug)]
pub struct Hands(Mutex<Moment>);

impl Hands {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Moment { wall: EPOCH, since_start: Duration::ZERO })))
    }

    pub fn forward(&self, time: Duration) {
        let mut now = self.0.lock().unwrap();
        now.wall += u64::try_from(time.as_millis()).unwrap();
        now.since_start += time;
    }
}

impl Clock for Hands {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}

/// The CRM of 王芳, a manager.
pub struct Office {
    pub clock: Arc<Hands>,
    pub crm: Crm,
    pub router: Router,
    pub manager: Browser,
    _dir: TempDir,
    events: tokio::sync::Mutex<mpsc::Receiver<events::Event>>,
}

/// Somebody's browser, with the cookies that it sends.
#[derive(Clone)]
pub struct Browser {
    pub router: Router,
    pub app: App,
    pub cookie: String,
    pub language: &'static str,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Office {
    /// Waits until a signed head of the log leaves, and gives it.
    pub async fn head(&self) -> String {
        let mut events = self.events.lock().await;
        loop {
            if let events::Event::Head { line } = events.recv().await.unwrap() {
                return line;
            }
        }
    }

    /// Waits until a way out is wanted, and gives host, port and what for.
    pub async fn wanted(&self) -> (String, u16, Option<String>) {
        let mut events = self.events.lock().await;
        loop {
            let event = events.recv().await.unwrap();
            if let events::Event::EgressWanted { to, port, reason, .. } = event {
                return (to, port, reason);
            }
        }
    }

    pub async fn open() -> Self {
        let (dir, clock) = (tempfile::tempdir().unwrap(), Hands::new());
        let directory = dir.path().join("crm");
        std::fs::create_dir(&directory).unwrap();
        let (state, _) = watch::channel(CrmState::Locked);
        let (events, received) = mpsc::channel(64);
        let language = BoxLanguage::default();
        let crm = Crm::new(Parts {
            directory,
            clock: clock.clone(),
            language: language.clone(),
            state,
            events,
            end: Arc::new(Notify::new()),
            authorities: "/nowhere".into(),
            resolve: Arc::new(|_| Vec::new()),
        });
        let pages = dir.path().to_path_buf();
        let api = routes(crm.clone());
        let router = site::router(App::Crm, language, pages, Reports::default(), api);
        let manager = claim(&crm, &router, &clock).await;
        Self { clock, crm, router, manager, _dir: dir, events: received.into() }
    }

    /// Somebody who came by an invitation of this role.
    pub async fn joined(&self, name: &str, role: identity::Role) -> (Browser, Signed) {
        let (browser, signed, _) = self.joined_with_app(name, role).await;
        (browser, signed)
    }

    /// The same, with the secret of their authenticator app.
    pub async fn joined_with_app(
        &self,
        name: &str,
        role: identity::Role,
    ) -> (Browser, Signed, TotpSecret) {
        let identity = self.crm.open().unwrap().identity.clone();
        let token = self.manager.cookie.split_once('=').unwrap().1.to_owned();
        let manager = identity.session(&token, &peer()).unwrap().manager().unwrap();
        let (_, link) = identity.invite(&manager, name, role, None).await.unwrap();
        let new = account(name, JOINED_PASSWORD);
        let begun = identity.begin_invited(link.expose(), new, None, &peer()).await.unwrap();
        let (token, signed, app) = enrolled(&self.crm, &self.clock, begun).await;
        (Browser::new(&self.router, App::Crm, token.expose()), signed, app)
    }

    /// The log's actions, oldest first; `!` before refusals.
    pub fn log(&self) -> Vec<String> {
        let mut all = self.crm.open().unwrap().store.audit(None, 200).unwrap();
        all.reverse();
        let told = all.into_iter().map(|entry| {
            let action = entry.action.and_then(seal::numbers::action::code).unwrap_or("?");
            let refused = entry.outcome == Some(seal::numbers::outcome::REFUSED);
            format!("{}{action}", if refused { "!" } else { "" })
        });
        told.collect()
    }
}

/// The first manager, in the way that people take.
async fn claim(crm: &Crm, router: &Router, clock: &Hands) -> Browser {
    crm.manager_code(identity::code_hash("7F3K92QDXM4T"), u64::MAX);
    let mut browser = Browser::new(router, App::Crm, "");
    let begun = browser.post("/claim/code", json!({ "code": "7F3K-92QD-XM4T" })).await;
    browser.cookie = cookie(&begun.headers, "__Host-crm-step");
    let vault =
        json!({ "organisation": "Nordwind", "passphrase": "orchard velvet compass thunder" });
    let key = browser.post("/claim/vault", vault).await.good();
    browser.post("/claim/recovery", json!({ "recoveryKey": key["recoveryKey"] })).await.good();
    let first = json!({
        "name": "王芳", "password": "lampe-wolke-7-fahrrad", "language": "zh-CN",
        "timeZone": "Asia/Shanghai", "showAsUnlocker": false,
    });
    let setup = browser.post("/claim/account", first).await.good();
    let code = code(&app(setup["totpSecret"].as_str().unwrap()), clock);
    let entered = browser.post("/claim/totp", json!({ "code": code })).await;
    browser.cookie = cookie(&entered.headers, "__Host-crm");
    browser
}

/// The cookie of this name that is set.
fn cookie(headers: &HeaderMap, name: &str) -> String {
    let set = headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap());
    let mut pairs = set.map(|set| set.split(';').next().unwrap());
    pairs.find(|pair| pair.starts_with(&format!("{name}="))).unwrap().to_owned()
}

fn app(secret: &str) -> TotpSecret {
    TotpSecret::from_bytes(&data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap()).unwrap()
}

fn code(app: &TotpSecret, clock: &Hands) -> String {
    String::from_utf8(app.code(clock.now().wall / STEP_MS).to_vec()).unwrap()
}

async fn enrolled(
    crm: &Crm,
    clock: &Hands,
    (step, setup): (Secret, identity::TotpSetup),
) -> (Secret, Signed, TotpSecret) {
    let identity = crm.open().unwrap().identity.clone();
    let app = app(&setup.secret);
    identity.enrol_code(step.expose(), &code(&app, clock), &peer()).unwrap();
    let (token, signed) = identity.enrol_finish(step.expose(), &peer()).await.unwrap();
    (token, signed, app)
}

pub fn account(name: &str, password: &str) -> NewAccount {
    NewAccount {
        name: name.to_owned(),
        password: Password::from(password.to_owned()),
        language: Language::ZhCn,
        time_zone: "Asia/Shanghai".to_owned(),
    }
}

pub fn peer() -> Peer {
    Peer::new(ADDRESS.into(), "Firefox")
}

impl Browser {
    pub fn new(router: &Router, app: App, token: &str) -> Self {
        let cookie = format!("__Host-{}={token}", app.as_str());
        Self { router: router.clone(), app, cookie, language: "en" }
    }

    /// Its answer before the body is read; `headers` are further ones.
    pub async fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> axum::http::Response<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("host", self.app.host())
            .header("origin", format!("https://{}", self.app.host()))
            .header("sec-fetch-site", "same-origin")
            .header("accept-language", self.language)
            .header("user-agent", "Firefox")
            .extension(Remote(ADDRESS.into()))
            .extension(Line { number: 0, at: ADDRESS.into() });
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        listed::check(self.app, method, path, answer.status().as_u16());
        answer
    }

    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (parts, body) = self.raw(method, path, headers, &body).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path, &[], body).await
    }

    /// A change of what is of this version.
    pub async fn at(&self, method: &str, path: &str, version: &Value, body: Value) -> Answer {
        self.ask(method, path, &[("if-match", &format!("\"{version}\""))], body).await
    }
}

impl Answer {
    /// `422 invalid /name required`: status, code, and each refused field.
    pub fn told(&self) -> String {
        let kind = self.body["type"].as_str().unwrap_or_default();
        let mut told =
            format!("{} {}", self.status.as_u16(), kind.replace("urn:gatehouse:problem:", ""));
        for field in self.body["errors"].as_array().into_iter().flatten() {
            told += &format!(
                " {} {}",
                field["field"].as_str().unwrap(),
                field["code"].as_str().unwrap()
            );
        }
        told
    }

    /// What it holds, when all is well.
    #[track_caller]
    pub fn good(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
        self.body
    }
}
