//! What hostd sees of the network, for pages and scripts. hostd filters, sorts and counts; this reads what
//! was asked for and says it in the words of the API.

use std::net::IpAddr;

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::routing::{get, post};
use host_api::seeing::{
    self, ConnectionsShown, DevicesShown, Ending, Look, MAX_FIND, MAX_PAGE, Page, Seen,
};
use host_api::{Request, Response};
use seal::numbers::{action, outcome};
use settings::{MacAddress, RuleAction};

use super::ask::unexpected;
use super::state::{Admin, entry};
use crate::caller::{Caller, Sent};
use crate::parameters::Parameters;
use crate::problem::{Code, Field, Problem};
use crate::realm::Who;
use crate::reply::{self, Reply};
use crate::shape::plain::Time;
use crate::shape::seen::{
    Connection, ConnectionKey, ConnectionsPage, Count, Device, DeviceCounts, DeviceTraffic,
    DevicesPage, End, EndConnections, KnownDevices, Link, Links, OneDevice, Refused, RefusedPage,
    RuleDid, RuleDoes, Series, Traffic, Why,
};

/// MAC addresses of one request at most.
const MAX_MACS: usize = 1_000;

pub(super) fn routes() -> Router<Admin> {
    Router::new()
        .route("/api/v1/devices", get(devices))
        .route("/api/v1/devices/known", post(known))
        .route("/api/v1/devices/forget", post(forget))
        .route("/api/v1/connections", get(connections))
        .route("/api/v1/connections/end", post(end))
        .route("/api/v1/refused", get(refused))
        .route("/api/v1/links", get(links))
        .route("/api/v1/traffic", get(traffic))
}

async fn devices(State(admin): State<Admin>, _: Who, caller: Caller, uri: Uri) -> Reply {
    let mut given =
        Parameters::of_uri(&uri, &["find", "zone", "device", "show", "cursor", "limit"])?;
    let words = [
        ("all", DevicesShown::All),
        ("new", DevicesShown::New),
        ("quarantined", DevicesShown::Quarantined),
    ];
    let page = page(&mut given, "show", &words);
    given.settled()?;
    let from = page.from;
    let Seen::Devices { rows, counts } = admin.look(Look::Devices(page)).await? else {
        return Err(Code::Broken.into());
    };
    let mine = caller.peer.address.to_canonical();
    reply::json(&DevicesPage {
        next: next(from, rows.len(), counts.chosen),
        items: rows.into_iter().map(|row| device(row, mine)).collect(),
        counts: DeviceCounts {
            chosen: counts.chosen,
            all: counts.all,
            here: counts.here,
            new: counts.new,
            quarantined: counts.quarantined,
            room: counts.room,
        },
    })
}

async fn known(State(admin): State<Admin>, who: Who, Sent(sent): Sent<KnownDevices>) -> Reply {
    if sent.macs.len() > MAX_MACS {
        return Err(Problem::fields_refused(vec![
            Field::new("/macs", "too-many").with("most", MAX_MACS),
        ]));
    }
    let read = sent.macs.iter().enumerate();
    let macs =
        read.map(|(at, text)| mac(text, &format!("/macs/{at}"))).collect::<Result<_, _>>()?;
    does(&admin, &who, action::DEVICES_KNOWN, Look::KnowDevices { macs }).await
}

async fn forget(State(admin): State<Admin>, who: Who, Sent(sent): Sent<OneDevice>) -> Reply {
    let mac = mac(&sent.mac, "/mac")?;
    does(&admin, &who, action::DEVICE_FORGOTTEN, Look::ForgetDevice { mac }).await
}

async fn connections(State(admin): State<Admin>, _: Who, uri: Uri) -> Reply {
    let known = ["find", "zone", "device", "order", "cursor", "limit"];
    let mut given = Parameters::of_uri(&uri, &known)?;
    let words = [("bytes", ConnectionsShown::Bytes), ("newest", ConnectionsShown::Newest)];
    let page = page(&mut given, "order", &words);
    given.settled()?;
    let from = page.from;
    let seen = admin.look(Look::Connections(page)).await?;
    let Seen::Connections { rows, chosen, all, room } = seen else {
        return Err(Code::Broken.into());
    };
    let next = next(from, rows.len(), chosen);
    let items = rows.into_iter().map(connection).collect();
    reply::json(&ConnectionsPage { items, next, chosen, all, room })
}

