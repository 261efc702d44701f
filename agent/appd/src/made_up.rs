//! For tests: an admin application over a store in a directory that goes with it, and a hostd that
//! answers what it is told to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use api::admin::blocking::ListsLink;
use api::admin::{Admin, Authority, Bell, CrmLink, Home, Parts};
use api::copies::opens;
use api::language::BoxLanguage;
use api::shape::admin::CrmReach;
use host_api::{HEADER, Request, Response};
use identity::{Identity, Realm};
use notify::{Chosen, Severity, Target, Way, Webhook};
use seal::body::{Body, Value};
use seal::numbers::{action, alert_targets, alerts, outcome, table};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;
use tokio::sync::{mpsc, watch};
use vault::{Actor, Clock, KeyOf, Store, SystemClock, Unlock};

use crate::alerts::Alerts;
use crate::bridge::{self, Bridge};
use crate::certificates::{All, Certificates};
use crate::host::Host;
use crate::serve::Lines;
use crate::system::Records;
use crate::tls::Current;

/// All of it.
pub struct MadeUp {
    pub place: TempDir,
    pub admin: Admin,
    pub host: Host,
    pub language: BoxLanguage,
    pub reach: watch::Receiver<(CrmReach, u64)>,
    certificates: Certificates,
    clock: Arc<dyn Clock>,
    store: Store,
    reached: watch::Sender<(CrmReach, u64)>,
    told: watch::Sender<Authority>,
    identity: Identity,
    bell: Bell,
}

impl MadeUp {
    pub async fn new() -> Self {
        Self::with(None).await
    }

    /// With a target of alerts, a webhook at this address.
    pub async fn with_webhook(address: &str) -> Self {
        Self::with_target(address, false).await
    }

    /// The same, with one that gets signed heads of the log.
    pub async fn with_heads(address: &str) -> Self {
        Self::with_target(address, true).await
    }

    async fn with_target(address: &str, heads: bool) -> Self {
        let way = Way::Webhook(Webhook {
            address: address.parse().unwrap(),
            secret: notify::webhook::secret(&[7; 32]),
            authority: None,
        });
        let target = Target {
            name: "Desk".into(),
            language: settings::Language::English,
            from: Severity::Info,
            quiet: None,
            heads,
            per_hour: 20,
        };
        Self::with(Some(Chosen { target, way })).await
    }

