//! What names are at the moment. An address is open for as long as the answer said, and a little longer than
//! it is told: whoever was told of it last can still get there. Nothing is told before it is open, and
//! nothing is opened that is no place on the internet, or is the box's own.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use firewall::egress_sets;
use host_api::egress::{EgressName, NameState};
use network::Inside;
use settings::{DomainName, EgressUser, Settings};

use super::ask::Found;
use crate::counts::{seconds, table};
use crate::files::{self, Readers};

/// Shortest and longest time for which an answer is believed, in seconds.
const BELIEVED: (u32, u32) = (5, 3600);
/// How much longer an address is open than it is told: longer than programs keep an answer.
const LONGER: Duration = Duration::from_secs(15);
/// How much longer an address is told than it was said to hold: the next answer takes a moment, and meanwhile the name
/// would be gone.
const GRACE: Duration = Duration::from_secs(5);
/// When a name is looked up again that nobody could tell, or that has no address.
const AGAIN: Duration = Duration::from_secs(10);
/// A name whose answer holds for longer is looked up again after this.
const AT_LATEST: Duration = Duration::from_secs(300);
/// Most addresses of a name.
const MOST: usize = 64;
/// Most names that are looked up at the same time.
const AT_ONCE: usize = 16;

/// The names of the settings in force.
pub struct Names {
    /// Where what programs are told is: a directory for each.
    directory: PathBuf,
    names: BTreeMap<DomainName, Known>,
    users: BTreeMap<EgressUser, BTreeSet<DomainName>>,
    inside: Inside,
}

/// What is known of a name.
struct Known {
    /// Addresses, each with how long it is told.
    addresses: BTreeMap<IpAddr, Instant>,
    refused: BTreeSet<IpAddr>,
    next: Instant,
    asking: bool,
    asked: Option<u64>,
    state: NameState,
}

impl Names {
    /// None yet.
    pub fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            names: BTreeMap::new(),
            users: BTreeMap::new(),
            inside: Inside::default(),
        }
    }

    /// Takes the names of other settings. What is open already stays so for its time.
    pub fn follow(&mut self, settings: &Settings) {
        let of = |user| network::dnsmasq::allowed_names(settings, user).cloned().collect();
        self.users = EgressUser::ALL.into_iter().map(|user| (user, of(user))).collect();
        self.inside = Inside::of(settings);
        let wanted: BTreeSet<&DomainName> = self.users.values().flatten().collect();
        self.names.retain(|name, _| wanted.contains(name));
        for name in wanted {
            if !self.names.contains_key(name) {
                self.names.insert(name.clone(), Known::held(name));
            }
        }
        self.tell();
    }

    /// Names whose time it is; they count as being asked for until [`Names::found`].
    pub fn due(&mut self) -> Vec<DomainName> {
        let now = Instant::now();
        let mut over = false;
        for known in self.names.values_mut() {
            let before = known.addresses.len();
            known.addresses.retain(|_, end| *end > now);
            over |= known.addresses.len() != before;
        }
        if over {
            self.tell();
        }
        let asking = self.names.values().filter(|known| known.asking).count();
        let due = self.names.iter_mut().filter(|(_, known)| !known.asking && known.next <= now);
        let mut names = Vec::new();
        for (name, known) in due.take(AT_ONCE.saturating_sub(asking)) {
            known.asking = true;
            names.push(name.clone());
        }
        names
    }

    /// Opens what was found, and tells it then.
    pub fn found(&mut self, found: Found, own: &[IpAddr]) {
        let Some(known) = self.names.get_mut(&found.name) else { return };
        let now = Instant::now();
        known.asking = false;
        known.asked = Some(seconds(SystemTime::now()));
        known.next = now + AGAIN;
        let Some(addresses) = found.addresses else {
            known.state = NameState::NoAnswer;
            return;
        };
        let (open, refused): (Vec<_>, Vec<_>) =
            addresses.into_iter().partition(|(address, _)| self.inside.lets_out(*address, own));
        known.refuses(&found.name, refused.into_iter().map(|(address, _)| address).take(MOST));
        let believed =
            |seconds: u32| Duration::from_secs(u64::from(seconds.clamp(BELIEVED.0, BELIEVED.1)));
        let open: BTreeMap<IpAddr, Duration> = open
            .into_iter()
            .take(MOST)
            .map(|(address, seconds)| (address, believed(seconds)))
            .collect();
        known.state = match (open.is_empty(), known.refused.is_empty()) {
            (false, _) => NameState::Found,
            (true, false) => NameState::Refused,
            (true, true) => NameState::Nothing,
        };
        if let Err(error) = hold(&found.name, &open) {
            // The rules of new settings may not be in force yet.
            tracing::warn!(error = systemd::log::chain(&error), name = %found.name, "not opened");
            known.state = NameState::NoAnswer;
            return;
        }
        if let Some(least) = open.values().min() {
            known.next = now + (*least).min(AT_LATEST);
        }
        let until = |time| now + time + GRACE;
        known.addresses = open.into_iter().map(|(at, time)| (at, until(time))).collect();
        self.tell();
    }

    /// What every name is.
    pub fn told(&self) -> Vec<EgressName> {
        let one = |(name, known): (&DomainName, &Known)| EgressName {
            name: name.to_string(),
            addresses: known.addresses.keys().copied().collect(),
            refused: known.refused.iter().copied().collect(),
            asked: known.asked,
            state: known.state,
        };
        self.names.iter().map(one).collect()
    }

    /// Writes for each program what it may know. dnsmasq notices by itself.
    fn tell(&self) {
        for (user, names) in &self.users {
            let mut text = String::new();
            for name in names {
                for address in self.names.get(name).into_iter().flat_map(|it| it.addresses.keys()) {
                    text.push_str(&format!("{address} {name}\n"));
                }
            }
            if let Err(error) = put(&self.directory, *user, &text) {
                tracing::warn!(%error, %user, "its names cannot be written");
            }
        }
    }
}