async fn end(State(admin): State<Admin>, who: Who, Sent(sent): Sent<EndConnections>) -> Reply {
    let ending = match (sent.connection, sent.device) {
        (Some(key), None) => {
            let address = |text: &str, field: &str| -> Result<IpAddr, Problem> {
                text.parse().map_err(|_| Problem::field(format!("/connection/{field}"), "ip"))
            };
            Ending::One(seeing::ConnectionKey {
                id: key.id,
                protocol: key.protocol,
                source: address(&key.source, "source")?,
                source_port: key.source_port,
                destination: address(&key.destination, "destination")?,
                destination_port: key.destination_port,
            })
        }
        (None, Some(device)) => Ending::Device(mac(&device, "/device")?),
        _ => return Err(Problem::field("", "one-of-two")),
    };
    does(&admin, &who, action::CONNECTIONS_ENDED, Look::End(ending)).await
}

/// Has hostd do it, and writes down who did.
async fn does(admin: &Admin, who: &Who, what: u32, look: Look) -> Reply {
    let work = async {
        let count = admin.done(look).await?;
        admin.log(entry(who.signed.actor(), what, outcome::ALLOWED, None)).await?;
        Ok(count)
    };
    let count = admin.in_turn(who, what, work).await?;
    reply::json(&Count { count })
}

async fn refused(State(admin): State<Admin>, _: Who, uri: Uri) -> Reply {
    let mut given = Parameters::of_uri(&uri, &["find", "zone", "device", "cursor", "limit"])?;
    let page = page(&mut given, "", &[("", ())]);
    given.settled()?;
    let from = page.from;
    let seen = admin.look(Look::Refused(page)).await?;
    let Seen::Refused { rows, chosen, all, since, lost } = seen else {
        return Err(Code::Broken.into());
    };
    reply::json(&RefusedPage {
        next: next(from, rows.len(), chosen),
        items: rows.into_iter().map(refusal).collect(),
        chosen,
        all,
        since: time(since),
        lost,
    })
}

async fn links(State(admin): State<Admin>, _: Who) -> Reply {
    let Seen::Links(rows) = admin.look(Look::Links).await? else {
        return Err(Code::Broken.into());
    };
    let port = |row: seeing::Link| Link {
        name: row.port.unwrap_or_default(),
        interface: row.interface,
        zones: row.zones,
        linked: row.linked,
        speed: row.speed,
        full_duplex: row.full_duplex,
        received: row.received,
        sent: row.sent,
        errors: row.errors,
        changes: row.changes,
        devices: row.devices,
    };
    reply::json(&Links { ports: rows.into_iter().map(port).collect() })
}

async fn traffic(State(admin): State<Admin>, _: Who, uri: Uri) -> Reply {
    let mut given = Parameters::of_uri(&uri, &["device"])?;
    let device = given.read("device", device_parameter);
    given.settled()?;
    let Seen::Traffic { until, series, most } = admin.look(Look::Traffic { device }).await? else {
        return Err(Code::Broken.into());
    };
    let of = |one: seeing::Traffic| Series { zone: one.zone, down: one.down, up: one.up };
    let row = |one: seeing::DeviceTraffic| DeviceTraffic {
        mac: one.mac,
        name: one.name,
        zone: one.zone,
        down: one.down,
        up: one.up,
    };
    reply::json(&Traffic {
        until: (until > 0).then(|| time(until)),
        series: series.into_iter().map(of).collect(),
        most: most.into_iter().map(row).collect(),
    })
}

impl Admin {
    pub(super) async fn look(&self, look: Look) -> Result<Seen, Problem> {
        match self.ask(Request::Look(look)).await? {
            Response::Seen(seen) => Ok(seen),
            other => Err(unexpected(&other)),
        }
    }

    async fn done(&self, look: Look) -> Result<usize, Problem> {
        match self.look(look).await? {
            Seen::Done(count) => Ok(count),
            _ => Err(Code::Broken.into()),
        }
    }
}

/// What of a list is wanted; what is refused is noted in the parameters.
fn page<S: Copy + Default>(given: &mut Parameters, show: &str, words: &[(&str, S)]) -> Page<S> {
    let word = |text: &str| {
        let word = words.iter().find(|(word, _)| *word == text);
        word.map(|(_, value)| *value).ok_or_else(|| Field::new(format!("/{show}"), "unknown"))
    };
    let short = |name: &'static str| {
        move |text: &str| {
            let fits = text.chars().count() <= MAX_FIND;
            let refused = || Field::new(format!("/{name}"), "too-long").with("most", MAX_FIND);
            fits.then(|| text.to_owned()).ok_or_else(refused)
        }
    };
    let from = |text: &str| text.parse().map_err(|_| Field::new("/cursor", "cursor"));
    Page {
        find: given.read("find", short("find")).unwrap_or_default(),
        zone: given.read("zone", short("zone")),
        device: given.read("device", device_parameter),
        show: given.read(show, word).unwrap_or_default(),
        from: given.read("cursor", from).unwrap_or(0),
        limit: given.limit(MAX_PAGE),
    }
}