    async fn with(target: Option<Chosen>) -> Self {
        let place = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        std::fs::write(place.path().join("key"), [7; 32]).unwrap();
        let unlock = Unlock::Machine(place.path().join("key"));
        let store = Store::create(&place.path().join("store"), &unlock, clock.clone()).unwrap();
        if let Some(target) = target {
            let (id, bytes) = (store.new_id(), target.to_bytes().unwrap().to_vec());
            let fields = [(alert_targets::CHOSEN, Value::Bytes(bytes))];
            let put = store.write(Actor::default(), move |batch| {
                batch.audit(action::ALERT_TARGET_ADDED, outcome::ALLOWED);
                batch.put(table::ALERT_TARGETS, id, fields.into(), KeyOf::Table)
            });
            put.await.unwrap().unwrap();
        }
        let now = time::OffsetDateTime::now_utc();
        let (certificates, _) = Certificates::ready(&All::default(), now, [7; 4]).unwrap();
        let told = watch::Sender::new(bridge::told(&certificates));
        let (reached, reach) = watch::channel((CrmReach::Unreachable, 0));
        let language = BoxLanguage::default();
        let host = Host::at(place.path().join("hostd.sock"));
        let identity = Identity::open(store.clone(), Realm::Admin, clock.clone()).await.unwrap();
        let bell = Bell::open(store.clone(), clock.clone()).await.unwrap();
        let home = Home {
            directory: place.path().to_path_buf(),
            machine_key: place.path().join("key"),
            authorities: place.path().join("authorities.pem"),
            resolve: Arc::new(|_| Vec::new()),
            store: "store",
        };
        let opens = opens(&store).await.unwrap();
        let copies = home.begin(store.clone(), opens, &clock, Arc::new(|_| {})).unwrap();
        let admin = Admin::new(Parts {
            identity: identity.clone(),
            store: store.clone(),
            clock: clock.clone(),
            language: language.clone(),
            host: Arc::new(host.clone()),
            connections: Arc::new(Lines::default()),
            crm: CrmLink { reach: reach.clone(), orders: mpsc::channel(4).0 },
            lists: ListsLink {
                told: watch::channel(BTreeMap::new()).1,
                orders: mpsc::channel(4).0,
            },
            bell: bell.clone(),
            certificates: told.subscribe(),
            home,
            copies: Arc::new(copies),
            over: Arc::default(),
        });
        Self {
            place,
            admin,
            host,
            language,
            reach,
            certificates,
            clock,
            store,
            reached,
            told,
            identity,
            bell,
        }
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What tells its bell.
    pub fn alerts(&self) -> Alerts {
        let authorities = self.place.path().join("authorities.pem");
        let (host, identity, bell) = (self.host.clone(), self.identity.clone(), self.bell.clone());
        let place = self.place.path().to_owned();
        Alerts::new(host, identity, bell, self.store.clone(), place, authorities)
    }

    /// What the bell has on the disk, piece by piece.
    pub fn kept_alerts(&self) -> Vec<String> {
        let mut kept = Vec::new();
        let each = |_, _, body: Arc<Body>| {
            if let Some(Value::Bytes(piece)) = body.fields.get(&alerts::PIECE) {
                kept.push(String::from_utf8(piece.clone()).unwrap());
            }
        };
        self.store.load(table::ALERTS, each).unwrap();
        kept
    }

    /// How many messages wait for targets.
    pub fn waiting(&self) -> usize {
        let pieces = self.kept_alerts();
        let pieces = pieces.iter().filter(|piece| !piece.is_empty());
        let all = pieces.map(|piece| serde_json::from_str::<serde_json::Value>(piece).unwrap());
        all.filter_map(|piece| Some(piece["waiting"].as_array()?.len())).sum()
    }

    /// Its side of the way to a CRM that listens there.
    pub fn bridge(&self, orders: PathBuf, other: Vec<u32>) -> Bridge {
        let now = time::OffsetDateTime::now_utc();
        let (certificates, _) =
            Certificates::ready(&self.certificates.stored(), now, [7; 4]).unwrap();
        Bridge {
            admin: self.admin.clone(),
            store: self.store.clone(),
            clock: self.clock.clone(),
            language: self.language.clone(),
            certificates,
            records: Records::default(),
            current: Current::none("gatehouse.internal"),
            told: self.told.clone(),
            reach: self.reached.clone(),
            orders,
            other,
        }
    }

    /// Of a hostd with these settings in force.
    pub fn in_force(document: &str) -> Response {
        Response::Settings {
            document: Some(document.to_owned()),
            source: host_api::SettingsSource::Confirmed,
            trial: None,
            ended: None,
            by_console: None,
        }
    }

    /// Begins to answer as hostd; gives all that it is asked.
    pub fn hostd(
        &self,
        answer: impl Fn(&Request) -> Response + Send + 'static,
    ) -> Arc<Mutex<Vec<Request>>> {
        let listener = UnixListener::bind(self.place.path().join("hostd.sock")).unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut header = [0; HEADER];
                stream.read_exact(&mut header).await.unwrap();
                let mut text = vec![0; host_api::length(header).unwrap()];
                stream.read_exact(&mut text).await.unwrap();
                let request: Request = host_api::decode(&text).unwrap();
                let response = host_api::encode(&answer(&request)).unwrap();
                told.lock().unwrap().push(request);
                stream.write_all(&response).await.unwrap();
            }
        });
        asked
    }
}