impl Known {
    /// Takes what is refused of its addresses. It is written down when that is news, not at each look-up.
    fn refuses(&mut self, name: &DomainName, refused: impl Iterator<Item = IpAddr>) -> bool {
        let refused = refused.collect();
        let is_news = self.refused != refused;
        self.refused = refused;
        let says = is_news && !self.refused.is_empty();
        if says {
            tracing::warn!(%name, refused = ?self.refused, "a name leads inside");
        }
        says
    }

    /// A name that is new to us; what a former run of ours opened is open still.
    fn held(name: &DomainName) -> Self {
        let now = Instant::now();
        let mut addresses = BTreeMap::new();
        for set in egress_sets(name) {
            let held = table().map(|table| kernel::nft::held(&table, &set));
            for (address, left) in held.and_then(Result::ok).unwrap_or_default() {
                if let Some(told) = (left + GRACE).checked_sub(LONGER) {
                    addresses.insert(address, now + told);
                }
            }
        }
        Self {
            addresses,
            refused: BTreeSet::new(),
            next: now,
            asking: false,
            asked: None,
            state: NameState::Waiting,
        }
    }
}

fn hold(
    name: &DomainName,
    addresses: &BTreeMap<IpAddr, Duration>,
) -> Result<(), kernel::nft::NftError> {
    let Some(table) = table() else { return Ok(()) };
    let [v4, v6] = egress_sets(name);
    let set = |address: &IpAddr| if address.is_ipv4() { &v4 } else { &v6 };
    let all = addresses.iter().map(|(address, time)| (set(address), *address, *time + LONGER));
    kernel::nft::hold(&table, all)
}

/// The directory of a program has this one file: dnsmasq reads whatever lies there.
fn put(directory: &Path, user: EgressUser, text: &str) -> io::Result<()> {
    let of_user = prepare(directory, user)?;
    let file = of_user.join("hosts");
    if std::fs::read(&file).is_ok_and(|present| present == text.as_bytes()) {
        return Ok(());
    }
    let beside = directory.join(format!("{user}.hosts"));
    files::put(&beside, text, Readers::All)?;
    std::fs::rename(&beside, &file)
}

/// The directory of what a program is told; dnsmasq wants it at its start.
pub fn prepare(directory: &Path, user: EgressUser) -> io::Result<PathBuf> {
    let of_user = directory.join(user.word());
    std::fs::DirBuilder::new().recursive(true).mode(0o755).create(&of_user)?;
    Ok(of_user)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn settings() -> Settings {
        let text = include_str!("../../../settings/tests/example.json");
        let egress = r#""egress": [{"for": "crm", "to": "a.example", "protocol": "tcp", "port": 1},
            {"for": "admin", "to": "b.example", "protocol": "tcp", "port": 1}], "version""#;
        settings::parse(text.replacen("\"version\"", egress, 1).as_bytes()).unwrap()
    }

    #[test]
    fn what_leads_inside_is_written_down_when_it_is_news() {
        let name: DomainName = "a.example".parse().unwrap();
        let address = |text: &str| -> IpAddr { text.parse().unwrap() };
        let mut known = Known::held(&name);
        let mut says = |refused: &[IpAddr]| known.refuses(&name, refused.iter().copied());
        let (one, other) = (address("10.0.0.1"), address("10.0.0.2"));
        assert!(says(&[one]));
        assert!(!says(&[one]), "as it was");
        assert!(says(&[one, other]));
        assert!(!says(&[]), "none any more");
        assert!(says(&[one]));
    }

    #[test]
    fn what_leads_inside_is_not_told() {
        let place = tempfile::tempdir().unwrap();
        let mut names = Names::new(place.path().to_owned());
        names.follow(&settings());
        let mut due = names.due();
        due.sort();
        assert_eq!(due.len(), 2);
        assert_eq!(names.due(), [], "they are being looked up");
        let own: [IpAddr; 2] = ["11.67.0.2", "2620:fe::2"].map(|text| text.parse().unwrap());
        let hostile = [
            "192.168.10.5",
            "10.0.0.1",
            "169.254.169.254",
            "127.0.0.1",
            "::1",
            "::ffff:9.9.9.9",
            "fd12:3456:789a:a::5",
            "fe80::1",
            "11.67.0.2",
            "2620:fe::2",
            "64:ff9b::909:909",
            "0.0.0.0",
            "224.0.0.1",
        ];
        let addresses = hostile.map(|text| (text.parse().unwrap(), 60)).to_vec();
        let name: DomainName = "a.example".parse().unwrap();
        names.found(Found { name: name.clone(), addresses: Some(addresses) }, &own);
        let told = names.told();
        assert_eq!(told[0].addresses, [] as [IpAddr; 0]);
        assert_eq!(told[0].refused.len(), hostile.len());
        assert_eq!(told[0].state, NameState::Refused);
        let hosts = |user: &str| std::fs::read_to_string(place.path().join(user).join("hosts"));
        assert_eq!(hosts("crm").unwrap(), "");
        names.found(Found { name, addresses: None }, &own);
        assert_eq!(names.told()[0].state, NameState::NoAnswer);
    }
}