fn device_parameter(text: &str) -> Result<String, Field> {
    let mac: Result<MacAddress, _> = text.parse();
    mac.map(|mac| mac.to_string()).map_err(|_| Field::new("/device", "mac"))
}

fn mac(text: &str, field: &str) -> Result<String, Problem> {
    let mac: Result<MacAddress, _> = text.parse();
    mac.map(|mac| mac.to_string()).map_err(|_| Problem::field(field, "mac"))
}

/// Where the next page begins.
fn next(from: usize, rows: usize, chosen: usize) -> Option<String> {
    let end = from.saturating_add(rows);
    (rows > 0 && end < chosen).then(|| end.to_string())
}

fn time(seconds: u64) -> Time {
    Time(seconds.saturating_mul(1_000))
}

fn device(row: seeing::Device, caller: IpAddr) -> Device {
    Device {
        mine: row.addresses.contains(&caller),
        mac: row.mac,
        name: row.name,
        vendor: row.vendor,
        made_up: row.made_up,
        zone: row.zone,
        addresses: row.addresses.iter().map(ToString::to_string).collect(),
        port: row.port,
        first_seen: time(row.first_seen),
        last_seen: time(row.last_seen),
        here: row.here,
        new: row.new,
        quarantined: row.quarantined,
        lease: row.lease.map(time),
    }
}

fn connection(row: seeing::Connection) -> Connection {
    Connection {
        protocol: protocol(row.key.protocol),
        key: ConnectionKey {
            id: row.key.id,
            protocol: row.key.protocol,
            source: row.key.source.to_string(),
            source_port: row.key.source_port,
            destination: row.key.destination.to_string(),
            destination_port: row.key.destination_port,
        },
        from: side(row.from),
        to: side(row.to),
        answers: row.answers.to_string(),
        sent: row.sent,
        received: row.received,
        age: row.age,
        answered: row.answered,
    }
}

/// What a rule did then, with what was noted at it.
fn rule_did(prefix: &str, comment: Option<String>) -> Option<RuleDid> {
    let (id, action) = firewall::writing(prefix)?;
    let action = match action {
        RuleAction::Allow => RuleDoes::Allow,
        RuleAction::Block => RuleDoes::Block,
        RuleAction::Reject => RuleDoes::Reject,
    };
    Some(RuleDid { id, action, comment })
}

fn refusal(row: seeing::Refused) -> Refused {
    let (why, rule) = match row.why {
        seeing::Why::Quarantined => (Why::Quarantined, None),
        seeing::Why::CrmOpensNone => (Why::CrmOpensNone, None),
        seeing::Why::CrmZone => (Why::CrmZone, None),
        seeing::Why::CrmAddress => (Why::CrmAddress, None),
        seeing::Why::CrmService => (Why::CrmService, None),
        seeing::Why::Isolated => (Why::Isolated, None),
        seeing::Why::OwnZone => (Why::OwnZone, None),
        seeing::Why::NoPolicy => (Why::NoPolicy, None),
        seeing::Why::WebOnly => (Why::WebOnly, None),
        seeing::Why::BoxPages => (Why::BoxPages, None),
        seeing::Why::BoxService => (Why::BoxService, None),
        seeing::Why::NoSuchNetwork => (Why::NoSuchNetwork, None),
        seeing::Why::RogueDhcp => (Why::RogueDhcp, None),
        seeing::Why::RogueRouter => (Why::RogueRouter, None),
        seeing::Why::Stray => (Why::Stray, None),
        seeing::Why::Rule(id) => (Why::Rule, Some(id)),
    };
    Refused {
        from: side(row.from),
        source: row.source.to_string(),
        at: row.at,
        to: side(row.to),
        destination: row.destination.map(|to| to.to_string()),
        protocol: protocol(row.protocol),
        port: row.port,
        why,
        rule_did: rule.as_deref().and_then(|prefix| rule_did(prefix, row.note)),
        rule,
        count: row.count,
        first: time(row.first),
        last: time(row.last),
    }
}

fn side(end: seeing::End) -> End {
    End { zone: end.zone, mac: end.mac, name: end.name }
}

fn protocol(number: u8) -> String {
    match number {
        1 => "icmp".to_owned(),
        6 => "tcp".to_owned(),
        17 => "udp".to_owned(),
        58 => "icmpv6".to_owned(),
        other => other.to_string(),
    }
}
