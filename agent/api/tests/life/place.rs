//! A box whose CRM nobody has claimed yet: started, cut, started again; and a browser that keeps
//! cookies.

use std::path::PathBuf;
use std::sync::Arc;

use api::caller::Remote;
use api::contract::App;
use api::crm::{Crm, Parts, routes};
use api::language::BoxLanguage;
use api::site::{self, Reports};
use axum::Router;
use axum::http::{HeaderMap, header};
use events::{CrmState, Event};
use identity::{STEP_MS, TotpSecret, code_hash};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Notify, mpsc, watch};

use crate::common::{Answer, Browser, EPOCH, Hands};

pub const CODE: &str = "7K2M-9QXR-4TBV";
pub const ORGANISATION: &str = "Nordwind GmbH";
pub const PASSPHRASE: &str = "chaussette murmure 7 lampadaire";
pub const PASSWORD: &str = "lampe-wolke-7-fahrrad";

/// The CRM's disk, and a clock.
pub struct Place {
    pub dir: TempDir,
    pub clock: Arc<Hands>,
}

/// The CRM's process.
pub struct Process {
    pub crm: Crm,
    pub router: Router,
    pub state: watch::Receiver<CrmState>,
    pub events: mpsc::Receiver<Event>,
    pub end: Arc<Notify>,
}

/// A browser with its cookies.
pub struct Person {
    browser: Browser,
    jar: Vec<(String, String)>,
}

impl Place {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), clock: Hands::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn start(&self) -> Process {
        start(self.dir.path().to_owned(), &self.clock)
    }

    /// A start from what is in the files now, as after a power cut; the former process goes on with
    /// its own.
    pub fn cut(&self) -> (Self, Process) {
        let dir = tempfile::tempdir().unwrap();
        copy(self.dir.path(), dir.path());
        let place = Self { dir, clock: Arc::clone(&self.clock) };
        let process = place.start();
        (place, process)
    }

    pub fn code(&self, setup: &Value) -> String {
        let secret = setup["totpSecret"].as_str().unwrap();
        let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
        let secret = TotpSecret::from_bytes(&secret).unwrap();
        let now = vault::Clock::now(&*self.clock);
        String::from_utf8(secret.code(now.wall / STEP_MS).to_vec()).unwrap()
    }
}

fn start(directory: PathBuf, clock: &Arc<Hands>) -> Process {
    let (state, told) = watch::channel(CrmState::DiskFailed);
    let (events, received) = mpsc::channel(64);
    let end = Arc::new(Notify::new());
    let language = BoxLanguage::default();
    let crm = Crm::new(Parts {
        directory: directory.clone(),
        clock: Arc::<Hands>::clone(clock),
        language: language.clone(),
        state,
        events,
        end: Arc::clone(&end),
        authorities: "/nowhere".into(),
        resolve: Arc::new(|host| {
            if host == "nas.example.net" { vec![[127, 0, 0, 1].into()] } else { Vec::new() }
        }),
    });
    let router =
        site::router(App::Crm, language, directory, Reports::default(), routes(crm.clone()));
    Process { crm, router, state: told, events: received, end }
}

impl Process {
    pub fn person(&self) -> Person {
        let mut browser = Browser::new(&self.router, App::Crm, "");
        browser.cookie.clear();
        Person { browser, jar: Vec::new() }
    }

    /// Somebody at another address than everybody else.
    pub fn person_at(&self, address: [u8; 4]) -> Person {
        let mut person = self.person();
        let here = axum::Extension(Remote(address.into()));
        person.browser.router = Router::new().fallback_service(self.router.clone()).layer(here);
        person
    }

    /// The admin made a code that is good for a week.
    pub fn has_code(&self) {
        self.crm.manager_code(code_hash(CODE), EPOCH + 7 * 24 * 3_600_000);
    }

    pub fn told(&self) -> CrmState {
        *self.state.borrow()
    }

    pub fn happened(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }

    pub async fn start(&self) -> Value {
        self.person().get("/start").await.good()
    }

    /// The claim up to where the vault is made; gives its recovery key.
    pub async fn made(&self) -> (Person, String) {
        self.has_code();
        let mut person = self.person();
        person.post("/claim/code", json!({ "code": CODE })).await.good();
        let made = person.post("/claim/vault", new_vault()).await.good();
        (person, made["recoveryKey"].as_str().unwrap().to_owned())
    }

    /// The claim up to where the recovery key is proved.
    pub async fn proved(&self) -> (Person, String) {
        let (mut person, key) = self.made().await;
        person.post("/claim/recovery", json!({ "recoveryKey": key })).await.good();
        (person, key)
    }

    /// The whole claim.
    pub async fn claimed(&self, place: &Place) -> (Person, String) {
        let (mut person, key) = self.proved().await;
        let setup = person.post("/claim/account", manager()).await.good();
        let code = json!({ "code": place.code(&setup) });
        person.post("/claim/totp", code).await.good();
        (person, key)
    }

    /// What the log of the open vault says was done, oldest first; `!` before refusals.
    pub fn log(&self) -> Vec<String> {
        let mut all = self.crm.open().unwrap().store.audit(None, 200).unwrap();
        all.reverse();
        let told = all.into_iter().filter_map(|entry| {
            let action = seal::numbers::action::code(entry.action?)?;
            let refused = entry.outcome == Some(seal::numbers::outcome::REFUSED);
            Some(format!("{}{action}", if refused { "!" } else { "" }))
        });
        told.collect()
    }
}

pub fn new_vault() -> Value {
    json!({ "organisation": ORGANISATION, "passphrase": PASSPHRASE })
}

pub fn manager() -> Value {
    json!({
        "name": "Anna Müller",
        "password": PASSWORD,
        "language": "en",
        "timeZone": "Europe/Berlin",
        "showAsUnlocker": true,
    })
}

pub fn passphrase() -> Value {
    json!({ "passphrase": PASSPHRASE })
}

impl Person {
    pub async fn get(&mut self, path: &str) -> Answer {
        let answer = self.browser.get(path).await;
        self.keep(answer)
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        let answer = self.browser.post(path, body).await;
        self.keep(answer)
    }

    pub async fn delete(&mut self, path: &str) -> Answer {
        self.browser.ask("DELETE", path, &[], Value::Null).await
    }

    pub async fn put(&mut self, path: &str, version: &Value, body: Value) -> Answer {
        self.browser.at("PUT", path, version, body).await
    }

    pub async fn delete_at(&mut self, path: &str, version: &Value) -> Answer {
        self.browser.at("DELETE", path, version, Value::Null).await
    }

    pub async fn change(&mut self, path: &str, version: &Value, body: Value) -> Answer {
        self.browser.at("PATCH", path, version, body).await
    }

    pub fn speaks(&mut self, language: &'static str) {
        self.browser.language = language;
    }

    pub fn has(&self, cookie: &str) -> bool {
        self.jar.iter().any(|(name, _)| name == cookie)
    }

    fn keep(&mut self, answer: Answer) -> Answer {
        for (name, value) in cookies(&answer.headers) {
            self.jar.retain(|(known, _)| *known != name);
            if !value.is_empty() {
                self.jar.push((name, value));
            }
        }
        let pairs = self.jar.iter().map(|(name, value)| format!("{name}={value}"));
        self.browser.cookie = pairs.collect::<Vec<_>>().join("; ");
        answer
    }
}

fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    let set = headers.get_all(header::SET_COOKIE).iter();
    let pairs = set.map(|header| header.to_str().unwrap().split(';').next().unwrap());
    pairs
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect()
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
